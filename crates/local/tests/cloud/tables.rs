//! DynamoDB: tables, conditions, transactions, expiry.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, Put, ScalarAttributeType, TransactWriteItem,
};
use sbf_local::create_table;

use crate::cloud;

fn table(client: &Client, name: &str) -> CreateTableFluentBuilder {
    let attribute = |name| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().unwrap()
    };
    let hash = |name| KeySchemaElement::builder().attribute_name(name).key_type(KeyType::Hash).build().unwrap();
    let index = GlobalSecondaryIndex::builder()
        .index_name("byOwner")
        .key_schema(hash("owner"))
        .projection(Projection::builder().projection_type(ProjectionType::All).build());
    client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("id"))
        .attribute_definitions(attribute("owner"))
        .key_schema(hash("id"))
        .global_secondary_indexes(index.build().unwrap())
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[tokio::test]
async fn a_table_is_made_once() {
    let cloud = cloud().await;
    let client = cloud.dynamodb();
    for _ in 0..2 {
        create_table(&client, table(&client, "items"), Some("expiresAt")).await.unwrap();
    }
    let expiry = client.describe_time_to_live().table_name("items").send().await.unwrap();
    assert_eq!(expiry.time_to_live_description().unwrap().attribute_name(), Some("expiresAt"));
}

#[tokio::test]
async fn conditions_indexes_and_transactions_work() {
    let cloud = cloud().await;
    let client = cloud.dynamodb();
    create_table(&client, table(&client, "items"), None).await.unwrap();
    let put = |id: &str| {
        let request = client.put_item().table_name("items").item("id", text(id)).item("owner", text("ana"));
        request.condition_expression("attribute_not_exists(id)")
    };
    put("1").send().await.unwrap();
    let refused = put("1").send().await.unwrap_err();
    assert!(refused.as_service_error().unwrap().is_conditional_check_failed_exception());

    let write = |id: &str| {
        let put = Put::builder().table_name("items").item("id", text(id)).item("owner", text("ana"));
        let put = put.condition_expression("attribute_not_exists(id)").build().unwrap();
        TransactWriteItem::builder().put(put).build()
    };
    let cancelled = client.transact_write_items().transact_items(write("2")).transact_items(write("1")).send().await;
    assert!(cancelled.unwrap_err().as_service_error().unwrap().is_transaction_canceled_exception());

    let query = client.query().table_name("items").index_name("byOwner").key_condition_expression("#o = :o");
    let names = HashMap::from([("#o".to_owned(), "owner".to_owned())]);
    let query = query.set_expression_attribute_names(Some(names)).expression_attribute_values(":o", text("ana"));
    assert_eq!(query.send().await.unwrap().count(), 1);
}

#[tokio::test]
async fn expired_items_are_removed() {
    let cloud = cloud().await;
    let client = cloud.dynamodb();
    create_table(&client, table(&client, "items"), Some("expiresAt")).await.unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    for (id, expires) in [("old", now - 60), ("fresh", now + 3600)] {
        let request = client.put_item().table_name("items").item("id", text(id));
        request.item("expiresAt", AttributeValue::N(expires.to_string())).send().await.unwrap();
    }
    assert_eq!(cloud.sweep_expired_items().await.unwrap(), 1);
    let left = client.scan().table_name("items").send().await.unwrap();
    assert_eq!(left.items()[0]["id"], text("fresh"));
    assert_eq!(left.count(), 1);
}

#[tokio::test]
async fn errors_are_those_of_aws() {
    let cloud = cloud().await;
    let client = cloud.dynamodb();
    let missing = client.get_item().table_name("nowhere").key("id", text("1")).send().await.unwrap_err();
    assert!(missing.as_service_error().unwrap().is_resource_not_found_exception());
    let short = client.create_table().table_name("t").send().await.unwrap_err();
    let (code, message) = (short.code(), short.message().unwrap_or_default());
    assert_eq!(code, Some("ValidationException"), "{message}");
    assert!(message.starts_with("1 validation error detected") || message.starts_with("2 validation"), "{message}");
    let unknown = client.list_backups().send().await.unwrap_err();
    assert_eq!(unknown.code(), Some("ValidationException"));
}

#[tokio::test]
async fn only_the_clouds_own_key_opens_it() {
    let cloud = cloud().await;
    let (_, url) = cloud.environment().into_iter().find(|(name, _)| name == "AWS_ENDPOINT_URL_DYNAMODB").unwrap();
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
    let request = || http.post(&url).header("x-amz-target", "DynamoDB_20120810.ListTables").body("{}");
    let forged =
        "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";
    for request in [request(), request().header("authorization", forged)] {
        let refused = request.header("origin", "https://evil.example").send().await.unwrap();
        assert_eq!(refused.status(), 400);
        assert!(!refused.headers().contains_key("access-control-allow-origin"));
        assert!(refused.text().await.unwrap().contains("AccessDeniedException"));
    }
}
