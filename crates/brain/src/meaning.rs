//! The sentence encoder as the classifier asks for it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use sbf_amc::Encode;
use sbf_meaning::{Encoder, ReadAt, WeightsError};

/// Vectors that are remembered at most (64 MB).
const REMEMBERED: usize = 30_000;

/// Texts and their vectors.
type Known = HashMap<String, Arc<[f32]>>;

/// An open encoder, shared by all brains of a process.
#[derive(Clone)]
pub struct Meaning {
    encoder: Arc<Encoder>,
    /// Vectors of texts that were encoded before, for whoever trains again and again.
    known: Option<Arc<Mutex<Known>>>,
}

impl Meaning {
    /// Opens the weights of the encoder.
    ///
    /// # Errors
    /// Where they cannot be read or are something else.
    pub fn open(weights: impl ReadAt + 'static) -> Result<Self, WeightsError> {
        Ok(Self { encoder: Arc::new(Encoder::open(weights)?), known: None })
    }

    /// The same, which remembers what it encoded.
    #[must_use]
    pub fn remembering(self) -> Self {
        Self { known: Some(Arc::default()), ..self }
    }

    fn remembered(&self, text: &str) -> Option<Vec<f32>> {
        let known = self.known.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(text).map(|vector| vector.to_vec())
    }

    fn remember(&self, text: &str, vector: &[f32]) {
        let Some(known) = &self.known else { return };
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < REMEMBERED {
            known.insert(text.to_owned(), vector.into());
        }
    }
}

impl std::fmt::Debug for Meaning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Meaning").field(&self.source()).finish()
    }
}

impl Encode for Meaning {
    fn source(&self) -> String {
        self.encoder.id().to_string()
    }

    fn encode(&self, text: &str) -> Option<Vec<f32>> {
        if let Some(known) = self.remembered(text) {
            return Some(known);
        }
        let vector = match self.encoder.encode(text) {
            Ok(vector) => vector.as_slice().to_vec(),
            Err(error) => {
                tracing::error!(%error, "the encoder's weights cannot be read");
                return None;
            }
        };
        self.remember(text, &vector);
        Some(vector)
    }

    fn is_word(&self, word: &str) -> bool {
        // With those for beginning and end.
        self.encoder.pieces(word).len() <= 3
    }
}

#[cfg(all(test, feature = "train"))]
mod tests;
