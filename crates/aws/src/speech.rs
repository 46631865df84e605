//! Speech by Amazon Polly.

mod kept;
mod memory;
mod spending;
mod ssml;
mod voices;

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use aws_sdk_polly::{
    Client,
    error::{ProvideErrorMetadata as _, SdkError},
    operation::synthesize_speech::SynthesizeSpeechError,
    primitives::ByteStream,
    types::{Engine, OutputFormat, TextType, VoiceId},
};
use sbf_dialog::ports::{Audio, Speech, SpeechRequest};
use sha2::{Digest, Sha256};

pub use self::voices::default_voice;
use self::{
    kept::KeptSounds,
    memory::AudioCache,
    spending::Reserved,
    ssml::{Prepared, plain, prepare},
    voices::{engines, language_code},
};
use crate::{
    causes,
    metrics::{Metric, count},
    quotas::{NotReserved, Quotas},
    settings::SpeechSettings,
};

/// Bytes of a sound at most: in base64 it must fit into an answer of Lambda, which has 6 MB.
const SOUND_LIMIT: usize = 4_000_000;
/// Lexicons of a request, and characters of a lexicon's name, at most (`SynthesizeSpeech`, `PutLexicon`).
const LEXICONS_LIMIT: usize = 5;
const LEXICON_NAME_LIMIT: usize = 20;

/// [`Speech`] by Polly's `SynthesizeSpeech`, with sounds kept in memory and, where there is a bucket for them, in S3.
#[derive(Debug)]
pub struct PollySpeech {
    client: Client,
    settings: SpeechSettings,
    memory: Mutex<AudioCache>,
    bucket: Option<KeptSounds>,
    /// What listeners may hear that must be made first, and what that may cost; without it, anything.
    quotas: Option<Quotas>,
    /// Voices and engines that Polly does not have together, in this Region.
    lacking: Mutex<BTreeSet<(String, Engine)>>,
}

/// A text and how it is to be spoken, as far as it decides how it sounds.
#[derive(Debug, Clone)]
struct Wanted<'r> {
    request: &'r SpeechRequest,
    voice: &'r str,
    engine: Engine,
    lexicons: Vec<&'r str>,
    spoken: Prepared,
}

impl PollySpeech {
    /// Speech through `client`.
    pub fn new(client: Client, settings: SpeechSettings) -> Self {
        let memory = Mutex::new(AudioCache::new(settings.cache_bytes));
        Self { client, settings, memory, bucket: None, quotas: None, lacking: Mutex::default() }
    }

    /// The same, with sounds kept in the bucket that the settings name, if they name one.
    #[must_use]
    pub fn keeping_in(self, client: aws_sdk_s3::Client) -> Self {
        let bucket = self.settings.bucket.clone().map(|bucket| KeptSounds::new(client, bucket));
        Self { bucket, ..self }
    }

    /// The same within quotas; sounds that are kept are within any.
    #[must_use]
    pub fn within(self, quotas: Option<Quotas>) -> Self {
        Self { quotas, ..self }
    }

    fn wanted<'r>(&self, request: &'r SpeechRequest) -> Option<Wanted<'r>> {
        let voice = request.voice.as_deref().or_else(|| default_voice(request.language.as_deref()?))?;
        let Some(engine) = self.engine(voice) else {
            count(Metric::SoundFailures);
            tracing::debug!(voice, "no engine of Polly has the voice in this Region");
            return None;
        };
        let lexicons = lexicons(request.lexicon.as_deref().unwrap_or_default());
        let spoken = prepare(&request.text, engine != Engine::Standard);
        // There must be something to say.
        let is_empty = spoken.text.trim().is_empty();
        (!is_empty).then_some(Wanted { request, voice, engine, lexicons, spoken })
    }

    /// The best engine for a voice that is not known to lack it; none where all do.
    fn engine(&self, voice: &str) -> Option<Engine> {
        let lacking = lock(&self.lacking);
        let has = |engine: &&Engine| !lacking.contains(&(voice.to_owned(), (*engine).clone()));
        engines(voice, self.settings.neural).iter().find(has).cloned()
    }

    /// From a cache, or made now and kept.
    async fn sound(&self, wanted: Wanted<'_>, listener: &str) -> Result<Audio, Unsaid> {
        let key = wanted.key();
        if let Some(audio) = lock(&self.memory).get(&key) {
            return Ok(audio);
        }
        if let Some(bucket) = &self.bucket
            && let Some(audio) = bucket.get(&key).await
        {
            lock(&self.memory).put(key, audio.clone());
            return Ok(audio);
        }
        let deadline = self.settings.deadline;
        let mut reserved = Reserved::default();
        let made = tokio::time::timeout(deadline, self.make(wanted, key, listener, &mut reserved)).await;
        // Polly bills nothing that it refuses: while it fails, the budget must not run out. Whether it bills what came too late, nobody knows.
        if let Ok(Err(Unsaid::Failed(_))) = &made {
            self.give_back(listener, reserved).await;
        }
        let late = || Unsaid::Failed(format!("no answer within {} ms", deadline.as_millis()));
        let (audio, key) = made.unwrap_or_else(|_| Err(late()))?;
        lock(&self.memory).put(key, audio.clone());
        if let Some(bucket) = &self.bucket {
            bucket.put(&key, &audio).await;
        }
        Ok(audio)
    }

    /// Asks Polly; what it refuses is asked for once more without. A sound of another engine has the key under which it is looked for next.
    async fn make(
        &self,
        mut wanted: Wanted<'_>,
        mut key: Key,
        listener: &str,
        reserved: &mut Reserved,
    ) -> Result<(Audio, Key), Unsaid> {
        let mut is_second_engine = false;
        loop {
            *reserved = self.reserve(&wanted, listener, *reserved).await?;
            let error = match self.ask(&wanted).await {
                Ok(output) => {
                    // Billed, whatever comes of it from here on.
                    *reserved = Reserved::default();
                    let content_type = output.content_type.unwrap_or_else(|| "audio/mpeg".to_owned());
                    let bytes = collected(output.audio_stream).await.map_err(Unsaid::Failed)?;
                    return Ok((Audio { bytes, content_type, cache_hit: false }, key));
                }
                Err(error) => error,
            };
            let why = kind(&error);
            wanted = match refusal(&error) {
                Some(Refused::Engine) => {
                    tracing::debug!(voice = wanted.voice, "lacks an engine");
                    tracing::warn!(engine = wanted.engine.as_str(), why, "the voice lacks an engine");
                    lock(&self.lacking).insert((wanted.voice.to_owned(), wanted.engine.clone()));
                    let other = self.engine(wanted.voice).filter(|_| !is_second_engine).ok_or(Unsaid::Failed(why))?;
                    is_second_engine = true;
                    let spoken = prepare(&wanted.request.text, other != Engine::Standard);
                    let other = Wanted { engine: other, spoken, ..wanted };
                    key = other.key();
                    other
                }
                Some(Refused::Ssml) if wanted.spoken.is_ssml => {
                    tracing::warn!(why, "SSML is spoken without its tags");
                    Wanted { spoken: plain(&wanted.request.text), ..wanted }
                }
                Some(Refused::Lexicon) if !wanted.lexicons.is_empty() => {
                    tracing::debug!(lexicons = ?wanted.lexicons, "one is unknown");
                    let lexicons = wanted.lexicons.len();
                    tracing::warn!(lexicons, "a lexicon is unknown to Polly; spoken without any");
                    Wanted { lexicons: Vec::new(), ..wanted }
                }
                _ => return Err(Unsaid::Failed(why)),
            };
        }
    }

    async fn ask(
        &self,
        wanted: &Wanted<'_>,
    ) -> Result<aws_sdk_polly::operation::synthesize_speech::SynthesizeSpeechOutput, SdkError<SynthesizeSpeechError>>
    {
        let text_type = if wanted.spoken.is_ssml { TextType::Ssml } else { TextType::Text };
        let synthesis = self.client.synthesize_speech().output_format(OutputFormat::Mp3).text(&wanted.spoken.text);
        let synthesis = synthesis.text_type(text_type).voice_id(VoiceId::from(wanted.voice));
        let synthesis = synthesis.engine(wanted.engine.clone());
        let synthesis = synthesis.set_language_code(language_code(wanted.voice, wanted.request.language.as_deref()));
        let lexicons = wanted.lexicons.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        synthesis.set_lexicon_names(Some(lexicons).filter(|lexicons| !lexicons.is_empty())).send().await
    }
}

#[async_trait]
impl Speech for PollySpeech {
    async fn synthesize(&self, request: &SpeechRequest, listener: &str) -> Option<Audio> {
        let wanted = self.wanted(request)?;
        let voice = wanted.voice;
        match self.sound(wanted, listener).await {
            Ok(audio) => Some(audio),
            Err(Unsaid::UsedUp) => {
                tracing::debug!(
                    "an answer goes out without its sound: the listener's quota or the bot's budget is used up"
                );
                None
            }
            Err(Unsaid::Failed(why)) => {
                count(Metric::SoundFailures);
                // Its name may be the client's, as is what Polly says of it.
                tracing::debug!(voice, "no sound");
                tracing::warn!(why, "an answer goes out without its sound");
                None
            }
        }
    }
}

/// Why there is no sound.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Unsaid {
    /// The day's quota or budget is used up: nothing is wrong.
    UsedUp,
    /// For the log.
    Failed(String),
}

impl From<NotReserved> for Unsaid {
    fn from(why: NotReserved) -> Self {
        match why {
            NotReserved::UsedUp => Self::UsedUp,
            // What cannot be counted is not bought.
            NotReserved::Store(why) => Self::Failed(why),
        }
    }
}

/// What of a request Polly refused, where the rest of it may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    Engine,
    Ssml,
    Lexicon,
}

/// For the log: Polly's messages quote voices, lexicons and texts.
fn kind(error: &SdkError<SynthesizeSpeechError>) -> String {
    tracing::debug!(error = causes(error), "Polly refused");
    match error.as_service_error() {
        Some(refused) => refused.code().unwrap_or("an error without a code").to_owned(),
        None => causes(error),
    }
}

/// Beside the errors of its reference Polly answers with a `ValidationException`, of which its message says what is meant.
fn refusal(error: &SdkError<SynthesizeSpeechError>) -> Option<Refused> {
    let error = error.as_service_error()?;
    match error {
        SynthesizeSpeechError::EngineNotSupportedException(_) => return Some(Refused::Engine),
        SynthesizeSpeechError::InvalidSsmlException(_) => return Some(Refused::Ssml),
        SynthesizeSpeechError::LexiconNotFoundException(_) => return Some(Refused::Lexicon),
        _ if error.code() != Some("ValidationException") => return None,
        _ => {}
    }
    let message = error.message().unwrap_or_default().to_lowercase();
    if message.contains("engine") {
        return Some(Refused::Engine);
    }
    message.contains("ssml").then_some(Refused::Ssml)
}

/// The bytes of a sound, unless they are none or too many.
async fn collected(mut stream: ByteStream) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while let Some(part) = stream.try_next().await.map_err(|error| error.to_string())? {
        bytes.extend_from_slice(&part);
        if bytes.len() > SOUND_LIMIT {
            return Err(format!("the sound has more than {SOUND_LIMIT} bytes"));
        }
    }
    if bytes.is_empty() { Err("the sound is empty".to_owned()) } else { Ok(bytes) }
}

/// The lexicons of a list such as `names, places` that can be some of Polly's.
fn lexicons(written: &str) -> Vec<&str> {
    let is_name = |name: &&str| {
        (1..=LEXICON_NAME_LIMIT).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    written.split([',', ' ']).filter(is_name).take(LEXICONS_LIMIT).collect()
}

/// What decides how a sound comes out, as a hash (SHA-256).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key([u8; 32]);

impl Wanted<'_> {
    fn key(&self) -> Key {
        let kind = if self.spoken.is_ssml { "ssml" } else { "text" };
        let language = language_code(self.voice, self.request.language.as_deref());
        let language = language.as_ref().map_or("", |language| language.as_str());
        let lexicons = self.lexicons.join(",");
        let parts = ["mp3", self.voice, self.engine.as_str(), language, &lexicons, kind, &self.spoken.text];
        let mut hash = Sha256::new();
        for part in parts {
            // Lengths keep the parts apart.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Key(hash.finalize().into())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str, lexicon: &str) -> SpeechRequest {
        SpeechRequest { text: text.to_owned(), voice: None, language: None, lexicon: Some(lexicon.to_owned()) }
    }

    fn key(request: &SpeechRequest, voice: &str, engine: Engine) -> Key {
        let lexicons = lexicons(request.lexicon.as_deref().unwrap());
        let spoken = prepare(&request.text, engine == Engine::Neural);
        Wanted { request, voice, engine, lexicons, spoken }.key()
    }

    #[test]
    fn whatever_sounds_different_has_a_key_of_its_own() {
        let plain = request("c", "ab");
        let keys = [
            key(&plain, "Joanna", Engine::Neural),
            key(&plain, "Joanna", Engine::Standard),
            key(&plain, "Joey", Engine::Neural),
            key(&request("bc", "a"), "Joanna", Engine::Neural),
            key(&request("c", ""), "Joanna", Engine::Neural),
            key(&request("<speak>c</speak>", "ab"), "Joanna", Engine::Neural),
        ];
        let kinds: std::collections::HashSet<Key> = keys.into_iter().collect();
        assert_eq!(kinds.len(), keys.len());
        assert_eq!(key(&plain, "Joanna", Engine::Neural), keys[0]);
        assert_eq!(keys[0].to_string().len(), 64);
    }

    #[test]
    fn only_names_that_polly_can_have_are_asked_for() {
        assert_eq!(lexicons("names"), ["names"]);
        assert_eq!(lexicons(" names, places;x a-b, é, 123456789012345678901 c"), ["names", "c"]);
        assert_eq!(lexicons("a b c d e f"), ["a", "b", "c", "d", "e"]);
        assert_eq!(lexicons(""), [""; 0]);
    }
}
