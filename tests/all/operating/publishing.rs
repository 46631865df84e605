use std::fs;

use sbf_aws::{settings::BrainSettings, training::Trainer};
use sbf_brain::artefact::{ABOUT, Files};
use sbf_tests::{brains, moto::Moto, process::eventually, runtime::Faults};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{BRAIN_BUCKET, STACK, Training, files, object, sbf, write_brain};

const BRAIN: &[&str] = &["publish", "--stack", STACK, "--brain-only", "--json"];

#[tokio::test(flavor = "multi_thread")]
async fn a_brain_goes_live_and_is_waited_for() {
    let Some(moto) = Moto::start() else { return };
    moto.stack(STACK, &[]).await;
    let folder = TempDir::new().unwrap();
    write_brain(folder.path(), "From nine to six.");
    brains::write(folder.path(), "configs.json", &json!({"name": "Ana", "language_tag": "en-GB", "cacheTTL": 5000}));
    let training = Training::start(&moto).await;
    let (status, printed, told) = sbf(&moto, BRAIN, folder.path()).await;
    assert_eq!(status, Some(0), "{told}");
    let live =
        sbf_brain::decode(&object(&moto, BRAIN_BUCKET, "brain-amcClassificationsImpl.pgk").await.unwrap()).unwrap();
    assert_eq!((live.name(), live.version()), ("Ana", printed["brain"]["version"].as_str().unwrap()));
    assert_eq!(printed["brain"]["sent"], json!(["configs.json", "knowledge.json"]));
    assert_eq!((&printed["ok"], &printed["brain"]["live"]), (&json!(true), &json!(true)));
    assert_eq!((&printed["brain"]["intents"], &printed["brain"]["withinSeconds"]), (&json!(2), &json!(5)));
    for word in ["Training", "Sending knowledge.json", "Waiting"] {
        assert!(told.contains(word), "{told}");
    }

    // The same again changes nothing; another answer does, and configs.json goes where it is gone here.
    let (_, printed, _) = sbf(&moto, BRAIN, folder.path()).await;
    assert_eq!(printed["brain"]["sent"], json!([]));
    write_brain(folder.path(), "From ten to six.");
    fs::remove_file(folder.path().join("configs.json")).unwrap();
    let (status, printed, told) = sbf(&moto, BRAIN, folder.path()).await;
    assert_eq!((status, &printed["brain"]["sent"]), (Some(0), &json!(["configs.json", "knowledge.json"])), "{told}");
    assert_eq!(object(&moto, BRAIN_BUCKET, "configs.json").await, None);

    // No event tells that the settings went; knowledge.json is sent with it, as it is.
    brains::write(folder.path(), "configs.json", &json!({"name": "Eva", "language_tag": "en-GB"}));
    assert_eq!(sbf(&moto, BRAIN, folder.path()).await.0, Some(0));
    fs::remove_file(folder.path().join("configs.json")).unwrap();
    let (status, printed, told) = sbf(&moto, BRAIN, folder.path()).await;
    assert_eq!((status, &printed["brain"]["sent"]), (Some(0), &json!(["configs.json", "knowledge.json"])), "{told}");
    assert_eq!(printed["brain"]["name"], "shop");
    training.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_brain_is_not_sent() {
    let Some(moto) = Moto::start() else { return };
    moto.stack(STACK, &[]).await;
    let folder = TempDir::new().unwrap();
    brains::write(folder.path(), "knowledge.json", &json!({"knowledge": [{"_id": "a"}, {"_id": "a"}]}));
    let (status, printed, _) = sbf(&moto, BRAIN, folder.path()).await;
    assert_eq!((status, &printed["ok"]), (Some(1), &json!(false)));
    assert!(printed["problems"].as_array().unwrap().len() >= 2, "{printed:#}");
    assert_eq!(object(&moto, BRAIN_BUCKET, "knowledge.json").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brain_from_elsewhere_is_named_and_not_overwritten() {
    let Some(moto) = Moto::start() else { return };
    moto.stack(STACK, &[]).await;
    let training = Training::start(&moto).await;
    let (ours, theirs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    write_brain(ours.path(), "From nine to six.");
    write_brain(theirs.path(), "Never.");
    assert_eq!(sbf(&moto, BRAIN, ours.path()).await.0, Some(0));
    let (status, _, told) = sbf(&moto, BRAIN, theirs.path()).await;
    assert_eq!(status, Some(1));
    let live =
        sbf_brain::decode(&object(&moto, BRAIN_BUCKET, "brain-amcClassificationsImpl.pgk").await.unwrap()).unwrap();
    for said in ["not published from this folder", "arn:aws:", "S3 version", live.version(), "--force"] {
        assert!(told.contains(said), "{said}: {told}");
    }
    // Who got it first may change it.
    let (status, _, told) = sbf(&moto, &["brain", "pull", "--stack", STACK, "--force"], theirs.path()).await;
    assert_eq!(status, Some(0), "{told}");
    assert_eq!(
        fs::read(theirs.path().join("knowledge.json")).unwrap(),
        fs::read(ours.path().join("knowledge.json")).unwrap()
    );
    write_brain(theirs.path(), "On Sundays.");
    assert_eq!(sbf(&moto, BRAIN, theirs.path()).await.0, Some(0));
    write_brain(ours.path(), "From ten to six.");
    assert_eq!(sbf(&moto, BRAIN, ours.path()).await.0, Some(1));
    let forced: Vec<&str> = BRAIN.iter().copied().chain(["--force"]).collect();
    let (status, _, told) = sbf(&moto, &forced, ours.path()).await;
    assert_eq!(status, Some(0), "{told}");
    training.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_ends_when_nothing_trains_and_when_the_trainer_refuses() {
    let Some(moto) = Moto::start() else { return };
    moto.stack(STACK, &[]).await;
    let folder = TempDir::new().unwrap();
    write_brain(folder.path(), "From nine to six.");
    let short: Vec<&str> = BRAIN.iter().copied().chain(["--timeout", "1"]).collect();
    let (status, _, told) = sbf(&moto, &short, folder.path()).await;
    assert_eq!(status, Some(1));
    assert!(told.contains("not live after 1 s"), "{told}");
    let unwaited: Vec<&str> = BRAIN.iter().copied().chain(["--no-wait"]).collect();
    let (status, printed, _) = sbf(&moto, &unwaited, folder.path()).await;
    assert_eq!((status, &printed["brain"]["live"]), (Some(0), &json!(false)));
    // It is not live, so it is sent again: that is what trains.
    assert_eq!(printed["brain"]["sent"], json!(["knowledge.json"]));

    // A trainer of another release may know a rule more.
    let s3 = moto.s3().await;
    let [earlier, _] = files(&s3).await;
    let mut command = moto.command(BRAIN, folder.path());
    let publishing = tokio::task::spawn_blocking(move || command.output().unwrap());
    eventually(async || files(&s3).await[0] != earlier).await;
    let problem = json!([{"severity": "error", "file": "knowledge.json", "path": "knowledge", "rule": "must be newer", "found": "old"}]);
    let sent = Files { knowledge: fs::read(folder.path().join("knowledge.json")).unwrap(), config: None };
    let put = s3.put_object().bucket(BRAIN_BUCKET).key("problems.json").metadata(ABOUT, sent.digest());
    put.body(problem.to_string().into_bytes().into()).send().await.unwrap();
    let output = publishing.await.unwrap();
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &printed["problems"][0]["rule"]), (Some(1), &json!("must be newer")));
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_of_an_older_run_that_come_while_it_waits_are_not_its_own() {
    let Some(moto) = Moto::start() else { return };
    moto.stack(STACK, &[]).await;
    let s3 = moto.s3().await;
    let trainer = Trainer::new(s3.clone(), BrainSettings { bucket: BRAIN_BUCKET.to_owned() });
    let faulty = br#"{"knowledge": [{"_id": "a"}, {"_id": "a"}]}"#;
    s3.put_object().bucket(BRAIN_BUCKET).key("knowledge.json").body(faulty.to_vec().into()).send().await.unwrap();
    assert!(trainer.run().await.unwrap().is_failure());
    let older = s3.get_object().bucket(BRAIN_BUCKET).key("problems.json").send().await.unwrap();
    let (about, older) = (older.metadata().cloned(), older.body.collect().await.unwrap().to_vec());
    assert!(String::from_utf8_lossy(&older).contains("error"));

    let folder = TempDir::new().unwrap();
    write_brain(folder.path(), "From nine to six.");
    let calls = Faults::before(&[("AWS_ENDPOINT_URL_S3".to_owned(), moto.address.clone())]).await;
    let mut command = moto.command(&[BRAIN, &["--force"]].concat(), folder.path());
    command.envs(calls.environment());
    let publishing = tokio::task::spawn_blocking(move || command.output().unwrap());
    eventually(async || object(&moto, BRAIN_BUCKET, "knowledge.json").await.unwrap() != faulty).await;
    // A run of the faulty file was slow, or was repeated: it writes what it found.
    let put = s3.put_object().bucket(BRAIN_BUCKET).key("problems.json").set_metadata(about);
    put.body(older.into()).send().await.unwrap();
    // It looks at them, and once more.
    let looks = || calls.calls().iter().filter(|call| call.contains("problems.json")).count();
    let before = looks();
    eventually(async || looks() >= before + 2).await;
    assert!(!publishing.is_finished(), "it goes on waiting for its own run");
    trainer.run().await.unwrap();
    let output = publishing.await.unwrap();
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &printed["brain"]["live"]), (Some(0), &json!(true)), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_found_is_named() {
    let Some(moto) = Moto::start() else { return };
    let folder = TempDir::new().unwrap();
    write_brain(folder.path(), "From nine to six.");
    let (status, _, told) = sbf(&moto, BRAIN, folder.path()).await;
    assert_eq!(status, Some(1));
    assert!(told.contains("the stack shop cannot be read") && told.contains("does not exist"), "{told}");
    let (status, _, told) = sbf(&moto, &["publish", "--stack", STACK, "--web", "nowhere"], folder.path()).await;
    assert!(status == Some(2) && told.contains("npm run build"), "{told}");
    let empty = TempDir::new().unwrap();
    assert_eq!(sbf(&moto, BRAIN, empty.path()).await.0, Some(2));
    assert_eq!(sbf(&moto, &["publish"], folder.path()).await.0, Some(2));
}
