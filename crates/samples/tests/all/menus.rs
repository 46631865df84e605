//! The menu in its table, and orders of the past.

use sbf_samples::PIZZA;
use serde_json::{Value, json};

use crate::support::World;

fn text(reply: &Value) -> &str {
    reply["asyncConversation"]["ask"]["text"].as_str().unwrap()
}

fn id(reply: &Value) -> &str {
    reply["asyncConversation"]["id"].as_str().unwrap()
}

fn menu(item: Value) -> Value {
    json!({"menuId": "main_menu_1", "menuItems": [item]})
}

fn past_order(pizza: &str, size: &str, count: &str) -> Value {
    json!({
        "orderId": "1", "orderTimestamp": 1_500_000_000_000_u64, "customerId": "ann@example.com", "botLanguage": "en-US",
        "pizzaType": pizza, "pizzaSize": size, "pizzaCount": count, "pizzaCrust": "thin", "OrderTotalBill": "1.00",
    })
}

#[tokio::test]
async fn an_empty_table_is_given_the_built_in_menu() {
    let world = World::new().await;
    let mut talk = world.talk(PIZZA, "en-US", "s");
    assert!(text(&talk.begin().await).contains("Greek"));
    let stored = world.items(&world.tables.menus).await;
    let stored: Value = serde_dynamo::from_item(stored[0].clone()).unwrap();
    assert_eq!(stored["menuItems"][1]["K"], "new-york");
    assert_eq!(stored["menuItems"][1]["P"], json!([11, 13, 17, 20]));
    assert_eq!(stored["menuItems"][1]["T"]["pt"], "Nova York");
}

#[tokio::test]
async fn prices_and_titles_come_from_the_table() {
    let world = World::new().await;
    let fugazza = json!({"K": "fugazza", "T": {"en": "Fugazza <onion>"}, "D": "onions", "P": [9.99, 10, 11, 12]});
    world.put(&world.tables.menus, menu(fugazza)).await;
    let mut talk = world.talk(PIZZA, "fr-FR", "s");
    assert!(text(&talk.begin().await).contains("<b>Fugazza &lt;onion&gt;</b> – onions (9,99"));
    talk.say("fugazza onion").await;
    talk.say("petite").await;
    talk.say("3").await;
    let confirm = talk.say("fine").await;
    // 3 × 9.99 × 1.13 = 33.8661
    assert!(text(&confirm).contains("33,87"), "{}", text(&confirm));
}

#[tokio::test]
async fn a_menu_of_the_first_release_is_understood() {
    let world = World::new().await;
    let old = json!({"T": "Greek", "D": "feta", "P": [10, 13, 16, 19]});
    world.put(&world.tables.menus, menu(old)).await;
    world.put(&world.tables.orders, past_order("greek", "small", "1")).await;
    assert_eq!(id(&world.talk(PIZZA, "en-US", "s").begin().await), "orderLastPizza");
}

#[tokio::test]
async fn a_menu_without_any_price_is_no_menu() {
    let world = World::new().await;
    world.put(&world.tables.menus, menu(json!({"K": "a", "T": "A", "D": "", "P": [1, 2]}))).await;
    let reply = world.talk(PIZZA, "en-US", "s").begin().await;
    assert!(text(&reply).starts_with("Sorry, I cannot get hold of the menu"), "{reply}");
}

#[tokio::test]
async fn an_order_is_repeated_in_another_language_at_the_price_of_today() {
    let world = World::new().await;
    world.put(&world.tables.orders, past_order("vegetarian", "extra-large", "3")).await;
    let mut talk = world.talk(PIZZA, "de-DE", "s");
    let offer = talk.begin().await;
    // 3 × 18 × 1.13
    assert!(
        text(&offer).contains("3 × Vegetarische, extra-groß, dünner Boden") && text(&offer).contains("61,02"),
        "{offer}"
    );
    let placed = talk.say("ja").await;
    assert_eq!(id(&placed), "finalStep");
    assert!(text(&placed).contains("61,02"));
}

#[tokio::test]
async fn an_order_that_means_nothing_now_is_not_repeated() {
    for (pizza, size, count) in
        [("Greek", "large", "2"), ("tuna", "large", "2"), ("greek", "grande", "2"), ("greek", "large", "0.5")]
    {
        let world = World::new().await;
        world.put(&world.tables.orders, past_order(pizza, size, count)).await;
        let reply = world.talk(PIZZA, "en-US", "s").begin().await;
        assert_eq!(id(&reply), "pizzaType");
        assert!(text(&reply).starts_with("I cannot repeat your last order"), "{reply}");
        assert!(text(&reply).contains("<button value=\"Greek\">"));
    }
}

#[tokio::test]
async fn an_offer_is_checked_again_when_it_comes_back() {
    let world = World::new().await;
    world.put(&world.tables.orders, past_order("greek", "small", "1")).await;
    let mut talk = world.talk(PIZZA, "en-US", "s");
    talk.begin().await;
    let mut forged = talk.event(Some("yes"));
    forged["lastOrder"]["count"] = json!(0);
    let reply = world.call(PIZZA, forged).await;
    assert_eq!(id(&reply), "pizzaType");
    assert_eq!(world.items(&world.tables.orders).await.len(), 1);
}

#[tokio::test]
async fn a_language_that_changes_half_way_keeps_what_was_chosen() {
    let world = World::new().await;
    let mut talk = world.talk(PIZZA, "pt-BR", "s");
    talk.begin().await;
    talk.say("vegetariana").await;
    talk.say("média").await;
    let mut event = talk.event(Some("2"));
    event["lang"] = json!("ru-RU");
    let reply = world.call(PIZZA, event).await;
    assert_eq!(id(&reply), "pizzaCrust");
    assert_eq!(reply["asyncConversation"]["payload"]["pizzaSize"]["response"], "medium");
}

#[tokio::test]
async fn nobody_sees_the_orders_of_callers_without_a_name() {
    let world = World::new().await;
    let mut talk = world.talk(PIZZA, "en-US", "s");
    talk.begin().await;
    for answer in ["greek", "small", "1", "thin"] {
        talk.say(answer).await;
    }
    let mut event = talk.event(Some("yes"));
    event["userInfo"] = json!({});
    assert_eq!(id(&world.call(PIZZA, event).await), "finalStep");
    let reply = world.call(PIZZA, json!({"lang": "en-US"})).await;
    assert_eq!(id(&reply), "pizzaType");
}
