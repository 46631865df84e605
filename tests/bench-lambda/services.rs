//! Warm turns that ask other services. Time spent there is taken by a layer before them, and stands beside what is left:
//! the embedded services are no measure for AWS's.

use sbf_tests::{
    moto::Moto,
    pool::Pool,
    runtime::{
        Faults, FunctionSettings, Sandbox, TestStack,
        event::{http_answer, http_request, signed_in, turn},
    },
};
use serde_json::{Value, json};

use crate::{
    Bot,
    figures::{line, median, milliseconds},
    starts,
};

/// Requests that a median is of, after some that are not counted.
const REQUESTS: usize = 200;
/// The same where each takes a synthesis.
const SOUNDS: usize = 40;
const NOT_COUNTED: usize = 10;
/// Starts that ask Cognito.
const STARTS: usize = 15;
const DYNAMODB: &str = "DynamoDB";
const SPEECH: &str = "/v1/speech";
const BUCKET: &str = "-sounds/speech/";
const GET_USER: &str = "GetUser";

/// A warm process, whose calls are timed.
struct Counted {
    sandbox: Sandbox,
    faults: Faults,
}

/// Milliseconds of requests, each apart: in core, and in two services.
struct Times {
    own: Vec<f64>,
    services: [Vec<f64>; 2],
}

impl Counted {
    async fn start(core: &FunctionSettings) -> Self {
        let (core, faults) = counted(core).await;
        Self { sandbox: Sandbox::start(&core).await, faults }
    }

    /// So many requests, each of which must be answered as expected; the first ones are not counted.
    async fn ask(
        &mut self,
        times: usize,
        services: [&str; 2],
        event: impl Fn(usize) -> Value,
        expected: fn(&Value) -> bool,
    ) -> Times {
        let mut taken = Times { own: Vec::new(), services: [Vec::new(), Vec::new()] };
        for number in 0..times + NOT_COUNTED {
            self.faults.calm();
            let event = event(number);
            let answer = self.sandbox.invoke(&event).await.unwrap();
            let whole = milliseconds(self.sandbox.api.took());
            let (status, said) = http_answer(&answer);
            assert!(status == 200 && expected(&said), "{status} {said}");
            if number < NOT_COUNTED {
                continue;
            }
            taken.own.push(whole - milliseconds(self.faults.waited("")));
            for (service, times) in services.iter().zip(&mut taken.services) {
                times.push(milliseconds(self.faults.waited(service)));
            }
        }
        taken
    }
}

impl Times {
    fn line(&self, what: &str, beside: [&str; 2]) {
        let named = self.services.iter().zip(beside).filter(|(_, name)| !name.is_empty());
        let beside: Vec<_> = named.map(|(times, name)| format!("{:.1} ms in {name}", median(times))).collect();
        let beside = if beside.is_empty() { String::new() } else { format!(", beside {}", beside.join(" and ")) };
        line(what, median(&self.own), "ms", &format!("in core{beside} (median of {})", self.own.len()));
    }
}

/// Settings that lead a function's calls through a layer of their own.
async fn counted(core: &FunctionSettings) -> (FunctionSettings, Faults) {
    let faults = Faults::before(&core.environment).await;
    (FunctionSettings { environment: faults.environment(), ..core.clone() }, faults)
}

fn is_understood(said: &Value) -> bool {
    said.pointer("/desiredMatch/bestMatchID").is_some()
}

/// Turns that read and save their session.
pub(crate) async fn conversation(stack: &TestStack, bot: &Bot) {
    let mut core = Counted::start(&stack.core(bot.bucket, "")).await;
    let say = |number: usize| turn(&json!({"text": bot.utterance, "sessionID": "s", "turnID": format!("t-{number}")}));
    let times = core.ask(REQUESTS, [DYNAMODB, ""], say, is_understood).await;
    times.line("turn in a conversation", ["DynamoDB", ""]);
}

/// Turns that are read aloud, and sounds for text.
#[allow(clippy::print_stdout, reason = "it says what is left out")]
pub(crate) async fn voice(stack: &TestStack, bot: &Bot) {
    if !stack.cloud.speech_available() {
        println!("  espeak-ng is not installed: the figures of speech are left out");
        return;
    }
    let settings = stack.core(bot.bucket, "");
    let has_sound = |said: &Value| said["binary"].is_string();
    let sentence = |number: usize| {
        let body = json!({"text": format!("This is the sentence number {number}, of usual length.")});
        http_request("POST", "/services/polly", Some("ana"), Some(&body))
    };
    let mut core = Counted::start(&settings).await;
    let times = core.ask(SOUNDS, [SPEECH, BUCKET], sentence, has_sound).await;
    times.line("sound made anew and kept", ["Polly (espeak-ng)", "its bucket"]);
    let mut other = Counted::start(&settings).await;
    other.ask(SOUNDS, [BUCKET, ""], sentence, has_sound).await.line("sound from the bucket", ["it", ""]);
    // An answer has few variations, whose sounds are in memory soon.
    let aloud = |_| turn(&json!({"text": bot.utterance, "pollyOnServer": true}));
    other.ask(REQUESTS, [SPEECH, ""], aloud, has_sound).await.line("turn read aloud", ["Polly", ""]);
}

/// Turns of somebody whose token does not say their name, in answers that do.
pub(crate) async fn token(stack: &TestStack, bot: &Bot, moto: &Moto) {
    let pool = Pool::founded(moto).await;
    pool.add("ana@example.org", "Ana Lima").await;
    let (token, claims) = pool.access("ana@example.org").await;
    let event = signed_in("/core", &token, &claims, &json!({"event": "start"}));
    let is_greeted = |said: &Value| said["text"].as_str().is_some_and(|text| text.contains("Ana"));
    let settings = stack.core(bot.bucket, "");
    let (mut first, mut asked) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let (core, faults) = counted(&settings).await;
        let start = starts::start(&core, &event).await;
        assert!(is_greeted(&http_answer(&start.answer).1), "{}", start.answer);
        let in_cognito = milliseconds(faults.waited(GET_USER));
        first.push(start.answered - start.get - in_cognito);
        asked.push(in_cognito);
    }
    let rest = format!("without {:.1} ms in Cognito (moto_server; median of {STARTS})", median(&asked));
    line("first answer, name from GetUser", median(&first), "ms", &rest);
    let mut core = Counted::start(&settings).await;
    core.ask(REQUESTS, ["", ""], |_| event.clone(), is_greeted).await.line("warm, name kept", ["", ""]);
}
