//! `sbf publish`: a brain and the page, from this machine to a stack.

mod brain;
mod changes;
pub(crate) mod page;
mod superseded;
mod wait;

use std::{path::PathBuf, time::Duration};

use sbf_brain::{Problem, artefact::Files};
use sbf_dialog::ports::LiveBrain;
use serde_json::{Value, json};

pub(crate) use self::changes::{Memory, Published};
use crate::{
    Outcome,
    bucket::Bucket,
    check,
    folder::BrainFiles,
    meaning, show,
    stack::{self, Account, Stack},
    train,
};

/// What `sbf publish` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "The brain is checked and trained here first; with an error in it nothing is sent.\n\
A brain in the stack that was not published from this folder is not overwritten: it is named, and --force replaces it.\n\
Nor are files of a page that `sbf publish` did not put there; those of earlier builds are removed a day after the next one.\n\
Exit status: 0 published (and live, unless --no-wait), 1 refused or failed, 2 wrongly called.")]
pub(crate) struct Arguments {
    /// The brain folder, or a knowledge file; without one, the current folder.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The stack's name, as `sam deploy` was given it.
    #[arg(long, value_name = "NAME")]
    stack: String,
    #[command(flatten)]
    account: Account,
    /// Publish the brain alone, and tell of it what the page reads while the API fails.
    #[arg(long, conflicts_with = "web_only")]
    brain_only: bool,
    /// Publish the page alone.
    #[arg(long)]
    web_only: bool,
    /// The page's build; without it, web/dist of the checkout.
    #[arg(long, value_name = "DIR", conflicts_with = "brain_only")]
    web: Option<PathBuf>,
    /// Overwrite a brain that was not published from this folder, and a page that was not put there by `sbf publish`. Their versions stay in
    /// their buckets.
    #[arg(long)]
    force: bool,
    /// Do not wait until the brain is live.
    #[arg(long)]
    no_wait: bool,
    /// Seconds to wait until the brain is live.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    timeout: u64,
    /// Print one JSON value: {"ok", "brain", "page", "problems"}.
    #[arg(long)]
    json: bool,
}

/// What was done, or why nothing was.
#[derive(Debug, Default)]
struct Report {
    brain: Value,
    page: Value,
    problems: Vec<Problem>,
    refused: bool,
}

/// Publishes and says what was done.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = stack::wait(publish(arguments))?;
    if arguments.json {
        let Report { brain, page, problems, refused } = &report;
        show::json(&json!({"ok": !refused, "brain": brain, "page": page, "problems": problems}))?;
    } else if report.refused {
        println!("{}\nThe brain that is live stays.", show::problems(&report.problems));
    } else {
        show_done(&report, &arguments.stack);
    }
    Ok(if report.refused { Outcome::Problems } else { Outcome::Fine })
}

async fn publish(arguments: &Arguments) -> anyhow::Result<Report> {
    let build = if arguments.brain_only { None } else { Some(page::Build::read(arguments.web.as_deref())?) };
    let files = if arguments.web_only { None } else { Some(BrainFiles::read(&arguments.path)?) };
    let mut report = Report::default();
    let trained = match &files {
        Some(files) => match trained(files, &mut report.problems)? {
            Some(trained) => Some(trained),
            None => return Ok(Report { refused: true, ..report }),
        },
        None => None,
    };
    let stack = Stack::find(&arguments.stack, &arguments.account).await?;
    let bucket = stack.bucket("BrainBucket")?;
    if let Some(build) = build.as_ref().filter(|_| !arguments.force) {
        page::refuse_to_overwrite(build, &stack).await?;
    }
    let mut live = None;
    if let (Some(files), Some(trained)) = (files, trained) {
        live = publish_brain(arguments, &stack, &bucket, files, trained, &mut report).await?;
        if report.refused {
            return Ok(report);
        }
    }
    match build {
        Some(build) => {
            let live = match live {
                Some(live) => Some(live),
                None => wait::live_now(&bucket).await?.map(wait::LiveNow::into_brain),
            };
            report.page = page::publish(&build, &stack, live.as_ref()).await?;
        }
        None => page::tell_of(&stack, &bucket, live).await,
    }
    Ok(report)
}

/// Sends the brain and waits for it: what answers then, unless it is refused.
async fn publish_brain(
    arguments: &Arguments,
    stack: &Stack,
    bucket: &Bucket,
    files: BrainFiles,
    trained: sbf_brain::Brain,
    report: &mut Report,
) -> anyhow::Result<Option<LiveBrain>> {
    report.problems.extend(check::allowed::not_allowed(&(&trained).into(), stack)?);
    if check::has_errors(&report.problems) {
        report.refused = true;
        return Ok(None);
    }
    let written = Files { knowledge: files.knowledge, config: files.config };
    let sent = brain::send(bucket, stack, &files.folder, &written, arguments.force).await?;
    let waited = match arguments.no_wait {
        true => None,
        false => Some(wait::until_live(bucket, &written, &sent, Duration::from_secs(arguments.timeout)).await?),
    };
    let (state, live) = match waited {
        Some(wait::Waited::Refused(problems)) => {
            (report.refused, report.problems) = (true, problems);
            return Ok(None);
        }
        Some(wait::Waited::Live(now)) => (now.to_json(), now.into_brain()),
        None => (json!({"version": null, "live": false}), LiveBrain { brain: trained, trained_at: String::new() }),
    };
    report.brain = state;
    report.brain["sent"] = json!(sent.keys());
    Ok(Some(live))
}

/// The brain as it will be, where nothing is wrong with its files.
fn trained(files: &BrainFiles, problems: &mut Vec<Problem>) -> anyhow::Result<Option<sbf_brain::Brain>> {
    let (checked, found) = sbf_brain::read(&files.knowledge, files.config.as_deref());
    *problems = found;
    let Some(checked) = checked else { return Ok(None) };
    eprintln!("Training here first …");
    let trained = train::train(checked)?;
    let packed = sbf_brain::encode(&trained.brain);
    // Read back as core will read it.
    let mut brain = sbf_brain::decode(&packed)?;
    brain.attach(Some(&meaning::open()?));
    Ok(Some(brain))
}

fn show_done(report: &Report, stack: &str) {
    if !report.problems.is_empty() {
        println!("{}", show::problems(&report.problems));
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if report.brain["live"] == true {
        println!(
            "The brain {} is live: {}, trained {}. Every running copy of core answers from it within {} s.",
            text(&report.brain["version"]),
            show::many(usize::try_from(report.brain["intents"].as_u64().unwrap_or(0)).unwrap_or(0), "intent"),
            text(&report.brain["trainedAt"]),
            report.brain["withinSeconds"],
        );
    } else if !report.brain.is_null() {
        println!("The brain is sent; the stack trains it now. `sbf brain list --stack {stack}` shows when it is live.");
    }
    if !report.page.is_null() {
        println!("The page is there: {}", text(&report.page["url"]));
    }
}
