//! Crashes, retries and messages that come at the same time: nothing is lost, nothing is done twice.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use sbf_dialog::{
    BotError, Call, Moment,
    memory::{Access, SaveFault},
    ports::{BackendAnswer, BackendCall, Caller, Fulfilment},
    session::DialogState,
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::support::{NOW, TestBot, caller, desk, line};

/// A backend that answers only when it is let go.
struct Gate {
    called: Semaphore,
    go: Semaphore,
    answer: Value,
    /// How long each call might have taken.
    within: Mutex<Vec<Duration>>,
}

impl Gate {
    fn new(answer: Value) -> Arc<Self> {
        Arc::new(Self { called: Semaphore::new(0), go: Semaphore::new(0), answer, within: Mutex::default() })
    }

    async fn was_called(&self) {
        self.called.acquire().await.unwrap().forget();
    }

    fn open(&self) {
        self.go.add_permits(1);
    }
}

#[async_trait]
impl Fulfilment for Gate {
    async fn call(&self, _: &BackendCall, within: Duration) -> BackendAnswer {
        self.within.lock().unwrap().push(within);
        self.called.add_permits(1);
        self.go.acquire().await.unwrap().forget();
        BackendAnswer::Answered(self.answer.clone())
    }
}

fn gated(answer: Value) -> (TestBot, Arc<Gate>) {
    let gate = Gate::new(answer);
    (TestBot::with(desk(), Some(Arc::clone(&gate) as _)), gate)
}

fn impatient_and_gated(answer: Value) -> (TestBot, Arc<Gate>) {
    let (desk, gate) = gated(answer);
    (desk.impatient(), gate)
}

/// A turn that runs on its own.
fn spawned(desk: &TestBot, call: Call) -> tokio::task::JoinHandle<Result<Value, BotError>> {
    let desk = desk.clone();
    tokio::spawn(async move { desk.try_call(call).await })
}

/// Sends a call whose program dies while the backend works.
async fn crash(desk: &TestBot, gate: &Gate, call: Call) {
    let turn = spawned(desk, call);
    gate.was_called().await;
    turn.abort();
    assert!(turn.await.unwrap_err().is_cancelled());
}

fn turn(text: &str, turn_id: &str) -> Call {
    Call::text(text).in_session("s1").as_turn(turn_id)
}

#[tokio::test]
async fn a_plain_first_question_reads_and_writes_nothing() {
    let desk = TestBot::of(desk());
    desk.call(Call::text("who are you")).await;
    desk.call(Call::text("who are you").as_turn("t1")).await;
    assert_eq!(desk.sessions.accesses(), []);
}

#[tokio::test]
async fn reads_and_writes_are_as_few_as_they_can_be() {
    use Access::{Load, Save};
    let desk = TestBot::of(desk());
    desk.script("weather", json!("Sun"));
    let cases = [
        (Call::text("who are you").in_session("s1"), vec![Load]),
        (turn("who are you", "t1"), vec![Load, Save]),
        (turn("who are you", "t1"), vec![Load]),
        (Call::text("weather forecast in Oslo"), vec![]),
        (Call::text("weather forecast in Oslo").in_session("s1"), vec![Load, Save, Save]),
        (Call::text("weather forecast"), vec![Save]),
        (Call::text("weather forecast").in_session("s1"), vec![Load, Save]),
        (Call::text("Oslo").in_session("s1"), vec![Load, Save, Save]),
    ];
    for (call, expected) in cases {
        let before = desk.sessions.accesses().len();
        desk.call(call.clone()).await;
        assert_eq!(desk.sessions.accesses()[before..], expected, "{call:?}");
    }
}

#[tokio::test]
async fn a_session_given_by_the_bot_goes_on() {
    let desk = TestBot::of(desk());
    desk.script("weather", json!("Sun"));
    let asked = desk.call(Call::text("weather forecast")).await;
    let session = asked["sessionID"].as_str().unwrap();
    let answer = desk.call(Call::text("Oslo").in_session(session)).await;
    assert_eq!((line(&answer).as_str(), &answer["sessionID"]), ("Just a minute! / Sun", &asked["sessionID"]));
}

#[tokio::test]
async fn nobody_goes_on_with_another_s_session() {
    let desk = TestBot::of(desk());
    desk.say("weather forecast").await;
    let eve = Caller { subject: "eve".to_owned(), ..caller() };
    let answer = desk.call_at(Moment { now: NOW, dice: 1 }, Call::text("Oslo").in_session("s1"), &eve).await;
    assert_eq!(answer["nif"], true);
    assert!(matches!(desk.state(), DialogState::Asking(_)));
}

#[tokio::test]
async fn the_same_turn_is_answered_twice_and_done_once() {
    let desk = TestBot::of(desk());
    desk.script("weather", json!("one"));
    desk.script("weather", json!("two"));
    let first = desk.call(turn("weather forecast in Oslo", "t1")).await;
    assert_eq!(desk.call(turn("weather forecast in Oslo", "t1")).await, first);
    assert_eq!(desk.backends.calls().len(), 1);
    assert_eq!(desk.call(turn("weather forecast in Oslo", "t2")).await["text"], "two");
}

#[tokio::test]
async fn the_same_turn_without_a_session_is_done_once_too() {
    let desk = TestBot::of(desk());
    desk.script("weather", json!("one"));
    desk.script("weather", json!("two"));
    let call = Call::text("weather forecast in Oslo").as_turn("t1");
    let first = desk.call(call.clone()).await;
    assert!(first["sessionID"].as_str().unwrap().starts_with("t-"));
    assert_eq!(desk.call(call).await, first);
    assert_eq!(desk.backends.calls().len(), 1);
}

#[tokio::test]
async fn a_turn_computed_again_chooses_the_same_variation() {
    let desk = TestBot::of(desk());
    let mut texts = Vec::new();
    for dice in 0..20 {
        let call = Call::text("make me laugh").as_turn("t1");
        texts.push(line(&desk.call_at(Moment { now: NOW, dice }, call, &caller()).await));
    }
    texts.dedup();
    assert_eq!(texts.len(), 1);
}

#[tokio::test]
async fn two_messages_at_once_are_both_answered_one_after_the_other() {
    let (desk, gate) = gated(json!("Sun"));
    desk.say("weather forecast").await;
    let first = spawned(&desk, Call::text("Oslo").in_session("s1"));
    gate.was_called().await;
    let second = spawned(&desk, Call::text("who are you").in_session("s1"));
    tokio::task::yield_now().await;
    assert!(!second.is_finished());
    gate.open();
    assert_eq!(line(&first.await.unwrap().unwrap()), "Just a minute! / Sun");
    assert_eq!(line(&second.await.unwrap().unwrap()), "I am Desk and you are Ana.");
    assert_eq!(desk.backends.calls().len(), 1);
    assert_eq!(desk.state(), DialogState::Idle);
    assert_eq!(desk.stored().session.claim, None);
}

#[tokio::test]
async fn two_calls_of_backends_at_once_both_take_place() {
    let (desk, gate) = gated(json!("Sun"));
    let call = || Call::text("weather forecast in Oslo").in_session("s1");
    let turns = [spawned(&desk, call()), spawned(&desk, call()), spawned(&desk, call())];
    for called in 1..=turns.len() {
        gate.was_called().await;
        assert_eq!(desk.backends.calls().len(), called);
        gate.open();
    }
    for turn in turns {
        assert_eq!(line(&turn.await.unwrap().unwrap()), "Sun");
    }
}

#[tokio::test]
async fn the_same_turn_twice_at_once_is_done_once() {
    let (desk, gate) = gated(json!("Sun"));
    for (calls, desk) in [(1, desk.clone()), (2, desk.of_process("only"))] {
        let call = || turn("weather forecast in Oslo", &format!("t{calls}"));
        let first = spawned(&desk, call());
        gate.was_called().await;
        let second = spawned(&desk, call());
        tokio::task::yield_now().await;
        gate.open();
        let first = first.await.unwrap().unwrap();
        assert_eq!(second.await.unwrap().unwrap(), first);
        assert_eq!(desk.backends.calls().len(), calls);
    }
}

#[tokio::test]
async fn many_messages_at_once_are_all_counted() {
    let desk = TestBot::of(desk());
    let miss = || Call::text("mitochondria produce energy").in_session("s1");
    let turns: Vec<_> = (0..10).map(|_| spawned(&desk, miss())).collect();
    for turn in turns {
        assert_eq!(turn.await.unwrap().unwrap()["nif"], true);
    }
    assert_eq!(desk.stored().session.misses, 10);
}

#[tokio::test]
async fn after_a_crash_the_retry_does_not_call_again_but_says_so() {
    let (desk, gate) = impatient_and_gated(json!("Sun"));
    desk.say("weather forecast").await;
    crash(&desk, &gate, turn("Oslo", "t1")).await;
    assert!(matches!(desk.state(), DialogState::Asking(_)));
    let retried = desk.call(turn("Oslo", "t1")).await;
    assert_eq!((&retried["endConversation"], retried.get("said")), (&json!(true), None));
    assert_eq!(desk.backends.calls().len(), 1);
    assert_eq!((desk.state(), desk.stored().session.claim), (DialogState::Idle, None));
    assert_eq!(desk.call(turn("Oslo", "t1")).await, retried);
}

#[tokio::test]
async fn after_a_crash_of_a_first_question_the_retry_finds_its_claim() {
    let (desk, gate) = impatient_and_gated(json!("Sun"));
    let call = || Call::text("weather forecast in Oslo").as_turn("t1");
    crash(&desk, &gate, call()).await;
    assert_eq!(desk.call(call()).await["endConversation"], true);
    assert_eq!(desk.backends.calls().len(), 1);
}

#[tokio::test]
async fn after_a_crash_an_idempotent_backend_is_called_again_with_the_same_turn() {
    let (desk, gate) = impatient_and_gated(json!("Painted"));
    crash(&desk, &gate, turn("paint my wall green", "t1")).await;
    gate.open();
    assert_eq!(line(&desk.call(turn("paint my wall green", "t1")).await), "Painted");
    let turns: Vec<_> = desk.backends.events("painter").iter().map(|event| event["turnID"].clone()).collect();
    assert_eq!(turns, ["t1", "t1"]);
}

#[tokio::test]
async fn after_a_crash_another_message_goes_on_at_the_question() {
    let (desk, gate) = impatient_and_gated(json!("Sun"));
    desk.say("weather forecast").await;
    crash(&desk, &gate, turn("Oslo", "t1")).await;
    gate.open();
    assert_eq!(line(&desk.call(turn("Lima", "t2")).await), "Just a minute! / Sun");
    assert_eq!(desk.last_event("weather"), json!({ "city": "Lima" }));
    let lost = desk.call(turn("weather forecast in Oslo", "t1")).await;
    assert_eq!((&lost["endConversation"], desk.backends.calls().len()), (&json!(true), 2));
}

#[tokio::test]
async fn nobody_waits_for_a_process_that_is_no_more() {
    let (desk, gate) = gated(json!("Sun"));
    let (first, next) = (desk.clone().of_process("first"), desk.of_process("next"));
    crash(&first, &gate, turn("weather forecast in Oslo", "t1")).await;
    assert_eq!(next.call(turn("weather forecast in Oslo", "t1")).await["endConversation"], true);
    crash(&first, &gate, turn("weather forecast in Oslo", "t2")).await;
    assert_eq!(line(&next.say("who are you").await), "I am Desk and you are Ana.");
    crash(&first, &gate, turn("paint my wall green", "t3")).await;
    gate.open();
    assert_eq!(line(&next.call(turn("paint my wall green", "t3")).await), "Sun");
    assert_eq!(next.backends.calls().len(), 4);
}

#[tokio::test]
async fn a_claim_of_long_ago_is_not_waited_for() {
    let (mut desk, gate) = gated(json!("Sun"));
    desk.bot.timing.claim_lives = std::time::Duration::from_secs(3600);
    crash(&desk, &gate, turn("weather forecast in Oslo", "t1")).await;
    let later = Moment { now: NOW + 3_600_001, dice: 0 };
    let call = Call::text("who are you").in_session("s1");
    let answer = desk.call_at(later, call, &caller()).await;
    assert_eq!(line(&answer), "I am Desk and you are Ana.");
}

#[tokio::test]
async fn a_save_that_comes_second_is_tried_again_on_what_was_saved_first() {
    let desk = TestBot::of(desk());
    desk.script("weather", json!("Sun"));
    desk.sessions.fail_saves([Some(SaveFault::Conflict)]);
    assert_eq!(line(&desk.say("weather forecast").await), "Which city?");
    desk.sessions.fail_saves([Some(SaveFault::Conflict)]);
    assert_eq!(line(&desk.say("Oslo").await), "Just a minute! / Sun");
    assert_eq!(desk.backends.calls().len(), 1);
}

#[tokio::test]
async fn a_turn_that_outlived_its_claim_is_still_answered() {
    let desk = TestBot::of(desk());
    desk.script("weather", json!("Sun"));
    desk.sessions.fail_saves([None, Some(SaveFault::Conflict)]);
    assert_eq!(line(&desk.say("weather forecast in Oslo").await), "Sun");
    assert_eq!(desk.backends.calls().len(), 1);
}

#[tokio::test]
async fn without_a_claim_no_backend_is_called_and_without_a_save_nothing_is_answered() {
    let desk = TestBot::of(desk()).impatient();
    desk.script("weather", json!("Sun"));
    desk.sessions.fail_saves([Some(SaveFault::Store)]);
    let failed = desk.try_call(turn("weather forecast in Oslo", "t1")).await;
    assert!(matches!(failed, Err(BotError::Store(_))));
    assert!(desk.backends.calls().is_empty());
    desk.sessions.fail_saves([None, Some(SaveFault::Store)]);
    assert!(matches!(desk.try_call(turn("weather forecast in Oslo", "t1")).await, Err(BotError::Store(_))));
    assert_eq!(desk.call(turn("weather forecast in Oslo", "t1")).await["endConversation"], true);
    assert_eq!(desk.backends.calls().len(), 1);
}

#[tokio::test]
async fn a_session_that_is_never_free_is_busy() {
    let desk = TestBot::of(desk());
    desk.sessions.fail_saves([Some(SaveFault::Conflict); 100]);
    assert!(matches!(desk.try_call(turn("weather forecast", "t1")).await, Err(BotError::Busy)));
}

#[tokio::test]
async fn a_turn_that_others_always_overtake_is_busy_once_its_patience_is_over() {
    static TIME: AtomicU64 = AtomicU64::new(0);
    let mut desk = TestBot::of(desk());
    // Each try takes a second or more.
    desk.bot.timing.clock = || TIME.fetch_add(1_000, Ordering::Relaxed);
    desk.sessions.fail_saves([Some(SaveFault::Conflict); 100]);
    assert!(matches!(desk.try_call(turn("weather forecast", "t1")).await, Err(BotError::Busy)));
    let tries = desk.sessions.accesses().iter().filter(|access| matches!(access, Access::Save)).count();
    assert!((1..=3).contains(&tries), "{tries}");
}

#[tokio::test]
async fn a_hundred_turns_at_once_are_answered_or_told_soon_that_the_session_is_busy() {
    let (mut desk, gate) = gated(json!("Sun"));
    desk.bot.timing.patience = Duration::from_millis(200);
    let call = || Call::text("weather forecast in Oslo").in_session("s1");
    let first = spawned(&desk, call());
    gate.was_called().await;
    let began = Instant::now();
    let others: Vec<_> = (0..100).map(|_| spawned(&desk, call())).collect();
    for other in others {
        let failed = other.await.unwrap();
        assert!(matches!(failed, Err(BotError::Busy)), "{failed:?}");
    }
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    gate.open();
    assert_eq!(line(&first.await.unwrap().unwrap()), "Sun");
    assert_eq!(desk.backends.calls().len(), 1);
}

#[tokio::test]
async fn a_hundred_plain_turns_at_once_are_answered_or_told_that_the_session_is_busy() {
    let desk = TestBot::of(desk());
    let miss = || Call::text("mitochondria produce energy").in_session("s1");
    let turns: Vec<_> = (0..100).map(|_| spawned(&desk, miss())).collect();
    let mut answered = 0;
    for turn in turns {
        match turn.await.unwrap() {
            Ok(_) => answered += 1,
            Err(error) => assert!(matches!(error, BotError::Busy), "{error}"),
        }
    }
    assert_eq!(desk.stored().session.misses, answered);
}

#[tokio::test]
async fn a_retry_right_after_a_crash_is_told_to_come_back_and_does_not_wait_for_the_claim() {
    let (mut desk, gate) = gated(json!("Sun"));
    desk.bot.timing.patience = Duration::from_millis(50);
    crash(&desk, &gate, turn("weather forecast in Oslo", "t1")).await;
    let began = Instant::now();
    assert!(matches!(desk.try_call(turn("weather forecast in Oslo", "t1")).await, Err(BotError::Busy)));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test]
async fn waiting_for_another_turn_and_calling_a_backend_share_one_budget() {
    static WAITED: AtomicU64 = AtomicU64::new(0);
    static TIME: AtomicU64 = AtomicU64::new(0);
    // Seconds that a turn may last, milliseconds that it has waited before it calls its backend, and seconds that the backend then has:
    // three are kept to save, or a third of a small budget.
    for (turn_lasts, waited, expected) in
        [(10, 0, Some(7)), (10, 2_000, Some(5)), (10, 8_000, None), (3, 1_000, Some(1))]
    {
        let (mut desk, gate) = gated(json!("Sun"));
        WAITED.store(waited, Ordering::Relaxed);
        TIME.store(0, Ordering::Relaxed);
        // The first reading begins the turn.
        desk.bot.timing.clock =
            || if TIME.fetch_add(1, Ordering::Relaxed) == 0 { 0 } else { WAITED.load(Ordering::Relaxed) };
        desk.bot.timing.turn = Duration::from_secs(turn_lasts);
        gate.open();
        let answer = desk.call(turn("weather forecast in Oslo", "t1")).await;
        let expected: Vec<_> = expected.map(Duration::from_secs).into_iter().collect();
        assert_eq!(*gate.within.lock().unwrap(), expected);
        // Where no time is left, the backend is not called, and the user reads that it failed.
        assert_eq!(line(&answer) == "Sun", !expected.is_empty(), "{answer}");
        assert_eq!(desk.stored().session.claim, None);
    }
}

#[tokio::test]
async fn a_reply_too_large_to_keep_is_still_not_done_twice() {
    let desk = TestBot::of(desk());
    desk.script("weather", json!({ "text": "x".repeat(100_000) }));
    let call = || turn("weather forecast in Oslo", "t1");
    assert_eq!(desk.call(call()).await["text"].as_str().unwrap().len(), 100_000);
    assert!(desk.call(call()).await["text"].as_str().unwrap().len() < 500);
    assert_eq!(desk.backends.calls().len(), 1);
    assert!(serde_json::to_vec(&desk.stored().session).unwrap().len() < 64 * 1024);
}

#[tokio::test]
async fn a_session_lives_for_the_configured_hours_after_its_last_turn() {
    let desk = TestBot::of(desk());
    desk.say("weather forecast").await;
    assert_eq!(desk.stored().session.expires_at, NOW / 1000 + 48 * 3600);
    let later = Moment { now: NOW + 7_200_000, dice: 0 };
    desk.script("weather", json!("Sun"));
    desk.call_at(later, Call::text("Oslo").in_session("s1"), &caller()).await;
    assert_eq!(desk.stored().session.expires_at, NOW / 1000 + 50 * 3600);
}
