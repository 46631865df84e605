//! Init, invoke, error and deadline, of both programs.

use std::time::Duration;

use sbf_brain::artefact::{CONFIGS, KNOWLEDGE, PACKED};
use sbf_tests::{
    process::bootstraps,
    runtime::{
        Failure, Faults, Function, Sandbox, TestStack,
        event::{http_answer, http_request, objects_created, test_event, turn},
        sandbox::request_id,
    },
};
use serde_json::{Value, json};

use super::{configs, knowledge};

#[tokio::test]
async fn train_publishes_and_core_answers() {
    let stack = TestStack::start(bootstraps()).await;
    let outcome = stack.teach("brains", &knowledge(1), &configs()).await.unwrap();
    assert_eq!(outcome["outcome"], "published");
    let core = Function::new(stack.core("brains", ""));
    let answer = core.invoke(&turn(&json!({"text": "what is your version?", "sessionID": "s"}))).await.unwrap();
    let (status, said) = http_answer(&answer);
    assert_eq!((status, &said["text"]), (200, &json!("Version 1.")), "{said}");
    assert_eq!(answer["headers"]["x-request-id"], request_id(1));
    let (status, health) = http_answer(&core.invoke(&http_request("GET", "/health", None, None)).await.unwrap());
    assert_eq!((status, &health["brain"]["version"]), (200, &outcome["version"]));
    assert_eq!(core.starts(), 1, "a warm sandbox answers again");
}

#[tokio::test]
async fn nobody_without_a_token_talks_with_core() {
    let stack = TestStack::start(bootstraps()).await;
    stack.teach("brains", &knowledge(1), &configs()).await.unwrap();
    let core = Function::new(stack.core("brains", ""));
    let body = json!({"text": "goodbye", "userInfo": {"sub": "mallory"}});
    let (status, refusal) = http_answer(&core.invoke(&http_request("POST", "/core", None, Some(&body))).await.unwrap());
    assert_eq!(status, 401, "{refusal}");
}

#[tokio::test]
async fn without_a_brain_core_starts_and_says_so() {
    let stack = TestStack::start(bootstraps()).await;
    stack.cloud.create_bucket("empty").await.unwrap();
    let core = Function::new(stack.core("empty", ""));
    let answer = core.invoke(&turn(&json!({"text": "goodbye"}))).await.unwrap();
    assert_eq!(answer["statusCode"], 503);
    assert!(answer["headers"]["retry-after"].is_string(), "{answer}");
}

#[tokio::test]
async fn a_missing_variable_ends_the_start_with_its_name() {
    let stack = TestStack::start(bootstraps()).await;
    for (settings, name) in [(stack.core("brains", ""), "SESSIONS_TABLE"), (stack.train("brains"), "BRAIN_BUCKET")] {
        let mut settings = settings;
        settings.environment.retain(|(variable, _)| variable != name);
        let mut sandbox = Sandbox::start(&settings).await;
        let Err(Failure::Init(_)) = sandbox.ready().await else { panic!("{name} is needed") };
        let log = sandbox.last_words().await.join("\n");
        assert!(log.contains(name), "{name}: {log}");
    }
}

#[tokio::test]
async fn a_training_run_that_s3_spoils_is_an_invocation_error_and_ends_in_the_queue() {
    let stack = TestStack::start(bootstraps()).await;
    let train = Function::new(stack.train("no-such-bucket"));
    let event = objects_created("no-such-bucket", &[KNOWLEDGE]);
    let Err(Failure::Raised(raised)) = train.notify(&event).await else { panic!("there is no such bucket") };
    assert_eq!(raised.kind, "TrainingError");
    assert!(raised.message.contains("NoSuchBucket"), "{}", raised.message);
    assert_eq!(train.dead_letters(), [event]);
    assert_eq!(train.starts(), 1, "an error does not end the sandbox");
}

#[tokio::test]
async fn a_backend_that_outlasts_the_function_costs_its_answer_and_never_the_function() {
    let stack = TestStack::start(bootstraps()).await;
    stack.teach("brains", &knowledge(1), &configs()).await.unwrap();
    let backend = sbf_tests::backend::HttpBackend::start(|_| json!({"text": "done"})).await;
    stack.cloud.set_local_functions([("slow".to_owned(), backend.url.clone())].into());
    let mut bot = knowledge(2);
    let slow = json!({"_id": "slow", "_intents": ["call the backend", "ask the slow backend"],
        "_source": {"arn": "slow", "payload": "{}", "parameters": [], "response": []}});
    bot["knowledge"].as_array_mut().unwrap().push(slow);
    stack.teach("brains", &bot, &configs()).await.unwrap();
    let mut settings = stack.core("brains", "slow");
    settings.timeout = Duration::from_secs(3);
    let core = Function::new(settings);
    backend.hold();
    let (status, failed) = http_answer(&core.invoke(&turn(&json!({"text": "call the backend"}))).await.unwrap());
    assert!(status == 200 && failed["text"].as_str().is_some_and(|text| text != "done"), "{failed}");
    backend.let_go();
    let (status, said) = http_answer(&core.invoke(&turn(&json!({"text": "call the backend"}))).await.unwrap());
    assert_eq!((status, &said["text"]), (200, &json!("done")));
    assert_eq!(core.starts(), 1);
}

#[tokio::test]
async fn whatever_s3_says_is_trained_ignored_or_refused_aloud() {
    let stack = TestStack::start(bootstraps()).await;
    stack.cloud.create_bucket("brains").await.unwrap();
    stack.upload("brains", KNOWLEDGE, knowledge(1).to_string()).await;
    stack.upload("brains", CONFIGS, configs().to_string()).await;
    let train = Function::new(stack.train("brains"));
    let outcome = async |event: &Value| train.invoke(event).await.unwrap()["outcome"].clone();
    assert_eq!(outcome(&test_event("brains")).await, "ignored");
    assert_eq!(outcome(&objects_created("brains", &[])).await, "ignored");
    assert_eq!(outcome(&objects_created("brains", &["notes.txt", "old%2Fknowledge.json"])).await, "ignored");
    assert_eq!(outcome(&objects_created("other", &[KNOWLEDGE])).await, "ignored");
    assert!(stack.live("brains").await.is_none());
    assert_eq!(outcome(&objects_created("brains", &["notes.txt", "knowledge%2Ejson", CONFIGS])).await, "published");
    assert_eq!(outcome(&objects_created("brains", &[CONFIGS])).await, "published");
    for foreign in [json!({}), json!({"Records": 1}), json!([]), json!({"Records": [{"Sns": {}}]})] {
        let Err(Failure::Raised(raised)) = train.invoke(&foreign).await else { panic!("{foreign} is no news of S3's") };
        assert_eq!(raised.kind, "TrainingError", "{foreign}");
    }
    stack.upload("brains", KNOWLEDGE, "{").await;
    let refused = train.invoke(&objects_created("brains", &[KNOWLEDGE])).await.unwrap();
    assert_eq!(refused["outcome"], "refused");
    assert!(stack.live("brains").await.is_some());
    let log = train.log().await.join("\n");
    for line in ["ignored", "published a brain", "refused the brain"] {
        assert!(log.contains(line), "{line}: {log}");
    }
}

/// Between two turns a sandbox may be frozen for minutes, in which services give up its connections.
#[tokio::test]
async fn frozen_between_turns_core_answers_although_its_connections_ended_meanwhile() {
    let stack = TestStack::start(bootstraps()).await;
    stack.teach("brains", &knowledge(1), &configs()).await.unwrap();
    let mut settings = stack.core("brains", "");
    let faults = Faults::before(&settings.environment).await;
    settings.environment = faults.environment();
    let core = Function::new(settings);
    for number in 0..20 {
        let event = turn(&json!({"text": "goodbye", "sessionID": "s", "turnID": format!("t-{number}")}));
        let (status, said) = http_answer(&core.invoke(&event).await.unwrap());
        assert_eq!((status, &said["text"]), (200, &json!("Bye!")), "{number}: {said}");
        faults.disconnect();
        // What goes stale with time does so meanwhile: the brain is looked for at the next turn.
        tokio::time::sleep(Duration::from_millis(110)).await;
    }
    assert!(faults.count(PACKED) >= 20, "{:?}", faults.calls());
    let log = core.log().await.join("\n");
    assert!(!log.contains("ERROR") && !log.contains("WARN"), "{log}");
}
