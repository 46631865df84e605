//! Values of a dialog state that are too large for the session's own item, such as a photo: a store keeps them beside it.
//!
//! [`Session::apart`] takes them out before a save, [`Session::whole`] puts them back after a load. A value is one field of the state,
//! or one entry of a field that is a map; so a photo that stays the same from turn to turn is written once.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{DialogState, STATE_LIMIT, Session, size};

/// Bytes of JSON from which a value of a state that is too large is kept beside it.
const LARGE: usize = 2 * 1024;

/// Bytes of JSON that all values beside a session may take: a backend's event holds them again, and Lambda takes 6 MB.
pub const BESIDE_LIMIT: u64 = 4_500_000;

/// Entries of one field that are each kept by themselves, at most. Where more are large, the whole field is one value: each value is a
/// request to the store, and a line in the session's item.
const MOST: usize = 16;

/// The field that says which state a value belongs to; it is never kept beside it.
const TAG: &str = "at";

/// What is kept beside a session.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Beside {
    /// SHA-256 of what is left of the state, hexadecimal. A release that knows nothing of this field may have gone on with the
    /// conversation: its state then gets none of these values.
    pub state: String,
    /// Where each value belongs and how it is found.
    pub values: Vec<Place>,
}

/// One value's place in the state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// A field of the state.
    pub field: String,
    /// An entry of that field; `None` where the whole field is the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// SHA-256 of the value's JSON, hexadecimal.
    pub digest: String,
    /// Bytes of that JSON.
    pub bytes: u64,
    /// The save that wrote it. A store's name of the value holds it: who erases a value erases none that another save wrote.
    #[serde(default)]
    pub save: String,
}

/// A value that was taken out of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LargeValue {
    /// Where it belongs.
    pub place: Place,
    /// The value as JSON.
    pub json: String,
}

impl DialogState {
    /// Whether it can be kept, with its large values beside it or without.
    pub fn fits(&self) -> bool {
        if size(self) <= STATE_LIMIT {
            return true;
        }
        let Some((left, values)) = taken_apart(self) else { return false };
        let places: Vec<_> = values.iter().map(|value| &value.place).collect();
        size(&left) + size(&places) <= STATE_LIMIT
            && places.iter().map(|place| place.bytes).sum::<u64>() <= BESIDE_LIMIT
    }
}

impl Session {
    /// The session as its own item holds it after the save of that name, and the values to be kept beside it: none where the whole state is
    /// small enough. Those that are there since an earlier save have that one's name.
    pub fn apart(&self, save: &str) -> (Self, Vec<LargeValue>) {
        let small = Self { beside: None, ..self.clone() };
        if size(&self.state) <= STATE_LIMIT {
            return (small, Vec::new());
        }
        let parts = taken_apart(&self.state).filter(|(_, values)| !values.is_empty());
        let Some((state, mut values)) = parts else { return (small, Vec::new()) };
        for LargeValue { place, .. } in &mut values {
            place.save = self.saved_before(&place.digest).unwrap_or(save).to_owned();
        }
        let beside = Beside { state: mark(&state), values: values.iter().map(|value| value.place.clone()).collect() };
        (Self { state, beside: Some(beside), ..small }, values)
    }

    /// The save that wrote a value, where the session was found with it.
    fn saved_before(&self, digest: &str) -> Option<&str> {
        let mut found = self.beside.iter().flat_map(|beside| &beside.values);
        found.find(|place| place.digest == digest).map(|place| place.save.as_str())
    }

    /// The session with the values that were kept beside it. One that is lost is missing, as if it had never been said.
    #[must_use]
    pub fn whole(self, values: impl IntoIterator<Item = (Place, Value)>) -> Self {
        let Some(beside) = self.beside.clone().filter(|beside| beside.state == mark(&self.state)) else { return self };
        let values: Vec<_> = values.into_iter().collect();
        // A lost one is named no more: said again, it is written again.
        let found = values.iter().map(|(place, _)| place.clone()).collect();
        match put_back(&self.state, values) {
            Some(state) => Self { state, beside: Some(Beside { values: found, ..beside }), ..self },
            None => self,
        }
    }
}

/// What is left of a state, and the values that were taken out of it; `None` where it cannot be read without them.
fn taken_apart(state: &DialogState) -> Option<(DialogState, Vec<LargeValue>)> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(state) else { return None };
    let mut values = Vec::new();
    for (field, value) in fields.iter_mut().filter(|(field, _)| *field != TAG) {
        if let Value::Object(entries) = value
            && let large = keys_of_large(entries)
            && large.len() <= MOST
        {
            values.extend(large.into_iter().filter_map(|entry| take(entries, field, entry)));
        }
    }
    let is_one_value = |field: &String| {
        field != TAG && fields[field].as_object().is_none_or(|entries| keys_of_large(entries).len() > MOST)
    };
    let large = keys_of_large(&fields).into_iter().filter(is_one_value);
    let large: Vec<String> = large.collect();
    values.extend(large.into_iter().filter_map(|field| {
        let json = fields.remove(&field)?.to_string();
        Some(large_value(field, None, json))
    }));
    Some((serde_json::from_value(Value::Object(fields)).ok()?, values))
}

fn keys_of_large(entries: &Map<String, Value>) -> Vec<String> {
    entries.iter().filter(|(_, value)| size(value) > LARGE).map(|(key, _)| key.clone()).collect()
}

fn take(entries: &mut Map<String, Value>, field: &str, entry: String) -> Option<LargeValue> {
    let json = entries.remove(&entry)?.to_string();
    Some(large_value(field.to_owned(), Some(entry), json))
}

fn large_value(field: String, entry: Option<String>, json: String) -> LargeValue {
    let place = Place { field, entry, digest: hash(json.as_bytes()), bytes: json.len() as u64, save: String::new() };
    LargeValue { place, json }
}

fn put_back(state: &DialogState, values: impl IntoIterator<Item = (Place, Value)>) -> Option<DialogState> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(state) else { return None };
    for (Place { field, entry, .. }, value) in values {
        match (entry, fields.get_mut(&field)) {
            (Some(entry), Some(Value::Object(entries))) => _ = entries.insert(entry, value),
            (None, _) => _ = fields.insert(field, value),
            (Some(_), _) => {}
        }
    }
    serde_json::from_value(Value::Object(fields)).ok()
}

fn mark(state: &DialogState) -> String {
    hash(&serde_json::to_vec(state).unwrap_or_default())
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::session::{Asking, Delegated, Sentence};

    fn asking(photo: usize) -> Session {
        let filled = BTreeMap::from([("photo".to_owned(), "p".repeat(photo)), ("city".to_owned(), "Lima".to_owned())]);
        let state = Asking { intent: "1".to_owned(), parameter: "day".to_owned(), filled, ..Asking::default() };
        Session { state: DialogState::Asking(state), misses: 1, ..Session::default() }
    }

    /// As a store does it: what was taken out is found again by its place.
    fn kept_and_found(session: &Session) -> Session {
        let (small, values) = session.apart("save 1");
        let written = serde_json::to_string(&small).unwrap();
        let read: Session = serde_json::from_str(&written).unwrap();
        let values = values.into_iter().map(|value| (value.place, serde_json::from_str(&value.json).unwrap()));
        Session { beside: None, ..read.whole(values.collect::<Vec<_>>()) }
    }

    #[test]
    fn a_small_state_stays_whole() {
        let session = asking(30_000);
        assert_eq!(session.apart("save 1"), (session, Vec::new()));
    }

    #[test]
    fn a_photo_is_kept_beside_the_session_and_comes_back() {
        let session = asking(3_000_000);
        let (small, values) = session.apart("save 1");
        assert!(size(&small) < 1000, "{}", size(&small));
        let places: Vec<_> = values.iter().map(|value| (&*value.place.field, value.place.entry.as_deref())).collect();
        assert_eq!(places, [("filled", Some("photo"))]);
        assert_eq!(kept_and_found(&session), session);
    }

    #[test]
    fn whatever_is_large_in_a_backends_payload_and_question_is_kept_beside_it() {
        let payload = json!({ "rows": vec![7; 50_000], "step": 2, "text": "é\"".repeat(3000) });
        let ask = Sentence { text: "<img>".repeat(2000), speech: "Which?".to_owned() };
        let payload = payload.as_object().unwrap().clone();
        let state = DialogState::Delegated(Delegated { intent: "2".to_owned(), key: "size".to_owned(), payload, ask });
        let session = Session { state, ..Session::default() };
        assert_eq!(session.apart("save 1").1.len(), 3);
        assert_eq!(kept_and_found(&session), session);
    }

    #[test]
    fn a_state_has_room_up_to_the_limit_of_what_is_beside_it() {
        assert!(asking(4_400_000).state.fits());
        assert!(!asking(4_600_000).state.fits());
        // None of these is large, and together they are.
        let many = (0..20_000).map(|number| (number.to_string(), Value::from(number))).collect();
        let state = Delegated { payload: many, ..Delegated::default() };
        assert!(!DialogState::Delegated(state).fits());
    }

    #[test]
    fn of_many_large_values_the_whole_field_is_kept_as_one() {
        let rows: Map<_, _> = (0..1500).map(|row| (format!("row {row}"), Value::from("r".repeat(2500)))).collect();
        let state = Delegated { key: "size".to_owned(), payload: rows, ..Delegated::default() };
        let session = Session { state: DialogState::Delegated(state), ..Session::default() };
        assert!(session.state.fits());
        assert_eq!(session.apart("save 1").1.len(), 1);
        assert_eq!(kept_and_found(&session), session);
    }

    #[test]
    fn names_of_large_values_need_room_too() {
        let filled = (0..10).map(|n| (format!("{n}{}", "n".repeat(5000)), "v".repeat(3000))).collect();
        assert!(!DialogState::Asking(Asking { filled, ..Asking::default() }).fits());
    }

    #[test]
    fn a_value_keeps_the_name_of_the_save_that_wrote_it() {
        let (small, values) = asking(3_000_000).apart("save 1");
        let found = Session { beside: small.beside, ..asking(3_000_000) };
        let again = found.apart("save 2").1;
        assert_eq!(again, values);
        assert_eq!(again[0].place.save, "save 1");
        let other = Session { beside: found.beside, ..asking(3_000_001) };
        assert_eq!(other.apart("save 2").1[0].place.save, "save 2");
    }

    #[test]
    fn numbers_beside_a_large_value_do_not_part_it_from_its_state() {
        // Without `float_roundtrip` some of these are others once they have been written and read again.
        let numbers: Vec<f64> = (1..400_u32).map(|n| f64::from(n).sqrt() * 1e-7 / f64::from(n + 3)).collect();
        for numbers in numbers.chunks(20) {
            let payload = json!({ "place": numbers, "photo": "p".repeat(60_000) });
            let state = Delegated { payload: payload.as_object().unwrap().clone(), ..Delegated::default() };
            let session = Session { state: DialogState::Delegated(state), ..Session::default() };
            assert!(kept_and_found(&session) == session, "{numbers:?}");
        }
    }

    #[test]
    fn a_lost_value_is_missing_and_the_rest_is_there() {
        let found = asking(3_000_000).apart("save 1").0.whole([]);
        let DialogState::Asking(state) = found.state else { panic!("{:?}", found.state) };
        assert_eq!(state.filled, BTreeMap::from([("city".to_owned(), "Lima".to_owned())]));
    }

    #[test]
    fn a_state_that_another_release_went_on_with_gets_none_of_the_values() {
        let (small, values) = asking(3_000_000).apart("save 1");
        let other = DialogState::Asking(Asking { intent: "7".to_owned(), ..Asking::default() });
        let session = Session { state: other.clone(), ..small };
        let values = values.into_iter().map(|value| (value.place, serde_json::from_str(&value.json).unwrap()));
        assert_eq!(session.whole(values.collect::<Vec<_>>()).state, other);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn every_state_that_fits_comes_back_whole(
            entries in prop::collection::btree_map("[a-z]{1,6}", (0..60_000_usize, "\\PC{1,3}"), 0..5),
            utterance in 0..5000_usize,
        ) {
            let filled = entries.into_iter().map(|(name, (times, text))| (name, text.repeat(times))).collect();
            let state = Asking { filled, utterance: "u".repeat(utterance), ..Asking::default() };
            let session = Session { state: DialogState::Asking(state), ..Session::default() };
            prop_assert_eq!(kept_and_found(&session), session.clone());
            if session.state.fits() {
                prop_assert!(size(&session.apart("save 1").0.state) <= STATE_LIMIT);
            }
        }
    }
}
