//! Who has used up a day's quota is told so, and when to come back.

use std::sync::Arc;

use aws_sdk_s3::config::{BehaviorVersion, SharedCredentialsProvider};
use sbf_aws::{
    router::router,
    settings::{QuotaSettings, UploadSettings},
    uploads::S3Uploads,
};
use sbf_dialog::{
    memory::MemorySessions,
    ports::{UploadError, UploadRequest, Uploads},
};

use super::{LIVE, app, is_refused, post, send};
use crate::quotas::{NOON, UNLIMITED, cloud, noon, quotas};

#[tokio::test]
async fn a_person_without_turns_left_is_told_to_come_back_tomorrow() {
    let cloud = cloud().await;
    let mut app = app(LIVE.clone(), Arc::new(MemorySessions::default()), true);
    app.quotas = Some(quotas(&cloud, QuotaSettings { turns: 2, ..UNLIMITED }, noon));
    let router = router(app);
    let body = r#"{"text":"hello"}"#;
    for _ in 0..2 {
        assert_eq!(send(router.clone(), post("/core", body)).await.status, 200);
    }
    let answer = send(router, post("/core", body)).await;
    is_refused(&answer, 429);
    assert_eq!(answer.headers["retry-after"], "43200");
}

#[tokio::test]
async fn a_person_who_sent_enough_files_gets_no_more_forms() {
    let cloud = cloud().await;
    let quotas = quotas(&cloud, QuotaSettings { upload_bytes: 900, ..UNLIMITED }, noon);
    let settings = UploadSettings { bucket: "files".to_owned(), limit: 1000 };
    let credentials: SharedCredentialsProvider = cloud.form_credentials();
    let uploads = S3Uploads::new(cloud.s3(), credentials, settings).within(Some(quotas.clone()));
    let mut app = app(LIVE.clone(), Arc::new(MemorySessions::default()), true);
    app.uploads = Some(Arc::new(uploads));
    app.quotas = Some(quotas);
    let router = router(app);
    let body = r#"{"type":"image/png","size":500}"#;
    assert_eq!(send(router.clone(), post("/uploads", body)).await.status, 200);
    let answer = send(router.clone(), post("/uploads", body)).await;
    is_refused(&answer, 429);
    assert_eq!(answer.headers["retry-after"], "43200");
    let small = r#"{"type":"image/png","size":400}"#;
    assert_eq!(send(router, post("/uploads", small)).await.status, 200);
}

#[tokio::test]
async fn a_form_that_cannot_be_made_takes_nothing_of_the_quota() {
    let cloud = cloud().await;
    let quotas = quotas(&cloud, QuotaSettings { upload_bytes: 500, ..UNLIMITED }, noon);
    let made_with = |client: aws_sdk_s3::Client| {
        let settings = UploadSettings { bucket: "files".to_owned(), limit: 1000 };
        S3Uploads::new(client, cloud.form_credentials(), settings).within(Some(quotas.clone()))
    };
    let wanted = UploadRequest::parse(br#"{"type":"image/png","size":500}"#).unwrap();
    let nowhere = aws_sdk_s3::Config::builder().behavior_version(BehaviorVersion::latest()).build();
    let failed = made_with(aws_sdk_s3::Client::from_conf(nowhere)).form("ana", &wanted, NOON, "1").await;
    assert!(matches!(failed, Err(UploadError::Unsigned(_))), "{failed:?}");
    made_with(cloud.s3()).form("ana", &wanted, NOON, "2").await.unwrap();
}
