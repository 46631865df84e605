//! The operator's own key: what it encrypts, and who may use it for that.

use serde_json::{Value, json};

use super::{
    EVERYTHING,
    stack::{Stack, listed},
};

const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/a1b2-c3";

/// What has data at rest and what names its key, by type; a page that anybody may read needs none.
const ENCRYPTED: &[(&str, &str)] = &[
    ("AWS::DynamoDB::Table", "/SSESpecification/KMSMasterKeyId"),
    ("AWS::Logs::LogGroup", "/KmsKeyId"),
    (
        "AWS::S3::Bucket",
        "/BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault/KMSMasterKeyID",
    ),
    ("AWS::SNS::Topic", "/KmsMasterKeyId"),
    ("AWS::SQS::Queue", "/KmsMasterKeyId"),
    ("AWS::SecretsManager::Secret", "/KmsKeyId"),
];

#[test]
fn the_operators_key_encrypts_all_that_is_stored_and_aws_keys_do_without_it() {
    let (with, without) = (Stack::with(EVERYTHING), Stack::with(&[]));
    for (kind, place) in ENCRYPTED {
        let resources = with.of(kind);
        assert!(!resources.is_empty(), "{kind}");
        for (id, properties) in resources.iter().filter(|(id, _)| *id != "WebBucket") {
            assert_eq!(properties.pointer(place).and_then(Value::as_str), Some(KEY), "{id}");
        }
        for (id, properties) in without.of(kind) {
            assert_eq!(properties.pointer(place), None, "{id}");
        }
    }
    for (id, table) in with.of("AWS::DynamoDB::Table") {
        assert_eq!(table["SSESpecification"]["SSEType"], "KMS", "{id}");
    }
    // A queue has the one or the other.
    for (stack, managed) in [(with, None), (without, Some(&json!(true)))] {
        for (id, queue) in stack.of("AWS::SQS::Queue") {
            assert_eq!(queue.get("SqsManagedSseEnabled"), managed, "{id}");
        }
    }
}

/// Services that a function's role may use the key by: those that it calls and whose data the key encrypts.
#[test]
fn each_role_uses_the_key_by_the_services_that_it_calls_and_by_no_others() {
    let stack = Stack::with(EVERYTHING);
    for (role, properties) in stack.of("AWS::IAM::Role") {
        let statements = properties["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap();
        let of_key: Vec<&Value> = statements.iter().filter(|one| listed(&one["Resource"]) == [KEY]).collect();
        let actions = statements.iter().filter(|one| one["Sid"] != "Key").flat_map(|one| listed(&one["Action"]));
        let mut called: Vec<String> = actions
            .filter_map(|action| action.split_once(':').map(|(service, _)| service.to_owned()))
            .filter(|service| ["dynamodb", "s3", "sqs"].contains(&service.as_str()))
            .map(|service| format!("{service}.eu-west-1.amazonaws.com"))
            .collect();
        called.sort();
        called.dedup();
        match of_key[..] {
            [] => assert!(called.is_empty(), "{role} calls {called:?} and may not use their key"),
            [statement] => {
                assert_eq!(listed(&statement["Action"]), ["kms:Decrypt", "kms:GenerateDataKey"], "{role}");
                let services = &statement["Condition"]["StringEquals"]["kms:ViaService"];
                assert_eq!((listed(services), &statement["Sid"]), (called, &json!("Key")), "{role}");
            }
            _ => panic!("{role} has the key's right twice"),
        }
    }
    for (role, properties) in Stack::with(&[]).of("AWS::IAM::Role") {
        assert!(!properties.to_string().contains("kms:"), "{role}");
    }
}
