use super::*;

fn words(text: &str) -> Vec<String> {
    Text::new(text).words().map(str::to_owned).collect()
}

#[test]
fn accents_case_and_punctuation_are_folded() {
    assert_eq!(fold("Comment est la MÉTÉO, à Orléans ?"), "comment est la meteo a orleans ?");
    assert_eq!(fold("Straße—Łódź… ﬁn"), "strasse lodz fin");
    assert_eq!(fold("e\u{0301}te\u{0301}"), "ete");
    assert_eq!(fold("Какой прогноз, ёлка Й"), "какой прогноз елка й");
    assert_eq!(fold(""), "");
    assert_eq!(fold(" .,; "), "");
}

#[test]
fn apostrophes_stay_in_contractions_and_split_elisions() {
    assert_eq!(words("I’d can't 'quoted' rock'n'roll'"), ["i'd", "can't", "quoted", "rock'n", "roll"]);
    assert_eq!(words("l'information dell’ordine c'est"), ["l", "information", "dell", "ordine", "c", "est"]);
}

#[test]
fn ligatures_lose_their_accents_too() {
    assert_eq!(fold("Ǽtna, ǣ, Ǿresund, İstanbul, ΟΔΌΣ"), "aetna ae oresund istanbul οδοσ");
}

#[test]
fn signs_are_tokens_and_digits_stay() {
    assert_eq!(words("R$ 12.50, ok?! a_b c++"), ["r", "$", "12", "50", "ok", "?", "!", "a", "b", "c", "+", "+"]);
}

#[test]
fn emoji_and_emoticons_are_words_whatever_their_skin_tone() {
    assert_eq!(words("👍🏽👍 ok❤️ :-) (:D) <3"), ["👍", "👍", "ok", "❤", "🙂", "😀", "❤"]);
    assert_eq!(words("👩‍💻 🇧🇷 1️⃣"), ["👩", "💻", "🇧🇷", "1"]);
    assert_eq!(
        words("http://x.y at 10:30 (a:b) C:D :Dx"),
        ["http", "x", "y", "at", "10", "30", "a", "b", "c", "d", "dx"]
    );
    let (text, original) = (Text::new("ok :-)!"), "ok :-)!");
    assert_eq!(&original[text.tokens()[1].span()], ":-)");
}

#[test]
fn spans_point_at_the_original() {
    let original = "À  l’Étoile, ça €5 天気は";
    let text = Text::new(original);
    let found: Vec<&str> = text.tokens().iter().map(|token| &original[token.span()]).collect();
    assert_eq!(found, ["À", "l’", "Étoile", "ça", "€", "5", "天", "気", "は"]);
}

#[test]
fn scripts_without_spaces_become_glued_pieces() {
    let text = Text::new("東京の 天気 ราคาเท่าไหร่");
    let glued: String = text.tokens().iter().map(|t| if t.is_glued() { '-' } else { '|' }).collect();
    assert!(glued.starts_with("|--|-|-"), "{glued}");
    assert!(text.tokens().iter().all(|t| t.kind() == Kind::Piece));
}

#[test]
fn long_texts_and_tokens_are_capped() {
    let text = Text::new(&"wörd ".repeat(10_000));
    assert_eq!(text.tokens().len(), MAX_TOKENS);
    let one = Text::new(&"ü".repeat(100_000));
    assert_eq!(one.words().next().map(str::len), Some(MAX_TOKEN_CHARS));
}

proptest::proptest! {
    #[test]
    fn folding_twice_changes_nothing(text in "\\PC{0,60}") {
        let once = fold(&text);
        proptest::prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn spans_are_character_boundaries(text in proptest::prelude::any::<String>()) {
        for token in Text::new(&text).tokens() {
            proptest::prop_assert!(text.get(token.span()).is_some());
        }
    }
}
