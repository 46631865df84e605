//! JSON paths, such as `knowledge[3]._source.arn`: how they are written, and where they stand in a file.

use serde_json::Value;

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

/// Where a path stands in the file: its members' places one after the other, so that paths sort as the file reads.
/// What is missing stands at its object's end.
pub(crate) fn place(root: &Value, path: &str) -> Vec<usize> {
    let mut places = Vec::new();
    let mut value = Some(root);
    let mut rest = path;
    while !rest.is_empty() {
        let (key, after) = segment(rest);
        let (at, next) = match value {
            Some(Value::Object(members)) => (members.keys().position(|other| *other == key), members.get(key.as_str())),
            Some(Value::Array(items)) => {
                let at = key.parse().ok();
                (at, at.and_then(|at: usize| items.get(at)))
            }
            _ => (None, None),
        };
        places.push(at.unwrap_or(usize::MAX));
        (value, rest) = (next, after);
    }
    places
}

/// The first key or index of a path, and what follows.
fn segment(path: &str) -> (String, &str) {
    if let Some(quoted) = path.strip_prefix("[\"") {
        let mut texts = serde_json::Deserializer::from_str(&path[1..]).into_iter::<String>();
        let key = texts.next().and_then(Result::ok).unwrap_or_else(|| quoted.to_owned());
        return (key, path.get(1 + texts.byte_offset() + 1..).unwrap_or_default());
    }
    let path = path.trim_start_matches(['.', '[']);
    let end = path.find(['.', '[', ']']).unwrap_or(path.len());
    (path[..end].to_owned(), path[end..].trim_start_matches(']'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_sort_as_the_file_reads() {
        let file = json!({"b": [0, {"x y": {"z": 1}}], "a": 2, "c[\"]": {"d": 3}});
        for (path, expected) in [
            ("", vec![]),
            ("b", vec![0]),
            ("b[1][\"x y\"].z", vec![0, 1, 0, 0]),
            ("a", vec![1]),
            ("a.b.c", vec![1, usize::MAX, usize::MAX]),
            ("b[7]", vec![0, 7]),
            ("[\"c[\\\"]\"].d", vec![2, 0]),
        ] {
            assert_eq!(place(&file, path), expected, "{path}");
        }
    }
}
