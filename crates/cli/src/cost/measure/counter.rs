//! Counts the calls of AWS where the SDK sends them.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use aws_sdk_s3::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef},
    },
    error::BoxError,
};
use serde_json::Value;

/// What a request made the SDK send.
#[derive(Debug, Default, Clone)]
pub(super) struct Counted {
    pub(super) reads: u32,
    pub(super) read_units: u32,
    pub(super) writes: u32,
    pub(super) write_units: u32,
    pub(super) invokes: u32,
    pub(super) polly_calls: u32,
    pub(super) polly_characters: usize,
    pub(super) sound_gets: u32,
    pub(super) sound_puts: u32,
    /// Bytes of the item that was written last, which is the one to be read next.
    pub(super) item: usize,
    /// When the request under way was sent; a turn sends one after the other.
    pub(super) sent: Option<Instant>,
    /// Time that went into waiting for answers: the embedded services are no measure for AWS's.
    pub(super) waited: Duration,
}

/// Counts what clients send; clones count together.
#[derive(Debug, Default, Clone)]
pub(super) struct Counter(Arc<Mutex<Counted>>);

impl Counter {
    pub(super) fn with<T>(&self, change: impl FnOnce(&mut Counted) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn take(&self) -> Counted {
        self.with(std::mem::take)
    }

    pub(super) fn take_keeping_item(&self) -> Counted {
        let counted = self.take();
        self.set_item(counted.item);
        counted
    }

    pub(super) fn set_item(&self, item: usize) {
        self.with(|counted| counted.item = item);
    }
}

impl Intercept for Counter {
    fn name(&self) -> &'static str {
        "Counter"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let path = request.uri().split('?').next().unwrap_or_default();
        let target = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
        let body = request.body().bytes().unwrap_or_default();
        self.with(|counted| match target {
            Some("GetItem") => {
                counted.reads += 1;
                counted.read_units += units(counted.item, 4096);
            }
            // A count of what somebody used, which takes less than a KB.
            Some("UpdateItem") => {
                counted.writes += 1;
                counted.write_units += 1;
            }
            Some("PutItem") => {
                counted.item = item_bytes(body);
                counted.writes += 1;
                counted.write_units += units(counted.item, 1024);
            }
            Some(other) => tracing::warn!(other, "a call of DynamoDB that no price is known for"),
            None if path.ends_with("/invocations") => counted.invokes += 1,
            None if path.ends_with("/v1/speech") => {
                counted.polly_calls += 1;
                counted.polly_characters += characters(body);
            }
            None if path.contains("/speech/") && request.method() == "PUT" => counted.sound_puts += 1,
            None if path.contains("/speech/") => counted.sound_gets += 1,
            // S3: a look for a newer brain, which comes with time and not with turns.
            None => {}
        });
        self.with(|counted| counted.sent = Some(Instant::now()));
        Ok(())
    }

    fn read_after_transmit(
        &self,
        _: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.with(|counted| {
            counted.waited += counted.sent.take().map_or(Duration::ZERO, |sent| sent.elapsed());
        });
        Ok(())
    }
}

/// Request units for an item; reading nothing takes one too.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>
fn units(bytes: usize, unit: usize) -> u32 {
    u32::try_from(bytes.div_ceil(unit).max(1)).unwrap_or(u32::MAX)
}

/// An item's size as DynamoDB counts it: names and values in UTF-8, a number about a byte for two digits and one more.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>
fn item_bytes(put: &[u8]) -> usize {
    let put: Value = serde_json::from_slice(put).unwrap_or_default();
    let value = |value: &Value| match (value["S"].as_str(), value["N"].as_str()) {
        (Some(text), _) => text.len(),
        (_, Some(digits)) => digits.len().div_ceil(2) + 1,
        (None, None) => value.to_string().len(),
    };
    put["Item"].as_object().map_or(0, |item| item.iter().map(|(name, written)| name.len() + value(written)).sum())
}

/// Characters that Polly is to speak; those of tags, which are free, count here too.
pub(super) fn characters(synthesis: &[u8]) -> usize {
    let synthesis: Value = serde_json::from_slice(synthesis).unwrap_or_default();
    synthesis["Text"].as_str().unwrap_or_default().chars().count()
}
