//! S3: earlier versions of objects.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use sbf_local::{Cloud, CloudOptions};

async fn put(s3: &Client, key: &str, contents: &str) -> Option<String> {
    let body = ByteStream::from(contents.as_bytes().to_vec());
    s3.put_object().bucket("brain").key(key).body(body).send().await.unwrap().version_id
}

async fn read(s3: &Client, key: &str, version: Option<&str>) -> Result<String, String> {
    let request = s3.get_object().bucket("brain").key(key).set_version_id(version.map(str::to_owned));
    let object = request.send().await.map_err(|error| error.code().unwrap_or_default().to_owned())?;
    if let Some(version) = version {
        assert_eq!(object.version_id(), Some(version));
    }
    Ok(String::from_utf8(object.body.collect().await.unwrap().to_vec()).unwrap())
}

/// Version, whether it is the latest, and whether it is a delete marker; all of a key, newest first, in pages of `page`.
async fn listed(s3: &Client, key: &str, page: i32) -> Vec<(String, bool, bool)> {
    let mut found = Vec::new();
    let (mut key_marker, mut version_marker) = (None, None);
    loop {
        let request = s3.list_object_versions().bucket("brain").prefix(key).max_keys(page);
        let list = request.set_key_marker(key_marker).set_version_id_marker(version_marker).send().await.unwrap();
        assert!(list.versions().len() + list.delete_markers().len() <= usize::try_from(page).unwrap());
        for version in list.versions().iter().filter(|version| version.key() == Some(key)) {
            assert_eq!(version.last_modified().unwrap().subsec_nanos(), 0, "S3 lists whole seconds");
            found.push((version.version_id().unwrap().to_owned(), version.is_latest().unwrap(), false));
        }
        for marker in list.delete_markers().iter().filter(|marker| marker.key() == Some(key)) {
            found.push((marker.version_id().unwrap().to_owned(), marker.is_latest().unwrap(), true));
        }
        if !list.is_truncated().unwrap() {
            break;
        }
        (key_marker, version_marker) = (list.next_key_marker, list.next_version_id_marker);
    }
    // Version ids of this S3 are numbers; the SDK tells versions and markers apart.
    found.sort_by(|one, other| other.0.cmp(&one.0));
    found
}

async fn versioned() -> Cloud {
    let cloud = Cloud::start(CloudOptions::default()).await.unwrap();
    cloud.create_versioned_bucket("brain").await.unwrap();
    cloud
}

#[tokio::test]
async fn what_is_replaced_or_removed_stays_as_a_version() {
    let cloud = versioned().await;
    let s3 = cloud.s3();
    let one = put(&s3, "knowledge.json", "one").await.unwrap();
    let two = put(&s3, "knowledge.json", "two").await.unwrap();
    put(&s3, "knowledge.json.bak", "other").await;
    let removed = s3.delete_object().bucket("brain").key("knowledge.json").send().await.unwrap();
    assert_eq!(removed.delete_marker(), Some(true));
    let marker = removed.version_id.unwrap();
    assert_eq!(read(&s3, "knowledge.json", None).await, Err("NoSuchKey".to_owned()));
    let three = put(&s3, "knowledge.json", "three").await.unwrap();
    for (version, contents) in [(&one, "one"), (&two, "two"), (&three, "three")] {
        assert_eq!(read(&s3, "knowledge.json", Some(version)).await.as_deref(), Ok(contents));
    }
    assert_eq!(read(&s3, "knowledge.json", Some(&marker)).await, Err("MethodNotAllowed".to_owned()));
    assert_eq!(read(&s3, "knowledge.json", Some("00FF")).await, Err("NoSuchVersion".to_owned()));
    assert_eq!(read(&s3, "knowledge.json", None).await.as_deref(), Ok("three"));
    let expected =
        [(three, true, false), (marker, false, true), (two.clone(), false, false), (one.clone(), false, false)];
    for page in [1, 2, 3, 1000] {
        assert_eq!(listed(&s3, "knowledge.json", page).await, expected, "{page}");
    }
    let head = s3.head_object().bucket("brain").key("knowledge.json").version_id(&two).send().await.unwrap();
    assert_eq!((head.content_length(), head.version_id()), (Some(3), Some(two.as_str())));
    let refused = s3.delete_object().bucket("brain").key("knowledge.json").version_id(&one).send().await;
    assert_eq!(refused.unwrap_err().code(), Some("NotImplemented"));
    assert_eq!(read(&s3, "knowledge.json", Some(&one)).await.as_deref(), Ok("one"));
}

#[tokio::test]
async fn twenty_earlier_versions_stay_and_the_files_of_older_ones_go() {
    let cloud = versioned().await;
    let s3 = cloud.s3();
    let first = put(&s3, "k", "0").await.unwrap();
    for number in 1..=25 {
        put(&s3, "k", &number.to_string()).await;
    }
    assert_eq!(listed(&s3, "k", 1000).await.len(), 21);
    assert_eq!(read(&s3, "k", Some(&first)).await, Err("NoSuchVersion".to_owned()));
    let files = std::fs::read_dir(cloud.state_folder().join("s3/blobs/blobs")).unwrap().count();
    assert_eq!(files, 21);
}

#[tokio::test]
async fn a_bucket_that_keeps_no_versions_lists_what_is_there() {
    let cloud = crate::cloud().await;
    let s3 = cloud.s3();
    for contents in ["one", "two"] {
        assert_eq!(put(&s3, "k", contents).await, None);
    }
    assert_eq!(listed(&s3, "k", 1000).await, [("null".to_owned(), true, false)]);
    let object = s3.get_object().bucket("brain").key("k").version_id("null").send().await.unwrap();
    assert_eq!(object.content_length(), Some(3));
    s3.delete_object().bucket("brain").key("k").send().await.unwrap();
    assert_eq!(listed(&s3, "k", 1000).await, []);
    // From now on it does; what was there before is the first version.
    put(&s3, "k", "three").await;
    cloud.create_versioned_bucket("brain").await.unwrap();
    let status = s3.get_bucket_versioning().bucket("brain").send().await.unwrap().status;
    assert_eq!(status.unwrap().as_str(), "Enabled");
    put(&s3, "k", "four").await;
    let versions = listed(&s3, "k", 1000).await;
    assert_eq!(versions.len(), 2);
    assert_eq!(read(&s3, "k", Some(&versions[1].0)).await.as_deref(), Ok("three"));
    s3.delete_object().bucket("brain").key("k").send().await.unwrap();
    assert_eq!(s3.delete_bucket().bucket("brain").send().await.unwrap_err().code(), Some("BucketNotEmpty"));
}

#[tokio::test]
async fn versions_outlive_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let options = || CloudOptions { state: Some(folder.path().to_owned()), ..CloudOptions::default() };
    let cloud = Cloud::start(options()).await.unwrap();
    cloud.create_versioned_bucket("brain").await.unwrap();
    let one = put(&cloud.s3(), "k", "one").await.unwrap();
    put(&cloud.s3(), "k", "two").await;
    cloud.shutdown().await;
    let cloud = Cloud::start(options()).await.unwrap();
    assert_eq!(read(&cloud.s3(), "k", Some(&one)).await.as_deref(), Ok("one"));
    assert_eq!(listed(&cloud.s3(), "k", 1000).await.len(), 2);
}
