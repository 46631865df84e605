//! How many edits lie between two words: insertions, deletions, substitutions and transpositions of neighbours (optimal string alignment).

/// Longest word that can be compared, in characters.
pub(crate) const LONGEST: usize = 64;

/// A word to compare others with: for each of its characters a set of the places where it stands.
pub(crate) struct Pattern {
    length: u32,
    ascii: [u64; 128],
    /// Its characters beyond ASCII, `other` of them; no list, so that an utterance of unknown words allocates nothing.
    others: [(char, u64); LONGEST],
    other: usize,
}

impl Pattern {
    /// Nothing where the word is empty or too long.
    pub(crate) fn new(word: &str) -> Option<Self> {
        let mut pattern = Self { length: 0, ascii: [0; 128], others: [('\0', 0); LONGEST], other: 0 };
        for c in word.chars() {
            if pattern.length as usize == LONGEST {
                return None;
            }
            let place = 1 << pattern.length;
            match pattern.ascii.get_mut(c as usize) {
                Some(places) => *places |= place,
                None => pattern.add_other(c, place),
            }
            pattern.length += 1;
        }
        (pattern.length > 0).then_some(pattern)
    }

    fn add_other(&mut self, c: char, place: u64) {
        let at = self.others.iter().take(self.other).position(|(other, _)| *other == c).unwrap_or(self.other);
        self.other = self.other.max(at + 1);
        if let Some((other, places)) = self.others.get_mut(at) {
            *other = c;
            *places |= place;
        }
    }

    /// Number of characters.
    pub(crate) fn length(&self) -> usize {
        self.length as usize
    }

    fn places(&self, c: char) -> u64 {
        match self.ascii.get(c as usize) {
            Some(places) => *places,
            None => self.others.iter().take(self.other).find(|(other, _)| *other == c).map_or(0, |(_, places)| *places),
        }
    }

    /// The number of edits to another word. All cells of a column of the table of edits are computed at once, as bits
    /// (Hyyrö: A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit Distances, 2003).
    pub(crate) fn edits(&self, other: &str) -> u32 {
        let last = 1u64 << (self.length - 1);
        // Differences down a column and, shifted by one, along the row above: where they are +1, where −1.
        let (mut up, mut down) = (u64::MAX, 0u64);
        let (mut diagonal, mut places_before) = (0u64, 0u64);
        let mut edits = self.length;
        for c in other.chars() {
            let places = self.places(c);
            let swapped = ((!diagonal & places) << 1) & places_before;
            diagonal = ((places & up).wrapping_add(up) ^ up) | places | down | swapped;
            let (right, left) = (down | !(diagonal | up), diagonal & up);
            edits = edits + u32::from(right & last != 0) - u32::from(left & last != 0);
            let right = (right << 1) | 1;
            (up, down) = ((left << 1) | !(diagonal | right), right & diagonal);
            places_before = places;
        }
        edits
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edits(one: &str, other: &str) -> u32 {
        Pattern::new(one).unwrap().edits(other)
    }

    /// The table of edits, cell by cell.
    fn by_table(one: &str, other: &str) -> usize {
        let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
        let mut table = vec![vec![0; other.len() + 1]; one.len() + 1];
        for i in 0..=one.len() {
            for j in 0..=other.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let changed = usize::from(one[i - 1] != other[j - 1]);
                    let cost = (table[i - 1][j - 1] + changed).min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    let swap = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
                    if swap { cost.min(table[i - 2][j - 2] + 1) } else { cost }
                };
            }
        }
        table[one.len()][other.len()]
    }

    #[test]
    fn a_transposition_is_one_edit() {
        assert_eq!(edits("abcd", "abcd"), 0);
        assert_eq!(edits("abcd", "abdc"), 1);
        assert_eq!(edits("abcd", "bacde"), 2);
        assert_eq!(edits("abcd", "dcba"), 3);
        assert_eq!(edits("погода", "пагода"), 1);
        assert_eq!(edits("ab", ""), 2);
        assert!(Pattern::new("").is_none() && Pattern::new(&"x".repeat(65)).is_none());
    }

    proptest! {
        #[test]
        fn bits_count_what_the_table_counts(one in "[abcé]{1,12}", other in "[abcé]{0,12}") {
            prop_assert_eq!(edits(&one, &other) as usize, by_table(&one, &other));
        }

        #[test]
        fn the_longest_word_is_compared_too(one in "[ab]{60,64}", other in "[ab]{60,70}") {
            prop_assert_eq!(edits(&one, &other) as usize, by_table(&one, &other));
        }
    }
}
