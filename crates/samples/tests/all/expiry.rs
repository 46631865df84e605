//! What somebody left expires after the days that are set; the menu never does.

use aws_sdk_dynamodb::types::AttributeValue;
use sbf_samples::{FEEDBACK, PIZZA, Samples, Tables};

use crate::{
    idempotence::{feedback, order},
    support::{NOW_MS, World, moment},
};

async fn expiries(days: Option<u32>) -> [Option<AttributeValue>; 3] {
    let world = World::new().await;
    let tables = Tables { days, ..world.tables.clone() };
    let samples = Samples::new(world.dynamodb.clone(), tables);
    let (order, feedback) = (order("t1".into(), "s", "ann"), feedback("t1".into()));
    for (name, event) in [(PIZZA, order), (FEEDBACK, feedback)] {
        samples.invoke_at(name, event, moment()).await.unwrap().unwrap();
    }
    let mut found = [None, None, None];
    for (found, table) in found.iter_mut().zip([&world.tables.orders, &world.tables.feedback, &world.tables.menus]) {
        let items = world.items(table).await;
        assert_eq!(items.len(), 1, "{table}");
        *found = items[0].get("expiresAt").cloned();
    }
    found
}

#[tokio::test]
async fn orders_and_feedback_expire_and_the_menu_stays() {
    let end = AttributeValue::N((NOW_MS / 1000 + 30 * 86_400).to_string());
    assert_eq!(expiries(Some(30)).await, [Some(end.clone()), Some(end), None]);
    assert_eq!(expiries(None).await, [None, None, None]);
}
