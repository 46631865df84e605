//! What an operator does with a stack: publish, look back, go back. AWS is moto_server's; training is the train Lambda's own code, started as S3's
//! events would start it.

mod allowed;
mod history;
mod page;
mod publishing;
mod pulling;
mod signing_in;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sbf_aws::{settings::BrainSettings, training::Trainer};
use sbf_tests::{brains, moto::Moto};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// The stack of every test here.
const STACK: &str = "shop";
/// Its bucket of brains.
const BRAIN_BUCKET: &str = "shop-brain";

/// The train Lambda of the stack: it runs after each change of one of the two files, as S3's events start it.
struct Training {
    stop: Arc<AtomicBool>,
    task: JoinHandle<usize>,
}

impl Training {
    /// Begins to watch; what is in the bucket already counts as trained.
    async fn start(moto: &Moto) -> Self {
        let s3 = moto.s3().await;
        let trainer = Trainer::new(s3.clone(), BrainSettings { bucket: BRAIN_BUCKET.to_owned() });
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let mut seen = files(&s3).await;
        let task = tokio::spawn(async move {
            let mut runs = 0;
            while !stopped.load(Ordering::Relaxed) {
                let now = files(&s3).await;
                if now != seen {
                    seen = now;
                    trainer.run().await.unwrap();
                    runs += 1;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            runs
        });
        Self { stop, task }
    }

    /// Ends once the runs under way are over: how many there were.
    async fn stop(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.unwrap()
    }
}

/// The versions of the two files.
async fn files(s3: &aws_sdk_s3::Client) -> [Option<String>; 2] {
    let version = async |key: &str| {
        let head = s3.head_object().bucket(BRAIN_BUCKET).key(key).send().await;
        head.ok().and_then(|head| head.version_id)
    };
    [version("knowledge.json").await, version("configs.json").await]
}

/// A small bot that answers `answer`.
fn write_brain(folder: &Path, answer: &str) {
    let knowledge = json!({"brainName": "shop", "knowledge": [
        {"_id": "hours", "_intents": ["when do you open", "opening hours", "are you open on sunday"],
         "_source": {"response": [{"text": answer, "speech": answer}]}},
        {"_id": "stock", "_intents": ["do you have this article", "is it in stock", "how many are left"],
         "_source": {"response": [{"text": "Yes.", "speech": "Yes."}]}},
    ]});
    brains::write(folder, "knowledge.json", &knowledge);
}

/// An object's bytes.
async fn object(moto: &Moto, bucket: &str, key: &str) -> Option<Vec<u8>> {
    let got = moto.s3().await.get_object().bucket(bucket).key(key).send().await.ok()?;
    Some(got.body.collect().await.unwrap().to_vec())
}

/// One call of the program, outside of this runtime's threads: its status, what it printed as JSON, and what it told on the way.
async fn sbf(moto: &Moto, arguments: &[&str], folder: &Path) -> (Option<i32>, Value, String) {
    let mut command = moto.command(arguments, folder);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let printed = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code(), printed, String::from_utf8_lossy(&output.stderr).into_owned())
}
