//! The page's build, from here to the stack's web bucket.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use sbf_aws::router::{SignIn, client_settings};
use sbf_dialog::ports::LiveBrain;
use serde_json::{Value, json};

use super::{
    superseded,
    wait::{LiveNow, live_now},
};
use crate::{
    Misuse,
    bucket::Bucket,
    dev::pages::build_folder,
    stack::{Stack, said},
};

/// What the page starts from. It names files by their content, so this one alone must always be asked for.
const INDEX: &str = "index.html";
/// What the page reads before the first message.
const CLIENT: &str = "client.json";
/// Where the build puts files whose names change with their content (Vite's `build.assetsDir`).
pub(super) const HASHED: &str = "assets/";

/// What is said to have published a file where the account does not tell who works in it.
const NOBODY: &str = "sbf-publish";

/// The files of a build.
#[derive(Debug)]
pub(super) struct Build {
    folder: PathBuf,
    /// Keys, sorted; index.html last.
    keys: Vec<String>,
}

impl Build {
    /// Lists a build.
    ///
    /// # Errors
    /// [`Misuse`] where there is none.
    pub(super) fn read(folder: Option<&Path>) -> anyhow::Result<Self> {
        let folder = folder.map(Path::to_owned).or_else(build_folder).unwrap_or_else(|| PathBuf::from("web/dist"));
        if !folder.join(INDEX).is_file() {
            let missing = format!(
                "there is no build of the page in {}: make it with `cd web && npm ci && npm run build`, or publish with --brain-only",
                folder.display()
            );
            return Err(Misuse(missing).into());
        }
        let mut keys = BTreeSet::new();
        list(&folder, "", &mut keys)?;
        keys.remove(INDEX);
        keys.remove(CLIENT);
        let keys = keys.into_iter().chain([INDEX.to_owned()]).collect();
        Ok(Self { folder, keys })
    }
}

/// Makes sure that a build overwrites nothing but what `sbf publish` put there, which says so in its metadata.
///
/// # Errors
/// Where it would, or S3 fails.
pub(super) async fn refuse_to_overwrite(build: &Build, stack: &Stack) -> anyhow::Result<()> {
    let bucket = stack.bucket("WebBucket")?;
    let mut foreign = Vec::new();
    for key in listed(&bucket).await?.iter().filter(|key| build.keys.contains(key) || *key == CLIENT) {
        if let Some(there) = bucket.glance(key).await?.filter(|there| there.by.is_none()) {
            foreign.push(format!("  {key}, written {}", there.modified));
        }
    }
    if !foreign.is_empty() {
        bail!(
            "the bucket {} has files that were not put there by sbf publish and would be overwritten:\n{}\n\
             --force overwrites them, and their versions stay in the bucket; --brain-only leaves the page alone",
            bucket.name,
            foreign.join("\n")
        );
    }
    Ok(())
}

/// Uploads a build: first what nobody asks for yet, then client.json, then the index, and removes what is gone at last.
///
/// # Errors
/// Where S3 fails.
pub(super) async fn publish(build: &Build, stack: &Stack, live: Option<&LiveBrain>) -> anyhow::Result<Value> {
    let bucket = stack.bucket("WebBucket")?;
    let client = client_json(stack, live)?;
    let by = stack.caller().await;
    for key in &build.keys {
        if key == INDEX {
            put(&bucket, CLIENT, &client, by.as_deref()).await?;
        }
        let content = fs::read(build.folder.join(key)).with_context(|| format!("{key} of the build cannot be read"))?;
        put(&bucket, key, &content, by.as_deref()).await?;
    }
    let kept: BTreeSet<&str> = build.keys.iter().map(String::as_str).chain([CLIENT]).collect();
    let old = listed(&bucket).await?.into_iter().filter(|key| !kept.contains(key.as_str()));
    let removed = superseded::remove(&bucket, old).await?;
    Ok(json!({"url": stack.output("PageUrl")?, "files": kept, "removed": removed}))
}

/// Writes the copy of the settings that the page reads while the API fails (name, language, voice, theme, welcome, where to sign in) anew for the
/// brain that is live now. Without one the bucket of brains is asked.
///
/// The brain is live whatever comes of this, so that a failure is a warning: not everybody who may change the brain may change the page.
pub(crate) async fn tell_of(stack: &Stack, brains: &Bucket, live: Option<LiveBrain>) {
    if let Err(error) = told(stack, brains, live).await {
        eprintln!(
            "{CLIENT}, which the page reads while the API fails, is still that of the brain before ({error:#}); \
             `sbf publish --web-only` mends that."
        );
    }
}

async fn told(stack: &Stack, brains: &Bucket, live: Option<LiveBrain>) -> anyhow::Result<()> {
    let bucket = stack.bucket("WebBucket")?;
    // A page that was not published from here has its own way of knowing.
    let Some(there) = bucket.get(CLIENT).await?.filter(|there| there.by.is_some()) else { return Ok(()) };
    let live = match live {
        Some(live) => Some(live),
        None => live_now(brains).await?.map(LiveNow::into_brain),
    };
    let client = client_json(stack, live.as_ref())?;
    if there.content != client {
        put(&bucket, CLIENT, &client, stack.caller().await.as_deref()).await?;
    }
    Ok(())
}

fn client_json(stack: &Stack, live: Option<&LiveBrain>) -> anyhow::Result<Vec<u8>> {
    Ok(serde_json::to_vec_pretty(&client_settings(live, sign_in(stack)?))?)
}

/// Where the page signs in; nothing of it is secret.
fn sign_in(stack: &Stack) -> anyhow::Result<Value> {
    let sign_in = SignIn {
        issuer: stack.output("OidcIssuer")?.to_owned(),
        client_id: stack.output("OidcClientId")?.to_owned(),
        scope: stack.output("OidcScopes")?.to_owned(),
        sign_in_url: stack.optional("SignInUrl").map(str::to_owned),
    };
    Ok(serde_json::to_value(sign_in)?)
}

async fn put(bucket: &Bucket, key: &str, content: &[u8], by: Option<&str>) -> anyhow::Result<()> {
    eprintln!("Sending {key} …");
    let put = bucket.writing(key, content, Some(by.unwrap_or(NOBODY)));
    let put = put.cache_control(cache_control(key)).send().await;
    put.map(drop).map_err(said).with_context(|| bucket.failed("written", key))
}

/// How long browsers and CloudFront may keep a file without asking again.
pub(super) fn cache_control(key: &str) -> &'static str {
    match key {
        INDEX | CLIENT => "no-cache",
        _ if key.starts_with(HASHED) => "public, max-age=31536000, immutable",
        _ => "public, max-age=3600",
    }
}

async fn listed(bucket: &Bucket) -> anyhow::Result<Vec<String>> {
    let mut pages = bucket.client.list_objects_v2().bucket(&bucket.name).into_paginator().send();
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(said).with_context(|| format!("the bucket {} cannot be listed", bucket.name))?;
        keys.extend(page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key));
    }
    Ok(keys)
}

fn list(folder: &Path, prefix: &str, keys: &mut BTreeSet<String>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let entry = entry?;
        let key = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{key}/"), keys)?;
        } else {
            keys.insert(key);
        }
    }
    Ok(())
}
