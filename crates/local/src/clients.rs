//! The AWS SDK clients and environment variables that reach this machine's cloud.

use std::time::Duration;

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, timeout::TimeoutConfig};
use aws_smithy_http_client::Builder;
use aws_types::SdkConfig;

/// The region that everything here is signed for; it names no place.
pub(crate) const REGION: &str = "us-east-1";

/// Where each service listens, e.g. `http://127.0.0.1:40123`.
#[derive(Debug, Clone)]
pub(crate) struct Endpoints {
    pub(crate) dynamodb: String,
    pub(crate) s3: String,
    pub(crate) functions: String,
}

/// A key pair that this cloud accepts, made anew at each start: one for everything, and one for upload forms alone.
///
/// It is random so that only the programs that were handed it can use the services, and no web page that is open in
/// the author's browser, although they listen on loopback. The access key is no secret, only the other half is.
#[derive(Clone)]
pub(crate) struct KeyPair {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
}

impl KeyPair {
    pub(crate) fn random() -> Self {
        let part = || uuid::Uuid::new_v4().simple().to_string();
        Self { access_key: format!("SBF{}", part().to_uppercase()), secret_key: part() + &part() }
    }
}

/// The pair, as the SDK takes it.
pub(crate) fn credentials(keys: &KeyPair) -> Credentials {
    Credentials::new(&keys.access_key, &keys.secret_key, None, None, "sbf-local")
}

/// The configuration that the SDK clients share: nothing is read from the environment, from
/// profiles or from an instance's metadata.
pub(crate) fn sdk_config(keys: &KeyPair) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(60))
        .build();
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        // Loopback needs no TLS, and building a TLS library would be a tenth of a newcomer's first build.
        .http_client(Builder::new().build_http())
        .credentials_provider(SharedCredentialsProvider::new(credentials(keys)))
        .timeout_config(timeouts)
        .build()
}

pub(crate) fn dynamodb(sdk: &SdkConfig, at: &Endpoints) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::config::Builder::from(sdk).endpoint_url(&at.dynamodb).build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

pub(crate) fn s3(sdk: &SdkConfig, at: &Endpoints) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::config::Builder::from(sdk).endpoint_url(&at.s3).force_path_style(true).build();
    aws_sdk_s3::Client::from_conf(config)
}

pub(crate) fn lambda(sdk: &SdkConfig, at: &Endpoints) -> aws_sdk_lambda::Client {
    let config = aws_sdk_lambda::config::Builder::from(sdk).endpoint_url(&at.functions).build();
    aws_sdk_lambda::Client::from_conf(config)
}

pub(crate) fn polly(sdk: &SdkConfig, at: &Endpoints) -> aws_sdk_polly::Client {
    let config = aws_sdk_polly::config::Builder::from(sdk).endpoint_url(&at.functions).build();
    aws_sdk_polly::Client::from_conf(config)
}

/// The same as environment variables, for Lambda programs started as processes of their own.
///
/// Names: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
pub(crate) fn environment(keys: &KeyPair, at: &Endpoints) -> Vec<(String, String)> {
    let pairs = [
        ("AWS_ENDPOINT_URL_DYNAMODB", at.dynamodb.as_str()),
        ("AWS_ENDPOINT_URL_S3", &at.s3),
        ("AWS_ENDPOINT_URL_LAMBDA", &at.functions),
        ("AWS_ENDPOINT_URL_POLLY", &at.functions),
        ("AWS_ACCESS_KEY_ID", &keys.access_key),
        ("AWS_SECRET_ACCESS_KEY", &keys.secret_key),
        ("AWS_REGION", REGION),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}
