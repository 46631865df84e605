//! Which words of an utterance each feature comes from.
//!
//! A feature counts once, however often it occurs and whatever else falls into its bucket, so that its value is shared evenly by all that
//! would have brought it in alone (for such a feature that is its Shapley value). What has several words shares its part among them: a pair of
//! stems by halves, a run of characters by its characters.

use std::ops::Range;

use crate::{
    features::{BIGRAM, EDGE, Found, GRAM, LONGEST_GRAM, MAX_PAIRED, PAIR, STEM, Space},
    hash,
    model::Model,
    terms::{Lexicon, Terms},
    text::Text,
};

/// What kind of feature a contribution comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Stem,
    Neighbours,
    Characters,
    Pairs,
}

impl Part {
    pub(crate) const ALL: [Self; 4] = [Self::Stem, Self::Neighbours, Self::Characters, Self::Pairs];

    fn block(self) -> usize {
        match self {
            Self::Stem | Self::Neighbours => 0,
            Self::Characters => 1,
            Self::Pairs => 2,
        }
    }
}

/// The words of an utterance: where each stands in the original, and which text of the terms' buffer it became.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) spans: Vec<Range<usize>>,
    /// Ranges of the buffer, ascending, each with its word.
    buffer: Vec<((u32, u32), u32)>,
}

impl Words {
    /// Reads an utterance once more; a phrase that is replaced by its synonym is one word.
    pub(crate) fn read(lexicon: &Lexicon, text: &Text) -> Self {
        let mut all = Terms::default();
        all.clear();
        lexicon.replace(text, &mut all);
        let mut ranges = all.list().iter().map(|term| term.range);
        let (mut words, mut at) = (Self::default(), 0);
        let tokens = text.tokens();
        while let (Some(token), word) = (tokens.get(at), words.spans.len() as u32) {
            let (became, length) = match lexicon.replacement(text, &tokens[at..]) {
                Some((canonical, length)) => (canonical.len(), length),
                None => (1, 1),
            };
            let end = tokens.get(at + length - 1).map_or(token.span().end, |last| last.span().end);
            words.spans.push(token.span().start..end);
            words.buffer.extend(ranges.by_ref().take(became).map(|range| (range, word)));
            at += length;
        }
        words
    }

    /// The word that a byte of the buffer belongs to; the spaces between belong to none.
    pub(crate) fn at(&self, offset: u32) -> Option<u32> {
        let after = self.buffer.partition_point(|((start, _), _)| *start <= offset);
        let ((_, end), word) = *self.buffer.get(after.checked_sub(1)?)?;
        (offset < end).then_some(word)
    }
}

/// A word's part in one occurrence of a feature; the parts of an occurrence sum to 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    pub(crate) part: Part,
    pub(crate) bucket: u32,
    word: u32,
    share: f32,
}

/// All claims of an utterance, in the order of their blocks and buckets.
pub(crate) fn claims(words: &Words, terms: &Terms, space: Space) -> Vec<Claim> {
    let mut claims = Claims { list: Vec::new(), shift: 64 - space.bits };
    claims.stems(words, terms);
    claims.grams(words, terms);
    if space.pairs {
        claims.pairs(words, terms);
    }
    let mut list = claims.list;
    list.sort_by_key(|claim| (claim.part.block(), claim.bucket));
    list
}

struct Claims {
    list: Vec<Claim>,
    shift: u32,
}

impl Claims {
    fn add(&mut self, part: Part, feature: u64, word: Option<u32>, share: f32) {
        if let Some(word) = word {
            let bucket = (hash::finish(feature) >> self.shift) as u32;
            self.list.push(Claim { part, bucket, word, share });
        }
    }

    fn stems(&mut self, words: &Words, terms: &Terms) {
        let mut before: Option<(u64, Option<u32>)> = None;
        for term in terms.list() {
            let word = words.at(term.range.0);
            self.add(Part::Stem, hash::mix(STEM, term.stem), word, 1.0);
            let (stem, neighbour) = before.unwrap_or((EDGE, None));
            let bigram = hash::mix(hash::mix(BIGRAM, stem), term.stem);
            self.add(Part::Neighbours, bigram, neighbour, 0.5);
            self.add(Part::Neighbours, bigram, word, if neighbour.is_some() { 0.5 } else { 1.0 });
            before = Some((term.stem, word));
        }
        if let Some((stem, word)) = before {
            self.add(Part::Neighbours, hash::mix(hash::mix(BIGRAM, stem), EDGE), word, 1.0);
        }
    }

    fn grams(&mut self, words: &Words, terms: &Terms) {
        for run in terms.list().chunk_by(|_, next| next.glued) {
            if let (Some(first), Some(last)) = (run.first(), run.last()) {
                let start = first.range.0.saturating_sub(1);
                self.grams_of(terms.padded(first, last), start, words);
            }
        }
    }

    fn grams_of(&mut self, padded: &str, start: u32, words: &Words) {
        let letters: Vec<(u64, Option<u32>)> = padded
            .char_indices()
            .map(|(offset, c)| (u64::from(u32::from(c)), words.at(start + offset as u32)))
            .collect();
        for length in 2..=LONGEST_GRAM {
            for gram in letters.windows(length) {
                let feature = gram.iter().fold(GRAM, |hash, (c, _)| hash::mix(hash, *c));
                let owned = gram.iter().filter(|(_, word)| word.is_some()).count().max(1);
                for same in gram.chunk_by(|(_, one), (_, other)| one == other) {
                    let word = same.first().and_then(|(_, word)| *word);
                    self.add(Part::Characters, feature, word, same.len() as f32 / owned as f32);
                }
            }
        }
    }

    fn pairs(&mut self, words: &Words, terms: &Terms) {
        // Each distinct stem with all the words that it stands in.
        let mut stems: Vec<(u64, Vec<u32>)> = Vec::new();
        for term in terms.list() {
            let word = words.at(term.range.0);
            match stems.iter().position(|(stem, _)| *stem == term.stem) {
                Some(known) => stems[known].1.extend(word),
                None if stems.len() < MAX_PAIRED => stems.push((term.stem, word.into_iter().collect())),
                None => {}
            }
        }
        for (i, (one, of_one)) in stems.iter().enumerate() {
            for (other, of_other) in &stems[i + 1..] {
                let pair = hash::mix(hash::mix(PAIR, *one.min(other)), *one.max(other));
                for of in [of_one, of_other] {
                    of.iter().for_each(|&word| self.add(Part::Pairs, pair, Some(word), 0.5 / of.len() as f32));
                }
            }
        }
    }
}

/// For each word, what its features of each [`Part`] add to the margin of a class.
pub(crate) fn contributions(
    model: &Model,
    words: &Words,
    claims: &[Claim],
    found: &Found,
    class: usize,
) -> Vec<[f32; Part::ALL.len()]> {
    let mut cells: Vec<(usize, u32, f32)> = Vec::with_capacity(found.all().len());
    model
        .factors(found, |block, bucket, factor| cells.push((block, bucket, model.contribution(bucket, factor, class))));
    cells.sort_unstable_by_key(|(block, bucket, _)| (*block, *bucket));
    let mut by_word = vec![[0.0; Part::ALL.len()]; words.spans.len()];
    let mut cells = cells.into_iter().peekable();
    for same in claims.chunk_by(|a, b| (a.part.block(), a.bucket) == (b.part.block(), b.bucket)) {
        let Some(key) = same.first().map(|claim| (claim.part.block(), claim.bucket)) else { continue };
        while cells.next_if(|(block, bucket, _)| (*block, *bucket) < key).is_some() {}
        let Some((.., whole)) = cells.next_if(|(block, bucket, _)| (*block, *bucket) == key) else { continue };
        let claimed: f32 = same.iter().map(|claim| claim.share).sum();
        for claim in same {
            if let Some(of) = by_word.get_mut(claim.word as usize) {
                of[claim.part as usize] += whole * claim.share / claimed;
            }
        }
    }
    by_word
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::features::Features;

    fn lexicon() -> Lexicon {
        let synonyms =
            vec![("menu".into(), vec!["bill of fare".into(), "card".into()]), ("new york".into(), vec!["nyc".into()])];
        Lexicon::new(Some("en".into()), vec!["please".into(), "の".into()], synonyms)
    }

    fn read(utterance: &str) -> (Words, Terms, Text) {
        let (text, mut terms) = (Text::new(utterance), Terms::default());
        lexicon().terms(&text, None, &mut terms);
        (Words::read(&lexicon(), &text), terms, text)
    }

    fn check(utterance: &str) {
        let (words, terms, _) = read(utterance);
        let space = Space { bits: 12, pairs: true, lengths: [1.0; 3] };
        let mut features = Features::default();
        let found = features.extract(&terms, space);
        let claims = claims(&words, &terms, space);
        for block in 0..3 {
            let claimed: BTreeSet<u32> =
                claims.iter().filter(|claim| claim.part.block() == block).map(|claim| claim.bucket).collect();
            let extracted: BTreeSet<u32> = found.block(block).iter().copied().collect();
            assert_eq!(claimed, extracted, "block {block} of {utterance:?}");
        }
    }

    #[test]
    fn claims_are_the_features_and_no_others() {
        for utterance in
            ["", "hello", "please show me the bill of fare!", "nyc nyc", "東京の天気 card", "l'état please c'est"]
        {
            check(utterance);
        }
    }

    #[test]
    fn words_point_at_what_was_typed() {
        let typed = "Show  the Bill of FARE, please – naïve";
        let (words, ..) = read(typed);
        let found: Vec<&str> = words.spans.iter().map(|span| &typed[span.clone()]).collect();
        assert_eq!(found, ["Show", "the", "Bill of FARE", "please", "naïve"]);
    }

    proptest::proptest! {
        #[test]
        fn claims_are_the_features_of_any_text(utterance in "(please|card|bill of fare|nyc|[a-c]|\\PC| |東|の){0,30}") {
            check(&utterance);
        }
    }
}
