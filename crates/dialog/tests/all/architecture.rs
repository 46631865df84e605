//! What this crate promises about itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Names of the wire's JSON that mean nothing outside it.
const WIRE_NAMES: [&str; 17] = [
    "rawIntent",
    "bestMatchID",
    "desiredMatch",
    "desiredKnowledgeID",
    "asyncConversation",
    "payloadPosition",
    "generateReturn",
    "customPronunciation",
    "endConversation",
    "validationSuccessMessage",
    "validationErrorMessage",
    "richResponseObject",
    "pollyOnServer",
    "sessionExpired",
    "_tags",
    "_entities",
    "hashBase",
];

/// Where they may stand: in the renderings and readings of what goes out and comes in.
const SPEAK_WIRE: [&str; 5] = ["wire", "fulfilment", "federation", "relayed", "kept"];

/// What the crate's root re-exports, and the module that defines it.
const REEXPORTED: [(&str, &str); 7] = [
    ("Bot", "bot"),
    ("BotError", "bot"),
    ("Timing", "bot"),
    ("Call", "input"),
    ("Moment", "input"),
    ("CallError", "wire"),
    ("Response", "response"),
];

/// What the machine is made of.
const MACHINE_USES: [&str; 11] = [
    "content",
    "federation",
    "fulfilment",
    "input",
    "parameters",
    "payload",
    "ports",
    "reply",
    "scope",
    "session",
    "wording",
];

/// What a bot is made of.
const BOT_USES: [&str; 9] =
    ["digest", "federation", "input", "kept", "machine", "ports", "reply", "response", "session"];

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The code of a file: without its tests, which stand last, and without comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//"))
}

/// The code of each top-level module, its folder included; the crate's root is none.
fn modules() -> BTreeMap<String, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&source, &mut files);
    let mut modules = BTreeMap::<String, String>::new();
    for (path, text) in files {
        let inside = Path::new(&path).strip_prefix(&source).unwrap().with_extension("");
        let module = inside.iter().next().unwrap().to_str().unwrap().to_owned();
        if module != "lib" {
            modules.entry(module).or_default().extend(code(&text).flat_map(|line| [line, "\n"]));
        }
    }
    modules
}

/// The names that follow `crate::` in some code: one, or the first of each path in braces.
fn named(code: &str) -> BTreeSet<String> {
    let name = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let Some(inside) = rest.strip_prefix('{') else {
            found.insert(name(rest));
            continue;
        };
        let (mut depth, mut start) = (0, true);
        for (place, c) in inside.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if start && !c.is_whitespace() => {
                    found.insert(name(&inside[place..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    found
}

/// Which top-level modules each one uses.
fn uses() -> BTreeMap<String, BTreeSet<String>> {
    let modules = modules();
    let defining = |name: String| {
        let known = REEXPORTED.iter().find(|(reexported, _)| *reexported == name);
        known.map_or(name, |(_, module)| (*module).to_owned())
    };
    let uses = |module: &String, code: &String| {
        let used: BTreeSet<String> = named(code).into_iter().map(defining).filter(|used| used != module).collect();
        for used in &used {
            assert!(modules.contains_key(used), "{module} uses {used}, which is no module");
        }
        (module.clone(), used)
    };
    modules.iter().map(|(module, code)| uses(module, code)).collect()
}

#[test]
fn wire_names_stand_only_where_something_is_rendered_or_read() {
    let modules = modules();
    assert!(modules.len() > 10);
    for (module, code) in modules.iter().filter(|(module, _)| !SPEAK_WIRE.contains(&module.as_str())) {
        for line in code.lines() {
            let name = WIRE_NAMES.iter().find(|name| line.contains(&format!("\"{name}\"")));
            assert_eq!(name, None, "{module}: {line}");
        }
    }
}

#[test]
fn modules_use_each_other_in_no_circle() {
    let mut open = uses();
    assert!(open["bot"].contains("machine") && open["wire"].contains("input"), "{open:?}");
    while !open.is_empty() {
        let before = open.len();
        let left: BTreeSet<String> = open.keys().cloned().collect();
        open.retain(|_, used| !used.is_disjoint(&left));
        assert!(open.len() < before, "these stand in a circle or use one: {open:#?}");
    }
}

#[test]
fn machine_and_bot_know_a_named_few_modules_and_not_the_wire() {
    let uses = uses();
    for (module, known) in [("machine", &MACHINE_USES[..]), ("bot", &BOT_USES)] {
        let known: BTreeSet<String> = known.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(uses[module], known, "{module}");
    }
}

#[test]
fn no_runtime_and_no_cloud_are_depended_upon() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dev-dependencies]").next().unwrap();
    for name in ["tokio", "aws", "axum", "hyper", "reqwest", "rand", "uuid"] {
        assert!(!dependencies.contains(name), "{name}");
    }
}
