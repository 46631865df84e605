//! A whole bot in this process: the real adapters on an embedded cloud, a brain from JSON, and a clock that tests need not wait for.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use sbf_aws::training::Outcome;
use sbf_cli::bot::{LocalBot, development_caller};
use sbf_dialog::{Bot, BotError, Call, Moment, wire};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A running bot.
pub struct TestBot {
    /// Its cloud, trainer and router parts.
    pub local: LocalBot,
    /// Answers turns; tests may replace its ports.
    pub bot: Bot,
    /// Epoch milliseconds of the first turn: the stores expire sessions by their own clock, so it is a true time.
    opened: u64,
    turns: AtomicU64,
}

impl TestBot {
    /// A bot with this knowledge.json and configs.json.
    pub async fn new(knowledge: &Value, configs: &Value) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("knowledge.json"), knowledge.to_string()).unwrap();
        fs::write(folder.path().join("configs.json"), configs.to_string()).unwrap();
        Self::of_folder(folder.path()).await
    }

    /// A bot with the brain of a folder.
    pub async fn of_folder(folder: &Path) -> Self {
        let local = LocalBot::start(None).await.unwrap();
        let outcome = local.load(folder).await.unwrap();
        assert!(matches!(outcome, Outcome::Published { .. }), "{outcome:#?}");
        let bot = (*local.app.bot).clone();
        let opened = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
        Self { local, bot, opened, turns: AtomicU64::new(0) }
    }

    /// One of this repository's sample bots.
    pub async fn sample(name: &str) -> Self {
        Self::of_folder(&crate::repository().join("brain").join(name)).await
    }

    /// One turn, as the router renders it; each is a second after the one before.
    ///
    /// # Errors
    /// As the bot's own.
    pub async fn turn(&self, request: Value) -> Result<Value, BotError> {
        let turn = self.turns.fetch_add(1, Ordering::Relaxed);
        let call = Call::parse(request.to_string().as_bytes()).unwrap();
        let moment = Moment { now: self.opened + 1000 * turn, dice: turn };
        self.bot.handle(call, &development_caller(), moment).await.map(|response| wire::render(&response))
    }

    /// One turn of a session.
    pub async fn say(&self, session: &str, text: &str) -> Value {
        self.turn(json!({"text": text, "sessionID": session})).await.unwrap()
    }
}
