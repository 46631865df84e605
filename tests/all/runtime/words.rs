//! What the programs of all functions log, with Lambda's own variables as the template sets them: no word of a user. The operator's
//! `RUST_LOG` is left out, so that what each program does by itself is seen.

use std::{path::PathBuf, sync::Arc, time::Duration};

use axum::{Json, Router, http::StatusCode, routing::post};
use sbf_local::LocalFunction;
use sbf_samples::{FEEDBACK, PIZZA, Tables, WEATHER, create_tables};
use sbf_tests::{
    process::{bootstraps, programs},
    repository,
    runtime::{
        Function, FunctionSettings, TestStack,
        event::{http_answer, turn},
    },
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A word that nobody else uses.
const WORD: &str = "qxzyvwkj";

/// A function's program as a backend of the embedded cloud.
struct Deployed(Arc<Function>);

#[async_trait::async_trait]
impl LocalFunction for Deployed {
    async fn call(&self, event: Value) -> Result<Value, String> {
        self.0.invoke(&event).await.map_err(|failure| format!("{failure:?}"))
    }
}

#[tokio::test]
async fn no_program_logs_a_word_of_a_user() {
    let stack = TestStack::start(bootstraps()).await;
    let [weather, feedback, pizza] = samples(&stack).await;
    let mut knowledge = file("knowledge.json");
    // Authors take over what users said.
    knowledge["knowledge"][0]["_intents"].as_array_mut().unwrap().push(json!(format!("hello {WORD}")));
    stack.cloud.create_bucket("brains").await.unwrap();
    stack.upload("brains", "configs.json", file("configs.json").to_string()).await;
    stack.upload("brains", "knowledge.json", knowledge.to_string()).await;
    let train = Function::new(by_itself(stack.train("brains")));
    let event = sbf_tests::runtime::event::objects_created("brains", &["knowledge.json"]);
    assert_eq!(train.notify(&event).await.unwrap()["outcome"], "published");
    let core = Function::new(by_itself(stack.core("brains", &[WEATHER, FEEDBACK, PIZZA].join(","))));
    for (session, said) in [
        ("weather", vec![format!("weather forecast in {WORD}"), "weather forecast".into(), WORD.into()]),
        ("feedback", vec!["I'd like to leave a comment".into(), WORD.into(), WORD.into(), format!("Nice {WORD}!")]),
        ("pizza", vec![format!("order a pizza {WORD}"), "large".into(), WORD.into(), "cancel".into()]),
        ("unknown", vec![format!("{WORD} {WORD}")]),
    ] {
        for text in said {
            let body = json!({"text": text, "sessionID": session, "environmentVars": {"said": WORD}});
            let (status, answer) = http_answer(&core.invoke(&turn(&body)).await.unwrap());
            assert_eq!(status, 200, "{answer}");
        }
    }
    assert!(core.log().await.len() > 10 && !train.log().await.is_empty());
    for (name, function) in [("core", &core), ("train", &train)] {
        assert_silent(name, &function.log().await);
    }
    for (name, function) in [(WEATHER, weather), (FEEDBACK, feedback), (PIZZA, pizza)] {
        assert!(function.starts() > 0, "{name} was never called");
        assert_silent(name, &function.log().await);
    }
}

#[tokio::test]
async fn the_alarms_program_logs_neither_the_alarm_nor_the_address_that_it_goes_to() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let secret = json!({"Name": "slack", "SecretString": format!("{address}/{WORD}")});
    let services = Router::new()
        .route("/", post(move || async { Json(secret) }))
        .route(&format!("/{WORD}"), post(|| async { StatusCode::OK }));
    let server = tokio::spawn(async move { axum::serve(listener, services).await.unwrap() });
    let stack = TestStack::start(bootstraps()).await;
    let [program] = programs(["sbf-alerts"]);
    let own = [
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", address.as_str()),
        ("SLACK_WEBHOOK_SECRET", "arn:aws:secretsmanager:us-east-1:123456789012:secret:slack-AbCdEf"),
    ];
    let alerts = Function::new(settings(&stack, "alerts", program, &own));
    let sns = json!({"Subject": WORD, "Message": json!({"AlarmName": WORD}).to_string()});
    alerts.invoke(&json!({"Records": [{"Sns": sns}]})).await.unwrap();
    let log = alerts.log().await;
    server.abort();
    assert!(log.iter().any(|line| line.contains("told Slack")), "{log:?}");
    assert_silent("alerts", &log);
}

fn assert_silent(name: &str, log: &[String]) {
    let loud: Vec<_> = log.iter().filter(|line| line.to_lowercase().contains(WORD)).collect();
    assert!(loud.is_empty(), "{name}: {loud:#?}");
    assert!(log.len() < 50, "{name} wrote {} lines: {log:#?}", log.len());
}

/// The sample backends' programs, with their tables, as the bot finds them.
async fn samples(stack: &TestStack) -> [Arc<Function>; 3] {
    let names = [WEATHER, FEEDBACK, PIZZA];
    create_tables(&stack.cloud.dynamodb(), &Tables::default()).await.unwrap();
    let mut programs = programs(names).into_iter();
    names.map(|name| {
        let function = Function::new(settings(stack, name, programs.next().unwrap(), &[]));
        let function = Arc::new(function);
        stack.cloud.register(name, Arc::new(Deployed(Arc::clone(&function))));
        function
    })
}

fn by_itself(mut settings: FunctionSettings) -> FunctionSettings {
    settings.environment.retain(|(name, _)| name != "RUST_LOG");
    settings
}

fn settings(stack: &TestStack, name: &str, program: PathBuf, own: &[(&str, &str)]) -> FunctionSettings {
    let own = own.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let environment = stack.cloud.environment().into_iter().chain(own).collect();
    FunctionSettings { name: name.to_owned(), program, environment, timeout: Duration::from_secs(10), memory_mb: 256 }
}

fn file(name: &str) -> Value {
    let file = repository().join("brain/en").join(name);
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}
