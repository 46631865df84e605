//! What is stored outlives the process, however it ends.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_sdk_s3::primitives::ByteStream;
use sbf_local::{Cloud, CloudError, CloudOptions, StateError, create_table};

/// Set in the process that writes until it is killed: its state folder.
const WRITER: &str = "SBF_LOCAL_TEST_WRITER";

/// Bytes of each object: several writes of a file.
const SIZE: usize = 300_000;

fn kept(folder: &Path) -> CloudOptions {
    CloudOptions { state: Some(folder.to_owned()), ..CloudOptions::default() }
}

#[tokio::test]
async fn one_state_folder_serves_one_cloud() {
    let folder = tempfile::tempdir().unwrap();
    let first = Cloud::start(kept(folder.path())).await.unwrap();
    let refused = Cloud::start(kept(folder.path())).await.err().unwrap();
    assert!(matches!(refused, CloudError::State(StateError::InUse(_))), "{refused}");
    assert!(refused.to_string().contains("in use"), "{refused}");
    first.shutdown().await;
    Cloud::start(kept(folder.path())).await.unwrap();
}

#[tokio::test]
async fn a_cloud_without_a_state_folder_leaves_nothing() {
    let cloud = crate::cloud().await;
    cloud.s3().put_object().bucket("brain").key("k").body(ByteStream::from_static(b"v")).send().await.unwrap();
    let folder = cloud.state_folder().to_owned();
    assert!(folder.is_dir());
    cloud.shutdown().await;
    assert!(!folder.exists());
}

#[tokio::test]
async fn kill_9_loses_nothing_acknowledged_and_leaves_nothing_half_written() {
    if let Some(folder) = std::env::var_os(WRITER) {
        return write_until_killed(Path::new(&folder)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Acknowledged::default();
    for round in 0..6_u64 {
        let lines = 20 + usize::try_from(round).unwrap() * 7;
        run_writer(folder.path(), lines, Duration::from_millis(round * 3), &mut acknowledged);
        let cloud = Cloud::start(kept(folder.path())).await.unwrap();
        check_objects(&cloud, &acknowledged).await;
        check_items(&cloud, &acknowledged).await;
        cloud.shutdown().await;
    }
    assert!(acknowledged.items.len() > 20 && acknowledged.objects.len() == 3);
}

/// What the killed processes said was stored.
#[derive(Default)]
struct Acknowledged {
    /// Key of an object → the greatest number written to it.
    objects: HashMap<String, u64>,
    items: Vec<u64>,
}

/// Runs this very test as a process that writes, and kills it after some lines and a moment.
fn run_writer(folder: &Path, lines: usize, moment: Duration, acknowledged: &mut Acknowledged) {
    let name = "restart::kill_9_loses_nothing_acknowledged_and_leaves_nothing_half_written";
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .env(WRITER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    let mut read = 0;
    while output.read_line(&mut line).unwrap() > 0 {
        read += usize::from(acknowledged.note(&line));
        line.clear();
        if read == lines {
            std::thread::sleep(moment);
            child.kill().unwrap();
        }
    }
    assert!(!child.wait().unwrap().success(), "the writer was killed");
    assert!(read >= lines, "the writer wrote {read} of {lines}");
}

impl Acknowledged {
    fn note(&mut self, line: &str) -> bool {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["object", key, number] => {
                self.objects.insert(key.to_owned(), number.parse().unwrap());
            }
            ["item", number] => self.items.push(number.parse().unwrap()),
            _ => return false,
        }
        true
    }
}

async fn check_objects(cloud: &Cloud, acknowledged: &Acknowledged) {
    let s3 = cloud.s3();
    for (key, least) in &acknowledged.objects {
        let object = s3.get_object().bucket("brain").key(key).send().await.unwrap();
        let (etag, named) = (object.e_tag.clone().unwrap(), object.metadata.clone().unwrap()["number"].clone());
        let contents = object.body.collect().await.unwrap().to_vec();
        let number = u64::from_le_bytes(contents[..8].try_into().unwrap());
        assert!(number >= *least, "{key}: {number} is older than {least}");
        assert!(contents == self::contents(number), "{key} is not whole");
        assert_eq!(named, number.to_string(), "the metadata belong to the contents");
        let same = s3.put_object().bucket("brain").key("probe").body(ByteStream::from(contents)).send().await;
        assert_eq!(same.unwrap().e_tag.unwrap(), etag, "the ETag belongs to the contents");
    }
}

async fn check_items(cloud: &Cloud, acknowledged: &Acknowledged) {
    for number in &acknowledged.items {
        let key = AttributeValue::N(number.to_string());
        let item = cloud.dynamodb().get_item().table_name("items").key("id", key).send().await.unwrap().item;
        assert!(item.is_some(), "item {number} is lost");
    }
}

#[allow(clippy::print_stdout)]
async fn write_until_killed(folder: &Path) {
    let cloud = Cloud::start(kept(folder)).await.unwrap();
    cloud.create_bucket("brain").await.unwrap();
    let dynamodb = cloud.dynamodb();
    let id = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::N).build();
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build();
    let table = dynamodb.create_table().table_name("items").billing_mode(BillingMode::PayPerRequest);
    let table = table.attribute_definitions(id.unwrap()).key_schema(key.unwrap());
    create_table(&dynamodb, table, None).await.unwrap();
    let started = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let mut number = u64::try_from(started.as_micros()).unwrap();
    loop {
        number += 1;
        let key = format!("k{}", number % 3);
        let put = cloud.s3().put_object().bucket("brain").key(&key).metadata("number", number.to_string());
        put.body(ByteStream::from(contents(number))).send().await.unwrap();
        println!("\nobject {key} {number}");
        let item = AttributeValue::N(number.to_string());
        dynamodb.put_item().table_name("items").item("id", item).send().await.unwrap();
        println!("\nitem {number}");
    }
}

/// Contents of which every byte depends on the number.
fn contents(number: u64) -> Vec<u8> {
    number.to_le_bytes().into_iter().cycle().take(SIZE).collect()
}
