//! A new knowledge.json, from the upload to the answer, under a stream of turns.
//!
//! "At its next revalidation" is checked on what core asks of S3, not by waiting: a turn that looks for the brain after it was published
//! answers from it, and no turn goes without a look once `cacheTTL` has passed since the last one.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use sbf_brain::artefact::{KNOWLEDGE, PACKED};
use sbf_tests::{
    process::bootstraps,
    runtime::{
        Faults, Function, TestStack,
        event::{http_answer, turn},
    },
};
use serde_json::{Value, json};

use super::{configs, knowledge};

/// How long an upload may take to be trained, on a machine busy with other tests.
const LIMIT: Duration = Duration::from_secs(60);
const UPLOADS: usize = 4;

/// What one turn saw.
#[derive(Debug, Clone, Copy)]
struct Seen {
    began: Instant,
    ended: Instant,
    /// Whether core looked for the brain in this turn.
    looked: bool,
    /// The number of the brain that was live before the turn began.
    live: usize,
    /// The number of the brain that answered.
    answered: usize,
}

/// A container, which has one turn at a time, and all that came of them.
struct Container {
    core: Function,
    faults: Faults,
    seen: tokio::sync::Mutex<Vec<Seen>>,
}

impl Container {
    async fn start(stack: &TestStack) -> Self {
        let mut settings = stack.core("brains", "");
        let faults = Faults::before(&settings.environment).await;
        settings.environment = faults.environment();
        Self { core: Function::new(settings), faults, seen: tokio::sync::Mutex::default() }
    }

    /// One turn; whatever is no whole answer fails the test.
    async fn ask(&self, session: &str, live: &AtomicUsize) -> usize {
        let event = turn(&json!({"text": "what is your version?", "sessionID": session}));
        let mut seen = self.seen.lock().await;
        let (live, looks, began) = (live.load(Ordering::SeqCst), self.faults.count(PACKED), Instant::now());
        let (status, said) = http_answer(&self.core.invoke(&event).await.unwrap());
        let ended = Instant::now();
        assert_eq!(status, 200, "{said}");
        let text = said["text"].as_str().unwrap();
        let number = text.strip_prefix("Version ").and_then(|rest| rest.strip_suffix('.'));
        let answered = number.unwrap_or_else(|| panic!("{said}")).parse().unwrap();
        // The first look is the start's.
        let looked = seen.is_empty() || self.faults.count(PACKED) > looks;
        seen.push(Seen { began, ended, looked, live, answered });
        answered
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_is_answered_from_at_the_next_revalidation_and_no_turn_fails_meanwhile() {
    let stack = TestStack::start(bootstraps()).await;
    stack.teach("brains", &knowledge(0), &configs()).await.unwrap();
    let (train, finished, live) = (Function::new(stack.train("brains")), AtomicBool::new(false), AtomicUsize::new(0));
    // Two containers, as Lambda would have them for two users at a time.
    let cores = [Container::start(&stack).await, Container::start(&stack).await];
    let uploads = async {
        for number in 1..=UPLOADS {
            // A faulty file on the way changes nothing.
            stack.upload("brains", KNOWLEDGE, "{").await;
            tokio::time::sleep(Duration::from_millis(200)).await;
            stack.upload("brains", KNOWLEDGE, knowledge(number).to_string()).await;
            let began = Instant::now();
            while number_of_live(&stack).await != number {
                assert!(began.elapsed() < LIMIT, "version {number} is not live");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            live.store(number, Ordering::SeqCst);
            for core in &cores {
                while core.ask("watcher", &live).await != number {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        }
        finished.store(true, Ordering::Relaxed);
    };
    let talk = async |core: &Container, session: &str| {
        while !finished.load(Ordering::Relaxed) {
            core.ask(session, &live).await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let users = async { tokio::join!(talk(&cores[0], "one"), talk(&cores[0], "two"), talk(&cores[1], "three")) };
    tokio::select! {
        () = stack.deliver("brains", &train) => unreachable!("events never end"),
        _ = async { tokio::join!(uploads, users) } => {}
    };
    for core in cores {
        assert_eq!(core.core.starts(), 1);
        assert_revalidated(&core.seen.into_inner());
    }
    assert_eq!(train.dead_letters(), Vec::<Value>::new());
}

/// Turns of one container, in their order.
fn assert_revalidated(turns: &[Seen]) {
    assert!(turns.len() > 5 * UPLOADS, "{} turns are no stream", turns.len());
    let lifetime = Duration::from_millis(configs()["cacheTTL"].as_u64().unwrap());
    let mut last_look = turns[0].ended;
    for (turn, next) in turns.iter().zip(&turns[1..]) {
        if turn.looked {
            last_look = turn.ended;
            // The number cannot have risen by more than what went live while the turn was under way.
            assert!(turn.answered >= turn.live, "{turn:?} looked and did not see what was live");
        }
        assert!(next.answered >= turn.answered, "{next:?} answers from an older brain than {turn:?}");
        // The age of a brain counts from the look, which was before the turn's end.
        let is_due = next.began - last_look >= lifetime;
        assert!(next.looked || !is_due, "{next:?} did not look, {:?} after the last one", next.began - last_look);
    }
    let looks = turns.iter().filter(|turn| turn.looked).count();
    assert!(looks >= UPLOADS, "{looks} looks in {} turns", turns.len());
    assert_eq!(turns.last().unwrap().answered, UPLOADS);
}

async fn number_of_live(stack: &TestStack) -> usize {
    let brain = stack.live("brains").await.unwrap();
    let text = brain.knowledge()["knowledge"][0]["_source"]["response"][0]["text"].as_str().unwrap();
    text.trim_start_matches("Version ").trim_end_matches('.').parse().unwrap()
}
