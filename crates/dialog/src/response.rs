//! The response to one request: what the bot answers and whom, as data. Each channel renders it its own way.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    input::{Call, Event, Input},
    payload,
    ports::{Audio, SpeechRequest},
    reply::{Main, Reply},
    session::Sentence,
};

/// Bytes that a response may take where it is sent: Lambda hands on 6,291,556 bytes, of which headers and a rendering's own names need some.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub(crate) const RESPONSE_LIMIT: usize = 6_000_000;

/// A response.
///
/// It is kept in the session for a repeated request, without its sound: the rules of [`Reply`]'s fields hold here, too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// What the bot answers.
    pub reply: Reply,
    /// What the user said, as far as it is known.
    pub utterance: String,
    /// Who said it.
    pub user: User,
    /// The conversation, to be named by the next request.
    pub session_id: String,
    /// The client's id of the turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<String>,
    /// Epoch milliseconds at which the turn began.
    pub began: u64,
    /// Whether the session that the client named is no more.
    #[serde(default)]
    pub session_expired: bool,
    /// The client's language tag, or the brain's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// Free keys and values of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Map<String, Value>>,
    /// The intent that a tester expects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The answer read aloud, where that was asked for.
    #[serde(skip)]
    pub sound: Option<Sound>,
    /// What release 0.1 kept of this response: the JSON of `POST /core`, which is sent again as it is.
    #[serde(skip)]
    pub(crate) kept_json: Option<Value>,
}

/// The user, as clients are told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct User {
    /// The caller's subject.
    pub subject: String,
    /// The caller's e-mail address.
    pub email: Option<String>,
}

/// An answer read aloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// What was read.
    pub request: SpeechRequest,
    /// How it sounds.
    pub audio: Audio,
}

impl Response {
    pub(crate) fn new(reply: Reply, call: &Call, input: &Input, began: u64, session_expired: bool) -> Self {
        Self {
            reply,
            utterance: utterance(&input.event),
            user: User { subject: input.caller.subject.clone(), email: input.caller.email.clone() },
            session_id: input.session_id.clone(),
            turn_id: call.turn_id.clone(),
            began,
            session_expired,
            lang: input.lang.clone(),
            environment: call.environment.clone(),
            expected: call.expected.clone(),
            sound: None,
            kept_json: None,
        }
    }

    /// The bytes that it takes where it is sent, without its sound: a Lambda's answer holds the JSON as a text, in which quotes and
    /// backslashes take two.
    pub(crate) fn bytes(&self) -> usize {
        let mut counter = Counter(0);
        serde_json::to_writer(&mut counter, self).map_or(usize::MAX, |()| counter.0)
    }

    /// The same with a sound, unless both together are too large to be sent.
    #[must_use]
    pub(crate) fn with_sound(self, sound: Sound) -> Self {
        // In base64, of three bytes there are four.
        let sound_bytes = sound.audio.bytes.len().div_ceil(3) * 4;
        let fits = self.bytes().saturating_add(sound_bytes) <= RESPONSE_LIMIT;
        Self { sound: Some(sound).filter(|_| fits), ..self }
    }

    /// The intent that was understood.
    pub fn intent(&self) -> Option<&str> {
        self.reply.understood.as_ref()?.intent.as_deref()
    }

    /// Whether nothing was understood.
    pub fn missed(&self) -> bool {
        matches!(self.reply.main, Main::Misses(_))
    }

    /// What is read out, in order: sentences first, then the main one, or the open question where there is no other.
    pub fn sentences(&self) -> Vec<&str> {
        let before = self.reply.said.iter().map(|sentence| sentence.text.as_str());
        before.chain(self.main_sentence().map(|sentence| sentence.text.as_str())).collect()
    }

    /// What is to be spoken: the main sentence or the open question; nothing where a backend brought its own sound.
    pub fn speech(&self) -> Option<SpeechRequest> {
        let speech = &self.main_sentence()?.speech;
        let relayed = match &self.reply.main {
            Main::Relays(relayed) if relayed.sounds => return None,
            Main::Relays(relayed) => Some(relayed),
            _ => None,
        };
        let voice = relayed.and_then(|relayed| relayed.voice.clone()).unwrap_or_else(|| self.reply.voice.clone());
        let own_lexicon = || relayed?.lexicon.clone();
        Some(SpeechRequest {
            text: Some(speech.clone()).filter(|speech| !speech.trim().is_empty())?,
            voice,
            language: self.lang.clone(),
            lexicon: self.reply.lexicon.clone().or_else(own_lexicon),
        })
    }

    fn main_sentence(&self) -> Option<&Sentence> {
        match &self.reply.main {
            Main::Says(sentence) | Main::Ends(sentence) | Main::Misses(sentence) => Some(sentence),
            Main::Asks { missing, .. } => missing.first().map(|question| &question.ask),
            Main::Leads { asked, .. } => asked.ask.as_ref(),
            Main::Relays(relayed) => {
                relayed.sentence.as_ref().or_else(|| relayed.question.as_ref().and_then(|asked| asked.ask.as_ref()))
            }
        }
    }
}

/// Counts what is written as JSON, as it is in a text of JSON.
struct Counter(usize);

impl Write for Counter {
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        self.0 += json.len() + json.iter().filter(|byte| matches!(byte, b'"' | b'\\')).count();
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the user said, always as a text.
fn utterance(event: &Event) -> String {
    match event {
        Event::Start => String::new(),
        Event::Text(text) => text.clone(),
        Event::Chosen { utterance: Some(utterance), .. } => utterance.clone(),
        // A photo is nothing that was said: it would come back with each answer, and no answer with it could be kept.
        Event::Chosen { payload, .. } => {
            payload::answers(payload).filter(|answer| !payload::is_file(answer)).last().unwrap_or_default()
        }
    }
}
