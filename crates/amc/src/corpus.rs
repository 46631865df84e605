//! Training utterances, read once: their classes, terms and features.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{
    features::{Features, Found, Space, is_word},
    gate::FUNCTION_WORD,
    hash::Dice,
    language, names,
    options::Options,
    rows::coarse,
    terms::{Lexicon, Terms, word_hash},
    text::Text,
    train::{Sample, TrainError},
    vocabulary::{MOST_EXAMPLES, NewStem, Vocabulary},
};

/// One training utterance; equal utterances of a class are one.
#[derive(Debug)]
pub(crate) struct Utterance {
    pub(crate) text: String,
    pub(crate) class: u32,
    /// Whether it is the intent's name: it is learnt from, but nobody said it.
    pub(crate) is_name: bool,
    pub(crate) terms: Terms,
    pub(crate) found: Found,
}

/// All training utterances.
#[derive(Debug)]
pub(crate) struct Corpus {
    pub(crate) intents: Vec<String>,
    /// Whether the class after the last intent holds what the bot must refuse.
    pub(crate) none: bool,
    pub(crate) space: Space,
    pub(crate) lexicon: Lexicon,
    pub(crate) utterances: Vec<Utterance>,
    /// For each sample, the utterance that stands for it.
    pub(crate) of_sample: Vec<usize>,
}

impl Corpus {
    pub(crate) fn read(samples: &[Sample<'_>], options: &Options) -> Result<Self, TrainError> {
        if samples.is_empty() {
            return Err(TrainError::NoSamples);
        }
        let mut intents: Vec<String> = samples.iter().map(|sample| sample.intent.to_owned()).collect();
        intents.sort_unstable();
        intents.dedup();
        let synonyms = options.synonyms.iter().map(|(word, variants)| (word.clone(), variants.clone())).collect();
        let lexicon = Lexicon::new(options.language.clone(), options.stop_words.clone(), synonyms);
        let none = intents.len() as u32;
        let mut corpus = Self {
            none: !options.none.is_empty(),
            space: Space { bits: 0, pairs: false, lengths: options.block_lengths },
            intents,
            lexicon,
            utterances: vec![],
            of_sample: vec![],
        };
        let mut seen = HashMap::new();
        for sample in samples {
            let class =
                corpus.intents.binary_search_by(|intent| intent.as_str().cmp(sample.intent)).unwrap_or(0) as u32;
            let at = corpus.add(sample.utterance, class, false, &mut seen);
            corpus.of_sample.push(at);
        }
        for utterance in &options.none {
            corpus.add(utterance, none, false, &mut seen);
        }
        if options.intent_names {
            let names: Vec<Option<String>> = corpus.intents.iter().map(|intent| names::words(intent)).collect();
            for (class, name) in names.into_iter().enumerate() {
                name.map(|name| corpus.add(&name, class as u32, true, &mut seen));
            }
        }
        corpus.space = corpus.choose_space(options);
        corpus.find_features();
        Ok(corpus)
    }

    fn add(&mut self, utterance: &str, class: u32, is_name: bool, seen: &mut HashMap<(String, u32), usize>) -> usize {
        let text = Text::new(utterance);
        let next = self.utterances.len();
        let at = *seen.entry((text.folded().to_owned(), class)).or_insert(next);
        if at == next {
            let mut terms = Terms::default();
            self.lexicon.terms(&text, None, &mut terms);
            let (text, found) = (utterance.to_owned(), Found::default());
            self.utterances.push(Utterance { text, class, is_name, terms, found });
        }
        at
    }

    fn choose_space(&self, options: &Options) -> Space {
        let by_size = Space::bits_for(self.classes());
        let pairs = self.utterances.len() >= options.pairs_from;
        Space { bits: options.bucket_bits.unwrap_or(by_size), pairs, lengths: options.block_lengths }
    }

    fn find_features(&mut self) {
        let mut features = Features::default();
        for utterance in &mut self.utterances {
            utterance.found = features.extract(&utterance.terms, self.space).clone();
        }
    }

    pub(crate) fn classes(&self) -> usize {
        self.intents.len() + usize::from(self.none)
    }

    /// Deals the utterances into folds, each class evenly; names are in no fold, which is as good as a fold that is never held out.
    pub(crate) fn folds(&self, count: usize, seed: u64) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.utterances.len()).filter(|&i| !self.utterances[i].is_name).collect();
        Dice::new(seed).shuffle(&mut order);
        order.sort_by_key(|&i| self.utterances[i].class);
        let mut folds = vec![usize::MAX; self.utterances.len()];
        order.iter().enumerate().for_each(|(rank, &i)| folds[i] = rank % count);
        folds
    }

    /// Weight of each bucket, from the utterances in `rows`.
    pub(crate) fn term_weights(&self, rows: &[usize], options: &Options) -> Vec<f32> {
        let buckets = 1usize << self.space.bits;
        let by_class = rows.len() < options.class_weights_below * self.classes();
        let mut counts = vec![0u32; buckets];
        // For each bucket the class (or row) that was counted last, plus one.
        let mut last = vec![0u32; buckets];
        let mut order = rows.to_vec();
        if by_class {
            order.sort_by_key(|&i| self.utterances[i].class);
        }
        for (rank, &i) in order.iter().enumerate() {
            let unit = if by_class { self.utterances[i].class } else { rank as u32 } + 1;
            for bucket in (0..3).flat_map(|block| self.utterances[i].found.block(block)) {
                let bucket = *bucket as usize;
                if last[bucket] != unit {
                    last[bucket] = unit;
                    counts[bucket] += 1;
                }
            }
        }
        let total = if by_class { self.classes() } else { rows.len() } as f32;
        // What occurs in no utterance has no weight, and takes no part in the length of an utterance's vector.
        let weight = |count: u32| {
            if count == 0 { 0.0 } else { coarse(((1.0 + total) / (1.0 + count as f32)).ln() + options.least_weight) }
        };
        counts.into_iter().map(weight).collect()
    }

    /// The words of the utterances in `rows`.
    pub(crate) fn vocabulary(&self, rows: &[usize]) -> Vocabulary {
        let mut words: BTreeMap<&str, u64> = BTreeMap::new();
        // For each stem and class: the number of examples, and which of the first ones.
        let mut stems: BTreeMap<u64, BTreeMap<u32, (u32, Vec<u8>)>> = BTreeMap::new();
        let mut examples = vec![0; self.classes()];
        for &i in rows {
            let utterance = &self.utterances[i];
            let number = examples[utterance.class as usize];
            examples[utterance.class as usize] += 1;
            let mut distinct: Vec<u64> = Vec::new();
            for term in utterance.terms.list().iter().filter(|term| is_word(term)) {
                words.insert(utterance.terms.word(term), term.stem);
                distinct.push(term.stem);
            }
            distinct.sort_unstable();
            distinct.dedup();
            for stem in distinct {
                let (count, held) = stems.entry(stem).or_default().entry(utterance.class).or_default();
                *count += 1;
                if number < MOST_EXAMPLES {
                    held.push(number as u8);
                }
            }
        }
        let index: HashMap<u64, u32> = stems.keys().zip(0..).map(|(hash, i)| (*hash, i)).collect();
        let functions = self.function_stems(&words);
        let stems = stems.into_iter().map(|(hash, places)| NewStem {
            hash,
            weight: self.stem_weight(places.len(), functions.contains(&hash)),
            places: places.into_iter().map(|(class, (count, held))| (class, count, held)).collect(),
        });
        let words: Vec<(&str, u32)> =
            words.into_iter().map(|(text, stem)| (text, index.get(&stem).copied().unwrap_or(0))).collect();
        Vocabulary::new(&words, stems.collect(), &examples)
    }

    fn function_stems(&self, words: &BTreeMap<&str, u64>) -> HashSet<u64> {
        let functions = language::function_words(self.lexicon.language.as_deref());
        let is_function = |word: &str| functions.binary_search(&word_hash(word)).is_ok();
        words.iter().filter(|(word, _)| is_function(word)).map(|(_, stem)| *stem).collect()
    }

    /// Rareness over the classes, 1 for a stem of none of them; a little is left for a stem of all.
    fn stem_weight(&self, in_classes: usize, is_function: bool) -> f32 {
        let classes = self.classes() as f32;
        let rare = ((1.0 + classes) / (0.5 + in_classes as f32)).ln() / (2.0 + 2.0 * classes).ln();
        rare.max(0.05) * if is_function { FUNCTION_WORD } else { 1.0 }
    }

    /// Fingerprints of utterances that stand in one class only: first by their spelling with signs, else without.
    pub(crate) fn exact(&self) -> Vec<(u64, u32)> {
        let mut found: BTreeMap<u64, Option<u32>> = BTreeMap::new();
        let mut with_signs: BTreeMap<u64, Option<u32>> = BTreeMap::new();
        for utterance in self.utterances.iter().filter(|utterance| !utterance.is_name) {
            for (signs, map) in [(true, &mut with_signs), (false, &mut found)] {
                let class = map.entry(utterance.terms.fingerprint(signs)).or_insert(Some(utterance.class));
                if *class != Some(utterance.class) {
                    *class = None;
                }
            }
        }
        // A spelling that is exact with its signs wins over the same spelling without.
        found.extend(with_signs.into_iter().filter(|(_, class)| class.is_some()));
        found.into_iter().filter_map(|(hash, class)| Some((hash, class?))).collect()
    }
}
