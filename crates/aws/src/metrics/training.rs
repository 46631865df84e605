//! A training run as metrics.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Metric, Values, line};
use crate::training::{LastGood, Outcome, TrainingError};

/// The line of a training run that ended at `at` (epoch milliseconds); none where there was nothing to train.
pub fn of_training(
    stack: &str,
    at: u64,
    took: Duration,
    request_id: &str,
    outcome: &Result<Outcome, TrainingError>,
) -> Option<String> {
    let mut properties = Map::from_iter([("requestID".to_owned(), json!(request_id))]);
    let mut values: Values = vec![(Metric::Trainings, 1.0), (Metric::TrainingDuration, took.as_secs_f64())];
    match outcome {
        Ok(Outcome::Ignored | Outcome::Incomplete) => return None,
        Ok(Outcome::Superseded) => {}
        Ok(Outcome::Refused { problems, last_good }) => {
            values.extend([(Metric::TrainingFailures, 1.0), (Metric::TrainingProblems, problems.len() as f64)]);
            if let Some(LastGood { version, report }) = last_good {
                properties.insert("brain".to_owned(), json!(version));
                values.extend(of_report(report));
            }
        }
        Ok(Outcome::Published { version, report, problems }) => {
            properties.insert("brain".to_owned(), json!(version));
            values.push((Metric::TrainingProblems, problems.len() as f64));
            values.extend(of_report(report));
        }
        Err(_) => values.push((Metric::TrainingFailures, 1.0)),
    }
    line(stack, at, &values, properties)
}

fn of_report(report: &Value) -> Values {
    let number = |value: &Value| value.as_f64().or_else(|| value.as_array().map(|items| items.len() as f64));
    let accuracy = report["heldOut"]["accuracy"].as_f64().map(|share| share * 100.0);
    let found = [
        (Metric::TrainedIntents, number(&report["intents"])),
        (Metric::TrainedUtterances, number(&report["utterances"])),
        (Metric::HeldOutAccuracy, accuracy),
    ];
    found.into_iter().filter_map(|(metric, value)| Some((metric, value?))).collect()
}

#[cfg(test)]
mod tests {
    use sbf_brain::{Problem, Severity};

    use super::*;

    fn measured(outcome: Result<Outcome, TrainingError>) -> Value {
        let line = of_training("shop", 5, Duration::from_millis(1500), "r-1", &outcome);
        line.map_or(Value::Null, |line| serde_json::from_str(&line).unwrap())
    }

    fn problem() -> Problem {
        Problem {
            severity: Severity::Error,
            file: "knowledge.json".to_owned(),
            path: "knowledge[0]".to_owned(),
            rule: "must be".to_owned(),
            found: "secret words".to_owned(),
        }
    }

    #[test]
    fn a_published_brain_is_measured() {
        let report = json!({ "intents": 9, "utterances": 108, "heldOut": { "accuracy": 0.935 } });
        let line = measured(Ok(Outcome::Published { version: "v1".to_owned(), report, problems: vec![] }));
        let expected = json!({
            "Trainings": 1, "TrainingDuration": 1.5, "TrainedIntents": 9, "TrainedUtterances": 108,
            "HeldOutAccuracy": 93.5, "TrainingProblems": 0
        });
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&line[name], value, "{name}");
        }
        assert_eq!((&line["brain"], line.get("TrainingFailures")), (&json!("v1"), None));
    }

    #[test]
    fn a_refusal_and_a_fault_are_failures_and_tell_no_content() {
        let line = measured(Ok(Outcome::Refused { problems: vec![problem(), problem()], last_good: None }));
        assert_eq!((&line["TrainingFailures"], &line["TrainingProblems"]), (&json!(1), &json!(2)));
        assert!(!line.to_string().contains("secret"), "{line}");
        let line = measured(Err(TrainingError::Stopped("why".to_owned())));
        assert_eq!(line["TrainingFailures"], 1);
    }

    #[test]
    fn a_refusal_that_made_an_older_upload_live_is_a_failure_and_measures_that_brain() {
        let last_good = LastGood { version: "v1".to_owned(), report: json!({ "intents": 9 }) };
        let line = measured(Ok(Outcome::Refused { problems: vec![problem()], last_good: Some(last_good) }));
        assert_eq!((&line["TrainingFailures"], &line["TrainingProblems"]), (&json!(1), &json!(1)));
        assert_eq!((&line["brain"], &line["TrainedIntents"]), (&json!("v1"), &json!(9)));
    }

    #[test]
    fn what_is_no_run_is_not_measured() {
        assert_eq!(measured(Ok(Outcome::Ignored)), Value::Null);
        assert_eq!(measured(Ok(Outcome::Incomplete)), Value::Null);
        assert_eq!(measured(Ok(Outcome::Superseded))["Trainings"], 1);
    }
}
