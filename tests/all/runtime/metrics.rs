//! Lines of metrics, as the programs write them: CloudWatch reads them from the log and nowhere else.

use std::collections::BTreeSet;

use sbf_aws::metrics::{DIMENSION, Metric, NAMESPACE};
use sbf_brain::artefact::KNOWLEDGE;
use sbf_tests::{
    process::bootstraps,
    runtime::{
        Function, Sandbox, TestStack,
        event::{http_answer, objects_created, turn},
        sandbox::{metrics, request_id},
        stack::STACK,
    },
};
use serde_json::{Value, json};

use super::{configs, knowledge};

/// The metrics of a line, which must keep the rules of the Embedded Metric Format: a number for each name that is declared, with the unit
/// that the code says, one dimension with the stack for its value, and no metric that is not declared.
fn declared(line: &Value) -> BTreeSet<&str> {
    let [directive] = line["_aws"]["CloudWatchMetrics"].as_array().unwrap().as_slice() else { panic!("{line}") };
    assert_eq!((&directive["Namespace"], &directive["Dimensions"]), (&json!(NAMESPACE), &json!([[DIMENSION]])));
    assert_eq!(line[DIMENSION], STACK);
    assert!(line["_aws"]["Timestamp"].as_u64().unwrap() > 1_700_000_000_000, "{line}");
    let metrics = directive["Metrics"].as_array().unwrap();
    for metric in metrics {
        let known = Metric::ALL.iter().find(|known| metric["Name"] == known.name()).unwrap();
        assert_eq!(metric["Unit"].as_str().unwrap_or("None"), known.unit().name(), "{metric}");
        assert!(line[known.name()].as_f64().is_some_and(|value| value >= 0.0), "{metric}: {line}");
    }
    let names: BTreeSet<&str> = metrics.iter().map(|metric| metric["Name"].as_str().unwrap()).collect();
    let numbers = line.as_object().unwrap().iter().filter(|(_, value)| value.is_number());
    assert_eq!(numbers.map(|(name, _)| name.as_str()).collect::<BTreeSet<_>>(), names, "{line}");
    names
}

fn names<const N: usize>(metrics: [Metric; N]) -> BTreeSet<&'static str> {
    metrics.map(Metric::name).into()
}

#[tokio::test]
async fn core_writes_one_line_a_turn() {
    let stack = TestStack::start(bootstraps()).await;
    let outcome = stack.teach("brains", &knowledge(1), &json!({"language_tag": "en-US"})).await.unwrap();
    let mut core = Sandbox::start(&stack.core("brains", "")).await;
    for text in ["what is your version?", "qwertz uiop"] {
        let event = turn(&json!({"text": text, "sessionID": "s", "turnID": format!("t-{}", text.len())}));
        let answer = core.invoke(&event).await.unwrap();
        assert_eq!(http_answer(&answer).0, 200);
    }
    let lines = core.measured(2).await;
    assert_eq!(lines.len(), 2);
    let both = [
        Metric::Turns,
        Metric::Confidence,
        Metric::Latency,
        Metric::BrainLatency,
        Metric::SessionLatency,
        Metric::SaveLatency,
        Metric::DialogLatency,
        Metric::BrainHits,
    ];
    let [first, second] = [Metric::ColdStarts, Metric::Misses].map(|own| {
        let mut expected = names(both);
        expected.insert(own.name());
        expected
    });
    assert_eq!((declared(&lines[0]), declared(&lines[1])), (first, second));
    for (number, line) in lines.iter().enumerate() {
        assert_eq!((&line["requestID"], &line["brain"]), (&json!(request_id(number + 1)), &outcome["version"]));
        assert_eq!((&line["Turns"], &line["BrainHits"]), (&json!(1), &json!(1)));
        let parts = ["BrainLatency", "SessionLatency", "SaveLatency", "DialogLatency"];
        let sum: f64 = parts.iter().map(|part| line[*part].as_f64().unwrap()).sum();
        assert!((line["Latency"].as_f64().unwrap() - sum).abs() < 0.01, "parts of a turn add up: {line}");
    }
}

#[tokio::test]
async fn train_writes_one_line_a_run_and_none_for_events_of_no_concern() {
    let stack = TestStack::start(bootstraps()).await;
    stack.cloud.create_bucket("brains").await.unwrap();
    let train = Function::new(stack.train("brains"));
    let run = async |text: String, key: &str| {
        stack.upload("brains", KNOWLEDGE, text).await;
        train.invoke(&objects_created("brains", &[key])).await.unwrap()["outcome"].clone()
    };
    stack.upload("brains", sbf_brain::artefact::CONFIGS, configs().to_string()).await;
    assert_eq!(run(knowledge(1).to_string(), "notes.txt").await, "ignored");
    assert_eq!(run(knowledge(1).to_string(), KNOWLEDGE).await, "published");
    assert_eq!(run("{".to_owned(), KNOWLEDGE).await, "refused");
    sbf_tests::process::eventually(async || metrics(&train.log().await).len() >= 2).await;
    let lines = metrics(&train.log().await);
    let [published, refused] = lines.as_slice() else { panic!("{lines:#?}") };
    let found = declared(published);
    let expected = [Metric::Trainings, Metric::TrainingDuration, Metric::TrainedIntents, Metric::TrainedUtterances];
    assert!(found.is_superset(&names(expected)) && !found.contains("TrainingFailures"), "{published}");
    assert_eq!((&published["TrainedIntents"], &published["TrainedUtterances"]), (&json!(2), &json!(6)));
    let found = declared(refused);
    let expected = [Metric::Trainings, Metric::TrainingFailures, Metric::TrainingProblems, Metric::TrainingDuration];
    assert_eq!(found, names(expected), "{refused}");
    assert_eq!([&published["requestID"], &refused["requestID"]], [&json!(request_id(2)), &json!(request_id(3))]);
}
