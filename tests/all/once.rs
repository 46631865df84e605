//! A turn that is sent twice is done once: with the samples on the embedded DynamoDB, and with a power cut at the worst moment.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use sbf_dialog::{
    Timing,
    ports::{BackendAnswer, BackendCall, Fulfilment},
};
use sbf_samples::Tables;
use sbf_tests::bot::TestBot;
use serde_json::{Value, json};
use tokio::sync::Notify;

#[tokio::test]
async fn a_pizza_ordered_twice_by_one_turn_is_one_order() {
    let bot = TestBot::sample("en").await;
    for text in ["order pizza", "Greek", "large", "2", "thin"] {
        bot.say("s", text).await;
    }
    let confirmed = json!({"text": "yes", "sessionID": "s", "turnID": "confirm"});
    let first = bot.turn(confirmed.clone()).await.unwrap();
    let again = bot.turn(confirmed).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(count(&bot, &Tables::default().orders).await, 1, "{first}");
}

#[tokio::test]
async fn feedback_left_twice_by_one_turn_is_one_feedback() {
    let bot = TestBot::sample("en").await;
    for text in ["leave feedback", "Ann", "Lee"] {
        bot.say("s", text).await;
    }
    let given = json!({"text": "All was well, thank you", "sessionID": "s", "turnID": "given"});
    let first = bot.turn(given.clone()).await.unwrap();
    let again = bot.turn(given).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(count(&bot, &Tables::default().feedback).await, 1, "{first}");
}

#[tokio::test]
async fn a_first_message_sent_twice_without_a_session_calls_its_backend_once() {
    let backend = Arc::new(Cut::default());
    let mut bot = power_cut_bot(false).await;
    bot.bot.backends = Arc::clone(&backend) as _;
    let request = json!({"text": "ring the bell", "turnID": "first"});
    let first = bot.turn(request.clone()).await.unwrap();
    let again = bot.turn(request).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(backend.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_turn_is_done_once_though_sixty_three_came_after_it() {
    let backend = Arc::new(Cut::default());
    let mut bot = power_cut_bot(false).await;
    bot.bot.backends = Arc::clone(&backend) as _;
    let first = json!({"text": "ring the bell", "sessionID": "s", "turnID": "first"});
    assert_eq!(bot.turn(first.clone()).await.unwrap()["text"], "rung");
    for turn in 1..64 {
        bot.turn(json!({"text": "hello", "sessionID": "s", "turnID": format!("turn-{turn}")})).await.unwrap();
    }
    let again = bot.turn(first).await.unwrap();
    assert_eq!(backend.calls.load(Ordering::SeqCst), 1);
    assert!(again["text"].as_str().is_some_and(|text| !text.is_empty()), "{again}");
}

#[tokio::test]
async fn after_a_power_cut_the_backend_is_not_called_again() {
    let (calls, answer) = cut_and_retry(false).await;
    assert_eq!(calls, 1);
    assert!(answer["text"].as_str().is_some_and(|text| !text.is_empty() && text != "rung"), "{answer}");
}

#[tokio::test]
async fn after_a_power_cut_an_idempotent_backend_is_called_again() {
    let (calls, answer) = cut_and_retry(true).await;
    assert_eq!(calls, 2);
    assert_eq!(answer["text"], "rung");
}

/// Drops a turn while its backend is at work, then sends it again.
async fn cut_and_retry(idempotent: bool) -> (usize, Value) {
    let mut bot = power_cut_bot(idempotent).await;
    let backend = Arc::new(Cut { stalls: true, ..Cut::default() });
    bot.bot.backends = Arc::clone(&backend) as _;
    bot.bot.timing = Timing { claim_lives: Duration::from_millis(200), ..bot.bot.timing };
    let request = json!({"text": "ring the bell", "sessionID": "s", "turnID": "cut"});
    tokio::select! {
        answer = bot.turn(request.clone()) => panic!("the backend never answers, but: {answer:?}"),
        () = backend.called.notified() => {}
    }
    let healed = Arc::new(Cut { calls: AtomicUsize::new(1), ..Cut::default() });
    bot.bot.backends = Arc::clone(&healed) as _;
    let answer = bot.turn(request).await.unwrap();
    (healed.calls.load(Ordering::SeqCst), answer)
}

async fn power_cut_bot(idempotent: bool) -> TestBot {
    let knowledge = json!({"knowledge": [
        {"_id": "bell", "_intents": ["ring the bell", "please ring the bell now"],
         "_source": {"arn": "ring-bell", "idempotent": idempotent}},
        {"_id": "hi", "_intents": ["hello", "good morning"], "_source": {"response": [{"text": "Hi", "speech": "Hi"}]}}
    ]});
    TestBot::new(&knowledge, &json!({"language_tag": "en-US"})).await
}

/// A backend that counts its calls and may never answer.
#[derive(Default)]
struct Cut {
    stalls: bool,
    calls: AtomicUsize,
    called: Notify,
}

#[async_trait]
impl Fulfilment for Cut {
    async fn call(&self, _call: &BackendCall, _: Duration) -> BackendAnswer {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.called.notify_one();
        if self.stalls {
            std::future::pending::<()>().await;
        }
        BackendAnswer::Answered(json!({"text": "rung", "speech": "rung"}))
    }
}

async fn count(bot: &TestBot, table: &str) -> i32 {
    bot.local.cloud.dynamodb().scan().table_name(table).send().await.unwrap().count()
}
