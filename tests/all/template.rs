//! The deployment template against the code: what CloudFormation would get, with parameters and conditions resolved.
//!
//! `make template` translates template.yaml; without that, or after a change without it, every test here fails and says so.

mod backends;
mod cost;
mod data;
mod functions;
mod guard;
mod keys;
mod rights;
mod routes;
mod stack;
mod watch;
mod web;

pub(crate) use self::routes::routes_of_the_api;
use self::stack::{Stack, UUID};

/// Everything switched on.
const EVERYTHING: &[(&str, &str)] = &[
    ("FirstUserEmail", "ana@example.org"),
    ("AlarmEmail", "ops@example.org"),
    (
        "BackendFunctions",
        "arn:aws:lambda:eu-west-1:123456789012:function:stock,arn:aws:lambda:eu-west-1:1:function:pay:live",
    ),
    ("BackendRoles", "arn:aws:iam::1:role/pay,arn:aws:iam::2:role/teams/a@b=c"),
    ("FederatedBots", "https://desk.example.org,https://office.example.org:8443/core?lang=pt"),
    ("FederationKeysSecret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-AbCdEf"),
    ("PageOrigins", "https://shop.example.org,http://localhost:5173"),
    ("Tracing", "Active"),
    ("SlackWebhookSecret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:slack-AbCdEf"),
    ("MonthlyBudget", "50"),
    ("ReservedConcurrency", "20"),
    ("AccessLogs", "full"),
    ("WebAclArn", "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/a1b2c3"),
    ("MalwareScan", "true"),
    ("KmsKeyArn", "arn:aws:kms:eu-west-1:123456789012:key/a1b2-c3"),
    ("DomainName", "chat.example.org"),
    ("CertificateArn", "arn:aws:acm:us-east-1:123456789012:certificate/a1-b2"),
];

/// Nothing optional, and another sign-in.
const LEAST: &[(&str, &str)] = &[
    ("WithSamples", "false"),
    ("AccessLogs", "off"),
    ("DeletionProtection", "false"),
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
        ("AWS::SecretsManager::Secret", "/Name"),
        ("AWS::Budgets::Budget", "/Budget/BudgetName"),
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
fn parameters_that_cannot_work_are_refused_before_anything_is_made() {
    let parameters = stack::translated()["Parameters"].as_object().unwrap();
    let takes = |name: &str, value: &str| {
        let pattern = parameters[name]["AllowedPattern"].as_str().unwrap();
        // As CloudFormation has it, the whole value.
        regex::Regex::new(&format!("^(?:{pattern})$")).unwrap().is_match(value)
    };
    for (name, parameter) in parameters.iter().filter(|(_, parameter)| parameter.get("AllowedPattern").is_some()) {
        assert!(takes(name, parameter["Default"].as_str().unwrap()), "{name} does not take its default");
        assert!(parameter["ConstraintDescription"].is_string(), "{name} says nothing of its rule");
    }
    for (name, value) in
        EVERYTHING.iter().chain(LEAST).filter(|(name, _)| parameters[*name].get("AllowedPattern").is_some())
    {
        assert!(takes(name, value), "{name} does not take {value}");
        // A list's rule holds for each item too.
        let is_list = parameters[*name]["Type"] == "CommaDelimitedList";
        assert!(!is_list || value.split(',').all(|item| takes(name, item)), "{name} does not take a part of {value}");
    }
    for (name, value) in [
        ("BackendFunctions", "stock"),
        ("BackendFunctions", "arn:aws:lambda:eu-west-1:123456789012:function:*"),
        ("BackendFunctions", "arn:aws:lambda:eu-west-1:123456789012:function:a,*"),
        ("BackendFunctions", "*"),
        ("BackendRoles", "pay"),
        ("BackendRoles", "arn:aws:iam::1:role/*"),
        ("BackendRoles", "arn:aws:iam::1:user/ana"),
        ("FederatedBots", "http://desk.example.org"),
        ("FederatedBots", "https://*.example.org"),
        ("FederatedBots", "https://ana@desk.example.org"),
        ("FederationKeysSecret", "k-123"),
        ("FederationKeysSecret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:*"),
        ("PageOrigins", "https://shop.example.org/"),
        ("PageOrigins", "*"),
        ("PageOrigins", "shop.example.org"),
        ("OidcIssuer", "http://login.example.org"),
        ("OidcOrigins", "https://login.example.org/,https://b.example.org"),
        ("SlackWebhookSecret", "https://hooks.slack.com/services/T/B/x"),
        ("SlackWebhookSecret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:*"),
        ("FirstUserEmail", "ana"),
        // A firewall of a load balancer, or of another Region, cannot stand before CloudFront.
        ("WebAclArn", "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/a1b2c3"),
        ("WebAclArn", "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/shop/a1b2c3"),
        ("KmsKeyArn", "arn:aws:kms:eu-west-1:123456789012:alias/shop"),
        ("KmsKeyArn", "arn:aws:kms:eu-west-1:123456789012:key/*"),
        ("DomainName", "https://chat.example.org"),
        ("DomainName", "*.example.org"),
        ("DomainName", "chat.example.org/"),
        ("CertificateArn", "arn:aws:acm:eu-west-1:123456789012:certificate/a1-b2"),
    ] {
        assert!(!takes(name, value), "{name} takes {value}");
    }
}

/// A domain without a certificate, or a budget that nobody hears of, is refused before anything is made.
#[test]
fn parameters_that_need_each_other_come_together() {
    let rules = &stack::translated()["Rules"];
    for (rule, refused, taken) in [
        ("DomainAndCertificateAreOne", &[("DomainName", "chat.example.org")][..], &[][..]),
        ("DomainAndCertificateAreOne", &[("CertificateArn", "arn:aws:acm:us-east-1:1:certificate/a")], EVERYTHING),
        ("SomebodyIsToldOfTheBudget", &[("MonthlyBudget", "50")], &[]),
        ("SomebodyIsToldOfTheBudget", &[("MonthlyBudget", "50")], EVERYTHING),
        ("AnotherProviderIsWhole", &[("OidcIssuer", "https://login.example.org")], LEAST),
    ] {
        assert!(!Stack::with(refused).keeps(&rules[rule]), "{rule}: {refused:?}");
        assert!(Stack::with(taken).keeps(&rules[rule]), "{rule}: {taken:?}");
    }
}

/// What the README and docs/deploying.md tell a deployer to set, to look at or to delete is there under that name.
#[test]
fn the_readme_names_what_the_template_has() {
    let readme = std::fs::read_to_string(sbf_tests::repository().join("README.md")).unwrap();
    let chapter = readme.split("\n## ").find(|chapter| chapter.starts_with("Deploying")).unwrap();
    let page = std::fs::read_to_string(sbf_tests::repository().join("docs/deploying.md")).unwrap();
    let template = stack::translated();
    let of_template =
        |name: &str| ["Parameters", "Resources", "Outputs"].iter().any(|part| template[*part].get(name).is_some());
    let client = template["Resources"]["PageClient"]["Properties"].as_object().unwrap();
    let written = regex::Regex::new("`([A-Z][A-Za-z]+)(=[^`]*)?`").unwrap();
    let mut named = 0;
    for found in written.captures_iter(chapter).chain(written.captures_iter(&page)) {
        let name = &found[1];
        // Of Cognito and GuardDuty, and what any service writes in capitals.
        let is_in_capitals = name.bytes().all(|byte| byte.is_ascii_uppercase());
        if ["GetUser", "GuardDutyMalwareScanStatus"].contains(&name) || is_in_capitals || client.contains_key(name) {
            continue;
        }
        assert!(of_template(name), "{name} is not in template.yaml");
        let is_set = found.get(2).is_some();
        assert!(!is_set || template["Parameters"].get(name).is_some(), "{name} is no parameter");
        named += 1;
    }
    assert!(named > 30, "{named} names");
    let all_parameters = template["Parameters"].as_object().unwrap().keys();
    let untold: Vec<_> = all_parameters.filter(|name| !chapter.contains(name.as_str())).collect();
    // What a limit says by its name, `sam deploy --guided` asks for with its description.
    assert_eq!(untold, ["UploadLimitBytes", "UploadDays", "RateLimit", "BurstLimit", "LogDays"]);
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
        for (name, variable) in [("AllowedRoles", "ALLOWED_ROLES"), ("AllowedBots", "ALLOWED_BOTS")] {
            let variable = stack.variable("CoreFunction", variable);
            assert_eq!(stack.output(name), Some(variable).filter(|value| !value.is_empty()), "{name}");
        }
    }
    assert_eq!(Stack::with(LEAST).output("UserPoolId"), None);
    assert_eq!(Stack::with(LEAST).output("OidcClientId").as_deref(), Some("chat"));
}
