//! JavaScript as knowledge files hold it, in the words that this language has; a suggestion for authors, never applied unasked.

use std::sync::LazyLock;

use regex::Regex;

use super::Expression;

/// What something is asked of: a name, a text or a list.
const SUBJECT: &str = r#"((?:[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*|\[[^\[\]]*\])*|'[^']*'|"[^"]*"|\[[^\[\]]*\]|\b(?:lower|upper|trim|number|length|entity)\([^()]*\)))"#;

/// From JavaScript to the same in this language, tried again and again until nothing changes.
static IDIOMS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let idioms = [
        (
            r#"new RegExp\(\s*(['"])((?:\\.|[^\\])*?)['"]\s*(?:,\s*['"][gimsuy]*['"]\s*)?\)\.test\(([^()]*)\)"#,
            "matches($3, '$2')",
        ),
        (r"/((?:\\.|[^/\\])+)/[gimsuy]*\.test\(([^()]*)\)", "matches($2, '$1')"),
        (r"@\.match\(\s*/((?:\\.|[^/\\])+)/[gimsuy]*\s*\)", "matches($1, '$2')"),
        (r"@\.search\(\s*/((?:\\.|[^/\\])+)/[gimsuy]*\s*\)\s*(?:>=\s*0|>\s*-1|!==?\s*-1)", "matches($1, '$2')"),
        (r"@\.(?:includes|contains)\(([^()]*)\)", "contains($1, $2)"),
        (r"@\.indexOf\(([^()]*)\)\s*(?:>=\s*0|>\s*-1|!==?\s*-1)", "contains($1, $2)"),
        (r"@\.indexOf\(([^()]*)\)\s*(?:<\s*0|===?\s*-1)", "!contains($1, $2)"),
        (r"@\.(startsWith|endsWith)\(([^()]*)\)", "$2($1, $3)"),
        (r"@\.(?:toLowerCase|toLocaleLowerCase)\(\)", "lower($1)"),
        (r"@\.(?:toUpperCase|toLocaleUpperCase)\(\)", "upper($1)"),
        (r"@\.trim\(\)", "trim($1)"),
        (r"@\.toString\(\)", "$1"),
        (r"\b(?:Number|parseInt|parseFloat)\(", "number("),
        (r#"typeof\s+@\s*!==?\s*['"]undefined['"]"#, "$1 != null"),
        (r#"typeof\s+@\s*===?\s*['"]undefined['"]"#, "$1 == null"),
        (r"contains\((?:_?tags|context\._tags|lexicon),\s*", "hasTag("),
        (r"([^=!<>])=([^=>])", "$1==$2"),
    ];
    let compiled = idioms.into_iter().map(|(idiom, ours)| {
        // Groups are numbered from left to right, so `@` is always the first one.
        (Regex::new(&idiom.replace('@', SUBJECT)), ours)
    });
    compiled.filter_map(|(idiom, ours)| Some((idiom.ok()?, ours))).collect()
});

/// The same in this language, where that can be told.
pub(crate) fn translation(written: &str) -> Option<String> {
    const ROUNDS: usize = 10;
    const LONGEST: usize = 500;
    let mut ours = written.trim().trim_end_matches(';').to_owned();
    if ours.len() > LONGEST {
        return None;
    }
    for _ in 0..ROUNDS {
        let before = ours.clone();
        for (idiom, replacement) in IDIOMS.iter() {
            // A comparison is the last resort: `=` also stands in what is not translated yet.
            if Expression::parse(&ours).is_ok() {
                return (ours != written.trim()).then_some(ours);
            }
            ours = idiom.replace_all(&ours, *replacement).into_owned();
        }
        if ours == before || ours.len() > 2 * LONGEST {
            break;
        }
    }
    Expression::parse(&ours).is_ok().then_some(ours)
}

/// Whether a text that is no expression was meant as code.
pub(crate) fn looks_like_code(text: &str) -> bool {
    static CODE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"[\p{L}\w$\])]\.?[\w$]+\(|=>|\$\{|\bnew\s+[A-Z]|===|&&|\|\||;\s*$|\bfunction\b").ok()
    });
    CODE.as_ref().is_some_and(|code| code.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn javascript_is_told_in_this_language() {
        for (written, ours) in [
            ("value.includes('x')", "contains(value, 'x')"),
            ("['a', 'b'].includes(value)", "contains(['a', 'b'], value)"),
            ("['a', 'b'].indexOf(value) >= 0", "contains(['a', 'b'], value)"),
            ("value.indexOf('x') === -1", "!contains(value, 'x')"),
            ("value.toLowerCase().startsWith('a')", "startsWith(lower(value), 'a')"),
            ("value.toLowerCase() === 'sim'", "lower(value) === 'sim'"),
            ("/^[0-9]+$/.test(value)", "matches(value, '^[0-9]+$')"),
            ("new RegExp('^a+$', 'i').test(value)", "matches(value, '^a+$')"),
            ("value.match(/^\\d{3}$/)", "matches(value, '^\\d{3}$')"),
            ("parseInt(value) > 3", "number(value) > 3"),
            ("typeof payload.city !== 'undefined'", "payload.city != null"),
            ("_tags.indexOf('NEGATIVE') > -1", "hasTag('NEGATIVE')"),
            ("value = 'x'", "value=='x'"),
        ] {
            let said = translation(written).map(|ours| ours.replace(" == ", "=="));
            assert_eq!(said.as_deref(), Some(ours), "{written}");
        }
        for written in ["isMilk(value)", "value.split(',').map(x => x)", "", "= = ="] {
            assert_eq!(translation(written), None, "{written}");
        }
    }

    #[test]
    fn code_is_told_from_what_stands_for_itself() {
        for text in
            ["new Date()", "moment().format('YYYY')", "x => x", "a === b", "${value}", "user.name.split(' ')[0]"]
        {
            assert!(looks_like_code(text), "{text}");
        }
        for text in
            ["SAC", "R$ 10,00", "Rua A (centro)", "a.b", "3 > 2 talvez", "Olá; tudo bem?", "Dr. João", "não sei"]
        {
            assert!(!looks_like_code(text), "{text}");
        }
    }
}
