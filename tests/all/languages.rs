//! A complete language has everything outside its own folder too: the page's words, the samples' sentences and a sample bot.

use std::{collections::BTreeSet, fs};

use sbf_languages::{ALL, Language};
use sbf_tests::repository;

/// What a language needs outside of `crates/languages`.
struct Needed {
    what: &'static str,
    /// From the repository's folder on.
    file: String,
    /// A text that must stand in it.
    text: String,
}

#[test]
fn a_complete_language_lacks_nothing_on_the_page_and_in_the_samples() {
    let complaints: Vec<String> = ALL.iter().filter(|language| language.complete).flat_map(|l| lacking(l)).collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn what_a_language_lacks_is_named_with_the_file_to_write() {
    let danish = sbf_languages::of("da").expect("Danish is a partial language");
    let complaints = lacking(danish);
    assert_eq!(complaints.len(), needed(danish).len(), "{complaints:#?}");
    for (part, file) in [
        ("the page's words", "web/src/strings/da.ts"),
        ("the sample backends' sentences", "crates/samples/src/languages/da.rs"),
        ("the sample bot", "brain/da/knowledge.json"),
    ] {
        assert!(complaints.contains(&format!("Danish lacks {part}: write {file}")), "{complaints:#?}");
    }
}

/// The page and the sample backends speak no language that the table does not have whole.
#[test]
fn nothing_is_there_of_a_language_that_is_not_complete() {
    let complete = ALL.iter().filter(|language| language.complete).map(|language| language.tag.to_owned());
    let complete: BTreeSet<String> = complete.collect();
    assert_eq!(names("web/src/strings", ".ts", &["index", "names"]), complete);
    assert_eq!(names("crates/samples/src/languages", ".rs", &["mod", "tests"]), complete);
}

/// The files of a folder without their extension, but for those that are of no language.
fn names(folder: &str, extension: &str, others: &[&str]) -> BTreeSet<String> {
    let entries = fs::read_dir(repository().join(folder)).expect(folder);
    let names = entries.map(|entry| entry.expect(folder).file_name().to_string_lossy().into_owned());
    let names = names.filter_map(|name| name.strip_suffix(extension).map(str::to_owned));
    names.filter(|name| !others.contains(&name.as_str())).collect()
}

fn lacking(language: &Language) -> Vec<String> {
    let lacks = |needed: &Needed| {
        let text = fs::read_to_string(repository().join(&needed.file)).unwrap_or_default();
        text.is_empty() || !text.contains(&needed.text)
    };
    let named = |Needed { what, file, text }| match text.as_str() {
        "" => format!("{} lacks {what}: write {file}", language.name),
        text => format!("{} lacks {what}: write {text:?} in {file}", language.name),
    };
    needed(language).into_iter().filter(lacks).map(named).collect()
}

fn needed(language: &Language) -> Vec<Needed> {
    let tag = language.tag;
    let bot = language.sample.unwrap_or(tag);
    let whole = |what, file| Needed { what, file, text: String::new() };
    let listed = |what, file: &str, text| Needed { what, file: file.to_owned(), text };
    vec![
        whole("the page's words", format!("web/src/strings/{tag}.ts")),
        listed("its place among the page's words", "web/src/strings/index.ts", format!("from \"./{tag}\"")),
        whole("the sample backends' sentences", format!("crates/samples/src/languages/{tag}.rs")),
        listed("its place among the samples", "crates/samples/src/languages/mod.rs", format!("&{tag}::PHRASES")),
        whole("the sample bot", format!("brain/{bot}/knowledge.json")),
        whole("the sample bot's settings", format!("brain/{bot}/configs.json")),
        whole("the sample bot's small talk", format!("brain/{bot}/small-talk.talk")),
        whole("the sample bot's weather dialog", format!("brain/{bot}/weather.talk")),
        whole("the sample bot's feedback dialog", format!("brain/{bot}/feedback.talk")),
        whole("the sample bot's pizza dialog", format!("brain/{bot}/pizza.talk")),
    ]
}
