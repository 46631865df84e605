//! What a brain may reach: the lists that core reads and the rights that it has are one.

use std::collections::BTreeSet;

use sbf_aws::settings::{BackendSettings, Environment};
use sbf_samples::Samples;

use super::{
    EVERYTHING, LEAST,
    stack::{Stack, listed},
};

/// What core's role lets it invoke: the operator's functions as they are written, and the samples.
pub(super) fn invoked(stack: &Stack) -> Vec<String> {
    let allowed = stack.variable("CoreFunction", "ALLOWED_FUNCTIONS");
    let entries = allowed.split(',').filter(|entry| !entry.is_empty());
    entries.map(|entry| entry.split_once('=').map_or(entry, |(_, arn)| arn).to_owned()).collect()
}

fn settings(stack: &Stack) -> BackendSettings {
    let variables = stack.properties("CoreFunction")["Environment"]["Variables"].as_object().unwrap();
    let environment: Environment =
        variables.iter().map(|(name, value)| (name.clone(), super::stack::text(value))).collect();
    BackendSettings::from_environment(&environment).unwrap()
}

#[test]
fn brains_reach_the_samples_by_the_names_that_they_use() {
    for stack in [Stack::with(&[]), Stack::with(EVERYTHING)] {
        let allowed = settings(&stack).functions.unwrap();
        let aliases: BTreeSet<&str> = stack.of("AWS::Lambda::Alias").iter().map(|(id, _)| *id).collect();
        for name in Samples::names() {
            let target = allowed.target(name).unwrap_or_else(|| panic!("{name} may not be called"));
            let alias = target.trim_matches(['{', '}']);
            assert!(aliases.contains(alias), "{name} is {target}");
            let function = alias.trim_end_matches("Aliaslive");
            assert_eq!(stack.resource(function)["Metadata"]["BuildProperties"]["Binary"], name);
        }
    }
    assert_eq!(settings(&Stack::with(LEAST)).functions.unwrap().target("sbf-sample-weather"), None);
}

#[test]
fn the_operators_functions_are_allowed_and_no_others() {
    let stack = Stack::with(EVERYTHING);
    let allowed = settings(&stack).functions.unwrap();
    let given = EVERYTHING.iter().find(|(name, _)| *name == "BackendFunctions").unwrap().1;
    for arn in given.split(',') {
        assert_eq!(allowed.target(arn), Some(arn));
    }
    assert_eq!(allowed.target("arn:aws:lambda:eu-west-1:2:function:stock"), None);
    assert_eq!(settings(&Stack::with(&[])).functions.unwrap().target("stock"), None);
}

#[test]
fn the_operators_roles_and_bots_are_allowed_and_no_others() {
    let given = |wanted: &str| EVERYTHING.iter().find(|(name, _)| *name == wanted).unwrap().1;
    let everything = settings(&Stack::with(EVERYTHING));
    assert!(given("BackendRoles").split(',').all(|role| everything.roles.allows(role)));
    assert!(given("FederatedBots").split(',').all(|url| everything.bots.allows(url)));
    assert!(everything.bots.allows("https://desk.example.org/core"));
    assert!(!everything.roles.allows("arn:aws:iam::3:role/pay"));
    for other in ["https://office.example.org:8443/core", "https://a.example.org/core", "http://desk.example.org/core"]
    {
        assert!(!everything.bots.allows(other), "{other}");
    }
    assert_eq!(everything.keys_secret.as_deref(), Some(given("FederationKeysSecret")));
    let nothing = BackendSettings { functions: None, ..settings(&Stack::with(LEAST)) };
    assert_eq!(nothing, BackendSettings::default());
}

#[test]
fn sample_functions_exist_only_with_the_samples() {
    let functions = |stack: &Stack| stack.of("AWS::Lambda::Function").len();
    assert_eq!((functions(&Stack::with(&[])), functions(&Stack::with(LEAST))), (5, 2));
    assert_eq!(Stack::with(LEAST).of("AWS::DynamoDB::Table").len(), 2);
    assert_eq!(listed(&serde_json::json!(invoked(&Stack::with(LEAST)))), Vec::<String>::new());
}
