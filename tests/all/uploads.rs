//! `POST /uploads` and what the embedded S3 makes of the forms, sent by a real HTTP client.

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{
    Client, Response,
    multipart::{Form, Part},
};
use sbf_aws::{router::epoch_millis, settings::UploadSettings, uploads::S3Uploads};
use sbf_cli::bot::UPLOAD_BUCKET;
use sbf_dialog::ports::{UploadForm, UploadRequest, Uploads};
use sbf_local::{Cloud, CloudOptions};
use sbf_tests::{
    bot::TestBot,
    process::{DevProcess, post},
    repository,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http::{post_to, service};

/// Not a picture, but S3 looks at what is said of a file only.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n--boundary\r\n\0 a picture";
/// The origin of the bot's page in these tests.
const PAGE: &str = "http://localhost:8080";

/// A form as a page gets it, with fields that a test may change.
#[derive(Clone)]
struct Sent {
    url: String,
    fields: Vec<(String, String)>,
    file: Vec<u8>,
}

impl Sent {
    fn of_answer(answer: &Value, file: &[u8]) -> Self {
        let fields = answer["fields"].as_object().unwrap().iter();
        let fields = fields.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
        Self { url: answer["url"].as_str().unwrap().to_owned(), fields, file: file.to_vec() }
    }

    fn of_form(form: UploadForm) -> Self {
        let fields = form.fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { url: form.url, fields, file: PICTURE.to_vec() }
    }

    fn field(&self, name: &str) -> &str {
        &self.fields.iter().find(|(known, _)| known == name).unwrap().1
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = value.to_owned(),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    fn without(mut self, names: &[&str]) -> Self {
        self.fields.retain(|(name, _)| !names.contains(&name.as_str()));
        self
    }

    async fn send(self, origin: Option<&str>) -> Response {
        self.try_send(origin).await.unwrap()
    }

    async fn try_send(self, origin: Option<&str>) -> reqwest::Result<Response> {
        let form = self.fields.into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
        let form = form.part("file", Part::bytes(self.file).file_name("picture.png"));
        let request = Client::new().post(self.url).multipart(form);
        origin.into_iter().fold(request, |request, origin| request.header("origin", origin)).send().await
    }
}

async fn asked(bot: &TestBot) -> Value {
    let body = json!({"type": "image/png", "size": PICTURE.len(), "name": "chão.png"});
    let (status, answer) = post_to(&service(bot), "/uploads", body.to_string().into()).await;
    assert_eq!(status, 200);
    serde_json::from_slice(&answer).unwrap()
}

/// All keys of the bucket for uploads.
async fn keys(cloud: &Cloud) -> Vec<String> {
    let list = cloud.s3().list_objects_v2().bucket(UPLOAD_BUCKET).send().await.unwrap();
    list.contents().iter().map(|object| object.key().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_file_that_was_announced_lands_in_the_bucket() {
    let bot = TestBot::sample("en").await;
    let answer = asked(&bot).await;
    let landed = Sent::of_answer(&answer, PICTURE).send(None).await;
    assert_eq!(landed.status(), 204, "{}", landed.text().await.unwrap());
    let key = answer["key"].as_str().unwrap();
    let object = bot.local.cloud.s3().get_object().bucket(UPLOAD_BUCKET).key(key).send().await.unwrap();
    assert_eq!(object.content_type(), Some("image/png"));
    assert_eq!(object.content_disposition(), Some("attachment; filename*=UTF-8''ch%C3%A3o.png"));
    assert_eq!(object.body.collect().await.unwrap().to_vec(), PICTURE);
    assert!(key.starts_with("uploads/") && !key.contains("development"), "{key}");
}

#[tokio::test]
async fn a_form_does_not_name_the_key_that_opens_the_cloud() {
    let bot = TestBot::sample("en").await;
    let form = Sent::of_answer(&asked(&bot).await, PICTURE);
    let environment = bot.local.cloud.environment();
    let (_, key) = environment.iter().find(|(name, _)| name == "AWS_ACCESS_KEY_ID").unwrap();
    assert!(form.fields.iter().all(|(_, value)| !value.contains(key)));
    assert!(!decoded(form.field("policy")).contains(key));
}

#[tokio::test]
async fn whatever_differs_from_the_form_is_refused() {
    let bot = TestBot::sample("en").await;
    let right = Sent::of_answer(&asked(&bot).await, PICTURE);
    let document = decoded(right.field("policy"));
    let forged = document.replace("image/png", "text/html");
    assert_ne!(forged, document);
    let other = Sent::of_answer(&asked(&bot).await, PICTURE);
    let key = right.field("key").to_owned();
    let others_folder = key.replacen("uploads/", "uploads/0", 1);
    let cases = [
        ("too large", 400, Sent { file: [PICTURE, b"!"].concat(), ..right.clone() }),
        ("too small", 400, Sent { file: PICTURE[1..].to_vec(), ..right.clone() }),
        ("another type", 400, right.clone().with("Content-Type", "text/html")),
        ("shown as a page", 400, right.clone().with("Content-Disposition", "inline")),
        ("another key", 400, right.clone().with("key", other.field("key"))),
        ("another's folder", 400, right.clone().with("key", &others_folder)),
        ("the brain's bucket", 400, Sent { url: right.url.replace(UPLOAD_BUCKET, "sbf-brain"), ..right.clone() }),
        ("a field too many", 403, right.clone().with("acl", "public-read")),
        ("another redirect", 403, right.clone().with("success_action_redirect", "http://example.org/")),
        ("a forged policy", 403, right.clone().with("policy", &encoded(&forged)).with("Content-Type", "text/html")),
        ("another form's policy", 403, right.clone().with("policy", other.field("policy"))),
        ("another signature", 403, right.clone().with("x-amz-signature", &"0".repeat(64))),
        ("no signature", 403, right.clone().without(&["x-amz-signature"])),
        ("neither policy nor signature", 403, right.clone().without(&["policy", "x-amz-signature"])),
    ];
    for (name, status, sent) in cases {
        let answer = sent.send(None).await;
        let found = answer.status().as_u16();
        assert_eq!(found, status, "{name}: {}", answer.text().await.unwrap());
    }
    assert!(keys(&bot.local.cloud).await.is_empty());
    assert_eq!(right.send(None).await.status(), 204, "the form itself was right");
    assert_eq!(keys(&bot.local.cloud).await, [key]);
}

#[tokio::test]
async fn a_file_far_over_its_size_never_lands() {
    let bot = TestBot::sample("en").await;
    let sent = Sent { file: vec![0; 50_000_000], ..Sent::of_answer(&asked(&bot).await, PICTURE) };
    // Where the answer comes while the file is still on its way, the client may see nothing but the closed connection.
    if let Ok(answer) = sent.try_send(None).await {
        assert_eq!(answer.status(), 400);
    }
    assert!(keys(&bot.local.cloud).await.is_empty());
}

#[tokio::test]
async fn a_form_ends_after_five_minutes_and_with_the_keys_that_signed_it() {
    let bot = TestBot::sample("en").await;
    let (local, now) = (&bot.local, epoch_millis());
    let wanted = UploadRequest { media_type: "image/png".to_owned(), size: PICTURE.len() as u64, name: None };
    let uploads = local.app.uploads.clone().unwrap();
    let minutes = |count: u64| now - count * 60_000;
    let expired = uploads.form("ana", &wanted, minutes(5) - 1000, "expired").await.unwrap();
    let answer = Sent::of_form(expired).send(None).await;
    assert_eq!(answer.status(), 403);
    assert!(answer.text().await.unwrap().contains("expired"));
    let late = uploads.form("ana", &wanted, minutes(4), "late").await.unwrap();
    assert_eq!(Sent::of_form(late).send(None).await.status(), 204);

    let elsewhere = Cloud::start(CloudOptions::default()).await.unwrap();
    let settings = UploadSettings { bucket: UPLOAD_BUCKET.to_owned(), limit: 1000 };
    let foreign = S3Uploads::new(local.cloud.s3(), elsewhere.form_credentials(), settings);
    let foreign = foreign.form("ana", &wanted, now, "foreign").await.unwrap();
    assert_eq!(Sent::of_form(foreign).send(None).await.status(), 403);
    assert_eq!(keys(&local.cloud).await.len(), 1);
}

#[tokio::test]
async fn the_bots_own_page_may_send_forms_and_read_the_answer_and_no_other() {
    let bot = TestBot::sample("en").await;
    bot.local.cloud.allow_origins([PAGE.to_owned()]);
    let right = Sent::of_answer(&asked(&bot).await, PICTURE);
    for origin in ["http://example.org", "http://localhost:8081", "https://localhost:8080", "null"] {
        let refused = right.clone().send(Some(origin)).await;
        assert_eq!(refused.status(), 403, "{origin}");
        assert_eq!(refused.headers().get("access-control-allow-origin"), None, "{origin}");
        assert_eq!(preflight(&right.url, origin).await.headers().get("access-control-allow-origin"), None, "{origin}");
    }
    assert!(keys(&bot.local.cloud).await.is_empty());

    let allowed = preflight(&right.url, PAGE).await;
    assert!(allowed.status().is_success());
    assert_eq!(allowed.headers()["access-control-allow-origin"], PAGE);
    assert_eq!(allowed.headers()["access-control-allow-methods"], "POST");
    let read = Client::new().get(&right.url).header("origin", PAGE).send().await.unwrap();
    assert_eq!(read.status(), 403);
    let landed = right.clone().send(Some(PAGE)).await;
    assert_eq!(landed.status(), 204);
    assert_eq!(landed.headers()["access-control-allow-origin"], PAGE);
    // The page also learns why a form was refused.
    let refused = right.with("Content-Type", "text/html").send(Some(PAGE)).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(refused.headers()["access-control-allow-origin"], PAGE);
}

async fn preflight(url: &str, origin: &str) -> Response {
    let request = Client::new().request(reqwest::Method::OPTIONS, url).header("origin", origin);
    request.header("access-control-request-method", "POST").send().await.unwrap()
}

#[tokio::test]
async fn a_picture_goes_from_the_page_of_sbf_dev_to_its_bucket() {
    let state = TempDir::new().unwrap();
    let dev = DevProcess::start(&repository().join("brain/en"), state.path());
    dev.ready().await;
    let (status, answer) =
        post(&format!("{}/uploads", dev.address), &json!({"type": "image/png", "size": PICTURE.len()})).await;
    assert_eq!(status, 200, "{answer}");
    let landed = Sent::of_answer(&answer, PICTURE).send(Some(&dev.address)).await;
    assert_eq!(landed.status(), 204);
    assert_eq!(landed.headers()["access-control-allow-origin"], dev.address.as_str());
    let rating = json!({"turnID": "t", "value": "up"});
    assert_eq!(post(&format!("{}/feedback", dev.address), &rating).await, (200, json!({})));
    dev.kill();

    let options = CloudOptions { state: Some(state.path().to_owned()), ..CloudOptions::default() };
    let cloud = Cloud::start(options).await.unwrap();
    let key = answer["key"].as_str().unwrap();
    let object = cloud.s3().get_object().bucket(UPLOAD_BUCKET).key(key).send().await.unwrap();
    assert_eq!(object.body.collect().await.unwrap().to_vec(), PICTURE);
}

fn decoded(policy: &str) -> String {
    String::from_utf8(BASE64_STANDARD.decode(policy).unwrap()).unwrap()
}

fn encoded(policy: &str) -> String {
    BASE64_STANDARD.encode(policy)
}
