//! The texts that the classifier learns from.

use std::sync::Arc;

use crate::{
    check::{Training, Written},
    content::Content,
};

/// One training text.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    /// Index of the intent.
    pub(crate) intent: usize,
    pub(crate) text: String,
    /// JSON path of the utterance that it was expanded from.
    pub(crate) path: Arc<str>,
}

/// What the classifier learns from, in the file's order.
pub(crate) fn texts(content: &Content, training: &Training) -> Vec<Text> {
    let expand = |written: &Written| {
        let (intent, path) = (written.intent, Arc::clone(&written.path));
        let texts = written.template.expand(&content.values, training.cap).into_iter();
        texts.map(move |text| Text { intent, text, path: Arc::clone(&path) })
    };
    training.utterances.iter().flat_map(expand).filter(|text| !text.text.is_empty()).collect()
}
