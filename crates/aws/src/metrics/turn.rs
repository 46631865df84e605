//! A turn's measures as metrics.

use std::time::Duration;

use serde_json::Value;

use super::{Measures, Metric, Values, gauge::milliseconds};

/// What an answer says about its turn, without a word of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnFacts {
    /// The intent; none for a miss, and where nothing was to be understood.
    pub intent: Option<String>,
    /// How sure the bot was, 0 to 1.
    pub confidence: Option<f64>,
    /// Whether nothing was understood.
    pub missed: bool,
}

impl TurnFacts {
    /// From an answer's JSON; its fields here are the server's alone, whatever a backend returns.
    pub fn of(response: &Value) -> Self {
        let matched = &response["desiredMatch"];
        Self {
            intent: matched["bestMatchID"].as_str().map(str::to_owned),
            confidence: matched["amd"].as_f64(),
            missed: response["nif"] == true,
        }
    }
}

/// The metrics of a request that took `took`: `facts` where it was a turn that was answered, `failed` where the fault was ours.
pub fn of_turn(facts: Option<&TurnFacts>, failed: bool, took: Duration, measures: &Measures) -> Values {
    let mut values = Values::new();
    if failed {
        values.push((Metric::Faults, 1.0));
    }
    if let Some(facts) = facts {
        let took = milliseconds(took);
        let parts = [
            Metric::BrainLatency,
            Metric::SessionLatency,
            Metric::BackendLatency,
            Metric::SaveLatency,
            Metric::SpeechLatency,
        ];
        let elsewhere: f64 = parts.iter().filter_map(|part| measures.sums.get(part)).sum();
        values.push((Metric::Turns, 1.0));
        values.extend(facts.missed.then_some((Metric::Misses, 1.0)));
        values.extend(facts.confidence.map(|confidence| (Metric::Confidence, confidence)));
        values.push((Metric::Latency, took));
        values.push((Metric::DialogLatency, (took - elsewhere).max(0.0)));
    }
    values.extend(measures.sums.iter().map(|(metric, sum)| (*metric, *sum)));
    values
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn measures(sums: &[(Metric, f64)]) -> Measures {
        Measures { sums: sums.iter().copied().collect(), brain: None }
    }

    #[test]
    fn what_is_no_other_part_is_the_dialogs() {
        let measures =
            measures(&[(Metric::BrainLatency, 1.0), (Metric::BackendLatency, 30.0), (Metric::BackendErrors, 1.0)]);
        let facts = TurnFacts::of(&json!({ "nif": true, "desiredMatch": { "amd": 0.25 } }));
        let values = of_turn(Some(&facts), false, Duration::from_millis(40), &measures);
        let expected = [
            (Metric::Turns, 1.0),
            (Metric::Misses, 1.0),
            (Metric::Confidence, 0.25),
            (Metric::Latency, 40.0),
            (Metric::DialogLatency, 9.0),
            (Metric::BrainLatency, 1.0),
            (Metric::BackendLatency, 30.0),
            (Metric::BackendErrors, 1.0),
        ];
        assert_eq!(values, expected);
    }

    #[test]
    fn other_requests_are_no_turns() {
        assert_eq!(of_turn(None, false, Duration::from_secs(1), &Measures::default()), []);
        let faults = of_turn(None, true, Duration::from_secs(1), &measures(&[(Metric::Sounds, 1.0)]));
        assert_eq!(faults, [(Metric::Faults, 1.0), (Metric::Sounds, 1.0)]);
    }

    #[test]
    fn an_answer_says_what_it_was_taken_for() {
        let facts = TurnFacts::of(&json!({ "text": "hi", "desiredMatch": { "amd": 0.9, "bestMatchID": "greet" } }));
        assert_eq!(facts, TurnFacts { intent: Some("greet".to_owned()), confidence: Some(0.9), missed: false });
        assert_eq!(TurnFacts::of(&json!({})), TurnFacts { intent: None, confidence: None, missed: false });
    }
}
