//! The modules of a crate do not import each other in a circle, so that each can be read after those that it needs.
//!
//! The sources are read as text, in the form that `cargo fmt` gives them. A file and the folder of its name are one module; tests do not count.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use regex::Regex;
use sbf_tests::repository;

use crate::architecture;

/// Crates without circles.
const WITHOUT_CIRCLES: &[&str] = &["languages", "brain", "dialog"];

/// Module → the modules that it imports, each with a file that does so.
type Imports = BTreeMap<String, BTreeMap<String, String>>;

#[test]
fn modules_do_not_import_each_other_in_a_circle() {
    for krate in WITHOUT_CIRCLES {
        let files = sources(krate);
        assert!(files.len() > 3, "crates/{krate} has hardly any sources");
        let imports = imports(&files);
        assert!(!imports.is_empty(), "no import was found in crates/{krate}");
        let circle = circle(&imports);
        assert!(circle.is_empty(), "modules of crates/{krate} import each other in a circle:\n{}", circle.join("\n"));
    }
}

/// The product code of a crate by its path in `src`, without the extension.
fn sources(krate: &str) -> BTreeMap<String, String> {
    let folder = format!("crates/{krate}/src");
    let path = |file: &std::path::Path| {
        let inside = file.strip_prefix(repository().join(&folder)).unwrap().with_extension("");
        inside.to_string_lossy().replace('\\', "/")
    };
    let files = architecture::sources(&folder).into_iter();
    files.map(|file| (path(&file), fs::read_to_string(&file).unwrap())).filter(|(path, _)| !is_test(path)).collect()
}

fn is_test(path: &str) -> bool {
    path.split('/').any(|part| part.ends_with("tests"))
}

/// Who imports whom. `crate::Name` counts as the module from which the root takes the name.
fn imports(files: &BTreeMap<String, String>) -> Imports {
    let root = files.get("lib").expect("the crate has a lib.rs");
    let names = names(root, files.keys().filter(|path| *path != "lib").map(|path| module(path)));
    let mut imports = Imports::new();
    for (path, text) in files.iter().filter(|(path, _)| *path != "lib") {
        for head in heads(&product_code(text), depth(path)) {
            let import = names.get(&head).unwrap_or_else(|| panic!("{path}.rs: no module gives crate::{head}"));
            if import != module(path) {
                let from = imports.entry(module(path).to_owned()).or_default();
                from.entry(import.clone()).or_insert_with(|| format!("{path}.rs"));
            }
        }
    }
    imports
}

fn module(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

/// How many `super::` lead from a file to the crate's root.
fn depth(path: &str) -> usize {
    path.split('/').filter(|part| *part != "mod").count()
}

/// Each name that `crate::` can stand before, and the module that gives it.
fn names<'p>(root: &str, modules: impl Iterator<Item = &'p str>) -> BTreeMap<String, String> {
    let mut names: BTreeMap<String, String> = modules.map(|module| (module.to_owned(), module.to_owned())).collect();
    let import = Regex::new(r"(?m)^(?:pub(?:\([^)]*\))? )?use (?:self::|crate::)?([^;]+);").unwrap();
    for found in import.captures_iter(&product_code(root)) {
        for path in leaves(&found[1]) {
            let (path, alias) = path.split_once(" as ").unwrap_or((&path, ""));
            let name = if alias.is_empty() { path.rsplit("::").next().unwrap_or(path) } else { alias };
            let before = names.insert(name.to_owned(), first(path).to_owned());
            let same = before.is_none_or(|before| before == first(path));
            assert!(same, "lib.rs: crate::{name} is a module and a name from another one");
        }
    }
    names
}

/// The names right behind `crate::`, or behind as many `super::` as lead to the root.
fn heads(code: &str, depth: usize) -> BTreeSet<String> {
    let start = Regex::new(r"\bcrate::|\b(?:super::)+").unwrap();
    let mut heads = BTreeSet::new();
    for found in start.find_iter(code) {
        let climbed = found.as_str().matches("super::").count();
        for path in leaves(tree(&code[found.end()..])) {
            let further = path.split("::").take_while(|part| *part == "super").count();
            if found.as_str() == "crate::" || climbed + further >= depth {
                heads.insert(path.split("::").nth(further).unwrap_or_default().to_owned());
            }
        }
    }
    heads
}

/// The path that a text begins with, and the braces in which it goes on.
fn tree(text: &str) -> &str {
    let path = text.find(|c: char| !(c.is_alphanumeric() || "_:*".contains(c))).unwrap_or(text.len());
    let goes_on = (path == 0 || text[..path].ends_with("::")) && text[path..].starts_with('{');
    if !goes_on {
        return text[..path].trim_end_matches(':');
    }
    let mut open = 0;
    let end = text.char_indices().find(|(_, c)| {
        open += i32::from(*c == '{') - i32::from(*c == '}');
        *c == '}' && open == 0
    });
    end.map_or(text, |(end, _)| &text[..=end])
}

/// `a::{b, c::{d, e}}` → `a::b`, `a::c::d`, `a::c::e`.
fn leaves(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((before, inside)) = tree.split_once('{') else {
        return if tree.is_empty() { Vec::new() } else { vec![tree.to_owned()] };
    };
    let inside = inside.strip_suffix('}').unwrap_or(inside);
    parts(inside).into_iter().flat_map(leaves).map(|leaf| format!("{before}{leaf}")).collect()
}

/// Cuts a list at the commas that stand in no braces.
fn parts(list: &str) -> Vec<&str> {
    let mut open = 0_i32;
    list.split(|c: char| {
        open += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && open == 0
    })
    .collect()
}

fn first(path: &str) -> &str {
    path.split("::").next().unwrap_or(path)
}

/// A file without its comments and without what only tests see.
fn product_code(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        if !code.starts_with("#[cfg(test)]") && !code.starts_with("#[cfg(all(test") {
            kept.extend([line, "\n"]);
            continue;
        }
        // What the attribute belongs to ends on a line that begins as far in as it does.
        let indent = line.len() - code.len();
        let ends = |line: &&str| line.len() - line.trim_start().len() == indent && line.ends_with([';', ',', '}']);
        let _ = lines.find(ends);
    }
    kept
}

/// The imports of one circle, one a line; empty where there is none.
fn circle(imports: &Imports) -> Vec<String> {
    let mut left = imports.clone();
    // A module all of whose imports are gone is in no circle.
    while let Some(done) = left.iter().find(|(_, to)| !to.keys().any(|to| left.contains_key(to))) {
        let done = done.0.clone();
        left.remove(&done);
    }
    let next = |module: &String| left[module].iter().find(|(to, _)| left.contains_key(*to));
    let mut way: Vec<(&String, String)> = Vec::new();
    let mut at = left.keys().next();
    while let Some((module, (to, file))) = at.and_then(|module| Some((module, next(module)?))) {
        if let Some(start) = way.iter().position(|(passed, _)| *passed == module) {
            return way.split_off(start).into_iter().map(|(_, line)| line).collect();
        }
        way.push((module, format!("{module} → {to} ({file})")));
        at = Some(to);
    }
    Vec::new()
}

fn made_up(files: &[(&str, &str)]) -> Vec<String> {
    circle(&imports(&files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()))
}

#[test]
fn a_circle_is_found_in_every_form_of_import() {
    let root = "mod a;\nmod b;\nmod c;\npub use a::{inner::{Deep, Other as Renamed}, Plain};\n";
    for back in [
        "use crate::{\n    b::One,\n    a::Plain,\n};\n",
        "use crate::{Deep, b::{One, Two}};\n",
        "fn f() -> crate::Renamed { crate::Renamed::new() }\n",
        "use super::super::a;\n",
        "use super::{One, super::a::Plain};\n",
        "#[cfg(test)]\nuse crate::b;\nuse crate::a;\n",
        "#[cfg(test)]\nmod tests {\n    use crate::b;\n}\n\nfn f() { crate::a::g() }\n",
    ] {
        let files =
            [("lib", root), ("a", "use crate::b::B;\n"), ("b", "use super::c;\n"), ("c/d", back), ("c", "mod d;\n")];
        assert_eq!(made_up(&files), ["a → b (a.rs)", "b → c (b.rs)", "c → a (c/d.rs)"], "{back}");
    }
}

#[test]
fn comments_tests_and_one_module_alone_make_no_circle() {
    let root = "mod a;\nmod b;\npub use a::Plain;\n";
    for back in [
        "//! See [`crate::a::Plain`].\n",
        "// crate::a would be a circle.\n",
        "#[cfg(test)]\nmod tests {\n    use crate::a;\n    fn f() {\n        g();\n    }\n    use super::super::a;\n}\n",
        "#[cfg(all(test, feature = \"train\"))]\nuse crate::{\n    a,\n};\n",
        "use crate::b::c::D;\nuse self::c::E;\nuse serde::Serialize;\n",
    ] {
        let files = [("lib", root), ("a", "use crate::b;\n"), ("b", back), ("b/c", "use super::F;\nuse crate::b;\n")];
        assert_eq!(made_up(&files), Vec::<String>::new(), "{back}");
    }
}
