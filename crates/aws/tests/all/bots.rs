//! Other bots, and their keys in Secrets Manager.

use std::{
    future::ready,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use sbf_aws::{
    backends::{Backends, Bots, SecretKeys},
    settings::{AllowedBots, AllowedFunctions, BackendSettings},
};
use sbf_dialog::ports::{BackendAnswer, BackendCall, Fulfilment, Target};
use serde_json::{Value, json};

use crate::script::{Script, response, sdk};

fn http() -> SharedHttpConnector {
    SharedHttpConnector::new(Connector::builder().build_http())
}

/// Backends without a function that may be called.
fn backends(bots: Bots) -> Backends {
    let functions = Some(AllowedFunctions::default());
    let settings = BackendSettings { functions, deadline: Duration::from_secs(5), ..BackendSettings::default() };
    Backends::new(aws_sdk_lambda::Client::new(&sdk("http://127.0.0.1:9")), settings).asking(bots)
}

fn allowed(office: &Script) -> AllowedBots {
    AllowedBots::read(&office.url)
}

fn call(office: &Script) -> BackendCall {
    let target = Target::Bot { url: format!("{}/core?lang=pt", office.url) };
    BackendCall { name: "office".to_owned(), target, event: json!({ "text": "Onde é Orléans?" }) }
}

fn failure(answer: BackendAnswer) -> String {
    match answer {
        BackendAnswer::Failed(why) => why,
        BackendAnswer::Answered(value) => panic!("answered {value}"),
    }
}

/// A Secrets Manager that holds each of these texts in turn, and the last one from then on; `HOST` is the office's.
async fn secrets(office: &Script, texts: &[&str]) -> Script {
    let host = office.url.trim_start_matches("http://");
    let texts: Vec<String> = texts.iter().map(|text| text.replace("HOST", host)).collect();
    Script::new(move |n, _| {
        let text = &texts[n.min(texts.len() - 1)];
        let body = json!({ "ARN": "arn:aws:secretsmanager:eu-west-1:1:secret:keys-AbCdEf", "SecretString": text });
        ready(response(200, &[], body.to_string().into_bytes()))
    })
    .await
}

fn keys(secrets: &Script) -> Arc<SecretKeys> {
    Arc::new(SecretKeys::new(aws_sdk_secretsmanager::Client::new(&secrets.sdk()), "keys".to_owned()))
}

#[tokio::test]
async fn a_bot_is_asked_with_its_key_which_is_read_once() {
    let office = Script::always(200, &[], br#"{"text":"Na Franca."}"#).await;
    let secrets = secrets(&office, &[r#"{"HOST":"k-123","office":"k-456"}"#]).await;
    let backends = backends(Bots::new(http, allowed(&office)).with_keys(keys(&secrets)));
    for _ in 0..2 {
        let answer = backends.call(&call(&office), Duration::MAX).await;
        assert_eq!(answer, BackendAnswer::Answered(json!({ "text": "Na Franca." })));
    }
    let received = &office.received()[0];
    assert_eq!(
        (received.method.as_str(), received.path.as_str(), received.query.as_str()),
        ("POST", "/core", "lang=pt")
    );
    assert_eq!(received.header("x-api-key"), Some("k-123"));
    assert_eq!(received.header("content-type"), Some("application/json"));
    assert_eq!(received.json(), json!({ "text": "Onde é Orléans?" }));
    assert_eq!(secrets.received().len(), 1);
}

#[tokio::test]
async fn a_bot_without_a_key_is_asked_without_one() {
    let office = Script::always(200, &[], b"{}").await;
    let secrets = secrets(&office, &["{}"]).await;
    backends(Bots::new(http, allowed(&office))).call(&call(&office), Duration::MAX).await;
    backends(Bots::new(http, allowed(&office)).with_keys(keys(&secrets))).call(&call(&office), Duration::MAX).await;
    let keys: Vec<Option<String>> =
        office.received().iter().map(|received| received.header("x-api-key").map(str::to_owned)).collect();
    assert_eq!(keys, [None, None]);
}

#[tokio::test]
async fn a_key_that_was_replaced_is_read_anew_and_the_question_asked_again() {
    let office = Script::new(|_, request| {
        let status = if request.header("x-api-key") == Some("new") { 200 } else { 403 };
        ready(response(status, &[], b"{}".to_vec()))
    })
    .await;
    let texts = [r#"{"HOST":"old"}"#, r#"{"HOST":"new"}"#];
    for (patience, status) in [(Duration::ZERO, None), (Duration::from_secs(60), Some("the answer has status 403"))] {
        let secrets = secrets(&office, &texts).await;
        let client = aws_sdk_secretsmanager::Client::new(&secrets.sdk());
        let keys = Arc::new(SecretKeys::new(client, "keys".to_owned()).with_patience(patience));
        let backends = backends(Bots::new(http, allowed(&office)).with_keys(keys));
        let asked = office.received().len();
        let expected = status.map_or(BackendAnswer::Answered(json!({})), |why| BackendAnswer::Failed(why.to_owned()));
        for _ in 0..3 {
            assert_eq!(backends.call(&call(&office), Duration::MAX).await, expected);
        }
        // The old one, and the new one; or the old one each time, and the secret is left alone for a minute.
        let (questions, reads) = if status.is_none() { (4, 2) } else { (3, 1) };
        assert_eq!((office.received().len() - asked, secrets.received().len()), (questions, reads));
    }
}

#[tokio::test]
async fn a_bot_that_is_not_on_the_list_is_not_asked() {
    let office = Script::always(200, &[], b"{}").await;
    for list in ["", "https://office.example.org"] {
        let why = failure(backends(Bots::new(http, AllowedBots::read(list))).call(&call(&office), Duration::MAX).await);
        assert!(why.contains("office") && why.contains("list") && !why.contains("127.0.0.1"), "{why}");
    }
    assert_eq!(office.received().len(), 0);
}

#[tokio::test]
async fn what_goes_wrong_is_said_without_a_key() {
    let office = Script::always(200, &[], b"{}").await;
    for (secret, part) in [
        ("k-123", "must be a JSON object"),
        (r#"["k-123"]"#, "must be a JSON object"),
        (r#"{"HOST":{"key":"k-123"}}"#, "must be a JSON object"),
        (r#"{"HOST":"k-123\n"}"#, "cannot be sent in a header"),
    ] {
        let secrets = secrets(&office, &[secret]).await;
        let bots = Bots::new(http, allowed(&office)).with_keys(keys(&secrets));
        let shown = format!("{bots:?}");
        let why = failure(backends(bots).call(&call(&office), Duration::MAX).await);
        assert!(why.contains(part) && !format!("{why}{shown}").contains("k-123"), "{why}");
    }
    let denied = Script::always(400, &[], br#"{"__type":"AccessDeniedException","message":"No."}"#).await;
    let why = failure(
        backends(Bots::new(http, allowed(&office)).with_keys(keys(&denied))).call(&call(&office), Duration::MAX).await,
    );
    assert!(why.contains("AccessDenied"), "{why}");
    assert_eq!(office.received().len(), 0);
}

#[tokio::test]
async fn what_is_no_answer_has_failed() {
    let long: &'static [u8] = vec![b' '; 2 << 20].leak();
    let answers: [(u16, &[u8], &str); 5] = [
        (500, b"{}", "status 500"),
        (301, b"{}", "status 301"),
        (200, b"<html>", "not JSON"),
        (200, b"", "not JSON"),
        (200, long, "too long"),
    ];
    for (status, body, part) in answers {
        let office = Script::always(status, &[("location", "/elsewhere")], body).await;
        let why = failure(backends(Bots::new(http, allowed(&office))).call(&call(&office), Duration::MAX).await);
        assert!(why.contains(part), "{why}");
        assert_eq!(office.received().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn nobody_waits_for_a_bot_longer_than_for_a_function() {
    let office = Script::new(|_, _| async {
        tokio::time::sleep(Duration::from_secs(30)).await;
        response(200, &[], b"{}".to_vec())
    })
    .await;
    let settings = BackendSettings { deadline: Duration::from_millis(100), ..BackendSettings::default() };
    let backends = Backends::new(aws_sdk_lambda::Client::new(&sdk("http://127.0.0.1:9")), settings);
    let backends = backends.asking(Bots::new(http, allowed(&office)));
    assert_eq!(failure(backends.call(&call(&office), Duration::MAX).await), "no answer within 100 ms");
}

/// `localFunctions` name it.
#[tokio::test]
async fn in_development_a_function_plays_the_other_bot() {
    let asked = Arc::<Mutex<Vec<Value>>>::default();
    let log = Arc::clone(&asked);
    let lambda = Script::new(move |_, request| {
        log.lock().unwrap().push(json!([request.path, request.json()]));
        ready(response(200, &[], br#"{"text":"Na Franca."}"#.to_vec()))
    })
    .await;
    let backends = Backends::new(aws_sdk_lambda::Client::new(&lambda.sdk()), BackendSettings::default());
    let office = Script::always(200, &[], b"{}").await;
    assert_eq!(
        backends.call(&call(&office), Duration::MAX).await,
        BackendAnswer::Answered(json!({ "text": "Na Franca." }))
    );
    let expected = json!(["/2015-03-31/functions/office/invocations", { "text": "Onde é Orléans?" }]);
    assert_eq!(*asked.lock().unwrap(), [expected]);
    assert_eq!(office.received().len(), 0);
}
