//! Chaos: train is killed and its events come twice and in any order; each call of AWS fails in turn, for train and for core.
#![allow(clippy::print_stdout, reason = "a test that failed says at which moments it killed")]

mod turns;

use std::{
    env,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use sbf_brain::artefact::{CONFIGS, KNOWLEDGE, PACKED};
use sbf_tests::{
    process::bootstraps,
    runtime::{Failure, Fault, Faults, Function, FunctionSettings, Sandbox, TestStack, event::objects_created},
};
use serde_json::{Value, json};
use tokio::{sync::Semaphore, task::JoinSet};

use super::{configs, knowledge};

const KILLS: usize = 50;
/// Sandboxes at a time in the tests that try many.
const AT_A_TIME: usize = 6;
/// A file with errors.
const FAULTY: &str = r#"{"knowledge": [{"_id": "a"}, {"_id": "a"}]}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_fifty_times_train_leaves_a_whole_brain_and_the_last_good_upload_wins() {
    let seed = env::var("SBF_SEED").map_or(4, |seed| seed.parse().unwrap());
    println!("SBF_SEED={seed} kills after the same delays again");
    let mut chance = Chance(seed);
    let stack = TestStack::start(bootstraps()).await;
    stack.teach("brains", &knowledge(0), &configs()).await.unwrap();
    let settings = stack.train("brains");
    let event = objects_created("brains", &[KNOWLEDGE]);
    let began = Instant::now();
    Sandbox::start(&settings).await.invoke(&event).await.unwrap();
    let whole_run = began.elapsed();

    let (mut good, mut live, mut killed, mut mended) = (0, 0, 0, 0);
    let train = Function::new(settings.clone());
    for number in 1..=KILLS {
        // Every fifth upload is faulty, and must leave no trace; every fifth good one is replaced by a faulty one before its run begins.
        let kind = chance.below(5);
        if kind > 0 {
            stack.upload("brains", KNOWLEDGE, knowledge(number).to_string()).await;
            good = number;
        }
        if kind < 2 {
            stack.upload("brains", KNOWLEDGE, FAULTY).await;
        }
        // Now and then the event comes twice at once.
        let mut sandboxes = vec![Sandbox::start(&settings).await];
        if chance.below(3) == 0 {
            sandboxes.push(Sandbox::start(&settings).await);
        }
        let delay = whole_run.mul_f64(1.2 * chance.share());
        let runs = sandboxes.iter_mut().map(|sandbox| sandbox.started(&event));
        match tokio::time::timeout(delay, join_all(runs)).await {
            Ok(ended) => assert!(ended.iter().all(Result::is_ok), "{ended:?}"),
            Err(_) => killed += 1,
        }
        for sandbox in &mut sandboxes {
            sandbox.kill().await;
        }
        let now = number_of_live(&stack, "brains").await.unwrap();
        assert!((live..=good).contains(&now), "{now} is live after {live}; the last good upload is {good}");
        live = now;
        // Lambda repeats what was killed; mostly another upload comes before that.
        if chance.below(3) == 0 {
            train.notify(&event).await.unwrap();
            assert_eq!(number_of_live(&stack, "brains").await, Some(good), "after upload {number}");
            assert_reported(&stack, "brains").await;
            (live, mended) = (good, mended + 1);
        }
    }
    assert!(killed >= KILLS / 4, "only {killed} runs were killed");
    assert!(mended >= KILLS / 6, "only {mended} runs were repeated");

    // S3 may send anything twice, and in any order.
    stack.upload("brains", KNOWLEDGE, knowledge(KILLS + 1).to_string()).await;
    stack.upload("brains", KNOWLEDGE, FAULTY).await;
    let repeated = [&[CONFIGS][..], &[KNOWLEDGE], &[KNOWLEDGE, CONFIGS], &["notes.txt"], &[KNOWLEDGE], &[CONFIGS]];
    for keys in repeated {
        train.notify(&objects_created("brains", keys)).await.unwrap();
        assert_eq!(number_of_live(&stack, "brains").await, Some(KILLS + 1), "{keys:?}");
    }
    assert_reported(&stack, "brains").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_of_many_uploads_at_once_end_with_the_last_good_one() {
    let stack = TestStack::start(bootstraps()).await;
    stack.teach("brains", &knowledge(0), &configs()).await.unwrap();
    let trains: Vec<_> = (0..3).map(|_| Function::new(stack.train("brains"))).collect();
    let event = objects_created("brains", &[KNOWLEDGE]);
    for round in 0..6 {
        let run = async |train: &Function, content: String| {
            stack.upload("brains", KNOWLEDGE, content).await;
            train.notify(&event).await.unwrap();
        };
        // The contents come back every other time: equal bytes, equal ETags. Every other time one of the three is faulty.
        let good = |number: usize| knowledge(number).to_string();
        let third = if round % 2 == 0 { FAULTY.to_owned() } else { good(7) };
        let (one, two) = (good(round % 2), good((round + 1) % 2));
        tokio::join!(run(&trains[0], one), run(&trains[1], two), run(&trains[2], third));
        let good = last_good(&stack, "brains").await;
        assert_eq!(number_of_live(&stack, "brains").await, Some(good), "round {round}");
        assert_reported(&stack, "brains").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_in_any_order_and_twice_end_with_the_last_good_upload() {
    let stack = TestStack::start(bootstraps()).await;
    stack.teach("brains", &knowledge(0), &configs()).await.unwrap();
    let trains: Vec<_> = (0..3).map(|_| Function::new(stack.train("brains"))).collect();
    let event = objects_created("brains", &[KNOWLEDGE]);
    let mut chance = Chance(7);
    for round in 0..8 {
        // Uploads faster than any run, the last of them faulty: the good ones are gone before anybody reads them.
        let uploads = 2 + chance.below(4);
        for upload in 0..uploads {
            let number = usize::try_from(10 * round + upload).unwrap();
            stack.upload("brains", KNOWLEDGE, knowledge(number).to_string()).await;
            if upload + 1 == uploads || chance.below(3) == 0 {
                stack.upload("brains", KNOWLEDGE, FAULTY).await;
            }
        }
        // One event is as another: what a run does never depends on which it was. All of them come twice, to whoever has time.
        let runs = (0..2 * uploads).map(|_| trains[usize::try_from(chance.below(3)).unwrap()].notify(&event));
        assert!(join_all(runs).await.iter().all(Result::is_ok));
        let good = last_good(&stack, "brains").await;
        assert_eq!(number_of_live(&stack, "brains").await, Some(good), "round {round}");
        assert_reported(&stack, "brains").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_upload_that_a_faulty_one_replaced_before_its_run_began_goes_live() {
    let stack = TestStack::start(bootstraps()).await;
    stack.cloud.create_versioned_bucket("brains").await.unwrap();
    let train = Function::new(stack.train("brains"));
    let event = objects_created("brains", &[KNOWLEDGE]);
    stack.upload("brains", CONFIGS, configs().to_string()).await;
    for number in 1..=3 {
        stack.upload("brains", KNOWLEDGE, knowledge(number).to_string()).await;
        stack.upload("brains", KNOWLEDGE, FAULTY).await;
        let outcome = train.notify(&event).await.unwrap();
        let live = stack.live("brains").await.unwrap();
        assert_eq!((&outcome["outcome"], &outcome["lastGood"]["version"]), (&json!("refused"), &json!(live.version())));
        assert_eq!(number_of_live(&stack, "brains").await, Some(number));
        assert_reported(&stack, "brains").await;
        // Its own event, late.
        let outcome = train.notify(&event).await.unwrap();
        assert_eq!((&outcome["outcome"], outcome.get("lastGood")), (&json!("refused"), None));
    }
    let log = train.log().await;
    let told: Vec<_> =
        log.iter().filter(|line| line.contains("refused the brain and published the last good")).collect();
    assert!(told.len() == 3 && told.iter().all(|line| line.contains("ERROR")), "{told:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_of_train_fails_in_turn_and_the_next_run_mends_it() {
    let stack = Arc::new(TestStack::start(bootstraps()).await);
    stack.teach("calm", &knowledge(1), &configs()).await.unwrap();
    let mut cases = Vec::new();
    // The second time the new upload is replaced by a faulty one before its run begins; all calls up to the problems' put are as before.
    for (faulty, first, least) in [(false, 1, 17), (true, 9, 21)] {
        let calls = train_spoilt(&stack, "calm", faulty, None).await;
        assert!(calls >= least, "{calls} calls");
        for call in first..=calls {
            // Once, and so often that the SDK's own repetitions do not help.
            cases.extend(Fault::ALL.map(|fault| (faulty, fault, call, 0)));
            cases.extend([Fault::Refused, Fault::Cut, Fault::Lost].map(|fault| (faulty, fault, call, usize::MAX)));
        }
    }
    stack.teach("good", &knowledge(1), &configs()).await.unwrap();
    at_a_time(cases, move |(faulty, fault, call, more)| {
        let stack = Arc::clone(&stack);
        async move {
            let bucket = format!("{fault:?}-{call}-{}-{faulty}", more.min(1)).to_lowercase();
            stack.cloud.create_versioned_bucket(&bucket).await.unwrap();
            for key in [KNOWLEDGE, CONFIGS, PACKED] {
                stack.upload(&bucket, key, stack.object("good", key).await.unwrap()).await;
            }
            train_spoilt(&stack, &bucket, faulty, Some((fault, call, more))).await;
        }
    })
    .await;
}

/// Uploads another version than the live one, and perhaps a faulty file over it, and runs train with one fault and then without; gives the number
/// of calls of the spoilt run.
async fn train_spoilt(stack: &TestStack, bucket: &str, faulty: bool, spoilt: Option<(Fault, usize, usize)>) -> usize {
    let before = number_of_live(stack, bucket).await.unwrap();
    stack.upload(bucket, KNOWLEDGE, knowledge(before + 1).to_string()).await;
    if faulty {
        stack.upload(bucket, KNOWLEDGE, FAULTY).await;
    }
    let mut settings = stack.train(bucket);
    let faults = spoil(&mut settings).await;
    if let Some((fault, call, more)) = spoilt {
        faults.spoil(fault, call, more);
    }
    // A call that hangs ends with the function, at its deadline.
    if spoilt.is_some_and(|(fault, ..)| fault == Fault::Hang) {
        settings.timeout = Duration::from_secs(4);
    }
    let train = Function::new(settings);
    let event = objects_created(bucket, &[KNOWLEDGE]);
    let run = train.invoke(&event).await;
    assert!(matches!(run, Ok(_) | Err(Failure::Raised(_) | Failure::TimedOut)), "{spoilt:?}: {run:?}");
    let calls = faults.calls().len();
    let live = number_of_live(stack, bucket).await.unwrap();
    assert!((before..=before + 1).contains(&live), "{spoilt:?}: {live}");
    faults.calm();
    let outcome = if faulty { "refused" } else { "published" };
    assert_eq!(train.notify(&event).await.unwrap()["outcome"], outcome, "{spoilt:?}");
    assert_eq!(number_of_live(stack, bucket).await, Some(before + 1), "{spoilt:?}");
    assert_reported(stack, bucket).await;
    assert_calm(&train, &format!("{spoilt:?}")).await;
    calls
}

/// Leads a function's calls through a layer of their own.
async fn spoil(settings: &mut FunctionSettings) -> Faults {
    let faults = Faults::before(&settings.environment).await;
    settings.environment = faults.environment();
    faults
}

/// The number of the brain that is live, read as core reads it.
async fn number_of_live(stack: &TestStack, bucket: &str) -> Option<usize> {
    Some(number(stack.live(bucket).await?.knowledge()))
}

/// The number of the newest upload that is not the faulty one.
async fn last_good(stack: &TestStack, bucket: &str) -> usize {
    let s3 = stack.cloud.s3();
    let listed = s3.list_object_versions().bucket(bucket).prefix(KNOWLEDGE).send().await.unwrap();
    for version in listed.versions() {
        let get = s3.get_object().bucket(bucket).key(KNOWLEDGE).version_id(version.version_id().unwrap());
        let content = get.send().await.unwrap().body.collect().await.unwrap().to_vec();
        if content != FAULTY.as_bytes() {
            return number(&serde_json::from_slice(&content).unwrap());
        }
    }
    panic!("all of them are faulty");
}

fn number(knowledge: &Value) -> usize {
    let text = knowledge["knowledge"][0]["_source"]["response"][0]["text"].as_str().unwrap();
    text.trim_start_matches("Version ").trim_end_matches('.').parse().unwrap()
}

/// The files for people are those of the live brain, and the problems those of the file that was uploaded last.
async fn assert_reported(stack: &TestStack, bucket: &str) {
    let version = stack.live(bucket).await.unwrap().version().to_owned();
    for key in ["training-report.json", "brain-amcClassificationsImpl.json"] {
        let written: Value = serde_json::from_slice(&stack.object(bucket, key).await.unwrap()).unwrap();
        assert_eq!(written["version"], version, "{bucket}: {key}");
    }
    let problems: Value = serde_json::from_slice(&stack.object(bucket, "problems.json").await.unwrap()).unwrap();
    let is_faulty = stack.object(bucket, KNOWLEDGE).await.unwrap() == FAULTY.as_bytes();
    assert_eq!(problems != json!([]), is_faulty, "{bucket}: {problems}");
}

async fn assert_calm(function: &Function, what: &str) {
    let log = function.log().await;
    let panics: Vec<_> = log.iter().filter(|line| line.contains("panicked")).collect();
    assert!(panics.is_empty(), "{what}: {panics:#?}");
}

/// Runs a case after the other, some at a time; the first that fails fails the test.
async fn at_a_time<C, F>(cases: Vec<C>, run: impl Fn(C) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let room = Arc::new(Semaphore::new(AT_A_TIME));
    let mut running = JoinSet::new();
    for case in cases {
        let (room, run) = (Arc::clone(&room), run(case));
        running.spawn(async move {
            let _place = room.acquire_owned().await.unwrap();
            run.await;
        });
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
}

/// A stream of numbers from a seed (Knuth's MMIX generator).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 16
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// From 0 up to 1.
    fn share(&mut self) -> f64 {
        self.below(1 << 20) as f64 / (1_u64 << 20) as f64
    }
}
