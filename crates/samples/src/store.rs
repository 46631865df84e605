//! The samples' tables in DynamoDB: records in the attributes that the first release wrote, each stored once a turn.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    error::DisplayErrorContext,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    event::TurnKey,
    pizza::menu::{MENU_ID, Menu, MenuRecord},
    tables::{EXPIRY, ORDERS_BY_CUSTOMER, Tables},
};

/// A table did not answer, or holds something unreadable; for the log.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct StoreError(String);

/// What somebody wanted to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FeedbackRecord {
    #[serde(rename = "feedbackId")]
    pub(crate) feedback_id: String,
    #[serde(rename = "feedbackTimestamp")]
    pub(crate) feedback_timestamp: u64,
    #[serde(rename = "botLanguage")]
    pub(crate) bot_language: String,
    #[serde(rename = "FirstName")]
    pub(crate) first_name: String,
    #[serde(rename = "LastName")]
    pub(crate) last_name: String,
    #[serde(rename = "Feedback")]
    pub(crate) feedback: String,
}

/// An order. Records of the first release hold titles and words where newer ones hold the keys of pizza, size and crust.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct OrderRecord {
    pub(crate) order_id: String,
    /// Milliseconds since 1970.
    pub(crate) order_timestamp: u64,
    pub(crate) customer_id: String,
    pub(crate) bot_language: String,
    pub(crate) pizza_type: String,
    pub(crate) pizza_size: String,
    pub(crate) pizza_count: String,
    pub(crate) pizza_crust: String,
    /// Dollars with two decimals.
    #[serde(rename = "OrderTotalBill")]
    pub(crate) order_total_bill: String,
    /// Which turn placed it.
    pub(crate) turn_key: String,
}

type Item = HashMap<String, AttributeValue>;

/// The three tables.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    dynamodb: Client,
    tables: Tables,
}

impl Store {
    pub(crate) fn new(dynamodb: Client, tables: Tables) -> Self {
        Self { dynamodb, tables }
    }

    /// Stores feedback, unless the same turn has done so before.
    pub(crate) async fn put_feedback(&self, record: &FeedbackRecord) -> Result<(), StoreError> {
        let item = self.expiring(to_item(record)?, record.feedback_timestamp);
        self.put_new(&self.tables.feedback, "feedbackId", item).await.map(|_| ())
    }

    /// Stores an order under a number made from its turn, and returns it; where the same turn has stored it before, that order as it is.
    pub(crate) async fn put_order(&self, order: OrderRecord, turn: TurnKey) -> Result<OrderRecord, StoreError> {
        for number in turn.order_numbers() {
            let order = OrderRecord { order_id: number, turn_key: turn.to_string(), ..order.clone() };
            let item = self.expiring(to_item(&order)?, order.order_timestamp);
            let Some(there) = self.put_new(&self.tables.orders, "orderId", item).await? else {
                return Ok(order);
            };
            let there: OrderRecord = from_item(there)?;
            if there.turn_key == order.turn_key {
                return Ok(there);
            }
            // Somebody else's order has this number by chance.
        }
        Err(StoreError("no free order number".to_owned()))
    }

    /// A customer's newest order.
    pub(crate) async fn last_order(&self, customer: &str) -> Result<Option<OrderRecord>, StoreError> {
        let query = self
            .dynamodb
            .query()
            .table_name(&self.tables.orders)
            .index_name(ORDERS_BY_CUSTOMER)
            .key_condition_expression("customerId = :customer")
            .expression_attribute_values(":customer", AttributeValue::S(customer.to_owned()))
            .scan_index_forward(false)
            .limit(1);
        let found = query.send().await.map_err(failed)?.items.unwrap_or_default();
        found.into_iter().next().map(from_item).transpose()
    }

    /// The menu; where the table has none yet, the built-in one is put there.
    pub(crate) async fn menu(&self) -> Result<Menu, StoreError> {
        let key = AttributeValue::S(MENU_ID.to_owned());
        let get = self.dynamodb.get_item().table_name(&self.tables.menus).key("menuId", key);
        let there = match get.send().await.map_err(failed)?.item {
            Some(item) => Some(item),
            None => self.put_new(&self.tables.menus, "menuId", to_item(&Menu::built_in().to_record())?).await?,
        };
        let Some(item) = there else {
            return Ok(Menu::built_in());
        };
        let menu = Menu::from_record(from_item::<MenuRecord>(item)?);
        menu.ok_or_else(|| StoreError(format!("{MENU_ID} in {} has no pizza with four prices", self.tables.menus)))
    }

    /// The item with its end, where items have one.
    fn expiring(&self, mut item: Item, at_ms: u64) -> Item {
        let second = self.tables.days.map(|days| at_ms / 1000 + u64::from(days) * 86_400);
        item.extend(second.map(|second| (EXPIRY.to_owned(), AttributeValue::N(second.to_string()))));
        item
    }

    /// Puts an item unless its key is taken; then returns the item that is there.
    async fn put_new(&self, table: &str, key: &str, item: Item) -> Result<Option<Item>, StoreError> {
        let put = self
            .dynamodb
            .put_item()
            .table_name(table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#key)")
            .expression_attribute_names("#key", key)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await.map_err(|error| error.into_service_error()) {
            Ok(_) => Ok(None),
            Err(aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(taken)) => {
                Ok(Some(taken.item.unwrap_or_default()))
            }
            Err(error) => Err(failed(error)),
        }
    }
}

fn failed(error: impl std::error::Error) -> StoreError {
    StoreError(DisplayErrorContext(error).to_string())
}

fn to_item(record: &impl Serialize) -> Result<Item, StoreError> {
    // The error might quote the record.
    serde_dynamo::to_item(record).map_err(|_| StoreError("a record cannot be written as an item".to_owned()))
}

fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|_| StoreError("an item cannot be read as a record".to_owned()))
}
