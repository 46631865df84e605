#![cfg_attr(test, allow(clippy::unwrap_used))]
#![doc = include_str!("../README.md")]

mod https;
mod identity;

use std::{
    io::{Write, stdout},
    sync::Arc,
    time::Duration,
};

use aws_config::{BehaviorVersion, timeout::TimeoutConfig};
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector};
use lambda_http::Error;
use sbf_aws::{
    backends::{Backends, Bots, SecretKeys, StsRoles},
    brains::S3Brains,
    meaning::{self, Meaning},
    metrics::{Measured, Meter, metered},
    oidc::Issuer,
    profiles::{CachedProfiles, CognitoProfiles, UserinfoProfiles},
    quotas::Quotas,
    ratings::DynamoRatings,
    router::{self, App},
    sessions::{DynamoSessions, LargeValues},
    settings::{BackendSettings, CoreSettings, Environment, IdentitySettings},
    speech::PollySpeech,
    uploads::S3Uploads,
};
use sbf_dialog::{Bot, ports::Profiles};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_span_list(false);
    lines.with_env_filter(filter).with_target(false).init();
    router::log_panics();
    let environment = Environment::of_process();
    let settings = CoreSettings::from_environment(&environment).map_err(|error| error.to_string())?;
    let sdk = aws_config::defaults(BehaviorVersion::latest()).http_client(https::client());
    let sdk = sdk.timeout_config(timeouts()).load().await;
    let meter = settings.metrics.clone().map(|metrics| Meter::new(metrics.stack, write_line));
    let front = settings.front.clone();
    let app = app(&sdk, settings, meaning::of_environment(&environment));
    // The first turn shall find its brain in memory; that none is trained yet is said to whoever asks.
    let _ = app.brains.current().await;
    let service = router::router_behind(front, app);
    let service = match meter {
        Some(meter) => metered(service, meter),
        None => service,
    };
    lambda_http::run(identity::identified(service)).await
}

/// CloudWatch reads metrics from whole lines of standard output; one that cannot be written is lost, and no answer with it.
fn write_line(line: &str) {
    let _ = stdout().write_all(format!("{line}\n").as_bytes());
}

/// A store that hangs must not use up the time of the whole turn; backends have their own deadline.
fn timeouts() -> TimeoutConfig {
    let builder = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(3));
    builder.operation_timeout(Duration::from_secs(8)).build()
}

/// The bot on AWS: clients are made once and serve every invocation of this container.
fn app(sdk: &aws_config::SdkConfig, settings: CoreSettings, meaning: Option<Meaning>) -> App {
    let (s3, dynamodb) = (aws_sdk_s3::Client::new(sdk), aws_sdk_dynamodb::Client::new(sdk));
    let brains = Arc::new(Measured(S3Brains::new(s3.clone(), settings.brain).going_by(meaning)));
    let table = settings.sessions.table;
    let quotas = settings.quotas.map(|limits| Quotas::new(dynamodb.clone(), &table, limits, router::epoch_millis));
    let files = settings.uploads.as_ref().map(|uploads| uploads.bucket.clone());
    let large = files.map(|bucket| LargeValues::new(s3.clone(), bucket, quotas.clone()));
    let sessions = DynamoSessions::new(dynamodb.clone(), table).with_large_values(large);
    let sessions = Arc::new(Measured(sessions));
    let ratings = settings
        .ratings
        .map(|ratings| Arc::new(DynamoRatings::new(dynamodb, ratings.table).keeping_for(ratings.kept)) as _);
    let uploads = settings.uploads.zip(sdk.credentials_provider());
    let uploads = uploads.map(|(settings, credentials)| {
        Arc::new(S3Uploads::new(s3.clone(), credentials, settings).within(quotas.clone())) as _
    });
    let deadline = settings.backends.deadline;
    let backends = Arc::new(Measured(backends(sdk, settings.backends)));
    let speech =
        PollySpeech::new(aws_sdk_polly::Client::new(sdk), settings.speech).keeping_in(s3).within(quotas.clone());
    let speech = Arc::new(Measured(speech));
    let bot = Bot::new(brains.clone(), sessions, backends, Some(speech.clone()), router::epoch_millis);
    let timing = bot.timing.with_backend_deadline(deadline);
    let profiles = Some(profiles(sdk, settings.identity));
    let sign_in = settings.sign_in;
    App { bot: Arc::new(Bot { timing, profiles, ..bot }), brains, speech, ratings, uploads, quotas, sign_in }
}

/// Functions, in the roles that they need, and other bots: what the settings allow of each.
fn backends(sdk: &aws_config::SdkConfig, settings: BackendSettings) -> Backends {
    let bots = Bots::new(connector, settings.bots.clone());
    let bots = match settings.keys_secret.clone() {
        Some(secret) => bots.with_keys(Arc::new(SecretKeys::new(aws_sdk_secretsmanager::Client::new(sdk), secret))),
        None => bots,
    };
    Backends::new(aws_sdk_lambda::Client::new(sdk), settings).taking(Arc::new(StsRoles(sdk.clone()))).asking(bots)
}

/// To whoever is not Amazon; who cannot be reached is not waited for as long as who thinks.
fn connector() -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder().connect_timeout(Duration::from_secs(3)).build();
    // While this process was frozen a connection may have died unseen.
    let builder = Connector::builder().connector_settings(settings).pool_idle_timeout(Duration::from_secs(5));
    SharedHttpConnector::new(builder.tls_provider(https::TLS).build())
}

/// Whoever issues the tokens is asked what a caller is called.
fn profiles(sdk: &aws_config::SdkConfig, settings: IdentitySettings) -> Arc<dyn Profiles> {
    let clock = router::epoch_millis;
    let Some(url) = settings.issuer else {
        let cognito = aws_sdk_cognitoidentityprovider::Client::new(sdk);
        return Arc::new(CachedProfiles::new(CognitoProfiles::new(cognito), clock));
    };
    Arc::new(CachedProfiles::new(UserinfoProfiles::new(Issuer { url, http: connector() }), clock))
}
