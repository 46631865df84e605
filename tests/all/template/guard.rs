//! What stands before the bot and what keeps a careless hand or a stranger from it: firewall, throttles, budget, malware, deletion.

use std::collections::BTreeSet;

use sbf_aws::{router::OriginSecret, settings::Environment};
use serde_json::{Value, json};

use super::{
    EVERYTHING, LEAST,
    stack::{Stack, UUID, listed, text},
    stacks,
};

const ACL: &str = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/a1b2c3";

fn distribution(stack: &Stack) -> &Value {
    &stack.properties("Distribution")["DistributionConfig"]
}

fn api_origin(stack: &Stack) -> &Value {
    let origins = distribution(stack)["Origins"].as_array().unwrap();
    origins.iter().find(|origin| origin["Id"] == "api").unwrap()
}

#[test]
fn behind_a_firewall_the_distribution_proves_itself_by_a_secret_that_core_knows() {
    let stack = Stack::with(&[("WebAclArn", ACL)]);
    assert_eq!(distribution(&stack)["WebACLId"], ACL);
    let headers = api_origin(&stack)["OriginCustomHeaders"].as_array().unwrap();
    let secret = stack.variable("CoreFunction", "ORIGIN_VERIFY_SECRET");
    assert_eq!(*headers, [json!({ "HeaderName": "x-origin-verify", "HeaderValue": secret })]);
    // CloudFormation writes the secret there; it stands in no template and in no parameter.
    assert_eq!(secret, "{{resolve:secretsmanager:{OriginSecret}:SecretString}}");
    let made = &stack.properties("OriginSecret")["GenerateSecretString"];
    assert!(made["PasswordLength"].as_u64().unwrap() >= 32);
    // Every character of it may stand in a header.
    assert_eq!(made["ExcludePunctuation"], true);
    let variables: Environment = [("ORIGIN_VERIFY_SECRET".to_owned(), secret.clone())].into_iter().collect();
    assert_eq!(OriginSecret::from_environment(&variables), Some(OriginSecret::new(&secret)));
    // CloudFormation waits until a distribution is the same everywhere.
    assert_eq!(listed(&stack.resource("CoreFunction")["DependsOn"]), ["Distribution"]);
    // Both origins of /client.json are one distribution's: the page's bucket gets no header.
    let origins = distribution(&stack)["Origins"].as_array().unwrap();
    let with_headers = origins.iter().filter(|origin| origin.get("OriginCustomHeaders").is_some());
    assert_eq!(with_headers.count(), 1);
}

#[test]
fn without_a_firewall_there_is_no_secret_and_the_api_has_its_own_address() {
    for stack in [Stack::with(&[]), Stack::with(LEAST)] {
        assert_eq!(distribution(&stack).get("WebACLId"), None);
        assert_eq!(api_origin(&stack).get("OriginCustomHeaders"), None);
        assert_eq!(stack.of("AWS::SecretsManager::Secret").len(), 0);
        assert_eq!(stack.variable("CoreFunction", "ORIGIN_VERIFY_SECRET"), "");
        assert_eq!(stack.output("ApiUrl").as_deref(), Some("{Api.ApiEndpoint}"));
    }
}

/// What calls the API from elsewhere reads `ApiUrl`.
#[test]
fn behind_a_firewall_programs_and_other_pages_are_sent_to_the_pages_address() {
    let api = |given: &[(&str, &str)]| Stack::with(given).output("ApiUrl").unwrap();
    assert_eq!(api(&[("WebAclArn", ACL)]), "https://{Distribution.DomainName}");
    assert_eq!(api(EVERYTHING), "https://chat.example.org");
    // Another page may read /client.json there too: the API hears whose page it is.
    for (stack, policy) in
        [(Stack::with(EVERYTHING), Some("59781a5b-3903-41f3-afcb-af62929ccde1")), (Stack::with(&[]), None)]
    {
        let behaviours = distribution(&stack)["CacheBehaviors"].as_array().unwrap();
        let client = behaviours.iter().find(|behaviour| behaviour["PathPattern"] == "/client.json").unwrap();
        assert_eq!(client.get("OriginRequestPolicyId").and_then(Value::as_str), policy);
    }
}

#[test]
fn routes_without_a_token_have_throttles_of_their_own_below_that_of_the_others() {
    for stack in stacks() {
        let stage = stack.properties("ApiStage");
        let throttled = stage["RouteSettings"].as_object().unwrap();
        let open: BTreeSet<String> = stack
            .of("AWS::ApiGatewayV2::Route")
            .into_iter()
            .filter(|(_, route)| route["AuthorizationType"] == "NONE")
            .map(|(_, route)| text(&route["RouteKey"]))
            .collect();
        assert_eq!(throttled.keys().cloned().collect::<BTreeSet<_>>(), open);
        let general = |name: &str| text(&stage["DefaultRouteSettings"][name]).parse::<u64>().unwrap();
        for (route, settings) in throttled {
            for name in ["ThrottlingRateLimit", "ThrottlingBurstLimit"] {
                assert!(settings[name].as_u64().unwrap() < general(name), "{route}: {name}");
            }
        }
        // A stage that names a route which is not there yet is refused.
        let needed = listed(&stack.resource("ApiStage")["DependsOn"]);
        let keys: BTreeSet<String> = needed.iter().map(|id| text(&stack.properties(id)["RouteKey"])).collect();
        assert_eq!(keys, open);
    }
}

#[test]
fn concurrency_is_reserved_only_where_somebody_wants_it() {
    let reserved = |stack: &Stack| stack.properties("CoreFunction").get("ReservedConcurrentExecutions").cloned();
    assert_eq!(reserved(&Stack::with(&[])), None);
    assert_eq!(reserved(&Stack::with(&[("ReservedConcurrency", "20")])), Some(json!("20")));
}

#[test]
fn a_budget_tells_the_operator_before_it_is_spent_and_when_it_is() {
    for given in [&[][..], LEAST] {
        assert_eq!(Stack::with(given).of("AWS::Budgets::Budget").len(), 0);
    }
    let stack = Stack::with(EVERYTHING);
    let properties = stack.properties("Budget");
    let budget = &properties["Budget"];
    assert_eq!(budget["BudgetLimit"], json!({ "Amount": "50", "Unit": "USD" }));
    assert_eq!((&budget["BudgetType"], &budget["TimeUnit"]), (&json!("COST"), &json!("MONTHLY")));
    // Of everything in the account: no filter that could be silent because nobody activated a tag.
    assert_eq!((budget.get("CostFilters"), budget.get("FilterExpression")), (None, None));
    let told = properties["NotificationsWithSubscribers"].as_array().unwrap();
    let when: BTreeSet<(String, u64)> = told
        .iter()
        .map(|one| {
            let subscribers = json!([{ "SubscriptionType": "EMAIL", "Address": "ops@example.org" }]);
            assert_eq!(one["Subscribers"], subscribers);
            let notification = &one["Notification"];
            assert_eq!(notification["ComparisonOperator"], "GREATER_THAN");
            (text(&notification["NotificationType"]), notification["Threshold"].as_u64().unwrap())
        })
        .collect();
    let expected = [("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)];
    assert_eq!(when, expected.map(|(kind, percent)| (kind.to_owned(), percent)).into());
}

#[test]
fn what_is_infected_cannot_be_read_and_only_the_scanner_says_so() {
    let statements = |stack: &Stack| {
        let statements = stack.properties("UploadBucketPolicy")["PolicyDocument"]["Statement"].as_array().unwrap();
        statements.iter().filter(|one| one["Sid"] != "TlsOnly").cloned().collect::<Vec<_>>()
    };
    for given in [&[][..], LEAST] {
        assert_eq!(statements(&Stack::with(given)), Vec::<Value>::new());
        assert_eq!(Stack::with(given).of("AWS::GuardDuty::MalwareProtectionPlan").len(), 0);
    }
    let stack = Stack::with(EVERYTHING);
    let plan = stack.properties("MalwareScanPlan");
    let bucket = text(&stack.properties("UploadBucket")["BucketName"]);
    let files = format!("arn:aws:s3:::{bucket}/uploads/*");
    let protected = json!({ "S3Bucket": { "BucketName": bucket, "ObjectPrefixes": ["uploads/"] } });
    assert_eq!((&plan["ProtectedResource"], &plan["Role"]), (&protected, &json!("{MalwareScanRole.Arn}")));
    assert_eq!(plan["Actions"]["Tagging"]["Status"], "ENABLED");
    let [reading, tagging] = &statements(&stack)[..] else { panic!("two statements") };
    for statement in [reading, tagging] {
        assert_eq!((&statement["Effect"], &statement["Principal"]), (&json!("Deny"), &json!("*")));
        assert_eq!(statement["Resource"], files);
        assert_eq!(statement["Condition"]["ArnNotEquals"]["aws:PrincipalArn"], "{MalwareScanRole.Arn}");
    }
    assert_eq!(listed(&reading["Action"]), ["s3:GetObject", "s3:GetObjectVersion"]);
    let infected = json!({ "s3:ExistingObjectTag/GuardDutyMalwareScanStatus": "THREATS_FOUND" });
    assert_eq!(reading["Condition"]["StringEquals"], infected);
    assert!(listed(&tagging["Action"]).iter().all(|action| action.ends_with("Tagging")), "{tagging}");
    assert_eq!(tagging["Condition"].as_object().unwrap().len(), 1, "whatever the tag is");
}

/// "Create or update IAM role policy" for malware protection in the GuardDuty user guide, on the one bucket and what is scanned of it.
pub(super) fn scanning() -> BTreeSet<(String, String)> {
    let rules = "arn:aws:events:eu-west-1:123456789012:rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*";
    let bucket = format!("arn:aws:s3:::sbf-uploads-{UUID}");
    let (files, probe) =
        (format!("{bucket}/uploads/*"), format!("{bucket}/malware-protection-resource-validation-object"));
    let of = |service: &str, actions: &[&str], resource: &str| {
        let pairs = actions.iter().map(|action| (format!("{service}:{action}"), resource.to_owned()));
        pairs.collect::<Vec<_>>()
    };
    let events = ["PutRule", "DeleteRule", "PutTargets", "RemoveTargets", "DescribeRule", "ListTargetsByRule"];
    let tags = ["GetObjectTagging", "GetObjectVersionTagging", "PutObjectTagging", "PutObjectVersionTagging"];
    let rights = [
        of("events", &events, rules),
        of("s3", &["GetBucketNotification", "PutBucketNotification", "ListBucket"], &bucket),
        of("s3", &["PutObject"], &probe),
        of("s3", &["GetObject", "GetObjectVersion"], &files),
        of("s3", &tags, &files),
    ];
    rights.into_iter().flatten().collect()
}

#[test]
fn tables_and_the_pool_refuse_to_be_deleted_until_somebody_says_otherwise() {
    for (stack, is_protected) in [(Stack::with(&[]), true), (Stack::with(&[("DeletionProtection", "false")]), false)] {
        for (id, table) in stack.of("AWS::DynamoDB::Table") {
            assert_eq!(table["DeletionProtectionEnabled"], is_protected, "{id}");
        }
        let pool = if is_protected { "ACTIVE" } else { "INACTIVE" };
        assert_eq!(stack.properties("UserPool")["DeletionProtection"], pool);
    }
}

#[test]
fn a_domain_of_ones_own_has_tls_1_2_at_least_and_is_the_pages_only_address() {
    let stack = Stack::with(EVERYTHING);
    assert_eq!(distribution(&stack)["Aliases"], json!(["chat.example.org"]));
    let certificate = &distribution(&stack)["ViewerCertificate"];
    assert_eq!(certificate["MinimumProtocolVersion"], "TLSv1.2_2021");
    assert_eq!(certificate["SslSupportMethod"], "sni-only");
    assert_eq!(certificate["AcmCertificateArn"], "arn:aws:acm:us-east-1:123456789012:certificate/a1-b2");
    assert_eq!(stack.output("PageUrl").as_deref(), Some("https://chat.example.org/"));
    // Whoever makes the record needs to know where it leads.
    assert_eq!(stack.output("DistributionDomain").as_deref(), Some("{Distribution.DomainName}"));
    // No resource knows the page by CloudFront's name any more.
    for (id, resource) in stack.all() {
        assert!(!resource["Properties"].to_string().contains("{Distribution.DomainName}"), "{id}");
    }
    let plain = Stack::with(&[]);
    assert_eq!(distribution(&plain)["ViewerCertificate"], json!({ "CloudFrontDefaultCertificate": true }));
    assert_eq!(distribution(&plain).get("Aliases"), None);
}

#[test]
fn cloudfront_logs_addresses_only_where_the_operator_asks_for_them_and_for_no_longer_than_the_rest() {
    for given in [&[][..], LEAST] {
        let stack = Stack::with(given);
        assert_eq!(distribution(&stack).get("Logging"), None);
        assert!(stack.all().all(|(id, _)| !id.starts_with("LogBucket")));
    }
    let stack = Stack::with(EVERYTHING);
    let logging = json!({ "Bucket": "{LogBucket.DomainName}", "IncludeCookies": false, "Prefix": "cloudfront/" });
    assert_eq!(distribution(&stack)["Logging"], logging);
    let rules = &stack.properties("LogBucket")["LifecycleConfiguration"]["Rules"];
    assert_eq!((rules.as_array().unwrap().len(), &rules[0]["ExpirationInDays"]), (1, &json!("30")));
}
