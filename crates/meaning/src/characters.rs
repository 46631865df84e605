//! Normalisation as SentencePiece does it: a map of characters and their sequences (NFKC and some more), and the rules of spaces.

use crate::double_array::DoubleArray;

/// How a space is written in pieces: U+2581.
pub(crate) const SPACE: &[u8] = "\u{2581}".as_bytes();

/// What stands in another character's place.
pub(crate) struct Characters {
    trie: DoubleArray,
    /// Each ended by a zero byte; the trie's values are places in it.
    replacements: Vec<u8>,
}

impl Characters {
    pub(crate) fn new(trie: DoubleArray, replacements: Vec<u8>) -> Self {
        Self { trie, replacements }
    }

    /// The text as pieces are written: `▁`, then words with one `▁` between them; empty where nothing but spaces is left.
    ///
    /// No more of it is read than `limit` characters, or than makes as many.
    pub(crate) fn normalise(&self, text: &str, limit: usize) -> Vec<u8> {
        let (mut rest, mut count, mut after_space) = (text.as_bytes(), 0, true);
        let mut normal = SPACE.to_vec();
        while !rest.is_empty() && count < limit {
            let (consumed, written) = self.first(rest);
            for &byte in written {
                if byte != b' ' {
                    normal.push(byte);
                } else if !after_space {
                    normal.extend_from_slice(SPACE);
                }
                after_space = byte == b' ';
            }
            count += written.iter().filter(|&&byte| starts_character(byte)).count().max(1);
            rest = &rest[consumed..];
        }
        while normal.ends_with(SPACE) {
            normal.truncate(normal.len() - SPACE.len());
        }
        normal
    }

    /// How many bytes the longest known beginning of a text has, and what is written for it; else its first character.
    fn first<'a>(&'a self, text: &'a [u8]) -> (usize, &'a [u8]) {
        let mut longest = None;
        self.trie.prefixes(text, |length, value| longest = Some((length, value)));
        let replaced = longest.and_then(|(length, value)| {
            let from = self.replacements.get(value as usize..)?;
            Some((length, from.split(|&byte| byte == 0).next()?))
        });
        replaced.unwrap_or_else(|| {
            let length = character_length(text);
            (length, &text[..length])
        })
    }
}

/// Whether a byte of UTF-8 is the first of a character.
pub(crate) fn starts_character(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

/// How many bytes the first character of a text has, that is not empty.
pub(crate) fn character_length(text: &[u8]) -> usize {
    1 + text.iter().skip(1).take_while(|&&byte| !starts_character(byte)).count()
}
