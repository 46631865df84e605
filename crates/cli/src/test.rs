//! `sbf test`: a brain's own test utterances, held-out folds and conversation scripts.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use sbf_brain::{Finding, Outcome as Tested, Problem, Trained, read, report::ConfusionMatrix};
use sbf_dialog::{
    memory::FixedBrain,
    talk::{Failure, Stage, Talk},
};
use serde_json::{Value, json};

use crate::{
    Misuse, Outcome,
    bot::{LocalBot, development_caller},
    folder::{BrainFiles, read_written},
    matrix, meaning, output, show, train,
};

/// Failed utterances listed on the terminal.
const FAILURES_LISTED: usize = 30;
/// Findings listed on the terminal.
const FINDINGS_LISTED: usize = 30;

/// What `sbf test` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A brain folder, or a knowledge file.
    path: PathBuf,
    /// Where the page with the confusion matrix is written; without it, confusion-matrix.html beside knowledge.json.
    #[arg(long)]
    html: Option<PathBuf>,
    /// Print one JSON value.
    #[arg(long)]
    json: bool,
}

/// What the conversation scripts came to.
#[derive(Default)]
struct Scripts {
    played: usize,
    failures: Vec<Failure>,
    unreadable: Vec<String>,
}

/// Fails the call where a test utterance or a script fails; held-out utterances are only reported.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let files = BrainFiles::read(&arguments.path)?;
    let (checked, problems) = read(&files.knowledge, files.config.as_deref());
    let Some(checked) = checked else {
        train::refuse(&problems, arguments.json)?;
        return Ok(Outcome::Problems);
    };
    let trained = train::train(checked)?;
    let scripts = play_all(&files.folder, &trained)?;
    let findings = trained.findings();
    let confused = trained.report.confusion_matrix(&trained.brain);
    let page = arguments.html.clone().unwrap_or_else(|| files.folder.join("confusion-matrix.html"));
    train::write(&page, matrix::to_html(&confused, trained.brain.name(), &summary(&trained, &scripts))?.as_bytes())?;
    if arguments.json {
        show::json(&as_json(&trained, &scripts, &findings, &problems))?;
    } else {
        print(&trained, &scripts, &confused);
        if !findings.is_empty() {
            println!("{}", show::findings(&findings, FINDINGS_LISTED));
        }
        println!("The matrix as a page: {}", page.display());
    }
    let failed = scripts.failed() || trained.report.tests.iter().any(|tested| !tested.passed());
    Ok(if failed { Outcome::Problems } else { Outcome::Fine })
}

impl Scripts {
    fn failed(&self) -> bool {
        !self.failures.is_empty() || !self.unreadable.is_empty()
    }
}

fn summary(trained: &Trained, scripts: &Scripts) -> Vec<String> {
    let report = &trained.report;
    let held_out = format!(
        "Held-out utterances: {}; the best intent was right for {:.1} %, {} would have been answered rightly, {} refused.",
        report.held_out.len(),
        100.0 * report.accuracy,
        report.held_out.iter().filter(|one| one.passed()).count(),
        report.held_out.iter().filter(|one| !one.accepted).count(),
    );
    let passed = report.tests.iter().filter(|one| one.passed()).count();
    let tests = format!("Test utterances: {passed} of {} passed.", report.tests.len());
    let failed = scripts.failures.len() + scripts.unreadable.len();
    vec![
        held_out,
        tests,
        format!("Conversation scripts: {} played, {}.", scripts.played, show::many(failed, "failure")),
    ]
}

fn print(trained: &Trained, scripts: &Scripts, confused: &ConfusionMatrix) {
    for line in summary(trained, scripts) {
        println!("{line}");
    }
    print!("{}", matrix::to_text(confused));
    let failed: Vec<&Tested> = trained.report.tests.iter().filter(|one| !one.passed()).collect();
    for one in failed.iter().take(FAILURES_LISTED) {
        let answered = one.answered().map_or_else(|| "refused".to_owned(), |intent| format!("answered as {intent}"));
        println!(
            "failed: {:?} ({}) means {}, was {answered}, confidence {:.2}",
            one.utterance, one.kind, one.desired, one.confidence
        );
    }
    if failed.len() > FAILURES_LISTED {
        println!("… and {} more", failed.len() - FAILURES_LISTED);
    }
    for failure in &scripts.failures {
        println!("failed: {failure}");
    }
    for line in &scripts.unreadable {
        println!("failed: {}", output::one_line(line));
    }
}

fn as_json(trained: &Trained, scripts: &Scripts, findings: &[Finding], problems: &[Problem]) -> Value {
    let failures: Vec<String> =
        scripts.failures.iter().map(ToString::to_string).chain(scripts.unreadable.iter().cloned()).collect();
    json!({
        "ok": !scripts.failed() && trained.report.tests.iter().all(Tested::passed),
        "report": trained.report.to_json(&trained.brain),
        "findings": findings,
        "scripts": {"played": scripts.played, "failures": failures},
        "problems": problems,
    })
}

/// Plays every script of the folder; backends that a script does not stub are the samples on an embedded cloud.
fn play_all(folder: &Path, trained: &Trained) -> anyhow::Result<Scripts> {
    let (talks, unreadable) = scripts_of(folder)?;
    let mut scripts = Scripts { played: talks.len(), unreadable, ..Scripts::default() };
    if talks.is_empty() {
        return Ok(scripts);
    }
    let mut brain = sbf_brain::decode(&sbf_brain::encode(&trained.brain))?;
    brain.attach(Some(&meaning::open()?));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let local = LocalBot::start(None).await?;
        local.cloud.set_local_functions(brain.config().local_functions.clone());
        let stage = Stage {
            brains: Arc::new(FixedBrain::new(brain)),
            backends: Arc::clone(&local.app.bot.backends),
            caller: development_caller(),
        };
        for talk in &talks {
            scripts.failures.extend(talk.play(&stage).await);
        }
        Ok(scripts)
    })
}

/// The folder's scripts by name, and what is wrong with those that cannot be read.
fn scripts_of(folder: &Path) -> anyhow::Result<(Vec<Talk>, Vec<String>)> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "talk") {
            files.push(path);
        }
    }
    files.sort();
    let (mut talks, mut unreadable) = (Vec::new(), Vec::new());
    for file in files {
        let name = file.display().to_string();
        let text = String::from_utf8(read_written(&file)?).map_err(|error| Misuse(format!("{name}: {error}")))?;
        match Talk::parse(&name, &text) {
            Ok(talk) => talks.push(talk),
            Err(errors) => unreadable.extend(errors.iter().map(ToString::to_string)),
        }
    }
    Ok((talks, unreadable))
}
