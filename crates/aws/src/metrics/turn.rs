//! A turn's measures as metrics.

use std::time::Duration;

use sbf_dialog::{Response, reply::in_four_places};

use super::{Measures, Metric, Values, gauge::milliseconds};

/// What an answer says about its turn, without a word of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TurnFacts {
    /// The intent; none for a miss, and where nothing was to be understood.
    pub intent: Option<String>,
    /// How sure the bot was, 0 to 1.
    pub confidence: Option<f64>,
    /// Whether nothing was understood.
    pub missed: bool,
}

impl TurnFacts {
    /// From an answer; a backend has no say in these.
    pub fn of(response: &Response) -> Self {
        let understood = response.reply.understood.as_ref();
        Self {
            intent: response.intent().map(str::to_owned),
            confidence: understood.map(|understood| in_four_places(understood.confidence)),
            missed: response.missed(),
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
    use serde_json::{Value, json};

    use super::*;

    fn response(understood: &Value, main: &Value) -> Response {
        let reply = json!({ "understood": understood, "main": main });
        let user = json!({ "subject": "sub-1" });
        let fields = json!({ "reply": reply, "utterance": "hi", "user": user, "session_id": "s1", "began": 0 });
        serde_json::from_value(fields).unwrap()
    }

    fn measures(sums: &[(Metric, f64)]) -> Measures {
        Measures { sums: sums.iter().copied().collect(), brain: None }
    }

    #[test]
    fn what_is_no_other_part_is_the_dialogs() {
        let measures =
            measures(&[(Metric::BrainLatency, 1.0), (Metric::BackendLatency, 30.0), (Metric::BackendErrors, 1.0)]);
        let understood = json!({ "confidence": 0.25, "probability": 0.5 });
        let facts = TurnFacts::of(&response(&understood, &json!({ "misses": { "text": "?" } })));
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
        let says = json!({ "says": { "text": "hi" } });
        let understood = json!({ "intent": "greet", "confidence": 0.899_99, "probability": 1.0 });
        let facts = TurnFacts::of(&response(&understood, &says));
        assert_eq!(facts, TurnFacts { intent: Some("greet".to_owned()), confidence: Some(0.9), missed: false });
        assert_eq!(
            TurnFacts::of(&response(&Value::Null, &says)),
            TurnFacts { intent: None, confidence: None, missed: false }
        );
    }
}
