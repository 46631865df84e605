//! JSON bytes to a value, with every key that stands twice.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::{
    path::{index, member},
    problem::Problems,
};

/// Parses a file; a byte order mark is fine. `None` where it is not JSON, with the problem.
pub(crate) fn parse(bytes: &[u8], problems: &mut Problems) -> Option<Value> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            problems.error(
                "",
                "the file must be UTF-8 text",
                &format!("other bytes at offset {}", error.valid_up_to()),
            );
            return None;
        }
    };
    let mut duplicates = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = Tree { path: String::new(), duplicates: &mut duplicates };
    match seed.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value)) {
        Ok(value) => {
            for path in duplicates {
                problems.warning(
                    &path,
                    "a key may stand only once in its object; the last one counts",
                    "the same key again",
                );
            }
            Some(value)
        }
        Err(error) => {
            syntax_error(text, &error, problems);
            None
        }
    }
}

/// Line, column and the line itself, which says more than the offset.
fn syntax_error(text: &str, error: &serde_json::Error, problems: &mut Problems) {
    let message = error.to_string();
    let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default().trim();
    let place = format!("line {}, column {}", error.line(), error.column());
    problems.error(
        "",
        format!("the file must be JSON: {what} ({place})"),
        if line.is_empty() { "nothing" } else { line },
    );
}

/// Builds a value and notes the path of every repeated key on the way.
struct Tree<'d> {
    path: String,
    duplicates: &'d mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) =
            items.next_element_seed(Tree { path: index(&self.path, list.len()), duplicates: &mut *self.duplicates })?
        {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let path = member(&self.path, &key);
            if object.contains_key(&key) {
                self.duplicates.push(path.clone());
            }
            let value = members.next_value_seed(Tree { path, duplicates: &mut *self.duplicates })?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(bytes: &[u8]) -> (Option<Value>, Vec<(String, String)>) {
        let mut problems = Problems::of("knowledge.json");
        let value = parse(bytes, &mut problems);
        let problems = problems.sorted(&value.clone().unwrap_or_default());
        (value, problems.into_iter().map(|problem| (problem.path, problem.rule)).collect())
    }

    #[test]
    fn reads_every_kind_of_value_as_serde_json_does() {
        let text = r#"{"a": [1, -2, 2.5, 1e3, true, null, "ü\n", {}], "b": {"c": 18446744073709551615}}"#;
        let (value, problems) = parsed(text.as_bytes());
        assert_eq!((value.unwrap(), problems), (serde_json::from_str(text).unwrap(), vec![]));
    }

    #[test]
    fn a_byte_order_mark_is_no_fault() {
        assert_eq!(parsed(b"\xef\xbb\xbf[1]"), (Some(serde_json::json!([1])), vec![]));
    }

    #[test]
    fn syntax_errors_name_line_and_column() {
        let (value, problems) = parsed(b"{\n  \"a\": 1,\n}");
        assert_eq!(value, None);
        assert_eq!(problems, [(String::new(), "the file must be JSON: trailing comma (line 3, column 1)".to_owned())]);
        assert_eq!(parsed(b"").0, None);
        assert_eq!(parsed(b"[1] 2").0, None);
        assert_eq!(parsed(b"\xff").1[0].1, "the file must be UTF-8 text");
        assert_eq!(parsed("[".repeat(100_000).as_bytes()).0, None);
    }

    #[test]
    fn repeated_keys_are_named_with_their_path() {
        let (value, problems) = parsed(br#"{"a": [{"b": 1, "b": 2}], "x y": 0, "x y": 1}"#);
        assert_eq!(value.unwrap(), serde_json::json!({"a": [{"b": 2}], "x y": 1}));
        let paths: Vec<_> = problems.into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["a[0].b", "[\"x y\"]"]);
    }
}
