//! Text: folding for comparison, filling templates, escaping.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A text as it is compared: lower case, without accents, each run of other characters one space.
pub(crate) fn fold(text: &str) -> String {
    let plain: String = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ").replace('ß', "ss")
}

/// A text as it stands in HTML, also inside an attribute's double quotes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A text as it may be spoken: without the angle brackets that would turn a user's words into SSML, and "2 ×" is just "2".
pub(crate) fn spoken(text: &str) -> String {
    text.replace(['<', '>'], " ").replace(" × ", " ")
}

/// A template with its `{name}` places filled, in one pass, so that a value that looks like a place stays as it is.
pub(crate) fn fill(template: &str, values: &[(&str, String)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        let Some(end) = rest.find('}') else { break };
        match values.iter().find(|(name, _)| *name == &rest[1..end]) {
            Some((_, value)) => filled.push_str(value),
            None => filled.push_str(&rest[..=end]),
        }
        rest = &rest[end + 1..];
    }
    filled.push_str(rest);
    filled
}

/// The first `limit` characters.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    text.chars().take(limit).collect()
}
