//! What a request measures while it is answered: ports add to the gauge of their task, wherever they are called from.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::Metric;

tokio::task_local! {
    static GAUGE: Arc<Gauge>;
}

/// Adds up what the ports report.
#[derive(Debug, Default)]
pub struct Gauge(Mutex<Measures>);

/// What one request has measured.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measures {
    /// Sums (counts, milliseconds) and highest levels.
    pub sums: BTreeMap<Metric, f64>,
    /// The version of the brain that answered.
    pub brain: Option<String>,
}

impl Gauge {
    /// Carries out `work`; whatever it measures goes to this gauge.
    pub async fn around<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        GAUGE.scope(self, work).await
    }

    /// What has been measured so far.
    pub fn read(&self) -> Measures {
        self.measures().clone()
    }

    fn measures(&self) -> std::sync::MutexGuard<'_, Measures> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts something that happened once more; where nobody measures, nothing.
pub(crate) fn count(metric: Metric) {
    add(metric, 1.0);
}

/// Notes a level, of which the highest counts.
pub(crate) fn measure_highest(metric: Metric, level: f64) {
    measuring(|measures| {
        let highest = measures.sums.entry(metric).or_default();
        *highest = highest.max(level);
    });
}

/// Whether somebody measures: at the start of a process nobody does.
pub(crate) fn is_measuring() -> bool {
    GAUGE.try_with(|_| ()).is_ok()
}

/// Carries out `work` and adds the time that it took.
pub(crate) async fn timed<F: Future>(metric: Metric, work: F) -> F::Output {
    let began = Instant::now();
    let output = work.await;
    add(metric, milliseconds(began.elapsed()));
    output
}

/// Notes which brain answers.
pub(crate) fn brain(version: &str) {
    measuring(|measures| measures.brain = Some(version.to_owned()));
}

pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn add(metric: Metric, amount: f64) {
    measuring(|measures| *measures.sums.entry(metric).or_default() += amount);
}

fn measuring(note: impl FnOnce(&mut Measures)) {
    // An error says that nobody measures: a command line, a test.
    let _ = GAUGE.try_with(|gauge| note(&mut gauge.measures()));
}
