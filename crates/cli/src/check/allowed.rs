//! What a brain reaches, against what a stack allows.

use sbf_aws::settings::{AllowedBots, AllowedFunctions, AllowedRoles};
use sbf_brain::{
    Brain, CheckedKnowledge, Problem,
    artefact::KNOWLEDGE,
    check::{path_of_function, path_of_other_bot, path_of_role},
    intent::{Action, FederatedBot, Fulfilment, Intent},
};
use serde_json::Value;

use crate::stack::Stack;

/// What a brain reaches, and where it says so.
pub(crate) struct Reach<'b> {
    written: &'b Value,
    intents: &'b [Intent],
    federation: Option<&'b FederatedBot>,
}

impl<'b> From<&'b Brain> for Reach<'b> {
    fn from(brain: &'b Brain) -> Self {
        Self { written: brain.knowledge(), intents: brain.intents(), federation: brain.federation() }
    }
}

impl<'b> From<&'b CheckedKnowledge> for Reach<'b> {
    fn from(checked: &'b CheckedKnowledge) -> Self {
        Self { written: checked.knowledge(), intents: checked.intents(), federation: checked.federation() }
    }
}

/// Functions, roles and other bots that core would refuse, by the code with which it does.
pub(crate) fn not_allowed(reach: &Reach<'_>, stack: &Stack) -> anyhow::Result<Vec<Problem>> {
    let functions = AllowedFunctions::read(stack.output("AllowedFunctions")?);
    // These are there only where something is allowed.
    let roles = AllowedRoles::read(stack.optional("AllowedRoles").unwrap_or_default());
    let bots = AllowedBots::read(stack.optional("AllowedBots").unwrap_or_default());
    let called = || reach.intents.iter().filter_map(|intent| Some((intent.id.as_str(), fulfilment(intent)?)));
    let refused = called().filter(|(_, fulfilment)| functions.target(&fulfilment.arn).is_none());
    let refused = refused.map(|(intent, fulfilment)| {
        problem(&path_of_function(reach.written, intent), function_rule(&fulfilment.function, stack), &fulfilment.arn)
    });
    let roles = called().filter_map(|(intent, fulfilment)| {
        let role = fulfilment.role.as_deref().filter(|role| !roles.allows(role))?;
        let rule = rule("take this role", "name its ARN in the parameter BackendRoles and deploy", stack);
        Some(problem(&path_of_role(reach.written, intent), rule, role))
    });
    let bots = reach.federation.filter(|bot| !bots.allows(&bot.url)).map(|bot| {
        let rule =
            rule("ask this bot", "name its address or its host in the parameter FederatedBots and deploy", stack);
        problem(&path_of_other_bot(&bot.name), rule, &bot.url)
    });
    Ok(refused.chain(roles).chain(bots).collect())
}

fn fulfilment(intent: &Intent) -> Option<&Fulfilment> {
    match &intent.action {
        Action::Fulfil(fulfilment) => Some(fulfilment),
        Action::Reply(_) => None,
    }
}

fn function_rule(function: &str, stack: &Stack) -> String {
    let remedy = if function.starts_with("sbf-sample-") {
        "deploy it with WithSamples=true"
    } else {
        "name its ARN in the parameter BackendFunctions and deploy"
    };
    rule("call this function", remedy, stack)
}

fn rule(what: &str, remedy: &str, stack: &Stack) -> String {
    format!("the stack {} does not let a brain {what}: {remedy}", stack.name)
}

fn problem(path: &str, rule: String, found: &str) -> Problem {
    Problem::error(KNOWLEDGE, path, rule, found)
}
