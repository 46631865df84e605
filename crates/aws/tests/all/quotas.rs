//! What people may use in a day, and what speech may cost, on the embedded DynamoDB.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use aws_sdk_dynamodb::types::AttributeValue;
use sbf_aws::{
    metrics::{Gauge, Metric},
    quotas::{NoTurnsLeft, NotReserved, Quotas, Use},
    sessions::create_sessions_table,
    settings::{QuotaSettings, SpeechSettings},
    speech::PollySpeech,
};
use sbf_dialog::ports::{Speech, SpeechRequest};
use sbf_local::{Cloud, CloudOptions};

use crate::script::{Script, response};

/// 2026-11-30, noon UTC, in epoch milliseconds.
pub(crate) const NOON: u64 = 1_796_040_000_000;
const HOUR: u64 = 3_600_000;

pub(crate) fn noon() -> u64 {
    NOON
}

/// Nothing has a limit.
pub(crate) const UNLIMITED: QuotaSettings =
    QuotaSettings { turns: u64::MAX, speech_characters: u64::MAX, upload_bytes: u64::MAX, speech_budget: u64::MAX };

pub(crate) async fn cloud() -> Cloud {
    let cloud = Cloud::start(CloudOptions::default()).await.unwrap();
    create_sessions_table(&cloud.dynamodb(), "sessions").await.unwrap();
    cloud
}

pub(crate) fn quotas(cloud: &Cloud, settings: QuotaSettings, clock: fn() -> u64) -> Quotas {
    Quotas::new(cloud.dynamodb(), "sessions", settings, clock)
}

async fn item(cloud: &Cloud, pk: &str, sk: &str) -> Option<HashMap<String, AttributeValue>> {
    let request = cloud.dynamodb().get_item().table_name("sessions");
    let request = request.key("pk", AttributeValue::S(pk.to_owned())).key("sk", AttributeValue::S(sk.to_owned()));
    request.send().await.unwrap().item
}

async fn turns_in_table(cloud: &Cloud) -> u64 {
    let item = item(cloud, "ana", "usage 2026-11-30").await;
    item.map_or(0, |item| item["turns"].as_n().unwrap().parse().unwrap())
}

#[tokio::test]
async fn a_person_gets_what_is_left_and_no_more() {
    let cloud = cloud().await;
    let quotas = quotas(&cloud, QuotaSettings { upload_bytes: 100, ..UNLIMITED }, noon);
    let mut results = Vec::new();
    for bytes in [60, 50, 40, 1, 200] {
        results.push(quotas.reserve("ana", Use::UploadBytes, bytes).await);
    }
    let refused = || Err(NotReserved::UsedUp);
    assert_eq!(results, [Ok(()), refused(), Ok(()), refused(), refused()]);
    assert_eq!(quotas.reserve("bob", Use::UploadBytes, 100).await, Ok(()));
    let item = item(&cloud, "ana", "usage 2026-11-30").await.unwrap();
    assert_eq!(item["uploadBytes"], AttributeValue::N("100".to_owned()));
    // The end of the day after.
    assert_eq!(item["expiresAt"], AttributeValue::N("1796169600".to_owned()));
}

#[tokio::test]
async fn of_many_reservations_at_once_as_many_succeed_as_there_is_room_for() {
    let cloud = cloud().await;
    let quotas = quotas(&cloud, QuotaSettings { speech_characters: 100, ..UNLIMITED }, noon);
    let at_once = (0..20).map(|_| {
        let quotas = quotas.clone();
        tokio::spawn(async move { quotas.reserve("ana", Use::SpeechCharacters, 10).await.is_ok() })
    });
    let mut taken = 0;
    for reserved in at_once.collect::<Vec<_>>() {
        taken += u32::from(reserved.await.unwrap());
    }
    assert_eq!(taken, 10);
}

#[tokio::test]
async fn at_midnight_everything_is_there_again() {
    static CLOCK: AtomicU64 = AtomicU64::new(NOON);
    let cloud = cloud().await;
    let settings = QuotaSettings { upload_bytes: 100, turns: 1, ..UNLIMITED };
    let quotas = quotas(&cloud, settings, || CLOCK.load(Relaxed));
    quotas.reserve("ana", Use::UploadBytes, 100).await.unwrap();
    quotas.count_turn("ana").unwrap();
    assert_eq!(quotas.seconds_left_today(), 12 * 3600);
    CLOCK.store(NOON + 12 * HOUR - 1, Relaxed);
    assert_eq!(quotas.reserve("ana", Use::UploadBytes, 1).await, Err(NotReserved::UsedUp));
    assert_eq!(quotas.count_turn("ana"), Err(NoTurnsLeft));
    CLOCK.store(NOON + 12 * HOUR, Relaxed);
    assert_eq!(quotas.reserve("ana", Use::UploadBytes, 100).await, Ok(()));
    assert_eq!(quotas.count_turn("ana"), Ok(()));
}

#[tokio::test]
async fn a_table_that_fails_reserves_nothing() {
    let broken = Script::always(400, &[], b"{}").await;
    let client = aws_sdk_dynamodb::Client::new(&broken.sdk());
    let quotas = Quotas::new(client, "sessions", QuotaSettings { upload_bytes: 1, ..UNLIMITED }, noon);
    assert!(matches!(quotas.reserve("ana", Use::UploadBytes, 1).await, Err(NotReserved::Store(_))));
    // And what has no limit needs no table.
    assert_eq!(quotas.reserve("ana", Use::SpeechCharacters, 1).await, Ok(()));
}

/// Sends turns until one is refused, at most so many; gives how many were not.
async fn turns(quotas: &Quotas, at_most: usize) -> usize {
    for turn in 0..at_most {
        if quotas.count_turn("ana").is_err() {
            return turn;
        }
        quotas.settle_turns("ana").await.unwrap();
    }
    at_most
}

#[tokio::test]
async fn turns_reach_the_table_by_twenties() {
    let cloud = cloud().await;
    let quotas = quotas(&cloud, QuotaSettings { turns: 1000, ..UNLIMITED }, noon);
    turns(&quotas, 19).await;
    assert_eq!(turns_in_table(&cloud).await, 0);
    turns(&quotas, 1).await;
    assert_eq!(turns_in_table(&cloud).await, 20);
    turns(&quotas, 39).await;
    assert_eq!(turns_in_table(&cloud).await, 40);
}

#[tokio::test]
async fn turns_without_a_limit_are_not_counted() {
    let cloud = cloud().await;
    let quotas = quotas(&cloud, QuotaSettings { speech_budget: 1, ..UNLIMITED }, noon);
    turns(&quotas, 40).await;
    assert_eq!(turns_in_table(&cloud).await, 0);
}

#[tokio::test]
async fn turns_reach_the_table_after_a_minute() {
    static CLOCK: AtomicU64 = AtomicU64::new(NOON);
    let cloud = cloud().await;
    let quotas = quotas(&cloud, QuotaSettings { turns: 1000, ..UNLIMITED }, || CLOCK.load(Relaxed));
    turns(&quotas, 2).await;
    CLOCK.store(NOON + 59_999, Relaxed);
    turns(&quotas, 1).await;
    assert_eq!(turns_in_table(&cloud).await, 0);
    CLOCK.store(NOON + 60_000, Relaxed);
    turns(&quotas, 1).await;
    assert_eq!(turns_in_table(&cloud).await, 4);
}

#[tokio::test]
async fn the_quota_of_turns_is_passed_by_less_than_twenty_in_each_process() {
    let cloud = cloud().await;
    let settings = QuotaSettings { turns: 50, ..UNLIMITED };
    let processes = [(); 3].map(|()| quotas(&cloud, settings, noon));
    let mut all = 0;
    for process in processes.iter().cycle().take(300) {
        all += turns(process, 1).await;
    }
    assert!((50..50 + 3 * 20).contains(&all), "{all}");
    assert_eq!(turns(&processes[0], 10).await, 0);
    // Nobody else is held up.
    assert_eq!(processes[0].count_turn("bob"), Ok(()));
}

#[tokio::test]
async fn turns_that_could_not_be_added_are_added_later() {
    let down = Arc::new(AtomicU64::new(1));
    let switch = Arc::clone(&down);
    let script = Script::new(move |_, _| {
        let status = if switch.load(Relaxed) == 1 { 400 } else { 200 };
        let body = br#"{"Attributes":{"turns":{"N":"21"}}}"#.to_vec();
        std::future::ready(response(status, &[("content-type", "application/x-amz-json-1.0")], body))
    })
    .await;
    let client = aws_sdk_dynamodb::Client::new(&script.sdk());
    let quotas = Quotas::new(client, "sessions", QuotaSettings { turns: 1000, ..UNLIMITED }, noon);
    (0..20).for_each(|_| quotas.count_turn("ana").unwrap());
    assert!(matches!(quotas.settle_turns("ana").await, Err(NotReserved::Store(_))));
    down.store(0, Relaxed);
    quotas.count_turn("ana").unwrap();
    quotas.settle_turns("ana").await.unwrap();
    let last = script.received().pop().unwrap().json();
    assert_eq!(last["ExpressionAttributeValues"][":amount"]["N"], "21");
}

#[tokio::test]
async fn a_table_that_hangs_holds_a_turn_for_a_second_at_most() {
    let script = Script::new(|_, _| std::future::pending()).await;
    let client = aws_sdk_dynamodb::Client::new(&script.sdk());
    let quotas = Quotas::new(client, "sessions", QuotaSettings { turns: 25, ..UNLIMITED }, noon);
    (0..20).for_each(|_| quotas.count_turn("ana").unwrap());
    let settled = tokio::time::timeout(Duration::from_secs(3), quotas.settle_turns("ana")).await;
    assert!(matches!(settled, Ok(Err(NotReserved::Store(_)))), "{settled:?}");
    // They stay counted.
    (0..5).for_each(|_| quotas.count_turn("ana").unwrap());
    assert_eq!(quotas.count_turn("ana"), Err(NoTurnsLeft));
}

fn says(text: &str) -> SpeechRequest {
    SpeechRequest { text: text.to_owned(), voice: None, language: Some("pt-BR".to_owned()), lexicon: None }
}

/// A Polly that refuses so many requests with this error, and then speaks.
async fn polly(refusals: usize, error: &'static str) -> Script {
    let answer = move |n, _| {
        std::future::ready(match n < refusals {
            true => response(400, &[("x-amzn-errortype", error)], b"{}".to_vec()),
            false => response(200, &[("content-type", "audio/mpeg")], b"sound".to_vec()),
        })
    };
    Script::new(answer).await
}

fn speech(polly: &Script, cloud: &Cloud, settings: QuotaSettings) -> PollySpeech {
    let speech = PollySpeech::new(aws_sdk_polly::Client::new(&polly.sdk()), SpeechSettings::default());
    speech.within(Some(quotas(cloud, settings, noon)))
}

/// Whether a text is heard, and how much of the budget was said to be spent.
async fn heard(speech: &PollySpeech, text: &str, listener: &str) -> (bool, Option<f64>) {
    let gauge = Arc::new(Gauge::default());
    let sound = Arc::clone(&gauge).around(speech.synthesize(&says(text), listener)).await;
    let measures = gauge.read();
    assert_eq!(measures.sums.get(&Metric::SoundFailures), None);
    (sound.is_some(), measures.sums.get(&Metric::SpeechBudgetUsed).map(|percent| percent.round()))
}

/// A neural voice costs 16 millionths of a dollar a character.
#[tokio::test]
async fn beyond_the_budget_answers_are_silent_and_kept_sounds_are_heard() {
    let cloud = cloud().await;
    let polly = polly(0, "").await;
    let speech = speech(&polly, &cloud, QuotaSettings { speech_budget: 100, ..UNLIMITED });
    assert_eq!(heard(&speech, "olá", "ana").await, (true, Some(48.0)));
    assert_eq!(heard(&speech, "<speak>sim</speak>", "bob").await, (true, Some(96.0)));
    assert_eq!(heard(&speech, "não", "eve").await, (false, Some(100.0)));
    assert_eq!(heard(&speech, "olá", "eve").await, (true, None));
    assert_eq!(polly.received().len(), 2);
    let spent = item(&cloud, "speech", "spending 2026-11-30").await.unwrap();
    assert_eq!(spent["microdollars"], AttributeValue::N("96".to_owned()));
}

#[tokio::test]
async fn without_a_budget_for_speech_answers_are_silent_and_no_alarm_is_told() {
    let cloud = cloud().await;
    let polly = polly(0, "").await;
    let speech = speech(&polly, &cloud, QuotaSettings { speech_budget: 0, speech_characters: 100, ..UNLIMITED });
    assert_eq!(heard(&speech, "olá", "ana").await, (false, None));
    assert_eq!(item(&cloud, "ana", "usage 2026-11-30").await, None);
}

#[tokio::test]
async fn whoever_has_heard_enough_is_answered_in_silence() {
    let cloud = cloud().await;
    let settings = QuotaSettings { speech_characters: 5, speech_budget: 100, ..UNLIMITED };
    let polly = polly(0, "").await;
    let speech = speech(&polly, &cloud, settings);
    assert!(heard(&speech, "olá", "ana").await.0);
    // Nor does what is refused use up what there is for everybody.
    for text in ["não", "sim", "quem", "quando"] {
        assert_eq!(heard(&speech, text, "ana").await, (false, None));
    }
    assert_eq!(heard(&speech, "não", "bob").await, (true, Some(96.0)));
}

#[tokio::test]
async fn a_voice_that_a_region_lacks_is_paid_for_once() {
    let cloud = cloud().await;
    let polly = polly(1, "EngineNotSupportedException").await;
    let settings = QuotaSettings { speech_characters: 100, speech_budget: 1000, ..UNLIMITED };
    let speech = speech(&polly, &cloud, settings);
    assert!(heard(&speech, "olá", "ana").await.0);
    assert_eq!(polly.received().len(), 2);
    let used = item(&cloud, "ana", "usage 2026-11-30").await.unwrap();
    assert_eq!(used["speechCharacters"], AttributeValue::N("3".to_owned()));
}

#[tokio::test]
async fn while_polly_fails_nothing_is_used_up() {
    let cloud = cloud().await;
    let polly = polly(3, "TextLengthExceededException").await;
    let settings = QuotaSettings { speech_characters: 5, speech_budget: 50, ..UNLIMITED };
    let speech = speech(&polly, &cloud, settings);
    for _ in 0..3 {
        assert_eq!(speech.synthesize(&says("olá"), "ana").await, None);
    }
    assert!(heard(&speech, "olá", "ana").await.0);
    let spent = item(&cloud, "speech", "spending 2026-11-30").await.unwrap();
    assert_eq!(spent["microdollars"], AttributeValue::N("48".to_owned()));
}

/// What Polly has answered is billed, heard or not.
#[tokio::test]
async fn a_sound_that_cannot_be_used_is_paid_for() {
    let cloud = cloud().await;
    let polly = Script::always(200, &[("content-type", "audio/mpeg")], b"").await;
    let settings = QuotaSettings { speech_characters: 5, speech_budget: 50, ..UNLIMITED };
    let speech = speech(&polly, &cloud, settings);
    for _ in 0..3 {
        assert_eq!(speech.synthesize(&says("olá"), "ana").await, None);
    }
    assert_eq!(polly.received().len(), 1);
    let spent = item(&cloud, "speech", "spending 2026-11-30").await.unwrap();
    assert_eq!(spent["microdollars"], AttributeValue::N("48".to_owned()));
}

#[tokio::test]
async fn what_the_budget_has_no_money_for_costs_the_listener_nothing() {
    let cloud = cloud().await;
    let polly = polly(0, "").await;
    let settings = QuotaSettings { speech_characters: 100, speech_budget: 50, ..UNLIMITED };
    let speech = speech(&polly, &cloud, settings);
    assert!(heard(&speech, "olá", "ana").await.0);
    assert!(!heard(&speech, "não", "ana").await.0);
    let used = item(&cloud, "ana", "usage 2026-11-30").await.unwrap();
    assert_eq!(used["speechCharacters"], AttributeValue::N("3".to_owned()));
}

#[tokio::test]
async fn nobody_gets_back_more_than_was_taken() {
    static CLOCK: AtomicU64 = AtomicU64::new(NOON);
    let cloud = cloud().await;
    let quotas = quotas(&cloud, QuotaSettings { upload_bytes: 100, ..UNLIMITED }, || CLOCK.load(Relaxed));
    quotas.reserve("ana", Use::UploadBytes, 60).await.unwrap();
    // What was taken yesterday is not given back today.
    CLOCK.store(NOON + 24 * HOUR, Relaxed);
    quotas.give_back("ana", Use::UploadBytes, 60).await;
    quotas.reserve("ana", Use::UploadBytes, 100).await.unwrap();
    assert_eq!(quotas.reserve("ana", Use::UploadBytes, 1).await, Err(NotReserved::UsedUp));
    quotas.give_back("ana", Use::UploadBytes, 40).await;
    assert_eq!(quotas.reserve("ana", Use::UploadBytes, 41).await, Err(NotReserved::UsedUp));
    assert_eq!(quotas.reserve("ana", Use::UploadBytes, 40).await, Ok(()));
}
