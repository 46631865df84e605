//! AWS as moto_server plays it, on loopback: versioned S3 and CloudFormation's outputs, for the commands that operators use.
//!
//! `make template` installs it with the other tools of `.tools/venv`; without it the tests that need it say that they are skipped.

use std::{
    env,
    ffi::OsString,
    io::{self, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Mutex, OnceLock},
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::{
    config::Credentials,
    types::{BucketVersioningStatus, VersioningConfiguration},
};
use serde_json::{Map, Value, json};

use crate::{
    process::{START_LIMIT, address_in, program},
    repository, skipped,
};

/// Outputs of `template.yaml` that operators' commands read, those of the buckets aside.
pub const OUTPUTS: [(&str, &str); 6] = [
    ("AllowedFunctions", ""),
    ("PageUrl", "https://d111111abcdef8.cloudfront.net/"),
    ("OidcIssuer", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"),
    ("OidcClientId", "4h57client"),
    ("OidcScopes", "openid email profile aws.cognito.signin.user.admin"),
    ("SignInUrl", "https://sbf-1.auth.eu-west-1.amazoncognito.com"),
];

/// Ends with whoever started it: its standard input closes then, even where the tests were killed.
const SERVE: &str = "import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from moto.server import main
main(['-H', '127.0.0.1', '-p', '0'])";

/// Servers that no test uses at the moment. One takes seconds to start, so that each serves many tests, one after the other.
static IDLE: Mutex<Vec<Server>> = Mutex::new(Vec::new());

/// A moto_server for one test alone, empty at first; another test gets it when this one is dropped.
pub struct Moto {
    /// `http://127.0.0.1:<port>`.
    pub address: String,
    server: Option<Server>,
}

/// A running moto_server.
struct Server {
    address: String,
    child: Child,
}

impl Moto {
    /// One that is idle, or a new one on a port of its own choice; `None`, said on standard error, where it is not installed.
    pub fn start() -> Option<Self> {
        let idle = IDLE.lock().unwrap().pop();
        let server = idle.or_else(Server::start)?;
        Some(Self { address: server.address.clone(), server: Some(server) })
    }

    /// What the SDK's clients need to reach it.
    pub async fn sdk(&self) -> SdkConfig {
        let loader = aws_config::defaults(BehaviorVersion::latest()).endpoint_url(&self.address);
        let credentials = Credentials::new("test", "test", None, None, "moto");
        loader.region(Region::new("eu-west-1")).credentials_provider(credentials).load().await
    }

    /// A client of its S3.
    pub async fn s3(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::new(&self.sdk().await)
    }

    /// A stack that is nothing but outputs: [`OUTPUTS`] and the buckets, with `changed` ones in their place.
    /// Its two buckets are there, as the template makes them: versioned.
    pub async fn stack(&self, name: &str, changed: &[(&str, &str)]) {
        let buckets = [("BrainBucket", format!("{name}-brain")), ("WebBucket", format!("{name}-web"))];
        let written =
            buckets.iter().map(|(key, value)| (*key, value.as_str())).chain(OUTPUTS).chain(changed.iter().copied());
        let outputs: Map<String, Value> =
            written.map(|(key, value)| (key.to_owned(), json!({ "Value": value }))).collect();
        let template = json!({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": outputs}).to_string();
        self.cloudformation(&[("Action", "CreateStack"), ("StackName", name), ("TemplateBody", &template)]).await;
        let described = self.cloudformation(&[("Action", "DescribeStacks"), ("StackName", name)]).await;
        assert_eq!(described.matches("<OutputKey>").count(), outputs.len(), "{described}");
        for (_, bucket) in &buckets {
            self.bucket(bucket).await;
        }
    }

    /// What CloudFormation answers to a form. The header names the service that it is for; moto verifies no signature.
    async fn cloudformation(&self, form: &[(&str, &str)]) -> String {
        let scope = "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/cloudformation/aws4_request";
        let request = reqwest::Client::new().post(&self.address).header("authorization", scope).form(form);
        let response = request.send().await.unwrap();
        let (status, answer) = (response.status(), response.text().await.unwrap());
        assert!(status.is_success(), "{status}: {answer}");
        answer
    }

    async fn bucket(&self, name: &str) {
        let s3 = self.s3().await;
        let place = aws_sdk_s3::types::CreateBucketConfiguration::builder().location_constraint("eu-west-1".into());
        s3.create_bucket().bucket(name).create_bucket_configuration(place.build()).send().await.unwrap();
        let versioned = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        s3.put_bucket_versioning().bucket(name).versioning_configuration(versioned).send().await.unwrap();
    }

    /// A call of `sbf` as an operator of this AWS.
    pub fn sbf(&self, arguments: &[&str], folder: &Path) -> Output {
        self.command(arguments, folder).output().unwrap()
    }

    /// As [`Self::sbf`], not yet run.
    pub fn command(&self, arguments: &[&str], folder: &Path) -> Command {
        let mut command = without_account(program(), env::vars_os().map(|(name, _)| name));
        command.args(arguments).current_dir(folder);
        command.envs([
            ("AWS_ENDPOINT_URL", self.address.as_str()),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "eu-west-1"),
        ]);
        command
    }
}

/// A program that knows nothing of the account of whoever runs the tests: neither of these variables nor their files.
pub fn without_account(program: &Path, inherited: impl IntoIterator<Item = OsString>) -> Command {
    let mut command = Command::new(program);
    for name in inherited.into_iter().filter(|name| name.as_encoded_bytes().starts_with(b"AWS_")) {
        command.env_remove(name);
    }
    command.envs([
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]);
    command
}

impl Server {
    fn start() -> Option<Self> {
        if !installed() {
            skipped("there is no moto_server in .tools/venv; `make template` installs it");
            return None;
        }
        let mut command = Command::new(python());
        command.args(["-c", SERVE]).env("PYTHONUNBUFFERED", "1");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let output = child.stderr.take().unwrap();
        let address = address_in(output, START_LIMIT).unwrap_or_else(|error| panic!("moto_server: {error}"));
        Some(Self { address, child })
    }

    /// Forgets all that it was told.
    fn reset(&self) -> io::Result<bool> {
        let address = self.address.trim_start_matches("http://");
        let mut connection = TcpStream::connect(address)?;
        let head = format!(
            "POST /moto-api/reset HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        connection.write_all(head.as_bytes())?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer.split(' ').nth(1) == Some("200"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // One that cannot be emptied serves nobody any more.
        let server = self.server.take().filter(|server| server.reset().is_ok_and(|empty| empty));
        IDLE.lock().unwrap().extend(server);
    }
}

fn python() -> PathBuf {
    repository().join(".tools/venv/bin/python")
}

/// Looked for once: Python takes a second for it.
fn installed() -> bool {
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    *INSTALLED.get_or_init(|| {
        let found = Command::new(python()).args(["-c", "import moto.server"]).stderr(Stdio::null()).status();
        found.is_ok_and(|status| status.success())
    })
}
