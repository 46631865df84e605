//! The gate: how sure it is that the best intent is meant, and not something that the bot does not know.

#[cfg(feature = "train")]
use crate::codec::Writer;
use crate::{
    codec::{DecodeError, Reader},
    features::{MAX_PAIRED, is_word},
    model::Head,
    number,
    terms::Terms,
};

/// A share of certainty: 0..=1, never NaN. By calibration, 95 of 100 held-out utterances that a bot should understand have 0.70 or more.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Confidence(f32);

impl Confidence {
    /// The bot must not answer.
    pub const NONE: Self = Self(0.0);
    /// Nothing can be surer.
    pub const CERTAIN: Self = Self(1.0);

    /// Clamps to 0..=1; NaN becomes 0.
    pub fn new(value: f32) -> Self {
        Self(if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) })
    }

    /// From how far a score is above the one that means 0.70.
    pub(crate) fn of_score(above: f32) -> Self {
        let logit = (0.7f32 / 0.3).ln() + above;
        Self::new(1.0 / (1.0 + (-logit).exp()))
    }

    /// The number.
    pub fn get(self) -> f32 {
        self.0
    }
}

/// What the gate looks at: see [`Signals::measure`].
pub(crate) const SIGNALS: usize = 11;
/// How much a function word counts, where a content word counts 1.
pub(crate) const FUNCTION_WORD: f32 = 0.15;
/// Softmax temperature of the odds among the gate's signals: fixed, so that they mean the same in every bot.
const SHARPNESS: f32 = 5.0;
/// What is taken off the score for a short lead over the refused utterances, and how fast it fades, per unit of margin. Chosen on the validation
/// part of CLINC150 with its `oos_train` as such utterances.
const LEAD_COST: f32 = 2.0;
const LEAD_STEEPNESS: f32 = 4.0;
/// What is taken off the score of an utterance of which no word is known and so few n-grams that it may be in no language at all: none of them
/// costs this much, [`FAMILIAR`] of them nothing. The regression was never shown such utterances.
const GIBBERISH_COST: f32 = 6.0;
const FAMILIAR: f32 = 0.5;
/// How much of a misspelled word counts as known.
const REPAIRED: f32 = 0.8;

/// Measurements of one utterance.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Signals {
    pub(crate) values: [f32; SIGNALS],
    pub(crate) top: u32,
}

/// A distinct word of the utterance: its stem in the vocabulary, what it weighs, and how surely it is known.
#[derive(Debug, Clone, Copy)]
struct Content {
    stem: Option<u32>,
    weight: f32,
    known: f32,
    /// The share of the examples that hold it which are of the top intent.
    belongs: f32,
}

/// Buffers of a measurement, reused by the next.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    contents: Vec<Content>,
    sums: Vec<f32>,
}

impl Signals {
    /// Measures an utterance. In this order:
    /// * the margin of the top intent, its lead over the second, and the log-odds of its softmax at a fixed temperature;
    /// * the largest share of an example of the top intent that the utterance holds;
    /// * the weight of its words that the bot does not know;
    /// * how much its words belong to the top intent and to no other: on average, at most, and in sum;
    /// * whether there is next to nothing of that;
    /// * the share of its features that occur in training, alone and times the margin above its floor of −1.
    pub(crate) fn measure(head: &Head, terms: &Terms, margins: &[f32], familiar: f32, buffers: &mut Buffers) -> Self {
        let Buffers { contents, sums } = buffers;
        let (top, second) = top_two(margins.get(..head.intents.len()).unwrap_or(margins));
        let margin = margins.get(top).copied().unwrap_or(-1.0);
        let gap = if second.is_finite() { (margin - second).min(2.0) } else { 1.0 };
        let others = number::exp_sum(margins, margin, SHARPNESS) - 1.0;
        read_contents(head, terms, top as u32, contents);
        let whole: f32 = contents.iter().map(|word| word.weight).sum();
        let foreign: f32 = contents.iter().map(|word| word.weight * (1.0 - word.known)).sum();
        let evidence = contents.iter().map(|word| word.weight * word.known * word.belongs);
        let strongest = evidence.clone().fold(0.0, f32::max);
        let evidence: f32 = evidence.sum();
        let values = [
            margin,
            gap,
            -others.max(1e-6).ln(),
            covered(head, contents, top as u32, sums),
            foreign.ln_1p(),
            evidence / whole.max(1e-6),
            strongest,
            evidence.ln_1p(),
            1.0 / (1.0 + 10.0 * evidence),
            familiar,
            (margin + 1.0) * familiar,
        ];
        Self { values, top: top as u32 }
    }
}

impl Signals {
    /// Whether the utterance holds all words of an example of the top intent.
    pub(crate) fn is_whole_example(&self) -> bool {
        self.values[3] > 0.99
    }

    /// What an utterance loses that may be in no language: 0 where a word of the top intent is known, or enough n-grams are.
    pub(crate) fn gibberish_cost(&self) -> f32 {
        let [.., unrelated, familiar, _] = self.values;
        GIBBERISH_COST * unrelated * (1.0 - familiar / FAMILIAR).clamp(0.0, 1.0)
    }
}

fn top_two(margins: &[f32]) -> (usize, f32) {
    let (mut top, mut second) = (0, f32::NEG_INFINITY);
    for (i, &margin) in margins.iter().enumerate().skip(1) {
        if margin > margins[top] {
            second = margins[top];
            top = i;
        } else {
            second = second.max(margin);
        }
    }
    (top, second)
}

fn read_contents(head: &Head, terms: &Terms, top: u32, contents: &mut Vec<Content>) {
    contents.clear();
    for term in terms.list().iter().filter(|term| is_word(term)).take(MAX_PAIRED) {
        let stem = term.known.and_then(|stem| Some((stem, head.vocabulary.stems().get(stem as usize)?)));
        let content = match stem {
            Some((index, stem)) => Content {
                stem: Some(index),
                weight: stem.weight,
                known: if term.repaired { REPAIRED } else { 1.0 },
                belongs: head.vocabulary.share_of(stem, top),
            },
            None => {
                let weight = if head.is_function_word(terms.word(term)) { FUNCTION_WORD } else { 1.0 };
                Content { stem: None, weight, known: 0.0, belongs: 0.0 }
            }
        };
        if content.stem.is_none() || contents.iter().all(|other| other.stem != content.stem) {
            contents.push(content);
        }
    }
}

/// The largest share, by weight, of an example of a class that the utterance holds.
fn covered(head: &Head, contents: &[Content], class: u32, sums: &mut Vec<f32>) -> f32 {
    let known = contents.iter().filter_map(|word| Some((word.stem?, word.weight * word.known)));
    head.vocabulary.covered(known, class, sums)
}

/// What is taken off a score for the best intent's margin less that of the class of refused utterances, where there is one.
pub(crate) fn lead_cost(lead: Option<f32>) -> f32 {
    lead.map_or(0.0, |lead| LEAD_COST * (-LEAD_STEEPNESS * lead).exp().ln_1p())
}

/// The trained gate: a linear score of the signals, and where 0.70 lies on it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gate {
    pub(crate) bias: f32,
    pub(crate) weights: [f32; SIGNALS],
    /// The score that 95 of 100 in-scope utterances reach.
    pub(crate) threshold: f32,
    /// Steepness of the confidence around it.
    pub(crate) slope: f32,
}

/// Log-odds that an utterance is one the bot should understand: constant and signals (rows), each alone, over the root of the utterances of an
/// intent, and over the root of the number of intents (columns). Printed by `make tune`.
#[cfg(feature = "train")]
const PRIOR: [[f32; 3]; SIGNALS + 1] = [
    [-2.04887, -4.49309, -3.33453],
    [1.70367, -4.24911, 2.97816],
    [0.37838, -3.68561, 0.88477],
    [0.01811, 1.17617, -0.03607],
    [0.58511, -1.01722, 4.10389],
    [-1.47740, 1.41425, 1.12369],
    [0.37905, -0.54047, -1.74140],
    [-0.75827, 0.03375, 0.96091],
    [0.31571, 2.74536, 2.58181],
    [0.08721, 0.97260, -0.13549],
    [0.56701, 5.84447, -1.69463],
    [0.18921, 4.25003, 0.88620],
];
/// The score that 95 of 100 held-out utterances reach, in the same three terms.
#[cfg(feature = "train")]
const THRESHOLD: [f32; 3] = [-0.50075, -4.01750, 0.12005];
/// The same for held-out utterances whose top intent is right.
#[cfg(feature = "train")]
const THRESHOLD_OF_RIGHT: [f32; 3] = [-0.26851, -2.71177, -0.06281];

impl Gate {
    /// The gate of a bot of this size, as simulated bots have it.
    #[cfg(feature = "train")]
    pub(crate) fn of_size(utterances: usize, intents: usize) -> Self {
        let average = (utterances as f32 / intents as f32).max(1.0);
        let (each, intents) = (average.powf(-0.5), (intents as f32).powf(-0.5));
        let at_size = |[alone, by_each, by_intents]: [f32; 3]| alone + by_each * each + by_intents * intents;
        let [bias, weights @ ..] = PRIOR.map(at_size);
        // With fewer than five examples an intent many utterances of its meaning share no word with any of them. To accept those would be to
        // accept nearly everything; such a bot keeps 95 of 100 of those that it understands rightly.
        let (all, right) = (at_size(THRESHOLD), at_size(THRESHOLD_OF_RIGHT));
        let threshold = right + (all - right) * (average - 4.0).clamp(0.0, 1.0);
        Self { bias, weights, threshold, slope: 1.0 }
    }

    /// The score of an utterance. `lead` is the best intent's margin less that of the class of refused utterances, where there is one.
    pub(crate) fn score(&self, signals: &Signals, lead: Option<f32>) -> f32 {
        let own =
            self.bias + self.weights.iter().zip(signals.values).map(|(weight, value)| weight * value).sum::<f32>();
        own - signals.gibberish_cost() - lead_cost(lead)
    }

    /// The score as a confidence.
    pub(crate) fn confidence(&self, signals: &Signals, lead: Option<f32>) -> Confidence {
        Confidence::of_score(self.slope * (self.score(signals, lead) - self.threshold))
    }

    #[cfg(feature = "train")]
    pub(crate) fn write(&self, to: &mut Writer) {
        to.f32(self.bias);
        self.weights.iter().for_each(|weight| to.f32(*weight));
        to.f32(self.threshold);
        to.f32(self.slope);
    }

    pub(crate) fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bias = from.f32()?;
        let mut weights = [0.0; SIGNALS];
        for weight in &mut weights {
            *weight = from.f32()?;
        }
        Ok(Self { bias, weights, threshold: from.f32()?, slope: from.f32()? })
    }
}
