//! Regexes as automata that take little memory, compiled when they are first used.

use std::{fmt, ops::Range, sync::Arc, sync::OnceLock};

use regex_automata::{Input, meta, util::syntax};

use super::{PatternError, translate::translate};

/// Bytes that one automaton may take: knowledge.json is content, not code, so it cannot ask for more.
const SIZE_LIMIT: usize = 1 << 20;
const NEST_LIMIT: u32 = 50;

/// A compiled regex, case-insensitive, bounded in size.
///
/// It is a nondeterministic automaton and no more: the tables that the library would make of it for speed take twenty times the memory (`\w` alone
/// 0.4 MB in place of 18 KB), and what it is to search is a line that a user wrote. Nothing is kept between searches.
#[derive(Debug, Clone)]
pub(crate) struct Automaton(Arc<meta::Regex>);

impl Automaton {
    /// From a JavaScript literal or a bare regex; groups are not asked for.
    pub(crate) fn compile(literal: &str) -> Result<Self, PatternError> {
        let translated = translate(literal)?;
        let syntax = syntax::Config::new()
            .case_insensitive(true)
            .multi_line(translated.multi_line)
            .dot_matches_new_line(translated.dot_all)
            .nest_limit(NEST_LIMIT);
        let small = meta::Config::new().hybrid(false).onepass(false).dfa(false).nfa_size_limit(Some(SIZE_LIMIT));
        let built = meta::Regex::builder().syntax(syntax).configure(small).build(&translated.regex);
        built.map(|regex| Self(Arc::new(regex))).map_err(|error| PatternError(reason(&error)))
    }

    /// Number of groups in parentheses.
    pub(crate) fn groups(&self) -> usize {
        self.0.captures_len().saturating_sub(1)
    }

    /// The first group that took part in the leftmost match.
    pub(crate) fn first_group(&self, text: &str) -> Option<Range<usize>> {
        let mut found = self.0.create_captures();
        self.0.search_captures_with(&mut self.0.create_cache(), &Input::new(text), &mut found);
        (1..=self.groups()).find_map(|group| found.get_group(group)).map(|span| span.range())
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        let input = Input::new(text).earliest(true);
        self.0.search_half_with(&mut self.0.create_cache(), &input).is_some()
    }

    /// Bytes that it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.0.memory_usage()
    }

    /// Whether both are the same one in memory.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The last line of the library's report says what is wrong; the lines before it draw the place.
fn reason(error: &meta::BuildError) -> String {
    if let Some(limit) = error.size_limit() {
        return format!("the regex cannot be read: Compiled regex exceeds size limit of {limit} bytes.");
    }
    let report = error.syntax_error().map_or_else(|| error.to_string(), ToString::to_string);
    let last = report.lines().last().unwrap_or_default();
    format!("the regex cannot be read: {}", last.trim().trim_start_matches("error: "))
}

/// What is compiled of a literal when it is first used.
#[derive(Clone)]
pub(crate) struct OnUse<T> {
    literal: Box<str>,
    compile: fn(&str) -> Result<T, PatternError>,
    compiled: OnceLock<Option<T>>,
}

impl<T> OnUse<T> {
    pub(crate) fn new(literal: &str, compile: fn(&str) -> Result<T, PatternError>) -> Self {
        Self { literal: literal.into(), compile, compiled: OnceLock::new() }
    }

    /// `None` where it cannot be compiled, which is logged once.
    pub(crate) fn get(&self) -> Option<&T> {
        let compiled = self.compiled.get_or_init(|| match (self.compile)(&self.literal) {
            Ok(compiled) => Some(compiled),
            Err(error) => {
                tracing::error!(pattern = %self.literal, %error, "a pattern of the brain matches nothing: train it again");
                None
            }
        });
        compiled.as_ref()
    }

    #[cfg(test)]
    pub(super) fn compiled(&self) -> Option<&T> {
        self.compiled.get()?.as_ref()
    }
}

impl<T> fmt::Debug for OnUse<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("OnUse").field(&self.literal).finish()
    }
}
