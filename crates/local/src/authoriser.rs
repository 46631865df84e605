//! The JWT authoriser that an HTTP API has in the cloud: what it accepts here it accepts there.
//!
//! The rules are those of "Control access to HTTP APIs with JWT authorizers" in the API Gateway developer guide: an RSA signature by a
//! key of the issuer, `iss`, `aud` (or `client_id` where there is no `aud`, as in Cognito's access tokens), `exp`, `nbf` and `iat`.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use async_trait::async_trait;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, errors::ErrorKind, jwk::JwkSet};
use serde_json::{Map, Value};

/// How long it takes at least until an unknown key makes the issuer be asked again, whether it answered last time or not.
const PAUSE: Duration = Duration::from_secs(5);

/// Where an issuer's public keys come from.
#[async_trait]
pub trait KeySource: Send + Sync {
    /// The issuer's key set (RFC 7517, section 5), or why there is none, in one sentence.
    async fn keys(&self) -> Result<Value, String>;
}

/// Verifies the tokens of one issuer for one audience.
pub struct Authoriser {
    issuer: String,
    audience: String,
    source: Box<dyn KeySource>,
    pause: Duration,
    /// The issuer's keys, as it told them last.
    kept: Mutex<Option<JwkSet>>,
    /// Held by whoever asks the issuer.
    asked: tokio::sync::Mutex<Option<Asked>>,
}

/// The last time that the issuer was asked.
struct Asked {
    at: Instant,
    /// Why it told no keys.
    fault: Option<String>,
}

/// Why a request is not let through.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// It brings no token.
    #[error("there is no bearer token")]
    Missing,
    /// Its token does not hold.
    #[error("the token does not hold: {0}")]
    Invalid(String),
    /// The issuer's keys are not to be had.
    #[error("the issuer's keys are not to be had: {0}")]
    NoKeys(String),
}

impl Authoriser {
    /// For tokens whose `iss` is `issuer`, made for `audience`.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>, source: Box<dyn KeySource>) -> Self {
        let (issuer, audience) = (issuer.into(), audience.into());
        Self { issuer, audience, source, pause: PAUSE, kept: Mutex::default(), asked: tokio::sync::Mutex::default() }
    }

    /// The claims of the token in an `Authorization` header, each as a text, which is how an HTTP API hands them on.
    ///
    /// # Errors
    /// Where there is no token, or it does not hold.
    pub async fn authorise(&self, header: Option<&str>) -> Result<BTreeMap<String, String>, Rejected> {
        let token = bearer(header.unwrap_or_default()).ok_or(Rejected::Missing)?;
        let head = decode_header(token).map_err(|error| unread(&error))?;
        let algorithms = [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512];
        if !algorithms.contains(&head.alg) {
            return Err(invalid("it is not signed with RSA"));
        }
        // RFC 7515, section 4.1.11: what is named here must be understood, and nothing is.
        if head.crit.is_some() {
            return Err(invalid("its header names an extension as critical"));
        }
        let key = self.key(head.kid.as_deref()).await?;
        let mut rules = Validation::new(head.alg);
        rules.leeway = 0;
        rules.validate_nbf = true;
        // `client_id` may stand for it: below.
        rules.validate_aud = false;
        rules.set_issuer(&[&self.issuer]);
        rules.set_required_spec_claims(&["exp", "iss"]);
        let claims = decode::<Map<String, Value>>(token, &key, &rules).map_err(|error| unread(&error))?.claims;
        self.check(&claims)?;
        Ok(claims.into_iter().map(|(name, value)| (name, as_text(&value))).collect())
    }

    fn check(&self, claims: &Map<String, Value>) -> Result<(), Rejected> {
        let for_us = match claims.get("aud").or_else(|| claims.get("client_id")) {
            Some(Value::Array(several)) => several.iter().any(|one| *one == self.audience.as_str()),
            Some(one) => *one == self.audience.as_str(),
            None => false,
        };
        if !for_us {
            return Err(invalid("it was made for somebody else"));
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        match claims.get("iat").and_then(Value::as_f64) {
            Some(issued_at) if issued_at > now => Err(invalid("it is of the future")),
            _ => Ok(()),
        }
    }

    /// The key of that id; where it is not known, perhaps the issuer has new ones. Tokens of known keys wait for no issuer.
    async fn key(&self, id: Option<&str>) -> Result<DecodingKey, Rejected> {
        let id = id.ok_or_else(|| invalid("it names no key"))?;
        if let Some(key) = self.known(id) {
            return key;
        }
        let mut asked = self.asked.lock().await;
        // Whoever waited for the lock finds what was told meanwhile.
        if let Some(key) = self.known(id) {
            return key;
        }
        if asked.as_ref().is_none_or(|asked| asked.at.elapsed() >= self.pause) {
            let fault = self.ask().await.err();
            *asked = Some(Asked { at: Instant::now(), fault });
        }
        match (self.known(id), asked.as_ref().and_then(|asked| asked.fault.clone())) {
            (Some(key), _) => key,
            (None, Some(fault)) => Err(Rejected::NoKeys(fault)),
            (None, None) => Err(invalid("no key of the issuer has signed it")),
        }
    }

    fn known(&self, id: &str) -> Option<Result<DecodingKey, Rejected>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref()?.find(id).map(|key| DecodingKey::from_jwk(key).map_err(invalid))
    }

    /// Gets the issuer's keys; what it told before stays where it tells none now.
    async fn ask(&self) -> Result<(), String> {
        let told = self.source.keys().await?;
        let keys = serde_json::from_value(told).map_err(|error| error.to_string())?;
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(keys);
        Ok(())
    }
}

/// The header's token; the scheme may be left out.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim_start().split_once(' ').unwrap_or(("Bearer", header));
    Some(token.trim()).filter(|token| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
}

/// As an HTTP API writes claims: lists as `[a b]`.
fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(as_text).collect::<Vec<_>>().join(" ")),
        other => other.to_string(),
    }
}

/// For the log: without a word of the token, which the errors of its decoding may quote.
fn unread(error: &jsonwebtoken::errors::Error) -> Rejected {
    match error.kind() {
        ErrorKind::Json(_) | ErrorKind::Utf8(_) | ErrorKind::Base64(_) => invalid("it cannot be read"),
        _ => invalid(error),
    }
}

fn invalid(why: impl std::fmt::Display) -> Rejected {
    Rejected::Invalid(why.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    };

    use aws_lc_rs::{
        rand::SystemRandom,
        rsa::{KeyPair, KeySize, PublicKeyComponents},
        signature::{KeyPair as _, RSA_PKCS1_SHA256},
    };
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
    use serde_json::json;

    use super::*;

    static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).unwrap());
    static OTHER: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).unwrap());

    /// A key set of `KEY`, how often it was asked for, and how often of these it is not to be had at first.
    #[derive(Clone, Default)]
    struct Keys(Arc<AtomicUsize>, usize);

    #[async_trait]
    impl KeySource for Keys {
        async fn keys(&self) -> Result<Value, String> {
            if self.0.fetch_add(1, Ordering::Relaxed) < self.1 {
                return Err("the issuer is down".to_owned());
            }
            let public = PublicKeyComponents::<Vec<u8>>::from(KEY.public_key());
            let (n, e) = (BASE64.encode(&public.n), BASE64.encode(&public.e));
            Ok(json!({ "keys": [{ "kty": "RSA", "kid": "k-1", "alg": "RS256", "use": "sig", "n": n, "e": e }] }))
        }
    }

    fn now() -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
    }

    fn claims() -> Value {
        json!({
            "iss": "https://issuer.example", "aud": "page", "sub": "ana", "exp": now() + 60, "iat": now(),
            "email_verified": true, "cognito:groups": ["a", "b"], "name": "Ana",
        })
    }

    fn with(changes: Value) -> Value {
        let mut claims = claims();
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(name),
                _ => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
            };
        }
        claims
    }

    fn signed(header: &Value, claims: &Value, key: &KeyPair) -> String {
        let message = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        format!("{message}.{}", BASE64.encode(signature))
    }

    fn token(claims: &Value) -> String {
        signed(&json!({ "alg": "RS256", "typ": "JWT", "kid": "k-1" }), claims, &KEY)
    }

    async fn tried(token: &str) -> Result<BTreeMap<String, String>, Rejected> {
        let authoriser = Authoriser::new("https://issuer.example", "page", Box::new(Keys::default()));
        authoriser.authorise(Some(&format!("Bearer {token}"))).await
    }

    #[tokio::test]
    async fn the_claims_of_a_token_that_holds_come_as_texts() {
        let told = tried(&token(&claims())).await.unwrap();
        let of = |name: &str| told[name].as_str();
        assert_eq!((of("sub"), of("name"), of("email_verified")), ("ana", "Ana", "true"));
        assert_eq!((of("cognito:groups"), of("aud")), ("[a b]", "page"));
        assert_eq!(of("exp").parse::<u64>().unwrap() / 100, (now() + 60) / 100);
    }

    #[tokio::test]
    async fn a_client_id_stands_for_the_audience_only_where_there_is_none() {
        assert!(tried(&token(&with(json!({ "aud": null, "client_id": "page" })))).await.is_ok());
        assert!(tried(&token(&with(json!({ "aud": ["other", "page"] })))).await.is_ok());
        for other in [
            json!({ "aud": "other", "client_id": "page" }),
            json!({ "aud": null }),
            json!({ "aud": ["other"] }),
            json!({ "aud": null, "client_id": "other" }),
        ] {
            assert!(matches!(tried(&token(&with(other.clone()))).await, Err(Rejected::Invalid(_))), "{other}");
        }
    }

    #[tokio::test]
    async fn a_token_of_another_time_or_issuer_does_not_hold() {
        for changes in [
            json!({ "exp": now() - 1 }),
            json!({ "exp": null }),
            json!({ "nbf": now() + 60 }),
            json!({ "iat": now() + 60 }),
            json!({ "iss": "https://mallory.example" }),
            json!({ "iss": null }),
        ] {
            assert!(matches!(tried(&token(&with(changes.clone()))).await, Err(Rejected::Invalid(_))), "{changes}");
        }
    }

    #[tokio::test]
    async fn a_forged_token_does_not_hold() {
        let header = json!({ "alg": "RS256", "kid": "k-1" });
        let genuine = token(&claims());
        let (message, signature) = genuine.rsplit_once('.').unwrap();
        let (head, _) = message.split_once('.').unwrap();
        let other_words = BASE64.encode(with(json!({ "sub": "mallory" })).to_string());
        let unsigned = BASE64.encode(json!({ "alg": "none", "kid": "k-1" }).to_string());
        let symmetric = json!({ "alg": "HS256", "kid": "k-1" });
        for forged in [
            signed(&header, &claims(), &OTHER),
            signed(&symmetric, &claims(), &KEY),
            signed(&json!({ "alg": "RS256" }), &claims(), &KEY),
            signed(&json!({ "alg": "RS256", "kid": "k-2" }), &claims(), &KEY),
            signed(&json!({ "alg": "RS256", "kid": "k-1", "crit": ["b64"], "b64": true }), &claims(), &KEY),
            format!("{head}.{other_words}.{signature}"),
            format!("{unsigned}.{other_words}."),
            message.to_owned(),
            "x".to_owned(),
        ] {
            assert!(matches!(tried(&forged).await, Err(Rejected::Invalid(_))), "{forged}");
        }
    }

    #[tokio::test]
    async fn without_a_bearer_token_nobody_comes_in() {
        let authoriser = Authoriser::new("https://issuer.example", "page", Box::new(Keys::default()));
        for header in [None, Some(""), Some("Bearer "), Some("Basic abc")] {
            assert_eq!(authoriser.authorise(header).await, Err(Rejected::Missing), "{header:?}");
        }
    }

    #[tokio::test]
    async fn keys_are_asked_for_once_and_not_again_for_every_stranger() {
        let keys = Keys::default();
        let authoriser = Authoriser::new("https://issuer.example", "page", Box::new(keys.clone()));
        let stranger = signed(&json!({ "alg": "RS256", "kid": "k-2" }), &claims(), &KEY);
        for token in [token(&claims()), stranger, token(&claims())] {
            let _ = authoriser.authorise(Some(&token)).await;
        }
        assert_eq!(keys.0.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn an_issuer_that_is_down_is_not_asked_for_every_token() {
        let keys = Keys(Arc::default(), 2);
        let mut authoriser = Authoriser::new("https://issuer.example", "page", Box::new(keys.clone()));
        let header = format!("Bearer {}", token(&claims()));
        let down = Err(Rejected::NoKeys("the issuer is down".to_owned()));
        for _ in 0..3 {
            assert_eq!(authoriser.authorise(Some(&header)).await, down);
        }
        assert_eq!(keys.0.load(Ordering::Relaxed), 1);
        // Many at a time share one question, whatever its answer; once the pause is over it is asked again.
        authoriser.pause = Duration::ZERO;
        assert_eq!(authoriser.authorise(Some(&header)).await, down);
        authoriser.pause = PAUSE;
        let (one, other) = tokio::join!(authoriser.authorise(Some(&header)), authoriser.authorise(Some(&header)));
        assert_eq!((&one, &other), (&down, &down));
        assert_eq!(keys.0.load(Ordering::Relaxed), 2);
        authoriser.pause = Duration::ZERO;
        assert!(authoriser.authorise(Some(&header)).await.is_ok());
        assert!(authoriser.authorise(Some(&header)).await.is_ok());
        assert_eq!(keys.0.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn known_keys_stay_when_the_issuer_goes_down() {
        /// An issuer that answers once.
        struct Once(Keys);

        #[async_trait]
        impl KeySource for Once {
            async fn keys(&self) -> Result<Value, String> {
                let told = self.0.keys().await;
                if self.0.0.load(Ordering::Relaxed) == 1 { told } else { Err("the issuer is down".to_owned()) }
            }
        }

        let keys = Keys::default();
        let mut authoriser = Authoriser::new("https://issuer.example", "page", Box::new(Once(keys.clone())));
        authoriser.pause = Duration::ZERO;
        let known = format!("Bearer {}", token(&claims()));
        let stranger = signed(&json!({ "alg": "RS256", "kid": "k-2" }), &claims(), &KEY);
        assert!(authoriser.authorise(Some(&known)).await.is_ok());
        let refused = authoriser.authorise(Some(&format!("Bearer {stranger}"))).await;
        assert_eq!(refused, Err(Rejected::NoKeys("the issuer is down".to_owned())));
        assert!(authoriser.authorise(Some(&known)).await.is_ok());
        assert_eq!(keys.0.load(Ordering::Relaxed), 2);
    }
}
