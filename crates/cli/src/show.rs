//! What commands print alike: problems, tables and JSON.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};
use sbf_brain::{Finding, Problem, Severity};
use serde::Serialize;

use crate::output::one_line;

/// Prints one JSON value and nothing else.
///
/// # Errors
/// Where it cannot be written as JSON.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Every problem on lines of its own, then a line that counts them.
pub(crate) fn problems(problems: &[Problem]) -> String {
    let mut lines: Vec<String> = problems.iter().map(problem).collect();
    lines.push(count(problems));
    lines.join("\n")
}

/// Errors and warnings, counted in words.
pub(crate) fn count(problems: &[Problem]) -> String {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    format!("{}, {}", many(errors, "error"), many(problems.len() - errors, "warning"))
}

fn problem(problem: &Problem) -> String {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place =
        if problem.path.is_empty() { problem.file.clone() } else { format!("{}: {}", problem.file, problem.path) };
    let found = if problem.found.is_empty() { String::new() } else { format!(" (found: {})", problem.found) };
    format!("{severity}: {}\n    {}", one_line(&place), one_line(&format!("{}{found}", problem.rule)))
}

/// Findings about utterances, each with its place and what to do; at most `most`, and how many more there are.
pub(crate) fn findings(findings: &[Finding], most: usize) -> String {
    let line = |finding: &Finding| {
        let said = finding.place.utterance.as_ref().map_or_else(String::new, |utterance| format!("{utterance:?} – "));
        let line = format!("{} ({}): {said}{}", finding.place.path, finding.place.intent, finding.suggestion);
        one_line(&line).into_owned()
    };
    let mut lines: Vec<String> = findings.iter().take(most).map(line).collect();
    if findings.len() > most {
        lines.push(format!("… and {} more", findings.len() - most));
    }
    lines.join("\n")
}

/// A number and its noun.
pub(crate) fn many(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A progress bar on standard error, invisible where that is no terminal.
pub(crate) fn progress_bar() -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg:20} {wide_bar} {pos}/{len}") {
        bar.set_style(style);
    }
    bar
}
