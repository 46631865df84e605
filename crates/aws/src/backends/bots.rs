//! Other bots, asked over the network as their clients ask them.

use std::sync::{Arc, LazyLock};

use aws_smithy_runtime_api::{
    client::http::{HttpConnector, SharedHttpConnector},
    http::Request,
};
use serde_json::Value;

use super::Keys;
use crate::{body::content, causes, settings::AllowedBots, unread};

/// Bytes of an answer at most: more than any session could keep.
const ANSWER_LIMIT: usize = 1 << 20;

/// Bots that may be asked, and their keys: by host, for the name of a bot is its brain's choice and a key is the operator's.
#[derive(Debug)]
pub struct Bots {
    http: LazyLock<SharedHttpConnector>,
    allowed: AllowedBots,
    keys: Option<Arc<dyn Keys>>,
}

impl Bots {
    /// Bots without keys. The client is made when the first one is asked, for it takes its time to read whom the system trusts;
    /// it follows no redirects.
    pub fn new(http: fn() -> SharedHttpConnector, allowed: AllowedBots) -> Self {
        Self { http: LazyLock::new(http), allowed, keys: None }
    }

    /// The same, each with its key (`x-api-key`), where it has one.
    #[must_use]
    pub fn with_keys(self, keys: Arc<dyn Keys>) -> Self {
        Self { keys: Some(keys), ..self }
    }

    /// What a bot answers. The reason of a failure names it, not its address, which may hold what nobody should read.
    pub(super) async fn ask(&self, name: &str, url: &str, question: &Value) -> Result<Value, String> {
        if !self.allowed.allows(url) {
            return Err(format!("the address of the bot {name} is not on the list of those that may be asked"));
        }
        let question = question.to_string();
        let Some(keys) = &self.keys else {
            return self.answer(url, &question, None).await.map_err(|refusal| refusal.why);
        };
        let key = keys.key(host(url)).await?;
        match (self.answer(url, &question, key.as_deref()).await, key) {
            // Who refuses a key has done nothing yet.
            (Err(Refusal { of_key: true, why }), Some(key)) => match keys.replaced(host(url), &key).await {
                Some(new) => self.answer(url, &question, Some(&new)).await.map_err(|refusal| refusal.why),
                None => Err(why),
            },
            (answer, _) => answer.map_err(|refusal| refusal.why),
        }
    }

    async fn answer(&self, url: &str, question: &str, key: Option<&str>) -> Result<Value, Refusal> {
        let response = self.http.call(request(url, question, key)?).await;
        let response = response.map_err(|error| causes(&error))?;
        let status = response.status().as_u16();
        if matches!(status, 401 | 403) {
            return Err(Refusal { of_key: true, why: format!("the answer has status {status}") });
        }
        if status != 200 {
            return Err(format!("the answer has status {status}").into());
        }
        let answer = content(response.into_body(), ANSWER_LIMIT).await?;
        serde_json::from_slice(&answer)
            .map_err(|error| format!("what it answered is not JSON: {}", unread(&error)).into())
    }
}

/// Why there is no answer.
struct Refusal {
    /// The key was refused, or that there was none.
    of_key: bool,
    /// For the log.
    why: String,
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Self { of_key: false, why }
    }
}

/// `HOST` or `HOST:PORT`.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}

fn request(url: &str, question: &str, key: Option<&str>) -> Result<Request, String> {
    let mut request = Request::new(question.into());
    request.set_uri(url).map_err(|_| "its address cannot be read".to_owned())?;
    request.set_method("POST").map_err(|error| error.to_string())?;
    for name in ["content-type", "accept"] {
        request.headers_mut().insert(name, "application/json");
    }
    if let Some(key) = key {
        let sent = request.headers_mut().try_insert("x-api-key", key.to_owned());
        // The error would quote the key.
        sent.map_err(|_| "its key cannot be sent in a header".to_owned())?;
    }
    Ok(request)
}
