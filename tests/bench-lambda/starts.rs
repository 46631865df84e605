//! Starts, with an invocation waiting, as when somebody's message starts a sandbox; and warm turns, which need nobody but core.

use std::time::Instant;

use sbf_tests::runtime::{
    FunctionSettings, Sandbox,
    api::RuntimeApi,
    event::turn,
    sandbox::{arn, metrics},
};
use serde_json::{Value, json};

use crate::{
    Bot, assert_understood,
    figures::{goal, line, median, megabytes, milliseconds, quantile},
};

/// Starts that a median is of.
const STARTS: usize = 25;
/// Warm turns, after as many that are not counted as there are starts.
const TURNS: usize = 2000;

/// One start.
pub(crate) struct Start {
    /// From exec to the first answer, the S3 get included.
    pub(crate) answered: f64,
    /// The S3 get of the brain.
    pub(crate) get: f64,
    decode: f64,
    resident: f64,
    peak: f64,
    /// The answer.
    pub(crate) answer: Value,
}

/// The turns have no session, so that nothing but S3 is asked.
pub(crate) async fn cold(core: &FunctionSettings, bot: &Bot) {
    let event = turn(&json!({"text": bot.utterance}));
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let start = start(core, &event).await;
        assert_understood(&start.answer);
        starts.push(start);
    }
    let all = |of: fn(&Start) -> f64| median(&starts.iter().map(of).collect::<Vec<_>>());
    let first = all(|start| start.answered - start.get);
    let rest = format!(
        "{}; without the S3 get of {:.1} ms; decoding takes {:.1} ms of it (medians of {STARTS} starts)",
        goal(first, bot.goal, "ms"),
        all(|start| start.get),
        all(|start| start.decode),
    );
    line("exec to first answer", first, "ms", &rest);
    let resident = all(|start| start.resident);
    let rest = format!("{}; at most {:.1} MB on the way", goal(resident, 40.0, "MB"), all(|start| start.peak));
    line("resident memory", resident, "MB", &rest);
}

/// One start by this event.
pub(crate) async fn start(core: &FunctionSettings, event: &Value) -> Start {
    let api = RuntimeApi::start(&arn(&core.name)).await;
    let began = Instant::now();
    let mut sandbox = Sandbox::on(api, core);
    let answer = sandbox.started(event).await.unwrap();
    let answered = milliseconds(sandbox.api.answered_at() - began);
    let read = sandbox.logged("a brain was read").await;
    let field = |name: &str| read.get(name).and_then(Value::as_f64).unwrap();
    let memory = sandbox.memory();
    let (resident, peak) = (megabytes(memory.resident), megabytes(memory.peak));
    Start { answered, get: field("get_ms"), decode: field("decode_ms"), resident, peak, answer }
}

/// Warm turns: from the event's handing over to the whole response, the Runtime API's connection included; and what the turn's own metrics
/// say.
pub(crate) async fn warm(core: &FunctionSettings, bot: &Bot) {
    let mut sandbox = Sandbox::start(core).await;
    let event = turn(&json!({"text": bot.utterance}));
    let mut times = Vec::new();
    for _ in 0..TURNS + STARTS {
        let answer = sandbox.invoke(&event).await.unwrap();
        times.push(milliseconds(sandbox.api.took()));
        assert_understood(&answer);
    }
    sandbox.measured(TURNS + STARTS).await;
    let lines = metrics(&sandbox.log());
    let within: Vec<f64> = lines[STARTS..].iter().map(|line| line["Latency"].as_f64().unwrap()).collect();
    let half = median(&times[STARTS..]);
    let rest = format!(
        "{}; p99 {:.2} ms ({TURNS} turns, the Runtime API's loopback included); by its own metric {:.2} ms, p99 {:.2} ms",
        goal(half, 1.0, "ms"),
        quantile(&times[STARTS..], 0.99),
        median(&within),
        quantile(&within, 0.99),
    );
    line("warm plain turn", half, "ms", &rest);
}
