//! The response of each kind, field by field.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use sbf_dialog::{
    BotError, Call, Moment,
    memory::Access,
    ports::{Audio, BrainSource, Caller, LiveBrain, NoBrain, Speech, SpeechRequest},
};
use serde_json::{Map, Value, json};

use crate::support::{NOW, TestBot, caller, desk, line, phone, step};

/// A response without what changes from run to run.
fn stable(response: &Value) -> Value {
    let mut fields = response.clone();
    for name in ["amd", "probability"] {
        if let Some(number) = fields["desiredMatch"].get_mut(name) {
            assert!((0.0..=1.0).contains(&number.as_f64().unwrap()));
            *number = json!("0..1");
        }
    }
    fields
}

#[tokio::test]
async fn a_simple_answer_has_the_reference_s_fields_in_its_order() {
    let desk = TestBot::of(desk());
    let response = desk
        .post(json!({
            "text": "who are you", "sessionID": "s1", "turnID": "t1", "lang": "en-GB", "environmentVars": { "a": 1 },
            "userInfo": { "sub": "eve", "email": "eve@example.com" },
        }))
        .await;
    let expected = json!({
        "voice": "Amy", "version": "1.0.0", "text": "I am Desk and you are Ana.", "speech": "I am Desk.",
        "rawIntent": "who are you", "userInfo": { "email": "ana@example.com", "sub": "sub-1" },
        "environmentVars": { "a": 1 }, "sessionID": "s1", "uid": format!("s1-{NOW}"), "lang": "en-GB",
        "desiredMatch": { "amd": "0..1", "bestMatchID": "name", "probability": "0..1" },
        "customPronunciation": "names", "entities": [], "tags": [], "turnID": "t1",
    });
    assert_eq!(stable(&response).to_string(), expected.to_string());
}

#[tokio::test]
async fn a_question_has_the_reference_s_shape_and_no_text_of_its_own() {
    let response = TestBot::of(desk()).post(json!({ "text": "book a flight to oslo", "sessionID": "s1" })).await;
    assert_eq!(response.get("text"), None);
    let conversation = json!({
        "_id": "travel", "generateReturn": true,
        "sync": {
            "from": {
                "payloadPosition": 0,
                "ask": { "text": "From where?", "speech": "From where?" },
                "validationSuccessMessage": [{ "text": "A good place to leave.", "speech": "A good place to leave." }],
            },
            "class": {
                "payloadPosition": 2,
                "validation": "value in ['economy', 'business']",
                "richResponseObject": { "type": "simpleSquaredList", "options": [{ "text": "Economy", "value": "economy" }] },
                "ask": { "text": "Economy or business?", "speech": "Economy or business?" },
                "validationErrorMessage": [{ "text": "There are only two.", "speech": "There are only two." }],
            },
            "note": { "payloadPosition": 4, "ask": { "text": "Anything else?", "speech": "Anything else?" } },
        },
    });
    assert_eq!(response["conversation"].to_string(), conversation.to_string());
    assert_eq!(response["desiredMatch"]["bestMatchID"], "travel");
}

#[tokio::test]
async fn a_miss_ends_the_conversation_and_counts() {
    let desk = TestBot::of(desk());
    let response = desk.say("mitochondria produce energy").await;
    assert_eq!(response["nif"], true);
    assert_eq!((&response["text"], &response["endConversation"]), (&json!("That is beyond me."), &json!(true)));
    assert_eq!(response["desiredMatch"]["result"], "NIF");
    assert_eq!(response["desiredMatch"].get("bestMatchID"), None);
    assert_eq!(desk.stored().session.misses, 1);
    desk.say("mitochondria produce energy").await;
    assert_eq!(desk.stored().session.misses, 2);
    desk.say("who are you").await;
    assert_eq!(desk.stored().session.misses, 0);
}

#[tokio::test]
async fn testers_are_told_whether_their_intent_was_hit() {
    let desk = TestBot::of(desk());
    let result = async |text: &str| {
        desk.post(json!({ "text": text, "desiredKnowledgeID": "joke" })).await["desiredMatch"]["result"].clone()
    };
    assert_eq!(result("tell me a joke").await, "HIT");
    assert_eq!(result("who are you").await, "MISS");
    assert_eq!(result("mitochondria produce energy").await, "NIF");
}

#[tokio::test]
async fn a_backend_s_fields_are_passed_on_but_never_say_who_talks() {
    let desk = TestBot::of(desk());
    desk.script(
        "weather",
        json!({
            "text": "Sun", "voice": "Brian", "richResponseObject": { "type": "x" }, "router": { "mode": "text" }, "persistEntities": true,
            "sessionID": "eve", "uid": "eve", "userInfo": { "sub": "eve" }, "desiredMatch": {}, "rawIntent": "eve", "lang": "xx",
            "said": "eve", "entities": "eve", "tags": ["EVE"], "version": "9", "turnID": "eve", "environmentVars": "eve", "nif": true,
            "sessionExpired": true,
        }),
    );
    let response =
        desk.post(json!({ "text": "weather forecast in Oslo please", "sessionID": "s1", "lang": "en-GB" })).await;
    let expected = json!({
        "voice": "Brian", "version": "1.0.0", "text": "Sun", "richResponseObject": { "type": "x" }, "router": { "mode": "text" },
        "persistEntities": true, "speech": "Sun", "rawIntent": "weather forecast in Oslo please",
        "userInfo": { "email": "ana@example.com", "sub": "sub-1" }, "sessionID": "s1", "uid": format!("s1-{NOW}"), "lang": "en-GB",
        "desiredMatch": { "amd": "0..1", "bestMatchID": "weather", "probability": "0..1" }, "entities": [], "tags": ["POSITIVE"],
    });
    assert_eq!(stable(&response), expected);
}

#[tokio::test]
async fn a_backend_that_leads_is_passed_on_word_for_word() {
    let desk = TestBot::of(desk());
    let answer = json!({ "asyncConversation": {
        "id": "name", "ask": { "text": "Name?", "speech": "Your name?" }, "payload": { "step": 2, "lang": "en" }, "endConversation": false,
    } });
    desk.script("feedback", answer.clone());
    let response = desk.say("leave feedback").await;
    let conversation = json!({ "_id": "feedback", "generateReturn": false, "async": answer["asyncConversation"] });
    assert_eq!(response["conversation"], conversation);
    assert_eq!(response.get("text"), None);
}

#[tokio::test]
async fn an_opening_greets_by_name_and_does_not_need_one() {
    let desk = TestBot::of(desk());
    let response = desk.call(Call::start()).await;
    assert_eq!(line(&response), "Welcome Ana, how may I serve you?");
    assert_eq!(response.get("desiredMatch"), None);
    assert_eq!(response["rawIntent"], "");
    let nameless = Caller { name: Some(" ".to_owned()), ..caller() };
    let response = desk.call_at(Moment { now: NOW, dice: 0 }, Call::start(), &nameless).await;
    assert_eq!(line(&response), "Welcome, how may I serve you?");
    assert_eq!(desk.sessions.accesses(), []);
}

#[tokio::test]
async fn an_opening_within_a_dialog_repeats_its_question() {
    let desk = TestBot::of(desk());
    desk.script("feedback", step("name", "Your name?", 2));
    desk.say("weather forecast").await;
    let open = desk.state();
    let start = Call::start().in_session("s1");
    assert_eq!(line(&desk.call(start.clone()).await), "Welcome Ana, how may I serve you? / Which city?");
    assert_eq!(desk.state(), open);
    desk.say("cancel").await;
    desk.say("leave feedback").await;
    let response = desk.call(start).await;
    assert_eq!(line(&response), "Welcome Ana, how may I serve you? / Your name?");
    assert_eq!(response["conversation"]["async"]["payload"], json!({ "step": 2 }));
}

#[tokio::test]
async fn variations_vary_and_follow_their_conditions() {
    let desk = TestBot::of(desk());
    let joke = async |dice, body: Value| {
        let call = Call::parse(body.to_string().as_bytes()).unwrap();
        line(&desk.call_at(Moment { now: NOW, dice }, call, &caller()).await)
    };
    let mut plain = Vec::new();
    for dice in 0..60 {
        plain.push(joke(dice, json!({ "text": "make me laugh" })).await);
    }
    plain.sort();
    plain.dedup();
    assert_eq!(plain, ["Joke one.", "Joke three.", "Joke two."]);
    assert_eq!(joke(1, json!({ "text": "make me laugh please" })).await, "A polite joke.");
    let on_phone = json!({ "text": "make me laugh", "environmentVars": { "device": "phone" } });
    assert_eq!(joke(1, on_phone).await, "A joke for phones.");
}

#[tokio::test]
async fn the_language_is_the_request_s_else_the_brain_s() {
    let desk = TestBot::of(phone());
    assert_eq!(desk.post(json!({ "text": "me ajude" })).await["lang"], "pt");
    assert_eq!(desk.post(json!({ "text": "me ajude", "lang": "pt-BR" })).await["lang"], "pt-BR");
}

#[tokio::test]
async fn an_unknown_intent_is_the_client_s_fault() {
    let desk = TestBot::of(desk());
    let call = Call::parse(br#"{"_id": "nope", "payload": {}, "sessionID": "s1"}"#).unwrap();
    let error = desk.try_call(call).await.unwrap_err();
    assert!(
        matches!(&error, BotError::Invalid(sentence) if sentence == "`_id` must be an intent of this bot; found \"nope\".")
    );
    assert_eq!(desk.sessions.accesses(), []);
}

struct Brainless;

#[async_trait]
impl BrainSource for Brainless {
    async fn current(&self) -> Result<Arc<LiveBrain>, NoBrain> {
        Err(NoBrain("it is being trained".to_owned()))
    }
}

#[tokio::test]
async fn without_a_brain_there_is_no_answer() {
    let mut desk = TestBot::of(desk());
    desk.bot.brains = Arc::new(Brainless);
    assert!(matches!(desk.try_call(Call::text("hi")).await, Err(BotError::NoBrain(_))));
}

/// A voice that keeps what it was asked to say.
#[derive(Default)]
struct Voice(Mutex<Vec<SpeechRequest>>, bool);

#[async_trait]
impl Speech for Voice {
    async fn synthesize(&self, request: &SpeechRequest, _listener: &str) -> Option<Audio> {
        self.0.lock().unwrap().push(request.clone());
        let audio = Audio { bytes: b"mp3".to_vec(), content_type: "audio/mpeg".to_owned(), cache_hit: false };
        (!self.1).then_some(audio)
    }
}

fn audio(response: &Value) -> Map<String, Value> {
    let names = ["binary", "hashBase", "cacheHit", "contentType"];
    response
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| names.contains(&name.as_str()))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect()
}

#[tokio::test]
async fn answers_and_questions_are_spoken_where_asked() {
    let mut desk = TestBot::of(desk());
    let voice = Arc::new(Voice::default());
    desk.bot.speech = Some(Arc::clone(&voice) as _);
    desk.script("feedback", step("name", "Your name?", 2));
    for text in ["who are you", "weather forecast", "cancel", "leave feedback", "cancel"] {
        let call = json!({ "text": text, "sessionID": "s1", "pollyOnServer": true, "lang": "ca-ES" });
        let response = desk.post(call).await;
        assert_eq!(response["binary"], "bXAz", "{text}");
        assert_eq!((&response["contentType"], &response["cacheHit"]), (&json!("audio/mpeg"), &json!(false)));
        assert_eq!(response["hashBase"].as_str().unwrap().len(), 16);
    }
    let asked = voice.0.lock().unwrap().clone();
    let first = SpeechRequest {
        text: "I am Desk.".to_owned(),
        voice: Some("Amy".to_owned()),
        // The bot's, whatever the request names.
        language: desk.bot.brains.current().await.unwrap().brain.language().map(str::to_owned),
        lexicon: Some("names".to_owned()),
    };
    assert_eq!(asked[0], first);
    assert_eq!(asked[1].text, "Which city?");
    assert_eq!(asked[3].text, "Your name?");
    assert_eq!(audio(&desk.say("who are you").await), Map::new());
}

#[tokio::test]
async fn a_missing_voice_costs_only_the_sound_and_a_backend_s_own_sound_is_kept() {
    let mut desk = TestBot::of(desk());
    let voice = Arc::new(Voice(Mutex::default(), true));
    desk.bot.speech = Some(Arc::clone(&voice) as _);
    let response = desk.post(json!({ "text": "who are you", "pollyOnServer": true })).await;
    assert_eq!((response["text"].is_string(), audio(&response)), (true, Map::new()));
    desk.script("weather", json!({ "text": "Sun", "binary": "b3du" }));
    let response = desk.post(json!({ "text": "weather forecast in Oslo", "pollyOnServer": true })).await;
    assert_eq!(response["binary"], "b3du");
    assert_eq!(voice.0.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_repeated_turn_is_spoken_again_without_its_sound_being_kept() {
    let mut desk = TestBot::of(desk());
    desk.bot.speech = Some(Arc::new(Voice::default()));
    let call = json!({ "text": "who are you", "sessionID": "s1", "turnID": "t1", "pollyOnServer": true });
    let (first, again) = (desk.post(call.clone()).await, desk.post(call).await);
    assert_eq!(first, again);
    assert_eq!(first["binary"], "bXAz");
    assert_eq!(audio(&desk.stored().session.recent[0].response), Map::new());
    assert_eq!(desk.sessions.accesses(), [Access::Load, Access::Save, Access::Load]);
}

#[tokio::test]
async fn a_turn_that_took_long_goes_out_without_its_sound() {
    let mut desk = TestBot::of(desk());
    let voice = Arc::new(Voice::default());
    desk.bot.speech = Some(Arc::clone(&voice) as _);
    // A clock that goes on by 15 seconds whenever it is read: a turn reads it twice or more.
    static TIME: AtomicU64 = AtomicU64::new(0);
    desk.bot.timing.clock = || TIME.fetch_add(15_000, Ordering::Relaxed);
    desk.bot.timing.speaks_within = Duration::from_secs(10);
    let response = desk.post(json!({ "text": "who are you", "pollyOnServer": true })).await;
    assert_eq!((response["text"].is_string(), audio(&response)), (true, Map::new()));
    assert!(voice.0.lock().unwrap().is_empty());
}
