//! Sentences: what an item or a parameter says, and what the bot says of itself.

use std::collections::HashMap;

use super::compiler::Compiler;
use crate::{
    expression::Template,
    intent::Variation,
    knowledge::{Knowledge, Sentence},
    memory::Part,
    sentences,
    stock::Stock,
};

/// Compiles sentences; a faulty one is left out, and is a problem.
pub(super) fn variations(written: &[Sentence], compiler: &mut Compiler<'_>) -> Vec<Variation> {
    written.iter().filter_map(|sentence| variation(sentence, compiler)).collect()
}

/// A sentence; what is missing of text and speech is made from the other.
pub(super) fn variation(written: &Sentence, compiler: &mut Compiler<'_>) -> Option<Variation> {
    let condition = written.condition.as_ref().map(|condition| compiler.condition(condition));
    let (text, speech) = match (&written.text, &written.speech) {
        (Some(text), Some(speech)) => (text.clone(), speech.clone()),
        (Some(text), None) => (text.clone(), without_tags(text)),
        (None, Some(speech)) if !speech.trim().is_empty() => (speech.clone(), speech.clone()),
        (None, _) => {
            compiler.problems.error(&written.path, "a sentence needs a text", "none");
            return None;
        }
    };
    compiler.take(Part::Templates, size_of::<Variation>(), &written.path);
    let text = compiler.template(&text, &written.path, Some("text"));
    // What is made from the text has the text's faults, which are told once.
    let speech = compiler.template(&speech, &written.path, written.speech.is_some().then_some("speech"));
    Some(Variation { text, speech, condition })
}

/// All stock sentences: the author's where there is one.
pub(super) fn stock(
    written: &Knowledge,
    language: Option<&str>,
    compiler: &mut Compiler<'_>,
) -> HashMap<Stock, Variation> {
    let mut authored = |which: Stock| {
        let sentence = match which {
            Stock::Miss => written.miss.as_ref(),
            Stock::Error => written.error.as_ref(),
            Stock::Welcome => written.welcome.as_ref(),
            _ => None,
        };
        sentence.and_then(|sentence| variation(sentence, compiler))
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
