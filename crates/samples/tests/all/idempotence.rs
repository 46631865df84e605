//! The same turn stores once.

use sbf_samples::{FEEDBACK, PIZZA};
use serde_json::{Value, json};

use crate::support::{NOW_MS, World};

pub(crate) fn order(turn: Value, session: &str, sub: &str) -> Value {
    json!({
        "orderStep": "STEP_6",
        "pizzaType": {"response": "Greek"},
        "pizzaSize": {"response": "Large"},
        "pizzaCount": {"response": "2"},
        "pizzaCrust": {"response": "thin"},
        "confirmation": {"response": "yes"},
        "lang": "en-US",
        "userInfo": {"email": "ann@example.com", "sub": sub},
        "sessionID": session,
        "turnID": turn,
    })
}

pub(crate) fn feedback(turn: Value) -> Value {
    json!({
        "step": 4, "name": {"response": "Ann"}, "last_name": {"response": "Lee"}, "pwd": {"response": "<i>good</i>"},
        "lang": "en-US", "sessionID": "s", "turnID": turn,
    })
}

#[tokio::test]
async fn an_order_is_placed_once_and_answered_alike() {
    let world = World::new().await;
    let first = world.call(PIZZA, order(json!("t1"), "s", "ann")).await;
    let second = world.call(PIZZA, order(json!("t1"), "s", "ann")).await;
    assert_eq!(first, second);
    let stored = world.items(&world.tables.orders).await;
    assert_eq!(stored.len(), 1);
    let stored: Value = serde_dynamo::from_item(stored[0].clone()).unwrap();
    let number = stored["orderId"].as_str().unwrap();
    assert!(first["asyncConversation"]["ask"]["text"].as_str().unwrap().contains(number));
    let shape: Vec<usize> = number.split('-').map(str::len).collect();
    assert_eq!(shape, [4, 6, 4], "{number}");
    let expected = json!({
        "customerId": "ann@example.com", "orderTimestamp": NOW_MS, "botLanguage": "en-US", "pizzaType": "greek",
        "pizzaSize": "large", "pizzaCount": "2", "pizzaCrust": "thin", "OrderTotalBill": "36.16",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&stored[name], value, "{name}");
    }
}

#[tokio::test]
async fn other_turns_sessions_and_users_order_anew() {
    let world = World::new().await;
    let events = [
        order(json!("t1"), "s", "ann"),
        order(json!("t2"), "s", "ann"),
        order(json!("t1"), "s2", "ann"),
        order(json!("t1"), "s", "bob"),
        order(Value::Null, "s", "ann"),
        order(Value::Null, "s", "ann"),
    ];
    for event in events {
        world.call(PIZZA, event).await;
    }
    assert_eq!(world.items(&world.tables.orders).await.len(), 6);
}

#[tokio::test]
async fn the_same_turn_twice_at_once_is_one_order() {
    let world = World::new().await;
    let (one, two) = tokio::join!(
        world.call(PIZZA, order(json!("t1"), "s", "ann")),
        world.call(PIZZA, order(json!("t1"), "s", "ann"))
    );
    assert_eq!(one, two);
    assert_eq!(world.items(&world.tables.orders).await.len(), 1);
}

#[tokio::test]
async fn feedback_is_stored_once_and_raw() {
    let world = World::new().await;
    let first = world.call(FEEDBACK, feedback(json!("t1"))).await;
    assert_eq!(world.call(FEEDBACK, feedback(json!("t1"))).await, first);
    let stored = world.items(&world.tables.feedback).await;
    assert_eq!(stored.len(), 1);
    let stored: Value = serde_dynamo::from_item(stored[0].clone()).unwrap();
    assert_eq!(stored["FirstName"], "Ann");
    assert_eq!(stored["LastName"], "Lee");
    assert_eq!(stored["Feedback"], "<i>good</i>");
    world.call(FEEDBACK, feedback(json!("t2"))).await;
    assert_eq!(world.items(&world.tables.feedback).await.len(), 2);
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_told_to_the_user() {
    let world = World::without_tables().await;
    let reply = world.call(FEEDBACK, feedback(json!("t1"))).await;
    assert_eq!(reply["asyncConversation"]["endConversation"], true);
    let text = reply["asyncConversation"]["ask"]["text"].as_str().unwrap();
    assert!(text.starts_with("Sorry, Ann, I could not save"), "{text}");
    let reply = world.call(PIZZA, order(json!("t1"), "s", "ann")).await;
    assert_eq!(reply["asyncConversation"]["endConversation"], true);
    let text = reply["asyncConversation"]["ask"]["text"].as_str().unwrap();
    assert!(text.starts_with("Sorry"), "{text}");
}

#[tokio::test]
async fn an_order_that_cannot_be_written_is_no_order() {
    let world = World::new().await;
    world.dynamodb.delete_table().table_name(&world.tables.orders).send().await.unwrap();
    let reply = world.call(PIZZA, order(json!("t1"), "s", "ann")).await;
    let text = reply["asyncConversation"]["ask"]["text"].as_str().unwrap();
    assert!(text.starts_with("Sorry, I could not save your order"), "{text}");
    assert_eq!(reply["asyncConversation"]["endConversation"], true);
}
