//! Measuring turns: the whole router on the embedded cloud, with every call of AWS counted where the SDK sends it.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use aws_sdk_s3::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef},
    },
    error::BoxError,
};
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{Request, header::CONTENT_TYPE},
    routing::post,
    serve::ListenerExt as _,
};
use sbf_aws::{
    backends::LambdaBackends,
    brains::S3Brains,
    metrics::{Measured, Meter, metered},
    router::{App, router},
    sessions::DynamoSessions,
    settings::{BackendSettings, BrainSettings, SpeechSettings},
    speech::PollySpeech,
};
use sbf_dialog::Bot;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use tower::ServiceExt as _;
use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

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

/// What a request made the SDK send.
#[derive(Debug, Default, Clone)]
struct Counted {
    reads: u32,
    read_units: u32,
    writes: u32,
    write_units: u32,
    invokes: u32,
    polly_calls: u32,
    polly_characters: usize,
    sound_gets: u32,
    sound_puts: u32,
    /// Bytes of the item that was written last, which is the one to be read next.
    item: usize,
    /// When the request under way was sent; a turn sends one after the other.
    sent: Option<Instant>,
    /// Time that went into waiting for answers: the embedded services are no measure for AWS's.
    waited: Duration,
}

/// Counts what clients send; clones count together.
#[derive(Debug, Default, Clone)]
struct Counter(Arc<Mutex<Counted>>);

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
        let sessions = Arc::new(Measured(DynamoSessions::new(dynamodb, SESSIONS_TABLE)));
        let lambda = aws_sdk_lambda::Client::from_conf(lambda);
        let backends = Arc::new(Measured(LambdaBackends::new(lambda, BackendSettings::default())));
        let polly = aws_sdk_polly::Client::from_conf(polly);
        // Nothing in memory: a sound comes from the bucket, or is made.
        let settings = SpeechSettings { bucket: Some(SPEECH_BUCKET.to_owned()), cache_bytes: 0, ..Default::default() };
        let speech = Arc::new(Measured(PollySpeech::new(polly, settings).keeping_in(s3)));
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

impl Counter {
    fn with<T>(&self, change: impl FnOnce(&mut Counted) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn take(&self) -> Counted {
        self.with(std::mem::take)
    }

    fn take_keeping_item(&self) -> Counted {
        let counted = self.take();
        self.set_item(counted.item);
        counted
    }

    fn set_item(&self, item: usize) {
        self.with(|counted| counted.item = item);
    }
}

impl Intercept for Counter {
    fn name(&self) -> &'static str {
        "Counter"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let path = request.uri().split('?').next().unwrap_or_default();
        let target = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
        let body = request.body().bytes().unwrap_or_default();
        self.with(|counted| match target {
            Some("GetItem") => {
                counted.reads += 1;
                counted.read_units += units(counted.item, 4096);
            }
            Some("PutItem") => {
                counted.item = item_bytes(body);
                counted.writes += 1;
                counted.write_units += units(counted.item, 1024);
            }
            Some(other) => tracing::warn!(other, "a call of DynamoDB that no price is known for"),
            None if path.ends_with("/invocations") => counted.invokes += 1,
            None if path.ends_with("/v1/speech") => {
                counted.polly_calls += 1;
                counted.polly_characters += characters(body);
            }
            None if path.contains("/speech/") && request.method() == "PUT" => counted.sound_puts += 1,
            None if path.contains("/speech/") => counted.sound_gets += 1,
            // S3: a look for a newer brain, which comes with time and not with turns.
            None => {}
        });
        self.with(|counted| counted.sent = Some(Instant::now()));
        Ok(())
    }

    fn read_after_transmit(
        &self,
        _: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.with(|counted| {
            counted.waited += counted.sent.take().map_or(Duration::ZERO, |sent| sent.elapsed());
        });
        Ok(())
    }
}

/// Request units for an item; reading nothing takes one too.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>
fn units(bytes: usize, unit: usize) -> u32 {
    u32::try_from(bytes.div_ceil(unit).max(1)).unwrap_or(u32::MAX)
}

/// An item's size as DynamoDB counts it: names and values in UTF-8, a number about a byte for two digits and one more.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>
fn item_bytes(put: &[u8]) -> usize {
    let put: Value = serde_json::from_slice(put).unwrap_or_default();
    let value = |value: &Value| match (value["S"].as_str(), value["N"].as_str()) {
        (Some(text), _) => text.len(),
        (_, Some(digits)) => digits.len().div_ceil(2) + 1,
        (None, None) => value.to_string().len(),
    };
    put["Item"].as_object().map_or(0, |item| item.iter().map(|(name, written)| name.len() + value(written)).sum())
}

/// Characters that Polly is to speak; those of tags, which are free, count here too.
fn characters(synthesis: &[u8]) -> usize {
    let synthesis: Value = serde_json::from_slice(synthesis).unwrap_or_default();
    synthesis["Text"].as_str().unwrap_or_default().chars().count()
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

/// Bytes of lines of log and metrics.
#[derive(Debug, Default, Clone)]
struct Log(Arc<Mutex<usize>>);

impl Log {
    fn add(&self, bytes: usize) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += bytes;
    }

    fn take(&self) -> usize {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}
