//! Events that ship with `aws_lambda_events` and `lambda_http`, read from the crates as cargo has them: none may end a program.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use sbf_brain::artefact::{CONFIGS, KNOWLEDGE};
use sbf_tests::{
    process::bootstraps,
    repository,
    runtime::{
        Failure, Function, TestStack,
        event::{http_answer, turn},
    },
};
use serde_json::{Value, json};

use super::{configs, knowledge};

#[tokio::test]
async fn every_s3_event_that_ships_is_taken_and_starts_training_where_it_names_our_file() {
    let stack = TestStack::start(bootstraps()).await;
    stack.cloud.create_bucket("brains").await.unwrap();
    stack.upload("brains", KNOWLEDGE, knowledge(1).to_string()).await;
    stack.upload("brains", CONFIGS, configs().to_string()).await;
    let train = Function::new(stack.train("brains"));
    let events = fixtures("aws_lambda_events", "src/fixtures");
    let of_buckets: Vec<_> = events.iter().filter(|(name, _)| name.starts_with("example-s3-event")).collect();
    assert!(of_buckets.len() >= 2, "{of_buckets:?}");
    for (name, event) in of_buckets {
        assert_eq!(train.invoke(event).await.unwrap()["outcome"], "ignored", "{name}");
        let mut ours = event.clone();
        ours["Records"][0]["s3"]["bucket"]["name"] = json!("brains");
        ours["Records"][0]["s3"]["object"]["key"] = json!(KNOWLEDGE);
        assert_eq!(train.invoke(&ours).await.unwrap()["outcome"], "published", "{name}");
    }
    // All others are errors, seen and given up, or concern nothing of ours.
    for (name, event) in &events {
        let answer = train.invoke(event).await;
        assert!(matches!(answer, Ok(_) | Err(Failure::Raised(_))), "{name}: {answer:?}");
    }
    assert_eq!(train.starts(), 1);
    assert_calm(&train).await;
}

#[tokio::test]
async fn every_http_event_that_ships_is_answered() {
    let stack = TestStack::start(bootstraps()).await;
    stack.teach("brains", &knowledge(1), &configs()).await.unwrap();
    let core = Function::new(stack.core("brains", ""));
    let mut events = fixtures("aws_lambda_events", "src/fixtures");
    events.retain(|(name, _)| name.contains("apigw"));
    events.extend(fixtures("lambda_http", "tests/data"));
    // Those with a type are what an authoriser of one's own would be asked.
    let is_request = |event: &Value| event["requestContext"]["http"].is_object() && event["type"].is_null();
    let of_http_apis: Vec<_> =
        events.iter().filter(|(_, event)| event["version"] == "2.0" && is_request(event)).collect();
    assert!(of_http_apis.len() >= 8, "{}", of_http_apis.len());
    for (name, event) in of_http_apis {
        let answer = core.invoke(event).await.unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
        let (status, body) = http_answer(&answer);
        assert!((400..500).contains(&status) && body["message"].is_string(), "{name}: {answer}");
        // The same, sent to the bot by somebody who signed in.
        let mut ours = turn(&json!({"text": "goodbye"}));
        let ours_context = ours["requestContext"].take();
        let mut event = event.clone();
        for (key, value) in ours.as_object_mut().unwrap().iter_mut().filter(|(key, _)| *key != "requestContext") {
            event[key.as_str()] = value.take();
        }
        for key in ["http", "routeKey", "authorizer", "stage"] {
            event["requestContext"][key] = ours_context[key].clone();
        }
        let (status, said) = http_answer(&core.invoke(&event).await.unwrap());
        assert_eq!((status, &said["text"]), (200, &json!("Bye!")), "{name}");
    }
    for (name, event) in &events {
        let answer = core.invoke(event).await;
        assert!(matches!(answer, Ok(_) | Err(Failure::Raised(_))), "{name}: {answer:?}");
    }
    let (status, said) = http_answer(&core.invoke(&turn(&json!({"text": "goodbye"}))).await.unwrap());
    assert_eq!((status, &said["text"]), (200, &json!("Bye!")));
    assert_eq!(core.starts(), 1);
    assert_calm(&core).await;
}

async fn assert_calm(function: &Function) {
    let log = function.log().await;
    let panics: Vec<_> = log.iter().filter(|line| line.contains("panicked")).collect();
    assert!(panics.is_empty(), "{panics:#?}");
}

/// Name and content of each JSON file in a folder of a dependency.
fn fixtures(package: &str, folder: &str) -> Vec<(String, Value)> {
    let folder = source(package).join(folder);
    let mut found: Vec<(String, Value)> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .filter_map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            Some((name, serde_json::from_slice(&fs::read(&path).unwrap()).ok()?))
        })
        .collect();
    assert!(!found.is_empty(), "{} holds no events", folder.display());
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}

/// Where cargo keeps a dependency's sources. Crates of other platforms are left out, for no build here downloads them.
fn source(package: &str) -> PathBuf {
    let host = Command::new("rustc").args(["--print", "host-tuple"]).output().unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform"])
        .arg(String::from_utf8_lossy(&host.stdout).trim())
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let manifest = packages.iter().find(|found| found["name"] == package).unwrap()["manifest_path"].as_str().unwrap();
    Path::new(manifest).parent().unwrap().to_owned()
}
