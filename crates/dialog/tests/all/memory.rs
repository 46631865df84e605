//! The contract of a session store, on the one in memory.

use std::time::{Duration, Instant};

use sbf_dialog::{
    memory::MemorySessions,
    ports::{SaveError, SessionStore},
    session::Session,
};

use crate::support::key;

fn session(misses: u32) -> Session {
    Session { misses, expires_at: 1000, ..Session::default() }
}

#[tokio::test]
async fn versions_count_from_one_and_guard_saves() {
    let store = MemorySessions::default();
    assert_eq!(store.load(&key("a")).await.unwrap(), None);
    assert!(matches!(store.save(&key("a"), &session(1), 1).await, Err(SaveError::Conflict)));
    assert_eq!(store.save(&key("a"), &session(1), 0).await.unwrap(), 1);
    assert!(matches!(store.save(&key("a"), &session(2), 0).await, Err(SaveError::Conflict)));
    assert_eq!(store.save(&key("a"), &session(2), 1).await.unwrap(), 2);
    let stored = store.load(&key("a")).await.unwrap().unwrap();
    assert_eq!((stored.session.misses, stored.version), (2, 2));
    assert_eq!(store.load(&key("b")).await.unwrap(), None);
}

#[tokio::test]
async fn an_expired_session_counts_as_absent() {
    let store = MemorySessions::default();
    store.save(&key("a"), &session(1), 0).await.unwrap();
    store.set_clock(999);
    assert!(store.load(&key("a")).await.unwrap().is_some());
    store.set_clock(1000);
    assert_eq!(store.load(&key("a")).await.unwrap(), None);
    assert!(matches!(store.save(&key("a"), &session(2), 1).await, Err(SaveError::Conflict)));
    assert_eq!(store.save(&key("a"), &Session { expires_at: 2000, ..session(2) }, 0).await.unwrap(), 1);
}

#[tokio::test]
async fn waiting_ends_with_a_newer_version_or_with_the_time() {
    let store = MemorySessions::default();
    store.save(&key("a"), &session(1), 0).await.unwrap();
    let began = Instant::now();
    let (found, saved) = tokio::join!(async { store.load_newer(&key("a"), 1, Duration::from_secs(60)).await }, async {
        store.save(&key("a"), &session(2), 1).await
    },);
    assert_eq!((found.unwrap().unwrap().version, saved.unwrap()), (2, 2));
    assert!(began.elapsed() < Duration::from_secs(30));
    let unchanged = store.load_newer(&key("a"), 2, Duration::from_millis(20)).await.unwrap().unwrap();
    assert_eq!(unchanged.version, 2);
    assert_eq!(store.load_newer(&key("a"), 1, Duration::from_secs(60)).await.unwrap().unwrap().version, 2);
}
