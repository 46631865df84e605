//! Values of `staticEntities` and tagged words, found in an utterance on whole words, whatever their case and accents.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use serde::{Deserialize, Serialize};

use crate::{
    fold::{Word, key, words},
    knowledge::EntityList,
};

/// A value of a `staticEntities` list, found in an utterance.
///
/// Sessions keep it for repeated requests, so its fields keep their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// The list's name as written in knowledge.json.
    pub entity_type: String,
    /// The value as written in knowledge.json.
    pub value: String,
    /// The words of the utterance that it was found in.
    pub found: String,
}

/// Every value of every list, ready to be found.
#[derive(Debug, Default)]
pub(crate) struct Values {
    lists: Vec<EntityList>,
    /// First word of a value → the values that begin with it.
    by_first_word: HashMap<String, Vec<Known>>,
}

#[derive(Debug)]
struct Known {
    words: Vec<String>,
    list: usize,
    value: usize,
}

struct Found<'k> {
    known: &'k Known,
    first: usize,
}

impl Values {
    pub(crate) fn new(lists: Vec<EntityList>) -> Self {
        let mut by_first_word: HashMap<String, Vec<Known>> = HashMap::new();
        for (list, entities) in lists.iter().enumerate() {
            let mut seen = HashSet::new();
            for (value, written) in entities.values.iter().enumerate() {
                let words: Vec<String> = words(written).into_iter().map(|word| word.text).collect();
                // A value that differs from an earlier one by case or accents only would be found twice.
                if let Some(first) = words.first().filter(|_| seen.insert(words.clone())) {
                    by_first_word.entry(first.clone()).or_default().push(Known { words, list, value });
                }
            }
        }
        Self { lists, by_first_word }
    }

    /// Bytes that they take: each value as written, its words, and the first word once more.
    pub(crate) fn bytes(&self) -> usize {
        let of_words = |words: &[String]| words.iter().map(|word| size_of::<String>() + word.len()).sum::<usize>();
        let of_known = |known: &Known| size_of::<Known>() + of_words(&known.words);
        let found: usize = self
            .by_first_word
            .iter()
            .map(|(word, known)| {
                size_of::<(String, Vec<Known>)>() + word.len() + known.iter().map(of_known).sum::<usize>()
            })
            .sum();
        found + self.lists.iter().map(|list| of_words(&list.values)).sum::<usize>()
    }

    pub(crate) fn lists(&self) -> &[EntityList] {
        &self.lists
    }

    /// The list of this name, in any case and with or without its `@`.
    pub(crate) fn list(&self, name: &str) -> Option<&EntityList> {
        let name = name.trim().trim_start_matches('@').to_lowercase();
        self.lists.iter().find(|list| list.name.to_lowercase() == name)
    }

    /// Longest values first in claiming words; in the utterance's order in the answer. Words may belong to values of several lists only if those
    /// cover exactly the same words.
    pub(crate) fn find(&self, utterance: &str) -> Vec<Entity> {
        let words = words(utterance);
        let mut all = self.all(&words);
        all.sort_by_key(|found| (std::cmp::Reverse(found.known.words.len()), found.first, found.known.list));
        let mut kept: Vec<Found<'_>> = Vec::new();
        for found in all {
            if kept.iter().all(|other| {
                other.range() == found.range() || other.range().end <= found.first || found.range().end <= other.first
            }) {
                kept.push(found);
            }
        }
        kept.sort_by_key(|found| (found.first, found.known.list));
        kept.into_iter().map(|found| self.entity(&found, &words, utterance)).collect()
    }

    fn all(&self, words: &[Word]) -> Vec<Found<'_>> {
        let mut all = Vec::new();
        for (first, word) in words.iter().enumerate() {
            for known in self.by_first_word.get(&word.text).into_iter().flatten() {
                let here = words.get(first..first + known.words.len());
                if here.is_some_and(|here| here.iter().map(|word| &word.text).eq(&known.words)) {
                    all.push(Found { known, first });
                }
            }
        }
        all
    }

    fn entity(&self, found: &Found<'_>, words: &[Word], utterance: &str) -> Entity {
        let list = &self.lists[found.known.list];
        let range = found.range();
        let span = words[range.start].span.start..words[range.end - 1].span.end;
        Entity {
            entity_type: list.name.clone(),
            value: list.values[found.known.value].clone(),
            found: utterance[span].to_owned(),
        }
    }
}

impl Found<'_> {
    fn range(&self) -> Range<usize> {
        self.first..self.first + self.known.words.len()
    }
}

/// Words and the tags they give an utterance.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    /// Tag and word, the word folded between two spaces.
    entries: Vec<(String, String)>,
}

impl Lexicon {
    pub(crate) fn new(entries: Vec<(String, String)>) -> Self {
        let entries = entries.into_iter().map(|(tag, word)| (tag, key(&word))).filter(|(_, word)| !word.is_empty());
        Self { entries: entries.map(|(tag, word)| (tag, format!(" {word} "))).collect() }
    }

    /// Bytes that it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.entries.iter().map(|(tag, word)| size_of::<(String, String)>() + tag.len() + word.len()).sum()
    }

    /// Each tag once, in the lexicon's order.
    pub(crate) fn tags(&self, utterance: &str) -> Vec<String> {
        let text = format!(" {} ", key(utterance));
        let mut tags: Vec<String> = Vec::new();
        for (tag, _) in self.entries.iter().filter(|(_, word)| text.contains(word)) {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        tags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(lists: &[(&str, &[&str])]) -> Values {
        let list = |(name, values): &(&str, &[&str])| EntityList {
            name: (*name).to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        Values::new(lists.iter().map(list).collect())
    }

    fn found(values: &Values, utterance: &str) -> Vec<(String, String, String)> {
        values.find(utterance).into_iter().map(|entity| (entity.entity_type, entity.value, entity.found)).collect()
    }

    #[test]
    fn values_are_found_on_whole_words_longest_first() {
        let values = values(&[
            ("CITY", &["York", "New York", "São Paulo", "no"]),
            ("PAPER", &["new york times"]),
            ("TEAM", &["York"]),
        ]);
        let one = |kind: &str, value: &str, found: &str| (kind.to_owned(), value.to_owned(), found.to_owned());
        for (utterance, expected) in [
            ("is it raining in new  york?", vec![one("CITY", "New York", "new  york")]),
            ("the New York Times, please", vec![one("PAPER", "new york times", "New York Times")]),
            ("YORK", vec![one("CITY", "York", "YORK"), one("TEAM", "York", "YORK")]),
            (
                "de sao paulo a York",
                vec![one("CITY", "São Paulo", "sao paulo"), one("CITY", "York", "York"), one("TEAM", "York", "York")],
            ),
            ("right now in yorkshire", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(found(&values, utterance), expected, "{utterance}");
        }
    }

    #[test]
    fn lists_are_found_by_name_in_any_case() {
        let values = values(&[("Departamento", &["Vendas"])]);
        assert_eq!(values.list("@DEPARTAMENTO").map(|list| list.name.as_str()), Some("Departamento"));
        assert!(values.list("city").is_none());
    }

    #[test]
    fn tags_come_from_whole_words() {
        let lexicon = Lexicon::new(vec![
            ("ROMANCE:girlfriend".to_owned(), "girlfriend".to_owned()),
            ("NEGATIVE".to_owned(), "no".to_owned()),
            ("NEGATIVE".to_owned(), "não".to_owned()),
            ("POSITIVE".to_owned(), "muito bom".to_owned()),
        ]);
        assert_eq!(lexicon.tags("right now"), Vec::<String>::new());
        assert_eq!(lexicon.tags("No, nao! my girlfriend"), ["ROMANCE:girlfriend", "NEGATIVE"]);
        assert_eq!(lexicon.tags("foi MUITO  bom"), ["POSITIVE"]);
    }
}
