//! What stands before the API, where something must: a distribution that proves by a secret header that a request came through it.
//!
//! A firewall at the distribution guards nothing while the API's own address answers as well. An HTTP API has neither a firewall nor a
//! resource policy of its own, so that core is who looks.

use std::{fmt, sync::Arc};

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use subtle::ConstantTimeEq as _;

use super::Refusal;

/// The header that the distribution adds to each request; one that a client sends is replaced there.
const ORIGIN_VERIFY: HeaderName = HeaderName::from_static("x-origin-verify");

/// What only the distribution knows; `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq)]
pub struct OriginSecret(Arc<str>);

impl OriginSecret {
    /// The value of the header `x-origin-verify`.
    pub fn new(secret: &str) -> Self {
        Self(secret.into())
    }

    /// How long the comparison takes says nothing of how much was right.
    fn admits(&self, request: &Request) -> bool {
        let sent = request.headers().get(&ORIGIN_VERIFY).map(|sent| sent.as_bytes());
        sent.is_some_and(|sent| self.0.as_bytes().ct_eq(sent).into())
    }

    async fn admit(self, mut request: Request, next: Next) -> Response {
        if !self.admits(&request) {
            let message = "This address is closed. Call the bot at the address of its page.";
            return Refusal::new(StatusCode::FORBIDDEN, message).into_response();
        }
        // Nothing after this needs it, and nothing shall be able to log it.
        request.headers_mut().remove(&ORIGIN_VERIFY);
        next.run(request).await
    }
}

impl fmt::Debug for OriginSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OriginSecret").finish_non_exhaustive()
    }
}

/// Answers 403 to whatever did not come through the distribution, whatever its route. Without a secret nobody is asked for one.
pub(super) fn fronted(router: Router, secret: Option<OriginSecret>) -> Router {
    let Some(secret) = secret else { return router };
    router.layer(middleware::from_fn(move |request: Request, next: Next| secret.clone().admit(request, next)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", OriginSecret::new("hush")), "OriginSecret { .. }");
    }
}
