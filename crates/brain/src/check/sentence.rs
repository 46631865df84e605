//! Sentences: what an item or a parameter says, and what the bot says of itself.

use std::collections::HashMap;

use crate::{
    expression::{Expression, Template, translation},
    intent::Variation,
    knowledge::{Knowledge, Sentence},
    problem::Problems,
    reader::Located,
    sentences,
    stock::Stock,
};

/// Compiles sentences; a faulty one is left out, and is a problem.
pub(super) fn variations(written: &[Sentence], problems: &mut Problems) -> Vec<Variation> {
    written.iter().filter_map(|sentence| variation(sentence, problems)).collect()
}

/// A sentence; what is missing of text and speech is made from the other.
pub(super) fn variation(written: &Sentence, problems: &mut Problems) -> Option<Variation> {
    let condition = written.condition.as_ref().map(|condition| self::condition(condition, problems));
    let (text, speech) = match (&written.text, &written.speech) {
        (Some(text), Some(speech)) => (text.clone(), speech.clone()),
        (Some(text), None) => (text.clone(), without_tags(text)),
        (None, Some(speech)) if !speech.trim().is_empty() => (speech.clone(), speech.clone()),
        (None, _) => {
            problems.error(&written.path, "a sentence needs a text", "none");
            return None;
        }
    };
    let text = template(&text, &format!("{}.text", written.path), problems);
    let speech = match written.speech.as_deref() {
        // What is made from the text has the text's faults, which are told once.
        None => Template::parse(&speech).0,
        Some(_) => template(&speech, &format!("{}.speech", written.path), problems),
    };
    Some(Variation { text, speech, condition })
}

/// A sentence with its `${…}`; what cannot be read of it is not said.
fn template(written: &str, path: &str, problems: &mut Problems) -> Template {
    let (template, errors) = Template::parse(written);
    for error in errors {
        problems.warning(path, format!("what stands in ${{…}} cannot be read and is left out: {error}"), written);
    }
    template
}

/// A condition that cannot be read does not hold.
fn condition(written: &Located<String>, problems: &mut Problems) -> Expression {
    Expression::parse(&written.value).unwrap_or_else(|error| {
        let rule = format!("the condition cannot be read, so it never holds: {error}{}", instead(&written.value));
        problems.warning(&written.path, rule, &written.value);
        Expression::never()
    })
}

/// What to write instead, where that can be told.
pub(super) fn instead(written: &str) -> String {
    translation(written).map(|ours| format!("; write {ours} instead")).unwrap_or_default()
}

/// Parses an expression that must be one.
pub(super) fn expression(written: &Located<String>, what: &str, problems: &mut Problems) -> Option<Expression> {
    match Expression::parse(&written.value) {
        Ok(expression) => Some(expression),
        Err(error) => {
            let rule = format!("{what} cannot be read: {error}{}", instead(&written.value));
            problems.error(&written.path, rule, &written.value);
            None
        }
    }
}

/// All stock sentences: the author's where there is one.
pub(super) fn stock(written: &Knowledge, language: Option<&str>, problems: &mut Problems) -> HashMap<Stock, Variation> {
    let mut authored = |which: Stock| {
        let sentence = match which {
            Stock::Miss => written.miss.as_ref(),
            Stock::Error => written.error.as_ref(),
            Stock::Welcome => written.welcome.as_ref(),
            _ => None,
        };
        sentence.and_then(|sentence| variation(sentence, problems))
    };
    Stock::ALL.into_iter().map(|which| (which, authored(which).unwrap_or_else(|| built_in(which, language)))).collect()
}

fn built_in(which: Stock, language: Option<&str>) -> Variation {
    let text = Template::parse(sentences::sentence(which, language)).0;
    Variation { speech: text.clone(), text, condition: None }
}

/// A text to be spoken: HTML tags become spaces.
fn without_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let after = &rest[start + 1..];
        let opens_tag = after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!' || c == ' ');
        let Some(end) = after.find('>').filter(|_| opens_tag) else {
            plain.push_str(&rest[..=start]);
            rest = after;
            continue;
        };
        plain.push_str(&rest[..start]);
        plain.push(' ');
        rest = &after[end + 1..];
    }
    plain.push_str(rest);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
