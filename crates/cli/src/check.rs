//! `sbf check`: every problem of a brain.

use std::path::PathBuf;

use serde_json::json;

use crate::{Outcome, folder::BrainFiles, show};

/// What `sbf check` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A brain folder, or a knowledge file.
    path: PathBuf,
    /// Print one JSON value: {"problems": […], "ok": true|false}.
    #[arg(long)]
    json: bool,
}

/// Prints all problems; fails the call where one is an error.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let files = BrainFiles::read(&arguments.path)?;
    let (checked, problems) = sbf_brain::read(&files.knowledge, files.config.as_deref());
    if arguments.json {
        show::json(&json!({"ok": checked.is_some(), "problems": problems}))?;
    } else {
        println!("{}", show::problems(&problems));
    }
    Ok(if checked.is_some() { Outcome::Fine } else { Outcome::Problems })
}
