//! Training runs: on a bucket whose every request a test can spoil, and on the embedded S3.

mod bucket;
mod looking_back;

use axum::http::Method;
use sbf_aws::{
    brains::S3Brains,
    settings::BrainSettings,
    training::{Outcome, Trainer},
};
use sbf_local::{Cloud, CloudOptions, notification};
use serde_json::{Value, json};

use self::bucket::{Bucket, PACKED, error, is_look, is_put_of};
use crate::{
    bot::{configs, knowledge, packed},
    script::Received,
};

fn published(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Published { version, .. } => version,
        other => panic!("{other:?}"),
    }
}

fn version_of(bytes: &[u8]) -> String {
    sbf_brain::decode(bytes).unwrap().version().to_owned()
}

#[tokio::test]
async fn a_run_publishes_everything_and_the_live_artefact_last() {
    let bucket = Bucket::new(|_, _| None).await;
    bucket.fill();
    let outcome = bucket.trainer().run().await.unwrap();
    assert_eq!(bucket.get(PACKED).unwrap(), packed(&knowledge(), &configs()), "equal files give equal bytes");
    assert_eq!(published(&outcome), version_of(&bucket.get(PACKED).unwrap()));
    let expected = [
        "configs.json",
        "knowledge.json",
        "problems.json",
        "training-report.json",
        "brain-amcClassificationsImpl.json",
        "confusion-matrix.json",
        "word-distribution.csv",
        "confusion-matrix.svg",
        PACKED,
    ];
    assert_eq!(bucket.news(&mut 0), expected);
    assert_eq!(bucket.json("training-report.json")["version"], published(&outcome));
    let Outcome::Published { report, problems, .. } = &outcome else { unreachable!() };
    assert_eq!(*report, bucket.json("training-report.json"));
    assert_eq!(serde_json::to_value(problems).unwrap(), bucket.json("problems.json"));
    assert_eq!(serde_json::to_value(&outcome).unwrap()["outcome"], "published");
}

#[tokio::test]
async fn configs_are_optional() {
    let bucket = Bucket::new(|_, _| None).await;
    bucket.put("knowledge.json", knowledge().to_string().as_bytes());
    published(&bucket.trainer().run().await.unwrap());
}

#[tokio::test]
async fn a_changed_configuration_goes_live_too() {
    let bucket = Bucket::new(|_, _| None).await;
    bucket.fill();
    let trainer = bucket.trainer();
    let first = published(&trainer.run().await.unwrap()).to_owned();
    bucket.put("configs.json", br#"{"language_tag":"en-US","auntMaricotaDistanceConfidence":0.5}"#);
    let second = published(&trainer.run().await.unwrap()).to_owned();
    assert_ne!(first, second);
    assert_eq!(version_of(&bucket.get(PACKED).unwrap()), second);
}

#[tokio::test]
async fn without_knowledge_there_is_nothing_to_do() {
    let bucket = Bucket::new(|_, _| None).await;
    bucket.put("configs.json", b"{}");
    assert_eq!(bucket.trainer().run().await.unwrap(), Outcome::Incomplete);
    assert_eq!(bucket.news(&mut 0), ["configs.json"]);
}

#[tokio::test]
async fn errors_are_written_down_and_the_live_brain_stays_until_they_are_mended() {
    let bucket = Bucket::new(|_, _| None).await;
    bucket.fill();
    let trainer = bucket.trainer();
    trainer.run().await.unwrap();
    let live = bucket.get(PACKED);
    for broken in ["", "{", "[]", r#"{"knowledge":[{"_id":"a"},{"_id":"a"}]}"#] {
        bucket.put("knowledge.json", broken.as_bytes());
        let Outcome::Refused { problems, .. } = trainer.run().await.unwrap() else { panic!("{broken}") };
        assert!(!problems.is_empty());
        assert_eq!(bucket.json("problems.json"), serde_json::to_value(&problems).unwrap());
        assert_eq!(bucket.get(PACKED), live);
    }
    bucket.fill();
    published(&trainer.run().await.unwrap());
    assert_eq!(bucket.json("problems.json"), json!([]));
}

#[tokio::test]
async fn a_change_during_training_leaves_the_publishing_to_its_own_run() {
    // The files are looked at once training is done.
    let bucket = Bucket::new(|request, objects| {
        if is_look(request, "knowledge.json") {
            objects.put("knowledge.json", other_knowledge().to_string().as_bytes());
        }
        None
    });
    let bucket = bucket.await;
    bucket.fill();
    assert_eq!(bucket.run().await, Outcome::Superseded);
    assert_eq!(bucket.get(PACKED), None);
    assert_eq!(bucket.get("problems.json"), None);
}

#[tokio::test]
async fn a_change_while_errors_are_found_leaves_their_list_to_its_own_run() {
    let bucket = Bucket::new(|request, objects| {
        if is_look(request, "configs.json") {
            objects.put("configs.json", b"{}");
        }
        None
    });
    let bucket = bucket.await;
    bucket.put("knowledge.json", b"{");
    assert_eq!(bucket.trainer().run().await.unwrap(), Outcome::Superseded);
    assert_eq!(bucket.get("problems.json"), None);
}

#[tokio::test]
async fn a_late_run_of_older_files_does_not_win() {
    let bucket = Bucket::new(|request, objects| {
        if is_put_of(request, PACKED) && objects.puts(PACKED) == 0 {
            objects.put(PACKED, b"of older files");
        }
        None
    });
    let bucket = bucket.await;
    bucket.fill();
    let outcome = bucket.trainer().run().await.unwrap();
    assert_eq!(version_of(&bucket.get(PACKED).unwrap()), published(&outcome));
}

#[tokio::test]
async fn a_faster_run_of_newer_files_stays() {
    let bucket = Bucket::new(|request, objects| {
        if is_put_of(request, PACKED) && objects.puts(PACKED) == 0 {
            objects.put("knowledge.json", other_knowledge().to_string().as_bytes());
            objects.put(PACKED, &packed(&other_knowledge(), &configs()));
        }
        None
    });
    let bucket = bucket.await;
    bucket.fill();
    let outcome = bucket.run().await;
    assert_eq!(bucket.get(PACKED).unwrap(), packed(&other_knowledge(), &configs()));
    assert_eq!(published(&outcome), version_of(&bucket.get(PACKED).unwrap()));
    assert_eq!(bucket.json("training-report.json")["version"], published(&outcome), "what is beside it is about it");
}

/// The small bot with another answer.
fn other_knowledge() -> Value {
    let mut other = knowledge();
    other["knowledge"][0]["_source"]["response"][0]["text"] = json!("Otherwise.");
    other
}

#[tokio::test]
async fn a_run_of_older_files_that_could_not_tell_trains_the_newer_ones() {
    // While the brain of the other files is on its way, the first ones are uploaded again, and their run finds its brain live: same
    // contents, same ETag, so that the put goes through.
    let bucket = Bucket::new(|request, objects| {
        if is_put_of(request, PACKED) && objects.puts(PACKED) > 0 {
            objects.put("knowledge.json", knowledge().to_string().as_bytes());
        }
        None
    });
    let bucket = bucket.await;
    bucket.fill();
    let trainer = bucket.trainer();
    let first = published(&trainer.run().await.unwrap()).to_owned();
    bucket.put("knowledge.json", other_knowledge().to_string().as_bytes());
    assert_eq!(published(&trainer.run().await.unwrap()), first);
    assert_eq!(version_of(&bucket.get(PACKED).unwrap()), first);
}

#[tokio::test]
async fn the_report_compares_with_what_was_live_and_keeps_that_when_the_event_comes_twice() {
    let bucket = Bucket::new(|_, _| None).await;
    bucket.fill();
    let trainer = bucket.trainer();
    let first = published(&trainer.run().await.unwrap()).to_owned();
    assert_eq!(bucket.json("training-report.json")["comparison"], Value::Null);
    bucket.put("knowledge.json", other_knowledge().to_string().as_bytes());
    let puts = |bucket: &Bucket| bucket.objects.lock().unwrap().puts(PACKED);
    for _ in 0..2 {
        let second = published(&trainer.run().await.unwrap()).to_owned();
        let report = bucket.json("training-report.json");
        let comparison = &report["comparison"];
        assert_eq!((&comparison["version"], &report["version"]), (&json!(first), &json!(second)));
        assert_eq!(comparison["changed"], json!([knowledge()["knowledge"][0]["_id"]]));
        assert_eq!((&comparison["added"], &comparison["removed"]), (&json!([]), &json!([])));
        assert_eq!(comparison["heldOut"]["after"]["texts"], report["heldOut"]["texts"]);
        assert_eq!(puts(&bucket), 2, "what is live is not put again");
    }
    bucket.put(PACKED, b"of another program");
    published(&trainer.run().await.unwrap());
    assert_eq!(bucket.json("training-report.json")["comparison"], Value::Null);
}

#[tokio::test]
async fn faults_in_the_files_are_a_failure_that_no_repetition_mends() {
    let bucket = Bucket::new(|_, _| None).await;
    bucket.put("knowledge.json", b"{");
    assert!(bucket.trainer().run().await.unwrap().is_failure());
    bucket.fill();
    assert!(!bucket.trainer().run().await.unwrap().is_failure());
    let error = bucket.trainer().handle(&json!({"detail": {}})).await.unwrap_err();
    assert!(error.to_string().contains("no notification of S3"), "{error}");
}

#[tokio::test]
async fn a_bucket_that_everybody_writes_is_a_failure_in_the_end() {
    let bucket = Bucket::new(|request, objects| {
        if is_put_of(request, PACKED) {
            let number = objects.puts(PACKED);
            objects.put(PACKED, format!("again {number}").as_bytes());
        }
        None
    });
    let bucket = bucket.await;
    bucket.fill();
    let error = bucket.trainer().run().await.unwrap_err();
    assert!(error.to_string().contains("5 times in a row"), "{error}");
}

#[tokio::test]
async fn a_failure_of_s3_is_an_error_and_never_half_a_brain() {
    type Refuses = fn(&Received) -> bool;
    let spoilt: [(Refuses, &str); 4] = [
        (|r| r.method == Method::GET && r.path.ends_with("knowledge.json"), "reading knowledge.json"),
        (|r| is_look(r, "configs.json"), "listing the versions of configs.json"),
        (|r| is_put_of(r, "confusion-matrix.json"), "writing confusion-matrix.json"),
        (|r| is_put_of(r, PACKED), "writing brain-amcClassificationsImpl.pgk"),
    ];
    for (refuses, what) in spoilt {
        let bucket = Bucket::new(move |request, _| refuses(request).then(|| error(403, "AccessDenied"))).await;
        bucket.fill();
        let error = bucket.trainer().run().await.unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
        assert_eq!(bucket.get(PACKED), None);
    }
}

#[tokio::test]
async fn on_the_embedded_s3_an_event_becomes_the_live_brain() {
    let cloud = Cloud::start(CloudOptions::default()).await.unwrap();
    cloud.create_bucket("brains").await.unwrap();
    let settings = BrainSettings { bucket: "brains".to_owned() };
    let (trainer, brains) = (Trainer::new(cloud.s3(), settings.clone()), S3Brains::new(cloud.s3(), settings));
    brains.revalidate_now().await.unwrap_err();
    let mut events = cloud.object_events();
    for (theme, ignored) in [("blue", "notes.txt"), ("red", "old/knowledge.json")] {
        let configs = json!({ "language_tag": "en-US", "theme": { "name": theme } }).to_string();
        for (key, content) in
            [(ignored, "{}"), ("knowledge.json", &knowledge().to_string()), ("configs.json", &configs)]
        {
            cloud
                .s3()
                .put_object()
                .bucket("brains")
                .key(key)
                .body(content.as_bytes().to_vec().into())
                .send()
                .await
                .unwrap();
        }
        let mut outcomes = Vec::new();
        while outcomes.len() < 3 {
            let event = events.recv().await.unwrap();
            if ["notes.txt", "old/knowledge.json", "knowledge.json", "configs.json"].contains(&event.key.as_str()) {
                outcomes.push(trainer.handle(&notification(&event)).await.unwrap());
            }
        }
        assert_eq!(outcomes[0], Outcome::Ignored);
        let live = brains.revalidate_now().await.unwrap();
        assert_eq!(live.brain.config().theme, Some(json!({ "name": theme })));
        assert_eq!(live.brain.version(), published(&outcomes[2]));
    }
}
