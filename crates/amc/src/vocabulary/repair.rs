//! Which known word a misspelled one stands for.

use wide::u32x8;

use super::{Known, Vocabulary};
use crate::distance::Pattern;

/// Words shorter than this are never repaired: too many real words are one letter away.
const SHORTEST_REPAIRED: usize = 4;
/// From this length on, two edits are allowed.
const TWO_EDITS: usize = 8;

/// Words of one length: for each the set of its letters, and its number.
#[derive(Debug, Default, Clone)]
pub(super) struct OfLength {
    letters: Vec<u32>,
    words: Vec<u32>,
}

impl Vocabulary {
    /// Sorts the words by their length.
    pub(super) fn index_lengths(&mut self) {
        let mut lengths: Vec<OfLength> = Vec::new();
        for (i, word) in self.words.iter().enumerate() {
            let length = self.text(word).chars().count();
            if length < SHORTEST_REPAIRED - 1 {
                continue;
            }
            if lengths.len() <= length {
                lengths.resize_with(length + 1, OfLength::default);
            }
            lengths[length].letters.push(letters(self.text(word)));
            lengths[length].words.push(i as u32);
        }
        self.lengths = lengths;
    }

    /// The known word that an unknown one most probably stands for: one edit away (an insertion, deletion, substitution or transposition of
    /// neighbours), two in long words; of several the one with the fewest edits, then the same first letter, then the one in most examples.
    pub(crate) fn repair(&self, unknown: &str) -> Option<Known> {
        self.known(self.nearest(unknown)?)
    }

    /// The same word as its text.
    pub(crate) fn corrected(&self, unknown: &str) -> Option<&str> {
        self.words.get(self.nearest(unknown)? as usize).map(|word| self.text(word))
    }

    fn nearest(&self, unknown: &str) -> Option<u32> {
        if unknown.len() < SHORTEST_REPAIRED || unknown.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        let pattern = Pattern::new(unknown)?;
        let length = pattern.length();
        if length < SHORTEST_REPAIRED {
            return None;
        }
        let most = if length >= TWO_EDITS { 2 } else { 1 };
        let set = letters(unknown);
        let mut best: Option<(u32, bool, u32, u32)> = None;
        for candidates in self.lengths.iter().take(length + most + 1).skip((length - most).max(SHORTEST_REPAIRED - 1)) {
            // Every edit changes at most two members of the set of letters.
            candidates.near(set, 2 * most, |word| {
                let Some(rank) = self.rank(&pattern, unknown, word, most) else { return };
                if best.is_none_or(|best| rank < best) {
                    best = Some(rank);
                }
            });
        }
        best.map(|(.., word)| word)
    }

    fn rank(&self, pattern: &Pattern, unknown: &str, word: u32, most: usize) -> Option<(u32, bool, u32, u32)> {
        let known = self.words.get(word as usize)?;
        let text = self.text(known);
        let edits = pattern.edits(text);
        if edits as usize > most {
            return None;
        }
        let examples = self.stems.get(known.stem as usize)?.examples;
        Some((edits, unknown.chars().next() != text.chars().next(), u32::MAX - examples, word))
    }
}

/// The letters of a word as a set: 32 members tell the letters of one alphabet apart.
fn letters(word: &str) -> u32 {
    word.chars().fold(0, |set, c| set | 1 << (u32::from(c) % 32))
}

impl OfLength {
    /// Calls `take` with each word whose set differs from `set` in `most` members at most; eight words at a time.
    fn near(&self, set: u32, most: usize, mut take: impl FnMut(u32)) {
        const LANES: usize = 8;
        let (one, of_word, zero) = (u32x8::splat(1), u32x8::splat(set), u32x8::splat(0));
        for (letters, words) in self.letters.chunks(LANES).zip(self.words.chunks(LANES)) {
            let mut lanes = [!set; LANES];
            lanes.iter_mut().zip(letters).for_each(|(lane, letters)| *lane = *letters);
            let mut differing = u32x8::from(lanes) ^ of_word;
            for _ in 0..most {
                // Takes the lowest member away; of 0 nothing is left either.
                differing &= differing - one;
            }
            let mut near = differing.simd_eq(zero).to_bitmask();
            while near != 0 {
                if let Some(word) = words.get(near.trailing_zeros() as usize) {
                    take(*word);
                }
                near &= near - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{terms::word_hash, vocabulary::NewStem};

    fn vocabulary(words: &[&str]) -> Vocabulary {
        let stem = |word: &&str| NewStem { hash: word_hash(word), weight: 1.0, places: vec![(0, 1, vec![0])] };
        let named: Vec<(&str, u32)> = words.iter().enumerate().map(|(i, word)| (*word, i as u32)).collect();
        Vocabulary::new(&named, words.iter().map(stem).collect(), &[1])
    }

    #[test]
    fn one_edit_is_repaired_and_two_in_long_words() {
        let words = ["forecast", "help", "weather", "погода"];
        let known = vocabulary(&words);
        let repair = |word| known.repair(word).map(|found| words[found.stem as usize]);
        assert_eq!(repair("wether"), Some("weather"));
        assert_eq!(repair("waether"), Some("weather"));
        assert_eq!(repair("forecst"), Some("forecast"));
        assert_eq!(repair("forceats"), Some("forecast"));
        assert_eq!(repair("пагода"), Some("погода"));
        assert_eq!(repair("hello"), None);
        assert_eq!(repair("hel"), None);
        assert_eq!(repair("wehter1"), None);
    }
}
