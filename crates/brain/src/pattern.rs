//! `regexList`: JavaScript regex literals, translated.

mod translate;

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use crate::fold::{Folded, fold, without_accents};

/// Bytes that one compiled pattern may take: knowledge.json is content, not code, so it cannot ask for more.
const SIZE_LIMIT: usize = 1 << 20;
const NEST_LIMIT: u32 = 50;

/// A translated pattern.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Regex,
    /// The pattern without accents, for the folded utterance; `None` where taking them off leaves no regex.
    folded: Option<Regex>,
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
        let regex = compile(literal)?;
        if regex.captures_len() < 2 {
            return Err(PatternError("the regex has no group in parentheses to take the value from".to_owned()));
        }
        let plain = without_accents(literal);
        let folded = compile(&plain).ok().filter(|folded| folded.captures_len() == regex.captures_len());
        Ok(Self { regex, folded })
    }

    /// The first group's value, from the utterance as the user wrote it: tried on the original text first, then on its accent-folded form;
    /// trimmed, trailing `? ! . ,` dropped; `None` where nothing is left.
    pub fn capture<'t>(&self, utterance: &'t str) -> Option<&'t str> {
        let written = || first_group(&self.regex, utterance).and_then(|span| value(utterance, span));
        written().or_else(|| self.capture_folded(utterance))
    }

    fn capture_folded<'t>(&self, utterance: &'t str) -> Option<&'t str> {
        let folded: Folded = fold(utterance);
        let span = first_group(self.folded.as_ref()?, &folded.text)?;
        value(utterance, folded.original(span, utterance))
    }
}

/// A regex from a JavaScript literal or a bare regex, case-insensitive, bounded in size; groups are not asked for.
pub(crate) fn compile(literal: &str) -> Result<Regex, PatternError> {
    let translated = translate::translate(literal)?;
    RegexBuilder::new(&translated.regex)
        .case_insensitive(true)
        .multi_line(translated.multi_line)
        .dot_matches_new_line(translated.dot_all)
        .size_limit(SIZE_LIMIT)
        .nest_limit(NEST_LIMIT)
        .build()
        .map_err(|error| PatternError(reason(&error)))
}

/// The last line of the library's report says what is wrong; the lines before it draw the place.
fn reason(error: &regex::Error) -> String {
    let report = error.to_string();
    let last = report.lines().last().unwrap_or_default();
    format!("the regex cannot be read: {}", last.trim().trim_start_matches("error: "))
}

/// The first group that took part in the leftmost match.
fn first_group(regex: &Regex, text: &str) -> Option<Range<usize>> {
    let captures = regex.captures(text)?;
    (1..captures.len()).find_map(|group| captures.get(group)).map(|found| found.range())
}

fn value(utterance: &str, span: Range<usize>) -> Option<&str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '?' | '!' | '.' | ',' | '？' | '！' | '。' | '，' | '…');
    let value = utterance.get(span)?.trim_start().trim_end_matches(ends);
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests;
