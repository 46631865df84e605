//! The outputs of a stack, as CloudFormation tells them.
//!
//! This is `DescribeStacks` of the AWS CloudFormation API Reference
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html>) on the parts that every SDK of AWS is made
//! of. CloudFormation's own SDK would compile for a minute, for this one operation.

mod answer;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_runtime::{
    auth::{
        SigV4OperationSigningConfig,
        sigv4::{SCHEME_ID, SigV4AuthScheme},
    },
    retries::classifiers::AwsErrorCodeClassifier,
    service_clock_skew::ServiceClockSkewInterceptor,
    user_agent::{ApiMetadata, UserAgentInterceptor},
};
use aws_smithy_query::QueryWriter;
use aws_smithy_runtime::client::{
    orchestrator::operation::Operation,
    retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier},
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        auth::{AuthSchemeOptionResolverParams, static_resolver::StaticAuthSchemeOptionResolver},
        orchestrator::{HttpRequest, HttpResponse},
        result::SdkError,
        runtime_components::RuntimeComponentsBuilder,
        runtime_plugin::StaticRuntimePlugin,
    },
};
use aws_smithy_types::{body::SdkBody, config_bag::Layer};
use aws_types::{SigningName, region::SigningRegion, service_config::ServiceConfigKey};

use self::answer::answer;
pub(super) use self::answer::{DescribeStacksError, Outputs};

/// The service's name in signatures.
const SERVICE: &str = "cloudformation";

/// The outputs of a stack, given by its name or its ARN.
///
/// # Errors
/// What CloudFormation refuses, such as the name of no stack, and what keeps it from being asked.
pub(super) async fn outputs(
    sdk: &SdkConfig,
    stack: &str,
) -> Result<Outputs, SdkError<DescribeStacksError, HttpResponse>> {
    let operation = Operation::builder()
        .service_name("CloudFormation")
        .operation_name("DescribeStacks")
        .behavior_version(sdk.behavior_version().unwrap_or_else(BehaviorVersion::latest))
        .endpoint_url(&endpoint(sdk))
        .with_connection_poisoning()
        .retry_classifier(TransientErrorClassifier::<DescribeStacksError>::new())
        .retry_classifier(AwsErrorCodeClassifier::<DescribeStacksError>::new())
        .retry_classifier(HttpStatusCodeClassifier::default())
        .interceptor(ServiceClockSkewInterceptor::new())
        .interceptor(UserAgentInterceptor::new())
        .runtime_plugin(account(sdk))
        .serializer(request)
        .deserializer(answer)
        .build();
    operation.invoke(stack.to_owned()).await
}

/// Where CloudFormation is: the address that the environment or the profile sets for it or for all services, or the one of the Region
/// (<https://docs.aws.amazon.com/general/latest/gr/cfn.html>). The isolated partitions need it set.
fn endpoint(sdk: &SdkConfig) -> String {
    let key = ServiceConfigKey::builder().service_id(SERVICE).env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let own = key.ok().and_then(|key| sdk.service_config()?.load_config(key));
    if let Some(set) = own.as_deref().or(sdk.endpoint_url()) {
        return set.to_owned();
    }
    let region = sdk.region().map_or_else(String::new, ToString::to_string);
    let suffix = match region.split('-').next() {
        Some("cn") => "amazonaws.com.cn",
        Some("eusc") => "amazonaws.eu",
        _ => "amazonaws.com",
    };
    // In GovCloud the common address is the one with FIPS.
    let fips = sdk.use_fips() == Some(true) && !region.starts_with("us-gov-");
    format!("https://{SERVICE}{}.{region}.{suffix}", if fips { "-fips" } else { "" })
}

/// Who asks, and how patiently.
fn account(sdk: &SdkConfig) -> StaticRuntimePlugin {
    let mut layer = Layer::new("account");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(ApiMetadata::new(SERVICE, env!("CARGO_PKG_VERSION")));
    layer.store_put(SigV4OperationSigningConfig {
        region: sdk.region().cloned().map(SigningRegion::from),
        name: Some(SigningName::from_static(SERVICE)),
        ..Default::default()
    });
    if let Some(retries) = sdk.retry_config() {
        layer.store_put(retries.clone());
    }
    if let Some(timeouts) = sdk.timeout_config() {
        layer.store_put(timeouts.clone());
    }
    let mut components = RuntimeComponentsBuilder::new("account")
        .with_auth_scheme(SigV4AuthScheme::new())
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID])))
        .with_identity_cache(sdk.identity_cache())
        .with_http_client(sdk.http_client())
        .with_sleep_impl(sdk.sleep_impl())
        .with_time_source(sdk.time_source());
    if let Some(credentials) = sdk.credentials_provider() {
        components.set_identity_resolver(SCHEME_ID, credentials);
    }
    StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components)
}

/// A form of the protocol AWS Query.
fn request(stack: String) -> Result<HttpRequest, BoxError> {
    let mut form = String::new();
    let mut query = QueryWriter::new(&mut form, "DescribeStacks", "2010-05-15");
    query.prefix("StackName").string(&stack);
    query.finish();
    let mut request = HttpRequest::new(SdkBody::from(form));
    request.set_method("POST")?;
    request.set_uri("/")?;
    request.headers_mut().insert("content-type", "application/x-www-form-urlencoded");
    Ok(request)
}

#[cfg(test)]
mod tests {
    use aws_config::Region;

    use super::*;

    #[test]
    fn the_address_is_that_of_the_region_unless_another_is_set() {
        let sdk = |region: &'static str| SdkConfig::builder().region(Region::new(region));
        let address = |region: &'static str| endpoint(&sdk(region).build());
        assert_eq!(address("eu-west-1"), "https://cloudformation.eu-west-1.amazonaws.com");
        assert_eq!(address("cn-north-1"), "https://cloudformation.cn-north-1.amazonaws.com.cn");
        assert_eq!(address("eusc-de-east-1"), "https://cloudformation.eusc-de-east-1.amazonaws.eu");
        let fips = |region: &'static str| endpoint(&sdk(region).use_fips(true).build());
        assert_eq!(fips("us-east-1"), "https://cloudformation-fips.us-east-1.amazonaws.com");
        assert_eq!(fips("us-gov-west-1"), "https://cloudformation.us-gov-west-1.amazonaws.com");
        let set = sdk("eu-west-1").endpoint_url("http://127.0.0.1:5000").build();
        assert_eq!(endpoint(&set), "http://127.0.0.1:5000");
    }
}
