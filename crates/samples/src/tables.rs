//! The tables of the samples, as data: `sbf dev` creates them from it and the deployment template is compared with it.

use std::env;

use aws_sdk_dynamodb::{
    Client,
    error::DisplayErrorContext,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
        ScalarAttributeType,
    },
};

/// The index of orders by customer, oldest first.
pub(crate) const ORDERS_BY_CUSTOMER: &str = "customerId-orderTimestamp-index";

/// The names of the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// Feedback, keyed by `feedbackId`.
    pub feedback: String,
    /// Pizza orders, keyed by `orderId`.
    pub orders: String,
    /// Pizza menus, keyed by `menuId`.
    pub menus: String,
    /// Days for which feedback and orders are kept; without it, for ever.
    pub days: Option<u32>,
}

impl Default for Tables {
    fn default() -> Self {
        Self {
            feedback: "sbf-sample-feedback".to_owned(),
            orders: "sbf-sample-orders".to_owned(),
            menus: "sbf-sample-menus".to_owned(),
            days: None,
        }
    }
}

impl Tables {
    /// The names in `FEEDBACK_TABLE`, `ORDERS_TABLE` and `MENUS_TABLE`; the default where one is unset or empty. And `SAMPLE_DAYS`; whatever
    /// is no number of days keeps for ever.
    pub fn from_env() -> Self {
        let named = |variable: &str, default: String| {
            let set = env::var(variable).ok();
            set.filter(|name| !name.is_empty()).unwrap_or(default)
        };
        let default = Self::default();
        Self {
            feedback: named("FEEDBACK_TABLE", default.feedback),
            orders: named("ORDERS_TABLE", default.orders),
            menus: named("MENUS_TABLE", default.menus),
            days: env::var("SAMPLE_DAYS").ok().and_then(|days| days.parse().ok()).filter(|days| *days > 0),
        }
    }
}

/// The attribute with the epoch second after which DynamoDB deletes what somebody left, a number.
pub(crate) const EXPIRY: &str = "expiresAt";

/// A table: its name, its key, its indexes and its expiry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDefinition {
    /// The table's name.
    pub name: String,
    /// Partition key, then sort key if there is one.
    pub key: Vec<KeyAttribute>,
    /// Global secondary indexes; all project every attribute.
    pub indexes: Vec<IndexDefinition>,
    /// The attribute that items expire by, in a deployment: what is made on one machine stays there.
    pub expiry: Option<&'static str>,
}

/// A global secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDefinition {
    /// The index's name.
    pub name: String,
    /// Partition key, then sort key if there is one.
    pub key: Vec<KeyAttribute>,
}

/// An attribute of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyAttribute {
    /// The attribute's name.
    pub name: &'static str,
    /// Its type.
    pub kind: AttributeKind,
}

/// The type of a key attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeKind {
    /// `S`
    String,
    /// `N`
    Number,
}

/// The tables that the samples need.
pub fn table_definitions(tables: &Tables) -> Vec<TableDefinition> {
    let table = |name: &str, key, indexes, expiry| {
        let (name, key) = (name.to_owned(), vec![string(key)]);
        TableDefinition { name, key, indexes, expiry }
    };
    let by_customer = IndexDefinition {
        name: ORDERS_BY_CUSTOMER.to_owned(),
        key: vec![string("customerId"), number("orderTimestamp")],
    };
    vec![
        table(&tables.feedback, "feedbackId", Vec::new(), Some(EXPIRY)),
        table(&tables.orders, "orderId", vec![by_customer], Some(EXPIRY)),
        // A menu is the shop's, and nobody would write it again.
        table(&tables.menus, "menuId", Vec::new(), None),
    ]
}

/// Creates the tables that are not there yet.
///
/// # Errors
/// Where a table can be neither created nor found.
pub async fn create_tables(dynamodb: &Client, tables: &Tables) -> Result<(), CreateError> {
    for definition in table_definitions(tables) {
        create(dynamodb, &definition).await?;
    }
    Ok(())
}

/// A table was not created.
#[derive(Debug, thiserror::Error)]
#[error("table {table} was not created: {reason}")]
pub struct CreateError {
    table: String,
    reason: String,
}

const fn string(name: &'static str) -> KeyAttribute {
    let kind = AttributeKind::String;
    KeyAttribute { name, kind }
}

const fn number(name: &'static str) -> KeyAttribute {
    let kind = AttributeKind::Number;
    KeyAttribute { name, kind }
}

async fn create(dynamodb: &Client, definition: &TableDefinition) -> Result<(), CreateError> {
    let failed = |reason: String| CreateError { table: definition.name.clone(), reason };
    let wrong = |error: aws_sdk_dynamodb::error::BuildError| failed(error.to_string());
    let mut request = dynamodb
        .create_table()
        .table_name(&definition.name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(schema(&definition.key).map_err(wrong)?))
        .set_attribute_definitions(Some(attributes(definition).map_err(wrong)?));
    for IndexDefinition { name, key } in &definition.indexes {
        let all = Projection::builder().projection_type(ProjectionType::All).build();
        let index = GlobalSecondaryIndex::builder()
            .index_name(name)
            .set_key_schema(Some(schema(key).map_err(wrong)?))
            .projection(all);
        request = request.global_secondary_indexes(index.build().map_err(wrong)?);
    }
    match request.send().await.map_err(|error| error.into_service_error()) {
        Err(error) if !error.is_resource_in_use_exception() => Err(failed(DisplayErrorContext(error).to_string())),
        _ => Ok(()),
    }
}

type Built<T> = Result<Vec<T>, aws_sdk_dynamodb::error::BuildError>;

fn schema(key: &[KeyAttribute]) -> Built<KeySchemaElement> {
    let roles = [KeyType::Hash, KeyType::Range];
    let element = |(attribute, role): (&KeyAttribute, KeyType)| {
        let element = KeySchemaElement::builder().attribute_name(attribute.name);
        element.key_type(role).build()
    };
    key.iter().zip(roles).map(element).collect()
}

fn attributes(definition: &TableDefinition) -> Built<AttributeDefinition> {
    let indexed = definition.indexes.iter().flat_map(|index| &index.key);
    let build = |attribute: &KeyAttribute| {
        let kind = match attribute.kind {
            AttributeKind::String => ScalarAttributeType::S,
            AttributeKind::Number => ScalarAttributeType::N,
        };
        let definition = AttributeDefinition::builder().attribute_name(attribute.name);
        definition.attribute_type(kind).build()
    };
    definition.key.iter().chain(indexed).map(build).collect()
}
