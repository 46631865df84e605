//! The last good upload wins: what a run does where the files that are there have errors.

use std::io::Write as _;

use sbf_aws::training::{LOOK_BACK, LastGood, Outcome};
use sbf_brain::artefact::Files;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    bucket::{Bucket, Objects, PACKED, error, is_look, is_put_of},
    version_of,
};
use crate::bot::{configs, knowledge, packed};

/// It has two intents of one id.
const FAULTY: &str = r#"{"knowledge":[{"_id":"a"},{"_id":"a"}]}"#;

/// The small bot with this answer.
fn answering(text: &str) -> Value {
    let mut knowledge = knowledge();
    knowledge["knowledge"][0]["_source"]["response"][0]["text"] = json!(text);
    knowledge
}

/// The artefact of the small bot with this answer.
fn brain(text: &str) -> Vec<u8> {
    packed(&answering(text), &configs())
}

fn put_knowledge(objects: &mut Objects, text: &str) {
    objects.put("knowledge.json", answering(text).to_string().as_bytes());
}

/// A bucket with the settings and these uploads of knowledge.json.
async fn bucket(uploads: &[&str]) -> Bucket {
    let bucket = Bucket::new(|_, _| None).await;
    bucket.put("configs.json", configs().to_string());
    for upload in uploads {
        upload_to(&bucket, upload);
    }
    bucket
}

fn upload_to(bucket: &Bucket, upload: &str) {
    match upload {
        FAULTY => bucket.put("knowledge.json", FAULTY),
        good => bucket.put("knowledge.json", answering(good).to_string()),
    }
}

/// Which brain a refusing run made live.
fn last_good(outcome: &Outcome) -> Option<&str> {
    let Outcome::Refused { problems, last_good } = outcome else { panic!("{outcome:?}") };
    assert!(!problems.is_empty());
    assert!(outcome.is_failure());
    last_good.as_ref().map(|LastGood { version, .. }| version.as_str())
}

/// Runs until nothing is left to do, as repeated events would.
async fn settled(bucket: &Bucket) {
    let mut seen = 0;
    let before = bucket.get(PACKED);
    bucket.news(&mut seen);
    assert_eq!(last_good(&bucket.run().await), None, "a repeated event finds everything done");
    assert_eq!(bucket.news(&mut seen), ["problems.json"]);
    assert_eq!(bucket.get(PACKED), before);
}

#[tokio::test]
async fn the_last_good_upload_goes_live_though_a_faulty_one_replaced_it_before_any_run() {
    let bucket = bucket(&["one", "two", FAULTY]).await;
    let outcome = bucket.run().await;
    assert_eq!(bucket.get(PACKED).unwrap(), brain("two"));
    assert_eq!(last_good(&outcome), Some(version_of(&brain("two")).as_str()));
    let report = bucket.json("training-report.json");
    assert_eq!(report["version"], version_of(&brain("two")), "the files for people are those of the live brain");
    let written = serde_json::to_value(&outcome).unwrap();
    assert_eq!((&written["outcome"], &written["lastGood"]["report"]), (&json!("refused"), &report));
    settled(&bucket).await;
}

#[tokio::test]
async fn the_problems_are_those_of_the_files_that_are_there_and_say_so() {
    let bucket = bucket(&["one", FAULTY]).await;
    let Outcome::Refused { problems, .. } = bucket.run().await else { panic!("it is faulty") };
    assert_eq!(bucket.json("problems.json"), serde_json::to_value(&problems).unwrap());
    assert!(problems.iter().any(|problem| problem.found.contains('a')), "{problems:#?}");
    let digest = |knowledge: &str, config: Option<String>| {
        Files { knowledge: knowledge.into(), config: config.map(String::into_bytes) }.digest()
    };
    let settings = Some(configs().to_string());
    assert_eq!(bucket.about("problems.json"), Some(digest(FAULTY, settings.clone())));
    let good = answering("two").to_string();
    bucket.put("knowledge.json", &good);
    bucket.run().await;
    assert_eq!(bucket.about("problems.json"), Some(digest(&good, settings)));
    bucket.remove("configs.json");
    bucket.run().await;
    assert_eq!(bucket.about("problems.json"), Some(digest(&good, None)));
    assert_ne!(digest(&good, None), digest(&good, Some(String::new())));
}

#[tokio::test]
async fn a_faulty_upload_over_the_live_one_writes_its_problems_and_nothing_else() {
    let bucket = bucket(&["one", "two"]).await;
    bucket.run().await;
    for _ in 0..3 {
        bucket.put("knowledge.json", FAULTY);
        settled(&bucket).await;
        assert_eq!(bucket.get(PACKED).unwrap(), brain("two"));
    }
}

#[tokio::test]
async fn a_brain_that_was_rolled_back_to_stays() {
    let bucket = bucket(&["one", "two"]).await;
    bucket.run().await;
    upload_to(&bucket, "one");
    bucket.put(PACKED, brain("one"));
    bucket.run().await;
    bucket.put("knowledge.json", FAULTY);
    settled(&bucket).await;
    assert_eq!(bucket.get(PACKED).unwrap(), brain("one"));
}

/// The beginning of an artefact of an earlier release, which saw no fault in these files.
fn packed_by_earlier_release(knowledge: &str, configs: &str) -> Vec<u8> {
    let sha = |text: &str| Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let checksums = json!([
        {"entry": "knowledge.json", "sha256": sha(knowledge)}, {"entry": "configs.json", "sha256": sha(configs)}
    ]);
    let manifest =
        json!({"format": 1, "version": "0000", "name": "", "language": null, "intents": 1, "checksums": checksums});
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    archive.start_file("manifest.json", stored).unwrap();
    archive.write_all(manifest.to_string().as_bytes()).unwrap();
    archive.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_live_brain_whose_files_only_an_earlier_release_took_stays() {
    let earlier = packed_by_earlier_release(FAULTY, &configs().to_string());
    let bucket = bucket(&["one"]).await;
    bucket.put("knowledge.json", FAULTY);
    bucket.put(PACKED, &earlier);
    settled(&bucket).await;
    // Nor does the next faulty upload go behind it.
    bucket.put("knowledge.json", "{");
    settled(&bucket).await;
    assert_eq!(bucket.get(PACKED).unwrap(), earlier);
}

#[tokio::test]
async fn a_live_brain_of_unknown_origin_stays_where_it_is_newer_than_the_last_good_upload() {
    let newer = bucket(&["one"]).await;
    newer.put(PACKED, brain("by hand"));
    newer.put("knowledge.json", FAULTY);
    settled(&newer).await;
    assert_eq!(newer.get(PACKED).unwrap(), brain("by hand"));

    let older = bucket(&[]).await;
    older.put(PACKED, brain("by hand"));
    upload_to(&older, "one");
    older.put("knowledge.json", FAULTY);
    assert!(last_good(&older.run().await).is_some());
    assert_eq!(older.get(PACKED).unwrap(), brain("one"));

    // From what cannot be read nobody answers.
    let broken = bucket(&["one"]).await;
    broken.put(PACKED, "half a brain");
    broken.put("knowledge.json", FAULTY);
    broken.run().await;
    assert_eq!(broken.get(PACKED).unwrap(), brain("one"));
}

#[tokio::test]
async fn a_late_brain_of_an_older_upload_gives_way_to_the_last_good_one() {
    // A run of the first upload was slow, and was killed when its brain was live.
    let bucket = bucket(&["one", "two"]).await;
    bucket.put(PACKED, brain("one"));
    bucket.put("knowledge.json", FAULTY);
    assert!(last_good(&bucket.run().await).is_some());
    assert_eq!(bucket.get(PACKED).unwrap(), brain("two"));
    settled(&bucket).await;
}

#[tokio::test]
async fn a_run_that_was_killed_while_it_wrote_for_people_is_mended() {
    let bucket = bucket(&["one", "two"]).await;
    bucket.run().await;
    bucket.put("training-report.json", r#"{"version": "of a run that was killed"}"#);
    bucket.put("knowledge.json", FAULTY);
    bucket.run().await;
    assert_eq!(bucket.json("training-report.json")["version"], version_of(&brain("two")));
    assert_eq!(bucket.objects.lock().unwrap().puts(PACKED), 1);
    settled(&bucket).await;
}

#[tokio::test]
async fn a_state_without_knowledge_is_passed_over() {
    let bucket = bucket(&["one"]).await;
    bucket.remove("knowledge.json");
    assert_eq!(bucket.run().await, Outcome::Incomplete);
    bucket.put("knowledge.json", FAULTY);
    bucket.run().await;
    assert_eq!(bucket.get(PACKED).unwrap(), brain("one"));
}

#[tokio::test]
async fn faulty_settings_are_undone_alone() {
    for tick in [1, 0] {
        let bucket = bucket(&["one"]).await;
        bucket.objects.lock().unwrap().clock += 1;
        bucket.objects.lock().unwrap().tick = tick;
        upload_to(&bucket, "two");
        bucket.put("configs.json", "[");
        bucket.run().await;
        assert_eq!(bucket.get(PACKED).unwrap(), brain("two"), "{tick}");
    }
}

#[tokio::test]
async fn of_two_files_of_one_second_the_faulty_one_is_undone_whichever_came_first() {
    let other = json!({"language_tag": "en-US", "name": "Other"});
    for settings_first in [true, false] {
        let bucket = bucket(&["one"]).await;
        bucket.objects.lock().unwrap().clock += 1;
        bucket.objects.lock().unwrap().tick = 0;
        if settings_first {
            bucket.put("configs.json", other.to_string());
        }
        bucket.put("knowledge.json", FAULTY);
        if !settings_first {
            bucket.put("configs.json", other.to_string());
        }
        bucket.run().await;
        assert_eq!(bucket.get(PACKED).unwrap(), packed(&answering("one"), &other), "{settings_first}");
    }
}

#[tokio::test]
async fn settings_that_were_removed_are_a_state_without_them() {
    let bucket = bucket(&["one"]).await;
    bucket.remove("configs.json");
    bucket.put("knowledge.json", FAULTY);
    bucket.run().await;
    let live = sbf_brain::artefact::files(&bucket.get(PACKED).unwrap()).unwrap();
    assert_eq!((live.knowledge, live.config), (answering("one").to_string().into_bytes(), None));
}

#[tokio::test]
async fn a_bucket_without_versions_has_nothing_to_look_back_at() {
    let bucket = bucket(&["one"]).await;
    bucket.objects.lock().unwrap().versioned = false;
    bucket.run().await;
    assert_eq!(bucket.get(PACKED).unwrap(), brain("one"), "it trains all the same");
    upload_to(&bucket, "two");
    bucket.put("knowledge.json", FAULTY);
    settled(&bucket).await;
    assert_eq!(bucket.get(PACKED).unwrap(), brain("one"));
}

#[tokio::test]
async fn looking_back_has_a_bound() {
    for (faulty, is_found) in [(LOOK_BACK, true), (LOOK_BACK + 1, false)] {
        let bucket = bucket(&["one"]).await;
        for number in 0..faulty {
            bucket.put("knowledge.json", format!("{FAULTY}{number}"));
        }
        assert_eq!(last_good(&bucket.run().await).is_some(), is_found, "{faulty}");
        assert_eq!(bucket.get(PACKED).is_some(), is_found, "{faulty}");
    }
}

#[tokio::test]
async fn a_version_that_is_gone_is_passed_over() {
    let bucket = Bucket::new(|request, objects| {
        let gone = objects
            .written
            .iter()
            .position(|written| written.content.as_deref() == Some(answering("two").to_string().as_bytes()));
        let asked = format!("versionId={}", gone.unwrap());
        request.query.split('&').any(|pair| pair == asked).then(|| error(404, "NoSuchVersion"))
    });
    let bucket = bucket.await;
    for upload in ["one", "two", FAULTY] {
        bucket.put("configs.json", configs().to_string());
        upload_to(&bucket, upload);
    }
    bucket.run().await;
    assert_eq!(bucket.get(PACKED).unwrap(), brain("one"));
}

#[tokio::test]
async fn an_upload_while_an_older_one_is_trained_is_what_counts() {
    // The second look: the first comes before the problems are written, the second after the older upload was trained.
    let bucket = Bucket::new(|request, objects| {
        if is_look(request, "configs.json") && objects.puts("problems.json") > 0 && objects.puts("knowledge.json") == 2
        {
            put_knowledge(objects, "new");
        }
        None
    });
    let bucket = bucket.await;
    bucket.fill();
    bucket.put("knowledge.json", FAULTY);
    let Outcome::Published { version, .. } = bucket.run().await else { panic!("what is there by then is good") };
    assert_eq!((bucket.get(PACKED).unwrap(), version), (brain("new"), version_of(&brain("new"))));
    assert_eq!(bucket.json("problems.json"), json!([]));
    assert_eq!(bucket.objects.lock().unwrap().puts(PACKED), 1, "the older one never was live");
}

#[tokio::test]
async fn the_same_faulty_upload_again_is_another_state() {
    // While the brain of the first good upload is on its way, a second good one comes, the same faulty file again, and their run ends. Contents
    // and ETag of what is there are as before.
    let bucket = Bucket::new(|request, objects| {
        if is_put_of(request, PACKED) && objects.puts(PACKED) == 0 {
            put_knowledge(objects, "two");
            objects.put("knowledge.json", FAULTY.as_bytes());
            objects.put(PACKED, &brain("two"));
        }
        None
    });
    let bucket = bucket.await;
    bucket.put("configs.json", configs().to_string());
    upload_to(&bucket, "one");
    bucket.put("knowledge.json", FAULTY);
    bucket.run().await;
    assert_eq!(bucket.get(PACKED).unwrap(), brain("two"));

    // The same where even the live brain looks untouched, so that the put goes through.
    let bucket = Bucket::new(|request, objects| {
        if is_put_of(request, PACKED) && objects.puts(PACKED) == 1 {
            put_knowledge(objects, "old");
            objects.put("knowledge.json", FAULTY.as_bytes());
        }
        None
    });
    let bucket = bucket.await;
    bucket.put("configs.json", configs().to_string());
    upload_to(&bucket, "old");
    bucket.run().await;
    upload_to(&bucket, "one");
    bucket.put("knowledge.json", FAULTY);
    bucket.run().await;
    assert_eq!(bucket.get(PACKED).unwrap(), brain("old"));
}

#[tokio::test]
async fn a_rollback_meanwhile_wins() {
    // It restores the file, then the brain, between the run's last look and its put.
    let bucket = Bucket::new(|request, objects| {
        if is_put_of(request, PACKED) && objects.puts(PACKED) == 1 {
            put_knowledge(objects, "one");
            objects.put(PACKED, &brain("one"));
        }
        None
    });
    let bucket = bucket.await;
    bucket.put("configs.json", configs().to_string());
    upload_to(&bucket, "zero");
    bucket.run().await;
    for upload in ["two", FAULTY] {
        upload_to(&bucket, upload);
    }
    bucket.run().await;
    assert_eq!(bucket.get(PACKED).unwrap(), brain("one"));
}

#[tokio::test]
async fn a_history_that_cannot_be_read_is_an_error() {
    let bucket = Bucket::new(|request, _| super::bucket::listed(request).map(|_| error(403, "AccessDenied"))).await;
    bucket.fill();
    let error = bucket.trainer().run().await.unwrap_err();
    assert!(error.to_string().contains("listing the versions of configs.json"), "{error}");
}
