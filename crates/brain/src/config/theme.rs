//! `theme` of configs.json, by the rules with which the page reads it (`web/src/client.ts`).
//!
//! It is handed to clients as it is written. What the page cannot show costs the bot no answer, so that all of this is warned about.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::{
    anchors,
    problem::Problems,
    reader::{At, Fields},
};

/// The colours that an author may choose.
const COLOURS: [&str; 4] = ["primary", "background", "surface", "text"];

/// Warns about everything in a theme that the page would not show.
pub(super) fn check(at: &At<'_>, problems: &mut Problems) {
    let Some(mut fields) = members(at, problems) else { return };
    if let Some(at) = fields.get("name") {
        text(&at, problems);
    }
    for key in ["logo", "avatar"] {
        let rule = "must be a picture's address: https://…, data:image/…, or a path on the page's own host";
        readable(fields.get(key).as_ref(), &PICTURE, rule, problems);
    }
    if let Some(mut chosen) = fields.get("colours").and_then(|at| members(&at, problems)) {
        colours(&mut chosen, problems);
        if let Some(mut dark) = chosen.get("dark").and_then(|at| members(&at, problems)) {
            colours(&mut dark, problems);
            dark.warn_unknown(problems);
        }
        chosen.warn_unknown(problems);
    }
    fields.warn_unknown(problems);
}

static COLOUR: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(?i)^#([0-9a-f]{3}|[0-9a-f]{6})$").ok());

/// A path begins with one slash at most: with two it would be another host.
static PICTURE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let data = r"data:image/(png|jpeg|gif|webp|svg\+xml)[;,]";
    Regex::new(&format!(r"^((?i:https://|{data}).*|/|/?[A-Za-z0-9_.%-][A-Za-z0-9_./%-]*)$")).ok()
});

fn colours(fields: &mut Fields<'_>, problems: &mut Problems) {
    for key in COLOURS {
        readable(fields.get(key).as_ref(), &COLOUR, "must be a colour, #rgb or #rrggbb", problems);
    }
}

fn readable(at: Option<&At<'_>>, form: &LazyLock<Option<Regex>>, rule: &str, problems: &mut Problems) {
    let Some(at) = at else { return };
    let Some(text) = text(at, problems) else { return };
    let fits = |form: &Regex| form.is_match(&text);
    if !form.as_ref().is_none_or(fits) && !anchors::unfilled(&text) {
        problems.warning(&at.path, format!("{rule}; the page does without it"), &text);
    }
}

/// A text that says something. The page takes a number as its digits.
fn text(at: &At<'_>, problems: &mut Problems) -> Option<String> {
    match at.value {
        Value::String(_) | Value::Number(_) => {
            at.text(problems).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
        }
        _ => {
            problems.warning(&at.path, "must be text; the page does without it", &at.shown());
            None
        }
    }
}

fn members<'v>(at: &At<'v>, problems: &mut Problems) -> Option<Fields<'v>> {
    if !at.value.is_object() {
        problems.warning(&at.path, "must be an object; the page does without it", &at.shown());
        return None;
    }
    at.fields(problems)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Problem, Severity, config::CONFIGS_FILE};

    fn warned(theme: &Value) -> Vec<Problem> {
        let mut problems = Problems::of(CONFIGS_FILE);
        check(&At { value: theme, path: "theme".to_owned() }, &mut problems);
        let problems = problems.sorted(&json!({ "theme": theme }));
        assert!(problems.iter().all(|problem| problem.severity == Severity::Warning), "{problems:#?}");
        problems
    }

    /// Values at paths, and whether the page shows them; web/test/client.test.ts holds the page to the same list.
    #[test]
    fn what_the_page_shows_is_right_and_what_it_drops_is_warned_about() {
        let cases: Vec<(String, Value, bool)> =
            serde_json::from_str(include_str!("../../fixtures/theme.json")).unwrap();
        for (path, value, shown) in cases {
            let mut theme = json!({});
            let pointer = path.split('.').fold(&mut theme, |theme, key| &mut theme[key]);
            *pointer = value.clone();
            let found: Vec<_> = warned(&theme).into_iter().map(|problem| problem.path).collect();
            let expected = if shown { vec![] } else { vec![format!("theme.{path}")] };
            assert_eq!(found, expected, "{value}");
        }
    }

    #[test]
    fn slips_are_warned_about_by_name() {
        let found = warned(&json!({
            "colors": {"primary": "red"}, "name": 5, "colours": {"primry": "#fff", "dark": {"accent": "#000"}}, "avatar": [1],
        }));
        let found: Vec<_> = found
            .iter()
            .map(|problem| (problem.path.as_str(), problem.rule.as_str(), problem.found.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("theme.colors", "this field is not known; is colours meant?", r#"{"primary":"red"}"#),
                ("theme.name", "should be text in quotes", "5"),
                ("theme.colours.primry", "this field is not known; is primary meant?", "#fff"),
                ("theme.colours.dark.accent", "this field is not known; it is kept and does nothing", "#000"),
                ("theme.avatar", "must be text; the page does without it", "[1]"),
            ]
        );
    }

    #[test]
    fn what_says_nothing_and_what_is_filled_in_later_is_fine() {
        assert_eq!(warned(&json!({})), []);
        assert_eq!(warned(&json!({"name": "", "logo": null, "colours": {"dark": {}}})), []);
        assert_eq!(warned(&json!({"name": "%%BOT_NAME%%", "logo": "%%LOGO%%"})), []);
    }
}
