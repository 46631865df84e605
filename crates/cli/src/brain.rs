//! The command `sbf brain`: lists the brains that a stack had, goes back to one of them, and fetches what was uploaded.
//!
//! A brain here is an object in a stack's bucket. The crate `crates/brain` compiles and trains brains; the folder `brain/` has the sample bots.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use sbf_brain::artefact::{self, CONFIGS, KNOWLEDGE, PACKED, SUMMARY_BYTES};
use serde::Serialize;
use serde_json::json;

use crate::{
    Misuse, Outcome,
    bucket::{Bucket, Condition, Put, Removal, Seen, moment},
    folder::read_if_there,
    publish::{Memory, Published, page},
    show,
    stack::{self, Account, Stack, said},
    train::write,
};

/// What `sbf brain` can do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List the brains that a stack has had, newest first, and say which is live.
    List(List),
    /// Make an earlier brain the live one again: both files and what was trained from them, together.
    Rollback(Rollback),
    /// Get what was uploaded last: knowledge.json and configs.json, as they were written. Faulty files are not live, but are got too.
    Pull(Pull),
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    of: Of,
    /// Print one JSON value: {"brains": […]}.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "The restored files start training, which ends at the same brain: equal files give equal bytes. Where the stack's train is of another\n\
release than the one that trained it then, the files are the same and their training is that release's. So it is for a brain of a\n\
format that this release does not read: its files alone are restored.\n\
`sbf publish` from a folder then says that what is live is not from there; `sbf brain pull` gets it."
)]
pub(crate) struct Rollback {
    /// A brain's version, or the beginning of it, or its S3 version id, as `sbf brain list` prints them; without one, the brain before the live one.
    version: Option<String>,
    #[command(flatten)]
    of: Of,
    /// Print one JSON value: {"live", "before"}; live is null where the files are trained anew.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Pull {
    /// The folder to write to, made if need be; without one, the current folder.
    #[arg(default_value = ".")]
    folder: PathBuf,
    #[command(flatten)]
    of: Of,
    /// Overwrite files that differ, and remove a configs.json that the stack does not have.
    #[arg(long)]
    force: bool,
}

/// Whose brains.
#[derive(Debug, clap::Args)]
struct Of {
    /// The stack's name.
    #[arg(long, value_name = "NAME")]
    stack: String,
    #[command(flatten)]
    account: Account,
}

/// A brain that was live at some time. Trained again from the same files it is the same brain, and stands here once.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Past {
    version: String,
    name: String,
    intents: usize,
    /// When it went live first, RFC 3339.
    since: String,
    /// The latest version of the artefact that holds it.
    version_id: String,
    bytes: u64,
    live: bool,
}

/// One version of the artefact in the bucket.
struct ObjectVersion {
    id: String,
    modified: String,
    bytes: u64,
    live: bool,
}

/// Runs one of the commands.
pub(crate) fn run(command: &Command) -> anyhow::Result<Outcome> {
    stack::wait(async {
        match command {
            Command::List(arguments) => list(arguments).await,
            Command::Rollback(arguments) => rollback(arguments).await,
            Command::Pull(arguments) => pull(arguments).await,
        }
    })?;
    Ok(Outcome::Fine)
}

async fn list(arguments: &List) -> anyhow::Result<()> {
    let past = past(&arguments.of.stack().await?.bucket("BrainBucket")?).await?;
    if arguments.json {
        return show::json(&json!({"brains": past}));
    }
    if past.is_empty() {
        println!("No brain has been live yet.");
    }
    for brain in &past {
        println!(
            "{}  {}  {:>14}  {:>10} bytes  S3 version {}  {}{}",
            brain.since,
            brain.version,
            show::many(brain.intents, "intent"),
            brain.bytes,
            brain.version_id,
            brain.name,
            if brain.live { "  ← live" } else { "" },
        );
    }
    Ok(())
}

/// Restores the files and then the artefact.
///
/// Putting the files starts training. It ends at the brain that is put last here, whichever is faster: equal files give equal bytes, and a training
/// of other files gives way because they are no longer there (`sbf_aws::training`). A trainer of another release may write the same brain anew.
async fn rollback(arguments: &Rollback) -> anyhow::Result<()> {
    let stack = arguments.of.stack().await?;
    let bucket = stack.bucket("BrainBucket")?;
    let past = past(&bucket).await?;
    let live = past.iter().find(|brain| brain.live).map(|brain| brain.version.clone());
    let chosen = choose(&past, arguments.version.as_deref())?;
    let packed = bucket.read(PACKED, Some(&chosen.version_id), None).await?;
    let packed = packed.with_context(|| format!("the version {} is gone", chosen.version_id))?;
    let files = artefact::files(&packed.content)?;
    // Put as it is, what nobody reads any more would be the brain of every core that starts.
    let readable = sbf_brain::decode(&packed.content);
    for (key, content) in [(CONFIGS, files.config.as_deref()), (KNOWLEDGE, Some(&*files.knowledge))] {
        restore(&bucket, key, content).await?;
    }
    if let Err(why) = readable {
        eprintln!("What was trained from them then is not restored: {why}");
        if arguments.json {
            return show::json(&json!({"live": null, "before": live}));
        }
        println!(
            "The files of the brain {} of {} are back, and the stack trains them anew.",
            chosen.version, chosen.since
        );
        println!("`sbf publish --web-only` tells the page of it then.");
        return Ok(());
    }
    restore(&bucket, PACKED, Some(&packed.content)).await?;
    page::tell_of(&stack, &bucket, None).await;
    if arguments.json {
        return show::json(&json!({"live": chosen.version, "before": live}));
    }
    println!("The brain {} of {} is live again.", chosen.version, chosen.since);
    Ok(())
}

/// The one that was named; else the newest that is not live.
fn choose<'p>(past: &'p [Past], named: Option<&str>) -> anyhow::Result<&'p Past> {
    let Some(named) = named else {
        let after_live = past.iter().skip_while(|brain| !brain.live).find(|brain| !brain.live);
        return after_live.context("there is no brain before the one that is live");
    };
    let is_named = |brain: &&Past| brain.version_id == named || (named.len() >= 4 && brain.version.starts_with(named));
    let found = past.iter().find(is_named);
    let found =
        found.ok_or_else(|| Misuse(format!("no brain of the stack is called {named}; `sbf brain list` names them")))?;
    if past.iter().filter(is_named).any(|other| other.version != found.version) {
        return Err(Misuse(format!("several brains begin with {named}")).into());
    }
    Ok(found)
}

/// Writes an object as it was, unless it is so. A trainer may write the artefact at the same moment; it is asked again then.
async fn restore(bucket: &Bucket, key: &str, content: Option<&[u8]>) -> anyhow::Result<()> {
    const ATTEMPTS: usize = 5;
    for _ in 0..ATTEMPTS {
        let there = bucket.get(key).await?;
        let condition = match (content, &there) {
            (Some(content), Some(there)) if there.content == content => return Ok(()),
            (None, None) => return Ok(()),
            (None, Some(there)) => {
                eprintln!("Removing {key}, which that brain did not have …");
                match bucket.remove(key, &there.etag).await? {
                    Removal::Done => return Ok(()),
                    Removal::Overtaken => continue,
                }
            }
            (Some(_), Some(there)) => Condition::Still(there.etag.clone()),
            (Some(_), None) => Condition::Absent,
        };
        eprintln!("Restoring {key} …");
        if let Put::Done(_) =
            bucket.put(key, content.unwrap_or_default(), &condition, Some("sbf-brain-rollback")).await?
        {
            return Ok(());
        }
    }
    bail!("{key} was written by others {ATTEMPTS} times in a row")
}

async fn pull(arguments: &Pull) -> anyhow::Result<()> {
    let folder = &arguments.folder;
    let bucket = arguments.of.stack().await?.bucket("BrainBucket")?;
    let knowledge = bucket.get(KNOWLEDGE).await?.context("the stack has no knowledge.json")?;
    let both = [(KNOWLEDGE, Some(knowledge)), (CONFIGS, bucket.get(CONFIGS).await?)];
    if !arguments.force {
        for (key, there) in &both {
            refuse_to_lose(&folder.join(key), there.as_ref())?;
        }
    }
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    for (key, there) in &both {
        let file = folder.join(key);
        match there {
            Some(there) => drop(write(&file, &there.content)?),
            None => remove_if_there(&file)?,
        }
    }
    let published = both.into_iter().map(|(key, there)| (key.to_owned(), there.map(|there| there.etag)));
    Memory::of(folder).remember(folder, &bucket.name, Published::from_iter(published))?;
    println!("{} holds what the stack {} has.", shown(folder), arguments.of.stack);
    Ok(())
}

/// A file that is here and is not what is there would be lost.
fn refuse_to_lose(file: &Path, there: Option<&Seen>) -> anyhow::Result<()> {
    let Some(here) = read_if_there(file)? else { return Ok(()) };
    match there {
        Some(there) if here == there.content => Ok(()),
        Some(_) => bail!("{} differs from the stack's; --force overwrites it", file.display()),
        None => bail!("{} is here and the stack has none; --force removes it", file.display()),
    }
}

fn remove_if_there(file: &Path) -> anyhow::Result<()> {
    match fs::remove_file(file) {
        Ok(()) => eprintln!("Removed {}, which the stack does not have.", file.display()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("{} cannot be removed", file.display())),
    }
    Ok(())
}

fn shown(folder: &Path) -> String {
    if folder == Path::new(".") { "The current folder".to_owned() } else { folder.display().to_string() }
}

impl Of {
    async fn stack(&self) -> anyhow::Result<Stack> {
        Stack::find(&self.stack, &self.account).await
    }
}

/// Every brain that the bucket still has, newest first.
async fn past(bucket: &Bucket) -> anyhow::Result<Vec<Past>> {
    let mut past: Vec<Past> = Vec::new();
    for found in versions(bucket).await? {
        // Its beginning tells enough; what is not an artefact was put there by hand.
        let Some(seen) = bucket.read(PACKED, Some(&found.id), Some(SUMMARY_BYTES)).await? else { continue };
        let Ok(summary) = artefact::summary(&seen.content) else { continue };
        match past.last_mut().filter(|newer| newer.version == summary.version) {
            Some(newer) => newer.since = found.modified,
            None => past.push(Past {
                version: summary.version,
                name: summary.name,
                intents: summary.intents,
                since: found.modified,
                version_id: found.id,
                bytes: found.bytes,
                live: found.live,
            }),
        }
    }
    Ok(past)
}

/// All versions of the artefact, newest first, as S3 lists them.
async fn versions(bucket: &Bucket) -> anyhow::Result<Vec<ObjectVersion>> {
    let request = bucket.client.list_object_versions().bucket(&bucket.name).prefix(PACKED);
    let (mut key, mut id) = (None, None);
    let mut found = Vec::new();
    loop {
        let page = request.clone().set_key_marker(key).set_version_id_marker(id).send().await;
        let page = page.map_err(said).with_context(|| format!("the versions in {} cannot be listed", bucket.name))?;
        for version in page.versions() {
            if version.key() == Some(PACKED) {
                found.push(ObjectVersion {
                    id: version.version_id().unwrap_or("null").to_owned(),
                    modified: version.last_modified().map(moment).unwrap_or_default(),
                    bytes: u64::try_from(version.size().unwrap_or(0)).unwrap_or(0),
                    live: version.is_latest().unwrap_or(false),
                });
            }
        }
        if !page.is_truncated().unwrap_or(false) {
            return Ok(found);
        }
        (key, id) = (page.next_key_marker, page.next_version_id_marker);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brains() -> Vec<Past> {
        let brain = |version: &str, live| Past {
            version: version.to_owned(),
            name: "shop".to_owned(),
            intents: 2,
            since: "2026-01-02T03:04:05Z".to_owned(),
            version_id: format!("id-of-{version}"),
            bytes: 1,
            live,
        };
        vec![brain("bbbb2222", true), brain("aaaa1111", false), brain("aaaa0000", false)]
    }

    #[test]
    fn a_brain_is_named_by_version_beginning_or_id() {
        let past = brains();
        for named in ["aaaa1111", "aaaa1", "id-of-aaaa1111"] {
            assert_eq!(choose(&past, Some(named)).unwrap().version, "aaaa1111");
        }
        assert_eq!(choose(&past, None).unwrap().version, "aaaa1111");
        for named in ["aaaa", "aa", "", "cccc"] {
            assert!(choose(&past, Some(named)).unwrap_err().is::<Misuse>(), "{named}");
        }
        choose(&past[..1], None).unwrap_err();
        choose(&[], None).unwrap_err();
    }
}
