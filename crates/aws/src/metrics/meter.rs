//! One line of metrics a request, around the whole router.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
    response::Response,
};
use serde_json::{Map, json};

use super::{Gauge, Metric, TurnFacts, line, of_turn};
use crate::router::{Answered, epoch_millis};

/// Writes the metrics of one process.
pub struct Meter {
    stack: String,
    clock: fn() -> u64,
    write: Box<dyn Fn(&str) + Send + Sync>,
    /// Whether nothing has been answered yet.
    cold: AtomicBool,
}

impl Meter {
    /// Metrics of the deployment `stack`, each line without its end given to `write`: in Lambda, standard output.
    pub fn new(stack: impl Into<String>, write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { stack: stack.into(), clock: epoch_millis, write: Box::new(write), cold: AtomicBool::new(true) }
    }

    async fn accompany(&self, request: Request, next: Next) -> Response {
        let (began, gauge) = (Instant::now(), Arc::new(Gauge::default()));
        let response = Arc::clone(&gauge).around(next.run(request)).await;
        let measures = gauge.read();
        let failed = response.status().is_server_error();
        let answered = response.extensions().get::<Answered>();
        let facts = response.extensions().get::<TurnFacts>().cloned();
        // A turn that broke was one, too.
        let broken = || answered.filter(|answered| failed && answered.is_turn()).map(|_| TurnFacts::default());
        let mut values = of_turn(facts.or_else(broken).as_ref(), failed, began.elapsed(), &measures);
        if self.cold.swap(false, Ordering::Relaxed) {
            values.push((Metric::ColdStarts, 1.0));
        }
        let mut properties = Map::new();
        properties.extend(answered.map(|answered| ("requestID".to_owned(), json!(answered.id.0))));
        properties.extend(measures.brain.map(|version| ("brain".to_owned(), json!(version))));
        if let Some(line) = line(&self.stack, (self.clock)(), &values, properties) {
            (self.write)(&line);
        }
        response
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").field("stack", &self.stack).field("cold", &self.cold).finish_non_exhaustive()
    }
}

/// Adds to a whole service: everything that its ports measure while they answer a request becomes one line.
pub fn metered(service: Router, meter: Meter) -> Router {
    let meter = Arc::new(meter);
    service.layer(middleware::from_fn(move |request: Request, next: Next| {
        let meter = Arc::clone(&meter);
        async move { meter.accompany(request, next).await }
    }))
}
