//! `regexList`: JavaScript regex literals, translated.

mod automaton;
mod translate;

use std::ops::Range;

use crate::fold::{Folded, fold, without_accents};

pub(crate) use self::automaton::{Automaton, OnUse};

/// A translated pattern. It takes memory once it is used.
#[derive(Debug, Clone)]
pub struct Pattern(OnUse<Compiled>);

#[derive(Debug, Clone)]
struct Compiled {
    regex: Automaton,
    /// The pattern without accents, for the folded utterance; `None` where taking them off leaves no regex.
    folded: Option<Automaton>,
}

/// Why a regex literal cannot be translated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(pub String);

impl Pattern {
    /// Translates `/…/flags`, or a bare regex.
    ///
    /// Case never matters; `\d` is an ASCII digit as in JavaScript, while `\w` and `\b` know all letters, because authors wrote them for text that
    /// had lost its accents.
    ///
    /// # Errors
    /// Where it is no regex, has no capture group, or uses what a linear-time matcher has not (look-around, back-references).
    pub fn translate(literal: &str) -> Result<Self, PatternError> {
        Self::measured(literal).map(|(pattern, _)| pattern)
    }

    /// The pattern and the bytes that it takes once it is used: it is compiled to know them, and not kept so.
    ///
    /// # Errors
    /// As [`Pattern::translate`].
    pub(crate) fn measured(literal: &str) -> Result<(Self, usize), PatternError> {
        let bytes = Compiled::new(literal)?.bytes();
        let pattern = Self::trusted(literal);
        Ok((pattern, bytes + literal.len() + size_of::<Self>()))
    }

    /// A pattern that training has translated before. One that this release cannot read matches nothing.
    pub(crate) fn trusted(literal: &str) -> Self {
        Self(OnUse::new(literal, Compiled::new))
    }

    /// The first group's value, from the utterance as the user wrote it: tried on the original text first, then on its accent-folded form;
    /// trimmed, trailing `? ! . ,` dropped; `None` where nothing is left.
    pub fn capture<'t>(&self, utterance: &'t str) -> Option<&'t str> {
        let compiled = self.0.get()?;
        let written = || compiled.regex.first_group(utterance).and_then(|span| value(utterance, span));
        written().or_else(|| capture_folded(compiled.folded.as_ref()?, utterance))
    }
}

impl Compiled {
    fn new(literal: &str) -> Result<Self, PatternError> {
        let regex = Automaton::compile(literal)?;
        if regex.groups() == 0 {
            return Err(PatternError("the regex has no group in parentheses to take the value from".to_owned()));
        }
        let plain = without_accents(literal);
        if plain == literal {
            return Ok(Self { folded: Some(regex.clone()), regex });
        }
        let folded = Automaton::compile(&plain).ok().filter(|folded| folded.groups() == regex.groups());
        Ok(Self { regex, folded })
    }

    fn bytes(&self) -> usize {
        let folded = self.folded.as_ref().filter(|folded| !folded.is(&self.regex));
        self.regex.bytes() + folded.map_or(0, Automaton::bytes)
    }
}

fn capture_folded<'t>(regex: &Automaton, utterance: &'t str) -> Option<&'t str> {
    let folded: Folded = fold(utterance);
    let span = regex.first_group(&folded.text)?;
    value(utterance, folded.original(span, utterance))
}

fn value(utterance: &str, span: Range<usize>) -> Option<&str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '?' | '!' | '.' | ',' | '？' | '！' | '。' | '，' | '…');
    let value = utterance.get(span)?.trim_start().trim_end_matches(ends);
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests;
