//! Sessions in DynamoDB: what is beyond the contract that every store keeps.

mod large;

use std::{collections::HashMap, future::ready};

use aws_sdk_dynamodb::types::{AttributeValue, KeyType, TimeToLiveStatus};
use sbf_aws::sessions::{DynamoSessions, SESSIONS_TABLE, create_sessions_table};
use sbf_dialog::{
    ports::{SaveError, SessionKey, SessionStore},
    session::{DialogState, Session},
};
use sbf_local::{Cloud, CloudOptions};
use serde_json::json;

use crate::script::{Received, Script, response, sdk};

/// Seconds since the epoch that no test outlives.
const FAR_AWAY: u64 = 4_000_000_000;

async fn cloud() -> Cloud {
    let cloud = Cloud::start(CloudOptions::default()).await.unwrap();
    create_sessions_table(&cloud.dynamodb(), "sessions").await.unwrap();
    cloud
}

fn key() -> SessionKey {
    SessionKey { subject: "ana".to_owned(), session_id: "one".to_owned() }
}

fn lasting() -> Session {
    Session { expires_at: FAR_AWAY, ..Session::default() }
}

#[tokio::test]
async fn the_table_is_as_defined_and_made_once() {
    let cloud = cloud().await;
    let dynamodb = cloud.dynamodb();
    create_sessions_table(&dynamodb, "sessions").await.unwrap();
    let table = dynamodb.describe_table().table_name("sessions").send().await.unwrap().table.unwrap();
    let keys: Vec<_> = table.key_schema().iter().map(|key| (key.attribute_name(), key.key_type())).collect();
    let expected = [(SESSIONS_TABLE.partition_key, &KeyType::Hash), (SESSIONS_TABLE.sort_key, &KeyType::Range)];
    assert_eq!(keys, expected);
    let expiry = dynamodb.describe_time_to_live().table_name("sessions").send().await.unwrap();
    let expiry = expiry.time_to_live_description.unwrap();
    assert_eq!(expiry.attribute_name(), Some(SESSIONS_TABLE.time_to_live));
    assert_eq!(expiry.time_to_live_status(), Some(&TimeToLiveStatus::Enabled));
}

/// Writes an item as another release might.
async fn write(cloud: &Cloud, body: &str) {
    let item: HashMap<_, _> = [
        ("pk", AttributeValue::S("ana".to_owned())),
        ("sk", AttributeValue::S("one".to_owned())),
        ("version", AttributeValue::N("3".to_owned())),
        ("body", AttributeValue::S(body.to_owned())),
        ("expiresAt", AttributeValue::N(FAR_AWAY.to_string())),
        ("later", AttributeValue::Bool(true)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    cloud.dynamodb().put_item().table_name("sessions").set_item(Some(item)).send().await.unwrap();
}

#[tokio::test]
async fn fields_of_a_later_release_are_kept() {
    let cloud = cloud().await;
    let mut body = serde_json::to_value(Session { misses: 2, ..lasting() }).unwrap();
    body["later"] = json!({ "any": "thing" });
    write(&cloud, &body.to_string()).await;
    let stored = DynamoSessions::new(cloud.dynamodb(), "sessions").load(&key()).await.unwrap().unwrap();
    let newer = [("later".to_owned(), json!({ "any": "thing" }))].into_iter().collect();
    let expected = Session { misses: 2, newer, ..lasting() };
    assert_eq!((&stored.session, stored.version), (&expected, 3));
    let sessions = DynamoSessions::new(cloud.dynamodb(), "sessions");
    sessions.save(&key(), &Session { misses: 0, ..stored.session }, 3).await.unwrap();
    assert_eq!(sessions.load(&key()).await.unwrap().unwrap().session, Session { misses: 0, ..expected });
}

#[tokio::test]
async fn a_state_that_only_a_later_release_knows_is_idle() {
    let cloud = cloud().await;
    write(&cloud, r#"{"state":{"at":"levitating"}}"#).await;
    let stored = DynamoSessions::new(cloud.dynamodb(), "sessions").load(&key()).await.unwrap().unwrap();
    assert_eq!(stored.session.state, DialogState::Idle);
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_a_failure_that_says_so() {
    let cloud = cloud().await;
    for body in ["", "{", "7"] {
        write(&cloud, body).await;
        let error = DynamoSessions::new(cloud.dynamodb(), "sessions").load(&key()).await.unwrap_err();
        assert!(error.to_string().contains("cannot be read by this release"), "{error}");
    }
}

#[tokio::test]
async fn each_save_writes_all_that_the_table_needs() {
    let cloud = cloud().await;
    DynamoSessions::new(cloud.dynamodb(), "sessions").save(&key(), &lasting(), 0).await.unwrap();
    let item = cloud.dynamodb().scan().table_name("sessions").send().await.unwrap().items.unwrap().remove(0);
    let mut names: Vec<_> = item.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["body", "expiresAt", "pk", "savedBy", "sk", "version"]);
    assert_eq!(item["expiresAt"], AttributeValue::N(FAR_AWAY.to_string()));
}

/// DynamoDB refusing a save because of an item that `saved_by` wrote.
async fn refusing(saved_by: impl Fn(&Received) -> String + Clone + Send + Sync + 'static) -> Script {
    let refuse = move |_, request: Received| {
        let body = json!({
            "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
            "message": "The conditional request failed",
            "Item": { "savedBy": { "S": saved_by(&request) }, "version": { "N": "1" } }
        });
        ready(response(400, &[("content-type", "application/x-amz-json-1.0")], body.to_string().into_bytes()))
    };
    Script::new(refuse).await
}

#[tokio::test]
async fn a_save_that_meets_its_own_item_was_repeated_by_the_sdk_and_is_done() {
    let own = |request: &Received| request.json()["Item"]["savedBy"]["S"].as_str().unwrap_or_default().to_owned();
    let dynamodb = refusing(own).await;
    let store = DynamoSessions::new(aws_sdk_dynamodb::Client::new(&dynamodb.sdk()), "sessions");
    assert_eq!(store.save(&key(), &lasting(), 0).await.unwrap(), 1);
    assert_eq!(dynamodb.received()[0].json()["ReturnValuesOnConditionCheckFailure"], "ALL_OLD");
}

#[tokio::test]
async fn a_save_that_meets_anothers_item_is_a_conflict() {
    let dynamodb = refusing(|_| "another".to_owned()).await;
    let store = DynamoSessions::new(aws_sdk_dynamodb::Client::new(&dynamodb.sdk()), "sessions");
    assert!(matches!(store.save(&key(), &lasting(), 0).await, Err(SaveError::Conflict)));
}

#[tokio::test]
async fn an_unreachable_table_is_a_failure() {
    let store = DynamoSessions::new(aws_sdk_dynamodb::Client::new(&sdk("http://127.0.0.1:9")), "sessions");
    store.load(&key()).await.unwrap_err();
    assert!(matches!(store.save(&key(), &lasting(), 0).await, Err(SaveError::Store(_))));
}
