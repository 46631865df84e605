//! `%%NAME%%` anchors, which the reference's installer filled.

use serde_json::Value;

use crate::{
    path::{index, member},
    problem::Problems,
};

/// Sample backends by the anchor that stands for their ARN.
const SAMPLES: [(&str, &str); 3] = [
    ("SAMPLE_WEATHER_FORECAST_BOT_ARN", "sbf-sample-weather"),
    ("SAMPLE_LEAVE_FEEDBACK_BOT_ARN", "sbf-sample-feedback"),
    ("SAMPLE_PIZZA_ORDER_BOT_ARN", "sbf-sample-pizza"),
];

/// The sample backend that a text of one anchor stands for.
pub(crate) fn sample(text: &str) -> Option<&'static str> {
    let name = text.trim().strip_prefix("%%")?.strip_suffix("%%")?;
    SAMPLES.iter().find(|(anchor, _)| *anchor == name).map(|(_, function)| *function)
}

/// Whether a text holds an anchor.
pub(crate) fn unfilled(text: &str) -> bool {
    next(text).is_some()
}

/// Fills anchors in every text of a value, and warns about those that nothing is known for.
pub(crate) fn fill(value: &mut Value, path: &str, known: &dyn Fn(&str) -> Option<String>, problems: &mut Problems) {
    match value {
        Value::String(text) => {
            if sample(text).is_none() && unfilled(text) {
                *text = fill_text(text, path, known, problems);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter_mut().enumerate() {
                fill(item, &index(path, i), known, problems);
            }
        }
        Value::Object(members) => {
            for (key, value) in members.iter_mut() {
                fill(value, &member(path, key), known, problems);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn fill_text(text: &str, path: &str, known: &dyn Fn(&str) -> Option<String>, problems: &mut Problems) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((start, end)) = next(rest) {
        let anchor = &rest[start..end];
        filled.push_str(&rest[..start]);
        match known(anchor.trim_matches('%')) {
            Some(value) => filled.push_str(&value),
            None => {
                problems.warning(path, "an anchor is not filled: nothing is known for it", anchor);
                filled.push_str(anchor);
            }
        }
        rest = &rest[end..];
    }
    filled + rest
}

/// Start and end of the first `%%NAME%%`.
fn next(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(start) = text[from..].find("%%").map(|at| from + at) {
        let name = &text[start + 2..];
        let length =
            name.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')).unwrap_or(name.len());
        if length > 0 && name[length..].starts_with("%%") {
            return Some((start, start + 2 + length + 2));
        }
        from = start + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_anchors_are_filled_and_others_named() {
        let mut value = serde_json::json!({"a": ["I am %%BOT_NAME%%, %%X%% %%", "%%SAMPLE_PIZZA_ORDER_BOT_ARN%%"], "b": "100%% sure%%"});
        let mut problems = Problems::of("knowledge.json");
        fill(&mut value, "", &|name| (name == "BOT_NAME").then(|| "Ana".to_owned()), &mut problems);
        assert_eq!(
            value,
            serde_json::json!({"a": ["I am Ana, %%X%% %%", "%%SAMPLE_PIZZA_ORDER_BOT_ARN%%"], "b": "100%% sure%%"})
        );
        let found: Vec<_> =
            problems.sorted(&Value::Null).into_iter().map(|problem| (problem.path, problem.found)).collect();
        assert_eq!(found, [("a[0]".to_owned(), "%%X%%".to_owned())]);
    }

    #[test]
    fn sample_anchors_stand_for_functions() {
        assert_eq!(sample(" %%SAMPLE_WEATHER_FORECAST_BOT_ARN%% "), Some("sbf-sample-weather"));
        assert_eq!(sample("%%SAMPLE_OTHER%%"), None);
    }
}
