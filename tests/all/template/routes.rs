//! The API's routes against the router's, and who may call them.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use http::{Request, StatusCode};
use sbf_tests::{bot::TestBot, repository};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{
    EVERYTHING, LEAST,
    stack::{Stack, text},
    stacks,
};
use crate::architecture::product_code;

/// Route key and whether it needs a token.
fn routes(stack: &Stack) -> BTreeMap<String, bool> {
    let routes = stack.of("AWS::ApiGatewayV2::Route");
    let found = routes.iter().map(|(id, route)| {
        assert_eq!(
            (&route["ApiId"], &route["Target"]),
            (&"{Api}".into(), &"integrations/{ApiIntegration}".into()),
            "{id}"
        );
        let signed_in = match text(&route["AuthorizationType"]).as_str() {
            "JWT" => route["AuthorizerId"] == "{ApiAuthorizer}",
            "NONE" => false,
            other => panic!("{id}: {other}"),
        };
        let key = text(&route["RouteKey"]);
        assert!(!key.ends_with('/'), "{key}: an HTTP API takes no such route");
        (key.replace("{slash+}", ""), signed_in)
    });
    let found: BTreeMap<_, _> = found.collect();
    assert_eq!(found.len(), routes.len(), "a route is there twice");
    found
}

/// Method and path of every route, for those who call them all.
pub(crate) fn routes_of_the_api() -> Vec<(String, String)> {
    let keys = routes(&Stack::with(&[])).into_keys();
    keys.map(|key| key.split_once(' ').map(|(method, path)| (method.to_owned(), path.to_owned())).unwrap()).collect()
}

#[test]
fn the_apis_routes_are_the_routers() {
    let code = product_code(&repository().join("crates/aws/src/router.rs"));
    let written: BTreeSet<String> = code
        .split(".route(\"")
        .skip(1)
        .map(|rest| {
            let (path, rest) = rest.split_once('"').unwrap();
            let method: String = rest.chars().skip_while(|c| !c.is_alphabetic()).take_while(|c| *c != '(').collect();
            format!("{} {path}", method.to_uppercase())
        })
        .collect();
    assert!(written.len() >= 8, "{written:?}");
    for stack in stacks() {
        assert_eq!(routes(&stack).into_keys().collect::<BTreeSet<_>>(), written);
    }
}

#[tokio::test]
async fn what_the_router_asks_a_caller_for_the_api_asks_a_token_for() {
    let bot = TestBot::sample("en").await;
    let service = sbf_aws::router::router(bot.local.app.clone());
    for (key, signed_in) in routes(&Stack::with(&[])) {
        let (method, path) = key.split_once(' ').unwrap();
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let status = service.clone().oneshot(request).await.unwrap().status();
        assert!(status != StatusCode::NOT_FOUND && status != StatusCode::METHOD_NOT_ALLOWED, "{key}: {status}");
        assert_eq!(status == StatusCode::UNAUTHORIZED, signed_in, "{key}: {status}");
    }
}

#[test]
fn the_page_reaches_every_route_on_its_own_origin() {
    for stack in stacks() {
        let config = &stack.properties("Distribution")["DistributionConfig"];
        let behaviours = config["CacheBehaviors"].as_array().unwrap();
        for (key, _) in routes(&stack) {
            let (method, path) = key.split_once(' ').unwrap();
            let behaviour = behaviours.iter().find(|behaviour| matches(&text(&behaviour["PathPattern"]), path));
            if path == "/client.json" {
                continue;
            }
            let behaviour = behaviour.unwrap_or_else(|| panic!("{key} is not passed on"));
            assert_eq!(behaviour["TargetOriginId"], "api", "{key}");
            assert!(behaviour["AllowedMethods"].as_array().unwrap().contains(&json!(method)), "{key}");
            // Answers are never kept, and the token goes with the request (both by AWS's managed policies).
            assert_eq!(behaviour["CachePolicyId"], "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "{key}");
            assert_eq!(behaviour["OriginRequestPolicyId"], "b689b0a8-53d0-40ab-baf2-68738e2966ac", "{key}");
            assert_eq!(behaviour["ViewerProtocolPolicy"], "https-only", "{key}");
        }
        // An error page would turn the API's 403 and 404 into the page.
        assert_eq!(config.get("CustomErrorResponses"), None);
    }
}

/// What the page starts from is the API's word of the live brain, and the bucket's while the API fails.
#[test]
fn the_page_starts_from_the_api_or_else_from_what_was_published() {
    for stack in stacks() {
        let config = &stack.properties("Distribution")["DistributionConfig"];
        let behaviours = config["CacheBehaviors"].as_array().unwrap();
        let behaviour = behaviours.iter().find(|behaviour| behaviour["PathPattern"] == "/client.json").unwrap();
        let groups = &config["OriginGroups"];
        let group = &groups["Items"][0];
        assert_eq!((&groups["Quantity"], &group["Id"]), (&json!(1), &behaviour["TargetOriginId"]));
        assert_eq!(group["Members"]["Items"], json!([{ "OriginId": "api" }, { "OriginId": "page" }]));
        let origins = config["Origins"].as_array().unwrap();
        for member in group["Members"]["Items"].as_array().unwrap() {
            assert!(origins.iter().any(|origin| origin["Id"] == member["OriginId"]), "{member}");
        }
        assert_eq!(group["FailoverCriteria"]["StatusCodes"]["Items"], json!([500, 502, 503, 504]));
        for list in [&group["Members"], &group["FailoverCriteria"]["StatusCodes"]] {
            assert_eq!(list["Quantity"], json!(list["Items"].as_array().unwrap().len()));
        }
        // CloudFront passes nothing else on to a second origin; and what the first one says is never kept.
        assert_eq!(behaviour["AllowedMethods"], json!(["GET", "HEAD"]));
        assert_eq!(behaviour["CachePolicyId"], "4135ea2d-6df8-44a3-9df3-4b5a84be39ad");
        // The viewer's Host would reach no API, and its Authorization would spoil the signature for the bucket: of the viewer's headers at
        // most Origin is passed on (Managed-CORS-CustomOrigin).
        let policy = behaviour.get("OriginRequestPolicyId").and_then(Value::as_str);
        assert!(policy.is_none_or(|policy| policy == "59781a5b-3903-41f3-afcb-af62929ccde1"), "{policy:?}");
    }
}

#[test]
fn the_api_and_sbf_publish_send_people_to_the_same_sign_in() {
    for stack in stacks() {
        let told = |variable| stack.variable("CoreFunction", variable);
        assert_eq!(Some(told("SIGN_IN_ISSUER")), stack.output("OidcIssuer"));
        assert_eq!(Some(told("SIGN_IN_CLIENT_ID")), stack.output("OidcClientId"));
        assert_eq!(Some(told("SIGN_IN_SCOPES")), stack.output("OidcScopes"));
        assert_eq!(told("SIGN_IN_URL"), stack.output("SignInUrl").unwrap_or_default());
        // Its tokens are those that the API takes.
        let trusted = &stack.properties("ApiAuthorizer")["JwtConfiguration"];
        assert_eq!(*trusted, json!({ "Issuer": told("SIGN_IN_ISSUER"), "Audience": [told("SIGN_IN_CLIENT_ID")] }));
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == path, |start| path.starts_with(start))
}

#[test]
fn tokens_come_from_the_issuer_and_are_for_the_page() {
    let token = |stack: &Stack| {
        let authorizer = stack.properties("ApiAuthorizer");
        assert_eq!(authorizer["AuthorizerType"], "JWT");
        assert_eq!(authorizer["IdentitySource"], json!(["$request.header.Authorization"]));
        authorizer["JwtConfiguration"].clone()
    };
    let issuer = "https://cognito-idp.eu-west-1.amazonaws.com/{UserPool}";
    assert_eq!(token(&Stack::with(&[])), json!({ "Issuer": issuer, "Audience": ["{PageClient}"] }));
    let other = json!({ "Issuer": "https://login.example.org/realms/shop", "Audience": ["chat"] });
    assert_eq!(token(&Stack::with(LEAST)), other);
    assert_eq!(Stack::with(LEAST).of("AWS::Cognito::UserPool").len(), 0);
}

#[test]
fn the_stage_is_throttled() {
    for stack in stacks() {
        let stage = stack.properties("ApiStage");
        assert_eq!(stage["StageName"], "$default");
        assert_eq!(stage["AutoDeploy"], true);
        assert_eq!(
            stage["DefaultRouteSettings"],
            json!({ "ThrottlingRateLimit": "50", "ThrottlingBurstLimit": "100" })
        );
    }
}

/// What is known of a person is the address and the subject; a token, or what somebody wrote, is in no line.
#[test]
fn the_access_log_names_people_only_where_the_operator_asks_for_it() {
    let line = |logs: &str| -> Option<Value> {
        let stack = Stack::with(&[("AccessLogs", logs)]);
        let settings = stack.properties("ApiStage").get("AccessLogSettings")?.clone();
        assert_eq!(settings["DestinationArn"], "{ApiLogs.Arn}");
        Some(serde_json::from_str(settings["Format"].as_str().unwrap()).unwrap())
    };
    assert_eq!(line("off"), None);
    assert_eq!(Stack::with(LEAST).of("AWS::Logs::LogGroup").len(), 2, "core's and train's");
    let (anonymous, mut full) = (line("anonymous").unwrap(), line("full").unwrap());
    assert_eq!(anonymous["requestId"], "$context.requestId");
    assert_eq!(anonymous["status"], "$context.status");
    for personal in ["identity", "claims", "principalId", "$context.path"] {
        assert!(!anonymous.to_string().contains(personal), "{personal}");
    }
    let default = Stack::with(&[]).properties("ApiStage")["AccessLogSettings"]["Format"].clone();
    assert_eq!(serde_json::from_str::<Value>(default.as_str().unwrap()).unwrap(), anonymous);
    let people = full.as_object_mut().unwrap();
    assert_eq!(people.remove("address"), Some(json!("$context.identity.sourceIp")));
    assert_eq!(people.remove("subject"), Some(json!("$context.authorizer.claims.sub")));
    assert_eq!(full, anonymous);
}

#[test]
fn other_pages_call_only_where_the_operator_names_them() {
    for stack in [Stack::with(&[]), Stack::with(LEAST)] {
        assert_eq!(stack.properties("Api").get("CorsConfiguration"), None);
    }
    let cors = &Stack::with(EVERYTHING).properties("Api")["CorsConfiguration"].clone();
    assert_eq!(cors["AllowOrigins"], json!(["https://shop.example.org", "http://localhost:5173"]));
    assert_eq!(cors["AllowMethods"], json!(["GET", "POST"]));
    assert_eq!(cors["AllowHeaders"], json!(["authorization", "content-type"]));
    assert_eq!(cors.get("AllowCredentials"), None);
}
