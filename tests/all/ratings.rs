//! What every store of ratings must do, on the one in memory and on the embedded DynamoDB; and `POST /feedback` on the latter.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use sbf_aws::ratings::{DynamoRatings, RATINGS_EXPIRY, create_ratings_table};
use sbf_cli::bot::RATINGS_TABLE;
use sbf_dialog::{
    memory::MemoryRatings,
    ports::{Rating, RatingStore, Verdict},
};
use sbf_local::{Cloud, CloudOptions};
use sbf_tests::bot::TestBot;
use serde_json::json;

use crate::http::{post_to, service};

/// 2026-01-02T03:04:05Z in milliseconds.
const WHEN: u64 = 1_767_323_045_000;

/// A store, and what is in it: its attributes as text, sorted by subject and turn.
#[async_trait]
trait Readable: RatingStore {
    async fn items(&self) -> Vec<BTreeMap<String, String>>;
}

#[async_trait]
impl Readable for MemoryRatings {
    async fn items(&self) -> Vec<BTreeMap<String, String>> {
        self.all().into_iter().map(|rating| as_item(&rating)).collect()
    }
}

struct OnDynamoDb {
    store: DynamoRatings,
    client: Client,
}

#[async_trait]
impl RatingStore for OnDynamoDb {
    async fn keep(&self, rating: &Rating) -> Result<(), sbf_dialog::ports::RatingError> {
        self.store.keep(rating).await
    }
}

#[async_trait]
impl Readable for OnDynamoDb {
    async fn items(&self) -> Vec<BTreeMap<String, String>> {
        scan(&self.client, "ratings").await
    }
}

async fn scan(client: &Client, table: &str) -> Vec<BTreeMap<String, String>> {
    let items = client.scan().table_name(table).send().await.unwrap().items.unwrap();
    let text = |value: AttributeValue| value.as_s().unwrap().clone();
    let mut items: Vec<BTreeMap<_, _>> =
        items.into_iter().map(|item| item.into_iter().map(|(name, value)| (name, text(value))).collect()).collect();
    items.sort_by_key(|item: &BTreeMap<String, String>| (item["pk"].clone(), item["sk"].clone()));
    items
}

/// A rating as the table holds it.
fn as_item(rating: &Rating) -> BTreeMap<String, String> {
    assert_eq!(rating.at, WHEN);
    let fields = [
        ("pk", Some(rating.subject.as_str())),
        ("sk", Some(&rating.turn_id)),
        ("value", Some(rating.verdict.as_str())),
        ("ratedAt", Some("2026-01-02T03:04:05Z")),
        ("sessionID", rating.session_id.as_deref()),
        ("comment", rating.comment.as_deref()),
        ("brainVersion", rating.brain.as_deref()),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect()
}

#[tokio::test]
async fn the_store_in_memory_keeps_the_contract() {
    contract(&MemoryRatings::default()).await;
}

#[tokio::test]
async fn the_store_on_dynamodb_keeps_the_contract() {
    let cloud = Cloud::start(CloudOptions::default()).await.unwrap();
    create_ratings_table(&cloud.dynamodb(), "ratings").await.unwrap();
    create_ratings_table(&cloud.dynamodb(), "ratings").await.unwrap();
    contract(&OnDynamoDb { store: DynamoRatings::new(cloud.dynamodb(), "ratings"), client: cloud.dynamodb() }).await;
}

/// DynamoDB deletes by it; a rating that is turned is as young as the turn.
#[tokio::test]
async fn a_rating_expires_after_the_days_that_are_set() {
    let cloud = Cloud::start(CloudOptions::default()).await.unwrap();
    create_ratings_table(&cloud.dynamodb(), "ratings").await.unwrap();
    let kept = Some(Duration::from_secs(30 * 86_400));
    let store = DynamoRatings::new(cloud.dynamodb(), "ratings").keeping_for(kept);
    for (at, end) in [(WHEN, 1_769_915_045), (WHEN + 5_000, 1_769_915_050)] {
        store.keep(&Rating { at, ..rating("ana", "t1", Verdict::Up) }).await.unwrap();
        let items = cloud.dynamodb().scan().table_name("ratings").send().await.unwrap().items.unwrap();
        let ends: Vec<_> = items.iter().map(|item| &item[RATINGS_EXPIRY]).collect();
        assert_eq!(ends, [&AttributeValue::N(end.to_string())]);
    }
}

async fn contract(store: &dyn Readable) {
    let full = Rating {
        session_id: Some("s".to_owned()),
        comment: Some("é \"quoted\" 🙂\nsecond line".to_owned()),
        brain: Some("v1".to_owned()),
        ..rating("ana", "t1", Verdict::Up)
    };
    store.keep(&full).await.unwrap();
    assert_eq!(store.items().await, [as_item(&full)], "what is kept is there");

    let changed = rating("ana", "t1", Verdict::Down);
    store.keep(&changed).await.unwrap();
    assert_eq!(store.items().await, [as_item(&changed)], "a second rating replaces the first whole");

    let others = [rating("ana", "t2", Verdict::Up), rating("bob", "t1", Verdict::Up)];
    for other in &others {
        store.keep(other).await.unwrap();
    }
    let expected = [&changed, &others[0], &others[1]].map(as_item);
    assert_eq!(store.items().await, expected, "turns and subjects are apart");
}

fn rating(subject: &str, turn: &str, verdict: Verdict) -> Rating {
    Rating {
        subject: subject.to_owned(),
        turn_id: turn.to_owned(),
        session_id: None,
        verdict,
        comment: None,
        at: WHEN,
        brain: None,
    }
}

#[tokio::test]
async fn the_thumb_under_an_answer_is_kept_and_may_be_turned() {
    let bot = TestBot::sample("en").await;
    let service = service(&bot);
    for (value, comment) in [("up", json!("Thanks!")), ("down", json!(null))] {
        let body = json!({"turnID": "turn-1", "sessionID": "s", "value": value, "comment": comment});
        let (status, answer) = post_to(&service, "/feedback", body.to_string().into()).await;
        assert_eq!((status.as_u16(), answer.as_slice()), (200, &b"{}"[..]));
    }
    let mut items = scan(&bot.local.cloud.dynamodb(), RATINGS_TABLE).await;
    assert_eq!(items.len(), 1);
    let item = items.remove(0);
    assert!(!item["brainVersion"].is_empty() && item["ratedAt"].ends_with('Z'));
    let kept = ["pk", "sk", "sessionID", "value"].map(|name| item[name].as_str());
    assert_eq!(kept, ["development", "turn-1", "s", "down"]);
    assert!(!item.contains_key("comment"), "{item:?}");
}
