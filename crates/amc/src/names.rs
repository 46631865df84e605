//! The words in an intent's name. Authors name intents by what they mean, so a name is one more way to say it.

/// The words of a name such as `exchange_rate`, `SearchScreeningEvent` or `support.opening-hours2`, with spaces between; nothing for a name
/// without a word of two letters, as numbers are.
pub(crate) fn words(name: &str) -> Option<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = '_';
    for c in name.chars() {
        let begins = !c.is_alphabetic() || (c.is_uppercase() && before.is_lowercase());
        if begins && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            word.push(c);
        }
        before = c;
    }
    words.retain(|word| word.chars().nth(1).is_some());
    (!words.is_empty()).then(|| words.join(" ").to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn names_are_split_where_their_words_begin() {
        let words = |name| words(name).unwrap_or_default();
        assert_eq!(words("exchange_rate"), "exchange rate");
        assert_eq!(words("SearchScreeningEvent"), "search screening event");
        assert_eq!(words("support.opening-hours2"), "support opening hours");
        assert_eq!(words("Pedido Segunda Via"), "pedido segunda via");
        assert_eq!(words("PIN_change"), "pin change");
        assert_eq!(words("погода"), "погода");
        assert_eq!(words("1001"), "");
        assert_eq!(words("x-2"), "");
        assert_eq!(words(""), "");
    }
}
