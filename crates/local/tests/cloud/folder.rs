//! The bot's folder: what is told of changes, and what gets into the bucket.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use sbf_local::{BrainFolder, SyncAction, Synced, sync_to_bucket};

use crate::cloud;

const DEADLINE: Duration = Duration::from_secs(10);

/// Names told of from now on until nothing more is told for a while: on a busy machine one save
/// may be seen in two steps.
async fn changed(watched: &mut BrainFolder) -> BTreeSet<String> {
    let mut files = tokio::time::timeout(DEADLINE, watched.changed()).await.expect("a change in time").unwrap().files;
    while let Ok(more) = tokio::time::timeout(Duration::from_millis(300), watched.changed()).await {
        files.extend(more.unwrap().files);
    }
    files
}

fn names(given: &[&str]) -> BTreeSet<String> {
    given.iter().map(|name| (*name).to_owned()).collect()
}

fn write(folder: &Path, name: &str, contents: &str) {
    fs::write(folder.join(name), contents).unwrap();
}

#[tokio::test]
async fn every_way_of_saving_is_one_change() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("bot");
    fs::create_dir(&folder).unwrap();
    write(&folder, "knowledge.json", "0");
    let mut watched = BrainFolder::open(&folder).unwrap();

    // In place.
    write(&folder, "knowledge.json", "1");
    assert_eq!(changed(&mut watched).await, names(&["knowledge.json"]));
    // A new file renamed over the old one.
    write(&folder, "knowledge.json.tmp", "2");
    fs::rename(folder.join("knowledge.json.tmp"), folder.join("knowledge.json")).unwrap();
    assert_eq!(changed(&mut watched).await, names(&["knowledge.json"]));
    // The old one moved away first.
    fs::rename(folder.join("knowledge.json"), folder.join("knowledge.json~")).unwrap();
    write(&folder, "knowledge.json", "3");
    assert_eq!(changed(&mut watched).await, names(&["knowledge.json"]));
    // In pieces, as a slow editor writes.
    for end in 1..6 {
        write(&folder, "knowledge.json", &"4".repeat(end));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(changed(&mut watched).await, names(&["knowledge.json"]));
    // Several files at once, and a deletion.
    write(&folder, "configs.json", "{}");
    write(&folder, "pizza.talk", "> hi");
    assert_eq!(changed(&mut watched).await, names(&["configs.json", "pizza.talk"]));
    fs::remove_file(folder.join("configs.json")).unwrap();
    assert_eq!(changed(&mut watched).await, names(&["configs.json"]));
}

#[tokio::test]
async fn what_is_no_change_is_not_told() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "knowledge.json", "same");
    let mut watched = BrainFolder::open(folder.path()).unwrap();
    write(folder.path(), "copy", "same");
    fs::rename(folder.path().join("copy"), folder.path().join("knowledge.json")).unwrap();
    write(folder.path(), "notes.txt", "other");
    write(folder.path(), ".knowledge.json.swp", "other");
    fs::create_dir(folder.path().join("configs.json")).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    write(folder.path(), "end.talk", "");
    assert_eq!(changed(&mut watched).await, names(&["end.talk"]));
}

#[tokio::test]
async fn a_folder_made_later_and_made_again_is_watched() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("bots").join("hotel");
    let mut watched = BrainFolder::open(&folder).unwrap();
    for contents in ["1", "2"] {
        fs::create_dir_all(&folder).unwrap();
        write(&folder, "knowledge.json", contents);
        assert_eq!(changed(&mut watched).await, names(&["knowledge.json"]));
        fs::remove_dir_all(temporary.path().join("bots")).unwrap();
        assert_eq!(changed(&mut watched).await, names(&["knowledge.json"]));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_followed() {
    let temporary = tempfile::tempdir().unwrap();
    let (folder, elsewhere) = (temporary.path().join("bot"), temporary.path().join("else").join("where"));
    fs::create_dir_all(&folder).unwrap();
    fs::create_dir_all(&elsewhere).unwrap();
    write(&elsewhere, "hotel.json", "1");
    std::os::unix::fs::symlink(elsewhere.join("hotel.json"), folder.join("knowledge.json")).unwrap();
    let mut watched = BrainFolder::open(&folder).unwrap();
    write(&elsewhere, "hotel.json", "2");
    assert_eq!(changed(&mut watched).await, names(&["knowledge.json"]));
}

#[tokio::test]
async fn only_what_differs_gets_into_the_bucket() {
    let cloud = cloud().await;
    let folder = tempfile::tempdir().unwrap();
    let sync = async || sync_to_bucket(&cloud.s3(), "brain", folder.path()).await.unwrap();
    let step = |file, action| Synced { file, action };
    assert_eq!(sync().await, []);
    write(folder.path(), "knowledge.json", "{}");
    write(folder.path(), "configs.json", "{}");
    write(folder.path(), "notes.json", "{}");
    let both = [step("configs.json", SyncAction::Put), step("knowledge.json", SyncAction::Put)];
    assert_eq!(sync().await, both);
    assert_eq!(sync().await, []);
    write(folder.path(), "configs.json", "{ }");
    assert_eq!(sync().await, [step("configs.json", SyncAction::Put)]);
    fs::remove_file(folder.path().join("configs.json")).unwrap();
    let gone = [step("configs.json", SyncAction::Deleted), step("knowledge.json", SyncAction::Put)];
    assert_eq!(sync().await, gone);
    fs::remove_file(folder.path().join("knowledge.json")).unwrap();
    assert_eq!(sync().await, []);
    let kept = cloud.s3().list_objects_v2().bucket("brain").send().await.unwrap();
    assert_eq!(kept.contents()[0].key(), Some("knowledge.json"));
    assert_eq!(kept.key_count(), Some(1));
}

#[tokio::test]
async fn only_regular_files_of_an_authors_size_get_into_the_bucket() {
    let cloud = cloud().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("knowledge.json");
    let refused = async || sync_to_bucket(&cloud.s3(), "brain", folder.path()).await.unwrap_err().to_string();
    fs::File::create(&file).unwrap().set_len(3_000_000_000_000).unwrap();
    assert!(refused().await.ends_with("a file may have 20 MB, and this one has 3000000.0 MB"));
    fs::remove_file(&file).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
    assert!(refused().await.ends_with("only a regular file is read, and this is none"));
}
