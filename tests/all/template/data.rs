//! Tables and buckets: keys, expiry and events as the code has them, and nothing lost with the stack.

use std::collections::BTreeSet;

use sbf_aws::{
    ratings::{RATINGS_EXPIRY, RATINGS_KEYS},
    sessions::SESSIONS_TABLE,
    training::LOOK_BACK,
};
use sbf_brain::artefact::{CONFIGS, KNOWLEDGE};
use sbf_samples::{AttributeKind, KeyAttribute, TableDefinition, Tables, table_definitions};
use serde_json::{Value, json};

use super::{
    EVERYTHING,
    rights::written,
    stack::{Stack, listed, text},
    stacks,
};

#[test]
fn sessions_are_keyed_and_expire_as_the_code_has_it() {
    for stack in stacks() {
        let table = stack.properties("SessionsTable");
        let keys = [(SESSIONS_TABLE.partition_key, "S"), (SESSIONS_TABLE.sort_key, "S")];
        assert_shape(table, &keys, &[]);
        let expiry = json!({ "AttributeName": SESSIONS_TABLE.time_to_live, "Enabled": true });
        assert_eq!(table["TimeToLiveSpecification"], expiry);
    }
}

#[test]
fn ratings_are_keyed_and_expire_as_the_code_has_it() {
    for stack in stacks() {
        let table = stack.properties("RatingsTable");
        assert_shape(table, &RATINGS_KEYS.map(|key| (key, "S")), &[]);
        assert_eq!(table["TimeToLiveSpecification"], json!({ "AttributeName": RATINGS_EXPIRY, "Enabled": true }));
        assert_eq!(stack.variable("CoreFunction", "RATING_DAYS"), "365");
    }
}

#[test]
fn the_samples_tables_are_as_the_samples_have_them() {
    let names = ["FeedbackTable", "OrdersTable", "MenusTable"].map(str::to_owned);
    let [feedback, orders, menus] = names;
    let stack = Stack::with(&[]);
    let tables = Tables { feedback, orders, menus, days: None };
    for TableDefinition { name, key, indexes, expiry } in table_definitions(&tables) {
        let indexes: Vec<_> = indexes.iter().map(|index| (index.name.as_str(), typed(&index.key))).collect();
        let table = stack.properties(&name);
        assert_shape(table, &typed(&key), &indexes);
        let expiry = expiry.map(|attribute| json!({ "AttributeName": attribute, "Enabled": true }));
        assert_eq!(table.get("TimeToLiveSpecification"), expiry.as_ref(), "{name}");
    }
    for function in ["FeedbackFunction", "PizzaFunction"] {
        assert_eq!(stack.variable(function, "SAMPLE_DAYS"), "90");
    }
}

#[test]
fn every_table_is_paid_by_use_backed_up_and_kept() {
    for stack in stacks() {
        for (id, table) in stack.of("AWS::DynamoDB::Table") {
            assert_eq!(table["BillingMode"], "PAY_PER_REQUEST", "{id}");
            assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true, "{id}");
        }
    }
}

#[test]
fn the_brain_bucket_keeps_what_training_looks_back_at() {
    for stack in stacks() {
        let bucket = stack.properties("BrainBucket");
        assert_eq!(bucket["VersioningConfiguration"]["Status"], "Enabled");
        for rule in bucket["LifecycleConfiguration"]["Rules"].as_array().unwrap() {
            let kept = rule["NoncurrentVersionExpiration"]["NewerNoncurrentVersions"].as_u64();
            assert!(kept.is_some_and(|kept| kept >= LOOK_BACK as u64), "{rule}");
        }
    }
}

#[test]
fn what_people_made_outlives_the_stack_and_a_failed_first_deployment_leaves_nothing() {
    // Accounts and groups live in the pool, and stay with it; what a bucket refuses it refuses as long as it is there.
    const KEPT: &[&str] = &[
        "AWS::DynamoDB::Table",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::Cognito::UserPool",
        "AWS::Cognito::UserPoolGroup",
        "AWS::Cognito::UserPoolUser",
        "AWS::Cognito::UserPoolUserToGroupAttachment",
    ];
    for stack in stacks() {
        for (id, resource) in stack.all() {
            let policies = ["DeletionPolicy", "UpdateReplacePolicy"].map(|name| resource[name].as_str());
            let kept = [Some("RetainExceptOnCreate"), Some("Retain")];
            match resource["Type"].as_str().unwrap() {
                kind if KEPT.contains(&kind) => assert_eq!(policies, kept, "{id}"),
                // SAM would keep them, and after an alarm the same could not be deployed once more.
                "AWS::Lambda::Version" => assert_eq!(policies, [Some("Delete"), None], "{id}"),
                _ => assert!(matches!(policies, [None | Some("Delete"), None]), "{id} would be left behind"),
            }
        }
    }
}

#[test]
fn every_bucket_is_private_and_encrypted() {
    for stack in stacks() {
        for (id, bucket) in stack.of("AWS::S3::Bucket") {
            let all = json!({
                "BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true
            });
            assert_eq!(bucket["PublicAccessBlockConfiguration"], all, "{id}");
            // CloudFront writes its log by an access control list, and for nobody else is there any.
            let owner = if id == "LogBucket" { "BucketOwnerPreferred" } else { "BucketOwnerEnforced" };
            assert_eq!(bucket["OwnershipControls"]["Rules"][0]["ObjectOwnership"], owner, "{id}");
            let rules = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"].as_array().unwrap();
            let algorithm = text(&rules[0]["ServerSideEncryptionByDefault"]["SSEAlgorithm"]);
            assert!(rules.len() == 1 && ["AES256", "aws:kms"].contains(&algorithm.as_str()), "{id}");
            let incomplete = "/LifecycleConfiguration/Rules/0/AbortIncompleteMultipartUpload/DaysAfterInitiation";
            assert!(bucket.pointer(incomplete).is_some(), "{id} keeps parts of uploads");
        }
    }
}

#[test]
fn buckets_are_closed_but_for_their_one_reader() {
    for stack in stacks() {
        for (bucket, _) in stack.of("AWS::S3::Bucket") {
            let policy = &stack.properties(&format!("{bucket}Policy"))["PolicyDocument"]["Statement"];
            let (denied, allowed): (Vec<&Value>, Vec<&Value>) =
                policy.as_array().unwrap().iter().partition(|statement| statement["Effect"] == "Deny");
            let tls = denied.iter().find(|statement| {
                let condition = &statement["Condition"]["Bool"]["aws:SecureTransport"];
                statement["Principal"] == "*"
                    && statement["Action"] == "s3:*"
                    && condition.to_string().contains("false")
            });
            let covered = listed(&tls.unwrap_or_else(|| panic!("{bucket} answers without TLS"))["Resource"]);
            assert!(covered.len() == 2 && covered[1] == format!("{}/*", covered[0]), "{bucket}: {covered:?}");
            assert_eq!(allowed.len(), usize::from(bucket == "WebBucket"), "{bucket}");
            for statement in allowed {
                assert_eq!(statement["Principal"], json!({ "Service": "cloudfront.amazonaws.com" }));
                assert_eq!(statement["Action"], "s3:GetObject");
                let source = &statement["Condition"]["StringEquals"]["aws:SourceArn"];
                assert_eq!(source, "arn:aws:cloudfront::123456789012:distribution/{Distribution}");
            }
        }
    }
}

/// What begins and what ends a key; S3 does not say whether the two may share characters, so here they may not.
#[derive(Debug)]
struct Filter {
    event: String,
    prefix: String,
    suffix: String,
}

impl Filter {
    fn matches(&self, key: &str) -> bool {
        key.strip_prefix(&self.prefix).is_some_and(|rest| rest.ends_with(&self.suffix))
    }

    /// S3 refuses two configurations for one event where a key could match both ("Configuring event notifications using object key
    /// name filtering" in the Amazon S3 user guide).
    fn overlaps(&self, other: &Self) -> bool {
        let begins = self.prefix.starts_with(&other.prefix) || other.prefix.starts_with(&self.prefix);
        let ends = self.suffix.ends_with(&other.suffix) || other.suffix.ends_with(&self.suffix);
        self.event == other.event && begins && ends
    }
}

fn filters(stack: &Stack) -> Vec<Filter> {
    let bucket = stack.properties("BrainBucket");
    let configurations = bucket["NotificationConfiguration"].as_object().unwrap();
    assert_eq!(configurations.keys().collect::<Vec<_>>(), ["LambdaConfigurations"]);
    let filter = |configuration: &Value| {
        assert_eq!(configuration["Function"], "{TrainFunctionAliaslive}");
        let rules = configuration["Filter"]["S3Key"]["Rules"].as_array().unwrap();
        let [prefix, suffix] = ["prefix", "suffix"].map(|name| {
            let of_name: Vec<_> = rules.iter().filter(|rule| rule["Name"] == name).collect();
            assert_eq!(of_name.len(), 1, "{configuration}");
            text(&of_name[0]["Value"])
        });
        Filter { event: text(&configuration["Event"]), prefix, suffix }
    };
    configurations["LambdaConfigurations"].as_array().unwrap().iter().map(filter).collect()
}

#[test]
fn the_two_files_start_training_and_nothing_else_does() {
    for stack in stacks() {
        let filters = filters(&stack);
        for event in ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"] {
            let starts = |key: &str| filters.iter().any(|filter| filter.event == event && filter.matches(key));
            assert!([KNOWLEDGE, CONFIGS].into_iter().all(starts), "{event}: {filters:?}");
            let beside =
                ["knowledge.json.bak", "knowledge.json~", "knowledge-old.json", "old/knowledge.json", "configs.json.1"];
            // What a run writes must not start another.
            for key in beside.into_iter().chain(written()) {
                assert!(!starts(key), "{event} of {key}: {filters:?}");
            }
        }
        for (i, filter) in filters.iter().enumerate() {
            assert!(
                !filters[..i].iter().any(|other| filter.overlaps(other)),
                "S3 refuses {filter:?} among {filters:?}"
            );
        }
        // Without the right to start it, S3 refuses the notification and the stack is not made.
        assert_eq!(stack.resource("BrainBucket")["DependsOn"], "BrainMayStartTraining");
        assert_eq!(stack.properties("BrainBucket")["VersioningConfiguration"]["Status"], "Enabled");
    }
}

#[test]
fn files_of_users_are_posted_by_the_pages_and_leave_again() {
    let origins = |stack: &Stack| {
        let bucket = stack.properties("UploadBucket");
        let rules = bucket["CorsConfiguration"]["CorsRules"].as_array().unwrap();
        assert_eq!((rules.len(), &rules[0]["AllowedMethods"]), (1, &json!(["POST"])));
        assert_eq!(bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"], "30");
        rules[0]["AllowedOrigins"].clone()
    };
    assert_eq!(origins(&Stack::with(&[])), json!(["https://{Distribution.DomainName}"]));
    let everything = Stack::with(EVERYTHING);
    assert_eq!(
        origins(&everything),
        json!(["https://chat.example.org", "https://shop.example.org", "http://localhost:5173"])
    );
}

#[test]
fn sounds_leave_soon() {
    let days = |stack: &Stack| {
        let rules = &stack.properties("SpeechBucket")["LifecycleConfiguration"]["Rules"];
        assert_eq!((&rules[0]["Status"], rules[0].get("Prefix")), (&json!("Enabled"), None));
        text(&rules[0]["ExpirationInDays"])
    };
    assert_eq!(days(&Stack::with(&[])), "3");
    assert_eq!(days(&Stack::with(&[("SpeechDays", "1")])), "1");
    assert_eq!(Stack::with(&[]).properties("SpeechBucket").get("VersioningConfiguration"), None);
}

fn typed(key: &[KeyAttribute]) -> Vec<(&str, &'static str)> {
    let kind = |kind| match kind {
        AttributeKind::String => "S",
        AttributeKind::Number => "N",
    };
    key.iter().map(|attribute| (attribute.name, kind(attribute.kind))).collect()
}

/// Keys, indexes and the types of their attributes; DynamoDB refuses attributes that no key uses.
fn assert_shape(table: &Value, key: &[(&str, &str)], indexes: &[(&str, Vec<(&str, &str)>)]) {
    assert_eq!(table["KeySchema"], schema(key));
    let expected: Vec<Value> = indexes
        .iter()
        .map(|(name, key)| {
            json!({ "IndexName": name, "KeySchema": schema(key), "Projection": { "ProjectionType": "ALL" } })
        })
        .collect();
    assert_eq!(table.get("GlobalSecondaryIndexes").cloned().unwrap_or_else(|| json!([])), json!(expected));
    let defined = table["AttributeDefinitions"].as_array().unwrap();
    let defined: BTreeSet<(String, String)> =
        defined.iter().map(|one| (text(&one["AttributeName"]), text(&one["AttributeType"]))).collect();
    let used = key.iter().chain(indexes.iter().flat_map(|(_, key)| key));
    assert_eq!(defined, used.map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned())).collect());
}

fn schema(key: &[(&str, &str)]) -> Value {
    let element = |((name, _), role): (&(&str, &str), &str)| json!({ "AttributeName": name, "KeyType": role });
    key.iter().zip(["HASH", "RANGE"]).map(element).collect()
}
