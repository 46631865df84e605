//! What every session store must do, on the one in memory and on the embedded DynamoDB.

use std::{sync::Arc, time::Duration};

use sbf_aws::sessions::{DynamoSessions, LargeValues, create_sessions_table};
use sbf_dialog::{
    memory::MemorySessions,
    ports::{SaveError, SessionKey, SessionStore},
    session::{Claim, Delegated, DialogState, Session, StoredReply},
};
use sbf_local::{Cloud, CloudOptions};
use serde_json::{Value, json};

/// Seconds since the epoch that no test outlives.
const FAR_AWAY: u64 = 4_000_000_000;

#[tokio::test]
async fn the_store_in_memory_keeps_the_contract() {
    let store = MemorySessions::default();
    store.set_clock(1_800_000_000);
    contract(Arc::new(store)).await;
}

#[tokio::test]
async fn the_store_on_dynamodb_keeps_the_contract() {
    let cloud = Cloud::start(CloudOptions::default()).await.unwrap();
    create_sessions_table(&cloud.dynamodb(), "sessions").await.unwrap();
    create_sessions_table(&cloud.dynamodb(), "sessions").await.unwrap();
    cloud.create_bucket("files").await.unwrap();
    let large = LargeValues::new(cloud.s3(), "files", None);
    contract(Arc::new(DynamoSessions::new(cloud.dynamodb(), "sessions").with_large_values(Some(large)))).await;
}

async fn contract(store: Arc<dyn SessionStore>) {
    what_is_saved_is_loaded(&*store).await;
    a_large_state_is_loaded_whole(&*store).await;
    a_save_names_the_version_it_replaces(&*store).await;
    subjects_are_apart(&*store).await;
    what_has_expired_is_absent_and_can_be_replaced(&*store).await;
    a_waiting_load_sees_the_next_save(Arc::clone(&store)).await;
    a_waiting_load_gives_up(&*store).await;
    of_many_saves_at_once_one_wins(store).await;
}

async fn what_is_saved_is_loaded(store: &dyn SessionStore) {
    assert_eq!(store.load(&key("ana", "one")).await.unwrap(), None);
    let session = Session {
        misses: 2,
        recent: vec![
            StoredReply {
                turn_id: "t1".into(),
                reply: json!({"text": "é \"quoted\" 🙂", "n": 1.5}),
                response: Value::Null,
            },
            StoredReply { turn_id: "t3".into(), reply: Value::Null, response: json!({"main": {"says": "é"}}) },
        ],
        claim: Some(Claim { turn_id: "t2".into(), until: 7, by: None }),
        expires_at: FAR_AWAY,
        ..Session::default()
    };
    assert_eq!(store.save(&key("ana", "one"), &session, 0).await.unwrap(), 1);
    let loaded = store.load(&key("ana", "one")).await.unwrap().unwrap();
    assert_eq!((loaded.session, loaded.version), (session, 1));
}

async fn a_large_state_is_loaded_whole(store: &dyn SessionStore) {
    let payload = json!({ "photo": "é\"".repeat(300_000), "rows": vec![7; 30_000], "step": 2 });
    let state = Delegated { payload: payload.as_object().unwrap().clone(), ..Delegated::default() };
    let session = Session { state: DialogState::Delegated(state), ..lasting() };
    store.save(&key("ana", "large"), &session, 0).await.unwrap();
    let loaded = store.load(&key("ana", "large")).await.unwrap().unwrap();
    assert_eq!(loaded.session.state, session.state);
    let next = Session { misses: 1, ..loaded.session };
    store.save(&key("ana", "large"), &next, 1).await.unwrap();
    assert_eq!(store.load(&key("ana", "large")).await.unwrap().unwrap().session, next);
}

async fn a_save_names_the_version_it_replaces(store: &dyn SessionStore) {
    let key = key("ana", "versions");
    assert!(matches!(store.save(&key, &lasting(), 1).await, Err(SaveError::Conflict)));
    assert_eq!(store.save(&key, &lasting(), 0).await.unwrap(), 1);
    assert!(matches!(store.save(&key, &lasting(), 0).await, Err(SaveError::Conflict)));
    assert_eq!(store.save(&key, &lasting(), 1).await.unwrap(), 2);
    assert!(matches!(store.save(&key, &lasting(), 1).await, Err(SaveError::Conflict)));
}

async fn subjects_are_apart(store: &dyn SessionStore) {
    store.save(&key("ana", "shared"), &lasting(), 0).await.unwrap();
    assert_eq!(store.load(&key("bob", "shared")).await.unwrap(), None);
}

async fn what_has_expired_is_absent_and_can_be_replaced(store: &dyn SessionStore) {
    let key = key("ana", "old");
    store.save(&key, &Session { expires_at: 1, ..Session::default() }, 0).await.unwrap();
    assert_eq!(store.load(&key).await.unwrap(), None);
    assert_eq!(store.save(&key, &lasting(), 0).await.unwrap(), 1);
}

async fn a_waiting_load_sees_the_next_save(store: Arc<dyn SessionStore>) {
    let key = key("ana", "waiting");
    store.save(&key, &lasting(), 0).await.unwrap();
    let (waiting, waited) = (Arc::clone(&store), key.clone());
    let newer = tokio::spawn(async move { waiting.load_newer(&waited, 1, Duration::from_secs(20)).await });
    tokio::time::sleep(Duration::from_millis(30)).await;
    store.save(&key, &Session { misses: 9, ..lasting() }, 1).await.unwrap();
    let newer = newer.await.unwrap().unwrap().unwrap();
    assert_eq!((newer.version, newer.session.misses), (2, 9));
}

async fn a_waiting_load_gives_up(store: &dyn SessionStore) {
    let key = key("ana", "patience");
    store.save(&key, &lasting(), 0).await.unwrap();
    let same = store.load_newer(&key, 1, Duration::from_millis(40)).await.unwrap().unwrap();
    assert_eq!(same.version, 1);
}

async fn of_many_saves_at_once_one_wins(store: Arc<dyn SessionStore>) {
    let key = key("ana", "race");
    let saves = (0..16).map(|_| {
        let (store, key) = (Arc::clone(&store), key.clone());
        tokio::spawn(async move { store.save(&key, &lasting(), 0).await.is_ok() })
    });
    let mut won = 0;
    for save in saves.collect::<Vec<_>>() {
        won += usize::from(save.await.unwrap());
    }
    assert_eq!(won, 1);
}

fn lasting() -> Session {
    Session { expires_at: FAR_AWAY, ..Session::default() }
}

fn key(subject: &str, session: &str) -> SessionKey {
    SessionKey { subject: subject.into(), session_id: session.into() }
}
