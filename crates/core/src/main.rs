#![cfg_attr(test, allow(clippy::unwrap_used))]
#![doc = include_str!("../README.md")]

mod identity;

use std::{sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, timeout::TimeoutConfig};
use aws_smithy_http_client::{
    Connector,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use lambda_http::Error;
use sbf_aws::{
    backends::LambdaBackends,
    brains::S3Brains,
    oidc::Issuer,
    profiles::{CachedProfiles, CognitoProfiles, UserinfoProfiles},
    ratings::DynamoRatings,
    router::{self, App},
    sessions::DynamoSessions,
    settings::{CoreSettings, Environment, IdentitySettings},
    speech::PollySpeech,
    uploads::S3Uploads,
};
use sbf_dialog::{Bot, ports::Profiles};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_target(false).init();
    let settings = CoreSettings::from_environment(&Environment::of_process()).map_err(|error| error.to_string())?;
    let sdk = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts()).load().await;
    let app = app(&sdk, settings);
    // The first turn shall find its brain in memory; that none is trained yet is said to whoever asks.
    let _ = app.brains.current().await;
    lambda_http::run(identity::identified(router::router(app))).await
}

/// A store that hangs must not use up the time of the whole turn; backends have their own deadline.
fn timeouts() -> TimeoutConfig {
    let builder = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(3));
    builder.operation_timeout(Duration::from_secs(8)).build()
}

/// The bot on AWS: clients are made once and serve every invocation of this container.
fn app(sdk: &aws_config::SdkConfig, settings: CoreSettings) -> App {
    let (s3, dynamodb) = (aws_sdk_s3::Client::new(sdk), aws_sdk_dynamodb::Client::new(sdk));
    let brains = Arc::new(S3Brains::new(s3.clone(), settings.brain));
    let sessions = Arc::new(DynamoSessions::new(dynamodb.clone(), settings.sessions.table));
    let ratings = settings.ratings.map(|ratings| Arc::new(DynamoRatings::new(dynamodb, ratings.table)) as _);
    let uploads = settings.uploads.zip(sdk.credentials_provider());
    let uploads = uploads.map(|(settings, credentials)| Arc::new(S3Uploads::new(s3, credentials, settings)));
    let deadline = settings.backends.deadline;
    let backends = Arc::new(LambdaBackends::new(aws_sdk_lambda::Client::new(sdk), settings.backends));
    let speech = Arc::new(PollySpeech::new(aws_sdk_polly::Client::new(sdk), settings.speech));
    let bot = Bot::new(brains.clone(), sessions, backends, Some(speech.clone()), router::epoch_millis);
    let timing = bot.timing.with_backend_deadline(deadline);
    let profiles = Some(profiles(sdk, settings.identity));
    App { bot: Arc::new(Bot { timing, profiles, ..bot }), brains, speech, ratings, uploads, sign_in: None }
}

/// Whoever issues the tokens is asked what a caller is called.
fn profiles(sdk: &aws_config::SdkConfig, settings: IdentitySettings) -> Arc<dyn Profiles> {
    let clock = router::epoch_millis;
    let Some(url) = settings.issuer else {
        let cognito = aws_sdk_cognitoidentityprovider::Client::new(sdk);
        return Arc::new(CachedProfiles::new(CognitoProfiles::new(cognito), clock));
    };
    let tls = Provider::Rustls(CryptoMode::AwsLc);
    let http = SharedHttpConnector::new(Connector::builder().tls_provider(tls).build());
    Arc::new(CachedProfiles::new(UserinfoProfiles::new(Issuer { url, http }), clock))
}
