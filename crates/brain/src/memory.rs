//! How much memory a brain may take where it answers.

use std::fmt;

use serde_json::Value;

/// Bytes that a brain may take in the function that answers: a quarter of its memory. While a new brain takes the place of the old one both are
/// there, and the new one's bytes once more.
pub const BUDGET: usize = 256 << 20;

const MEGABYTE: f64 = 1_048_576.0;

/// What takes memory in a brain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Classifier,
    /// Lists of values and tagged words.
    Lists,
    Patterns,
    Expressions,
    /// Sentences, and templates of payloads.
    Templates,
}

const PARTS: [(Part, &str); 5] = [
    (Part::Patterns, "patterns"),
    (Part::Expressions, "expressions"),
    (Part::Lists, "lists"),
    (Part::Templates, "templates"),
    (Part::Classifier, "classifier"),
];

/// Memory that the parts of a brain take, as far as they were counted.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Bytes of each of `PARTS`.
    taken: [usize; PARTS.len()],
}

impl Memory {
    pub(crate) fn take(&mut self, part: Part, bytes: usize) {
        for (taken, _) in self.taken.iter_mut().zip(PARTS).filter(|(_, (of, _))| *of == part) {
            *taken = taken.saturating_add(bytes);
        }
    }

    fn total(&self) -> usize {
        self.taken.iter().fold(0, |sum, taken| sum.saturating_add(*taken))
    }

    pub(crate) fn is_over(&self) -> bool {
        self.total() > BUDGET
    }
}

/// Bytes of some JSON: of what is beside a value in its list or object, and on the heap.
pub(crate) fn of_json(value: &Value) -> usize {
    /// A key, its hash and its place in the object's index.
    const OF_A_MEMBER: usize = size_of::<String>() + 2 * size_of::<usize>();
    let more = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(of_json).sum(),
        Value::Object(members) => members.iter().map(|(key, value)| OF_A_MEMBER + key.len() + of_json(value)).sum(),
    };
    size_of::<Value>() + more
}

/// The sum, and what it is made of: `at least 270.1 MB: patterns 269.8, lists 0.3`.
impl fmt::Display for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = |bytes: usize| bytes as f64 / MEGABYTE;
        write!(formatter, "at least {:.1} MB", megabytes(self.total()))?;
        let seen = self.taken.iter().zip(PARTS).filter(|(taken, _)| megabytes(**taken) >= 0.1);
        for (index, (taken, (_, name))) in seen.enumerate() {
            write!(formatter, "{} {name} {:.1}", if index == 0 { ":" } else { "," }, megabytes(*taken))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_counts_all_parts_together() {
        let mut memory = Memory::default();
        memory.take(Part::Lists, BUDGET / 2);
        memory.take(Part::Patterns, BUDGET / 2);
        assert!(!memory.is_over());
        memory.take(Part::Patterns, 1);
        assert!(memory.is_over());
        assert_eq!(memory.to_string(), "at least 256.0 MB: patterns 128.0, lists 128.0");
        memory.take(Part::Templates, usize::MAX);
        assert!(memory.is_over());
    }
}
