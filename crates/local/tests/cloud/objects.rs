//! S3: conditions, events, keys, listings, copies, uploads in parts.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lambda_events::event::s3::S3Event;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, Delete, ObjectIdentifier};
use sbf_local::{Cloud, CloudOptions, ObjectCreated, notification};

use crate::cloud;

/// Keys that a file system, a URL or XML could stumble over.
const ODD_KEYS: [&str; 14] = [
    "knowledge.json",
    "folder",
    "folder/file",
    "folder/",
    "a/../b",
    "../escape",
    "//double//slash",
    "with space and+plus",
    "percent%20sign%2F",
    "São Tomé/ação 🍕.json",
    "quote\"'<&>.txt",
    "question?mark#hash",
    ".bucket-YnJhaW4.object-eA.internal.json",
    "back\\slash:colon*",
];

async fn put(s3: &Client, key: &str, contents: &str) -> String {
    let body = ByteStream::from(contents.as_bytes().to_vec());
    s3.put_object().bucket("brain").key(key).body(body).send().await.unwrap().e_tag.unwrap()
}

async fn read(s3: &Client, key: &str) -> String {
    let object = s3.get_object().bucket("brain").key(key).send().await.unwrap();
    String::from_utf8(object.body.collect().await.unwrap().to_vec()).unwrap()
}

/// The HTTP status of a refused request.
fn status<T: std::fmt::Debug, E: std::fmt::Debug>(
    result: Result<T, SdkError<E, aws_sdk_s3::config::http::HttpResponse>>,
) -> u16 {
    result.unwrap_err().raw_response().unwrap().status().as_u16()
}

#[tokio::test]
async fn an_unchanged_object_is_not_sent_again() {
    let cloud = cloud().await;
    let s3 = cloud.s3();
    let etag = put(&s3, "brain.pgk", "one").await;
    let get = || s3.get_object().bucket("brain").key("brain.pgk");
    let head = || s3.head_object().bucket("brain").key("brain.pgk");

    let refused = get().if_none_match(&etag).send().await.unwrap_err();
    // Anything but a service error would be tried again by the SDK, for seconds.
    assert!(refused.as_service_error().is_some(), "{refused:?}");
    let response = refused.raw_response().unwrap();
    assert_eq!(response.status().as_u16(), 304);
    assert_eq!(response.headers().get("etag"), Some(etag.as_str()));
    let refused = head().if_none_match(&etag).send().await.unwrap_err();
    assert!(refused.as_service_error().is_some(), "{refused:?}");
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 304);
    assert_eq!(status(get().if_match("\"other\"").send().await), 412);
    assert_eq!(status(head().if_match("\"other\"").send().await), 412);
    assert!(get().if_match(&etag).send().await.is_ok());

    let later = put(&s3, "brain.pgk", "two").await;
    assert_ne!(later, etag);
    assert_eq!(get().if_none_match(&etag).send().await.unwrap().e_tag, Some(later));
}

#[tokio::test]
async fn dates_condition_reads_too() {
    let cloud = cloud().await;
    let s3 = cloud.s3();
    let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    put(&s3, "k", "v").await;
    let get = || s3.get_object().bucket("brain").key("k");
    let modified = get().send().await.unwrap().last_modified.unwrap();
    let after = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert!((before..=after).contains(&u64::try_from(modified.secs()).unwrap()));
    assert_eq!(status(get().if_modified_since(modified).send().await), 304);
    assert_eq!(status(get().if_unmodified_since(DateTime::from_secs(modified.secs() - 60)).send().await), 412);
    assert!(get().if_modified_since(DateTime::from_secs(modified.secs() - 60)).send().await.is_ok());
}

#[tokio::test]
async fn puts_are_conditional() {
    let cloud = cloud().await;
    let s3 = cloud.s3();
    let request = || s3.put_object().bucket("brain").key("k").body(ByteStream::from_static(b"new"));
    assert_eq!(status(request().if_match("\"none\"").send().await), 404);
    let first = request().if_none_match("*").send().await.unwrap().e_tag.unwrap();
    assert_eq!(status(request().if_none_match("*").send().await), 412);
    assert_eq!(status(request().if_match("\"other\"").send().await), 412);
    assert!(request().if_match(&first).send().await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_concurrent_conditional_puts_one_wins() {
    let cloud = cloud().await;
    let etag = put(&cloud.s3(), "k", "start").await;
    let writers = (0..8).map(|writer| {
        let (s3, etag) = (cloud.s3(), etag.clone());
        tokio::spawn(async move {
            let body = ByteStream::from(format!("writer {writer}").into_bytes());
            s3.put_object().bucket("brain").key("k").if_match(etag).body(body).send().await.is_ok()
        })
    });
    let mut winners = 0;
    for writer in writers.collect::<Vec<_>>() {
        winners += usize::from(writer.await.unwrap());
    }
    assert_eq!(winners, 1);
}

#[tokio::test]
async fn a_put_with_a_wrong_checksum_leaves_the_object_alone() {
    let cloud = cloud().await;
    let s3 = cloud.s3();
    put(&s3, "k", "right").await;
    let body = ByteStream::from_static(b"garbled on the way");
    let refused = s3.put_object().bucket("brain").key("k").checksum_sha256("AAAA").body(body).send().await;
    assert_eq!(status(refused), 400);
    assert_eq!(read(&s3, "k").await, "right");
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_see_whole_objects_while_writers_replace_them() {
    let cloud = cloud().await;
    put(&cloud.s3(), "k", &"0".repeat(200_000)).await;
    let s3 = cloud.s3();
    let writer = tokio::spawn(async move {
        for round in 1..40 {
            put(&s3, "k", &(round % 10).to_string().repeat(200_000)).await;
        }
    });
    while !writer.is_finished() {
        let contents = read(&cloud.s3(), "k").await;
        assert_eq!(contents.len(), 200_000);
        assert!(contents.bytes().all(|byte| byte == contents.as_bytes()[0]));
    }
    writer.await.unwrap();
}

#[tokio::test]
async fn every_object_stored_raises_an_event() {
    let cloud = cloud().await;
    let s3 = cloud.s3();
    let mut events = cloud.object_events();
    let etag = put(&s3, "a", "one").await;
    s3.copy_object().bucket("brain").key("b").copy_source("brain/a").send().await.unwrap();
    in_parts(&s3, "c").await;
    s3.delete_object().bucket("brain").key("a").send().await.unwrap();
    put(&s3, "d", "").await;

    let mut got: Vec<ObjectCreated> = Vec::new();
    for _ in 0..4 {
        got.push(events.recv().await.unwrap());
    }
    let told: Vec<_> = got.iter().map(|event| (event.key.as_str(), event.how.as_str(), event.size)).collect();
    let parts = 5 * 1024 * 1024 + 4;
    let expected = [("a", "Put", 3), ("b", "Copy", 3), ("c", "CompleteMultipartUpload", parts), ("d", "Put", 0)];
    assert_eq!(told, expected);
    assert_eq!(format!("\"{}\"", got[0].etag), etag);
    assert!(got.windows(2).all(|pair| pair[0].sequencer < pair[1].sequencer));
    assert!(events.try_recv().is_err());
}

#[tokio::test]
async fn events_stay_pending_until_they_are_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let options = CloudOptions { state: Some(folder.path().to_owned()), ..CloudOptions::default() };
    let first = Cloud::start(options.clone()).await.unwrap();
    first.create_bucket("brain").await.unwrap();
    put(&first.s3(), "a", "1").await;
    put(&first.s3(), "b", "1").await;
    put(&first.s3(), "a", "2").await;
    let pending = first.pending_object_events().await.unwrap();
    let keys: Vec<_> = pending.iter().map(|event| event.key.as_str()).collect();
    assert_eq!(keys, ["b", "a"], "of each key the last event counts");
    first.acknowledge(&pending[0]).await.unwrap();
    first.shutdown().await;

    let second = Cloud::start(options).await.unwrap();
    let left = second.pending_object_events().await.unwrap();
    assert_eq!(left, pending[1..]);
}

#[tokio::test]
async fn odd_keys_are_keys_like_others() {
    let cloud = cloud().await;
    let s3 = cloud.s3();
    let mut events = cloud.object_events();
    for key in ODD_KEYS {
        put(&s3, key, key).await;
        let event = notification(&events.recv().await.unwrap());
        let parsed: S3Event = serde_json::from_value(event).unwrap();
        let written = parsed.records[0].s3.object.key.clone().unwrap();
        let form = reqwest::Url::parse(&format!("http://host/?{written}")).unwrap();
        assert_eq!(form.query_pairs().next().unwrap().0, key);
    }
    for key in ODD_KEYS {
        assert_eq!(read(&s3, key).await, key);
    }
    let mut expected = ODD_KEYS.to_vec();
    expected.sort_unstable();
    assert_eq!(keys(&s3, None, None).await.0, expected);

    for key in ODD_KEYS {
        s3.delete_object().bucket("brain").key(key).send().await.unwrap();
    }
    assert!(keys(&s3, None, None).await.0.is_empty());
}

#[tokio::test]
async fn an_event_is_what_a_lambda_function_gets() {
    let cloud = cloud().await;
    let mut events = cloud.object_events();
    let etag = put(&cloud.s3(), "en US/knowledge.json", "{}").await;
    let event = notification(&events.recv().await.unwrap());
    let record = &event["Records"][0];
    assert_eq!(record["eventSource"], "aws:s3");
    assert_eq!(record["eventName"], "ObjectCreated:Put");
    assert_eq!(record["s3"]["bucket"]["arn"], "arn:aws:s3:::brain");
    assert_eq!(record["s3"]["object"]["key"], "en+US/knowledge.json");
    let parsed: S3Event = serde_json::from_value(event).unwrap();
    let s3 = &parsed.records[0].s3;
    assert_eq!(s3.bucket.name.as_deref(), Some("brain"));
    assert_eq!(s3.object.size, Some(2));
    assert_eq!(s3.object.e_tag.as_deref(), Some(etag.trim_matches('"')));
}

#[tokio::test]
async fn listings_have_pages_and_common_prefixes() {
    let cloud = cloud().await;
    let s3 = cloud.s3();
    for key in ["a", "b/1", "b/2", "b/3/x", "c", "d/1"] {
        put(&s3, key, "x").await;
    }
    assert_eq!(keys(&s3, None, Some("/")).await, (texts(&["a", "c"]), texts(&["b/", "d/"])));
    assert_eq!(keys(&s3, Some("b/"), Some("/")).await, (texts(&["b/1", "b/2"]), texts(&["b/3/"])));
    assert_eq!(keys(&s3, Some("b/"), None).await.0, ["b/1", "b/2", "b/3/x"]);
    let first = s3.list_objects_v2().bucket("brain").max_keys(1).send().await.unwrap();
    let object = &first.contents()[0];
    assert_eq!((object.size(), object.e_tag().is_some(), object.last_modified().is_some()), (Some(1), true, true));
    assert_eq!(status(s3.list_objects_v2().bucket("nowhere").send().await), 404);
}

/// All keys and common prefixes, two to a page.
async fn keys(s3: &Client, prefix: Option<&str>, delimiter: Option<&str>) -> (Vec<String>, Vec<String>) {
    let (mut keys, mut prefixes, mut token) = (Vec::new(), Vec::new(), None);
    loop {
        let request = s3.list_objects_v2().bucket("brain").max_keys(2).set_continuation_token(token);
        let request = request.set_prefix(prefix.map(str::to_owned)).set_delimiter(delimiter.map(str::to_owned));
        let page = request.send().await.unwrap();
        keys.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
        prefixes.extend(page.common_prefixes().iter().map(|group| group.prefix().unwrap().to_owned()));
        token = page.next_continuation_token().map(str::to_owned);
        assert_eq!(page.is_truncated(), Some(token.is_some()));
        if token.is_none() {
            return (keys, prefixes);
        }
    }
}

fn texts(given: &[&str]) -> Vec<String> {
    given.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn contents_types_and_metadata_are_kept_and_copied() {
    let cloud = cloud().await;
    let s3 = cloud.s3();
    let request = s3.put_object().bucket("brain").key("k").content_type("application/json").metadata("author", "me");
    request.body(ByteStream::from_static(b"0123456789")).send().await.unwrap();
    s3.copy_object().bucket("brain").key("k2").copy_source("brain/k").send().await.unwrap();
    for key in ["k", "k2"] {
        let part = s3.get_object().bucket("brain").key(key).range("bytes=2-4").send().await.unwrap();
        assert_eq!(part.content_type(), Some("application/json"));
        assert_eq!(part.metadata().unwrap()["author"], "me");
        assert_eq!(part.body.collect().await.unwrap().to_vec(), b"234");
    }
    let refused = s3.copy_object().bucket("brain").key("k3").copy_source("brain/k").copy_source_if_match("\"other\"");
    assert_eq!(status(refused.send().await), 412);
}

#[tokio::test]
async fn buckets_are_made_once_and_deleted_empty() {
    let cloud = cloud().await;
    let s3 = cloud.s3();
    cloud.create_bucket("brain").await.unwrap();
    assert_eq!(s3.list_buckets().send().await.unwrap().buckets().len(), 1);
    put(&s3, "k", "v").await;
    assert_eq!(status(s3.delete_bucket().bucket("brain").send().await), 409);
    let all = Delete::builder().objects(ObjectIdentifier::builder().key("k").build().unwrap()).build().unwrap();
    s3.delete_objects().bucket("brain").delete(all).send().await.unwrap();
    s3.delete_bucket().bucket("brain").send().await.unwrap();
    assert_eq!(status(s3.head_bucket().bucket("brain").send().await), 404);
    let lost = s3.put_object().bucket("brain").key("k").send().await.unwrap_err();
    assert_eq!(lost.code(), Some("NoSuchBucket"));
}

#[tokio::test]
async fn an_upload_in_parts_appears_as_a_whole() {
    let cloud = cloud().await;
    let s3 = cloud.s3();
    put(&s3, "k", "before").await;
    let begun = s3.create_multipart_upload().bucket("brain").key("k").send().await.unwrap();
    let id = begun.upload_id().unwrap();
    let part = s3.upload_part().bucket("brain").key("k").upload_id(id).part_number(1);
    part.body(ByteStream::from_static(b"half")).send().await.unwrap();
    assert_eq!(read(&s3, "k").await, "before");
    s3.abort_multipart_upload().bucket("brain").key("k").upload_id(id).send().await.unwrap();
    assert_eq!(read(&s3, "k").await, "before");
    let etag = in_parts(&s3, "k").await;
    assert!(etag.ends_with("-2\""), "{etag}");
    assert_eq!(read(&s3, "k").await.len(), 5 * 1024 * 1024 + 4);
}

/// Stores 5 MiB and four bytes in two parts; gives the ETag.
async fn in_parts(s3: &Client, key: &str) -> String {
    let begun = s3.create_multipart_upload().bucket("brain").key(key).send().await.unwrap();
    let id = begun.upload_id().unwrap();
    let mut done = CompletedMultipartUpload::builder();
    for (number, contents) in [(1, vec![b'x'; 5 * 1024 * 1024]), (2, b"tail".to_vec())] {
        let part = s3.upload_part().bucket("brain").key(key).upload_id(id).part_number(number);
        let etag = part.body(ByteStream::from(contents)).send().await.unwrap().e_tag.unwrap();
        done = done.parts(CompletedPart::builder().part_number(number).e_tag(etag).build());
    }
    let request = s3.complete_multipart_upload().bucket("brain").key(key).upload_id(id);
    request.multipart_upload(done.build()).send().await.unwrap().e_tag.unwrap()
}

#[tokio::test]
async fn a_request_that_is_not_signed_is_refused() {
    let cloud = cloud().await;
    put(&cloud.s3(), "k", "secret").await;
    let (_, url) = cloud.environment().into_iter().find(|(name, _)| name == "AWS_ENDPOINT_URL_S3").unwrap();
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
    assert_eq!(http.get(format!("{url}/brain/k")).send().await.unwrap().status(), 403);
}
