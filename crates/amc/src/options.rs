//! What training may be told.

use std::collections::BTreeMap;

/// How to train. The defaults were chosen by cross-validation; an author gives `language`, `stop_words`, `synonyms` and `none`.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// BCP 47 tag of the utterances' language, such as `pt-BR`; it chooses the stemmer. `None`: words are their own stems.
    pub language: Option<String>,
    /// Words that are left out, in training and use alike.
    pub stop_words: Vec<String>,
    /// Canonical word → words and phrases that mean the same, whole words only.
    pub synonyms: BTreeMap<String, Vec<String>>,
    /// Utterances that the bot must refuse.
    pub none: Vec<String>,
    /// Whether the words in an intent's name count as one of its utterances; names without words never do.
    pub intent_names: bool,
    /// Seed of every shuffle: equal input and seed give equal bytes.
    pub seed: u64,
    /// Threads of the solver, 1..=64; their number does not change the result.
    pub threads: usize,
    /// Binary logarithm of the number of feature buckets, 8..=20; `None`: by the size of the bot.
    pub bucket_bits: Option<u32>,
    /// Relative lengths of the vectors of words, characters and pairs of stems; each 0..=10, one above 0.
    pub block_lengths: [f32; 3],
    /// Bots with at least so many utterances use pairs of stems.
    pub pairs_from: usize,
    /// Bots with fewer utterances an intent weigh terms by the intents that hold them, not by the utterances.
    pub class_weights_below: usize,
    /// Weight of a term that occurs in every utterance (or intent), to which rareness is added; 0..=10.
    pub least_weight: f32,
    /// Price of an error in the hyperplanes' problem, `C` > 0.
    pub cost: f32,
    /// Errors on a class's own rows cost `(negatives / positives)^balance` times as much; 0..=1.
    pub balance: f32,
    /// The solver stops where projected gradients differ by less; > 0.
    pub tolerance: f32,
    /// The solver stops after so many passes over the rows, 1..=10,000.
    pub max_passes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            language: None,
            stop_words: Vec::new(),
            synonyms: BTreeMap::new(),
            none: Vec::new(),
            intent_names: true,
            seed: 42,
            threads: 2,
            bucket_bits: None,
            block_lengths: [1.0, 1.4, 1.0],
            pairs_from: 500,
            class_weights_below: 12,
            least_weight: 2.0,
            cost: 1.5,
            balance: 0.5,
            tolerance: 0.2,
            max_passes: 40,
        }
    }
}

/// An option that is out of its range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the option {option} must be {range}, but is {found}")]
pub struct OptionsError {
    /// Name of the field.
    pub option: &'static str,
    /// What it may be.
    pub range: &'static str,
    /// What it is.
    pub found: String,
}

/// Options whose ranges hold.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedOptions(Options);

impl Options {
    /// Checks every range.
    ///
    /// # Errors
    /// Names the first option that is out of its range.
    pub fn check(self) -> Result<CheckedOptions, OptionsError> {
        let positive = |x: f32| x.is_finite() && x > 0.0;
        let in_ten = |x: &f32| (0.0..=10.0).contains(x);
        let blocks = self.block_lengths;
        let rules: [(&'static str, bool, &'static str, String); 8] = [
            ("threads", (1..=64).contains(&self.threads), "1 to 64", self.threads.to_string()),
            (
                "bucket_bits",
                self.bucket_bits.is_none_or(|bits| (8..=20).contains(&bits)),
                "8 to 20",
                format!("{:?}", self.bucket_bits),
            ),
            (
                "block_lengths",
                blocks.iter().all(in_ten) && blocks.iter().any(|x| *x > 0.0),
                "0 to 10, one above 0",
                format!("{blocks:?}"),
            ),
            ("least_weight", in_ten(&self.least_weight), "0 to 10", self.least_weight.to_string()),
            ("cost", positive(self.cost), "above 0", self.cost.to_string()),
            ("balance", (0.0..=1.0).contains(&self.balance), "0 to 1", self.balance.to_string()),
            ("tolerance", positive(self.tolerance), "above 0", self.tolerance.to_string()),
            ("max_passes", (1..=10_000).contains(&self.max_passes), "1 to 10,000", self.max_passes.to_string()),
        ];
        match rules.into_iter().find(|(_, holds, ..)| !holds) {
            Some((option, _, range, found)) => Err(OptionsError { option, range, found }),
            None => Ok(CheckedOptions(self)),
        }
    }
}

impl std::ops::Deref for CheckedOptions {
    type Target = Options;
    fn deref(&self) -> &Options {
        &self.0
    }
}
