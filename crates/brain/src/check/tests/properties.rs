//! Whatever is written in the two files is read without a panic.

use proptest::{collection, prelude::*, sample};
use serde_json::{Value, json};

use crate::{Severity, read};

/// JSON like a knowledge file whose parts have been swapped at random.
fn anything() -> impl Strategy<Value = Value> {
    let keys = sample::select(vec![
        "knowledge",
        "_id",
        "_intents",
        "_source",
        "_tests",
        "response",
        "text",
        "speech",
        "condition",
        "arn",
        "payload",
        "parameters",
        "name",
        "payloadPosition",
        "regexList",
        "noMatchAsk",
        "defaultValue",
        "validation",
        "entityType",
        "staticEntities",
        "CITY",
        "i18n",
        "nifMessage",
        "analysers",
        "sentiment",
        "synonym",
        "stopWords",
        "none",
        "nodes",
        "other key",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-zé@{}$0-9%/()\\[\\] 東]{0,12}".prop_map(Value::from),
        sample::select(vec!["CITY", "@city now", "/ (.*)/", "{a: '$0'}"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 96, 6, move |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            collection::vec((keys.clone(), inner), 0..6).prop_map(|members| Value::Object(
                members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            )),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read_without_a_panic(knowledge in anything(), items in collection::vec(anything(), 0..3), config in anything()) {
        let config = config.to_string();
        for written in [knowledge.clone(), json!({"knowledge": items, "staticEntities": knowledge.get("staticEntities").cloned().unwrap_or_default()})] {
            let (checked, problems) = read(written.to_string().as_bytes(), Some(config.as_bytes()));
            prop_assert_eq!(checked.is_none(), problems.iter().any(|problem| problem.severity == Severity::Error));
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in collection::vec(any::<u8>(), 0..200)) {
        read(&bytes, Some(&bytes));
    }
}
