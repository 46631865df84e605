//! What is counted and measured, as lines of CloudWatch's Embedded Metric Format: plain functions from numbers to JSON.
//!
//! One line a turn and one a training run. A line holds what happened and no more: a metric that is nought is left out, for what
//! CloudWatch adds up needs no noughts, and every byte is paid for. Never a user's id or words: the values are numbers, the only
//! dimension is the stack, and the properties are a request's id and the brain's version.
//!
//! The format: "Specification: Embedded metric format" in the Amazon CloudWatch user guide.

#[cfg(feature = "serve")]
mod gauge;
#[cfg(feature = "serve")]
mod meter;
#[cfg(feature = "serve")]
mod ports;
#[cfg(feature = "train")]
mod training;
#[cfg(feature = "serve")]
mod turn;

use serde_json::{Map, Number, Value, json};

#[cfg(feature = "serve")]
pub(crate) use self::gauge::{count, is_measuring, measure_highest};
#[cfg(feature = "train")]
pub use self::training::of_training;
#[cfg(feature = "serve")]
pub use self::{
    gauge::{Gauge, Measures},
    meter::{Meter, metered},
    ports::Measured,
    turn::{TurnFacts, of_turn},
};

/// The namespace of all metrics.
pub const NAMESPACE: &str = "SBF";
/// Their one dimension: which deployment it is.
pub const DIMENSION: &str = "Stack";

/// Units, by CloudWatch's names (`StandardUnit` in the CloudWatch API reference).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// How many.
    Count,
    /// How long, for what users wait for.
    Milliseconds,
    /// How long, for what authors wait for.
    Seconds,
    /// Of a hundred.
    Percent,
    /// A share of one.
    None,
}

impl Unit {
    /// The unit as CloudWatch writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
            Self::Seconds => "Seconds",
            Self::Percent => "Percent",
            Self::None => "None",
        }
    }
}

macro_rules! metrics {
    ($($(#[$doc:meta])* $name:ident: $unit:ident,)+) => {
        /// Everything that is counted or measured.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Metric { $($(#[$doc])* $name,)+ }

        impl Metric {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name in CloudWatch.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }

            /// What it is counted in.
            pub fn unit(self) -> Unit {
                match self { $(Self::$name => Unit::$unit,)+ }
            }
        }
    };
}

metrics! {
    /// Messages that were answered, well or with a fault of ours.
    Turns: Count,
    /// Turns in which nothing was understood.
    Misses: Count,
    /// How sure the bot was, 0 to 1, in turns where something was to be understood.
    Confidence: None,
    /// A turn from its bytes to its answer.
    Latency: Milliseconds,
    /// Of that, getting hold of the brain.
    BrainLatency: Milliseconds,
    /// Of that, reading the session, and waiting for another turn of it.
    SessionLatency: Milliseconds,
    /// Of that, understanding, the dialog, and JSON: all that is no other part.
    DialogLatency: Milliseconds,
    /// Of that, waiting for a backend.
    BackendLatency: Milliseconds,
    /// Of that, saving the session.
    SaveLatency: Milliseconds,
    /// Making speech: of a turn, or of a request for speech alone.
    SpeechLatency: Milliseconds,
    /// First requests of a process.
    ColdStarts: Count,
    /// Brains that were at hand.
    BrainHits: Count,
    /// Looks for a newer brain in the bucket.
    BrainRevalidations: Count,
    /// Brains in the bucket that could not be used; each counts once in a process.
    RefusedBrains: Count,
    /// Calls of a backend that brought no answer.
    BackendErrors: Count,
    /// Those of them that ran out of time.
    BackendTimeouts: Count,
    /// Requests that failed for a fault of ours, or for want of a brain.
    Faults: Count,
    /// Sounds that were asked for.
    Sounds: Count,
    /// Those of them that lay in a cache.
    SoundHits: Count,
    /// Those of them that nobody heard: the voice failed.
    SoundFailures: Count,
    /// How much of the day's budget for speech is spent, at a sound that had to be made.
    SpeechBudgetUsed: Percent,
    /// Training runs that had something to train.
    Trainings: Count,
    /// Those of them that published nothing for a fault, of the brain or of the machine.
    TrainingFailures: Count,
    /// How long one took.
    TrainingDuration: Seconds,
    /// Problems of the files, errors and warnings.
    TrainingProblems: Count,
    /// Intents of a published brain.
    TrainedIntents: Count,
    /// Its utterances.
    TrainedUtterances: Count,
    /// How many of its utterances it understood rightly when it was trained without them.
    HeldOutAccuracy: Percent,
}

/// What is measured at once.
pub type Values = Vec<(Metric, f64)>;

/// A line for standard output in Lambda, without its end: `values` of the deployment `stack` at `at` (epoch milliseconds), with
/// `properties` that can be searched for and cost no metric of their own. `None` where there is nothing to say.
pub fn line(stack: &str, at: u64, values: &[(Metric, f64)], properties: Map<String, Value>) -> Option<String> {
    // CloudWatch refuses what is no number.
    let values: Vec<_> = values.iter().filter_map(|(metric, value)| Some((*metric, rounded(*value)?))).collect();
    if values.is_empty() {
        return None;
    }
    let metrics: Vec<Value> = values.iter().map(|(metric, _)| definition(*metric)).collect();
    let directive = json!({ "Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": metrics });
    let mut members = properties;
    members.extend(values.into_iter().map(|(metric, value)| (metric.name().to_owned(), Value::Number(value))));
    members.insert("_aws".to_owned(), json!({ "Timestamp": at, "CloudWatchMetrics": [directive] }));
    members.insert(DIMENSION.to_owned(), json!(stack));
    Some(Value::Object(members).to_string())
}

fn definition(metric: Metric) -> Value {
    match metric.unit() {
        // CloudWatch's own default.
        Unit::None => json!({ "Name": metric.name() }),
        unit => json!({ "Name": metric.name(), "Unit": unit.name() }),
    }
}

/// Three places: a thousandth of a millisecond is more than a clock tells.
fn rounded(value: f64) -> Option<Number> {
    let rounded = (value * 1000.0).round() / 1000.0;
    let whole = rounded.fract() == 0.0 && (0.0..=9e15).contains(&rounded);
    // In range and whole: nothing is lost.
    if whole { Some(Number::from(rounded as u64)) } else { Number::from_f64(rounded) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// `StandardUnit` in the CloudWatch API reference, without its rates.
    const UNITS: [&str; 15] = [
        "Seconds",
        "Microseconds",
        "Milliseconds",
        "Bytes",
        "Kilobytes",
        "Megabytes",
        "Gigabytes",
        "Terabytes",
        "Bits",
        "Kilobits",
        "Megabits",
        "Gigabits",
        "Terabits",
        "Percent",
        "Count",
    ];

    fn everything() -> Value {
        let values: Values = Metric::ALL.iter().map(|metric| (*metric, 1.5)).collect();
        let properties = json!({ "requestID": "r-1" }).as_object().unwrap().clone();
        serde_json::from_str(&line("shop", 1_767_225_600_000, &values, properties).unwrap()).unwrap()
    }

    /// The rules of the specification: at most 100 metrics of 1 to 1,024 characters, at most 30 dimensions of 250, a value for each
    /// name among the root's members, and units that CloudWatch knows.
    #[test]
    fn a_line_keeps_the_rules_of_the_format() {
        let line = everything();
        assert_eq!(line["_aws"]["Timestamp"], 1_767_225_600_000_u64);
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
        assert_eq!(directives.len(), 1);
        let directive = &directives[0];
        assert!((1..=1024).contains(&directive["Namespace"].as_str().unwrap().len()));
        assert_eq!(directive["Dimensions"], json!([["Stack"]]));
        assert!((1..=1024).contains(&line["Stack"].as_str().unwrap().len()));
        let metrics = directive["Metrics"].as_array().unwrap();
        assert!((1..=100).contains(&metrics.len()));
        for metric in metrics {
            let name = metric["Name"].as_str().unwrap();
            assert!((1..=1024).contains(&name.len()) && name.is_ascii(), "{name}");
            assert!(line[name].is_number(), "{name}");
            assert!(metric.get("Unit").is_none_or(|unit| UNITS.contains(&unit.as_str().unwrap())), "{metric}");
        }
        // 1 MB is the most that an event may have.
        assert!(line.to_string().len() < 4096);
    }

    #[test]
    fn names_are_one_of_a_kind_and_never_a_property() {
        let names: BTreeSet<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
        assert_eq!(names.len(), Metric::ALL.len());
        assert!(!names.contains(DIMENSION) && names.iter().all(|name| name.starts_with(char::is_uppercase)));
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        let line = |values: &[(Metric, f64)]| line("shop", 0, values, Map::new());
        assert_eq!(line(&[]), None);
        assert_eq!(line(&[(Metric::Latency, f64::NAN), (Metric::Turns, f64::INFINITY)]), None);
        let some = line(&[(Metric::Latency, f64::NAN), (Metric::Turns, 1.0), (Metric::Confidence, 0.123_456)]).unwrap();
        let some: Value = serde_json::from_str(&some).unwrap();
        assert_eq!((some.get("Latency"), &some["Turns"], &some["Confidence"]), (None, &json!(1), &json!(0.123)));
    }
}
