//! Who has used up a day's quota is told so, and when to come back.

use std::sync::Arc;

use aws_sdk_s3::config::SharedCredentialsProvider;
use sbf_aws::{
    router::router,
    settings::{QuotaSettings, UploadSettings},
    uploads::S3Uploads,
};
use sbf_dialog::memory::MemorySessions;

use super::{LIVE, app, is_refused, post, send};
use crate::quotas::{UNLIMITED, cloud, noon, quotas};

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
