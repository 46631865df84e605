//! Connections to AWS, which trust Amazon's own roots first: reading all those of the system would take half of a start.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    connector_metadata::ConnectorMetadata,
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};

/// The roots of Amazon Trust Services, as <https://www.amazontrust.com/repository/> lists them.
const AMAZON: &[u8] = include_bytes!("amazon-roots.pem");

/// The TLS that the SDKs use by default.
pub(crate) const TLS: Provider = Provider::Rustls(CryptoMode::AwsLc);

/// An HTTP client for the SDK. Once a certificate turns out to be none of Amazon's (in its Regions in China, or behind an endpoint of
/// one's own), the system's roots decide.
pub(crate) fn client() -> SharedHttpClient {
    let trust = TrustStore::empty().with_pem_certificate(AMAZON);
    let builder = Builder::new().tls_provider(TLS);
    // It only puts things together.
    let amazon = match TlsContext::builder().with_trust_store(trust).build() {
        Ok(context) => builder.clone().tls_context(context).build_https(),
        Err(_) => builder.clone().build_https(),
    };
    SharedHttpClient::new(AmazonFirst { amazon, system: builder.build_https(), is_foreign: Arc::default() })
}

#[derive(Debug)]
struct AmazonFirst {
    amazon: SharedHttpClient,
    system: SharedHttpClient,
    /// Whether a certificate was not Amazon's.
    is_foreign: Arc<AtomicBool>,
}

impl HttpClient for AmazonFirst {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        if self.is_foreign.load(Ordering::Relaxed) {
            return self.system.http_connector(settings, components);
        }
        let (system, is_foreign) = (self.system.clone(), Arc::clone(&self.is_foreign));
        let (own_settings, components_again) = (settings.clone(), components.clone());
        let otherwise = move || {
            is_foreign.store(true, Ordering::Relaxed);
            system.http_connector(&own_settings, &components_again)
        };
        let first = self.amazon.http_connector(settings, components);
        SharedHttpConnector::new(Either { first, otherwise: Arc::new(otherwise) })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.amazon.connector_metadata()
    }
}

/// A connector, and another for servers whose certificates it does not trust.
struct Either {
    first: SharedHttpConnector,
    otherwise: Arc<dyn Fn() -> SharedHttpConnector + Send + Sync>,
}

impl HttpConnector for Either {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // Nothing of a request is sent before the server has shown its certificate.
        let again = request.try_clone();
        let (first, otherwise) = (self.first.call(request), Arc::clone(&self.otherwise));
        HttpConnectorFuture::new(async move {
            match (first.await, again) {
                (Err(error), Some(request)) if is_untrusted(&error) => otherwise().call(request).await,
                (answer, _) => answer,
            }
        })
    }
}

impl std::fmt::Debug for Either {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Either").field("first", &self.first).finish_non_exhaustive()
    }
}

/// Whether rustls refused the certificate; its error is deep in others'.
fn is_untrusted(error: &ConnectorError) -> bool {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("invalid peer certificate") {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use aws_smithy_runtime_api::{client::orchestrator::HttpResponse, http::StatusCode};
    use aws_smithy_types::body::SdkBody;

    use aws_smithy_http_client::Connector;

    use super::*;

    /// Answers with a status, or fails with a sentence; counts its calls.
    #[derive(Debug, Clone)]
    struct Server(Result<u16, &'static str>, Arc<AtomicUsize>);

    impl HttpConnector for Server {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            assert_eq!(request.body().bytes(), Some(&b"said"[..]));
            self.1.fetch_add(1, Ordering::Relaxed);
            let answer =
                self.0.map(|status| HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::empty()));
            HttpConnectorFuture::ready(answer.map_err(|why| ConnectorError::io(why.into())))
        }
    }

    /// What comes of a request, and how often the second connector was asked.
    async fn asked(first: Result<u16, &'static str>) -> (Option<u16>, usize) {
        let calls = Arc::new(AtomicUsize::new(0));
        let system = Server(Ok(201), Arc::clone(&calls));
        let first = SharedHttpConnector::new(Server(first, Arc::default()));
        let either = Either { first, otherwise: Arc::new(move || SharedHttpConnector::new(system.clone())) };
        let answer = either.call(HttpRequest::new(SdkBody::from("said"))).await;
        (answer.ok().map(|answer| answer.status().as_u16()), calls.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn whoever_is_not_trusted_is_asked_by_the_systems_roots_and_nobody_else() {
        assert_eq!(asked(Ok(200)).await, (Some(200), 0));
        assert_eq!(asked(Err("invalid peer certificate: UnknownIssuer")).await, (Some(201), 1));
        assert_eq!(asked(Err("connection reset by peer")).await, (None, 0));
    }

    #[test]
    fn amazons_roots_can_be_read() {
        let trust = TrustStore::empty().with_pem_certificate(AMAZON);
        let context = TlsContext::builder().with_trust_store(trust).build().unwrap();
        // What cannot be read panics here.
        let connector = Connector::builder().tls_provider(TLS).tls_context(context).build();
        assert!(format!("{connector:?}").contains("Connector"));
        assert_eq!(String::from_utf8_lossy(AMAZON).matches("BEGIN CERTIFICATE").count(), 5);
    }
}
