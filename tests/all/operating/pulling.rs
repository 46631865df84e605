use std::fs;

use sbf_tests::{brains, moto::Moto};
use serde_json::json;
use tempfile::TempDir;

use super::{STACK, sbf, write_brain};

const PULL: &[&str] = &["brain", "pull", "--stack", STACK];

/// A stack whose last upload is a knowledge.json alone.
async fn uploaded(moto: &Moto) -> Vec<u8> {
    moto.stack(STACK, &[]).await;
    let folder = TempDir::new().unwrap();
    write_brain(folder.path(), "From nine to six.");
    let publish = ["publish", "--stack", STACK, "--brain-only", "--no-wait", "--json"];
    let (status, _, told) = sbf(moto, &publish, folder.path()).await;
    assert_eq!(status, Some(0), "{told}");
    fs::read(folder.path().join("knowledge.json")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_not_there_yet_is_made() {
    let Some(moto) = Moto::start() else { return };
    let knowledge = uploaded(&moto).await;
    let folder = TempDir::new().unwrap();
    let (status, _, told) = sbf(&moto, &[PULL, &["a/new/one"]].concat(), folder.path()).await;
    assert_eq!(status, Some(0), "{told}");
    assert_eq!(fs::read(folder.path().join("a/new/one/knowledge.json")).unwrap(), knowledge);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_here_alone_is_removed_by_force_alone_and_said() {
    let Some(moto) = Moto::start() else { return };
    let knowledge = uploaded(&moto).await;
    let folder = TempDir::new().unwrap();
    let configs = folder.path().join("configs.json");
    brains::write(folder.path(), "configs.json", &json!({"name": "Ana"}));
    let (status, _, told) = sbf(&moto, PULL, folder.path()).await;
    assert!(status == Some(1) && told.contains("configs.json is here and the stack has none"), "{told}");
    assert!(configs.is_file() && !folder.path().join("knowledge.json").exists());
    let (status, _, told) = sbf(&moto, &[PULL, &["--force"]].concat(), folder.path()).await;
    assert!(status == Some(0) && told.contains("Removed") && told.contains("configs.json"), "{told}");
    assert!(!configs.exists());
    assert_eq!(fs::read(folder.path().join("knowledge.json")).unwrap(), knowledge);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_read_is_not_taken_for_an_absent_one() {
    let Some(moto) = Moto::start() else { return };
    uploaded(&moto).await;
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("configs.json")).unwrap();
    let (status, _, told) = sbf(&moto, PULL, folder.path()).await;
    assert!(status == Some(2) && told.contains("configs.json"), "{told}");
    assert!(!folder.path().join("knowledge.json").exists(), "nothing was written");
}
