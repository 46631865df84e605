//! `sbf dev --oidc-issuer`: people sign in as in the cloud, and their tokens are verified here as API Gateway does it there.

use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use aws_smithy_http_client::{
    Connector,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use axum::{
    Router,
    extract::{Request, State},
    http::header::AUTHORIZATION,
    middleware::{self, Next},
    response::Response,
};
use sbf_aws::{
    identity::caller_from_claims,
    oidc::Issuer,
    profiles::{CachedProfiles, UserinfoProfiles},
    router::{App, SignIn, epoch_millis, routes},
};
use sbf_dialog::Bot;
use sbf_local::{Authoriser, KeySource};
use serde_json::Value;

/// Who signs people in.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SignInOptions {
    /// An OpenID Connect issuer that people sign in with; without one, everybody is the developer.
    #[arg(long, value_name = "URL", requires = "oidc_client_id")]
    oidc_issuer: Option<String>,
    /// The page's client there.
    #[arg(long, value_name = "ID", requires = "oidc_issuer")]
    oidc_client_id: Option<String>,
    /// The scopes that the page asks for.
    #[arg(long, value_name = "SCOPES", default_value = "openid profile email", requires = "oidc_issuer")]
    oidc_scope: String,
}

/// The bot's routes behind the authoriser; `None` where nobody is to sign in.
pub(super) async fn router(app: &App, arguments: &SignInOptions) -> anyhow::Result<Option<Router>> {
    let Some((url, client_id)) = arguments.oidc_issuer.as_ref().zip(arguments.oidc_client_id.as_ref()) else {
        return Ok(None);
    };
    let issuer = Issuer { url: url.clone(), http: connector() };
    let discovery = issuer.discover().await.context("the issuer cannot be used")?;
    let keys = Keys { issuer: issuer.clone(), address: discovery.jwks_uri };
    let authoriser = Arc::new(Authoriser::new(discovery.issuer, client_id, Box::new(keys)));
    let profiles = CachedProfiles::new(UserinfoProfiles::new(issuer), epoch_millis);
    let bot = Bot { profiles: Some(Arc::new(profiles)), ..app.bot.as_ref().clone() };
    let sign_in = SignIn {
        issuer: url.clone(),
        client_id: client_id.clone(),
        scope: arguments.oidc_scope.clone(),
        sign_in_url: None,
    };
    let app = App { bot: Arc::new(bot), sign_in: Some(sign_in), ..app.clone() };
    Ok(Some(routes(app).layer(middleware::from_fn_with_state(authoriser, identify))))
}

/// Puts the caller of a token that holds among the request's extensions; routes that need one refuse the others.
async fn identify(State(authoriser): State<Arc<Authoriser>>, mut request: Request, next: Next) -> Response {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    match authoriser.authorise(header.as_deref()).await {
        Ok(claims) => {
            let caller = caller_from_claims(|name| claims.get(name).map(String::as_str), header.as_deref());
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
        }
        Err(rejected) if header.is_some() => tracing::warn!(%rejected, "a token was refused"),
        Err(_) => {}
    }
    next.run(request).await
}

struct Keys {
    issuer: Issuer,
    address: String,
}

#[async_trait]
impl KeySource for Keys {
    async fn keys(&self) -> Result<Value, String> {
        self.issuer.get(&self.address, None).await.map_err(|error| error.to_string())
    }
}

fn connector() -> SharedHttpConnector {
    let tls = Provider::Rustls(CryptoMode::AwsLc);
    SharedHttpConnector::new(Connector::builder().tls_provider(tls).build())
}
