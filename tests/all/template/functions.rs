//! The functions: which program, which variables, how long, and that an update of either reaches the callers.

use std::{collections::BTreeSet, fs, process::Command, time::Duration};

use sbf_aws::settings::{BrainSettings, CoreSettings, Environment, QuotaSettings, SpeechSettings, UploadSettings};
use sbf_dialog::bot::{BACKEND_DEADLINE, TURN_BUDGET};
use sbf_tests::repository;
use serde_json::Value;

use super::{
    EVERYTHING, LEAST,
    stack::{Stack, text, translated},
    stacks,
};
use crate::architecture::{product_code, sources};

#[test]
fn each_function_is_a_program_of_this_workspace() {
    let programs = programs();
    for stack in stacks() {
        for (id, function) in stack.of("AWS::Lambda::Function") {
            let build = &stack.resource(id)["Metadata"];
            assert_eq!(build["BuildMethod"], "rust-cargolambda", "{id}");
            let program = text(&build["BuildProperties"]["Binary"]);
            let folder = text(&function["Code"]["S3Bucket"]);
            assert!(programs.contains(&(folder.clone(), program.clone())), "{id}: {folder} makes no {program}");
            assert_eq!((&function["Runtime"], &function["Handler"]), (&"provided.al2023".into(), &"bootstrap".into()));
        }
    }
}

/// What the code of core reads, but for what every program does.
fn read_by_core() -> BTreeSet<String> {
    let mut read = variables(&sources("crates/aws/src/settings"));
    for file in ["crates/aws/src/settings.rs", "crates/aws/src/meaning.rs"] {
        read.extend(variables(&[repository().join(file)]));
    }
    read.insert("RUST_LOG".to_owned());
    read
}

#[test]
fn the_adapters_readme_tells_of_every_variable() {
    let readme = fs::read_to_string(repository().join("crates/aws/README.md")).unwrap();
    // Each row: names between backticks, whose they are, what they mean.
    let row = |line: &str| {
        let (names, rest) = line.strip_prefix("| ")?.split_once(" | ")?;
        let is_cores = ["core |", "core, train |", "both |"].iter().any(|whose| rest.starts_with(whose));
        is_cores.then(|| names.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>())
    };
    let told: BTreeSet<String> = readme.lines().filter_map(row).flatten().collect();
    assert_eq!(told, read_by_core());
}

#[test]
fn core_gets_exactly_the_variables_that_it_reads() {
    let read = read_by_core();
    assert!(read.contains("BRAIN_BUCKET") && read.len() > 5, "{read:?}");
    for stack in stacks() {
        assert_eq!(given(&stack, "CoreFunction"), read);
        let settings = CoreSettings::from_environment(&environment(&stack, "CoreFunction")).unwrap();
        assert_eq!(settings.brain.bucket, text(&stack.properties("BrainBucket")["BucketName"]));
        assert_eq!(settings.sessions.table, "{SessionsTable}");
        let ratings = settings.ratings.unwrap();
        let kept = Some(Duration::from_secs(365 * 86_400));
        assert_eq!((ratings.table.as_str(), ratings.kept), ("{RatingsTable}", kept));
        let uploads = settings.uploads.unwrap();
        assert_eq!(uploads.bucket, text(&stack.properties("UploadBucket")["BucketName"]));
        assert_eq!(uploads.limit, UploadSettings::DEFAULT_LIMIT);
        assert_eq!(settings.backends.deadline, BACKEND_DEADLINE);
        let bucket = Some("{SpeechBucket}".to_owned());
        assert_eq!(settings.speech, SpeechSettings { bucket, ..SpeechSettings::default() });
        // Millionths of a dollar.
        let a_day = QuotaSettings {
            turns: 1000,
            speech_characters: 50_000,
            upload_bytes: 100_000_000,
            speech_budget: 10_000_000,
        };
        assert_eq!(settings.quotas, Some(a_day));
        // Where Cognito issues the tokens, Cognito is asked for profiles.
        let trusted = text(&stack.properties("ApiAuthorizer")["JwtConfiguration"]["Issuer"]);
        match settings.identity.issuer {
            Some(issuer) => assert_eq!(issuer, trusted),
            None => assert!(trusted.contains("cognito-idp"), "{trusted}"),
        }
    }
}

#[test]
fn train_gets_exactly_the_variables_that_it_reads() {
    for stack in stacks() {
        assert_eq!(
            given(&stack, "TrainFunction"),
            ["BRAIN_BUCKET", "MEANING_WEIGHTS", "METRICS_STACK", "RUST_LOG"].map(str::to_owned).into()
        );
        let settings = BrainSettings::from_environment(&environment(&stack, "TrainFunction")).unwrap();
        assert_eq!(settings.bucket, text(&stack.properties("BrainBucket")["BucketName"]));
    }
}

#[test]
fn samples_get_exactly_the_variables_that_they_read() {
    let mut read = variables(&[repository().join("crates/samples/src/tables.rs")]);
    read.insert("RUST_LOG".to_owned());
    let stack = Stack::with(&[]);
    assert_eq!(stack.variable("FeedbackFunction", "FEEDBACK_TABLE"), "{FeedbackTable}");
    assert_eq!(stack.variable("PizzaFunction", "ORDERS_TABLE"), "{OrdersTable}");
    assert_eq!(stack.variable("PizzaFunction", "MENUS_TABLE"), "{MenusTable}");
    let given: BTreeSet<String> =
        ["WeatherFunction", "FeedbackFunction", "PizzaFunction"].iter().flat_map(|id| given(&stack, id)).collect();
    assert_eq!(given, read);
}

/// Lambda's own filter lets everything through, so that `RUST_LOG` decides alone: what it says stands in each function's variables.
#[test]
fn the_operators_log_level_is_every_functions() {
    for (stack, level) in [(Stack::with(EVERYTHING), "info"), (Stack::with(&[("LogLevel", "error")]), "error")] {
        for (id, function) in stack.of("AWS::Lambda::Function") {
            assert_eq!(stack.variable(id, "RUST_LOG"), level, "{id}");
            assert_eq!(function["LoggingConfig"]["LogFormat"], "JSON", "{id}");
            assert_eq!(function["LoggingConfig"]["ApplicationLogLevel"], "TRACE", "{id}");
        }
    }
}

#[test]
fn each_waits_longer_than_what_it_waits_for() {
    for stack in stacks() {
        let seconds = |value: &Value| Duration::from_secs(text(value).parse().unwrap());
        let core = seconds(&stack.properties("CoreFunction")["Timeout"]);
        let integration = &stack.properties("ApiIntegration")["TimeoutInMillis"];
        let api = Duration::from_millis(text(integration).parse().unwrap());
        let origins = stack.properties("Distribution")["DistributionConfig"]["Origins"].as_array().unwrap();
        let page = seconds(
            &origins.iter().find(|origin| origin["Id"] == "api").unwrap()["CustomOriginConfig"]["OriginReadTimeout"],
        );
        assert!(BACKEND_DEADLINE + Duration::from_secs(3) <= TURN_BUDGET, "a backend leaves no time to save");
        assert!(TURN_BUDGET < core, "a turn may last longer than {core:?}");
        assert!(core < api && api < page, "{core:?} {api:?} {page:?}");
        // The most that an HTTP API waits ("Quotas for HTTP APIs" in the API Gateway developer guide).
        assert!(api <= Duration::from_secs(30));
    }
}

/// What a version keeps of a function: how much of the account's concurrency is the function's is no version's.
fn of_a_version(function: &Value) -> Value {
    let mut function = function.clone();
    function.as_object_mut().unwrap().remove("ReservedConcurrentExecutions");
    function
}

/// A version keeps its variables: one that changes must bring a new version, or the alias goes on with the old ones. And nothing else may:
/// Lambda publishes no version of what did not change, and the deployment would fail.
#[test]
fn a_changed_parameter_reaches_the_callers() {
    let other = [
        ("BackendFunctions", "arn:aws:lambda:eu-west-1:1:function:a"),
        ("BackendRoles", "arn:aws:iam::1:role/a"),
        ("FederatedBots", "https://desk.example.org"),
        ("FederationKeysSecret", "arn:aws:secretsmanager:eu-west-1:1:secret:keys-AbCdEf"),
        ("WithSamples", "false"),
        ("UploadLimitBytes", "1"),
        ("Architecture", "x86_64"),
        ("LogLevel", "debug"),
        ("SpeechEngine", "standard"),
        ("Tracing", "Active"),
        ("SlackWebhookSecret", "arn:aws:secretsmanager:eu-west-1:1:secret:other-AbCdEf"),
    ];
    // With Slack, so that its function is there before and after.
    let slack = ("SlackWebhookSecret", "arn:aws:secretsmanager:eu-west-1:1:secret:slack-AbCdEf");
    let of_either_sign_in = [vec![slack], LEAST.iter().copied().chain([slack]).collect()];
    let names = translated()["Parameters"].as_object().unwrap().keys();
    for (name, given) in names.flat_map(|name| of_either_sign_in.iter().map(move |given| (name, given))) {
        let value = other.iter().find(|(parameter, _)| parameter == name).map_or("7", |(_, value)| *value);
        let kept = given.iter().filter(|(other, _)| other != name).copied();
        let changed: Vec<_> = kept.chain([(name.as_str(), value)]).collect();
        let (before, after) = (Stack::with(given), Stack::with(&changed));
        for (id, function) in after.of("AWS::Lambda::Function") {
            let is_published = published(&before, id) != published(&after, id);
            assert_eq!(
                is_published,
                of_a_version(function) != of_a_version(before.properties(id)),
                "{id} is published anew for {name}: {is_published}"
            );
        }
    }
}

/// `PublishVersion` in the Lambda API reference.
#[test]
fn a_versions_description_fits_whatever_the_parameters_are() {
    const LIMIT: usize = 256;
    let longest: Vec<(&str, String)> = translated()["Parameters"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, parameter)| {
            let number = |name: &str| parameter[name].as_u64().map(|most| most.to_string());
            let allowed = parameter["AllowedValues"].as_array().into_iter().flatten().map(text);
            let value = allowed.max_by_key(String::len).or_else(|| number("MaxValue")).unwrap_or_else(|| {
                // CloudFormation takes 4,096 bytes of a parameter.
                "9".repeat(parameter["MaxLength"].as_u64().map_or(4096, |most| most.try_into().unwrap()))
            });
            (name.as_str(), value)
        })
        .collect();
    for samples in ["true", "false"] {
        let given: Vec<(&str, &str)> = longest
            .iter()
            .map(|(name, value)| (*name, if *name == "WithSamples" { samples } else { value.as_str() }))
            .collect();
        let stack = Stack::with(&given);
        let versions = stack.of("AWS::Lambda::Version");
        assert!(versions.len() > 2);
        for (id, version) in versions {
            // Of a configuration's number ten digits are counted.
            let description = text(&version["Description"]).replace("{SettingsVersion.VersionNumber}", &"9".repeat(10));
            assert!(description.len() <= LIMIT, "{id}: {} characters", description.len());
        }
    }
}

#[test]
fn core_moves_step_by_step_and_back_on_an_alarm() {
    let stack = Stack::with(EVERYTHING);
    let group = stack.properties("CoreFunctionDeploymentGroup");
    assert_eq!(group["DeploymentConfigName"], "CodeDeployDefault.LambdaCanary10Percent5Minutes");
    assert_eq!(group["AutoRollbackConfiguration"]["Enabled"], true);
    let events = group["AutoRollbackConfiguration"]["Events"].as_array().unwrap();
    assert!(events.contains(&"DEPLOYMENT_STOP_ON_ALARM".into()), "{events:?}");
    let alarms = group["AlarmConfiguration"]["Alarms"].as_array().unwrap();
    let alarms: Vec<String> = alarms.iter().map(|alarm| text(&alarm["Name"])).collect();
    assert_eq!(alarms, ["{CoreErrorsAlarm}", "{CoreThrottlesAlarm}", "{FaultsAlarm}", "{RefusedBrainsAlarm}"]);
    for id in alarms {
        let alarm = stack.properties(id.trim_matches(['{', '}']));
        let dimensions = alarm["Dimensions"].to_string();
        // Metrics of our own count turns, whichever version answered them.
        let expected = if alarm["Namespace"] == "SBF" { r#""Name":"Stack""# } else { "{CoreFunction}:live" };
        assert!(dimensions.contains(expected), "{id} does not watch core: {dimensions}");
        assert_eq!(alarm["Period"], 60, "{id} must speak before the rollout ends");
    }
    // CodeDeploy begins nothing while an alarm is on: what mends a broken core must have another way.
    let at_once = Stack::with(&[("Rollout", "AllAtOnce")]);
    let group = at_once.properties("CoreFunctionDeploymentGroup");
    assert_eq!((group["AlarmConfiguration"].get("Enabled"), group["AlarmConfiguration"].get("Alarms")), (None, None));
    let update = &stack.resource("CoreFunctionAliaslive")["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"];
    assert_eq!(update["DeploymentGroupName"], "{CoreFunctionDeploymentGroup}");
    assert_eq!(stack.properties("ApiIntegration")["IntegrationUri"], "{CoreFunctionAliaslive}");
}

#[test]
fn what_train_gives_up_is_kept() {
    for stack in stacks() {
        let asynchronous = stack.properties("TrainFunctionEventInvokeConfig");
        assert_eq!(asynchronous["DestinationConfig"]["OnFailure"]["Destination"], "{TrainDeadLetters.Arn}");
        assert_eq!(asynchronous["Qualifier"], "live");
        let alarm = stack.properties("TrainDeadLettersAlarm");
        assert_eq!(alarm["Dimensions"][0]["Value"], "{TrainDeadLetters.QueueName}");
    }
}

/// The policy of the account by which API Gateway writes to log groups has an entry for each of them but those with this prefix, and
/// 5,120 characters ("Enable logging from AWS services" in the CloudWatch Logs user guide).
#[test]
fn the_access_log_needs_no_entry_of_its_own_in_the_accounts_policy() {
    for stack in [Stack::with(&[]), Stack::with(EVERYTHING)] {
        assert_eq!(stack.properties("ApiStage")["AccessLogSettings"]["DestinationArn"], "{ApiLogs.Arn}");
        assert!(text(&stack.properties("ApiLogs")["LogGroupName"]).starts_with("/aws/vendedlogs/"));
    }
}

#[test]
fn logs_end() {
    for stack in stacks() {
        for (id, group) in stack.of("AWS::Logs::LogGroup") {
            assert_eq!(group["RetentionInDays"], "30", "{id}");
        }
        for (id, function) in stack.of("AWS::Lambda::Function") {
            let group = text(&function["LoggingConfig"]["LogGroup"]);
            assert!(group.starts_with('{') && group.ends_with("Logs}"), "{id} logs to {group}");
        }
    }
}

/// Version description, with the content of what it takes its number from.
fn published(stack: &Stack, function: &str) -> String {
    let versions = stack.of("AWS::Lambda::Version");
    let of_function = format!("{{{function}}}");
    let (_, version) = versions.iter().find(|(_, version)| version["FunctionName"] == of_function.as_str()).unwrap();
    let settings = text(&stack.properties("SettingsVersion")["Content"]);
    text(&version["Description"]).replace("{SettingsVersion.VersionNumber}", &settings)
}

fn given(stack: &Stack, function: &str) -> BTreeSet<String> {
    let variables = stack.properties(function)["Environment"]["Variables"].as_object();
    variables.into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

fn environment(stack: &Stack, function: &str) -> Environment {
    given(stack, function).into_iter().map(|name| (name.clone(), stack.variable(function, &name))).collect()
}

/// The variables that files name: texts of capitals and underscores.
fn variables(files: &[std::path::PathBuf]) -> BTreeSet<String> {
    let is_variable =
        |text: &&str| text.contains('_') && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let code = files.iter().map(|file| product_code(file)).collect::<String>();
    code.split('"').filter(is_variable).map(str::to_owned).collect()
}

/// Folder and name of every program that the workspace can make.
fn programs() -> BTreeSet<(String, String)> {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--no-deps", "--format-version", "1"])
        .current_dir(repository())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&cargo.stdout).unwrap();
    let root = fs::canonicalize(repository()).unwrap();
    let mut programs = BTreeSet::new();
    for package in metadata["packages"].as_array().unwrap() {
        let manifest = fs::canonicalize(text(&package["manifest_path"])).unwrap();
        let folder = manifest.parent().unwrap().strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        for target in package["targets"].as_array().unwrap() {
            if target["kind"][0] == "bin" {
                programs.insert((folder.clone(), text(&target["name"])));
            }
        }
    }
    programs
}
