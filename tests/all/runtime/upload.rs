//! A new knowledge.json, from the upload to the answer, under a stream of turns.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use sbf_brain::artefact::KNOWLEDGE;
use sbf_tests::{
    process::bootstraps,
    runtime::{
        Function, TestStack,
        event::{http_answer, turn},
    },
};
use serde_json::{Value, json};

use super::{configs, knowledge};

/// How long an upload may take to be answered from, on a machine busy with other tests.
const LIMIT: Duration = Duration::from_secs(60);
const UPLOADS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_is_answered_from_at_the_next_revalidation_and_no_turn_fails_meanwhile() {
    let stack = TestStack::start(bootstraps()).await;
    stack.teach("brains", &knowledge(0), &configs()).await.unwrap();
    let (train, finished) = (Function::new(stack.train("brains")), AtomicBool::new(false));
    // Two containers, as Lambda would have them for two users at a time.
    let cores = [Function::new(stack.core("brains", "")), Function::new(stack.core("brains", ""))];
    let uploads = async {
        for number in 1..=UPLOADS {
            // A faulty file on the way changes nothing.
            stack.upload("brains", KNOWLEDGE, "{").await;
            tokio::time::sleep(Duration::from_millis(200)).await;
            stack.upload("brains", KNOWLEDGE, knowledge(number).to_string()).await;
            let began = Instant::now();
            for core in &cores {
                while ask(core, "watcher").await != number {
                    assert!(began.elapsed() < LIMIT, "version {number} is not answered from");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
        finished.store(true, Ordering::Relaxed);
    };
    let talk = async |core: &Function, session: &str| {
        let (mut turns, mut seen) = (0, 0);
        while !finished.load(Ordering::Relaxed) {
            let number = ask(core, session).await;
            assert!(number >= seen, "an answer of version {number} after one of {seen}");
            (turns, seen) = (turns + 1, number);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        turns
    };
    let users = async {
        let (one, two, three) = tokio::join!(talk(&cores[0], "one"), talk(&cores[0], "two"), talk(&cores[1], "three"));
        one + two + three
    };
    let turns = tokio::select! {
        () = stack.deliver("brains", &train) => unreachable!("events never end"),
        ((), turns) = async { tokio::join!(uploads, users) } => turns,
    };
    assert!(turns > 20 * UPLOADS, "{turns} turns are no stream");
    assert_eq!(cores.each_ref().map(Function::starts), [1, 1]);
    assert_eq!(train.dead_letters(), Vec::<Value>::new());
}

/// The number of the brain that answers; whatever is no whole answer fails the test.
async fn ask(core: &Function, session: &str) -> usize {
    let event = turn(&json!({"text": "what is your version?", "sessionID": session}));
    let (status, said) = http_answer(&core.invoke(&event).await.unwrap());
    assert_eq!(status, 200, "{said}");
    let text = said["text"].as_str().unwrap();
    text.strip_prefix("Version ")
        .and_then(|rest| rest.strip_suffix('.'))
        .unwrap_or_else(|| panic!("{said}"))
        .parse()
        .unwrap()
}
