//! `regexList`: JavaScript regex literals, translated.

/// A translated pattern.
#[derive(Debug, Clone)]
pub struct Pattern {
    _regex: regex::Regex,
}

/// Why a regex literal cannot be translated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(pub String);

impl Pattern {
    /// Translates `/…/flags`, or a bare regex.
    ///
    /// # Errors
    /// Where it is no regex, has no capture group, or uses what a linear-time matcher has not (look-around, back-references).
    pub fn translate(_literal: &str) -> Result<Self, PatternError> {
        unimplemented!()
    }

    /// The first group's value, from the utterance as the user wrote it: tried on the original text first, then on its accent-folded form;
    /// trimmed, trailing `? ! . ,` dropped; `None` where nothing is left.
    pub fn capture<'t>(&self, _utterance: &'t str) -> Option<&'t str> {
        unimplemented!()
    }
}
