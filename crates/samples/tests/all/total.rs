//! Any event has an answer.

use proptest::{prelude::*, test_runner::TestRunner};
use sbf_samples::Samples;
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use crate::support::{World, moment};

const KEYS: [&str; 17] = [
    "lang",
    "userInfo",
    "turnID",
    "sessionID",
    "city",
    "step",
    "count",
    "name",
    "last_name",
    "pwd",
    "orderStep",
    "orderLastPizza",
    "pizzaType",
    "pizzaSize",
    "pizzaCount",
    "pizzaCrust",
    "confirmation",
];

fn word() -> impl Strategy<Value = String> {
    let known = [
        "STEP_1", "STEP_2", "STEP_3", "STEP_6", "pt-BR", "ru", "greek", "small", "2", "thin", "yes", "no", "cancel",
        "ß", "½", "",
    ];
    prop_oneof![prop::sample::select(known.to_vec()).prop_map(str::to_owned), ".{0,12}"]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word().prop_map(Value::from),
        word().prop_map(|text| json!({"response": text})),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let key = prop::sample::select(KEYS.to_vec()).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..3).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn any_event() -> impl Strategy<Value = Value> {
    let field = (prop::sample::select(KEYS.to_vec()).prop_map(str::to_owned), any_json());
    prop::collection::vec(field, 0..12).prop_map(|fields| Value::Object(Map::from_iter(fields)))
}

#[test]
fn any_event_has_an_answer_that_says_something() {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    let case = (prop::sample::select(Samples::names().to_vec()), any_event());
    TestRunner::default()
        .run(&case, |(name, event)| {
            let reply = runtime.block_on(world.call(name, event));
            let said = reply.get("asyncConversation").map_or(&reply, |conversation| &conversation["ask"]);
            prop_assert!(said["text"].as_str().is_some_and(|text| !text.is_empty()), "{}", reply);
            prop_assert!(said["speech"].as_str().is_some_and(|speech| !speech.contains('<')), "{}", reply);
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn what_is_no_event_is_refused() {
    let world = World::without_tables().await;
    for name in Samples::names() {
        assert!(world.samples.invoke_at(name, json!([1]), moment()).await.unwrap().is_err());
    }
    assert!(world.samples.invoke("busca-telefone", json!({})).await.is_none());
}
