//! The utterance as an encoder should read it.

use std::borrow::Cow;

use super::Model;
use crate::{
    dense::Encode,
    terms::{Terms, word_hash},
    text::{Kind, Text, Token},
};

impl Model {
    /// The vector of an utterance, by an encoder that is the one the model was trained with; `None` where it cannot be encoded, or where the model
    /// does not ask for it: because it knows words alone or the utterance word for word, or because neither bot nor encoder knows a word of it.
    /// What an encoder makes of letters at random means nothing.
    pub fn vector(&self, utterance: &str, encode: &dyn Encode) -> Option<Vec<f32>> {
        self.dense.as_ref()?;
        let text = Text::new(utterance);
        let mut terms = Terms::default();
        self.head.lexicon.terms(&text, Some(&self.head.vocabulary), &mut terms);
        if self.exact(&terms).is_some() || !self.has_a_word(utterance, (&text, &terms), encode) {
            return None;
        }
        encode.encode(&self.corrected(utterance, (&text, &terms), encode))
    }

    fn has_a_word(&self, utterance: &str, (text, terms): (&Text, &Terms), encode: &dyn Encode) -> bool {
        let is_known = terms.list().iter().any(|term| term.known.is_some());
        let is_read = |token: &Token| match token.kind() {
            Kind::Word => encode.is_word(utterance.get(token.span()).unwrap_or_default()),
            Kind::Piece => true,
            Kind::Sign => false,
        };
        is_known || text.tokens().iter().any(is_read)
    }

    /// The utterance with misspelled words replaced by the words of the bot that they stand for: encoders read words that they do not know by
    /// their pieces, which say something else.
    ///
    /// A text in another language stays as it is.
    fn corrected<'u>(&self, utterance: &'u str, (text, terms): (&Text, &Terms), encode: &dyn Encode) -> Cow<'u, str> {
        let is_unknown = |token: &&Token| token.kind() == Kind::Word && !self.is_word(text.word(token));
        let unknown: Vec<&Token> = text.tokens().iter().filter(is_unknown).collect();
        if unknown.is_empty() || self.is_foreign(terms) {
            return Cow::Borrowed(utterance);
        }
        let mut corrected = String::with_capacity(utterance.len() + unknown.len());
        let mut end = 0;
        for token in unknown {
            if encode.is_word(utterance.get(token.span()).unwrap_or_default()) {
                continue;
            }
            let Some(word) = self.head.vocabulary.corrected(text.word(token)) else { continue };
            corrected.push_str(utterance.get(end..token.span().start).unwrap_or_default());
            corrected.push_str(word);
            end = token.span().end;
        }
        corrected.push_str(utterance.get(end..).unwrap_or_default());
        Cow::Owned(corrected)
    }

    /// Whether the bot's utterances hold a word, or its language uses it often.
    fn is_word(&self, word: &str) -> bool {
        self.head.vocabulary.word(word_hash(word)).is_some() || self.head.lexicon.is_frequent(word)
    }
}
