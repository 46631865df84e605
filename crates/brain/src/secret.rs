//! What nobody should see on a screen, in a log or in a report: keys and passwords that authors wrote into a brain.

use std::{borrow::Cow, sync::LazyLock};

use regex::{Captures, Regex};

/// Stands for what is not shown.
const MASK: &str = "…";

/// How names of secrets end, case and signs aside.
const NAMES: [&str; 10] = [
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "secret",
    "password",
    "passwd",
    "token",
    "credentials",
    "authorization",
];

/// A text found at a path, for people: whole where its name is that of a secret, else whatever is one in it.
pub(crate) fn masked<'t>(path: &str, text: &'t str) -> Cow<'t, str> {
    if is_name(path.rsplit(['.', '[']).next().unwrap_or_default()) {
        return Cow::Borrowed(if text.is_empty() { "" } else { MASK });
    }
    if !may_hold_one(text) {
        return Cow::Borrowed(text);
    }
    // A name with its colon or equals sign, in quotes or (within a text that holds JSON) escaped ones; then its value. Or who
    // signs in to an address, before its @.
    static HELD: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let names = NAMES.map(|name| name.replace("key", "[_-]?key")).join("|");
        let value = r#"(?:\\+"[^"]*"?|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\{[^}]*\}?|\[[^\]]*\]?|[^,}\]&"'\\]+)"#;
        Regex::new(&format!(r#"(?i)((?:{names})\\*["']?\s*[:=]\s*){value}|(://)[^/\s"'@]+@"#)).ok()
    });
    let Some(held) = &*HELD else { return Cow::Borrowed(MASK) };
    held.replace_all(text, |found: &Captures<'_>| match found.get(1) {
        Some(name) => format!("{}{MASK}", name.as_str()),
        None => format!("://{MASK}@"),
    })
}

/// Whether the name of a field is that of a secret.
fn is_name(written: &str) -> bool {
    let letters: String = written.chars().filter(char::is_ascii_alphanumeric).collect();
    let letters = letters.to_ascii_lowercase();
    NAMES.iter().any(|name| letters.ends_with(name))
}

/// Nearly no text needs a closer look, and a bot that starts has no time for one.
fn may_hold_one(text: &str) -> bool {
    let letters: String = text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '@').collect();
    let letters = letters.to_ascii_lowercase();
    letters.contains('@') || NAMES.iter().any(|name| letters.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_by_their_names() {
        for (text, expected) in [
            (r#"{"other":{"URL":"https://a/b","API-KEY":"k-123"}}"#, r#"{"other":{"URL":"https://a/b","API-KEY":…}}"#),
            (r#"{"API-KEY":"k-1\"23","n":1}"#, r#"{"API-KEY":…,"n":1}"#),
            (r#"{"API-KEY":"cut off in the mid"#, r#"{"API-KEY":…"#),
            (r#"{ apiKey: 'k-123', item: '$0' }"#, r"{ apiKey: …, item: '$0' }"),
            (r#"{"payload":"{\"x-api-key\": \"k-123\", \"a\": 1}"}"#, r#"{"payload":"{\"x-api-key\": …, \"a\": 1}"}"#),
            (r#"{"headers":{"Authorization":"Bearer k-123"}}"#, r#"{"headers":{"Authorization":…}}"#),
            (r#"{"secret":{"a":"k-123"}}"#, r#"{"secret":…}"#),
            ("https://a/b?token=k-123&page=2", "https://a/b?token=…&page=2"),
            ("https://ana:k-123@a/b", "https://…@a/b"),
            ("i forgot my password", "i forgot my password"),
            ("write to ana@example.org: please", "write to ana@example.org: please"),
            (r#"{"name":"token","type":"keyboard: black"}"#, r#"{"name":"token","type":"keyboard: black"}"#),
            ("", ""),
        ] {
            assert_eq!(masked("x", text), expected, "{text}");
            assert!(!masked("x", text).contains("123"), "{text}");
        }
    }

    #[test]
    fn what_has_a_secrets_name_itself_is_not_shown_at_all() {
        for path in ["API-KEY", "federation.other[\"API-KEY\"]", "a.b.clientSecret", "password"] {
            assert_eq!(masked(path, "k-123"), "…", "{path}");
        }
        assert_eq!(masked("password", ""), "");
        assert_eq!(masked("tokens.limit", "3"), "3");
        assert_eq!(masked("secret.name", "a"), "a");
    }
}
