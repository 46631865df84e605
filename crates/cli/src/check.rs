//! `sbf check`: every problem of a brain.

#[cfg(feature = "cloud")]
pub(crate) mod allowed;

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
    /// Treat warnings as errors: exit with 1 if there is any.
    #[arg(long)]
    strict: bool,
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
    let passes = if arguments.strict { problems.is_empty() } else { !has_errors(&problems) };
    let fine = checked.is_some() && passes;
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
        problems.extend(allowed::not_allowed(&checked.into(), &stack)?);
    }
    Ok(problems)
}
