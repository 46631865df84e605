//! Typed access to a JSON value whose faults are collected with their paths, not returned.

use serde_json::{Map, Value};

use crate::problem::Problems;

/// The path of an object's member.
pub(crate) fn member(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match (plain, path.is_empty()) {
        (true, true) => key.to_owned(),
        (true, false) => format!("{path}.{key}"),
        (false, _) => format!("{path}[{}]", Value::from(key)),
    }
}

/// The path of a list's item.
pub(crate) fn index(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}

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
            problems.warning(&at.path, "this field is not known; it is kept and does nothing", &at.shown());
        }
    }
}
