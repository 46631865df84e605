//! Training runs: on a bucket whose every request a test can spoil, and on the embedded S3.

use std::{
    collections::BTreeMap,
    future::ready,
    sync::{Arc, Mutex},
};

use axum::{body::Body, http::Method, http::Response};
use sbf_aws::{
    brains::S3Brains,
    settings::BrainSettings,
    training::{Outcome, Trainer},
};
use sbf_local::{Cloud, CloudOptions, notification};
use serde_json::{Value, json};

use crate::{
    bot::{configs, knowledge, packed},
    script::{Received, Script, response},
};

const PACKED: &str = "brain-amcClassificationsImpl.pgk";

/// Objects by key; each has its content and the number of the put that wrote it, which is its ETag.
#[derive(Default)]
struct Objects {
    objects: BTreeMap<String, (Vec<u8>, u64)>,
    puts: Vec<String>,
}

/// What a test does to the bucket when a request arrives; an answer of its own is sent instead of the bucket's.
type Spoil = fn(&Received, &mut Objects) -> Option<Response<Body>>;

struct Bucket {
    objects: Arc<Mutex<Objects>>,
    s3: Script,
}

impl Bucket {
    async fn new(spoil: Spoil) -> Self {
        let objects = Arc::<Mutex<Objects>>::default();
        let shared = Arc::clone(&objects);
        let answer = move |_, request: Received| {
            let mut objects = shared.lock().unwrap();
            ready(spoil(&request, &mut objects).unwrap_or_else(|| objects.answer(&request)))
        };
        Self { objects, s3: Script::new(answer).await }
    }

    fn trainer(&self) -> Trainer {
        Trainer::new(aws_sdk_s3::Client::new(&self.s3.sdk()), BrainSettings { bucket: "brains".to_owned() })
    }

    fn put(&self, key: &str, content: &[u8]) {
        self.objects.lock().unwrap().put(key, content);
    }

    fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.objects.lock().unwrap().objects.get(key).map(|(content, _)| content.clone())
    }

    fn json(&self, key: &str) -> Value {
        serde_json::from_slice(&self.get(key).unwrap_or_else(|| panic!("no {key}"))).unwrap()
    }

    /// Puts both files of the small bot.
    fn fill(&self) {
        self.put("knowledge.json", knowledge().to_string().as_bytes());
        self.put("configs.json", configs().to_string().as_bytes());
    }
}

impl Objects {
    fn put(&mut self, key: &str, content: &[u8]) -> String {
        self.puts.push(key.to_owned());
        let number = self.puts.len() as u64;
        self.objects.insert(key.to_owned(), (content.to_vec(), number));
        format!("\"{number}\"")
    }

    /// S3's answer, with its conditional writes.
    fn answer(&mut self, request: &Received) -> Response<Body> {
        let key = request.path.trim_start_matches("/brains/");
        let found = self.objects.get(key).map(|(content, number)| (content.clone(), format!("\"{number}\"")));
        if request.method == Method::PUT {
            let seen = found.as_ref().map(|(_, etag)| etag.as_str());
            let matches = request.header("if-match").is_none_or(|etag| seen == Some(etag));
            let absent = request.header("if-none-match").is_none_or(|_| seen.is_none());
            return match matches && absent {
                true => with_etag(&self.put(key, &request.body), Vec::new()),
                false => error(412, "PreconditionFailed"),
            };
        }
        match found {
            Some((content, etag)) => with_etag(&etag, content),
            None => error(404, "NoSuchKey"),
        }
    }
}

fn with_etag(etag: &str, content: Vec<u8>) -> Response<Body> {
    let mut response = response(200, &[], content);
    response.headers_mut().insert("etag", etag.parse().unwrap());
    response
}

fn error(status: u16, code: &str) -> Response<Body> {
    response(status, &[("content-type", "application/xml")], format!("<Error><Code>{code}</Code></Error>").into_bytes())
}

fn is_put_of(request: &Received, key: &str) -> bool {
    request.method == Method::PUT && request.path.ends_with(key)
}

fn published(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Published { version, .. } => version,
        other => panic!("{other:?}"),
    }
}

fn version_of(bytes: &[u8]) -> String {
    sbf_brain::decode(bytes).unwrap().version().to_owned()
}

#[tokio::test]
async fn a_run_publishes_everything_and_the_live_artefact_last() {
    let bucket = Bucket::new(|_, _| None).await;
    bucket.fill();
    let outcome = bucket.trainer().run().await.unwrap();
    assert_eq!(bucket.get(PACKED).unwrap(), packed(&knowledge(), &configs()), "equal files give equal bytes");
    assert_eq!(published(&outcome), version_of(&bucket.get(PACKED).unwrap()));
    let puts = bucket.objects.lock().unwrap().puts.clone();
    let expected = [
        "knowledge.json",
        "configs.json",
        "brain-amcClassificationsImpl.json",
        "confusion-matrix.json",
        "word-distribution.csv",
        "training-report.json",
        "confusion-matrix.svg",
        "problems.json",
        PACKED,
    ];
    assert_eq!(puts, expected);
    assert_eq!(bucket.json("training-report.json")["version"], published(&outcome));
    let Outcome::Published { report, problems, .. } = &outcome else { unreachable!() };
    assert_eq!(*report, bucket.json("training-report.json"));
    assert_eq!(serde_json::to_value(problems).unwrap(), bucket.json("problems.json"));
    assert_eq!(serde_json::to_value(&outcome).unwrap()["outcome"], "published");
}

#[tokio::test]
async fn configs_are_optional() {
    let bucket = Bucket::new(|_, _| None).await;
    bucket.put("knowledge.json", knowledge().to_string().as_bytes());
    published(&bucket.trainer().run().await.unwrap());
}

#[tokio::test]
async fn a_changed_configuration_goes_live_too() {
    let bucket = Bucket::new(|_, _| None).await;
    bucket.fill();
    let trainer = bucket.trainer();
    let first = published(&trainer.run().await.unwrap()).to_owned();
    bucket.put("configs.json", br#"{"language_tag":"en-US","auntMaricotaDistanceConfidence":0.5}"#);
    let second = published(&trainer.run().await.unwrap()).to_owned();
    assert_ne!(first, second);
    assert_eq!(version_of(&bucket.get(PACKED).unwrap()), second);
}

#[tokio::test]
async fn without_knowledge_there_is_nothing_to_do() {
    let bucket = Bucket::new(|_, _| None).await;
    bucket.put("configs.json", b"{}");
    assert_eq!(bucket.trainer().run().await.unwrap(), Outcome::Incomplete);
    assert_eq!(bucket.objects.lock().unwrap().puts.len(), 1);
}

#[tokio::test]
async fn errors_are_written_down_and_the_live_brain_stays_until_they_are_mended() {
    let bucket = Bucket::new(|_, _| None).await;
    bucket.fill();
    let trainer = bucket.trainer();
    trainer.run().await.unwrap();
    let live = bucket.get(PACKED);
    for broken in ["", "{", "[]", r#"{"knowledge":[{"_id":"a"},{"_id":"a"}]}"#] {
        bucket.put("knowledge.json", broken.as_bytes());
        let Outcome::Refused { problems } = trainer.run().await.unwrap() else { panic!("{broken}") };
        assert!(!problems.is_empty());
        assert_eq!(bucket.json("problems.json"), serde_json::to_value(&problems).unwrap());
        assert_eq!(bucket.get(PACKED), live);
    }
    bucket.fill();
    published(&trainer.run().await.unwrap());
    assert_eq!(bucket.json("problems.json"), json!([]));
}

#[tokio::test]
async fn a_change_during_training_leaves_the_publishing_to_its_own_run() {
    // The files are looked at with HEAD once training is done.
    let bucket = Bucket::new(|request, objects| {
        if request.method == Method::HEAD && request.path.ends_with("knowledge.json") {
            objects.put("knowledge.json", other_knowledge().to_string().as_bytes());
        }
        None
    });
    let bucket = bucket.await;
    bucket.fill();
    assert_eq!(bucket.trainer().run().await.unwrap(), Outcome::Superseded);
    assert_eq!(bucket.get(PACKED), None);
    assert_eq!(bucket.get("problems.json"), None);
}

#[tokio::test]
async fn a_change_while_errors_are_found_leaves_their_list_to_its_own_run() {
    let bucket = Bucket::new(|request, objects| {
        if request.method == Method::HEAD && request.path.ends_with("configs.json") {
            objects.put("configs.json", b"{}");
        }
        None
    });
    let bucket = bucket.await;
    bucket.put("knowledge.json", b"{");
    assert_eq!(bucket.trainer().run().await.unwrap(), Outcome::Superseded);
    assert_eq!(bucket.get("problems.json"), None);
}

#[tokio::test]
async fn the_last_good_upload_goes_live_though_a_faulty_one_follows_while_it_is_trained() {
    let bucket = Bucket::new(|request, objects| {
        if request.method == Method::HEAD && request.path.ends_with("configs.json") {
            objects.put("knowledge.json", b"{");
        }
        None
    });
    let bucket = bucket.await;
    bucket.fill();
    assert!(bucket.trainer().run().await.unwrap().is_failure(), "the files that are there are told to be faulty");
    assert!(sbf_brain::decode(&bucket.get(PACKED).unwrap()).is_ok());
    assert!(!bucket.json("problems.json").as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_late_run_of_older_files_does_not_win() {
    let bucket = Bucket::new(|request, objects| {
        if is_put_of(request, PACKED) && !objects.puts.contains(&PACKED.to_owned()) {
            objects.put(PACKED, b"of older files");
        }
        None
    });
    let bucket = bucket.await;
    bucket.fill();
    let outcome = bucket.trainer().run().await.unwrap();
    assert_eq!(version_of(&bucket.get(PACKED).unwrap()), published(&outcome));
}

#[tokio::test]
async fn a_faster_run_of_newer_files_stays() {
    let bucket = Bucket::new(|request, objects| {
        if is_put_of(request, PACKED) {
            objects.put("knowledge.json", b"newer");
            objects.put(PACKED, b"of newer files");
        }
        None
    });
    let bucket = bucket.await;
    bucket.fill();
    assert_eq!(bucket.trainer().run().await.unwrap(), Outcome::Superseded);
    assert_eq!(bucket.get(PACKED).unwrap(), b"of newer files");
}

/// The small bot with another answer.
fn other_knowledge() -> Value {
    let mut other = knowledge();
    other["knowledge"][0]["_source"]["response"][0]["text"] = json!("Otherwise.");
    other
}

#[tokio::test]
async fn a_run_of_older_files_that_could_not_tell_trains_the_newer_ones() {
    // While the brain of the other files is on its way, the first ones are uploaded again, and their run finds its brain live: same
    // contents, same ETag, so that the put goes through.
    let bucket = Bucket::new(|request, objects| {
        if is_put_of(request, PACKED) && objects.objects.contains_key(PACKED) {
            objects.put("knowledge.json", knowledge().to_string().as_bytes());
        }
        None
    });
    let bucket = bucket.await;
    bucket.fill();
    let trainer = bucket.trainer();
    let first = published(&trainer.run().await.unwrap()).to_owned();
    bucket.put("knowledge.json", other_knowledge().to_string().as_bytes());
    assert_eq!(published(&trainer.run().await.unwrap()), first);
    assert_eq!(version_of(&bucket.get(PACKED).unwrap()), first);
}

#[tokio::test]
async fn the_report_compares_with_what_was_live_and_keeps_that_when_the_event_comes_twice() {
    let bucket = Bucket::new(|_, _| None).await;
    bucket.fill();
    let trainer = bucket.trainer();
    let first = published(&trainer.run().await.unwrap()).to_owned();
    assert_eq!(bucket.json("training-report.json")["comparison"], Value::Null);
    bucket.put("knowledge.json", other_knowledge().to_string().as_bytes());
    let puts = |bucket: &Bucket| bucket.objects.lock().unwrap().puts.iter().filter(|key| *key == PACKED).count();
    for _ in 0..2 {
        let second = published(&trainer.run().await.unwrap()).to_owned();
        let report = bucket.json("training-report.json");
        let comparison = &report["comparison"];
        assert_eq!((&comparison["version"], &report["version"]), (&json!(first), &json!(second)));
        assert_eq!(comparison["changed"], json!([knowledge()["knowledge"][0]["_id"]]));
        assert_eq!((&comparison["added"], &comparison["removed"]), (&json!([]), &json!([])));
        assert_eq!(comparison["heldOut"]["after"]["texts"], report["heldOut"]["texts"]);
        assert_eq!(puts(&bucket), 2, "what is live is not put again");
    }
    bucket.put(PACKED, b"of another program");
    published(&trainer.run().await.unwrap());
    assert_eq!(bucket.json("training-report.json")["comparison"], Value::Null);
}

#[tokio::test]
async fn faults_in_the_files_are_a_failure_that_no_repetition_mends() {
    let bucket = Bucket::new(|_, _| None).await;
    bucket.put("knowledge.json", b"{");
    assert!(bucket.trainer().run().await.unwrap().is_failure());
    bucket.fill();
    assert!(!bucket.trainer().run().await.unwrap().is_failure());
    let error = bucket.trainer().handle(&json!({"detail": {}})).await.unwrap_err();
    assert!(error.to_string().contains("no notification of S3"), "{error}");
}

#[tokio::test]
async fn a_bucket_that_everybody_writes_is_a_failure_in_the_end() {
    let bucket = Bucket::new(|request, objects| {
        if is_put_of(request, PACKED) {
            objects.put(PACKED, b"again");
        }
        None
    });
    let bucket = bucket.await;
    bucket.fill();
    let error = bucket.trainer().run().await.unwrap_err();
    assert!(error.to_string().contains("5 times in a row"), "{error}");
}

#[tokio::test]
async fn a_failure_of_s3_is_an_error_and_never_half_a_brain() {
    let spoilt: [(Spoil, &str); 4] = [
        (
            |r, _| (r.method == Method::GET && r.path.ends_with("knowledge.json")).then(|| error(403, "AccessDenied")),
            "reading knowledge.json",
        ),
        (
            |r, _| (r.method == Method::HEAD && r.path.ends_with("configs.json")).then(|| error(403, "")),
            "looking at configs.json",
        ),
        (
            |r, _| is_put_of(r, "confusion-matrix.json").then(|| error(403, "AccessDenied")),
            "writing confusion-matrix.json",
        ),
        (|r, _| is_put_of(r, PACKED).then(|| error(403, "AccessDenied")), "writing brain-amcClassificationsImpl.pgk"),
    ];
    for (spoil, what) in spoilt {
        let bucket = Bucket::new(spoil).await;
        bucket.fill();
        let error = bucket.trainer().run().await.unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
        assert_eq!(bucket.get(PACKED), None);
    }
}

#[tokio::test]
async fn on_the_embedded_s3_an_event_becomes_the_live_brain() {
    let cloud = Cloud::start(CloudOptions::default()).await.unwrap();
    cloud.create_bucket("brains").await.unwrap();
    let settings = BrainSettings { bucket: "brains".to_owned() };
    let (trainer, brains) = (Trainer::new(cloud.s3(), settings.clone()), S3Brains::new(cloud.s3(), settings));
    brains.revalidate_now().await.unwrap_err();
    let mut events = cloud.object_events();
    for (theme, ignored) in [("blue", "notes.txt"), ("red", "old/knowledge.json")] {
        let configs = json!({ "language_tag": "en-US", "theme": { "name": theme } }).to_string();
        for (key, content) in
            [(ignored, "{}"), ("knowledge.json", &knowledge().to_string()), ("configs.json", &configs)]
        {
            cloud
                .s3()
                .put_object()
                .bucket("brains")
                .key(key)
                .body(content.as_bytes().to_vec().into())
                .send()
                .await
                .unwrap();
        }
        let mut outcomes = Vec::new();
        while outcomes.len() < 3 {
            let event = events.recv().await.unwrap();
            if ["notes.txt", "old/knowledge.json", "knowledge.json", "configs.json"].contains(&event.key.as_str()) {
                outcomes.push(trainer.handle(&notification(&event)).await.unwrap());
            }
        }
        assert_eq!(outcomes[0], Outcome::Ignored);
        let live = brains.revalidate_now().await.unwrap();
        assert_eq!(live.brain.config().theme, Some(json!({ "name": theme })));
        assert_eq!(live.brain.version(), published(&outcomes[2]));
    }
}
