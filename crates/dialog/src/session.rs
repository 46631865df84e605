//! What a conversation remembers between turns.

mod large;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use self::large::{BESIDE_LIMIT, Beside, LargeValue, Place};
use crate::digest::digest;

/// Replies kept for repeated requests: a client retries its last turn, hardly ever the one before.
const RECENT: usize = 4;

/// Turns of which it is remembered that they were done, the recent ones among them.
const DONE: usize = 64;

/// Bytes of JSON a session may take: a DynamoDB item under 64 KB, with room for its keys.
pub const SESSION_LIMIT: usize = 60 * 1024;

/// Bytes of JSON that a dialog state may take in the session's item. The large values of a larger one are kept beside the session;
/// a state that is too large without them is refused whole, never stored in part.
pub const STATE_LIMIT: usize = 40 * 1024;

/// A conversation's memory: written as JSON, read by this release, the one before and the next.
///
/// It has no number. A field is only ever added, with a default for sessions without it, and never changes its type; what depends on where
/// the dialog stands belongs into [`DialogState`], where it leaves with it. What a newer release added is kept as it is, so that a
/// conversation that comes by an old core loses none of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// Where the dialog stands. A state that only a newer release knows reads as idle: while an update takes over, a conversation may
    /// come back from the new release to the old one, and it is better to forget its question than not to answer.
    #[serde(deserialize_with = "known_state")]
    pub state: DialogState,
    /// Misses in a row.
    pub misses: u32,
    /// The last replies by `turnID`, newest last, so that a repeated request is answered and not done again.
    pub recent: Vec<StoredReply>,
    /// Turns before those, newest last, each by a short digest of its id: done, and their replies are not kept any more. Digests, because a
    /// whole id of each would be more than most sessions are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub done: Vec<String>,
    /// A backend is being called for this turn.
    pub claim: Option<Claim>,
    /// Epoch seconds after which the session counts as absent.
    pub expires_at: u64,
    /// Which large values of the state the store keeps beside the session, as it was found: what did not change is not written again,
    /// and what is no longer named is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<Beside>,
    /// What only newer releases know.
    #[serde(flatten)]
    pub newer: Map<String, Value>,
}

/// A reply kept for a repeated request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredReply {
    /// The client's id of the turn.
    pub turn_id: String,
    /// Always null, and so "too large to keep" for release 0.1, which kept the JSON of `POST /core` here. Where that release wrote it,
    /// a repeated request gets exactly this JSON.
    #[serde(default)]
    pub reply: Value,
    /// The response as data, without its sound; null where it was too large to keep. It stays JSON here, so that what another release
    /// wrote goes through this one unharmed; where this release cannot read it, the turn counts as one whose response was too large.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub response: Value,
}

/// A turn that has begun to call a backend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// The client's id of the turn, or one made for it.
    pub turn_id: String,
    /// Epoch milliseconds after which the claim is abandoned.
    pub until: u64,
    /// The process that made it, where processes have names; see [`Bot::sole_user`](crate::Bot::sole_user).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// Where a dialog stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "camelCase")]
pub enum DialogState {
    /// Nothing is open.
    #[default]
    Idle,
    /// The user was asked for a parameter.
    Asking(Asking),
    /// A backend leads the dialog (`asyncConversation`).
    Delegated(Delegated),
    /// Another bot leads the dialog.
    Federated(Federated),
}

/// A parameter is being asked for.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Asking {
    /// The intent.
    pub intent: String,
    /// The parameter asked for.
    pub parameter: String,
    /// Values so far.
    pub filled: BTreeMap<String, String>,
    /// Optional parameters that the user left open.
    pub left_out: Vec<String>,
    /// Wrong answers to this question so far.
    pub retries: u32,
    /// What the user said first.
    pub utterance: String,
    /// What a client that chose the intent itself sent along, for a backend without a payload template.
    pub extra: Map<String, Value>,
    /// The payload positions of all that was missing, by name, as the client was told them. Sessions of release 0.1 have none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub positions: BTreeMap<String, u32>,
}

/// A backend leads the dialog.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Delegated {
    /// The intent.
    pub intent: String,
    /// The key under which the next answer is passed on (`asyncConversation.id`).
    pub key: String,
    /// What the backend wants back (`asyncConversation.payload`).
    pub payload: Map<String, Value>,
    /// What the backend asked, to be asked again when the user comes back.
    pub ask: Sentence,
}

/// Another bot leads the dialog.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Federated {
    /// The bot's name.
    pub bot: String,
    /// How it knows the conversation.
    pub conversation: String,
    /// Its own intent.
    pub intent: String,
    /// The key under which it wants the next answer.
    pub key: String,
    /// What it wants back beside that.
    pub payload: Map<String, Value>,
    /// What it asked, to be asked again when the user comes back.
    pub ask: Sentence,
    /// What the user said first, as it has it.
    pub utterance: String,
}

/// Something said: shown and spoken.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sentence {
    /// Shown; may hold HTML.
    pub text: String,
    /// Spoken; plain text or SSML.
    pub speech: String,
}

/// Whether a text may be a session's id: 1–128 visible ASCII characters without spaces.
pub fn is_session_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a text may be a turn's id: 1–128 of `[A-Za-z0-9._-]`.
pub fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=128).contains(&text.len()) && text.bytes().all(allowed)
}

impl DialogState {
    /// Its name, for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Asking(_) => "asking",
            Self::Delegated(_) => "delegated",
            Self::Federated(_) => "federated",
        }
    }
}

impl Session {
    /// The reply kept for a turn, if it was answered before.
    pub fn reply_to(&self, turn_id: &str) -> Option<&StoredReply> {
        self.recent.iter().find(|stored| stored.turn_id == turn_id)
    }

    /// Whether a turn was done, its reply kept or not.
    pub fn has_done(&self, turn_id: &str) -> bool {
        self.reply_to(turn_id).is_some() || self.done.contains(&mark(turn_id))
    }

    /// Keeps a response, and as many older ones as there is room for; null where there is none to keep.
    ///
    /// Where there is no room the turn's id stays, without its response: a turn that was done is never done again.
    pub fn remember(&mut self, turn_id: &str, response: Value) {
        self.recent.retain(|stored| stored.turn_id != turn_id);
        self.recent.push(StoredReply { turn_id: turn_id.to_owned(), reply: Value::Null, response });
        let surplus = self.recent.len().saturating_sub(RECENT);
        self.done.extend(self.recent.drain(..surplus).map(|stored| mark(&stored.turn_id)));
        let surplus = self.done.len().saturating_sub(DONE - RECENT);
        self.done.drain(..surplus);
        self.make_room();
    }

    fn make_room(&mut self) {
        // Replies are kept in the session's item, and there the state is without its large values.
        let (mut kept, _) = self.apart("");
        for oldest in 0..kept.recent.len() {
            if size(&kept) <= SESSION_LIMIT {
                break;
            }
            if let Some(stored) = kept.recent.get_mut(oldest) {
                (stored.reply, stored.response) = (Value::Null, Value::Null);
            }
        }
        self.recent = kept.recent;
    }
}

/// Enough of a hash that two ids of one session never share it.
fn mark(turn_id: &str) -> String {
    let mut mark = digest(&[turn_id]);
    mark.truncate(16);
    mark
}

fn known_state<'de, D: serde::Deserializer<'de>>(written: D) -> Result<DialogState, D::Error> {
    let written = Value::deserialize(written)?;
    Ok(serde_json::from_value(written).unwrap_or_default())
}

/// Bytes of a value as JSON; what cannot be written does not fit.
fn size<T: Serialize>(value: &T) -> usize {
    serde_json::to_vec(value).map_or(usize::MAX, |json| json.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_short_and_plain() {
        let longest = "a".repeat(128);
        for id in ["a", "S9", "a.b_c-D", longest.as_str()] {
            assert!(is_id(id), "{id}");
        }
        let too_long = "a".repeat(129);
        for text in ["", " ", "a b", "a/b", "é", "a\n", "a\u{0}", too_long.as_str()] {
            assert!(!is_id(text), "{text:?}");
        }
    }

    #[test]
    fn the_last_four_replies_are_kept() {
        let mut session = Session::default();
        for turn in 0..6 {
            session.remember(&turn.to_string(), json!(turn));
        }
        session.remember("3", json!("again"));
        let kept: Vec<_> = session.recent.iter().map(|stored| stored.turn_id.as_str()).collect();
        assert_eq!(kept, ["2", "4", "5", "3"]);
        assert_eq!(session.reply_to("3").unwrap().response, json!("again"));
        assert_eq!(session.reply_to("1"), None);
    }

    #[test]
    fn the_last_sixty_four_turns_stay_done() {
        let mut session = Session::default();
        for turn in 0..70 {
            session.remember(&format!("{turn:0>128}"), json!("x".repeat(20_000)));
            assert!(size(&session) <= SESSION_LIMIT);
        }
        let done: Vec<_> = (0..70).filter(|turn| session.has_done(&format!("{turn:0>128}"))).collect();
        assert_eq!(done, (6..70).collect::<Vec<_>>());
        assert!(size(&session.done) < 1200, "{}", size(&session.done));
    }

    #[test]
    fn older_replies_make_room_for_newer_ones_but_their_turns_stay_done() {
        let mut session = Session::default();
        for turn in ["a", "b", "c"] {
            session.remember(turn, json!("x".repeat(25_000)));
        }
        assert!(size(&session) <= SESSION_LIMIT);
        assert_eq!(session.reply_to("a").unwrap().response, Value::Null);
        assert_ne!(session.reply_to("b").unwrap().response, Value::Null);
        session.remember("d", json!("x".repeat(100_000)));
        assert!(size(&session) <= SESSION_LIMIT);
        assert_eq!(session.reply_to("d").unwrap().response, Value::Null);
    }

    /// Sessions as release 0.1 wrote them, one of each state. They stay as they are: what a release wrote, the next one reads.
    const RELEASE_0_1: [&str; 4] = [
        r#"{"state":{"at":"idle"},"misses":2,"recent":[{"turn_id":"t1","reply":{"text":"Hello"}}],"claim":null,"expires_at":1767323045}"#,
        r#"{"state":{"at":"asking","intent":"1001","parameter":"city","filled":{"day":"today"},"left_out":["time"],"retries":1,
            "utterance":"what's the weather like","extra":{"a":1}},"misses":0,"recent":[],
            "claim":{"turn_id":"t2","until":1767319445000,"by":"p"},"expires_at":1767323045}"#,
        r#"{"state":{"at":"delegated","intent":"2001","key":"size","payload":{"step":"size"},"ask":{"text":"Which?","speech":"Which?"}},
            "misses":0,"recent":[],"claim":null,"expires_at":1767323045}"#,
        r#"{"state":{"at":"federated","bot":"desk","conversation":"c1","intent":"7","key":"city","payload":{"day":{"response":"today"}},
            "ask":{"text":"Which?","speech":"Which?"},"utterance":"a flight"},"misses":0,"recent":[],"claim":null,"expires_at":1767323045}"#,
    ];

    #[test]
    fn sessions_of_release_0_1_are_read_whole() {
        let [idle, asking, delegated, federated] =
            RELEASE_0_1.map(|written| serde_json::from_str::<Session>(written).unwrap());
        assert_eq!((idle.misses, idle.expires_at), (2, 1_767_323_045));
        assert_eq!(idle.reply_to("t1").unwrap().reply, json!({"text": "Hello"}));
        let DialogState::Asking(state) = asking.state else { panic!("{:?}", asking.state) };
        assert_eq!((state.intent.as_str(), state.parameter.as_str(), state.retries), ("1001", "city", 1));
        assert_eq!(
            (state.filled["day"].as_str(), &state.left_out[0], &state.extra["a"]),
            ("today", &"time".to_owned(), &json!(1))
        );
        assert_eq!(asking.claim.unwrap().by.as_deref(), Some("p"));
        let DialogState::Delegated(state) = delegated.state else { panic!("{:?}", delegated.state) };
        assert_eq!(
            (state.key.as_str(), &state.payload["step"], state.ask.text.as_str()),
            ("size", &json!("size"), "Which?")
        );
        let DialogState::Federated(state) = federated.state else { panic!("{:?}", federated.state) };
        assert_eq!(
            [&state.bot, &state.conversation, &state.intent, &state.key, &state.ask.text, &state.utterance],
            ["desk", "c1", "7", "city", "Which?", "a flight"]
        );
        assert_eq!(state.payload["day"]["response"], "today");
        // What this release writes is what that one reads, field for field.
        for written in RELEASE_0_1 {
            let session: Session = serde_json::from_str(written).unwrap();
            assert_eq!(serde_json::to_value(session).unwrap(), serde_json::from_str::<Value>(written).unwrap());
        }
    }

    #[test]
    fn a_state_of_a_newer_release_is_forgotten_and_the_rest_is_kept() {
        let state = json!({ "at": "inTree", "node": "7", "path": ["1", "2"] });
        let reply = json!({ "turn_id": "t1", "reply": "Hello", "mood": "new here" });
        let newer = json!({ "state": state, "misses": 1, "recent": [reply], "expires_at": 7, "language": "pt" });
        let session: Session = serde_json::from_value(newer).unwrap();
        assert_eq!((&session.state, session.misses, session.expires_at), (&DialogState::Idle, 1, 7));
        assert_eq!(session.reply_to("t1").unwrap().reply, json!("Hello"));
    }

    #[test]
    fn what_a_newer_release_added_is_written_again_as_it_was() {
        let added = json!({ "language": "pt", "path": [1, 2.5, { "deep": null }], "seen": u64::MAX });
        let mut newer = json!({ "state": { "at": "idle" }, "misses": 1, "recent": [], "claim": null, "expires_at": 7 });
        newer.as_object_mut().unwrap().extend(added.as_object().unwrap().clone());
        let mut session: Session = serde_json::from_str(&newer.to_string()).unwrap();
        assert_eq!(serde_json::to_value(&session).unwrap(), newer);
        session.misses = 2;
        session.remember("t1", json!("Hello"));
        let written: Value = serde_json::from_str(&serde_json::to_string(&session).unwrap()).unwrap();
        for (name, value) in added.as_object().unwrap() {
            assert_eq!(&written[name], value, "{name}");
        }
        assert_eq!((&written["misses"], &written["recent"][0]["turn_id"]), (&json!(2), &json!("t1")));
    }

    #[test]
    fn a_session_reads_what_older_and_newer_releases_write() {
        let older: Session = serde_json::from_value(json!({ "state": { "at": "idle" } })).unwrap();
        assert_eq!(older, Session::default());
        let asking = json!({ "at": "asking", "intent": "1", "parameter": "city", "mood": "new here" });
        let newer: Session = serde_json::from_value(json!({ "state": asking, "extra": 1 })).unwrap();
        assert!(matches!(newer.state, DialogState::Asking(Asking { retries: 0, .. })));
        let claimed: Session = serde_json::from_value(json!({ "claim": { "turn_id": "t1", "until": 7 } })).unwrap();
        assert_eq!(claimed.claim, Some(Claim { turn_id: "t1".to_owned(), until: 7, by: None }));
    }
}
