//! The names that expressions may use, in conditions, defaults and validations as in the `${…}` of sentences.

/// Names by their first word, with what may follow it; where nothing is listed, anything may follow.
///
/// What a name stands for is the dialog's to say; a test there walks this list.
pub const NAMES: [(&str, &[&str]); 16] = [
    ("bot", &["name"]),
    ("channel", &[]),
    ("entities", &[]),
    ("environmentVars", &[]),
    ("first_name", &[]),
    ("heardLang", &[]),
    ("intentBeforeParsers", &[]),
    ("lang", &[]),
    ("lastNode", &[]),
    ("now", &[]),
    ("parent", &[]),
    ("payload", &[]),
    ("session", &["id", "misses"]),
    ("sessionID", &[]),
    ("user", &["name", "email", "groups"]),
    ("value", &[]),
];

/// What is wrong with a name; `None` where it is known.
pub(super) fn fault(path: &[String]) -> Option<String> {
    let unknown = format!("unknown name '{}'", path.join("."));
    let Some((root, fields)) = NAMES.iter().find(|(root, _)| path.first().is_some_and(|first| first == root)) else {
        return Some(unknown);
    };
    let field = path.get(1).filter(|_| !fields.is_empty())?;
    let known = fields.contains(&field.as_str()) || field == "length";
    (!known).then(|| format!("{unknown}: '{root}' has {}", listed(fields)))
}

fn listed(fields: &[&str]) -> String {
    match fields {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => fields.concat(),
    }
}
