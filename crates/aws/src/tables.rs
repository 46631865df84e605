//! Making DynamoDB tables, as `sbf dev` does; a deployment has its template.

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType},
};

use crate::causes;

/// Creates a table whose items are found by two strings, unless it is there.
///
/// # Errors
/// Where DynamoDB refuses or does not answer, with the causes in one line.
pub(crate) async fn create(client: &Client, table: &str, partition_key: &str, sort_key: &str) -> Result<(), String> {
    let mut request = client.create_table().table_name(table).billing_mode(BillingMode::PayPerRequest);
    for (name, key_type) in [(partition_key, KeyType::Hash), (sort_key, KeyType::Range)] {
        let attribute =
            AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build();
        let key = KeySchemaElement::builder().attribute_name(name).key_type(key_type).build();
        let attribute = attribute.map_err(|error| causes(&error))?;
        request = request.attribute_definitions(attribute).key_schema(key.map_err(|error| causes(&error))?);
    }
    match request.send().await {
        Ok(_) => Ok(()),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_in_use_exception()) => Ok(()),
        Err(error) => Err(causes(&error)),
    }
}
