//! What each resource costs: every type of the template is in the price table of `sbf cost`, and whatever is paid is in README.md's.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use sbf_tests::repository;
use serde_json::Value;

use super::{
    EVERYTHING,
    stack::{Stack, text, translated},
};

fn prices() -> Value {
    let file = repository().join("crates/cli/src/cost/prices.json");
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

/// Each type's whole entry.
fn types(prices: &Value) -> BTreeMap<String, &Value> {
    let resources = prices["resources"].as_array().unwrap();
    let types: BTreeMap<_, _> = resources.iter().map(|entry| (text(&entry["type"]), entry)).collect();
    assert_eq!(types.len(), resources.len(), "a type is there twice");
    types
}

#[test]
fn every_type_of_resource_is_priced_or_free_for_a_reason() {
    let prices = prices();
    let known = types(&prices);
    let resources = translated()["Resources"].as_object().unwrap().values();
    let used: BTreeSet<String> = resources.map(|resource| text(&resource["Type"])).collect();
    assert_eq!(known.keys().cloned().collect::<BTreeSet<_>>(), used);
    let lists = ["prices", "monthly", "byUse"].iter().flat_map(|list| prices[list].as_array().unwrap());
    let sources: BTreeSet<&str> = lists.map(|price| price["source"].as_str().unwrap()).collect();
    for (kind, entry) in known {
        match (&entry["paid"], &entry["free"]) {
            (Value::String(source), Value::Null) => assert!(sources.contains(source.as_str()), "{kind}: no price"),
            (Value::Null, Value::String(why)) => assert!(why.split(' ').count() > 2, "{kind}: {why}"),
            other => panic!("{kind} is paid or free: {other:?}"),
        }
    }
}

/// What a line of the API's access log takes: its variables at their longest.
fn bytes_of_a_line(stack: &Stack) -> f64 {
    let mut line = text(&stack.properties("ApiStage")["AccessLogSettings"]["Format"]);
    for (variable, longest) in [
        ("$context.requestId", 16),
        ("$context.requestTime", 26),
        ("$context.routeKey", "POST /services/polly/{slash+}".len()),
        ("$context.status", 3),
        ("$context.responseLength", 7),
        ("$context.responseLatency", 5),
        ("$context.integrationLatency", 5),
        ("$context.integration.requestId", 36),
        ("$context.error.responseType", 1),
        ("$context.authorizer.error", 1),
        ("$context.integrationErrorMessage", 1),
        // An address of IPv6, and a subject of Cognito.
        ("$context.identity.sourceIp", 39),
        ("$context.authorizer.claims.sub", 36),
    ] {
        line = line.replace(&format!("\"{variable}\""), &format!("\"{}\"", "x".repeat(longest)));
    }
    assert!(!line.contains('$'), "{line}");
    line.len() as f64
}

#[test]
fn lines_of_the_access_log_take_what_they_are_billed_for() {
    const GB: f64 = 1_073_741_824.0;
    let measured = fs::read(repository().join("crates/cli/src/cost/measured.json")).unwrap();
    let measured: Value = serde_json::from_slice(&measured).unwrap();
    let anonymous = bytes_of_a_line(&Stack::with(&[]));
    let assumed = measured["assumed"]["accessLogBytes"].as_f64().unwrap();
    assert!(anonymous <= assumed && anonymous > 0.7 * assumed, "{anonymous} of {assumed}");
    let full = bytes_of_a_line(&Stack::with(&[("AccessLogs", "full")]));
    let prices = prices();
    let by_use = prices["byUse"].as_array().unwrap();
    let more = by_use.iter().find(|one| one["resource"] == "ApiLogs, with AccessLogs=full").unwrap();
    let dollars = (full - anonymous) * more["per"].as_f64().unwrap() / GB * 0.5;
    assert!(full - anonymous <= 120.0 && dollars <= more["dollars"].as_f64().unwrap(), "{dollars}");
}

#[test]
fn the_readme_says_what_each_paid_resource_costs() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let (_, table) = readme.split_once("| resource | paid for |").unwrap();
    let table = table.split("\n\n").next().unwrap();
    let prices = prices();
    let paid = types(&prices).into_iter().filter(|(_, entry)| entry["paid"].is_string()).map(|(kind, _)| kind);
    let stack = Stack::with(EVERYTHING);
    let sample = |id: &str| ["Weather", "Feedback", "Pizza", "Orders", "Menus"].iter().any(|name| id.starts_with(name));
    for kind in paid {
        for (id, _) in stack.of(&kind) {
            let row = match kind.as_str() {
                "AWS::CloudWatch::Alarm" => "| alarms |".to_owned(),
                "AWS::Logs::LogGroup" => "the log groups".to_owned(),
                "AWS::Lambda::Function" if sample(id) => "the samples,".to_owned(),
                "AWS::DynamoDB::Table" if sample(id) => "the samples' tables".to_owned(),
                _ => format!("`{id}`"),
            };
            assert!(table.contains(&row), "{id} ({kind}) is in no row");
        }
    }
    for other in ["X-Ray", "`SlackWebhookSecret`", "`FederationKeysSecret`", "Polly", "metrics"] {
        assert!(table.contains(other), "{other}");
    }
}
