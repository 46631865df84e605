//! From a text to its terms: synonyms replaced, stop words left out, misspelled words repaired, stems found.

use std::collections::HashMap;

use sbf_languages::Language;

use crate::{
    hash,
    language::Stems,
    text::{Kind, Text, Token},
    vocabulary::Vocabulary,
};

const WORD: u64 = 0x57;
const STEM: u64 = 0x53;

/// One term of an utterance.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    /// Where its text stands in the buffer.
    pub(crate) range: (u32, u32),
    pub(crate) kind: Kind,
    pub(crate) glued: bool,
    pub(crate) stem: u64,
    /// Index of the stem in the vocabulary, where the bot knows it.
    pub(crate) known: Option<u32>,
    /// Whether the word was misspelled and is taken for a known one.
    pub(crate) repaired: bool,
}

/// The terms of one utterance, with their text: a space, then each term followed by one space.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    buffer: String,
    list: Vec<Term>,
}

impl Terms {
    pub(crate) fn list(&self) -> &[Term] {
        &self.list
    }

    pub(crate) fn word(&self, term: &Term) -> &str {
        word_of(&self.buffer, term)
    }

    /// How many words, numbers and emoji there are.
    pub(crate) fn words(&self) -> usize {
        self.list.iter().filter(|term| term.kind != Kind::Sign).count()
    }

    /// The text from the first term to the last with one space on either side.
    pub(crate) fn padded(&self, first: &Term, last: &Term) -> &str {
        let range = (first.range.0 as usize).saturating_sub(1)..last.range.1 as usize + 1;
        self.buffer.get(range).unwrap_or_default()
    }

    pub(crate) fn clear(&mut self) {
        self.buffer.clear();
        self.buffer.push(' ');
        self.list.clear();
    }

    fn push(&mut self, word: &str, kind: Kind, glued: bool) {
        if glued && self.buffer.len() > 1 {
            self.buffer.pop();
        }
        let start = self.buffer.len() as u32;
        self.buffer.push_str(word);
        let range = (start, self.buffer.len() as u32);
        self.buffer.push(' ');
        self.list.push(Term { range, kind, glued, stem: 0, known: None, repaired: false });
    }

    /// Hash of the words without signs, or with them; the spelling counts, not the stems.
    pub(crate) fn fingerprint(&self, with_signs: bool) -> u64 {
        let kept = self.list.iter().filter(|term| with_signs || term.kind != Kind::Sign);
        kept.fold(WORD, |hash, term| hash::mix(hash, word_hash(self.word(term))))
    }
}

/// Hash of a folded word's spelling.
pub(crate) fn word_hash(word: &str) -> u64 {
    hash::bytes(WORD, word.as_bytes())
}

/// Hash of a stem.
pub(crate) fn stem_hash(stem: &str) -> u64 {
    hash::bytes(STEM, stem.as_bytes())
}

/// What an author says about words: the language, the words to leave out and the words that mean the same.
#[derive(Debug)]
pub(crate) struct Lexicon {
    pub(crate) language: Option<String>,
    /// As the author wrote them, for storing.
    #[cfg(feature = "train")]
    pub(crate) stop_words: Vec<String>,
    /// Canonical word and its variants as the author wrote them, for storing.
    #[cfg(feature = "train")]
    pub(crate) synonyms: Vec<(String, Vec<String>)>,
    /// What is known of the language.
    of_language: Option<&'static Language>,
    stems: Stems,
    stops: Vec<u64>,
    /// Hash of a variant's words → folded canonical words.
    replacements: HashMap<u64, Vec<(String, Kind)>>,
    longest: usize,
}

impl Lexicon {
    pub(crate) fn new(language: Option<String>, stop_words: Vec<String>, synonyms: Vec<(String, Vec<String>)>) -> Self {
        let mut stops: Vec<u64> = stop_words.iter().map(|word| word_hash(&crate::text::fold(word))).collect();
        stops.sort_unstable();
        let mut replacements = HashMap::new();
        let mut longest = 0;
        for (canonical, variants) in &synonyms {
            for variant in variants {
                let words = Text::new(variant);
                let folded = crate::text::fold(canonical);
                if words.tokens().is_empty() || folded.is_empty() || words.folded() == folded {
                    continue;
                }
                longest = longest.max(words.tokens().len());
                let canonical = || folded.split(' ').map(|word| (word.to_owned(), kind_of(word))).collect();
                replacements.entry(phrase_hash(&words, words.tokens())).or_insert_with(canonical);
            }
        }
        Self {
            of_language: language.as_deref().and_then(sbf_languages::of),
            stems: Stems::of(language.as_deref()),
            language,
            #[cfg(feature = "train")]
            stop_words,
            #[cfg(feature = "train")]
            synonyms,
            stops,
            replacements,
            longest,
        }
    }

    /// Finds the terms of a text. Without a vocabulary nothing is known and nothing is repaired.
    pub(crate) fn terms(&self, text: &Text, vocabulary: Option<&Vocabulary>, terms: &mut Terms) {
        terms.clear();
        self.replace(text, terms);
        self.leave_out(terms);
        for i in 0..terms.list.len() {
            self.find_stem(i, vocabulary, terms);
        }
    }

    pub(crate) fn replace(&self, text: &Text, terms: &mut Terms) {
        let tokens = text.tokens();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match self.replacement(text, &tokens[at..]) {
                Some((canonical, length)) => {
                    canonical.iter().for_each(|(word, kind)| terms.push(word, *kind, false));
                    at += length;
                }
                None => {
                    terms.push(text.word(token), token.kind(), token.is_glued());
                    at += 1;
                }
            }
        }
    }

    /// The canonical words for the longest variant that the tokens begin with, and its length.
    pub(crate) fn replacement(&self, text: &Text, tokens: &[Token]) -> Option<(&[(String, Kind)], usize)> {
        (1..=self.longest.min(tokens.len())).rev().find_map(|length| {
            let canonical = self.replacements.get(&phrase_hash(text, &tokens[..length]))?;
            Some((canonical.as_slice(), length))
        })
    }

    /// Leaves stop words out, unless nothing but signs would be left.
    fn leave_out(&self, terms: &mut Terms) {
        if self.stops.is_empty() {
            return;
        }
        let Terms { buffer, list } = terms;
        let stays = |term: &Term| self.stops.binary_search(&word_hash(word_of(buffer, term))).is_err();
        if list.iter().any(|term| term.kind != Kind::Sign && stays(term)) {
            list.retain(stays);
        }
    }

    pub(crate) fn has_frequent_words(&self) -> bool {
        self.of_language.is_some_and(Language::has_frequent_words)
    }

    /// Whether a word has letters of the language; `true` where its letters are not known.
    pub(crate) fn has_letters_of(&self, word: &str) -> bool {
        let script = self.of_language.and_then(|language| language.stemmer).map(|stemmer| stemmer.script);
        script.is_none_or(|script| word.chars().any(|c| script.has(c)))
    }

    pub(crate) fn is_frequent(&self, word: &str) -> bool {
        self.of_language.is_some_and(|language| language.is_frequent(word))
    }

    fn find_stem(&self, i: usize, vocabulary: Option<&Vocabulary>, terms: &mut Terms) {
        let word = terms.word(&terms.list[i]);
        let hash = word_hash(word);
        if let Some(known) = vocabulary.and_then(|vocabulary| vocabulary.word(hash)) {
            terms.list[i].known = Some(known.stem);
            terms.list[i].stem = known.hash;
            return;
        }
        // A frequent word of the language is that word, and no misspelling of one that looks like it.
        let may_be_misspelled = terms.list[i].kind == Kind::Word && !self.is_frequent(word);
        let repair = vocabulary.filter(|_| may_be_misspelled).and_then(|vocabulary| vocabulary.repair(word));
        if let Some(repair) = repair {
            // The characters stay as they were typed: a word that only looks misspelled keeps speaking for itself in block B.
            let term = &mut terms.list[i];
            (term.stem, term.known, term.repaired) = (repair.hash, Some(repair.stem), true);
            return;
        }
        let stem = self.stems.hash(word);
        terms.list[i].stem = stem;
        terms.list[i].known = vocabulary.and_then(|vocabulary| vocabulary.stem(stem));
    }
}

fn word_of<'b>(buffer: &'b str, term: &Term) -> &'b str {
    buffer.get(term.range.0 as usize..term.range.1 as usize).unwrap_or_default()
}

fn kind_of(word: &str) -> Kind {
    Text::new(word).tokens().first().map_or(Kind::Word, Token::kind)
}

fn phrase_hash(text: &Text, tokens: &[Token]) -> u64 {
    tokens.iter().fold(WORD, |hash, token| hash::mix(hash, word_hash(text.word(token))))
}
