//! The page's build, from here to the stack's web bucket.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use sbf_aws::router::client_settings;
use sbf_dialog::ports::LiveBrain;
use serde_json::{Value, json};

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
const HASHED: &str = "assets/";

/// What the page asks another provider for.
const SCOPES: &str = "openid email profile";
/// What it asks the stack's own user pool for: all that its client may; see PageClient in template.yaml.
const OWN_SCOPES: &str = "openid email profile aws.cognito.signin.user.admin";

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

/// Uploads a build: first what nobody asks for yet, then client.json, then the index, and removes what is gone at last.
pub(super) async fn publish(build: &Build, stack: &Stack, live: Option<&LiveBrain>) -> anyhow::Result<Value> {
    let bucket = Bucket { client: aws_sdk_s3::Client::new(&stack.sdk), name: stack.output("WebBucket")?.to_owned() };
    let client = serde_json::to_vec_pretty(&client_settings(live, sign_in(stack)?))?;
    for key in &build.keys {
        if key == INDEX {
            put(&bucket, CLIENT, client.clone()).await?;
        }
        let content = fs::read(build.folder.join(key)).with_context(|| format!("{key} of the build cannot be read"))?;
        put(&bucket, key, content).await?;
    }
    let kept: BTreeSet<&str> = build.keys.iter().map(String::as_str).chain([CLIENT]).collect();
    let mut removed = Vec::new();
    for key in listed(&bucket).await?.into_iter().filter(|key| !kept.contains(key.as_str())) {
        bucket.remove(&key).await?;
        removed.push(key);
    }
    Ok(json!({"url": stack.output("PageUrl")?, "files": kept, "removed": removed}))
}

/// Where the page signs in; nothing of it is secret.
fn sign_in(stack: &Stack) -> anyhow::Result<Value> {
    let own = stack.optional("SignInUrl");
    let scope = if own.is_some() { OWN_SCOPES } else { SCOPES };
    let (issuer, client) = (stack.output("OidcIssuer")?, stack.output("OidcClientId")?);
    let mut oidc = json!({"issuer": issuer, "clientId": client, "scope": scope});
    if let Some(address) = own {
        oidc["signInUrl"] = json!(address);
    }
    Ok(oidc)
}

async fn put(bucket: &Bucket, key: &str, content: Vec<u8>) -> anyhow::Result<()> {
    eprintln!("Sending {key} …");
    let put = bucket.writing(key, &content).cache_control(cache_control(key)).send().await;
    put.map(drop).map_err(said).with_context(|| bucket.failed("written", key))
}

/// How long browsers and CloudFront may keep a file without asking again.
fn cache_control(key: &str) -> &'static str {
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
