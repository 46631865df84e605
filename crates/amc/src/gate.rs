//! The gate: how sure it is that the best intent is meant, and not something that the bot does not know.

use std::ops::Range;

use crate::{
    codec::{Reader, Writer},
    model::{DecodeError, Head},
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

    /// The number.
    pub fn get(self) -> f32 {
        self.0
    }
}

/// What the gate looks at.
pub(crate) const SIGNALS: usize = 9;

/// Measurements of one utterance.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Signals {
    pub(crate) values: [f32; SIGNALS],
    pub(crate) top: u32,
}

/// Stems of training examples, class by class.
#[derive(Debug, Default)]
pub(crate) struct Examples {
    /// For each class where its examples begin; one more at the end.
    classes: Vec<u32>,
    /// For each example where its stems end.
    ends: Vec<u32>,
    stems: Vec<u32>,
}

impl Examples {
    pub(crate) fn new(classes: &[Vec<Vec<u32>>]) -> Self {
        let mut examples = Self { classes: vec![0], ..Self::default() };
        for class in classes {
            for example in class {
                examples.stems.extend(example);
                examples.ends.push(examples.stems.len() as u32);
            }
            examples.classes.push(examples.ends.len() as u32);
        }
        examples
    }

    /// The distinct stems of each stored example of a class.
    pub(crate) fn of(&self, class: u32) -> impl Iterator<Item = &[u32]> {
        let at = class as usize;
        let range = match (self.classes.get(at), self.classes.get(at + 1)) {
            (Some(&start), Some(&end)) => start as usize..end as usize,
            _ => 0..0,
        };
        range.filter_map(|i| {
            let start = if i == 0 { 0 } else { *self.ends.get(i - 1)? };
            self.stems.get(Range { start: start as usize, end: *self.ends.get(i)? as usize })
        })
    }

    #[cfg(feature = "train")]
    pub(crate) fn write(&self, to: &mut Writer) {
        for list in [&self.classes, &self.ends, &self.stems] {
            to.list(list.iter(), |to, value| to.u32(*value));
        }
    }

    pub(crate) fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut list = || from.list(Reader::u32);
        Ok(Self { classes: list()?, ends: list()?, stems: list()? })
    }
}

impl Signals {
    pub(crate) fn measure(head: &Head, terms: &Terms, margins: &[f32], probabilities: &[f32]) -> Self {
        let intents = head.intents.len();
        let (mut top, mut second) = (0, f32::NEG_INFINITY);
        for i in 1..intents {
            if margins[i] > margins[top] {
                second = margins[top];
                top = i;
            } else {
                second = second.max(margins[i]);
            }
        }
        let margin = margins.get(top).copied().unwrap_or(-1.0);
        let probability = probabilities.get(top).copied().unwrap_or(0.0).clamp(1e-6, 1.0 - 1e-6);
        let gap = if second.is_finite() { margin - second } else { 0.0 };
        let _ = terms;
        let mut values = [0.0; SIGNALS];
        values[0] = margin;
        values[1] = gap;
        values[2] = (probability / (1.0 - probability)).ln();
        Self { values, top: top as u32 }
    }
}

/// The trained gate: a linear score of the signals, and where 0.70 lies on it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gate {
    pub(crate) weights: [f32; SIGNALS],
    /// The score that 95 of 100 in-scope utterances reach.
    pub(crate) threshold: f32,
    /// Steepness of the confidence around it.
    pub(crate) slope: f32,
}

impl Gate {
    pub(crate) fn score(&self, signals: &Signals) -> f32 {
        self.weights.iter().zip(signals.values).map(|(weight, value)| weight * value).sum()
    }

    pub(crate) fn confidence(&self, signals: &Signals) -> Confidence {
        let logit = (0.7f32 / 0.3).ln() + self.slope * (self.score(signals) - self.threshold);
        Confidence::new(1.0 / (1.0 + (-logit).exp()))
    }

    #[cfg(feature = "train")]
    pub(crate) fn write(&self, to: &mut Writer) {
        self.weights.iter().for_each(|weight| to.f32(*weight));
        to.f32(self.threshold);
        to.f32(self.slope);
    }

    pub(crate) fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut weights = [0.0; SIGNALS];
        for weight in &mut weights {
            *weight = from.f32()?;
        }
        Ok(Self { weights, threshold: from.f32()?, slope: from.f32()? })
    }
}
