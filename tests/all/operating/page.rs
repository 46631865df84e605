use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use sbf_tests::{brains, moto::Moto};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{BRAIN_BUCKET, STACK, Training, object, sbf, write_brain};

const WEB_BUCKET: &str = "shop-web";

/// A build of these files.
fn build(names: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in names {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "0").unwrap();
    }
    folder
}

/// Publishes a build alone.
async fn page(moto: &Moto, build: &Path, more: &[&str]) -> (Option<i32>, Value, String) {
    let publish = ["publish", "--stack", STACK, "--web-only", "--web", build.to_str().unwrap(), "--json"];
    sbf(moto, &[&publish, more].concat(), build).await
}

/// Publishes a brain of this name alone: its version.
async fn brain(moto: &Moto, folder: &Path, name: &str) -> String {
    write_brain(folder, name);
    brains::write(folder, "configs.json", &json!({"name": name, "language_tag": "en-GB"}));
    let (status, printed, told) = sbf(moto, &["publish", "--stack", STACK, "--brain-only", "--json"], folder).await;
    assert_eq!(status, Some(0), "{told}");
    printed["brain"]["version"].as_str().unwrap().to_owned()
}

/// What the page is told.
async fn client(moto: &Moto) -> Value {
    serde_json::from_slice(&object(moto, WEB_BUCKET, "client.json").await.unwrap()).unwrap()
}

async fn put(moto: &Moto, key: &str, text: &'static str) {
    let put = moto.s3().await.put_object().bucket(WEB_BUCKET).key(key);
    put.body(text.as_bytes().to_vec().into()).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_goes_up_with_its_headers_and_old_files_go() {
    let Some(moto) = Moto::start() else { return };
    moto.stack(STACK, &[]).await;
    let folder = TempDir::new().unwrap();
    write_brain(folder.path(), "From nine to six.");
    brains::write(folder.path(), "configs.json", &json!({"name": "Ana", "language_tag": "en-GB"}));
    let before = build(&["index.html", "logo-old.svg", "assets/index-old.js", "assets/index-oldest.js"]);
    let (status, _, told) = page(&moto, before.path(), &[]).await;
    assert_eq!(status, Some(0), "{told}");
    let build = build(&["index.html", "favicon.svg", "assets/index-abc123.js", "assets/index-abc123.css"]);
    let s3 = moto.s3().await;
    let training = Training::start(&moto).await;
    let web = build.path().to_str().unwrap();
    let (status, printed, told) =
        sbf(&moto, &["publish", "--stack", STACK, "--web", web, "--json"], folder.path()).await;
    training.stop().await;
    assert_eq!(status, Some(0), "{told}");
    assert_eq!(printed["page"]["url"], "https://d111111abcdef8.cloudfront.net/");
    // Pages that are open may still ask for their parts.
    assert_eq!(printed["page"]["removed"], json!(["logo-old.svg"]));
    assert!(told.contains("Removing logo-old.svg") && told.contains("Leaving assets/index-old.js for a day"), "{told}");
    assert_eq!(object(&moto, WEB_BUCKET, "logo-old.svg").await, None);
    assert_eq!(object(&moto, WEB_BUCKET, "assets/index-old.js").await, Some(b"0".to_vec()));
    let forever = "public, max-age=31536000, immutable";
    for (key, kind, control) in [
        ("index.html", "text/html; charset=utf-8", "no-cache"),
        ("client.json", "application/json", "no-cache"),
        ("assets/index-abc123.js", "text/javascript; charset=utf-8", forever),
        ("assets/index-abc123.css", "text/css; charset=utf-8", forever),
        ("assets/index-old.js", "text/javascript; charset=utf-8", forever),
        ("favicon.svg", "image/svg+xml", "public, max-age=3600"),
    ] {
        let head = s3.head_object().bucket(WEB_BUCKET).key(key).send().await.unwrap();
        assert_eq!((head.content_type(), head.cache_control()), (Some(kind), Some(control)), "{key}");
    }
    let sent: Vec<usize> = ["favicon.svg", "client.json", "index.html"]
        .iter()
        .map(|key| told.find(&format!("Sending {key}")).unwrap())
        .collect();
    assert!(sent.is_sorted(), "{told}");
    let client = client(&moto).await;
    assert_eq!((&client["name"], &client["language"]), (&json!("Ana"), &json!("en-GB")));
    assert_eq!(client["brain"]["version"], printed["brain"]["version"]);
    let oidc = json!({
        "issuer": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc",
        "clientId": "4h57client",
        "scope": "openid email profile aws.cognito.signin.user.admin",
        "signInUrl": "https://sbf-1.auth.eu-west-1.amazoncognito.com",
    });
    assert_eq!(client["oidc"], oidc);

    // A day later one of them is gone. The page alone needs no brain here; it tells of the one that is live.
    let yesterday = SystemTime::now() - Duration::from_secs(86_401);
    let yesterday = yesterday.duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
    let older = s3.put_object().bucket(WEB_BUCKET).key("assets/index-oldest.js").metadata("superseded", yesterday);
    older.metadata("published-by", "sbf-publish").send().await.unwrap();
    let (status, printed, told) = page(&moto, build.path(), &[]).await;
    assert_eq!((status, &printed["brain"]), (Some(0), &Value::Null), "{told}");
    assert_eq!(printed["page"]["removed"], json!(["assets/index-oldest.js"]));
    assert!(object(&moto, WEB_BUCKET, "assets/index-old.js").await.is_some());
    assert_eq!(super::page::client(&moto).await, client);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_told_of_every_brain_that_goes_live() {
    let Some(moto) = Moto::start() else { return };
    moto.stack(STACK, &[]).await;
    let (folder, build) = (TempDir::new().unwrap(), build(&["index.html"]));
    let (status, _, told) = page(&moto, build.path(), &[]).await;
    assert_eq!(status, Some(0), "{told}");
    assert_eq!(client(&moto).await["brain"], Value::Null);

    let training = Training::start(&moto).await;
    let mut versions = Vec::new();
    for name in ["Ana", "Eva"] {
        versions.push(brain(&moto, folder.path(), name).await);
        let client = client(&moto).await;
        assert_eq!((&client["name"], &client["brain"]["version"]), (&json!(name), &json!(versions.last())));
        assert_eq!(client["oidc"]["clientId"], "4h57client");
    }
    let (status, _, told) = sbf(&moto, &["brain", "rollback", "--stack", STACK], folder.path()).await;
    assert_eq!(status, Some(0), "{told}");
    let client = client(&moto).await;
    assert_eq!((&client["name"], &client["brain"]["version"]), (&json!("Ana"), &json!(versions[0])));
    training.stop().await;
    let head = moto.s3().await.head_object().bucket(WEB_BUCKET).key("client.json").send().await.unwrap();
    assert_eq!(head.cache_control(), Some("no-cache"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brain_goes_live_whatever_becomes_of_the_page() {
    let Some(moto) = Moto::start() else { return };
    // The bucket of this stack's page is out of reach.
    moto.stack(STACK, &[("WebBucket", "somebody-elses")]).await;
    let folder = TempDir::new().unwrap();
    let training = Training::start(&moto).await;
    write_brain(folder.path(), "From nine to six.");
    let (status, printed, told) =
        sbf(&moto, &["publish", "--stack", STACK, "--brain-only", "--json"], folder.path()).await;
    training.stop().await;
    assert_eq!((status, &printed["brain"]["live"]), (Some(0), &json!(true)), "{told}");
    assert!(told.contains("sbf publish --web-only"), "{told}");
    assert!(object(&moto, BRAIN_BUCKET, "knowledge.json").await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_somebody_else_are_neither_overwritten_nor_removed() {
    let Some(moto) = Moto::start() else { return };
    moto.stack(STACK, &[]).await;
    let (folder, build) = (TempDir::new().unwrap(), build(&["index.html", "assets/index-1.js"]));
    put(&moto, "index.html", "mine").await;
    put(&moto, "client.json", "{}").await;
    put(&moto, "logo.png", "mine").await;

    // Nothing is sent, no brain either.
    write_brain(folder.path(), "From nine to six.");
    let web = build.path().to_str().unwrap();
    let both = ["publish", "--stack", STACK, "--web", web, "--no-wait", "--json"];
    let (status, _, told) = sbf(&moto, &both, folder.path()).await;
    assert_eq!(status, Some(1), "{told}");
    for said in ["shop-web", "index.html, written 20", "client.json", "--force", "--brain-only"] {
        assert!(told.contains(said), "{said}: {told}");
    }
    assert!(!told.contains("logo.png"), "nothing happens to it: {told}");
    assert_eq!(object(&moto, WEB_BUCKET, "index.html").await.unwrap(), b"mine");
    assert_eq!(object(&moto, BRAIN_BUCKET, "knowledge.json").await, None);

    // A page of one's own is told nothing.
    let training = Training::start(&moto).await;
    brain(&moto, folder.path(), "Ana").await;
    training.stop().await;
    assert_eq!(object(&moto, WEB_BUCKET, "client.json").await.unwrap(), b"{}");

    let (status, printed, told) = page(&moto, build.path(), &["--force"]).await;
    assert_eq!((status, &printed["page"]["removed"]), (Some(0), &json!([])), "{told}");
    assert!(told.contains("Leaving logo.png"), "{told}");
    assert_eq!(object(&moto, WEB_BUCKET, "index.html").await.unwrap(), b"0");
    assert_eq!(object(&moto, WEB_BUCKET, "logo.png").await.unwrap(), b"mine");
    // From now on it is the one that sbf publish put there.
    let (status, _, told) = page(&moto, build.path(), &[]).await;
    assert_eq!(status, Some(0), "{told}");
}
