//! A Cognito user pool as moto_server plays it: people who sign in with a password, their tokens, and what API Gateway makes of these.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::{
    Client,
    error::ProvideErrorMetadata as _,
    types::{AttributeType, AuthFlowType, AuthenticationResultType, ExplicitAuthFlowsType, UsernameAttributeType},
};
use sbf_local::{Authoriser, KeySource};
use serde_json::Value;

use crate::moto::Moto;

/// Everybody's.
pub const PASSWORD: &str = "Correct-horse-7";

/// A pool, and the page's client of it.
pub struct Pool {
    /// A client with an operator's rights.
    pub cognito: Client,
    /// The pool's id.
    pub id: String,
    /// The page's client id.
    pub client: String,
    address: String,
}

impl Pool {
    /// A pool whose people are known by their e-mail.
    pub async fn founded(moto: &Moto) -> Self {
        let cognito = Client::new(&moto.sdk().await);
        let pool = cognito.create_user_pool().pool_name("town").username_attributes(UsernameAttributeType::Email);
        let id = pool.send().await.unwrap().user_pool.unwrap().id.unwrap();
        let client = client(&cognito, &id).await;
        Self { cognito, id, client, address: moto.address.clone() }
    }

    /// Another client of the pool.
    pub async fn other_client(&self) -> String {
        client(&self.cognito, &self.id).await
    }

    /// Somebody new.
    pub async fn add(&self, email: &str, name: &str) {
        let attribute = |name: &str, value: &str| AttributeType::builder().name(name).value(value).build().unwrap();
        let user = self.cognito.admin_create_user().user_pool_id(&self.id).username(email);
        user.user_attributes(attribute("email", email)).user_attributes(attribute("name", name)).send().await.unwrap();
    }

    /// Signs somebody in at a client, once the password is not a temporary one any more; `None` where Cognito will not have them.
    pub async fn sign_in(&self, email: &str, client: &str) -> Option<AuthenticationResultType> {
        let password = self.cognito.admin_set_user_password().user_pool_id(&self.id).username(email);
        password.password(PASSWORD).permanent(true).send().await.unwrap();
        let request = self.cognito.initiate_auth().client_id(client).auth_flow(AuthFlowType::UserPasswordAuth);
        let request = request.auth_parameters("USERNAME", email).auth_parameters("PASSWORD", PASSWORD);
        request.send().await.ok()?.authentication_result
    }

    /// Whether a refresh token brings new ones, else the error's name.
    pub async fn refreshed(&self, token: &str) -> Result<(), String> {
        let request = self.cognito.initiate_auth().client_id(&self.client).auth_flow(AuthFlowType::RefreshTokenAuth);
        let answer = request.auth_parameters("REFRESH_TOKEN", token).send().await;
        answer.map(drop).map_err(|error| error.code().unwrap_or_default().to_owned())
    }

    /// Verifies tokens of the pool for the page's client, by the pool's own keys, as API Gateway does.
    pub fn authoriser(&self) -> Authoriser {
        self.authoriser_of(&self.id)
    }

    /// The same, of another pool's tokens.
    pub fn authoriser_of(&self, pool: &str) -> Authoriser {
        let issuer = format!("https://cognito-idp.eu-west-1.amazonaws.com/{pool}");
        let address = format!("{}/{}/.well-known/jwks.json", self.address, self.id);
        Authoriser::new(issuer, &self.client, Box::new(Keys(address)))
    }

    /// The access token of somebody who signs in, and its claims as API Gateway hands them on.
    pub async fn access(&self, email: &str) -> (String, BTreeMap<String, String>) {
        let token = self.sign_in(email, &self.client).await.unwrap().access_token.unwrap();
        let claims = self.authoriser().authorise(Some(&format!("Bearer {token}"))).await.unwrap();
        (token, claims)
    }
}

async fn client(cognito: &Client, pool: &str) -> String {
    let client = cognito.create_user_pool_client().user_pool_id(pool).client_name("page");
    let client = client.explicit_auth_flows(ExplicitAuthFlowsType::AllowUserPasswordAuth);
    client.send().await.unwrap().user_pool_client.unwrap().client_id.unwrap()
}

/// The keys at an address.
struct Keys(String);

#[async_trait]
impl KeySource for Keys {
    async fn keys(&self) -> Result<Value, String> {
        let answer = reqwest::get(&self.0).await.map_err(|error| error.to_string())?;
        answer.json().await.map_err(|error| error.to_string())
    }
}
