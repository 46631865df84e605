//! The gate of utterances that have a vector.

use crate::codec::Writer;
use crate::{
    codec::{DecodeError, Reader},
    gate::{Confidence, lead_cost},
};

/// Fewer utterances an intent count as so many: no simulated bot had fewer.
#[cfg(feature = "train")]
const FEWEST_EACH: f32 = 3.0;
/// What the gate looks at: see [`DenseSignals`].
pub(crate) const DENSE_SIGNALS: usize = 5;

/// Measurements of one vector. In this order:
/// * the vector's margin for the top intent;
/// * the cosine of the nearest example of the top intent;
/// * the margin of the bot's utterances against everyday messages;
/// * the logarithm of the number of words, plus one;
/// * the top intent's margin by words and vector together; of an utterance in another language, by the vector alone.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct DenseSignals {
    pub(crate) values: [f32; DENSE_SIGNALS],
    pub(crate) top: u32,
}

/// A linear score of the signals, and where 0.70 lies on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct DenseGate {
    pub(crate) bias: f32,
    pub(crate) weights: [f32; DENSE_SIGNALS],
    /// The score that has a confidence of 0.70.
    pub(crate) threshold: f32,
}

impl DenseGate {
    /// The gate of a bot of this size. The score is the log-odds that an utterance is one the bot should understand, by a logistic regression on
    /// simulated bots; the threshold is what 95 of 100 utterances reach that such a bot understands rightly. Both were fitted
    /// on what `tuning::measure_vectors` gives for 42 bots of 3 to 150 intents, drawn from CLINC150's and nlp.js' training parts.
    #[cfg(feature = "train")]
    pub(crate) fn of_size(utterances: usize, intents: usize) -> Self {
        let each = (utterances as f32 / intents.max(1) as f32).max(FEWEST_EACH);
        Self {
            bias: -3.4862,
            weights: [1.9540, 4.5654, 0.6525, 0.3396, 2.9925],
            threshold: 2.0243 - 6.2137 * each.powf(-0.5),
        }
    }

    /// The score of an utterance; `lead` as for [`crate::gate::Gate::score`].
    pub(crate) fn score(&self, signals: &DenseSignals, lead: Option<f32>) -> f32 {
        let products = self.weights.iter().zip(signals.values).map(|(weight, value)| weight * value);
        self.bias + products.sum::<f32>() - lead_cost(lead)
    }

    /// The score as a confidence.
    pub(crate) fn confidence(&self, signals: &DenseSignals, lead: Option<f32>) -> Confidence {
        Confidence::of_score(self.score(signals, lead) - self.threshold)
    }

    pub(crate) fn write(&self, to: &mut Writer) {
        to.f32(self.bias);
        self.weights.iter().for_each(|weight| to.f32(*weight));
        to.f32(self.threshold);
    }

    pub(crate) fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bias = from.f32()?;
        let mut weights = [0.0; DENSE_SIGNALS];
        for weight in &mut weights {
            *weight = from.f32()?;
        }
        Ok(Self { bias, weights, threshold: from.f32()? })
    }
}
