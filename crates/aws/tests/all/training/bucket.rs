//! A bucket that keeps versions, whose every request a test can spoil.

use std::{
    collections::HashMap,
    future::ready,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex},
};

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use axum::{body::Body, http::Method, http::Response};
use sbf_aws::{
    settings::BrainSettings,
    training::{Outcome, Trainer},
};
use serde_json::Value;

use crate::{
    bot::{configs, knowledge},
    script::{Received, Script, response},
};

pub(super) const PACKED: &str = "brain-amcClassificationsImpl.pgk";

/// All that was ever put or removed, oldest first.
pub(super) struct Objects {
    pub(super) written: Vec<Written>,
    /// The second of the next change.
    pub(super) clock: i64,
    /// By how much the clock goes on with a change.
    pub(super) tick: i64,
    /// Whether earlier versions are listed and given.
    pub(super) versioned: bool,
    /// How often each key's versions were listed.
    pub(super) lists: HashMap<String, usize>,
}

pub(super) struct Written {
    pub(super) key: String,
    /// `None` for a removal.
    pub(super) content: Option<Vec<u8>>,
    pub(super) about: Option<String>,
    at: i64,
}

pub(super) struct Bucket {
    pub(super) objects: Arc<Mutex<Objects>>,
    s3: Script,
}

impl Bucket {
    /// A bucket; what `spoil` does when a request arrives comes first, and an answer of its own is sent instead of the bucket's.
    pub(super) async fn new<S>(spoil: S) -> Self
    where
        S: Fn(&Received, &mut Objects) -> Option<Response<Body>> + Clone + Send + Sync + 'static,
    {
        let objects =
            Objects { written: vec![], clock: 1_700_000_000, tick: 1, versioned: true, lists: HashMap::new() };
        let objects = Arc::new(Mutex::new(objects));
        let shared = Arc::clone(&objects);
        let answer = move |_, request: Received| {
            let mut objects = shared.lock().unwrap();
            if let Some(key) = listed(&request) {
                *objects.lists.entry(key).or_default() += 1;
            }
            ready(spoil(&request, &mut objects).unwrap_or_else(|| objects.answer(&request)))
        };
        Self { objects, s3: Script::new(answer).await }
    }

    pub(super) fn trainer(&self) -> Trainer {
        Trainer::new(aws_sdk_s3::Client::new(&self.s3.sdk()), BrainSettings { bucket: "brains".to_owned() })
    }

    pub(super) async fn run(&self) -> Outcome {
        self.trainer().run().await.unwrap()
    }

    pub(super) fn put(&self, key: &str, content: impl AsRef<[u8]>) {
        self.objects.lock().unwrap().put(key, content.as_ref());
    }

    pub(super) fn remove(&self, key: &str) {
        self.objects.lock().unwrap().remove(key);
    }

    pub(super) fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.objects.lock().unwrap().current(key)?.1.content.clone()
    }

    pub(super) fn json(&self, key: &str) -> Value {
        serde_json::from_slice(&self.get(key).unwrap_or_else(|| panic!("no {key}"))).unwrap()
    }

    /// Which files an object says that it is about.
    pub(super) fn about(&self, key: &str) -> Option<String> {
        self.objects.lock().unwrap().current(key)?.1.about.clone()
    }

    /// Puts both files of the small bot, the settings first.
    pub(super) fn fill(&self) {
        self.put("configs.json", configs().to_string());
        self.put("knowledge.json", knowledge().to_string());
    }

    /// What was written since the last call, in order.
    pub(super) fn news(&self, seen: &mut usize) -> Vec<String> {
        let objects = self.objects.lock().unwrap();
        let news = objects.written[*seen..].iter().map(|written| written.key.clone()).collect();
        *seen = objects.written.len();
        news
    }
}

impl Objects {
    pub(super) fn put(&mut self, key: &str, content: &[u8]) -> String {
        self.write(key, Some(content), None);
        etag(content)
    }

    pub(super) fn remove(&mut self, key: &str) {
        self.write(key, None, None);
    }

    fn write(&mut self, key: &str, content: Option<&[u8]>, about: Option<&str>) {
        let (content, about) = (content.map(<[u8]>::to_vec), about.map(str::to_owned));
        self.written.push(Written { key: key.to_owned(), content, about, at: self.clock });
        self.clock += self.tick;
    }

    /// How often a key was put.
    pub(super) fn puts(&self, key: &str) -> usize {
        self.versions(key).filter(|(_, written)| written.content.is_some()).count()
    }

    /// A key's changes with their numbers, newest first.
    fn versions(&self, key: &str) -> impl Iterator<Item = (usize, &Written)> {
        self.written.iter().enumerate().rev().filter(move |(_, written)| written.key == key)
    }

    pub(super) fn current(&self, key: &str) -> Option<(usize, &Written)> {
        self.versions(key).next().filter(|(_, written)| written.content.is_some())
    }

    /// S3's answer, with its conditional writes.
    pub(super) fn answer(&mut self, request: &Received) -> Response<Body> {
        if let Some(key) = listed(request) {
            return self.list(&key, request);
        }
        let key = request.path.trim_start_matches("/brains/");
        if request.method == Method::PUT {
            let seen = self.current(key).and_then(|(_, written)| written.content.as_deref()).map(etag);
            let matches = request.header("if-match").is_none_or(|etag| seen.as_deref() == Some(etag));
            let absent = request.header("if-none-match").is_none_or(|_| seen.is_none());
            if !matches || !absent {
                return error(412, "PreconditionFailed");
            }
            self.write(key, Some(&request.body), request.header("x-amz-meta-files-sha256"));
            return with_etag(&request.body, Vec::new(), 0);
        }
        let version = parameter(request, "versionId").filter(|version| version != "null");
        let found = match &version {
            Some(version) => self.written.get(version.parse::<usize>().unwrap()).filter(|written| written.key == key),
            None => self.current(key).map(|(_, written)| written),
        };
        match found.and_then(|written| Some((written.content.clone()?, written.at))) {
            Some((content, at)) => with_etag(&content.clone(), content, at),
            None => error(404, if version.is_some() { "NoSuchVersion" } else { "NoSuchKey" }),
        }
    }

    fn list(&self, key: &str, request: &Received) -> Response<Body> {
        let most: usize = parameter(request, "max-keys").map_or(1000, |most| most.parse().unwrap());
        let mut listed: Vec<(usize, &Written)> = self.versions(key).collect();
        if !self.versioned {
            listed.truncate(1);
            listed.retain(|(_, written)| written.content.is_some());
        }
        let latest = listed.first().map(|(number, _)| *number);
        let truncated = listed.len() > most;
        let entry = |(number, written): &(usize, &Written)| {
            let id = if self.versioned { number.to_string() } else { "null".to_owned() };
            let at = date(written.at, DateTimeFormat::DateTime);
            let (kind, etag) = match &written.content {
                Some(content) => ("Version", format!("<ETag>{}</ETag>", etag(content).replace('"', "&quot;"))),
                None => ("DeleteMarker", String::new()),
            };
            format!(
                "<{kind}><Key>{key}</Key><VersionId>{id}</VersionId><IsLatest>{}</IsLatest>\
                 <LastModified>{at}</LastModified>{etag}</{kind}>",
                Some(*number) == latest
            )
        };
        let entries: String = listed.iter().take(most).map(entry).collect();
        let next = format!("<NextKeyMarker>{key}.bak</NextKeyMarker>");
        let body = format!(
            "<ListVersionsResult><IsTruncated>{truncated}</IsTruncated>{next}{entries}\
             <Version><Key>{key}.bak</Key><VersionId>9</VersionId><IsLatest>true</IsLatest></Version></ListVersionsResult>"
        );
        response(200, &[("content-type", "application/xml")], body.into_bytes())
    }
}

/// The key whose versions are asked for.
pub(super) fn listed(request: &Received) -> Option<String> {
    parameter(request, "versions").and_then(|_| parameter(request, "prefix"))
}

/// Whether it is the look at what is there that ends an attempt's reading or writing: one version each, not the whole history.
pub(super) fn is_look(request: &Received, key: &str) -> bool {
    listed(request).as_deref() == Some(key) && parameter(request, "max-keys").as_deref() == Some("1")
}

pub(super) fn is_put_of(request: &Received, key: &str) -> bool {
    request.method == Method::PUT && request.path.ends_with(key)
}

fn parameter(request: &Received, name: &str) -> Option<String> {
    request
        .query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .find_map(|(key, value)| (key == name).then(|| value.to_owned()))
}

fn date(at: i64, format: DateTimeFormat) -> String {
    DateTime::from_secs(at).fmt(format).unwrap()
}

/// Equal contents have equal ETags.
fn etag(content: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

fn with_etag(of: &[u8], content: Vec<u8>, at: i64) -> Response<Body> {
    let at = date(at, DateTimeFormat::HttpDate);
    let mut response = response(200, &[], content);
    response.headers_mut().insert("etag", etag(of).parse().unwrap());
    response.headers_mut().insert("last-modified", at.parse().unwrap());
    response
}

pub(super) fn error(status: u16, code: &str) -> Response<Body> {
    response(status, &[("content-type", "application/xml")], format!("<Error><Code>{code}</Code></Error>").into_bytes())
}
