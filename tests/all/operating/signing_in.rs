use std::{env, fs, path::Path, process::Command};

use sbf_tests::{
    moto::{Moto, without_account},
    process::program,
};
use tempfile::TempDir;

use super::STACK;

/// A configuration with profiles of every kind, none of which is signed in.
const PROFILES: &str = "\
[profile browser]
region = eu-west-1
sso_session = office
sso_account_id = 123456789012
sso_role_name = author

[sso-session office]
sso_region = eu-west-1
sso_start_url = https://office.awsapps.com/start

[profile login]
region = eu-west-1
login_session = arn:aws:iam::123456789012:user/ana

[profile helper]
region = eu-west-1
credential_process = false

[profile nowhere]
aws_access_key_id = test
aws_secret_access_key = test
";

/// `sbf brain list` of somebody who has these variables and profiles: exit status and what is said.
fn list(home: &Path, more: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let configuration = home.join("config");
    fs::write(&configuration, PROFILES).unwrap();
    let mut command: Command = without_account(program(), env::vars_os().map(|(name, _)| name));
    command.args(["brain", "list", "--stack", STACK]).args(more).current_dir(home).env("HOME", home);
    let output = command.env("AWS_CONFIG_FILE", configuration).envs(variables.iter().copied()).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn whoever_is_not_signed_in_is_told_so_and_how_to() {
    let home = TempDir::new().unwrap();
    let region = [("AWS_REGION", "eu-west-1")];
    for (more, variables, says) in [
        (&[][..], &region[..], "no credentials were found"),
        (&["--profile", "browser"], &[], "failed to load the cached SSO token"),
        (&["--profile", "login"], &[], "not signed in to AWS"),
        (&["--profile", "helper"], &[], "external process exited"),
        (&[], &[("AWS_PROFILE", "helper")], "external process exited"),
    ] {
        let (status, told) = list(home.path(), more, variables);
        assert_eq!(status, Some(1), "{more:?}: {told}");
        for said in [
            "the stack shop cannot be read",
            more.last().copied().unwrap_or("the stack"),
            "not signed in to AWS",
            "aws sso login",
            "--profile",
            says,
        ] {
            assert!(told.contains(said), "{more:?} {said}: {told}");
        }
        for inside in ["WARN", "dispatch", "provider", "Ec2", "cargo", "{"] {
            assert!(!told.contains(inside), "{more:?} {inside}: {told}");
        }
        assert_eq!(told.lines().count(), 1, "{told}");
    }
}

#[test]
fn a_profile_or_region_that_is_not_there_is_named() {
    let home = TempDir::new().unwrap();
    for (more, variables) in [(&["--profile", "nope"][..], &[][..]), (&[], &[("AWS_PROFILE", "nope")])] {
        let (status, told) = list(home.path(), more, variables);
        assert!(status == Some(2) && told.contains("there is no profile nope"), "{told}");
        assert!(told.contains("browser, helper, login, nowhere"), "{told}");
    }
    for (more, place) in [(&[][..], "your profile"), (&["--profile", "nowhere"], "nowhere")] {
        let (status, told) = list(home.path(), more, &[]);
        assert!(status == Some(2) && told.contains("no Region is set: give --region"), "{told}");
        assert!(told.contains(place), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_is_named_counts_more_than_keys_in_the_environment() {
    let Some(moto) = Moto::start() else { return };
    moto.stack(STACK, &[]).await;
    let home = TempDir::new().unwrap();
    let keys = [
        ("AWS_ENDPOINT_URL", moto.address.as_str()),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_REGION", "eu-west-1"),
    ];
    let tried = [(&[][..], Some(0)), (&["--profile", "nowhere"], Some(0)), (&["--profile", "helper"], Some(1))];
    for (more, expected) in tried {
        let (status, told) = list(home.path(), more, &keys);
        assert_eq!(status, expected, "{more:?}: {told}");
    }
}

#[test]
fn the_account_of_whoever_runs_the_tests_is_not_touched() {
    let inherited = ["AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "AWS_SESSION_TOKEN", "HOME"].map(Into::into);
    let command = without_account(program(), inherited);
    let removed: Vec<_> = command.get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
    assert_eq!(removed, ["AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "AWS_SESSION_TOKEN"]);
}
