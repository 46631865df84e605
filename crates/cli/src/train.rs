//! `sbf train`: the artefacts of a brain.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::Context as _;
use sbf_brain::{CheckedKnowledge, Problem, Trained, artefact, report::Everyday};
use serde_json::json;

use crate::{Outcome, folder::BrainFiles, meaning, show};

/// Findings listed on the terminal.
const FINDINGS_LISTED: usize = 10;
/// Everyday messages that are shown with what they are taken for.
const EVERYDAY_LISTED: usize = 3;

/// What `sbf train` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A brain folder, or a knowledge file.
    path: PathBuf,
    /// Write the trained brain to this file alone; without it, all artefacts beside knowledge.json.
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// Print the training report as one JSON value.
    #[arg(long)]
    json: bool,
}

/// Checks, trains, writes and reports.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let files = BrainFiles::read(&arguments.path)?;
    let (checked, problems) = sbf_brain::read(&files.knowledge, files.config.as_deref());
    let Some(checked) = checked else {
        refuse(&problems, arguments.json)?;
        return Ok(Outcome::Problems);
    };
    let began = Instant::now();
    let trained = train(checked)?;
    let seconds = began.elapsed().as_secs_f64();
    let packed = sbf_brain::encode(&trained.brain);
    let written = match &arguments.output {
        Some(file) => write(file, &packed)?,
        None => write_all(&files.folder, &trained, &problems, &packed)?,
    };
    if arguments.json {
        show::json(&trained.report.to_json(&trained.brain))?;
    } else {
        report(&trained, &problems, seconds);
        println!("Wrote {} ({} bytes).", written.display(), packed.len());
    }
    Ok(Outcome::Fine)
}

/// Trains with a progress bar on standard error.
pub(crate) fn train(checked: CheckedKnowledge) -> anyhow::Result<Trained> {
    let meaning = meaning::open()?;
    let bar = show::progress_bar();
    let trained = sbf_brain::train_with_meaning(checked, Some(&meaning), &mut |progress| {
        bar.set_length(progress.total as u64);
        bar.set_position(progress.done as u64);
        bar.set_message(progress.what);
    });
    bar.finish_and_clear();
    Ok(trained?)
}

/// Says that nothing can be trained, and why.
pub(crate) fn refuse(problems: &[Problem], json: bool) -> anyhow::Result<()> {
    if json {
        return show::json(&json!({"ok": false, "problems": problems}));
    }
    println!("{}\nNothing was trained.", show::problems(problems));
    Ok(())
}

fn report(trained: &Trained, problems: &[Problem], seconds: f64) {
    let report = &trained.report;
    if !problems.is_empty() {
        println!("{}", show::problems(problems));
    }
    println!(
        "Trained {} from {} ({} after expansion) in {:.0} ms; language {}, version {}.",
        show::many(report.intents, "intent"),
        show::many(report.utterances, "utterance"),
        report.texts,
        1000.0 * seconds,
        trained.brain.language().unwrap_or("unknown"),
        trained.brain.version(),
    );
    let right = report.held_out.iter().filter(|outcome| outcome.passed()).count();
    println!(
        "Of {} held out, the best intent was right for {:.1} %, and {right} would have been answered rightly.",
        show::many(report.held_out.len(), "utterance"),
        100.0 * report.accuracy,
    );
    if !report.tests.is_empty() {
        let passed = report.tests.iter().filter(|outcome| outcome.passed()).count();
        println!("Of {}, {passed} passed.", show::many(report.tests.len(), "test utterance"));
    }
    if report.everyday.messages > 0 {
        println!("{}", everyday(&report.everyday));
    }
    if !report.findings.is_empty() {
        println!("{}", show::findings(&report.findings, FINDINGS_LISTED));
    }
}

fn everyday(everyday: &Everyday) -> String {
    let Everyday { messages, refused, answered } = everyday;
    let told = format!("Of {messages} everyday messages, {refused} are refused.");
    if answered.is_empty() {
        return told;
    }
    let some = answered.iter().take(EVERYDAY_LISTED);
    let some: Vec<String> = some.map(|one| format!("{:?} is answered as {}", one.message, one.intent)).collect();
    format!("{told} {}. What the bot should not answer belongs in `none`.", some.join(", "))
}

fn write_all(folder: &Path, trained: &Trained, problems: &[Problem], packed: &[u8]) -> anyhow::Result<PathBuf> {
    for (name, content) in trained.readable() {
        write(&folder.join(name), &content)?;
    }
    write(&folder.join(artefact::PROBLEMS), &serde_json::to_vec_pretty(problems)?)?;
    write(&folder.join(artefact::PACKED), packed)
}

/// A reader never sees half a file: it is written beside its place and then moved there.
///
/// Who may read and write it stays as it was; a new file gets what any program gives one. Where a link is named, the file that it leads to is
/// written.
pub(crate) fn write(file: &Path, content: &[u8]) -> anyhow::Result<PathBuf> {
    let place = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let folder = place.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let cannot = || format!("{} cannot be written", file.display());
    let temporary = beside(folder).with_context(cannot)?;
    fs::write(temporary.path(), content).with_context(cannot)?;
    if let Ok(before) = fs::metadata(&place) {
        fs::set_permissions(temporary.path(), before.permissions()).with_context(cannot)?;
    }
    temporary.persist(&place).with_context(cannot)?;
    Ok(file.to_owned())
}

/// A file without a name yet; temporary files are for their owner alone, which this one shall not stay.
fn beside(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(file: &Path) -> u32 {
        fs::metadata(file).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_is_like_that_of_any_program_and_an_old_one_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let (usual, new, old) = (folder.path().join("usual"), folder.path().join("new"), folder.path().join("old"));
        fs::write(&usual, "").unwrap();
        write(&new, b"1").unwrap();
        assert_eq!(mode(&new), mode(&usual));
        fs::write(&old, "0").unwrap();
        for kept in [0o640, 0o664, 0o600] {
            fs::set_permissions(&old, fs::Permissions::from_mode(kept)).unwrap();
            write(&old, b"1").unwrap();
            assert_eq!((mode(&old), fs::read(&old).unwrap().as_slice()), (kept, b"1".as_slice()));
        }
    }

    #[test]
    fn a_link_stays_and_what_it_leads_to_is_written() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (link, file) = (folder.path().join("knowledge.json"), other.path().join("shared.json"));
        fs::write(&file, "old").unwrap();
        symlink(&file, &link).unwrap();
        write(&link, b"new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    }
}
