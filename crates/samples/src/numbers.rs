//! How many: a whole number from 1 to 100, in digits or as a word.

use unicode_normalization::UnicodeNormalization;

use crate::{
    answers::{find, holds},
    languages::{Alternatives, Words},
    text::fold,
};

const MOST_WORDS: usize = 12;

/// The one number that an answer names, if it is a whole number from 1 to 100: `2`, `two`, `2 pizzas please`, `half a dozen`.
///
/// Anything else is `None`: fractions, signs, exponents, two different numbers, a negated one.
pub(crate) fn count(answer: &str, words: &Words) -> Option<u32> {
    let mut named = digits(answer)?;
    named.extend(spelt(answer, words)?);
    let first = *named.first()?;
    (named.iter().all(|other| *other == first) && (1..=100).contains(&first)).then_some(first)
}

/// The numbers in digits; `None` where a digit stands in something that is no whole number.
fn digits(answer: &str) -> Option<Vec<u32>> {
    let answer: String = answer.nfkc().map(|c| if c == '\u{2212}' { '-' } else { c }).collect();
    let (mut found, mut negative) = (Vec::new(), false);
    for word in answer.split_whitespace() {
        if word.chars().any(char::is_numeric) {
            let word = word.trim_end_matches(|c: char| ".,;:!?)\"'”»".contains(c));
            let word = word.trim_start_matches(['(', '"', '\'', '“', '«', '#', '+']);
            let word = word.trim_matches(['x', 'X', '×']);
            let whole = !negative && word.len() <= 9 && word.bytes().all(|b| b.is_ascii_digit());
            found.push(whole.then(|| word.parse().ok()).flatten()?);
        }
        negative = word == "-";
    }
    Some(found)
}

/// The numbers in words; `None` where a word makes them something else.
fn spelt(answer: &str, words: &Words) -> Option<Vec<u32>> {
    let said = fold(answer);
    let said: Vec<&str> = said.split(' ').collect();
    if said.len() > MOST_WORDS {
        return None;
    }
    let (found, rest) = find(&said, &number_phrases(words));
    (!holds(&rest, words.not_whole) && !holds(&rest, words.negations)).then_some(found)
}

fn number_phrases(words: &Words) -> Vec<(String, u32)> {
    let dozens = words.dozens.iter().zip([6, 12]);
    let numbers = words.numbers.iter().zip(1..);
    let folded = |(phrases, value): (&Alternatives, u32)| -> Vec<(String, u32)> {
        phrases.iter().map(|phrase| (fold(phrase), value)).collect()
    };
    dozens.chain(numbers).flat_map(folded).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::languages::{ALL, of};

    fn english(answer: &str) -> Option<u32> {
        count(answer, &of("en").phrases.words)
    }

    #[test]
    fn every_number_word_counts_in_every_language() {
        for phrases in ALL {
            for (words, value) in phrases.words.numbers.iter().zip(1..) {
                for word in words.iter() {
                    assert_eq!(count(word, &phrases.words), Some(value), "{} {word}", phrases.tag);
                    assert_eq!(
                        count(&format!("{} pizza!", word.to_uppercase()), &phrases.words),
                        Some(value),
                        "{word}"
                    );
                }
            }
            for (words, value) in phrases.words.dozens.iter().zip([6, 12]) {
                for word in words.iter() {
                    assert_eq!(count(word, &phrases.words), Some(value), "{} {word}", phrases.tag);
                }
            }
        }
    }

    #[test]
    fn digits_count_also_inside_a_sentence() {
        for said in [
            "2",
            " 2 ",
            "2.",
            "2!",
            "2 pizzas",
            "I'd like 2, please",
            "x2",
            "2x",
            "2 ×",
            "+2",
            "#2",
            "(2)",
            "２",
            "02",
            "two (2)",
        ] {
            assert_eq!(english(said), Some(2), "{said}");
        }
        assert_eq!(english("1"), Some(1));
        assert_eq!(english("100"), Some(100));
    }

    #[test]
    fn what_is_no_whole_number_up_to_a_hundred_is_refused() {
        let refused = [
            "",
            "0",
            "0.5",
            "-1",
            "- 1",
            "\u{2212}1",
            "101",
            "abc",
            "NaN",
            "1e9",
            "1e1",
            "inf",
            "Infinity",
            "½",
            "1½",
            "2.5",
            "2,5",
            ".5",
            "1.000",
            "1,000",
            "0x10",
            "1/2",
            "2 or 3",
            "one or two",
            "50%",
            "99999999999999999999",
            "٢",
            "2nd",
            "zero",
            "half",
            "two and a half",
            "minus two",
            "thirty two",
            "two hundred",
            "not two",
            "no",
            "twenty one",
            "-0",
            "1 000",
            "Ⅳ",
        ];
        for said in refused {
            assert_eq!(english(said), None, "{said:?}");
        }
    }

    #[test]
    fn fractions_and_larger_numbers_are_refused_in_every_language() {
        let said = [
            ("pt", "meia pizza"),
            ("pt", "trinta e duas"),
            ("pt", "vinte e uma"),
            ("pt", "duas e meia"),
            ("pt", "menos duas"),
            ("pt", "nenhuma"),
            ("es", "media pizza"),
            ("es", "treinta y dos"),
            ("es", "dos y media"),
            ("es", "menos dos"),
            ("es", "ninguna"),
            ("fr", "une demie"),
            ("fr", "trente-deux"),
            ("fr", "quatre-vingts"),
            ("fr", "quatre-vingt-dix"),
            ("fr", "deux et demie"),
            ("fr", "moins deux"),
            ("it", "mezza pizza"),
            ("it", "trentadue"),
            ("it", "due e mezza"),
            ("it", "meno due"),
            ("it", "nessuna"),
            ("de", "eine halbe"),
            ("de", "zweiunddreißig"),
            ("de", "zwei und eine halbe"),
            ("de", "minus zwei"),
            ("de", "ein paar"),
            ("de", "keine"),
            ("ru", "половину"),
            ("ru", "тридцать две"),
            ("ru", "две с половиной"),
            ("ru", "минус две"),
            ("ru", "ни одной"),
        ];
        for (lang, said) in said {
            assert_eq!(count(said, &of(lang).phrases.words), None, "{lang} {said}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_said_a_count_is_from_1_to_100(said in ".{0,60}", language in 0_usize..7) {
            let counted = count(&said, &ALL[language].words);
            prop_assert!(counted.is_none_or(|count| (1..=100).contains(&count)));
        }

        #[test]
        fn an_integer_counts_exactly_when_it_is_in_range(number: i64, small in -200_i64..200) {
            for number in [number, small] {
                let expected = u32::try_from(number).ok().filter(|number| (1..=100).contains(number));
                prop_assert_eq!(english(&number.to_string()), expected);
            }
        }

        #[test]
        fn a_fraction_never_counts(number in -1e6..1e6_f64) {
            let written = format!("{number:?}");
            prop_assert_eq!(english(&written), None, "{}", written);
        }
    }
}
