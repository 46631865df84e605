//! Measuring turns: the whole router on the embedded cloud, with every call of AWS counted where the SDK sends it.

mod counter;
mod log;

use std::{sync::Arc, time::Instant};

use anyhow::{Context as _, bail};
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{Request, header::CONTENT_TYPE},
    routing::post,
    serve::ListenerExt as _,
};
use sbf_aws::{
    backends::Backends,
    brains::S3Brains,
    metrics::{Measured, Meter, metered},
    quotas::Quotas,
    router::{App, epoch_millis, router},
    sessions::DynamoSessions,
    settings::{BackendSettings, BrainSettings, QuotaSettings, SpeechSettings},
    speech::PollySpeech,
};
use sbf_dialog::Bot;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use tower::ServiceExt as _;
use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::EnvFilter;

use self::{
    counter::{Counted, Counter, characters},
    log::Log,
};
use super::figures::{Assumed, Measurements, Turn};
use crate::{
    Misuse,
    bot::{BRAIN_BUCKET, LocalBot, SESSIONS_TABLE, SPEECH_BUCKET, development_caller},
    dev::pages::in_checkout,
};

/// The brain that is measured: a sample, so that everybody measures the same.
const BRAIN: &str = "brain/en";
/// Conversations of each kind; the first one warms up and is not counted.
const ROUNDS: usize = 6;
/// The stack that stands in the lines of metrics, of usual length.
const STACK: &str = "our-first-bot";
/// How this program was compiled: a debug build's milliseconds are several times those of what is deployed.
const BUILD: &str = if cfg!(debug_assertions) { "debug" } else { "release" };
/// Sentences that the sample brain answers by itself.
const PLAIN: [&str; 6] = [
    "hello there",
    "can you tell me your name please",
    "can you help me please",
    "do you know a good joke",
    "thank you so much",
    "see you soon",
];

/// Quotas that are counted and never reached. Turns are counted by [`Assumed::count_writes`].
const NEVER_REACHED: QuotaSettings = QuotaSettings {
    turns: 1_000_000_000,
    speech_characters: 1_000_000_000,
    upload_bytes: 1_000_000_000,
    speech_budget: 1_000_000_000,
};

/// One round trip of a client.
struct Sample {
    counted: Counted,
    milliseconds: f64,
    response_bytes: usize,
    log_bytes: usize,
    answer: Value,
}

/// A bot whose clients are counted.
struct Bench {
    service: Router,
    counter: Counter,
    log: Log,
    local: LocalBot,
    _voice: Voice,
}

/// Measures every kind of turn.
///
/// # Errors
/// Where the sample brain is not at hand, or does not answer as these conversations expect.
pub(crate) async fn measure() -> anyhow::Result<Measurements> {
    let bench = Bench::start().await?;
    let (mut first, mut plain, mut parameter, mut backend) = (vec![], vec![], vec![], vec![]);
    let (mut voice, mut kept) = (vec![], vec![]);
    for round in 0..ROUNDS {
        let warm = round > 0;
        let mut session = Value::Null;
        for (turn, text) in PLAIN.iter().enumerate() {
            let sample = bench.turn(text, &mut session, turn > 0).await?;
            let speech = sample.answer["speech"].as_str().unwrap_or_default().to_owned();
            bench.forget_sounds().await?;
            let (anew, again) = (bench.speak(&speech).await?, bench.speak(&speech).await?);
            if warm {
                voice.push(sample.with(&anew));
                kept.push(sample.with(&again));
                let kind = if turn == 0 { &mut first } else { &mut plain };
                kind.push(sample);
            }
        }
        let mut session = Value::Null;
        let asked = bench.turn("what's the weather like", &mut session, true).await?;
        let unsuitable = bench.turn("tomorrow", &mut session, true).await?;
        let called = bench.turn("Paris", &mut session, true).await?;
        if warm {
            parameter.extend([asked, unsuitable]);
            backend.push(called);
        }
    }
    let turns = vec![
        average("first", "a first question, answered by the bot itself: no session yet", &first),
        average("plain", "a question in a conversation, answered by the bot itself", &plain),
        average("parameter", "a turn that asks for a parameter or takes one", &parameter),
        average("backend", "the turn that calls a backend", &backend),
        average("voice", "a plain turn, read aloud by a neural voice of Polly that has not said it yet", &voice),
        average("kept", "a plain turn, read aloud by a sound that is kept in the bucket", &kept),
    ];
    Ok(Measurements { measured_by: format!("sbf cost --measure, {BUILD} build"), assumed: Assumed::default(), turns })
}

impl Bench {
    async fn start() -> anyhow::Result<Self> {
        let folder = in_checkout(BRAIN)
            .ok_or_else(|| Misuse(format!("measuring needs the sample brain {BRAIN}: run it in the checkout")))?;
        let mut local = LocalBot::start(None).await?;
        local.load(&folder).await?;
        let counter = Counter::default();
        let (cloud, s3) = (&local.cloud, local.cloud.s3());
        let s3 = aws_sdk_s3::Client::from_conf(s3.config().to_builder().interceptor(counter.clone()).build());
        let dynamodb = cloud.dynamodb().config().to_builder().interceptor(counter.clone()).build();
        let lambda = cloud.lambda().config().to_builder().interceptor(counter.clone()).build();
        let voice = Voice::start().await?;
        let polly = cloud.polly().config().to_builder().endpoint_url(&voice.url).interceptor(counter.clone()).build();
        let settings = BrainSettings { bucket: BRAIN_BUCKET.to_owned() };
        let brains = S3Brains::new(s3.clone(), settings);
        brains.revalidate_now().await?;
        let brains = Arc::new(Measured(brains));
        let dynamodb = aws_sdk_dynamodb::Client::from_conf(dynamodb);
        let quotas = Quotas::new(dynamodb.clone(), SESSIONS_TABLE, NEVER_REACHED, epoch_millis);
        let sessions = Arc::new(Measured(DynamoSessions::new(dynamodb, SESSIONS_TABLE)));
        let lambda = aws_sdk_lambda::Client::from_conf(lambda);
        let backends = Arc::new(Measured(Backends::new(lambda, BackendSettings::default())));
        let polly = aws_sdk_polly::Client::from_conf(polly);
        // Nothing in memory: a sound comes from the bucket, or is made.
        let settings = SpeechSettings { bucket: Some(SPEECH_BUCKET.to_owned()), cache_bytes: 0, ..Default::default() };
        let speech = Arc::new(Measured(PollySpeech::new(polly, settings).keeping_in(s3).within(Some(quotas))));
        let bot = Bot { brains: brains.clone(), sessions, backends, sole_user: None, ..(*local.app.bot).clone() };
        local.app = App { bot: Arc::new(bot), brains, speech, ..local.app.clone() };
        let log = Log::default();
        let meter = Meter::new(STACK, {
            let log = log.clone();
            move |line| log.add(line.len() + 1)
        });
        Ok(Self { service: metered(router(local.app.clone()), meter), counter, log, local, _voice: voice })
    }

    /// Empties the bucket of sounds.
    async fn forget_sounds(&self) -> anyhow::Result<()> {
        let s3 = self.local.cloud.s3();
        for object in s3.list_objects_v2().bucket(SPEECH_BUCKET).send().await?.contents() {
            s3.delete_object().bucket(SPEECH_BUCKET).set_key(object.key.clone()).send().await?;
        }
        Ok(())
    }

    /// One turn; it goes on in `session` and leaves there what the answer names.
    async fn turn(&self, text: &str, session: &mut Value, named: bool) -> anyhow::Result<Sample> {
        let mut body = json!({ "text": text });
        // A page names its turns; the very first question may come from a client that does not.
        if named {
            body["turnID"] = json!(uuid::Uuid::new_v4().to_string());
        }
        if !session.is_null() {
            body["sessionID"] = session.clone();
        }
        let sample = self.post("/core", &body).await?;
        *session = sample.answer["sessionID"].clone();
        Ok(sample)
    }

    async fn speak(&self, text: &str) -> anyhow::Result<Sample> {
        self.post("/services/polly", &json!({ "text": text, "lang": "en-US" })).await
    }

    async fn post(&self, route: &str, body: &Value) -> anyhow::Result<Sample> {
        let request = Request::post(route).header(CONTENT_TYPE, "application/json").extension(development_caller());
        let request = request.body(Body::from(body.to_string()))?;
        let before = self.counter.take();
        self.counter.set_item(before.item);
        self.log.take();
        // As core writes and filters them; the embedded services are no part of it.
        let lines = tracing_subscriber::fmt().json().flatten_event(true).with_span_list(false);
        let lines = lines.with_target(false).with_writer(self.log.clone());
        let lines = lines.with_env_filter(EnvFilter::new("sbf_aws=info,sbf_dialog=info")).finish();
        let began = Instant::now();
        let response = self.service.clone().oneshot(request).with_subscriber(lines).await?;
        let (status, bytes) = (response.status(), to_bytes(response.into_body(), usize::MAX).await?);
        let took = began.elapsed();
        if !status.is_success() {
            bail!("{route} answered {status} to {body}");
        }
        let counted = self.counter.take_keeping_item();
        Ok(Sample {
            milliseconds: took.saturating_sub(counted.waited).as_secs_f64() * 1000.0,
            counted,
            response_bytes: bytes.len(),
            log_bytes: self.log.take(),
            answer: serde_json::from_slice(&bytes).context("the answer is no JSON")?,
        })
    }
}

impl Sample {
    /// Both requests of a turn that is read aloud.
    fn with(&self, spoken: &Self) -> Self {
        let (a, b) = (&self.counted, &spoken.counted);
        Self {
            counted: Counted {
                reads: a.reads + b.reads,
                read_units: a.read_units + b.read_units,
                writes: a.writes + b.writes,
                write_units: a.write_units + b.write_units,
                invokes: a.invokes + b.invokes,
                polly_calls: a.polly_calls + b.polly_calls,
                polly_characters: a.polly_characters + b.polly_characters,
                sound_gets: a.sound_gets + b.sound_gets,
                sound_puts: a.sound_puts + b.sound_puts,
                ..Counted::default()
            },
            milliseconds: self.milliseconds + spoken.milliseconds,
            response_bytes: self.response_bytes + spoken.response_bytes,
            log_bytes: self.log_bytes + spoken.log_bytes,
            answer: Value::Null,
        }
    }
}

fn average(kind: &str, what: &str, samples: &[Sample]) -> Turn {
    let mean = |of: &dyn Fn(&Sample) -> f64| round(samples.iter().map(of).sum::<f64>() / samples.len().max(1) as f64);
    // The page asks for the sound by itself.
    let api_requests = if matches!(kind, "voice" | "kept") { 2.0 } else { 1.0 };
    let mut milliseconds: Vec<f64> = samples.iter().map(|sample| sample.milliseconds).collect();
    milliseconds.sort_by(f64::total_cmp);
    Turn {
        kind: kind.to_owned(),
        what: what.to_owned(),
        measured: u32::try_from(samples.len()).unwrap_or(u32::MAX),
        api_requests,
        handler_ms: round(milliseconds.get(milliseconds.len() / 2).copied().unwrap_or_default()),
        reads: mean(&|sample| sample.counted.reads.into()),
        read_units: mean(&|sample| sample.counted.read_units.into()),
        writes: mean(&|sample| sample.counted.writes.into()),
        write_units: mean(&|sample| sample.counted.write_units.into()),
        invokes: mean(&|sample| sample.counted.invokes.into()),
        polly_calls: mean(&|sample| sample.counted.polly_calls.into()),
        polly_characters: mean(&|sample| sample.counted.polly_characters as f64),
        sound_gets: mean(&|sample| sample.counted.sound_gets.into()),
        sound_puts: mean(&|sample| sample.counted.sound_puts.into()),
        response_bytes: mean(&|sample| sample.response_bytes as f64).round(),
        log_bytes: mean(&|sample| sample.log_bytes as f64).round(),
    }
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// Polly's place, taken by as many bytes as its sounds have: what it sends is kept and answered like a sound, whether this machine can
/// speak or not, and the time that it takes is not measured anyway.
struct Voice {
    url: String,
    server: JoinHandle<()>,
}

impl Voice {
    async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let speak = async |body: Bytes| {
            let bytes = characters(&body) * Assumed::default().sound_bytes as usize;
            ([(CONTENT_TYPE, "audio/mpeg")], vec![0_u8; bytes])
        };
        let service = Router::new().route("/v1/speech", post(speak));
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let server = tokio::spawn(async move { drop(axum::serve(listener, service).await) });
        Ok(Self { url, server })
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        self.server.abort();
    }
}
