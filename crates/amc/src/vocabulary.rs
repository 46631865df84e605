//! The words a bot knows: their stems, where they occur, and which of them a misspelled word stands for.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use crate::terms::word_hash;

/// Words shorter than this are never repaired: too many real words are one letter away.
const SHORTEST_REPAIRED: usize = 4;
/// From this length on, two edits are allowed.
const TWO_EDITS: usize = 8;

/// A stem and where it occurs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stem {
    pub(crate) hash: u64,
    /// How much the stem tells about what is meant, 0..=1.
    pub(crate) weight: f32,
    /// The classes whose examples hold it, ascending, with the number of those examples.
    pub(crate) classes: Vec<(u32, u32)>,
}

impl Stem {
    /// Of the examples that hold it, the share that are of a class.
    pub(crate) fn share_of(&self, class: u32) -> f32 {
        let all: u32 = self.classes.iter().map(|(_, count)| count).sum();
        let own = self.classes.binary_search_by_key(&class, |(class, _)| *class).map_or(0, |i| self.classes[i].1);
        own as f32 / all.max(1) as f32
    }
}

/// A word of the training utterances.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Word {
    pub(crate) text: Box<str>,
    pub(crate) stem: u32,
}

/// A word found in the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) stem: u32,
    pub(crate) hash: u64,
}

/// Keys are hashes already.
#[derive(Debug, Default, Clone, Copy)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {}
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

type HashIndex = HashMap<u64, u32, BuildHasherDefault<Identity>>;

/// All words and stems of a bot's training utterances.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    words: Vec<Word>,
    stems: Vec<Stem>,
    word_index: HashIndex,
    stem_index: HashIndex,
    /// For each number of characters: the letters of each such word as a set of 64, and the word.
    lengths: Vec<Vec<(u64, u32)>>,
}

impl Vocabulary {
    /// `words` name their stems by index.
    pub(crate) fn new(words: Vec<Word>, stems: Vec<Stem>) -> Self {
        let word_index = words.iter().enumerate().map(|(i, word)| (word_hash(&word.text), i as u32)).collect();
        let stem_index = stems.iter().enumerate().map(|(i, stem)| (stem.hash, i as u32)).collect();
        let mut lengths: Vec<Vec<(u64, u32)>> = Vec::new();
        for (i, word) in words.iter().enumerate() {
            let length = word.text.chars().count();
            if length < SHORTEST_REPAIRED - 1 {
                continue;
            }
            if lengths.len() <= length {
                lengths.resize_with(length + 1, Vec::new);
            }
            lengths[length].push((letters(&word.text), i as u32));
        }
        Self { words, stems, word_index, stem_index, lengths }
    }

    pub(crate) fn words(&self) -> &[Word] {
        &self.words
    }

    pub(crate) fn stems(&self) -> &[Stem] {
        &self.stems
    }

    pub(crate) fn word(&self, hash: u64) -> Option<Known> {
        self.word_index.get(&hash).and_then(|&i| self.known(i))
    }

    pub(crate) fn stem(&self, hash: u64) -> Option<u32> {
        self.stem_index.get(&hash).copied()
    }

    fn known(&self, word: u32) -> Option<Known> {
        let word = self.words.get(word as usize)?;
        Some(Known { stem: word.stem, hash: self.stems.get(word.stem as usize)?.hash })
    }

    /// The known word that an unknown one most probably stands for: one edit away (an insertion, deletion, substitution or transposition of
    /// neighbours), two in long words; of several the one with the fewest edits, then the same first letter, then the one in most examples.
    pub(crate) fn repair(&self, unknown: &str) -> Option<Known> {
        let mut buffer = ['\0'; crate::text::MAX_TOKEN_CHARS];
        let unknown_chars = copy_chars(unknown, &mut buffer)?;
        let length = unknown_chars.len();
        if length < SHORTEST_REPAIRED || unknown.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        let most = if length >= TWO_EDITS { 2 } else { 1 };
        let set = letters(unknown);
        let mut best: Option<(u32, bool, u32, u32)> = None;
        for candidates in self.lengths.iter().take(length + most + 1).skip((length - most).max(SHORTEST_REPAIRED - 1)) {
            for &(letters, word) in candidates {
                // Every edit changes at most two members of the set of letters.
                if (letters ^ set).count_ones() as usize > 2 * most {
                    continue;
                }
                let Some(rank) = self.rank(unknown_chars, word, most) else { continue };
                if best.is_none_or(|best| rank < best) {
                    best = Some(rank);
                }
            }
        }
        best.and_then(|(.., word)| self.known(word))
    }

    fn rank(&self, unknown: &[char], word: u32, most: usize) -> Option<(u32, bool, u32, u32)> {
        let known = self.words.get(word as usize)?;
        let mut buffer = ['\0'; crate::text::MAX_TOKEN_CHARS];
        let chars = copy_chars(&known.text, &mut buffer)?;
        let edits = edits(unknown, chars, most)?;
        let examples: u32 = self.stems.get(known.stem as usize)?.classes.iter().map(|(_, count)| count).sum();
        Some((edits, unknown.first() != chars.first(), u32::MAX - examples, word))
    }
}

fn copy_chars<'b>(word: &str, buffer: &'b mut [char]) -> Option<&'b [char]> {
    let mut length = 0;
    for c in word.chars() {
        *buffer.get_mut(length)? = c;
        length += 1;
    }
    buffer.get(..length)
}

fn letters(word: &str) -> u64 {
    word.chars().fold(0, |set, c| set | 1 << (u32::from(c) % 64))
}

/// Edits from one word to another (optimal string alignment distance), if there are at most `most` of them.
fn edits(one: &[char], other: &[char], most: usize) -> Option<u32> {
    const WIDTH: usize = crate::text::MAX_TOKEN_CHARS + 1;
    if one.len().abs_diff(other.len()) > most || one.len() >= WIDTH || other.len() >= WIDTH {
        return None;
    }
    let mut rows = [[0u8; WIDTH]; 3];
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j as u8;
    }
    for i in 1..=one.len() {
        let (now, last, before) = (i % 3, (i + 2) % 3, (i + 1) % 3);
        rows[now][0] = i as u8;
        let mut least = rows[now][0];
        for j in 1..=other.len() {
            let same = u8::from(one[i - 1] != other[j - 1]);
            let mut cost = (rows[last][j - 1] + same).min(rows[last][j] + 1).min(rows[now][j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                cost = cost.min(rows[before][j - 2] + 1);
            }
            rows[now][j] = cost;
            least = least.min(cost);
        }
        if usize::from(least) > most {
            return None;
        }
    }
    let edits = rows[one.len() % 3][other.len()];
    (usize::from(edits) <= most).then_some(u32::from(edits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(words: &[&str]) -> Vocabulary {
        let stems =
            words.iter().map(|word| Stem { hash: word_hash(word), weight: 1.0, classes: vec![(0, 1)] }).collect();
        let words = words.iter().enumerate().map(|(i, word)| Word { text: (*word).into(), stem: i as u32 }).collect();
        Vocabulary::new(words, stems)
    }

    #[test]
    fn one_edit_is_repaired_and_two_in_long_words() {
        let known = vocabulary(&["weather", "forecast", "help", "погода"]);
        let repair = |word| known.repair(word).map(|stem| known.words[stem.stem as usize].text.to_string());
        assert_eq!(repair("wether").as_deref(), Some("weather"));
        assert_eq!(repair("waether").as_deref(), Some("weather"));
        assert_eq!(repair("forecst").as_deref(), Some("forecast"));
        assert_eq!(repair("forceats").as_deref(), Some("forecast"));
        assert_eq!(repair("погода").as_deref(), Some("погода"));
        assert_eq!(repair("hello"), None);
        assert_eq!(repair("hel"), None);
        assert_eq!(repair("wehter1"), None);
    }

    #[test]
    fn edits_count_transpositions_once() {
        let count = |a: &str, b: &str| {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            edits(&a, &b, 2)
        };
        assert_eq!(count("abcd", "abcd"), Some(0));
        assert_eq!(count("abcd", "abdc"), Some(1));
        assert_eq!(count("abcd", "bacde"), Some(2));
        assert_eq!(count("abcd", "dcba"), None);
        assert_eq!(count("", "ab"), Some(2));
    }
}
