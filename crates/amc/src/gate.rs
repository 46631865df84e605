//! The gate: how sure it is that the best intent is meant, and not something that the bot does not know.

#[cfg(feature = "train")]
use crate::codec::Writer;
use crate::{
    codec::Reader,
    features::{MAX_PAIRED, is_word},
    model::{DecodeError, Head},
    terms::Terms,
    vocabulary::Vocabulary,
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
/// Examples of an intent that the gate compares with, at most.
#[cfg(feature = "train")]
const MOST_EXAMPLES: usize = 100;
/// How much of a misspelled word counts as known.
const REPAIRED: f32 = 0.8;

/// Measurements of one utterance.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Signals {
    pub(crate) values: [f32; SIGNALS],
    pub(crate) top: u32,
}

/// Stems of training examples, class by class.
#[derive(Debug, Default)]
pub(crate) struct Examples {
    /// For each class where its examples end.
    classes: Vec<u32>,
    /// For each example where its stems end, and what they weigh together.
    ends: Vec<(u32, f32)>,
    stems: Vec<u32>,
}

impl Examples {
    /// Takes the distinct stems of the examples of each class.
    #[cfg(feature = "train")]
    pub(crate) fn new(classes: &[Vec<Vec<u32>>]) -> Self {
        let mut examples = Self::default();
        for class in classes {
            for example in class.iter().take(MOST_EXAMPLES) {
                examples.stems.extend(example);
                examples.ends.push((examples.stems.len() as u32, 0.0));
            }
            examples.classes.push(examples.ends.len() as u32);
        }
        examples
    }

    /// The stems of each stored example of a class, and what they weigh.
    fn of(&self, class: u32) -> impl Iterator<Item = (&[u32], f32)> {
        let before = |list: Option<u32>| list.unwrap_or(0) as usize;
        let class = class as usize;
        let start = before(class.checked_sub(1).and_then(|class| self.classes.get(class).copied()));
        let end = before(self.classes.get(class).copied());
        (start..end).filter_map(move |i| {
            let start = before(i.checked_sub(1).and_then(|i| Some(self.ends.get(i)?.0)));
            let (end, weight) = *self.ends.get(i)?;
            Some((self.stems.get(start..end as usize)?, weight.max(1e-6)))
        })
    }

    /// Sums the weights of the examples' stems.
    pub(crate) fn weigh(&mut self, vocabulary: &Vocabulary) {
        let weight = |stem: &u32| vocabulary.stems().get(*stem as usize).map_or(0.0, |stem| stem.weight);
        let mut start = 0;
        for (end, whole) in &mut self.ends {
            *whole = self.stems.get(start..*end as usize).unwrap_or_default().iter().map(weight).sum();
            start = *end as usize;
        }
    }

    #[cfg(feature = "train")]
    pub(crate) fn write(&self, to: &mut Writer) {
        to.list(self.classes.iter(), |to, end| to.u32(*end));
        let mut start = 0;
        to.list(self.ends.iter(), |to, (end, _)| {
            to.u8((end - start) as u8);
            start = *end;
        });
        to.list(self.stems.iter(), |to, stem| to.u24(*stem));
    }

    pub(crate) fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let classes = from.list(Reader::u32)?;
        let mut end = 0;
        let ends = from.list(|from| {
            end += u32::from(from.u8()?);
            Ok((end, 0.0))
        })?;
        Ok(Self { classes, ends, stems: from.list(Reader::u24)? })
    }
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
    shares: Vec<f32>,
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
        let Buffers { contents, shares } = buffers;
        let (top, second) = top_two(margins.get(..head.intents.len()).unwrap_or(margins));
        let margin = margins.get(top).copied().unwrap_or(-1.0);
        let gap = if second.is_finite() { (margin - second).min(2.0) } else { 1.0 };
        let others: f32 =
            margins.iter().map(|other| crate::number::exp((other - margin) * SHARPNESS)).sum::<f32>() - 1.0;
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
            covered(head, contents, top as u32, shares),
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
                belongs: stem.share_of(top),
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

/// The largest share, by weight, of an example of a class that the utterance holds. `shares` is for each stem of the vocabulary 0, and is left so.
fn covered(head: &Head, contents: &[Content], class: u32, shares: &mut Vec<f32>) -> f32 {
    shares.resize(head.vocabulary.stems().len(), 0.0);
    let known = contents.iter().filter_map(|word| Some((word.stem? as usize, word.weight * word.known)));
    known.clone().for_each(|(stem, share)| shares[stem] = share);
    let held = |stem: &u32| shares.get(*stem as usize).copied().unwrap_or(0.0);
    let share_of = |(example, whole): (&[u32], f32)| example.iter().map(held).sum::<f32>() / whole;
    let most = head.examples.of(class).map(share_of).fold(0.0, f32::max);
    known.for_each(|(stem, _)| shares[stem] = 0.0);
    most
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
    [-1.59548, -4.66913, -3.85161],
    [1.70600, -3.96800, 3.19765],
    [0.21977, -3.69082, 1.00080],
    [0.13085, 1.04797, -0.14148],
    [0.62305, -1.53551, 3.19744],
    [-1.43640, 1.27476, 1.06458],
    [0.34747, -0.84533, -1.37507],
    [-0.91172, 0.48161, 1.81626],
    [0.08396, 3.22552, 3.04226],
    [0.01568, 1.21076, -0.01747],
    [0.61020, 5.44812, -1.50751],
    [-0.36180, 4.96339, 1.13893],
];
/// The score that 95 of 100 held-out utterances reach, in the same three terms.
#[cfg(feature = "train")]
const THRESHOLD: [f32; 3] = [-0.41786, -3.76357, -0.12672];
/// The same for held-out utterances whose top intent is right.
#[cfg(feature = "train")]
const THRESHOLD_OF_RIGHT: [f32; 3] = [-0.22986, -2.55000, -0.16406];

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
        own - lead.map_or(0.0, |lead| LEAD_COST * (-LEAD_STEEPNESS * lead).exp().ln_1p())
    }

    /// The score as a confidence.
    pub(crate) fn confidence(&self, signals: &Signals, lead: Option<f32>) -> Confidence {
        let logit = (0.7f32 / 0.3).ln() + self.slope * (self.score(signals, lead) - self.threshold);
        Confidence::new(1.0 / (1.0 + (-logit).exp()))
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
