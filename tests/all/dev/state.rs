//! How `sbf dev` starts and ends: with faulty files, with damaged ones, and in the middle of its work.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use sbf_cli::bot::{LocalBot, development_caller};
use sbf_dialog::{Call, Moment, wire};
use sbf_tests::{
    brains,
    process::{DevProcess, eventually},
};
use serde_json::{Value, json};

use super::{DevBot, get};

#[tokio::test]
async fn a_first_start_with_faulty_configs_answers_nothing_until_they_are_mended() {
    let desk = DevBot::new().await;
    let good = brains::read(desk.brain.path(), "configs.json");
    fs::write(desk.brain.path().join("configs.json"), "{ not json").unwrap();
    let dev = DevProcess::start(desk.brain.path(), desk.state.path());
    let problems = get(&dev, "/dev/problems").await;
    assert_eq!((&problems["problems"][0]["file"], &problems["training"]), (&json!("configs.json"), &json!(false)));
    assert_eq!(dev.core(&json!({"text": "bom dia"})).await.0, 503);
    // Neither does another start.
    dev.kill();
    let dev = DevProcess::start(desk.brain.path(), desk.state.path());
    assert_eq!(dev.core(&json!({"text": "bom dia"})).await.0, 503);
    brains::write(desk.brain.path(), "configs.json", &good);
    dev.ready().await;
    assert_eq!(dev.core(&json!({"text": "bom dia"})).await.1["text"], "Bom dia!");
}

#[tokio::test]
async fn what_is_stored_with_a_flipped_bit_is_made_anew_at_the_next_start() {
    let desk = DevBot::new().await;
    desk.start().await.kill();
    for damaged in [is_artefact as fn(&[u8]) -> bool, |_| true] {
        assert!(flip_bits(desk.state.path(), damaged) > 0);
        let dev = desk.start().await;
        assert_eq!(dev.core(&json!({"text": "bom dia"})).await.1["text"], "Bom dia!");
        dev.kill();
    }
}

#[tokio::test]
async fn what_is_stored_with_a_flipped_bit_is_made_anew_at_the_next_save() {
    let desk = DevBot::new().await;
    let dev = desk.start().await;
    let mut knowledge = brains::read(desk.brain.path(), "knowledge.json");
    for said in ["Um", "Dois"] {
        assert!(flip_bits(desk.state.path(), |_| true) > 0);
        knowledge["knowledge"][1]["_source"]["response"][0]["text"] = json!(said);
        brains::write(desk.brain.path(), "knowledge.json", &knowledge);
        eventually(async || dev.core(&json!({"text": "bom dia"})).await.1["text"] == said).await;
    }
}

#[tokio::test]
async fn what_is_noted_beside_stored_objects_may_be_damaged_too() {
    let desk = DevBot::new().await;
    desk.start().await.kill();
    let mut damaged = 0;
    for entry in fs::read_dir(desk.state.path().join("s3/blobs")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let content = fs::read(&path).unwrap();
            fs::write(&path, [&[content[0] ^ 1], &content[1..]].concat()).unwrap();
            damaged += 1;
        }
    }
    assert!(damaged > 0);
    let dev = desk.start().await;
    assert_eq!(dev.core(&json!({"text": "bom dia"})).await.1["text"], "Bom dia!");
}

/// Flips a bit in the middle of each stored object that is meant: their number.
fn flip_bits(state: &Path, is_meant: impl Fn(&[u8]) -> bool) -> usize {
    let objects = fs::read_dir(state.join("s3/blobs/blobs")).unwrap().map(|entry| entry.unwrap().path());
    let damage = |path: PathBuf| {
        let mut content = fs::read(&path).unwrap();
        let is_damaged = !content.is_empty() && is_meant(&content);
        if is_damaged {
            let middle = content.len() / 2;
            content[middle] ^= 1;
            fs::write(&path, content).unwrap();
        }
        is_damaged
    };
    objects.filter(|path| damage(path.clone())).count()
}

fn is_artefact(content: &[u8]) -> bool {
    content.starts_with(b"PK")
}

#[tokio::test]
async fn ctrl_c_does_not_wait_for_training() {
    let desk = DevBot::new().await;
    let dev = desk.start().await;
    brains::write(desk.brain.path(), "knowledge.json", &large());
    eventually(async || get(&dev, "/dev/problems").await["training"] == true).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(get(&dev, "/dev/problems").await["training"], true, "it must be a brain that takes its time");
    let (status, took) = dev.interrupt(Duration::from_secs(60)).unwrap();
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(1), "{took:?}");
}

/// Takes seconds to train.
fn large() -> Value {
    let utterance = |intent: usize, number: usize| {
        let words: Vec<String> =
            (0..6).map(|word| format!("w{}", (intent * 31 + number * 17 + word * word) % 997)).collect();
        words.join(" ")
    };
    let intents = (0..400).map(|intent| {
        let utterances: Vec<String> = (0..30).map(|number| utterance(intent, number)).collect();
        json!({"_id": intent.to_string(), "_intents": utterances, "_source": {"response": [{"text": "a", "speech": "a"}]}})
    });
    json!({"knowledge": intents.collect::<Vec<_>>()})
}

#[tokio::test]
async fn the_first_turn_after_a_start_reaches_its_local_function() {
    let desk = DevBot::new().await;
    let state = Some(desk.state.path().to_owned());
    let bot = LocalBot::start(state.clone()).await.unwrap();
    bot.load(desk.brain.path()).await.unwrap();
    bot.cloud.shutdown().await;
    drop(bot.app);

    // As a request that comes before anything else was done.
    let bot = started_again(state).await;
    let turn = async |body: Value| {
        let call = Call::parse(body.to_string().as_bytes()).unwrap();
        let moment = Moment { now: sbf_aws::router::epoch_millis(), dice: 0 };
        wire::render(&bot.app.bot.handle(call, &development_caller(), moment).await.unwrap())
    };
    turn(json!({"text": "qual o telefone de contato", "sessionID": "s"})).await;
    let answered = turn(json!({"text": "Vendas", "sessionID": "s"})).await;
    assert_eq!(answered["text"], "Ramal de \"Vendas\": 4021", "{answered}");
}

/// The program that another test is just starting holds a copy of the folder's lock for a moment.
async fn started_again(state: Option<PathBuf>) -> LocalBot {
    for _ in 0..50 {
        if let Ok(bot) = LocalBot::start(state.clone()).await {
            return bot;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    LocalBot::start(state).await.unwrap()
}
