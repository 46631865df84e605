//! Dashboard, alarms and who is told of them, against the metrics that the code writes.

use std::{collections::BTreeSet, fs};

use sbf_aws::metrics::{DIMENSION, Metric, NAMESPACE};
use sbf_tests::repository;
use serde_json::{Value, json};

use super::{
    EVERYTHING, LEAST,
    stack::{Stack, text},
    stacks,
};
use crate::architecture::{product_code, sources};

/// A metric as alarms and dashboard name it: namespace, name, dimensions.
type Named = (String, String, Vec<(String, String)>);

#[test]
fn every_metric_of_the_code_is_on_the_dashboard_and_every_one_there_is_in_the_code() {
    let of_code: BTreeSet<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
    for stack in stacks() {
        let shown = on_dashboard(&stack);
        let own: BTreeSet<&str> =
            shown.iter().filter(|(space, ..)| space == NAMESPACE).map(|(_, name, _)| name.as_str()).collect();
        assert_eq!(own, of_code);
        let alarmed = stack.of("AWS::CloudWatch::Alarm").into_iter().flat_map(|(_, alarm)| of_alarm(alarm));
        for (space, name, dimensions) in alarmed.chain(shown) {
            if space == NAMESPACE {
                assert!(of_code.contains(name.as_str()), "{name}");
                assert_eq!(dimensions, [(DIMENSION.to_owned(), "shop".to_owned())], "{name}");
            }
        }
        for function in ["CoreFunction", "TrainFunction"] {
            assert_eq!(stack.variable(function, "METRICS_STACK"), "shop");
        }
    }
}

/// That a metric is declared says little: something must write it.
#[test]
fn every_metric_is_written_somewhere() {
    let written: String = sources("crates/aws/src")
        .iter()
        .filter(|file| !file.ends_with("metrics.rs"))
        .map(|file| product_code(file))
        .collect();
    for metric in Metric::ALL {
        let name = format!("Metric::{}", metric.name());
        assert!(written.split(&name).skip(1).any(|rest| !rest.starts_with(char::is_alphanumeric)), "{name}");
    }
}

#[test]
fn alarms_watch_what_can_go_wrong_and_reach_somebody() {
    for stack in stacks() {
        let mut watched = BTreeSet::new();
        for (id, alarm) in stack.of("AWS::CloudWatch::Alarm") {
            assert_eq!(alarm["AlarmActions"], json!(["{AlarmTopic}"]), "{id}");
            assert!(alarm["AlarmDescription"].as_str().unwrap().ends_with('.'), "{id}");
            // No turn at night is no alarm.
            assert_eq!(alarm["TreatMissingData"], "notBreaching", "{id}");
            watched.extend(of_alarm(alarm).into_iter().map(|(space, name, _)| format!("{space} {name}")));
        }
        for metric in [
            "AWS/Lambda Errors",
            "AWS/Lambda Throttles",
            "AWS/Lambda Duration",
            "AWS/ApiGateway 5xx",
            "AWS/SQS ApproximateNumberOfMessagesVisible",
            "SBF BackendErrors",
            "SBF Faults",
            "SBF Misses",
            "SBF RefusedBrains",
            "SBF TrainingFailures",
            "SBF Turns",
        ] {
            assert!(watched.contains(metric), "{metric}");
        }
    }
}

#[test]
fn the_miss_rate_is_a_share_of_enough_turns() {
    let stack = Stack::with(&[("MissPercent", "25")]);
    let alarm = stack.properties("MissRateAlarm");
    assert_eq!((&alarm["Threshold"], alarm.get("MetricName")), (&json!("25"), None));
    let queries = alarm["Metrics"].as_array().unwrap();
    let returned: Vec<&Value> = queries.iter().filter(|query| query["ReturnData"] == true).collect();
    assert_eq!(returned.len(), 1);
    let expression = text(&returned[0]["Expression"]);
    for query in queries.iter().filter(|query| query["ReturnData"] != true) {
        assert!(expression.contains(query["Id"].as_str().unwrap()), "{expression}");
        // Metrics of a sum, over a period of one length.
        assert_eq!((&query["MetricStat"]["Stat"], &query["MetricStat"]["Period"]), (&json!("Sum"), &json!(3600)));
    }
}

#[test]
fn alarms_go_to_an_address_and_to_slack_where_they_are_named() {
    let subscriptions = |stack: &Stack| -> Vec<(String, String)> {
        let subscriptions = stack.of("AWS::SNS::Subscription");
        subscriptions.iter().map(|(_, one)| (text(&one["Protocol"]), text(&one["Endpoint"]))).collect()
    };
    assert_eq!(subscriptions(&Stack::with(LEAST)), []);
    let expected = [("email", "ops@example.org"), ("lambda", "{SlackFunctionAliaslive}")];
    let expected = expected.map(|(protocol, endpoint)| (protocol.to_owned(), endpoint.to_owned()));
    assert_eq!(subscriptions(&Stack::with(EVERYTHING)), expected);
}

#[test]
fn slack_exists_only_with_its_secret_and_loses_no_alarm() {
    let of_slack = |stack: &Stack| {
        ["AWS::Lambda::Function", "AWS::IAM::Role", "AWS::SQS::Queue", "AWS::CloudWatch::Alarm"]
            .iter()
            .flat_map(|kind| stack.of(kind))
            .filter(|(id, _)| id.starts_with("Slack"))
            .count()
    };
    let with = Stack::with(EVERYTHING);
    assert_eq!((of_slack(&Stack::with(&[])), of_slack(&with)), (0, 4));
    let asynchronous = with.properties("SlackFunctionEventInvokeConfig");
    assert_eq!(asynchronous["DestinationConfig"]["OnFailure"]["Destination"], "{SlackDeadLetters.Arn}");
    assert_eq!((&asynchronous["Qualifier"], &asynchronous["MaximumRetryAttempts"]), (&json!("live"), &json!(2)));
    let given = with.properties("SlackFunction")["Environment"]["Variables"].as_object().unwrap();
    let main = product_code(&repository().join("crates/alerts/src/main.rs"));
    for name in given.keys().filter(|name| *name != "RUST_LOG") {
        assert!(main.contains(&format!("\"{name}\"")), "{name}");
    }
    assert_eq!(
        given["SLACK_WEBHOOK_SECRET"],
        EVERYTHING.iter().find(|(name, _)| *name == "SlackWebhookSecret").unwrap().1
    );
}

/// What the CloudWatch user guide says of a dashboard's body: a grid of 24 columns, and at most 500 widgets.
#[test]
fn the_dashboard_is_one_that_cloudwatch_takes() {
    for stack in stacks() {
        let body = dashboard(&stack);
        let widgets = body["widgets"].as_array().unwrap();
        assert!(!widgets.is_empty());
        let mut taken = BTreeSet::new();
        for widget in widgets {
            let number = |name: &str| widget[name].as_u64().unwrap();
            let title = text(&widget["properties"]["title"]);
            assert!(number("x") + number("width") <= 24, "{title}");
            for x in number("x")..number("x") + number("width") {
                for y in number("y")..number("y") + number("height") {
                    assert!(taken.insert((x, y)), "{title} covers another");
                }
            }
            assert_eq!(widget["properties"]["region"], "eu-west-1");
        }
    }
    assert!(Stack::with(&[]).output("DashboardUrl").unwrap().ends_with("{Dashboard}"));
}

/// Nobody looks for what nobody tells of.
#[test]
fn the_readme_names_what_is_watched() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    for word in ["DashboardUrl", "SlackWebhookSecret", "MissPercent", "x-request-id", "X-Ray"] {
        assert!(readme.contains(word), "{word}");
    }
    assert!(readme.contains(&format!("there are {}.", Metric::ALL.len())), "metrics cost by the month");
}

fn dashboard(stack: &Stack) -> Value {
    let dashboards = stack.of("AWS::CloudWatch::Dashboard");
    assert_eq!(dashboards.len(), 1);
    serde_json::from_str(dashboards[0].1["DashboardBody"].as_str().unwrap()).unwrap()
}

fn on_dashboard(stack: &Stack) -> Vec<Named> {
    let body = dashboard(stack);
    let widgets = body["widgets"].as_array().unwrap();
    let rows = widgets.iter().flat_map(|widget| widget["properties"]["metrics"].as_array().unwrap());
    rows.filter_map(|row| {
        let words: Vec<&str> = row.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let (space, rest) = words.split_first()?;
        let (name, dimensions) = rest.split_first().unwrap();
        let dimensions = dimensions.chunks(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned()));
        Some(((*space).to_owned(), (*name).to_owned(), dimensions.collect()))
    })
    .collect()
}

fn of_alarm(alarm: &Value) -> Vec<Named> {
    let queries = alarm["Metrics"].as_array();
    let metrics: Vec<&Value> = match queries {
        Some(queries) => queries.iter().filter_map(|query| query["MetricStat"].get("Metric")).collect(),
        None => vec![alarm],
    };
    let dimensions = |metric: &Value| {
        let pairs = metric["Dimensions"].as_array().unwrap().iter();
        pairs.map(|pair| (text(&pair["Name"]), text(&pair["Value"]))).collect()
    };
    let named = |metric: &Value| (text(&metric["Namespace"]), text(&metric["MetricName"]), dimensions(metric));
    metrics.into_iter().map(named).collect()
}
