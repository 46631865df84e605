//! Speech, ratings and uploads.

use base64::{Engine, prelude::BASE64_STANDARD};
use sbf_dialog::ports::{Rating, Verdict};

use super::*;

#[tokio::test]
async fn text_becomes_sound() {
    for path in ["/services/polly", "/services/polly/"] {
        let answer = send(whole(), post(path, r#"{"text":"hello","own":1,"binary":"forged"}"#)).await;
        assert_eq!(answer.status, StatusCode::OK);
        let sound = BASE64_STANDARD.decode(answer.body["binary"].as_str().unwrap()).unwrap();
        let sound = String::from_utf8(sound).unwrap();
        assert!(sound.contains("Joanna") && sound.contains("en-US"), "{sound}");
        assert_eq!(answer.body["text"], "hello");
        assert_eq!(answer.body["own"], 1);
        assert_eq!(answer.body["voice"], "Joanna");
        assert_eq!(answer.body["contentType"], "audio/mpeg");
        assert_eq!(answer.body["cacheHit"], false);
        assert!(answer.body["hashBase"].as_str().is_some_and(|hash| !hash.is_empty()));
    }
}

/// The voice that answers a request.
async fn speaks(router: &Router, body: &Value) -> Value {
    let answer = send(router.clone(), post("/services/polly", body.to_string())).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.body["binary"].is_string(), answer.body["voice"].is_string(), "{}", answer.body);
    answer.body["voice"].clone()
}

#[tokio::test]
async fn the_bots_voice_speaks_only_the_bots_language() {
    let router = whole();
    assert_eq!(speaks(&router, &json!({ "text": "hello", "lang": "en-GB" })).await, "Joanna");
    assert_eq!(speaks(&router, &json!({ "text": "olá", "lang": "pt-BR" })).await, Value::Null);
    assert_eq!(speaks(&router, &json!({ "text": "saluton", "lang": "eo" })).await, Value::Null);
}

#[tokio::test]
async fn a_request_chooses_among_the_bots_own_voices_and_no_other() {
    let mut knowledge = crate::bot::knowledge();
    knowledge["knowledge"][0]["_source"]["voice"] = json!("Camila");
    let own = |voice: Option<&str>| {
        let configs = json!({ "language_tag": "en-GB", "voice": voice });
        router(app(Arc::new(Brains::of(&knowledge, &configs)), Arc::new(MemorySessions::default()), false))
    };
    // Tiffany speaks with the generative engine alone, which costs the most, and Ruth with the neural one alone.
    for (configured, asked, expected) in [
        (Some("Joey"), None, "Joey"),
        (Some("Joey"), Some("joey"), "Joey"),
        (Some("Joey"), Some("Amy"), "Amy"),
        (Some("Joey"), Some("Camila"), "Camila"),
        (Some("Joey"), Some("Tiffany"), "Joey"),
        (Some("Joey"), Some("Ruth"), "Joey"),
        (Some("Joey"), Some("Nobody"), "Joey"),
        (None, Some("Tiffany"), "Amy"),
        (None, None, "Amy"),
    ] {
        let router = own(configured);
        assert_eq!(speaks(&router, &json!({ "text": "hello", "voice": asked })).await, expected, "{asked:?}");
        let engine = json!({ "text": "hello", "voice": asked, "engine": "generative", "Engine": "long-form" });
        assert_eq!(speaks(&router, &engine).await, expected, "{asked:?}");
    }
    assert_eq!(speaks(&own(None), &json!({ "text": "olá", "voice": "Tiffany", "lang": "pt-BR" })).await, Value::Null);
}

#[tokio::test]
async fn a_bot_without_a_brain_has_no_voice() {
    let router = router(app(Arc::new(Brains::none()), Arc::new(MemorySessions::default()), false));
    assert_eq!(speaks(&router, &json!({ "text": "hello", "voice": "Joanna", "lang": "en" })).await, Value::Null);
}

#[tokio::test]
async fn a_missing_voice_costs_only_the_sound() {
    let router = router(app(LIVE.clone(), Arc::new(MemorySessions::default()), true));
    let answer = send(router, post("/services/polly", r#"{"text":"hello","lang":"en-US","binary":"forged"}"#)).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body, json!({ "text": "hello", "lang": "en-US", "voice": "Joanna" }));
}

#[tokio::test]
async fn no_more_is_spoken_at_once_than_polly_takes() {
    assert!(speaks(&whole(), &json!({ "text": "ß".repeat(3000) })).await.is_string());
    let long = json!({ "text": "a".repeat(3001) }).to_string();
    let costly = format!(r#"{{"text":"a","x":[{}0]}}"#, "[],".repeat(1_000_000));
    let bodies =
        ["", "[]", "{}", r#"{"text":" "}"#, r#"{"text":"a\u0007"}"#, r#"{"text":"a","voice":1}"#, &long, &costly];
    for body in bodies {
        is_refused(&send(whole(), post("/services/polly", body.to_owned())).await, 400);
    }
}

#[tokio::test]
async fn a_rating_is_kept_as_the_callers_with_the_brain_it_was_about() {
    let ratings = Arc::new(MemoryRatings::default());
    let mut app = app(LIVE.clone(), Arc::new(MemorySessions::default()), false);
    app.ratings = Some(ratings.clone());
    let router = router(app);
    for value in ["up", "down"] {
        let body = json!({ "turnID": "t", "value": value, "comment": "Hm.", "userInfo": { "sub": "mallory" } });
        let answer = send(router.clone(), post("/feedback", body.to_string())).await;
        assert_eq!((answer.status, answer.body), (StatusCode::OK, json!({})));
    }
    let kept = ratings.all();
    let expected = Rating {
        subject: "ana".to_owned(),
        turn_id: "t".to_owned(),
        session_id: None,
        verdict: Verdict::Down,
        comment: Some("Hm.".to_owned()),
        at: kept[0].at,
        brain: Some(LIVE.current().await.unwrap().brain.version().to_owned()),
    };
    assert_eq!(kept, [expected]);
}

#[tokio::test]
async fn an_upload_form_goes_to_the_buckets_own_address_in_aws() {
    let body = r#"{"type":"image/jpeg","size":1000,"name":"$a b.jpg"}"#;
    let form = send(whole(), post("/uploads", body)).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.body);
    assert_eq!(form.body["url"], "https://files.s3.sa-east-1.amazonaws.com/");
    assert_eq!(form.body["fields"]["key"], form.body["key"]);
    assert_eq!(form.body["fields"]["Content-Type"], "image/jpeg");
    assert_eq!(form.body["fields"]["Content-Disposition"], "attachment; filename*=UTF-8''%24a%20b.jpg");
    assert_eq!(form.body["fields"]["x-amz-security-token"], "token");
    let names: Vec<_> = form.body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["url", "fields", "key", "expiresAt"]);
    let key = form.body["key"].as_str().unwrap();
    assert!(key.starts_with("uploads/") && key.ends_with(".jpg") && !key.contains("ana"), "{key}");
    let again = send(whole(), post("/uploads", body)).await.body["key"].as_str().unwrap().to_owned();
    let folder = |key: &str| key.rsplit_once('/').unwrap().0.to_owned();
    assert!(again != key && folder(&again) == folder(key), "{again} {key}");
}

#[tokio::test]
async fn files_that_are_not_taken_are_refused_before_they_are_sent() {
    for body in [
        r#"{"type":"text/html","size":1}"#,
        r#"{"type":"image/svg+xml","size":1}"#,
        r#"{"type":"","size":1}"#,
        r#"{"type":"image/png","size":0}"#,
        r#"{"type":"image/png","size":1001}"#,
        r#"{"type":"image/png","size":99999999999999999999999}"#,
        "{}",
    ] {
        is_refused(&send(whole(), post("/uploads", body)).await, 400);
    }
}

#[tokio::test]
async fn a_bot_without_a_place_for_them_takes_neither_ratings_nor_files() {
    let mut app = app(LIVE.clone(), Arc::new(MemorySessions::default()), false);
    (app.ratings, app.uploads) = (None, None);
    let router = router(app);
    is_refused(&send(router.clone(), post("/feedback", r#"{"turnID":"t","value":"up"}"#)).await, 404);
    is_refused(&send(router, post("/uploads", r#"{"type":"image/png","size":1}"#)).await, 404);
}
