//! Every right against the calls of the code, both ways.

use std::{collections::BTreeSet, path::Path};

use sbf_brain::artefact::{CONFIGS, KNOWLEDGE, PACKED, PROBLEMS, REPORT};
use sbf_tests::repository;
use serde_json::Value;

use super::{
    EVERYTHING, LEAST,
    stack::{Stack, UUID, listed},
    stacks,
};
use crate::architecture::{product_code, sources};

/// A call of the SDK, by the file that makes it and the client's method.
type Call = (&'static str, &'static str);

/// What each role's calls need: the calls, the action, the resources.
struct Need {
    calls: &'static [Call],
    action: &'static str,
    resources: Vec<String>,
}

/// Calls of `sbf dev` alone, which makes its tables itself.
const DEVELOPMENT: &[Call] = &[
    ("crates/aws/src/sessions.rs", "describe_time_to_live"),
    ("crates/aws/src/sessions.rs", "update_time_to_live"),
    ("crates/aws/src/tables.rs", "create_table"),
    ("crates/samples/src/tables.rs", "create_table"),
];

/// Calls that need no right: the caller's own access token is what allows them.
const ALLOWED_BY_TOKEN: &[Call] = &[("crates/aws/src/profiles/cognito.rs", "get_user")];

const STORE: &str = "crates/samples/src/store.rs";
const TRAINING_BUCKET: &str = "crates/aws/src/training/bucket.rs";

#[test]
fn each_role_may_do_exactly_what_its_calls_need() {
    for stack in stacks() {
        for (role, _) in stack.of("AWS::IAM::Role") {
            assert_eq!(granted(&stack, role), expected(&stack, role), "{role}");
        }
    }
}

#[test]
fn the_adapters_readme_tells_of_every_right_of_core_and_train() {
    let readme = std::fs::read_to_string(repository().join("crates/aws/README.md")).unwrap();
    let stack = Stack::with(EVERYTHING);
    for role in ["CoreRole", "TrainRole"] {
        for (action, _) in granted(&stack, role) {
            // Every function writes logs, and traces where it may.
            let is_everybodys = action.starts_with("logs:") || action.starts_with("xray:");
            assert!(is_everybodys || readme.contains(&format!("`{action}`")), "{role}: {action}");
        }
    }
}

#[test]
fn every_call_of_the_code_is_in_some_role() {
    let stack = Stack::with(EVERYTHING);
    let roles = ["CoreRole", "TrainRole", "WeatherRole", "FeedbackRole", "PizzaRole", "SlackRole"];
    let needs = roles.into_iter().flat_map(|role| needs(&stack, role));
    let mut known: BTreeSet<Call> = needs.flat_map(|need| need.calls).copied().collect();
    known.extend(DEVELOPMENT);
    known.extend(ALLOWED_BY_TOKEN);
    let known: BTreeSet<(String, String)> =
        known.into_iter().map(|(file, method)| (file.to_owned(), method.to_owned())).collect();
    assert_eq!(calls(), known);
}

#[test]
fn only_services_that_run_here_take_a_role() {
    for stack in stacks() {
        for (id, role) in stack.of("AWS::IAM::Role") {
            let trusted = &role["AssumeRolePolicyDocument"]["Statement"];
            assert_eq!(trusted.as_array().unwrap().len(), 1, "{id}");
            let service = match id {
                "RolloutRole" => "codedeploy.amazonaws.com",
                "MalwareScanRole" => "malware-protection-plan.guardduty.amazonaws.com",
                _ => "lambda.amazonaws.com",
            };
            assert_eq!(trusted[0]["Principal"], serde_json::json!({ "Service": service }), "{id}");
            assert_eq!(trusted[0]["Action"], "sts:AssumeRole", "{id}");
        }
    }
}

#[test]
fn every_wildcard_is_explained_and_every_explanation_used() {
    let stack = Stack::with(EVERYTHING);
    for (role, _) in stack.of("AWS::IAM::Role") {
        let explained = stack.resource(role)["Metadata"]["Wildcards"].as_object();
        let explained: BTreeSet<String> = explained
            .into_iter()
            .flatten()
            .map(|(action, why)| {
                assert!(why.as_str().unwrap().split(' ').count() > 4, "{role}: {action}");
                action.clone()
            })
            .collect();
        let granted = granted(&stack, role);
        assert!(granted.iter().all(|(action, _)| !action.contains('*')), "{role}: {granted:?}");
        let wild = granted.into_iter().filter(|(_, resource)| resource.contains('*')).map(|(action, _)| action);
        assert_eq!(wild.collect::<BTreeSet<_>>(), explained, "{role}");
    }
}

#[test]
fn there_are_no_rights_outside_the_roles() {
    for stack in stacks() {
        for kind in ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::User"] {
            assert_eq!(stack.of(kind).len(), 0, "{kind}");
        }
        for (id, role) in stack.of("AWS::IAM::Role") {
            assert_eq!(role.get("ManagedPolicyArns"), None, "{id}");
        }
        for (id, function) in stack.of("AWS::Lambda::Function") {
            let role = id.replace("Function", "Role");
            assert_eq!(function["Role"], format!("{{{role}.Arn}}"), "{id}");
        }
        for (id, group) in stack.of("AWS::CodeDeploy::DeploymentGroup") {
            assert_eq!(group["ServiceRoleArn"], "{RolloutRole.Arn}", "{id}");
        }
    }
}

#[test]
fn only_the_api_the_brain_bucket_and_alarms_start_functions() {
    for stack in stacks() {
        let permissions = stack.of("AWS::Lambda::Permission");
        let found: BTreeSet<[&str; 4]> = permissions
            .iter()
            .map(|(_, permission)| {
                ["FunctionName", "Action", "Principal", "SourceArn"].map(|name| permission[name].as_str().unwrap())
            })
            .collect();
        let bucket = format!("arn:aws:s3:::sbf-brain-{UUID}");
        let api = "arn:aws:execute-api:eu-west-1:123456789012:{Api}/*";
        let mut expected = BTreeSet::from([
            ["{CoreFunctionAliaslive}", "lambda:InvokeFunction", "apigateway.amazonaws.com", api],
            ["{TrainFunctionAliaslive}", "lambda:InvokeFunction", "s3.amazonaws.com", &bucket],
        ]);
        if stack.of("AWS::Lambda::Function").iter().any(|(id, _)| *id == "SlackFunction") {
            let topic = "{AlarmTopic}";
            expected.insert(["{SlackFunctionAliaslive}", "lambda:InvokeFunction", "sns.amazonaws.com", topic]);
        }
        assert_eq!(found, expected);
        // A bucket's ARN names no account: another one's bucket of that name must not start training.
        assert_eq!(stack.properties("BrainMayStartTraining")["SourceAccount"], "123456789012");
    }
}

/// Action and resource of all that a role allows.
fn granted(stack: &Stack, role: &str) -> BTreeSet<(String, String)> {
    let policies = stack.properties(role)["Policies"].as_array().unwrap();
    let statements = policies.iter().flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap());
    let mut granted = BTreeSet::new();
    for statement in statements {
        let members = statement.as_object().unwrap().keys().map(String::as_str);
        // Which services the key is used by is compared in keys.rs; GuardDuty's own condition is below.
        let members: BTreeSet<&str> = members.filter(|name| !is_narrowed(statement, name)).collect();
        assert_eq!(members, BTreeSet::from(["Sid", "Effect", "Action", "Resource"]), "{role}: {statement}");
        assert_eq!(statement["Effect"], "Allow", "{role}: {statement}");
        let resources = listed(&statement["Resource"]);
        assert!(!resources.is_empty() && resources.iter().all(|resource| !resource.is_empty()), "{role}: {statement}");
        for action in listed(&statement["Action"]) {
            granted.extend(resources.iter().map(|resource| (action.clone(), resource.clone())));
        }
    }
    granted
}

/// Whether this is the condition of a right that has one.
fn is_narrowed(statement: &Value, member: &str) -> bool {
    let managed =
        serde_json::json!({"StringLike": {"events:ManagedBy": "malware-protection-plan.guardduty.amazonaws.com"}});
    let has_one = statement["Sid"] == "Key" || statement["Condition"] == managed;
    member == "Condition" && has_one
}

fn expected(stack: &Stack, role: &str) -> BTreeSet<(String, String)> {
    let mut expected = expected_of_calls(stack, role);
    // What lies under the operator's key is read and written with it.
    let key = stack.properties("CoreLogs")["KmsKeyId"].as_str();
    if let Some(key) = key.filter(|_| !["RolloutRole", "WeatherRole"].contains(&role)) {
        expected.extend(["kms:Decrypt", "kms:GenerateDataKey"].map(|action| (action.to_owned(), key.to_owned())));
    }
    expected
}

fn expected_of_calls(stack: &Stack, role: &str) -> BTreeSet<(String, String)> {
    let pair = |action: &str, resource: &str| (action.to_owned(), resource.to_owned());
    if role == "MalwareScanRole" {
        return super::guard::scanning();
    }
    if role == "RolloutRole" {
        let alarms = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*";
        let moves = ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"];
        let moves = moves
            .iter()
            .flat_map(|action| [pair(action, "{CoreFunction.Arn}"), pair(action, "{CoreFunction.Arn}:live")]);
        return moves.chain([pair("cloudwatch:DescribeAlarms", alarms)]).collect();
    }
    let mut expected = BTreeSet::new();
    for need in needs(stack, role) {
        expected.extend(need.resources.iter().map(|resource| pair(need.action, resource)));
    }
    let function = stack.properties(&role.replace("Role", "Function"));
    let logs = function["LoggingConfig"]["LogGroup"].as_str().unwrap().replace('}', ".Arn}");
    expected.extend(["logs:CreateLogStream", "logs:PutLogEvents"].map(|action| pair(action, &logs)));
    if function["TracingConfig"]["Mode"] == "Active" {
        expected.extend(["xray:PutTraceSegments", "xray:PutTelemetryRecords"].map(|action| pair(action, "*")));
    }
    if role == "TrainRole" {
        // Lambda itself sends there, as the function's role, what was given up.
        expected.insert(pair("sqs:SendMessage", "{TrainDeadLetters.Arn}"));
    }
    if role == "SlackRole" {
        expected.insert(pair("sqs:SendMessage", "{SlackDeadLetters.Arn}"));
    }
    expected
}

/// Entries of a variable.
fn listed_in(variable: &str) -> Vec<String> {
    variable.split(',').filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

fn needs(stack: &Stack, role: &str) -> Vec<Need> {
    let need = |calls: &'static [Call], action, resources: &[&str]| Need {
        calls,
        action,
        resources: resources.iter().map(|resource| (*resource).to_owned()).collect(),
    };
    let bucket = format!("arn:aws:s3:::sbf-brain-{UUID}");
    let object = |key: &str| format!("{bucket}/{key}");
    match role {
        "CoreRole" => {
            let uploads = format!("arn:aws:s3:::sbf-uploads-{UUID}/uploads/*");
            let large = format!("arn:aws:s3:::sbf-uploads-{UUID}/sessions/*");
            let sounds = "{SpeechBucket.Arn}/speech/*";
            let mut needs = vec![
                need(&[("crates/aws/src/brains.rs", "get_object")], "s3:GetObject", &[&object(PACKED)]),
                // For an honest 404.
                need(&[("crates/aws/src/brains.rs", "get_object")], "s3:ListBucket", &[&bucket]),
                need(&[("crates/aws/src/sessions.rs", "get_item")], "dynamodb:GetItem", &["{SessionsTable.Arn}"]),
                need(&[("crates/aws/src/sessions.rs", "put_item")], "dynamodb:PutItem", &["{SessionsTable.Arn}"]),
                need(&[("crates/aws/src/quotas.rs", "update_item")], "dynamodb:UpdateItem", &["{SessionsTable.Arn}"]),
                need(&[("crates/aws/src/sessions/large.rs", "get_object")], "s3:GetObject", &[&large]),
                need(&[("crates/aws/src/sessions/large.rs", "put_object")], "s3:PutObject", &[&large]),
                need(&[("crates/aws/src/sessions/large.rs", "delete_object")], "s3:DeleteObject", &[&large]),
                need(&[("crates/aws/src/ratings.rs", "put_item")], "dynamodb:PutItem", &["{RatingsTable.Arn}"]),
                need(&[("crates/aws/src/uploads.rs", "put_object")], "s3:PutObject", &[&uploads]),
                need(&[("crates/aws/src/speech.rs", "synthesize_speech")], "polly:SynthesizeSpeech", &["*"]),
                need(&[("crates/aws/src/speech/kept.rs", "get_object")], "s3:GetObject", &[sounds]),
                need(&[("crates/aws/src/speech/kept.rs", "put_object")], "s3:PutObject", &[sounds]),
            ];
            let backends = super::backends::invoked(stack);
            needs.push(Need {
                calls: &[("crates/aws/src/backends/functions.rs", "invoke")],
                action: "lambda:InvokeFunction",
                resources: backends,
            });
            let given = |variable: &str| stack.variable("CoreFunction", variable);
            // The SDK's own provider calls it.
            let roles = listed_in(&given("ALLOWED_ROLES"));
            needs.push(Need { calls: &[], action: "sts:AssumeRole", resources: roles });
            needs.push(Need {
                calls: &[("crates/aws/src/backends/keys.rs", "get_secret_value")],
                action: "secretsmanager:GetSecretValue",
                resources: listed_in(&given("FEDERATION_KEYS_SECRET")),
            });
            needs
        }
        "TrainRole" => {
            let (read, versions) = ([PACKED, REPORT].map(object), [KNOWLEDGE, CONFIGS].map(object));
            vec![
                Need {
                    calls: &[(TRAINING_BUCKET, "get_object"), (TRAINING_BUCKET, "head_object")],
                    action: "s3:GetObject",
                    resources: read.to_vec(),
                },
                // Asked for by its version, an object needs this right and not the other.
                Need {
                    calls: &[(TRAINING_BUCKET, "get_object")],
                    action: "s3:GetObjectVersion",
                    resources: versions.to_vec(),
                },
                need(&[(TRAINING_BUCKET, "list_object_versions")], "s3:ListBucketVersions", &[&bucket]),
                Need {
                    calls: &[(TRAINING_BUCKET, "put_object")],
                    action: "s3:PutObject",
                    resources: written().iter().map(|key| object(key)).collect(),
                },
                need(&[(TRAINING_BUCKET, "head_object")], "s3:ListBucket", &[&bucket]),
            ]
        }
        "SlackRole" => {
            let secret = stack.variable("SlackFunction", "SLACK_WEBHOOK_SECRET");
            vec![need(&[("crates/alerts/src/lib.rs", "get_secret_value")], "secretsmanager:GetSecretValue", &[&secret])]
        }
        "WeatherRole" => Vec::new(),
        "FeedbackRole" => vec![need(&[(STORE, "put_item")], "dynamodb:PutItem", &["{FeedbackTable.Arn}"])],
        "PizzaRole" => {
            let names = sbf_samples::Tables { orders: "orders".to_owned(), ..sbf_samples::Tables::default() };
            let definitions = sbf_samples::table_definitions(&names);
            let orders = definitions.iter().find(|table| table.name == "orders").unwrap();
            let index = format!("{{OrdersTable.Arn}}/index/{}", orders.indexes[0].name);
            vec![
                need(&[(STORE, "put_item")], "dynamodb:PutItem", &["{OrdersTable.Arn}", "{MenusTable.Arn}"]),
                need(&[(STORE, "query")], "dynamodb:Query", &[&index]),
                need(&[(STORE, "get_item")], "dynamodb:GetItem", &["{MenusTable.Arn}"]),
            ]
        }
        other => panic!("{other}: whose role is it, and what does it need?"),
    }
}

/// The keys that a training run writes, from a run.
pub(super) fn written() -> Vec<&'static str> {
    let knowledge = std::fs::read(repository().join("brain/en/knowledge.json")).unwrap();
    let (checked, problems) = sbf_brain::read(&knowledge, None);
    let trained = sbf_brain::train(checked.unwrap_or_else(|| panic!("{problems:?}")), &mut |_| ()).unwrap();
    let readable = trained.readable().into_iter().map(|(name, _)| name);
    readable.chain([PROBLEMS, PACKED]).collect()
}

/// Every call of an AWS client in what becomes a Lambda: clients' methods take no argument and are named after the operation.
fn calls() -> BTreeSet<(String, String)> {
    const VERBS: [&str; 27] = [
        "abort",
        "admin",
        "assume",
        "batch",
        "complete",
        "copy",
        "create",
        "delete",
        "describe",
        "execute",
        "get",
        "head",
        "initiate",
        "list",
        "publish",
        "put",
        "respond",
        "restore",
        "send",
        "start",
        "synthesize",
        "tag",
        "transact",
        "untag",
        "update",
        "upload",
        "verify",
    ];
    const BARE: [&str; 3] = ["query", "scan", "invoke"];
    let is_operation =
        |name: &str| BARE.contains(&name) || name.split_once('_').is_some_and(|(verb, _)| VERBS.contains(&verb));
    let root = repository();
    let folders = ["crates/aws/src", "crates/samples/src", "crates/core/src", "crates/train/src", "crates/alerts/src"];
    let files = folders.into_iter().flat_map(sources);
    files
        .flat_map(|file| {
            let code = product_code(&file);
            let name = relative(&file, &root);
            let methods = code.split('.').skip(1).filter_map(|rest| rest.split_once("()")).map(|(name, _)| name.trim());
            let operations: Vec<_> = methods.filter(|name| is_identifier(name) && is_operation(name)).collect();
            operations.into_iter().map(|method| (name.clone(), method.to_owned())).collect::<Vec<_>>()
        })
        .collect()
}

fn is_identifier(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn relative(file: &Path, root: &Path) -> String {
    file.strip_prefix(root).unwrap().to_string_lossy().into_owned()
}

#[test]
fn without_backends_and_samples_nothing_is_invoked() {
    let granted = granted(&Stack::with(LEAST), "CoreRole");
    assert!(granted.iter().all(|(action, _)| !action.starts_with("lambda:")), "{granted:?}");
}
