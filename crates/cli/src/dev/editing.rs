//! The editor's loop: files saved → bucket → object-created event → training → the next message uses the new brain.

use std::{path::Path, sync::Arc, time::Instant};

use anyhow::Context as _;
use sbf_aws::training::Outcome;
use sbf_brain::Problem;
use sbf_local::{BrainFolder, ObjectCreated, notification, sync_to_bucket};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::status::{Event, Status};
use crate::{
    bot::{BRAIN_BUCKET, LocalBot},
    show,
};

/// Brings the bucket up to date with the folder, trains, and keeps both so; returns once a brain answers or its problems are printed.
///
/// # Errors
/// Where the folder cannot be watched or read.
pub(super) async fn begin(
    bot: Arc<LocalBot>,
    status: Arc<Status>,
    folder: &Path,
) -> anyhow::Result<impl Future<Output = ()> + use<>> {
    // Watched before it is read, so that nothing saved in between is missed.
    let mut watched = BrainFolder::open(folder)?;
    let events = bot.cloud.object_events();
    let live = bot.go_live().await;
    sync_to_bucket(&bot.cloud.s3(), BRAIN_BUCKET, folder).await.context("the brain folder cannot be read")?;
    if let Ok(live) = &live {
        status.tell(Event::Brain { version: live.brain.version().to_owned() });
    }
    let training = Training { bot: Arc::clone(&bot), status };
    // A run that was cut short by the end of the last process left no event behind: the first run is unconditional.
    let first = training.clone();
    let first = tokio::spawn(async move { first.run(first.bot.trainer.run()).await });
    if live.is_err() {
        first.await?;
    }
    let folder = folder.to_owned();
    Ok(async move {
        let on_events = tokio::spawn(training.on_events(events));
        while watched.changed().await.is_some() {
            if let Err(error) = sync_to_bucket(&bot.cloud.s3(), BRAIN_BUCKET, &folder).await {
                tracing::warn!(%error, "the brain folder cannot be read");
            }
        }
        on_events.abort();
    })
}

#[derive(Clone)]
struct Training {
    bot: Arc<LocalBot>,
    status: Arc<Status>,
}

impl Training {
    /// Runs the train handler for every event of the bucket, as Lambda would; events that queued up meanwhile are one run.
    async fn on_events(self, mut events: Receiver<ObjectCreated>) {
        loop {
            let mut queued = match events.recv().await {
                Ok(event) => vec![event],
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return,
            };
            while let Ok(event) = events.try_recv() {
                queued.push(event);
            }
            queued.retain(|event| matches!(event.key.as_str(), "knowledge.json" | "configs.json"));
            if queued.is_empty() {
                continue;
            }
            match serde_json::from_value(notification(&queued)) {
                Ok(event) => self.run(self.bot.trainer.handle(&event)).await,
                Err(error) => tracing::error!(%error, "the bucket's event is not one of S3"),
            }
        }
    }

    /// One training run, told to the page and to the terminal.
    async fn run<E: std::fmt::Display>(&self, run: impl Future<Output = Result<Outcome, E>>) {
        let began = Instant::now();
        self.status.tell(Event::Training);
        match run.await {
            Ok(Outcome::Published { problems, .. }) => self.published(problems, began).await,
            Ok(Outcome::Refused { problems }) => {
                println!("{}\nThe brain was not trained; the one before it goes on answering.", show::problems(&problems));
                self.status.tell(Event::Problems { problems });
            }
            Ok(Outcome::Incomplete) => println!("There is no knowledge.json yet."),
            Ok(Outcome::Ignored | Outcome::Superseded) => {}
            Err(error) => eprintln!("Training failed: {error}"),
        }
    }

    async fn published(&self, problems: Vec<Problem>, began: Instant) {
        match self.bot.go_live().await {
            Ok(live) => {
                let intents = show::many(live.brain.intents().len(), "intent");
                let problem_count = show::count(&problems);
                println!("Trained {intents} in {} ms; {problem_count}.", began.elapsed().as_millis());
                self.status.tell(Event::Problems { problems });
                self.status.tell(Event::Brain { version: live.brain.version().to_owned() });
            }
            Err(error) => eprintln!("The trained brain did not go live: {error:#}"),
        }
    }
}
