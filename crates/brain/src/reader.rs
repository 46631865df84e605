//! Typed access to a JSON value whose faults are collected with their paths, not returned.

use serde_json::{Map, Value};

use crate::{
    path::{index, member},
    problem::Problems,
};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct At<'v> {
    pub(crate) value: &'v Value,
    pub(crate) path: String,
}

/// Something read, and where it stood.
#[derive(Debug, Clone)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) path: String,
}

impl<'v> At<'v> {
    /// A string; a number is taken as its digits, with a warning.
    pub(crate) fn text(&self, problems: &mut Problems) -> Option<String> {
        match self.value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => {
                problems.warning(&self.path, "should be text in quotes", &number.to_string());
                Some(number.to_string())
            }
            _ => self.wrong("text", problems),
        }
    }

    /// The text, or what is written in its place.
    pub(crate) fn plain(&self) -> String {
        self.value.as_str().map_or_else(|| self.shown(), str::to_owned)
    }

    /// A number; digits in quotes are taken, with a warning.
    pub(crate) fn number(&self, problems: &mut Problems) -> Option<f64> {
        match self.value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => match text.trim().parse::<f64>().ok().filter(|number| number.is_finite()) {
                Some(number) => {
                    problems.warning(&self.path, "should be a number without quotes", text);
                    Some(number)
                }
                None => self.wrong("a number", problems),
            },
            _ => self.wrong("a number", problems),
        }
    }

    /// A whole number of 0 to `most`.
    pub(crate) fn whole(&self, most: u32, problems: &mut Problems) -> Option<u32> {
        let number = self.number(problems)?;
        if number.fract() != 0.0 || !(0.0..=f64::from(most)).contains(&number) {
            return self.wrong(&format!("a whole number from 0 to {most}"), problems);
        }
        // In range by the check above.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Some(number as u32)
    }

    /// `true` or `false`; the same in quotes is taken, with a warning.
    pub(crate) fn flag(&self, problems: &mut Problems) -> Option<bool> {
        match self.value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text == "true" || text == "false" => {
                problems.warning(&self.path, "should be true or false without quotes", text);
                Some(text == "true")
            }
            _ => self.wrong("true or false", problems),
        }
    }

    /// A list's items.
    pub(crate) fn list(&self, problems: &mut Problems) -> Option<Vec<At<'v>>> {
        let Value::Array(items) = self.value else { return self.wrong("a list", problems) };
        Some(items.iter().enumerate().map(|(i, value)| At { value, path: index(&self.path, i) }).collect())
    }

    /// A list of texts; empty where it is no list.
    pub(crate) fn texts(&self, problems: &mut Problems) -> Vec<Located<String>> {
        let items = self.list(problems).unwrap_or_default();
        items.into_iter().filter_map(|item| Some(Located { value: item.text(problems)?, path: item.path })).collect()
    }

    /// An object's members, in the file's order.
    pub(crate) fn members(&self, problems: &mut Problems) -> Option<Vec<(&'v str, At<'v>)>> {
        let Value::Object(members) = self.value else { return self.wrong("an object", problems) };
        Some(members.iter().map(|(key, value)| (key.as_str(), At { value, path: member(&self.path, key) })).collect())
    }

    /// An object, to be read field by field.
    pub(crate) fn fields(&self, problems: &mut Problems) -> Option<Fields<'v>> {
        let Value::Object(object) = self.value else { return self.wrong("an object", problems) };
        Some(Fields { object, path: self.path.clone(), known: Vec::new() })
    }

    /// What stands here, for people.
    pub(crate) fn shown(&self) -> String {
        match self.value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// `null`, `""`, `[]`, `{}` and `false` say nothing.
    pub(crate) fn says_nothing(&self) -> bool {
        match self.value {
            Value::Null | Value::Bool(false) => true,
            Value::String(text) => text.trim().is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(members) => members.is_empty(),
            _ => false,
        }
    }

    fn wrong<T>(&self, wanted: &str, problems: &mut Problems) -> Option<T> {
        problems.error(&self.path, format!("must be {wanted}"), &self.shown());
        None
    }
}

/// An object's fields; what nobody asked for is unknown.
#[derive(Debug)]
pub(crate) struct Fields<'v> {
    object: &'v Map<String, Value>,
    pub(crate) path: String,
    known: Vec<&'static str>,
}

impl<'v> Fields<'v> {
    /// The field, unless it is missing or `null`.
    pub(crate) fn get(&mut self, key: &'static str) -> Option<At<'v>> {
        self.known.push(key);
        let value = self.object.get(key).filter(|value| !value.is_null())?;
        Some(At { value, path: member(&self.path, key) })
    }

    pub(crate) fn text(&mut self, key: &'static str, problems: &mut Problems) -> Option<Located<String>> {
        let at = self.get(key)?;
        Some(Located { value: at.text(problems)?, path: at.path })
    }

    /// As `text`, but without one that is blank.
    pub(crate) fn filled(&mut self, key: &'static str, problems: &mut Problems) -> Option<Located<String>> {
        self.text(key, problems).filter(|text| !text.value.trim().is_empty())
    }

    pub(crate) fn texts(&mut self, key: &'static str, problems: &mut Problems) -> Vec<Located<String>> {
        self.get(key).map(|at| at.texts(problems)).unwrap_or_default()
    }

    pub(crate) fn flag(&mut self, key: &'static str, problems: &mut Problems) -> Option<bool> {
        self.get(key)?.flag(problems)
    }

    /// These fields are known but do nothing here.
    pub(crate) fn known(&mut self, keys: &[&'static str]) {
        self.known.extend(keys);
    }

    /// Warns about every field that nobody asked for.
    pub(crate) fn warn_unknown(self, problems: &mut Problems) {
        for (key, value) in self.object.iter().filter(|(key, _)| !self.known.contains(&key.as_str())) {
            let at = At { value, path: member(&self.path, key) };
            let rule = match self.known.iter().find(|known| alike(known, key)) {
                Some(meant) => format!("this field is not known; is {meant} meant?"),
                None => "this field is not known; it is kept and does nothing".to_owned(),
            };
            problems.warning(&at.path, rule, &at.shown());
        }
    }
}

/// Whether one name is probably a slip for the other: case and signs aside, one letter missing, too many or wrong.
fn alike(one: &str, other: &str) -> bool {
    let letters =
        |name: &str| name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (one, other) = (letters(one), letters(other));
    let same_start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let same_end = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let longer = one.len().max(other.len());
    one == other || (longer > 4 && one.len().abs_diff(other.len()) <= 1 && same_start + same_end + 1 >= longer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_other_names() {
        for (one, other, expected) in [
            ("stopwords", "stopWords", true),
            ("id", "_id", true),
            ("_intent", "_intents", true),
            ("respanse", "response", true),
            ("colour", "response", false),
            ("tag", "arn", false),
        ] {
            assert_eq!(alike(one, other), expected, "{one} {other}");
        }
    }
}
