//! The editor's loop: files saved → bucket → object-created event → training → the next message uses the new brain.

use std::{path::Path, sync::Arc, time::Instant};

use anyhow::Context as _;
use sbf_aws::training::Outcome;
use sbf_brain::{
    Problem, Severity,
    artefact::{CONFIGS, KNOWLEDGE},
};
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
    let live = bot.go_live().await;
    sync_to_bucket(&bot.cloud.s3(), BRAIN_BUCKET, folder).await.context("the brain folder cannot be read")?;
    // The first run trains what this has put in the bucket; events are for what comes after.
    let events = bot.cloud.object_events();
    if let Ok(live) = &live {
        status.tell(Event::Brain { version: live.brain.version().to_owned() });
    }
    let training = Training { bot: Arc::clone(&bot), status };
    // Whatever the last process left undone, its unhandled events included, the first run does.
    let first = training.clone();
    let pending = bot.cloud.pending_object_events().await?;
    let first = tokio::spawn(async move {
        first.run(first.bot.trainer.run()).await;
        first.acknowledge(&pending).await;
    });
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
    /// Runs the train handler for every event of the bucket, as Lambda would. Training takes the files as they are by then,
    /// so that of events that queued up meanwhile only the newest needs a run.
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
            if let Some(newest) = queued.iter().rfind(|event| [KNOWLEDGE, CONFIGS].contains(&event.key.as_str())) {
                self.on_event(newest).await;
            }
            self.acknowledge(&queued).await;
        }
    }

    async fn on_event(&self, event: &ObjectCreated) {
        self.run(self.bot.trainer.handle(&notification(event))).await;
    }

    async fn acknowledge(&self, events: &[ObjectCreated]) {
        for event in events {
            if let Err(error) = self.bot.cloud.acknowledge(event).await {
                tracing::warn!(%error, "an event cannot be acknowledged; it will come again");
            }
        }
    }

    /// One training run, told to the page and to the terminal.
    async fn run<E: std::fmt::Display>(&self, run: impl Future<Output = Result<Outcome, E>>) {
        let began = Instant::now();
        self.status.tell(Event::Training);
        match run.await {
            Ok(Outcome::Published { problems, .. }) => self.published(problems, began).await,
            Ok(Outcome::Refused { problems, last_good }) => self.refused(problems, last_good.is_some()).await,
            Ok(Outcome::Incomplete) => println!("There is no knowledge.json yet."),
            Ok(Outcome::Ignored | Outcome::Superseded) => {}
            Err(error) => eprintln!("Training failed: {error}"),
        }
        self.status.tell(Event::Ended);
    }

    /// What was saved is faulty; what was saved before it may have gone live instead, where it was replaced too soon for a run of its own.
    async fn refused(&self, problems: Vec<Problem>, is_another_live: bool) {
        let is_one_live = self.bot.app.brains.current().await.is_ok();
        println!("{}\n{}", show::problems(&problems), consequence(&problems, is_one_live));
        if is_another_live {
            match self.bot.go_live().await {
                Ok(live) => self.status.tell(Event::Brain { version: live.brain.version().to_owned() }),
                Err(error) => eprintln!("The brain before it did not go live: {error:#}"),
            }
        }
        self.status.tell(Event::Problems { problems });
    }

    async fn published(&self, mut problems: Vec<Problem>, began: Instant) {
        problems.retain(|problem| !is_at_home(problem));
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

/// What comes of a refused brain: who goes on answering, or what waits for what.
fn consequence(problems: &[Problem], is_one_live: bool) -> &'static str {
    if is_one_live {
        return "The brain was not trained; the one before it goes on answering.";
    }
    let is_faulty = |file: &str| problems.iter().any(|one| one.severity == Severity::Error && one.file == file);
    match (is_faulty(KNOWLEDGE), is_faulty(CONFIGS)) {
        (false, true) => {
            "Nothing answers yet: knowledge.json has no errors, and waits until configs.json has none either."
        }
        (true, true) => "Nothing answers yet: the bot waits until knowledge.json and configs.json have no errors.",
        (_, false) => "Nothing answers yet: the bot waits until knowledge.json has no errors.",
    }
}

/// The anchors of the sample backends are warned about because they mean nothing in a cloud; here they are the samples.
fn is_at_home(problem: &Problem) -> bool {
    problem.severity == Severity::Warning && problem.found.contains("%%SAMPLE_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(file: &str) -> Problem {
        Problem::error(file, "", "must be so".to_owned(), "otherwise")
    }

    #[tokio::test]
    async fn a_run_ends_whatever_came_of_it() {
        let bot = Arc::new(LocalBot::start(None).await.unwrap());
        let training = Training { bot, status: Arc::default() };
        let mut events = training.status.subscribe();
        let refused = Outcome::Refused { problems: vec![error(KNOWLEDGE)], last_good: None };
        for outcome in
            [Ok(Outcome::Incomplete), Ok(Outcome::Ignored), Ok(Outcome::Superseded), Ok(refused), Err("no bucket")]
        {
            training.run(async { outcome.clone() }).await;
            assert!(!training.status.snapshot().training, "{outcome:?}");
            let mut last = None;
            while let Ok(event) = events.try_recv() {
                last = Some(event);
            }
            assert!(matches!(last, Some(Event::Ended)), "{outcome:?}: {last:?}");
        }
    }

    #[test]
    fn a_refused_brain_says_what_waits_for_what() {
        let first = |files: &[&str]| consequence(&files.iter().map(|file| error(file)).collect::<Vec<_>>(), false);
        assert!(first(&[CONFIGS]).contains("knowledge.json has no errors, and waits until configs.json"));
        assert!(first(&[KNOWLEDGE]).ends_with("until knowledge.json has no errors."));
        assert!(first(&[KNOWLEDGE, CONFIGS]).ends_with("until knowledge.json and configs.json have no errors."));
        assert!(consequence(&[error(CONFIGS)], true).contains("goes on answering"));
    }
}
