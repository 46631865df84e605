//! The file as a bot that answers needs it: without the utterances, which are nearly all of a large one and stand in the classifier.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::{ITEMS_PATH, UTTERANCES};

/// Parses the file and passes over the utterances of its items; `None` where it is not JSON.
pub(crate) fn without_utterances(bytes: &[u8]) -> Option<Value> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Level::File.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(value)
}

/// What is read: the file, its list of items or one of them. Each may be something else than it should be.
#[derive(Clone, Copy)]
enum Level {
    File,
    Items,
    Item,
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let value = match self {
                Self::Item if key == UTTERANCES => {
                    access.next_value::<IgnoredAny>()?;
                    continue;
                }
                Self::File if key == ITEMS_PATH => access.next_value_seed(Self::Items)?,
                _ => access.next_value()?,
            };
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        match self {
            Self::Items => {
                while let Some(item) = access.next_element_seed(Self::Item)? {
                    items.push(item);
                }
            }
            Self::File | Self::Item => {
                while let Some(item) = access.next_element()? {
                    items.push(item);
                }
            }
        }
        Ok(Value::Array(items))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn utterances_of_items_are_passed_over_and_nothing_else() {
        let text = r#"{"knowledge": [{"_id": "a", "_intents": ["b", 1, null], "_source": {"_intents": [1]}}, "x", [{"_intents": 1}], 2.5, -1, true],
            "_intents": ["c"], "i18n": {"knowledge": [{"_intents": []}]}}"#;
        let expected = json!({
            "knowledge": [{"_id": "a", "_source": {"_intents": [1]}}, "x", [{"_intents": 1}], 2.5, -1, true],
            "_intents": ["c"], "i18n": {"knowledge": [{"_intents": []}]},
        });
        assert_eq!(without_utterances(text.as_bytes()), Some(expected.clone()));
        assert_eq!(without_utterances(&[b"\xef\xbb\xbf", text.as_bytes()].concat()), Some(expected));
        assert_eq!(without_utterances(br#"{"knowledge": null}"#), Some(json!({"knowledge": null})));
        assert_eq!(without_utterances(br#"[{"_intents": 1}]"#), Some(json!([{"_intents": 1}])));
        for broken in ["", "{", "{} x", r#"{"knowledge": [{"_intents": [}]}"#] {
            assert_eq!(without_utterances(broken.as_bytes()), None, "{broken}");
        }
    }
}
