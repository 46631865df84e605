//! Large values of dialogs, on the embedded S3 and DynamoDB.

use std::{collections::BTreeMap, time::Duration};

use sbf_aws::{
    quotas::Quotas,
    sessions::{DynamoSessions, LargeValues},
    settings::QuotaSettings,
};
use sbf_dialog::{
    ports::{SaveError, SessionStore},
    session::{Asking, DialogState, Session},
};
use sbf_local::Cloud;

use super::{FAR_AWAY, key};
use crate::{
    quotas::{UNLIMITED, noon, quotas},
    script::Script,
};

async fn cloud() -> Cloud {
    let cloud = super::cloud().await;
    cloud.create_bucket("files").await.unwrap();
    cloud
}

fn store(cloud: &Cloud, quotas: Option<Quotas>) -> DynamoSessions {
    let large = LargeValues::new(cloud.s3(), "files", quotas);
    DynamoSessions::new(cloud.dynamodb(), "sessions").with_large_values(Some(large))
}

/// A dialog with a photo of so many bytes, and the day that was answered since.
fn with_photo(bytes: usize, day: &str) -> Session {
    let filled = BTreeMap::from([("photo".to_owned(), "p".repeat(bytes)), ("day".to_owned(), day.to_owned())]);
    let asking = Asking { intent: "1".to_owned(), parameter: "city".to_owned(), filled, ..Asking::default() };
    Session { state: DialogState::Asking(asking), expires_at: FAR_AWAY, ..Session::default() }
}

async fn objects(cloud: &Cloud) -> Vec<String> {
    let listed = cloud.s3().list_objects_v2().bucket("files").send().await.unwrap();
    listed.contents().iter().map(|object| object.key().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_photo_is_kept_in_the_bucket_as_long_as_its_dialog_and_comes_back_whole() {
    let cloud = cloud().await;
    let store = store(&cloud, None);
    store.save(&key(), &with_photo(3_000_000, "monday"), 0).await.unwrap();
    let first = objects(&cloud).await;
    assert!(first.len() == 1 && first[0].starts_with("sessions/") && !first[0].contains("ana"), "{first:?}");
    let found = store.load(&key()).await.unwrap().unwrap().session;
    assert_eq!(found.state, with_photo(3_000_000, "monday").state);
    // The next turn changes something else.
    let next = Session { beside: found.beside, ..with_photo(3_000_000, "tuesday") };
    store.save(&key(), &next, 1).await.unwrap();
    assert_eq!(objects(&cloud).await, first);
    let found = store.load(&key()).await.unwrap().unwrap().session;
    assert_eq!(found.state, next.state);
    // And the last one ends the dialog.
    store.save(&key(), &Session { state: DialogState::Idle, ..found }, 2).await.unwrap();
    assert_eq!(objects(&cloud).await, [""; 0]);
    assert_eq!(store.load(&key()).await.unwrap().unwrap().session.beside, None);
}

#[tokio::test]
async fn a_session_that_takes_the_place_of_an_expired_one_erases_its_values() {
    let cloud = cloud().await;
    let store = store(&cloud, None);
    store.save(&key(), &Session { expires_at: 1, ..with_photo(50_000, "monday") }, 0).await.unwrap();
    assert_eq!(store.load(&key()).await.unwrap(), None);
    store.save(&key(), &Session { expires_at: FAR_AWAY, ..Session::default() }, 0).await.unwrap();
    assert_eq!(objects(&cloud).await, [""; 0]);
}

#[tokio::test]
async fn a_lost_value_is_asked_for_again_and_not_an_error() {
    let cloud = cloud().await;
    let store = store(&cloud, None);
    store.save(&key(), &with_photo(50_000, "monday"), 0).await.unwrap();
    let lost = objects(&cloud).await.remove(0);
    cloud.s3().delete_object().bucket("files").key(lost).send().await.unwrap();
    let found = store.load(&key()).await.unwrap().unwrap().session;
    let DialogState::Asking(asking) = &found.state else { panic!() };
    assert_eq!(asking.filled, BTreeMap::from([("day".to_owned(), "monday".to_owned())]));
    // The same once more is written once more.
    let again = Session { beside: found.beside, ..with_photo(50_000, "monday") };
    store.save(&key(), &again, 1).await.unwrap();
    assert_eq!(store.load(&key()).await.unwrap().unwrap().session.state, again.state);
}

#[tokio::test]
async fn a_value_that_cannot_be_read_is_a_lost_one() {
    let cloud = cloud().await;
    let store = store(&cloud, None);
    store.save(&key(), &with_photo(50_000, "monday"), 0).await.unwrap();
    let damaged = objects(&cloud).await.remove(0);
    let request = cloud.s3().put_object().bucket("files").key(damaged).body(b"\"pppp".to_vec().into());
    request.send().await.unwrap();
    let DialogState::Asking(asking) = store.load(&key()).await.unwrap().unwrap().session.state else { panic!() };
    assert_eq!(asking.filled, BTreeMap::from([("day".to_owned(), "monday".to_owned())]));
}

/// Whoever waits for another turn looks at the session many times.
#[tokio::test]
async fn large_values_are_read_once_however_long_a_turn_waits_for_another() {
    let cloud = super::cloud().await;
    let bucket = Script::always(200, &[], br#""p""#).await;
    let large = LargeValues::new(aws_sdk_s3::Client::new(&bucket.sdk()), "files", None);
    let store = DynamoSessions::new(cloud.dynamodb(), "sessions").with_large_values(Some(large));
    store.save(&key(), &with_photo(50_000, "monday"), 0).await.unwrap();
    let found = store.load_newer(&key(), 1, Duration::from_millis(400)).await.unwrap().unwrap();
    assert!(matches!(found.session.state, DialogState::Asking(asking) if asking.filled["photo"] == "p"));
    let reads = bucket.received().iter().filter(|request| request.method == "GET").count();
    assert_eq!(reads, 1);
}

#[tokio::test]
async fn large_values_count_once_in_the_persons_uploads() {
    let cloud = cloud().await;
    let settings = QuotaSettings { upload_bytes: 100_000, ..UNLIMITED };
    let store = store(&cloud, Some(quotas(&cloud, settings, noon)));
    store.save(&key(), &with_photo(60_000, "monday"), 0).await.unwrap();
    let found = store.load(&key()).await.unwrap().unwrap().session;
    let next = Session { beside: found.beside, ..with_photo(60_000, "tuesday") };
    store.save(&key(), &next, 1).await.unwrap();
    let refused = store.save(&key(), &with_photo(60_001, "tuesday"), 2).await;
    assert!(matches!(refused, Err(SaveError::NoRoom(_))), "{refused:?}");
    // Nothing of it was saved.
    assert_eq!(store.load(&key()).await.unwrap().unwrap().session.state, next.state);
    assert_eq!(objects(&cloud).await.len(), 1);
}

#[tokio::test]
async fn without_a_bucket_there_is_no_room_for_large_values() {
    let cloud = cloud().await;
    let store = DynamoSessions::new(cloud.dynamodb(), "sessions");
    assert!(matches!(store.save(&key(), &with_photo(50_000, "monday"), 0).await, Err(SaveError::NoRoom(_))));
    store.save(&key(), &with_photo(30_000, "monday"), 0).await.unwrap();
}

#[tokio::test]
async fn what_a_slower_turn_wrote_is_taken_back() {
    let cloud = cloud().await;
    let settings = QuotaSettings { upload_bytes: 130_000, ..UNLIMITED };
    let store = store(&cloud, Some(quotas(&cloud, settings, noon)));
    store.save(&key(), &with_photo(60_000, "monday"), 0).await.unwrap();
    for _ in 0..3 {
        let late = store.save(&key(), &with_photo(60_000, "tuesday"), 0).await;
        assert!(matches!(late, Err(SaveError::Conflict)), "{late:?}");
    }
    assert_eq!(objects(&cloud).await.len(), 1);
    assert_eq!(store.load(&key()).await.unwrap().unwrap().session.state, with_photo(60_000, "monday").state);
    store.save(&key(), &with_photo(60_001, "monday"), 1).await.unwrap();
}

/// Somebody cancels and sends the same photo again, while the save that ended the dialog still erases its values.
#[tokio::test]
async fn a_value_that_is_written_anew_is_not_the_one_that_is_being_erased() {
    let cloud = cloud().await;
    let store = store(&cloud, None);
    store.save(&key(), &with_photo(60_000, "monday"), 0).await.unwrap();
    let first = objects(&cloud).await;
    let found = store.load(&key()).await.unwrap().unwrap().session;
    store.save(&key(), &Session { state: DialogState::Idle, ..found }, 1).await.unwrap();
    store.save(&key(), &with_photo(60_000, "monday"), 2).await.unwrap();
    let second = objects(&cloud).await;
    assert!(second.len() == 1 && second != first, "{first:?} {second:?}");
}
