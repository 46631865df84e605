//! The head of a model as bytes: names, words and numbers.

use super::Head;
#[cfg(feature = "train")]
use crate::codec::Writer;
use crate::{
    codec::{DecodeError, Reader},
    features::Space,
    gate::Gate,
    language,
    terms::Lexicon,
    vocabulary::Vocabulary,
};

impl Head {
    #[cfg(feature = "train")]
    pub(super) fn write(&self, to: &mut Writer) {
        to.text(self.lexicon.language.as_deref().unwrap_or_default());
        to.list(self.lexicon.stop_words.iter(), |to, word| to.text(word));
        to.list(self.lexicon.synonyms.iter(), |to, (canonical, variants)| {
            to.text(canonical);
            to.list(variants.iter(), |to, variant| to.text(variant));
        });
        to.u8(self.space.bits as u8);
        to.u8(u8::from(self.space.pairs));
        self.space.lengths.iter().for_each(|length| to.f32(*length));
        to.u8(u8::from(self.none));
        to.list(self.intents.iter(), |to, intent| to.text(intent));
        self.biases.iter().for_each(|bias| to.f32(*bias));
        to.f32(self.temperature);
        self.gate.write(to);
        to.list(self.exact.iter(), |to, (hash, class)| {
            to.u64(*hash);
            to.small(*class);
        });
        self.vocabulary.write(to);
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let language = Some(from.text()?.to_owned()).filter(|tag| !tag.is_empty());
        let stop_words = from.list(|from| from.text().map(str::to_owned))?;
        let synonyms =
            from.list(|from| Ok((from.text()?.to_owned(), from.list(|from| from.text().map(str::to_owned))?)))?;
        let (bits, pairs) = (u32::from(from.u8()?), from.u8()? != 0);
        let space = Space { bits, pairs, lengths: [from.f32()?, from.f32()?, from.f32()?] };
        if !(4..=24).contains(&space.bits) {
            return Err(DecodeError::Malformed);
        }
        let none = from.u8()? != 0;
        let intents = from.list(|from| from.text().map(str::to_owned))?;
        let biases = (0..intents.len() + usize::from(none)).map(|_| from.f32()).collect::<Result<_, _>>()?;
        let temperature = from.f32()?;
        let gate = Gate::read(from)?;
        let exact = from.list(|from| Ok((from.u64()?, from.small()?)))?;
        let vocabulary = Vocabulary::read(from)?;
        let lexicon = Lexicon::new(language, stop_words, synonyms);
        let function_words = language::function_words(lexicon.language.as_deref());
        Ok(Self { function_words, lexicon, space, intents, none, biases, temperature, gate, exact, vocabulary })
    }
}
