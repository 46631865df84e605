//! Facts that hold for every text.

use proptest::prelude::*;
use sbf_meaning::MAX_PIECES;

use crate::ENCODER;

/// Text of one kind, or of several: characters of any plane, letters of many scripts, spaces, controls, and repetitions.
fn any_text() -> impl Strategy<Value = String> {
    let part =
        prop_oneof!["\\PC{0,40}", "[\\p{L}\\p{M} ]{0,40}", "[\\s\\p{C}]{0,10}", "[a-zà-ü' .,!?]{0,60}", ".{0,20}"];
    prop::collection::vec((part, 1..20_usize), 0..6)
        .prop_map(|parts| parts.into_iter().map(|(part, times)| part.repeat(times)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_a_vector_of_length_one(text in any_text()) {
        let vector = ENCODER.encode(&text).unwrap();
        let squares: f32 = vector.as_slice().iter().map(|number| number * number).sum();
        prop_assert!((squares - 1.0).abs() < 1e-5, "{squares}");
        prop_assert!((vector.cosine(&vector) - 1.0).abs() < 1e-5);
        prop_assert_eq!(&vector, &ENCODER.encode(&text).unwrap());
    }

    #[test]
    fn any_text_has_few_pieces_between_two_marks(text in any_text()) {
        let pieces = ENCODER.pieces(&text);
        prop_assert!((3..=MAX_PIECES).contains(&pieces.len()));
        prop_assert_eq!((pieces[0], pieces[pieces.len() - 1]), (1, 2));
    }

    #[test]
    fn spaces_around_a_text_change_nothing(
        text in "[a-zà-ü]{1,10}( [a-zà-ü]{1,10}){0,5}",
        before in "[ \\t\\u{3000}]{0,9}",
        after in "[ \\n]{0,9}",
    ) {
        prop_assert_eq!(ENCODER.pieces(&text), ENCODER.pieces(&format!("{before}{text}{after}")));
    }

    /// So that a long message costs no more than its beginning.
    #[test]
    fn what_stands_behind_two_thousand_characters_is_not_looked_at(start in any_text(), end in any_text()) {
        let start: String = start.chars().chain("all of these words are read, ".chars().cycle()).take(2_016).collect();
        prop_assert_eq!(ENCODER.pieces(&start), ENCODER.pieces(&(start.clone() + &end)));
    }
}
