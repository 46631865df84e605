//! The deployment template against the code: what CloudFormation would get, with parameters and conditions resolved.
//!
//! `make template` translates template.yaml; without that, or after a change without it, every test here fails and says so.

mod backends;
mod cost;
mod data;
mod functions;
mod rights;
mod routes;
mod stack;
mod watch;
mod web;

use self::stack::{Stack, UUID};

/// Everything switched on.
const EVERYTHING: &[(&str, &str)] = &[
    ("FirstUserEmail", "ana@example.org"),
    ("AlarmEmail", "ops@example.org"),
    (
        "BackendFunctions",
        "arn:aws:lambda:eu-west-1:123456789012:function:stock,arn:aws:lambda:eu-west-1:1:function:pay:live",
    ),
    ("PageOrigins", "https://shop.example.org,http://localhost:5173"),
    ("Tracing", "Active"),
    ("SlackWebhookSecret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:slack-AbCdEf"),
];

/// Nothing optional, and another sign-in.
const LEAST: &[(&str, &str)] = &[
    ("WithSamples", "false"),
    ("OidcIssuer", "https://login.example.org/realms/shop"),
    ("OidcAudience", "chat"),
    ("OidcOrigins", "https://login.example.org https://tokens.example.org"),
];

/// One of each kind.
fn stacks() -> [Stack; 3] {
    [Stack::with(&[]), Stack::with(EVERYTHING), Stack::with(LEAST)]
}

#[test]
fn no_resource_waits_for_itself() {
    stack::assert_acyclic();
}

#[test]
fn no_name_is_in_the_way_of_a_second_stack() {
    // Where a name must be one of a kind in an account or Region.
    const NAMED: &[(&str, &str)] = &[
        ("AWS::S3::Bucket", "/BucketName"),
        ("AWS::DynamoDB::Table", "/TableName"),
        ("AWS::Lambda::Function", "/FunctionName"),
        ("AWS::IAM::Role", "/RoleName"),
        ("AWS::SQS::Queue", "/QueueName"),
        ("AWS::SNS::Topic", "/TopicName"),
        ("AWS::Logs::LogGroup", "/LogGroupName"),
        ("AWS::CloudWatch::Alarm", "/AlarmName"),
        ("AWS::CodeDeploy::Application", "/ApplicationName"),
        ("AWS::CodeDeploy::DeploymentGroup", "/DeploymentGroupName"),
        ("AWS::Cognito::UserPoolDomain", "/Domain"),
        ("AWS::CloudFront::OriginAccessControl", "/OriginAccessControlConfig/Name"),
        ("AWS::CloudFront::ResponseHeadersPolicy", "/ResponseHeadersPolicyConfig/Name"),
        ("AWS::CloudFront::Function", "/Name"),
    ];
    for stack in stacks() {
        for (kind, place) in NAMED {
            for (id, properties) in stack.of(kind) {
                let name = properties.pointer(place).and_then(|name| name.as_str());
                assert!(name.is_none_or(|name| name.contains(UUID)), "{id} is always called {name:?}");
                // CloudFront's longest name; a bucket's is 63.
                assert!(name.is_none_or(|name| name.len() <= 63), "{id}: {name:?} is too long");
            }
        }
    }
}

#[test]
fn page_and_command_line_learn_where_things_are() {
    let needed =
        ["PageUrl", "ApiUrl", "BrainBucket", "WebBucket", "DistributionId", "OidcIssuer", "OidcClientId", "OidcScopes"];
    for stack in stacks() {
        for name in needed {
            assert!(stack.output(name).is_some_and(|value| !value.is_empty()), "{name}");
        }
        // What the tests of operators' commands read in its place.
        for (name, _) in sbf_tests::moto::OUTPUTS {
            assert!(stack.output(name).is_some() || name == "SignInUrl", "{name}");
        }
        assert_eq!(stack.output("BrainBucket").unwrap(), stack.variable("TrainFunction", "BRAIN_BUCKET"));
        let allowed = stack.output("AllowedFunctions").unwrap();
        assert_eq!(allowed, stack.variable("CoreFunction", "ALLOWED_FUNCTIONS"));
    }
    assert_eq!(Stack::with(LEAST).output("UserPoolId"), None);
    assert_eq!(Stack::with(LEAST).output("OidcClientId").as_deref(), Some("chat"));
}
