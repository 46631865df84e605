//! What callers are called where their token does not say so: asked for where it is said, and nowhere else.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use sbf_dialog::{
    Call, Moment,
    memory::FixedBrain,
    ports::{AccessToken, Caller, Profile, Profiles},
};
use serde_json::{Value, json};

use crate::support::{NOW, TestBot, desk, line, trained};

/// Tells the same profile of everybody, or none; remembers with what it was asked.
#[derive(Default)]
struct Registry {
    told: Option<Profile>,
    asked: Mutex<Vec<(String, String)>>,
}

#[async_trait]
impl Profiles for Registry {
    async fn profile(&self, subject: &str, token: &AccessToken) -> Option<Profile> {
        self.asked.lock().unwrap().push((subject.to_owned(), token.text.clone()));
        self.told.clone()
    }
}

impl Registry {
    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// A bot beside a registry that knows Ana, or nobody.
fn beside(told: Option<Profile>) -> (TestBot, Arc<Registry>) {
    let registry = Arc::new(Registry { told, ..Registry::default() });
    let mut desk = TestBot::of(desk());
    desk.bot.profiles = Some(Arc::clone(&registry) as _);
    desk.script("weather", json!("Sun"));
    (desk, registry)
}

fn ana() -> Option<Profile> {
    Some(Profile { email: Some("ana@example.com".to_owned()), name: Some("Ana Souza".to_owned()) })
}

/// As an access token names a caller.
fn by_access_token() -> Caller {
    let token = Some(AccessToken { text: "a.b.c".to_owned(), expires_at: NOW / 1000 + 3600 });
    Caller { subject: "sub-1".to_owned(), email: None, name: None, groups: Vec::new(), token }
}

async fn answer(desk: &TestBot, call: Call) -> Value {
    desk.call_at(Moment { now: NOW, dice: 7 }, call, &by_access_token()).await
}

#[tokio::test]
async fn the_welcome_greets_by_the_profiles_name() {
    let (desk, registry) = beside(ana());
    assert_eq!(line(&answer(&desk, Call::start()).await), "Welcome Ana, how may I serve you?");
    assert_eq!(*registry.asked.lock().unwrap(), [("sub-1".to_owned(), "a.b.c".to_owned())]);
}

#[tokio::test]
async fn a_backend_is_told_the_profile() {
    let (desk, registry) = beside(ana());
    answer(&desk, Call::text("weather forecast in Oslo")).await;
    let told = &desk.backends.events("weather")[0]["userInfo"];
    assert_eq!(*told, json!({ "email": "ana@example.com", "sub": "sub-1" }));
    assert_eq!(registry.asked(), 1);
}

#[tokio::test]
async fn an_answer_that_says_the_name_asks_for_it() {
    let (desk, registry) = beside(ana());
    assert_eq!(line(&answer(&desk, Call::text("what is your name")).await), "I am Desk and you are Ana.");
    assert_eq!(registry.asked(), 1);
}

#[tokio::test]
async fn a_turn_that_says_no_name_asks_for_none() {
    let (desk, registry) = beside(ana());
    for text in ["tell me a joke", "xq zzvrk", "weather forecast"] {
        let answer = answer(&desk, Call::text(text)).await;
        assert_eq!(registry.asked(), 0, "{answer}");
    }
}

#[tokio::test]
async fn a_profile_that_cannot_be_had_costs_only_the_name() {
    let (desk, registry) = beside(None);
    assert_eq!(line(&answer(&desk, Call::start()).await), "Welcome, how may I serve you?");
    assert_eq!(line(&answer(&desk, Call::text("weather forecast in Oslo")).await), "Sun");
    assert_eq!(desk.backends.events("weather")[0]["userInfo"], json!({ "email": null, "sub": "sub-1" }));
    assert_eq!(registry.asked(), 2);
}

#[tokio::test]
async fn a_token_that_tells_the_name_is_never_asked_with() {
    let (desk, registry) = beside(ana());
    assert_eq!(line(&desk.call(Call::start()).await), "Welcome Ana, how may I serve you?");
    assert_eq!(registry.asked(), 0);
}

#[tokio::test]
async fn the_other_bot_is_told_nothing_and_the_own_sentence_says_the_name() {
    let mut knowledge: Value = serde_json::from_str(include_str!("support/desk.json")).unwrap();
    knowledge["federation"] = json!({ "office": { "URL": "https://office.example.org/core" } });
    knowledge["i18n"]["nifMessage"] = json!({ "text": "Sorry ${first_name}.", "speech": "Sorry." });
    for (answer_of_office, said, asked) in
        [(json!({ "nif": true }), "Sorry Ana.", 1), (json!({ "text": "At nine." }), "At nine.", 0)]
    {
        let (mut desk, registry) = beside(ana());
        desk.bot.brains = Arc::new(FixedBrain::new(trained(&knowledge.to_string())));
        desk.script("office", answer_of_office);
        assert_eq!(line(&answer(&desk, Call::text("mitochondria produce energy")).await), said);
        assert_eq!(registry.asked(), asked);
        assert!(!desk.backends.calls()[0].event.to_string().contains("ana"), "{said}");
    }
}
