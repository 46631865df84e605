//! `sbf check`: every problem of a brain.

use std::path::PathBuf;

use sbf_brain::{Problem, Severity};
use serde_json::json;

use crate::{Outcome, folder::BrainFiles, show};

/// What `sbf check` is told.
#[derive(Debug, clap::Args)]
#[cfg_attr(
    feature = "cloud",
    command(mut_arg("region", |arg| arg.requires("stack")), mut_arg("profile", |arg| arg.requires("stack")))
)]
pub(crate) struct Arguments {
    /// A brain folder, or a knowledge file.
    path: PathBuf,
    /// Name too what the brain uses and this stack does not allow.
    #[cfg(feature = "cloud")]
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
    #[cfg(feature = "cloud")]
    #[command(flatten)]
    account: crate::stack::Account,
    /// Print one JSON value: {"problems": […], "ok": true|false}.
    #[arg(long)]
    json: bool,
}

/// Prints all problems; fails the call where one is an error.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let files = BrainFiles::read(&arguments.path)?;
    let (checked, problems) = sbf_brain::read(&files.knowledge, files.config.as_deref());
    #[cfg(feature = "cloud")]
    let problems = with_the_stacks(arguments, checked.as_ref(), problems)?;
    let fine = checked.is_some() && !has_errors(&problems);
    if arguments.json {
        show::json(&json!({"ok": fine, "problems": problems}))?;
    } else {
        println!("{}", show::problems(&problems));
    }
    Ok(if fine { Outcome::Fine } else { Outcome::Problems })
}

/// Whether a problem is an error.
pub(crate) fn has_errors(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

#[cfg(feature = "cloud")]
fn with_the_stacks(
    arguments: &Arguments,
    checked: Option<&sbf_brain::CheckedKnowledge>,
    mut problems: Vec<Problem>,
) -> anyhow::Result<Vec<Problem>> {
    let Some(name) = &arguments.stack else { return Ok(problems) };
    let stack = crate::stack::wait(crate::stack::Stack::find(name, &arguments.account))?;
    if let Some(checked) = checked {
        problems.extend(not_allowed(checked.knowledge(), checked.intents(), &stack)?);
    }
    Ok(problems)
}

/// What a brain asks for and a stack does not allow: functions, by the code with which core refuses them, and what no stack can allow yet.
/// That core does without the latter, the check says by itself; but a backend that is there only for a role would refuse the call.
///
/// No host is named by a brain: a backend is a function, anything else is an error already, and `localFunctions` is read by `sbf dev` alone.
#[cfg(feature = "cloud")]
pub(crate) fn not_allowed(
    written: &serde_json::Value,
    intents: &[sbf_brain::intent::Intent],
    stack: &crate::stack::Stack,
) -> anyhow::Result<Vec<Problem>> {
    use sbf_brain::{artefact::KNOWLEDGE, intent::Action};

    let allowed = sbf_aws::settings::AllowedFunctions::read(stack.output("AllowedFunctions")?);
    let refused = intents.iter().filter_map(|intent| match &intent.action {
        Action::Fulfil(fulfilment) if allowed.target(&fulfilment.arn).is_none() => Some((intent, fulfilment)),
        Action::Fulfil(_) | Action::Reply(_) => None,
    });
    let problem = |(intent, fulfilment): (&sbf_brain::intent::Intent, &sbf_brain::intent::Fulfilment)| Problem {
        severity: Severity::Error,
        file: KNOWLEDGE.to_owned(),
        path: sbf_brain::check::path_of_function(written, &intent.id),
        rule: rule(&fulfilment.function, stack),
        found: fulfilment.arn.clone(),
    };
    let beyond = sbf_brain::check::rights(written).into_iter().map(|(right, path, found)| Problem {
        severity: Severity::Error,
        file: KNOWLEDGE.to_owned(),
        path,
        rule: beyond(right, stack),
        found,
    });
    Ok(refused.map(problem).chain(beyond).collect())
}

#[cfg(feature = "cloud")]
fn beyond(right: sbf_brain::check::Right, stack: &crate::stack::Stack) -> String {
    let what = match right {
        sbf_brain::check::Right::Role => {
            "takes no role to call a function yet: let the function's own policy allow the role of CoreFunction, \
             name its ARN in the parameter BackendFunctions, and leave this out"
        }
        sbf_brain::check::Right::Federation => "asks no other bot yet: leave this out",
    };
    format!("the stack {} {what}", stack.name)
}

#[cfg(feature = "cloud")]
fn rule(function: &str, stack: &crate::stack::Stack) -> String {
    let remedy = if function.starts_with("sbf-sample-") {
        "deploy it with WithSamples=true"
    } else {
        "name its ARN in the parameter BackendFunctions and deploy"
    };
    format!("the stack {} does not let a brain call this function: {remedy}", stack.name)
}
