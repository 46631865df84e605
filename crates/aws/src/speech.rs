//! Speech by Amazon Polly.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use aws_sdk_polly::{
    Client,
    types::{OutputFormat, TextType, VoiceId},
};
use sbf_dialog::ports::{Audio, Speech, SpeechRequest};
use sha2::{Digest, Sha256};

use crate::{causes, settings::SpeechSettings};

/// [`Speech`] by Polly's `SynthesizeSpeech`, with the latest sounds kept in memory.
#[derive(Debug)]
pub struct PollySpeech {
    client: Client,
    settings: SpeechSettings,
    cache: Mutex<AudioCache>,
}

/// A voice for each language that Polly speaks with its standard engine; the first of a language serves its other
/// regions. From "Available voices" in the Amazon Polly developer guide.
const VOICES: [(&str, &str); 28] = [
    ("ar-AE", "Zeina"),
    ("cy-GB", "Gwyneth"),
    ("da-DK", "Naja"),
    ("de-DE", "Vicki"),
    ("en-US", "Joanna"),
    ("en-AU", "Nicole"),
    ("en-GB", "Amy"),
    ("en-IN", "Aditi"),
    ("es-US", "Lupe"),
    ("es-ES", "Lucia"),
    ("es-MX", "Mia"),
    ("fr-FR", "Lea"),
    ("fr-CA", "Chantal"),
    ("hi-IN", "Aditi"),
    ("is-IS", "Dora"),
    ("it-IT", "Bianca"),
    ("ja-JP", "Mizuki"),
    ("ko-KR", "Seoyeon"),
    ("nb-NO", "Liv"),
    ("nl-NL", "Lotte"),
    ("pl-PL", "Ewa"),
    ("pt-BR", "Camila"),
    ("pt-PT", "Ines"),
    ("ro-RO", "Carmen"),
    ("ru-RU", "Tatyana"),
    ("sv-SE", "Astrid"),
    ("tr-TR", "Filiz"),
    ("zh-CN", "Zhiyu"),
];

impl PollySpeech {
    /// Speech through `client`.
    pub fn new(client: Client, settings: SpeechSettings) -> Self {
        let cache = Mutex::new(AudioCache::new(settings.cache_bytes));
        Self { client, settings, cache }
    }

    async fn fetch(&self, request: &SpeechRequest, voice: &str) -> Result<Audio, String> {
        let text_type = if request.text.contains("<speak") { TextType::Ssml } else { TextType::Text };
        let synthesis = self.client.synthesize_speech().output_format(OutputFormat::Mp3).text(&request.text);
        let synthesis = synthesis.text_type(text_type).voice_id(VoiceId::from(voice));
        let synthesis = synthesis.set_lexicon_names(request.lexicon.clone().map(|name| vec![name]));
        let output = synthesis.send().await.map_err(|error| causes(&error))?;
        let content_type = output.content_type.unwrap_or_else(|| "audio/mpeg".to_owned());
        let sound = output.audio_stream.collect().await.map_err(|error| error.to_string())?;
        Ok(Audio { bytes: sound.to_vec(), content_type, cache_hit: false })
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, AudioCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Speech for PollySpeech {
    async fn synthesize(&self, request: &SpeechRequest) -> Option<Audio> {
        let voice = request.voice.as_deref().or_else(|| default_voice(request.language.as_deref()?))?;
        let key = cache_key(request, voice);
        if let Some(audio) = self.cache().get(&key) {
            return Some(audio);
        }
        let fetched = tokio::time::timeout(self.settings.deadline, self.fetch(request, voice)).await;
        match fetched.unwrap_or_else(|_| Err(format!("no answer within {} ms", self.settings.deadline.as_millis()))) {
            Ok(audio) => {
                self.cache().put(key, audio.clone());
                Some(audio)
            }
            Err(why) => {
                tracing::warn!(voice, why, "an answer goes out without its sound");
                None
            }
        }
    }
}

/// The voice for a language tag: of exactly that tag, else of its language.
pub fn default_voice(tag: &str) -> Option<&'static str> {
    let language = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let exact = VOICES.iter().find(|(known, _)| known.eq_ignore_ascii_case(&tag.replace('_', "-")));
    let voice = exact.or_else(|| VOICES.iter().find(|(known, _)| language(known) == language(tag)));
    voice.map(|(_, voice)| *voice)
}

type Key = [u8; 32];

/// A hash of everything that decides how the sound comes out; lengths keep the parts apart.
fn cache_key(request: &SpeechRequest, voice: &str) -> Key {
    let mut hash = Sha256::new();
    for part in [voice, request.lexicon.as_deref().unwrap_or_default(), &request.text] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// The latest sounds, the least recently used leaving first once they are too many bytes.
#[derive(Debug)]
struct AudioCache {
    limit: usize,
    bytes: usize,
    sounds: HashMap<Key, Audio>,
    /// Least recently used first.
    order: VecDeque<Key>,
}

impl AudioCache {
    fn new(limit: usize) -> Self {
        Self { limit, bytes: 0, sounds: HashMap::new(), order: VecDeque::new() }
    }

    fn get(&mut self, key: &Key) -> Option<Audio> {
        let audio = self.sounds.get(key)?.clone();
        self.order.retain(|other| other != key);
        self.order.push_back(*key);
        Some(Audio { cache_hit: true, ..audio })
    }

    fn put(&mut self, key: Key, audio: Audio) {
        if audio.bytes.len() > self.limit || self.sounds.contains_key(&key) {
            return;
        }
        self.bytes += audio.bytes.len();
        self.sounds.insert(key, audio);
        self.order.push_back(key);
        while self.bytes > self.limit {
            let Some(oldest) = self.order.pop_front() else { return };
            self.bytes -= self.sounds.remove(&oldest).map_or(0, |audio| audio.bytes.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audio(length: usize) -> Audio {
        Audio { bytes: vec![0; length], content_type: "audio/mpeg".to_owned(), cache_hit: false }
    }

    #[test]
    fn a_region_without_a_voice_gets_its_languages_first() {
        assert_eq!(default_voice("pt-BR"), Some("Camila"));
        assert_eq!(default_voice("pt_pt"), Some("Ines"));
        assert_eq!(default_voice("es-AR"), Some("Lupe"));
        assert_eq!(default_voice("en"), Some("Joanna"));
        assert_eq!(default_voice("eo"), None);
        assert_eq!(default_voice(""), None);
    }

    #[test]
    fn the_least_recently_used_sound_leaves_first() {
        let mut cache = AudioCache::new(10);
        let key = |byte| [byte; 32];
        cache.put(key(1), audio(4));
        cache.put(key(2), audio(4));
        assert!(cache.get(&key(1)).is_some_and(|audio| audio.cache_hit));
        cache.put(key(3), audio(4));
        assert_eq!(cache.get(&key(2)), None);
        assert!(cache.get(&key(1)).is_some() && cache.get(&key(3)).is_some());
        assert_eq!(cache.bytes, 8);
    }

    #[test]
    fn a_sound_larger_than_the_cache_is_not_kept() {
        let mut cache = AudioCache::new(10);
        cache.put([1; 32], audio(11));
        assert_eq!(cache.get(&[1; 32]), None);
        assert_eq!(cache.bytes, 0);
    }

    #[test]
    fn parts_that_join_alike_have_different_keys() {
        let request = |lexicon: &str, text: &str| SpeechRequest {
            text: text.to_owned(),
            voice: None,
            language: None,
            lexicon: Some(lexicon.to_owned()),
        };
        assert_ne!(cache_key(&request("ab", "c"), "v"), cache_key(&request("a", "bc"), "v"));
    }
}
