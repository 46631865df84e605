use std::{fs, path::Path};

use sbf_aws::{
    settings::BrainSettings,
    training::{Outcome, Trainer},
};
use sbf_tests::{brains, moto::Moto};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{BRAIN_BUCKET, STACK, Training, object, sbf, write_brain};

const PACKED: &str = "brain-amcClassificationsImpl.pgk";

/// Publishes a brain with this answer and these settings: its version.
async fn publish(moto: &Moto, folder: &Path, answer: &str, configs: Option<&Value>) -> String {
    write_brain(folder, answer);
    match configs {
        Some(configs) => brains::write(folder, "configs.json", configs),
        None => drop(fs::remove_file(folder.join("configs.json"))),
    }
    let (status, printed, told) = sbf(moto, &["publish", "--stack", STACK, "--brain-only", "--json"], folder).await;
    assert_eq!(status, Some(0), "{told}");
    printed["brain"]["version"].as_str().unwrap().to_owned()
}

async fn listed(moto: &Moto, folder: &Path) -> Vec<Value> {
    let (status, printed, told) = sbf(moto, &["brain", "list", "--stack", STACK, "--json"], folder).await;
    assert_eq!(status, Some(0), "{told}");
    printed["brains"].as_array().unwrap().clone()
}

/// The three objects that are a brain together.
async fn triple(moto: &Moto) -> [Option<Vec<u8>>; 3] {
    let (knowledge, configs) =
        (object(moto, BRAIN_BUCKET, "knowledge.json"), object(moto, BRAIN_BUCKET, "configs.json"));
    [knowledge.await, configs.await, object(moto, BRAIN_BUCKET, PACKED).await]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_restores_the_three_files_together_and_training_ends_at_the_same_brain() {
    let Some(moto) = Moto::start() else { return };
    moto.stack(STACK, &[]).await;
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    assert!(listed(&moto, path).await.is_empty());
    let training = Training::start(&moto).await;
    let configs = json!({"name": "Ana", "language_tag": "en-GB"});
    let mut published = vec![(publish(&moto, path, "one", Some(&configs)).await, triple(&moto).await)];
    published.push((publish(&moto, path, "two", None).await, triple(&moto).await));
    published.push((
        publish(&moto, path, "three", Some(&json!({"name": "Eva", "language_tag": "en-GB"}))).await,
        triple(&moto).await,
    ));

    let past = listed(&moto, path).await;
    let live: Vec<&Value> = past.iter().filter(|brain| brain["live"] == true).collect();
    assert_eq!((live.len(), live[0]["version"].as_str().unwrap()), (1, published[2].0.as_str()));
    assert_eq!(past[0]["version"], published[2].0.as_str());
    for (version, _) in &published {
        let found = past.iter().find(|brain| brain["version"] == version.as_str()).unwrap();
        assert_eq!(found["intents"], 2);
        assert!(found["versionId"].as_str().unwrap().len() > 4 && found["bytes"].as_u64().unwrap() > 1000, "{found}");
        assert!(found["since"].as_str().unwrap().starts_with("20"), "{found}");
    }

    // To each of the others and back, while training runs as the events of the restored files start it.
    for index in [0, 1, 2, 0] {
        let (version, files) = &published[index];
        let (status, printed, told) =
            sbf(&moto, &["brain", "rollback", "--stack", STACK, &version[..8], "--json"], path).await;
        assert_eq!((status, printed["live"].as_str()), (Some(0), Some(version.as_str())), "{told}");
        assert!(
            !told.contains("knowledge.json")
                || told.find("knowledge.json") < told.find(PACKED)
                || !told.contains(PACKED),
            "{told}"
        );
        settled(&moto).await;
        assert_eq!(&triple(&moto).await, files, "{index}: {told}");
    }
    let runs = training.stop().await;
    assert!(runs >= 3 + 4, "training ran {runs} times");
    assert_eq!(listed(&moto, path).await[0]["version"], published[0].0.as_str());

    // Whoever publishes next is told that what is live is not from this folder.
    let (status, _, told) = sbf(&moto, &["publish", "--stack", STACK, "--brain-only"], path).await;
    assert!(status == Some(1) && told.contains("sbf-brain-rollback"), "{told}");
}

/// Training that the last change started is over: another run publishes the very same bytes.
async fn settled(moto: &Moto) {
    let trainer = Trainer::new(moto.s3().await, BrainSettings { bucket: BRAIN_BUCKET.to_owned() });
    let outcome = trainer.run().await.unwrap();
    assert!(matches!(outcome, Outcome::Published { .. }), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_event_of_a_restored_file_trains_to_the_same_bytes() {
    let Some(moto) = Moto::start() else { return };
    moto.stack(STACK, &[]).await;
    let folder = TempDir::new().unwrap();
    let training = Training::start(&moto).await;
    publish(&moto, folder.path(), "one", None).await;
    let first = triple(&moto).await;
    publish(&moto, folder.path(), "two", None).await;
    training.stop().await;

    // Without a version, the brain before the live one. Nothing trains meanwhile: the artefact is the old one at once.
    let (status, _, told) = sbf(&moto, &["brain", "rollback", "--stack", STACK], folder.path()).await;
    assert_eq!(status, Some(0), "{told}");
    assert_eq!(triple(&moto).await, first);
    // Then the late events of both files arrive, twice.
    for _ in 0..2 {
        settled(&moto).await;
        assert_eq!(triple(&moto).await, first);
    }
    // Who uploads a faulty file over it gets the problems, and not the newer brain that was rolled back from.
    let trainer = Trainer::new(moto.s3().await, BrainSettings { bucket: BRAIN_BUCKET.to_owned() });
    let put = moto.s3().await.put_object().bucket(BRAIN_BUCKET).key("knowledge.json");
    put.body(b"{".to_vec().into()).send().await.unwrap();
    let outcome = trainer.run().await.unwrap();
    assert!(matches!(outcome, Outcome::Refused { last_good: None, .. }), "{outcome:?}");
    assert_eq!(object(&moto, BRAIN_BUCKET, PACKED).await, first[2]);
    let (status, _, told) = sbf(&moto, &["brain", "rollback", "--stack", STACK, "nonsense"], folder.path()).await;
    assert!(status == Some(2) && told.contains("sbf brain list"), "{told}");
}
