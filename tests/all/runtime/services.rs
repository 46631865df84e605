//! A turn that is read aloud and a turn of somebody whose token does not tell their name: core's program with the embedded Polly, and with
//! Cognito as moto_server plays it.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sbf_tests::{
    moto::Moto,
    pool::Pool,
    process::bootstraps,
    runtime::{
        Authority, Fault, Faults, Function, Sandbox, TestStack,
        event::{http_answer, http_request, signed_in, turn},
        stack::SOUNDS,
    },
    skipped,
};
use serde_json::{Value, json};

use super::{configs, knowledge};

/// What is used is reserved by this.
const COUNT: &str = "DynamoDB_20120810.UpdateItem";
const SPEECH: &str = "/v1/speech";
const GET_USER: &str = "GetUser";

/// Core on a brain, with every call of AWS counted.
async fn counted(stack: &TestStack, knowledge: &Value) -> (Function, Faults) {
    stack.teach("brains", knowledge, &configs()).await.unwrap();
    let mut settings = stack.core("brains", "");
    let faults = Faults::before(&settings.environment).await;
    settings.environment = faults.environment();
    (Function::new(settings), faults)
}

async fn answered(core: &Function, event: Value) -> Value {
    let (status, said) = http_answer(&core.invoke(&event).await.unwrap());
    assert_eq!(status, 200, "{said}");
    said
}

fn read_aloud(text: &str) -> Value {
    turn(&json!({"text": text, "sessionID": "s", "pollyOnServer": true}))
}

fn sound(said: &Value) -> Option<Vec<u8>> {
    said["binary"].as_str().map(|sound| BASE64_STANDARD.decode(sound).unwrap())
}

#[tokio::test]
async fn a_turn_is_read_aloud_once_and_then_from_the_bucket() {
    let stack = TestStack::start(bootstraps()).await;
    let (core, faults) = counted(&stack, &knowledge(1)).await;
    let said = answered(&core, read_aloud("goodbye")).await;
    assert_eq!(said["text"], "Bye!");
    if !stack.cloud.speech_available() {
        // With no voice to be had the answer stays, without its sound.
        assert_eq!((sound(&said), stack.keys(SOUNDS).await.len()), (None, 0));
        skipped("espeak-ng is not installed");
        return;
    }
    let first = sound(&said).unwrap();
    assert!(first.starts_with(b"RIFF") && said["contentType"] == "audio/wav" && said["cacheHit"] == false);
    // The page asks for the same by itself, and gets it from the same memory.
    let polly = |text: &str| http_request("POST", "/services/polly", Some("ana"), Some(&json!({"text": text})));
    let again = answered(&core, polly("Bye!")).await;
    assert_eq!((sound(&again), &again["cacheHit"]), (Some(first.clone()), &json!(true)));
    assert_eq!((faults.count(SPEECH), stack.keys(SOUNDS).await.len()), (1, 1));
    // Another process finds it in the bucket.
    let mut other = Sandbox::start(&stack.core("brains", "")).await;
    let (_, elsewhere) = http_answer(&other.invoke(&read_aloud("goodbye")).await.unwrap());
    assert_eq!((sound(&elsewhere), &elsewhere["cacheHit"]), (Some(first), &json!(true)));
    let line = &other.measured(1).await[0];
    assert_eq!((&line["Sounds"], &line["SoundHits"], &line["Turns"]), (&json!(1), &json!(1), &json!(1)));
    assert!(line["SpeechLatency"].as_f64().unwrap() > 0.0 && line.get("SoundFailures").is_none(), "{line}");
    // Whatever is asked for alone is no turn, and is made.
    assert!(sound(&answered(&core, polly("Something else.")).await).is_some());
    assert_eq!((faults.count(SPEECH), stack.keys(SOUNDS).await.len()), (2, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_for_a_sound_fails_in_turn_and_costs_the_sound_at_most() {
    let stack = TestStack::start(bootstraps()).await;
    let (core, faults) = counted(&stack, &knowledge(1)).await;
    answered(&core, turn(&json!({"text": "goodbye", "sessionID": "s"}))).await;
    let polly = |number: usize| {
        http_request("POST", "/services/polly", Some("ana"), Some(&json!({"text": format!("Number {number}.")})))
    };
    // The brain is looked for again now and then: what comes before the sounds' calls would change their number.
    let calls = async |number: usize| {
        faults.calm();
        let said = answered(&core, polly(number)).await;
        let own: Vec<_> =
            faults.calls().into_iter().filter(|call| !call.contains(sbf_brain::artefact::PACKED)).collect();
        (said, own)
    };
    let (said, own) = calls(0).await;
    if !stack.cloud.speech_available() {
        assert_eq!(sound(&said), None);
        skipped("espeak-ng is not installed");
        return;
    }
    let [look, person, money, make, keep] = own.as_slice() else { panic!("{own:?}") };
    assert!([person, money].into_iter().all(|call| call.ends_with(COUNT)), "{own:?}");
    assert!(look.starts_with("GET /bench-sounds/speech/") && make.ends_with(SPEECH), "{own:?}");
    assert!(keep.starts_with("PUT /bench-sounds/speech/"), "{own:?}");
    let mut number = 0;
    let parts = [("GET /bench-sounds", false), (COUNT, true), (SPEECH, true), ("PUT /bench-sounds", false)];
    for (part, costs_the_sound) in parts {
        for fault in Fault::ALL {
            number += 1;
            faults.spoil_all(fault, part);
            let said = answered(&core, polly(number)).await;
            assert_eq!(sound(&said).is_none(), costs_the_sound, "{fault:?} of {part}: {said}");
            faults.calm();
            let said = answered(&core, polly(number)).await;
            assert!(sound(&said).is_some(), "{fault:?} of {part}");
        }
    }
    assert_eq!(core.starts(), 1);
}

/// A bot that says its caller's name.
fn polite() -> Value {
    let mut bot = knowledge(1);
    bot["i18n"] = json!({"welcomeMessage": {"text": "Hello ${first_name}!", "speech": "Hello ${first_name}!"}});
    bot
}

#[tokio::test]
async fn with_an_access_token_cognito_is_asked_for_the_name_once_and_only_where_it_is_said() {
    let Some(moto) = Moto::start() else { return };
    let pool = Pool::founded(&moto).await;
    pool.add("ana@example.org", "Ana Lima").await;
    pool.add("bob@example.org", "Bob").await;
    let (ana, bob) = (pool.access("ana@example.org").await, pool.access("bob@example.org").await);
    let stack = TestStack::start(bootstraps()).await.signing_in_at(&moto);
    let (core, faults) = counted(&stack, &polite()).await;
    let start = |(token, claims): &(String, _)| signed_in("/core", token, claims, &json!({"event": "start"}));
    let goodbye = signed_in("/core", &ana.0, &ana.1, &json!({"text": "goodbye", "sessionID": "s"}));
    assert_eq!(answered(&core, goodbye).await["text"], "Bye!");
    assert_eq!(faults.count(GET_USER), 0, "nothing was said that has a name in it");
    // Whatever Cognito does costs the name alone; that it was not told is kept for a while, so each is another process.
    for fault in [Fault::Refused, Fault::Cut, Fault::Hang] {
        let mut settings = stack.core("brains", "");
        let faults = Faults::before(&settings.environment).await;
        settings.environment = faults.environment();
        faults.spoil_all(fault, GET_USER);
        let said = answered(&Function::new(settings), start(&ana)).await;
        assert_eq!(said["text"], "Hello!", "{fault:?}");
        assert!(faults.count(GET_USER) > 0, "{fault:?}");
    }
    for _ in 0..3 {
        assert_eq!(answered(&core, start(&ana)).await["text"], "Hello Ana!");
    }
    assert_eq!(faults.count(GET_USER), 1, "a profile is kept");
    assert_eq!(answered(&core, start(&bob)).await["text"], "Hello Bob!");
    assert_eq!(faults.count(GET_USER), 2);
    // The name belongs to whom the token names, whatever came before and whoever else is in the pool.
    assert_eq!(answered(&core, start(&ana)).await["text"], "Hello Ana!");
    let stolen = signed_in("/core", &bob.0, &ana.1, &json!({"event": "start"}));
    let mut other = Sandbox::start(&stack.core("brains", "")).await;
    let (_, said) = http_answer(&other.invoke(&stolen).await.unwrap());
    assert_eq!(said["text"], "Hello!", "the profile is another's");
    let log = core.log().await.join("\n");
    for word in ["Ana", "ana@example.org", ana.0.as_str(), ana.1["sub"].as_str()] {
        assert!(!log.contains(word), "{word} was logged");
    }
}

#[tokio::test]
async fn by_tls_core_trusts_amazon_and_the_systems_roots_and_nobody_else() {
    let Some(authority) = Authority::new() else { return };
    let stack = TestStack::start(bootstraps()).await;
    stack.teach("brains", &knowledge(1), &configs()).await.unwrap();
    let mut settings = stack.core("brains", "");
    let faults = Faults::behind_tls(&settings.environment, &authority).await;
    settings.environment = faults.environment();
    let goodbye = turn(&json!({"text": "goodbye", "sessionID": "s", "turnID": "t"}));
    let core = Function::new(settings.clone());
    let (status, said) = http_answer(&core.invoke(&goodbye).await.unwrap());
    assert_eq!(status, 503, "a server that nobody vouches for is no source of a brain: {said}");
    assert_eq!(faults.calls(), Vec::<String>::new(), "nothing was sent there");
    let trusting = ("SSL_CERT_FILE".to_owned(), authority.file().display().to_string());
    settings.environment.push(trusting);
    let core = Function::new(settings);
    for _ in 0..2 {
        assert_eq!(answered(&core, goodbye.clone()).await["text"], "Bye!");
    }
    assert!(faults.count("DynamoDB") > 0 && faults.count(sbf_brain::artefact::PACKED) > 0, "{:?}", faults.calls());
}
