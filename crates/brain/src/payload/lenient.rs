//! JSON as people write it by hand: JSON5, with `$n` outside of quotes.

use serde_json::Value;

/// Marks a string that was a bare `$n`; no author writes it by accident.
const MARK: &str = "\u{0}bare ";
const MAX_DEPTH: usize = 32;
const MAX_BYTES: usize = 64 * 1024;

/// Parses a template; a bare `$n` comes out as a string that `bare` recognises.
pub(super) fn parse(written: &str) -> Result<Value, String> {
    if written.len() > MAX_BYTES {
        return Err(format!("the template is longer than {MAX_BYTES} bytes"));
    }
    let quoted = quote_placeholders(written)?;
    json5::from_str(&quoted).map_err(|error| format!("the template is not JSON: {error}"))
}

/// The position of a string that was a bare `$n`.
pub(super) fn bare(text: &str) -> Option<u32> {
    text.strip_prefix(MARK)?.parse().ok()
}

/// Puts quotes and the mark around every bare `$n`; also bounds the nesting, because the JSON5 parser recurses.
fn quote_placeholders(written: &str) -> Result<String, String> {
    let mut out = String::with_capacity(written.len() + 32);
    let mut rest = written;
    let mut depth = 0_usize;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' | '\'' => string_length(rest, c),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest[2..].find("*/").map_or(rest.len(), |end| end + 4),
            '$' => {
                let length = word_length(rest);
                if let Some(position) = rest[1..length].parse::<u32>().ok().filter(|_| !names_key(&rest[length..])) {
                    out.push_str(&format!("\"\\u0000{}{position}\"", &MARK[1..]));
                    rest = &rest[length..];
                    continue;
                }
                length
            }
            '{' | '[' => {
                depth += 1;
                1
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                1
            }
            c if is_word(c) => word_length(rest),
            c => c.len_utf8(),
        };
        if depth > MAX_DEPTH {
            return Err(format!("the template is nested more than {MAX_DEPTH} deep"));
        }
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    Ok(out)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn word_length(text: &str) -> usize {
    text.find(|c| !is_word(c)).unwrap_or(text.len())
}

fn names_key(after: &str) -> bool {
    after.trim_start().starts_with(':')
}

/// Bytes of the string that opens here, its quotes included; to the end where it is not closed.
fn string_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}
