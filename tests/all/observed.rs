//! What is logged and measured: by every sample bot, through the real router, and never a word of a user.

mod outside;

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{Router, body::Body};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use proptest::{prelude::*, test_runner::TestRunner};
use sbf_aws::{
    metrics::{Measured, Meter, Metric, metered},
    router::{App, Development, development, epoch_millis, router},
    sessions::DynamoSessions,
};
use sbf_cli::bot::{SESSIONS_TABLE, development_caller};
use sbf_dialog::Bot;
use sbf_tests::{bot::TestBot, sample_bots};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// Lines written by log or metrics.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes().clone()).unwrap()
    }

    fn json(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The log of this thread goes here, as the Lambda writes it; the embedded cloud's own libraries, which no Lambda has, are left out.
    fn capture(&self) -> tracing::subscriber::DefaultGuard {
        let filter = EnvFilter::new("info,s3s=off,s3s_fs=off,dynoxide=off");
        let lines = tracing_subscriber::fmt().json().flatten_event(true).with_span_list(false).with_target(false);
        tracing::subscriber::set_default(lines.with_env_filter(filter).with_writer(self.clone()).finish())
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Lines {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

/// A bot with its router as the Lambda has it: ports measured, metrics written.
struct Observed {
    bot: TestBot,
    service: Router,
    metrics: Lines,
}

impl Observed {
    fn of(bot: TestBot) -> Self {
        let metrics = Lines::default();
        let app = measured(&bot);
        let out = metrics.clone();
        let meter = Meter::new("shop", move |line| writeln!(out.bytes(), "{line}").unwrap());
        let own = Development::on_port(8080, Some(development_caller()));
        Self { bot, service: metered(development(router(app), own), meter), metrics }
    }

    async fn sample(name: &str) -> Self {
        Self::of(TestBot::sample(name).await)
    }

    async fn post(&self, path: &str, body: &Value) -> (StatusCode, HeaderMap, Value) {
        let request = Request::post(format!("http://localhost:8080{path}"))
            .header(header::HOST, "localhost:8080")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let (parts, body) = self.service.clone().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts.status, parts.headers, serde_json::from_slice(&body).unwrap())
    }

    async fn say(&self, session: &str, text: &str) -> Value {
        self.post("/core", &json!({ "text": text, "sessionID": session })).await.2
    }
}

/// The adapters of `sbf dev`, measured as core measures them.
fn measured(bot: &TestBot) -> App {
    let own = &bot.local.app;
    let brains = Arc::new(Measured(AnyBrains(Arc::clone(&own.brains))));
    let sessions = Arc::new(Measured(DynamoSessions::new(bot.local.cloud.dynamodb(), SESSIONS_TABLE)));
    let backends = Arc::new(Measured(AnyBackend(Arc::clone(&own.bot.backends))));
    let speech = Arc::new(Measured(AnyVoice(Arc::clone(&own.speech))));
    let measured = Bot::new(brains.clone(), sessions, backends, Some(speech.clone()), epoch_millis);
    App { bot: Arc::new(measured), brains, speech, ..own.clone() }
}

macro_rules! forwarded {
    ($name:ident, $port:path, $method:ident($($argument:ident: $kind:ty),*) -> $output:ty) => {
        struct $name(Arc<dyn $port>);

        #[async_trait::async_trait]
        impl $port for $name {
            async fn $method(&self $(, $argument: $kind)*) -> $output {
                self.0.$method($($argument),*).await
            }
        }
    };
}

use sbf_dialog::ports::{
    Audio, BackendAnswer, BackendCall, BrainSource, Fulfilment, LiveBrain, NoBrain, Speech, SpeechRequest,
};
forwarded!(AnyBrains, BrainSource, current() -> Result<Arc<LiveBrain>, NoBrain>);
forwarded!(AnyBackend, Fulfilment, call(call: &BackendCall, within: std::time::Duration) -> BackendAnswer);
forwarded!(AnyVoice, Speech, synthesize(request: &SpeechRequest, listener: &str) -> Option<Audio>);

fn has(line: &Value, metric: Metric) -> bool {
    line[metric.name()].is_number()
}

#[tokio::test]
async fn a_turn_is_one_line_of_log_and_one_of_metrics_with_the_clients_id() {
    let observed = Observed::sample("en").await;
    let log = Lines::default();
    let _capture = log.capture();
    let (status, headers, answer) = observed.post("/core", &json!({ "text": "hello", "sessionID": "s" })).await;
    assert_eq!(status, StatusCode::OK);
    let id = headers["x-request-id"].to_str().unwrap();
    let (log, metrics) = (log.json(), observed.metrics.json());
    assert_eq!((log.len(), metrics.len()), (1, 1), "{log:?}");
    assert_eq!((&log[0]["span"]["request_id"], &metrics[0]["requestID"]), (&json!(id), &json!(id)));
    let intent = &answer["desiredMatch"]["bestMatchID"];
    assert_eq!((&log[0]["intent"], &log[0]["status"], &log[0]["route"]), (intent, &json!(200), &json!("/core")));
    assert_eq!(metrics[0]["brain"], observed.bot.local.brains.revalidate_now().await.unwrap().brain.version());
    for metric in [
        Metric::Turns,
        Metric::Confidence,
        Metric::Latency,
        Metric::BrainLatency,
        Metric::SessionLatency,
        Metric::DialogLatency,
        Metric::BrainHits,
        Metric::ColdStarts,
    ] {
        assert!(has(&metrics[0], metric), "{metric:?}: {}", metrics[0]);
    }
    observed.say("s", "hello").await;
    let second = &observed.metrics.json()[1];
    assert!(!has(second, Metric::ColdStarts) && !has(second, Metric::Misses), "{second}");
}

/// What `sbf cost` reckons with.
#[tokio::test]
#[allow(clippy::print_stdout, reason = "it prints a figure")]
async fn a_plain_turn_takes_as_many_bytes_of_log_and_metrics_as_the_readme_says() {
    const LIMIT: usize = 900;
    let readme = std::fs::read_to_string(sbf_tests::repository().join("README.md")).unwrap();
    assert!(readme.contains(&format!("together under {LIMIT} bytes for a plain turn")));
    let observed = Observed::sample("en").await;
    let log = Lines::default();
    let _capture = log.capture();
    for _ in 0..2 {
        observed.say("s", "hello").await;
    }
    let (log, metrics) = (log.text(), observed.metrics.text());
    let last = |text: &str| text.lines().last().unwrap().len() + 1;
    println!("bytes of a plain turn: {} of log, {} of metrics", last(&log), last(&metrics));
    assert!(last(&log) + last(&metrics) < LIMIT, "{log}\n{metrics}");
}

#[tokio::test]
async fn misses_backends_and_their_failures_are_counted() {
    let knowledge = json!({
        "knowledge": [{
            "_id": "stock",
            "_intents": ["is there bread left", "do you have apples", "do you sell milk"],
            "_source": { "arn": "no-such-function", "payload": "{}", "parameters": [] }
        }]
    });
    let observed = Observed::of(TestBot::new(&knowledge, &json!({ "language_tag": "en-US" })).await);
    observed.say("s", "do you have apples").await;
    let lines = observed.metrics.json();
    assert!(has(&lines[0], Metric::BackendErrors) && has(&lines[0], Metric::BackendLatency), "{}", lines[0]);
    assert!(has(&lines[0], Metric::SaveLatency) && !has(&lines[0], Metric::Misses), "{}", lines[0]);
    let observed = Observed::sample("en").await;
    observed.say("s", "xq zzvrk qpwo").await;
    assert_eq!(observed.metrics.json()[0]["Misses"], 1);
}

#[tokio::test]
async fn a_refusal_is_no_turn_and_a_fault_of_ours_is_counted() {
    let observed = Observed::sample("en").await;
    observed.post("/core", &json!({ "text": "hello" })).await;
    observed.post("/core", &json!({ "text": 5 })).await;
    assert_eq!(observed.metrics.json().len(), 1);
    let client = observed.bot.local.cloud.dynamodb();
    client.delete_table().table_name(SESSIONS_TABLE).send().await.unwrap();
    let (status, headers, body) = observed.post("/core", &json!({ "text": "hello", "sessionID": "s" })).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(body["requestID"], headers["x-request-id"].to_str().unwrap());
    let lines = observed.metrics.json();
    assert_eq!((&lines[1]["Faults"], &lines[1]["Turns"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn speech_alone_is_measured_and_is_no_turn() {
    let observed = Observed::sample("en").await;
    observed.post("/services/polly", &json!({ "text": "good morning" })).await;
    let line = &observed.metrics.json()[0];
    assert!(has(line, Metric::Sounds) && has(line, Metric::SpeechLatency) && !has(line, Metric::Turns), "{line}");
}

#[test]
fn a_panic_is_logged_by_its_place_alone() {
    let log = Lines::default();
    let _capture = log.capture();
    let before = std::panic::take_hook();
    sbf_aws::router::log_panics();
    let caught = std::panic::catch_unwind(|| panic!("he said xyzzy"));
    std::panic::set_hook(before);
    assert!(caught.is_err());
    let line = &log.json()[0];
    assert!(line["place"].as_str().unwrap().contains("observed.rs:"), "{line}");
    assert!(!log.text().contains("xyzzy"), "{line}");
}

/// Each sample bot gets its own utterances with words among them that are nobody else's, and goes wherever they lead: to questions,
/// answers that do not hold, backends. None of those words, and nothing of who said them, may be in any line.
#[test]
fn no_word_of_a_user_is_in_any_line() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let log = Lines::default();
    let _capture = log.capture();
    for sample in sample_bots() {
        let observed = runtime.block_on(Observed::sample(sample));
        let utterances = utterances(sample);
        let mut runner = TestRunner::new(ProptestConfig { cases: 12, failure_persistence: None, ..Default::default() });
        let conversation = proptest::collection::vec((0..utterances.len(), "qx[a-z]{9}", 0..4_u8), 1..8);
        let result = runner.run(&conversation, |turns| {
            log.bytes().clear();
            observed.metrics.bytes().clear();
            for (utterance, word, form) in &turns {
                let text = spoken(&utterances[*utterance], word, *form);
                let body = json!({
                    "text": text, "sessionID": "s", "environmentVars": { "said": word }, "pollyOnServer": *form == 0
                });
                runtime.block_on(observed.post("/core", &body));
            }
            let lines = log.text() + &observed.metrics.text();
            prop_assert!(lines.lines().count() >= 2 * turns.len(), "{lines}");
            let who = development_caller();
            let never =
                turns.iter().map(|(_, word, _)| word.clone()).chain([who.subject]).chain(who.email).chain(who.name);
            for word in never {
                prop_assert!(!lines.to_lowercase().contains(&word.to_lowercase()), "{word} is in {lines}");
            }
            Ok(())
        });
        assert!(result.is_ok(), "{sample}: {}", result.unwrap_err());
    }
}

/// As the author wrote them, so that they are understood.
fn utterances(sample: &str) -> Vec<String> {
    let file = sbf_tests::repository().join("brain").join(sample).join("knowledge.json");
    let knowledge: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let items = knowledge["knowledge"].as_array().unwrap().iter();
    let of_item = |item: &Value| item["_intents"].as_array().unwrap().clone();
    let found: Vec<_> = items.flat_map(of_item).map(|one| one.as_str().unwrap().to_owned()).collect();
    assert!(found.len() > 20);
    found
}

fn spoken(utterance: &str, word: &str, form: u8) -> String {
    match form {
        0 => format!("{utterance} {word}"),
        1 => format!("{word} {utterance}"),
        2 => word.to_owned(),
        _ => format!("<b>{word}</b> & \"{word}\""),
    }
}
