//! The live brain from S3.

use std::{
    future::ready,
    io::Write as _,
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use axum::{body::Body, http::Response};
use sbf_aws::{brains::S3Brains, settings::BrainSettings};
use sbf_dialog::ports::BrainSource;
use serde_json::json;

use crate::{
    bot::{configs, knowledge, packed},
    script::{Received, Script, response},
};

static FIRST: LazyLock<Vec<u8>> = LazyLock::new(|| packed(&knowledge(), &configs()));
static SECOND: LazyLock<Vec<u8>> = LazyLock::new(|| packed(&knowledge(), &json!({ "language_tag": "en-GB" })));
/// A brain that is looked for anew by every turn.
static RESTLESS: LazyLock<Vec<u8>> =
    LazyLock::new(|| packed(&knowledge(), &json!({ "language_tag": "en-US", "cacheTTL": 0 })));

fn brains(s3: &Script) -> S3Brains {
    S3Brains::new(aws_sdk_s3::Client::new(&s3.sdk()), BrainSettings { bucket: "brains".to_owned() })
}

fn artefact(etag: &'static str, bytes: &[u8]) -> Response<Body> {
    response(200, &[("etag", etag), ("last-modified", "Fri, 02 Jan 2026 03:04:05 GMT")], bytes.to_vec())
}

fn nothing_there() -> Response<Body> {
    let body = b"<Error><Code>NoSuchKey</Code><Message>none</Message></Error>".to_vec();
    response(404, &[("content-type", "application/xml")], body)
}

/// What S3 does with a conditional GET of an object that does not change.
fn unchanging(request: &Received, etag: &'static str, bytes: &[u8]) -> Response<Body> {
    match request.header("if-none-match") == Some(etag) {
        true => response(304, &[("etag", etag)], Vec::new()),
        false => artefact(etag, bytes),
    }
}

async fn version(brains: &S3Brains) -> String {
    brains.current().await.unwrap().brain.version().to_owned()
}

fn version_of(bytes: &[u8]) -> String {
    sbf_brain::decode(bytes).unwrap().version().to_owned()
}

#[tokio::test]
async fn before_the_first_training_no_brain_is_live() {
    let s3 = Script::new(|_, _| ready(nothing_there())).await;
    let brains = brains(&s3);
    assert!(brains.current().await.unwrap_err().to_string().contains("nothing has been trained"));
    brains.current().await.unwrap_err();
    assert_eq!(s3.received().len(), 1, "S3 is not asked by every request");
    brains.revalidate_now().await.unwrap_err();
    assert_eq!(s3.received().len(), 2);
}

#[tokio::test]
async fn a_brain_is_read_once_and_then_revalidated() {
    let s3 = Script::new(|_, request| ready(unchanging(&request, "\"one\"", &FIRST))).await;
    let brains = brains(&s3);
    let first = brains.current().await.unwrap();
    assert_eq!(first.brain.version(), version_of(&FIRST));
    assert_eq!(first.trained_at, "2026-01-02T03:04:05Z");
    assert!(Arc::ptr_eq(&first, &brains.current().await.unwrap()));
    assert_eq!(s3.received().len(), 1);
    assert_eq!(s3.received()[0].path, "/brains/brain-amcClassificationsImpl.pgk");
    brains.invalidate();
    assert!(Arc::ptr_eq(&first, &brains.current().await.unwrap()));
    assert_eq!(s3.received()[1].header("if-none-match"), Some("\"one\""));
    assert!(Arc::ptr_eq(&first, &brains.revalidate_now().await.unwrap()));
    assert_eq!(s3.received().len(), 3);
}

#[tokio::test]
async fn a_newer_brain_goes_live_after_its_predecessors_cache_ttl() {
    let s3 =
        Script::new(|n, _| ready(if n == 0 { artefact("\"one\"", &RESTLESS) } else { artefact("\"two\"", &SECOND) }));
    let s3 = s3.await;
    let brains = brains(&s3);
    assert_eq!(version(&brains).await, version_of(&RESTLESS));
    assert_eq!(version(&brains).await, version_of(&SECOND));
    assert_eq!(version(&brains).await, version_of(&SECOND));
    assert_eq!(s3.received().len(), 2, "the second brain has the default cacheTTL");
}

#[tokio::test]
async fn a_broken_artefact_is_refused_once_and_the_old_brain_stays() {
    let cut = FIRST.len() / 2;
    let s3 = Script::new(move |n, request| {
        ready(match n {
            0 => artefact("\"one\"", &RESTLESS),
            1 => artefact("\"cut\"", &FIRST[..cut]),
            2 => unchanging(&request, "\"cut\"", b"never sent"),
            _ => artefact("\"two\"", &SECOND),
        })
    });
    let s3 = s3.await;
    let brains = brains(&s3);
    for _ in 0..3 {
        assert_eq!(version(&brains).await, version_of(&RESTLESS));
    }
    assert_eq!(s3.received()[2].header("if-none-match"), Some("\"cut\""));
    assert_eq!(version(&brains).await, version_of(&SECOND));
}

/// An artefact as a release after this one would write it, as far as this one may look.
static NEWER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    archive.start_file("manifest.json", stored).unwrap();
    archive.write_all(br#"{"format": 99, "version": "of tomorrow", "weights": "elsewhere"}"#).unwrap();
    archive.finish().unwrap().into_inner()
});

#[tokio::test]
async fn an_artefact_of_a_newer_format_is_refused_by_name_and_the_old_brain_stays() {
    let s3 = Script::new(|n, request| {
        ready(match n {
            0 => artefact("\"one\"", &RESTLESS),
            1 => artefact("\"newer\"", &NEWER),
            2 => unchanging(&request, "\"newer\"", b"never sent"),
            _ => artefact("\"two\"", &SECOND),
        })
    });
    let s3 = s3.await;
    let brains = brains(&s3);
    for _ in 0..3 {
        assert_eq!(version(&brains).await, version_of(&RESTLESS));
    }
    assert_eq!(s3.received()[2].header("if-none-match"), Some("\"newer\""), "it is read once");
    assert_eq!(version(&brains).await, version_of(&SECOND));
}

#[tokio::test]
async fn without_an_older_brain_a_newer_format_is_named() {
    let s3 = Script::new(|_, request| ready(unchanging(&request, "\"newer\"", &NEWER))).await;
    let why = brains(&s3).current().await.unwrap_err().to_string();
    assert!(why.contains("format 99") && why.contains("reads format 1"), "{why}");
}

#[tokio::test]
async fn a_broken_first_artefact_is_no_brain() {
    let s3 = Script::new(|_, request| ready(unchanging(&request, "\"bad\"", b"PK nonsense"))).await;
    let brains = brains(&s3);
    let why = brains.current().await.unwrap_err().to_string();
    let again = brains.revalidate_now().await.unwrap_err().to_string();
    assert_eq!(why, again);
}

#[tokio::test]
async fn whatever_s3_answers_the_old_brain_stays() {
    let s3 = Script::new(|n, _| {
        ready(match n {
            0 => artefact("\"one\"", &RESTLESS),
            1 => nothing_there(),
            2 => response(403, &[], b"<Error><Code>AccessDenied</Code></Error>".to_vec()),
            _ => response(500, &[], Vec::new()),
        })
    });
    let s3 = s3.await;
    let brains = brains(&s3);
    for _ in 0..4 {
        assert_eq!(version(&brains).await, version_of(&RESTLESS));
    }
}

#[tokio::test]
async fn a_silent_s3_delays_one_turn_for_seconds_and_others_not_at_all() {
    let s3 = Script::new(|n, _| async move {
        if n > 0 {
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        artefact("\"one\"", &RESTLESS)
    });
    let s3 = s3.await;
    let brains = Arc::new(brains(&s3));
    version(&brains).await;
    let began = Instant::now();
    let looking = tokio::spawn({
        let brains = Arc::clone(&brains);
        async move { version(&brains).await }
    });
    while s3.received().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for _ in 0..20 {
        assert_eq!(version(&brains).await, version_of(&RESTLESS));
    }
    assert!(!looking.is_finished());
    assert_eq!(looking.await.unwrap(), version_of(&RESTLESS));
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(s3.received().len(), 2);
}

#[tokio::test]
async fn many_first_turns_are_one_look() {
    let s3 = Script::new(|_, _| async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        artefact("\"one\"", &FIRST)
    });
    let s3 = s3.await;
    let brains = Arc::new(brains(&s3));
    let turns: Vec<_> = (0..10)
        .map(|_| {
            let brains = Arc::clone(&brains);
            tokio::spawn(async move { version(&brains).await })
        })
        .collect();
    for turn in turns {
        assert_eq!(turn.await.unwrap(), version_of(&FIRST));
    }
    assert_eq!(s3.received().len(), 1);
}
