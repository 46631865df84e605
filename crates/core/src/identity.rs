//! From what API Gateway says about a request to what the router knows about it.

use axum::{Router, extract::Request, http::header::AUTHORIZATION, middleware};
use lambda_http::{Context, request::RequestContext};
use sbf_aws::{
    identity::caller_from_claims,
    router::{Deadline, RequestId},
};
use sbf_dialog::ports::Caller;

/// Hands the verified claims, the invocation's id and its deadline on to the router.
pub(crate) fn identified(router: Router) -> Router {
    router.layer(middleware::map_request(async |request: Request| identify(request)))
}

fn identify<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    let authorization = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let caller = request.extensions().get().and_then(|context| caller(context, authorization));
    let invocation = request.extensions().get();
    let invocation =
        invocation.map(|context: &Context| (RequestId(context.request_id.clone()), Deadline(context.deadline)));
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller);
    }
    if let Some((id, deadline)) = invocation {
        request.extensions_mut().insert(id);
        request.extensions_mut().insert(deadline);
    }
    request
}

/// The claims of the token that the HTTP API's JWT authoriser has verified.
fn caller(context: &RequestContext, authorization: Option<&str>) -> Option<Caller> {
    let RequestContext::ApiGatewayV2(context) = context else { return None };
    let claims = &context.authorizer.as_ref()?.jwt.as_ref()?.claims;
    caller_from_claims(|name| claims.get(name).map(String::as_str), authorization)
}

#[cfg(test)]
mod tests {
    use lambda_http::request::from_str;

    use super::*;

    /// An event of an HTTP API (payload format 2.0), as API Gateway sends it.
    fn event(authorizer: &str) -> String {
        format!(
            r#"{{
                "version": "2.0", "routeKey": "POST /core", "rawPath": "/core", "rawQueryString": "",
                "headers": {{ "authorization": "Bearer a.b.c", "content-type": "application/json", "host": "example.org", "x-sub": "mallory" }},
                "requestContext": {{
                    "accountId": "123456789012", "apiId": "api", "domainName": "example.org", "stage": "$default",
                    "http": {{
                        "method": "POST", "path": "/core", "protocol": "HTTP/1.1",
                        "sourceIp": "192.0.2.1", "userAgent": "test"
                    }},
                    "requestId": "gateway-1", "routeKey": "POST /core", "time": "01/Jan/2026:00:00:00 +0000",
                    "timeEpoch": 1767225600000{authorizer}
                }},
                "body": "{{\"text\":\"hi\",\"userInfo\":{{\"sub\":\"mallory\"}}}}", "isBase64Encoded": false
            }}"#
        )
    }

    #[test]
    fn the_verified_claims_name_the_caller() {
        let claims =
            r#"{ "sub": "ana", "email": "ana@example.org", "cognito:groups": "[admin]", "exp": "1767229200" }"#;
        let authorizer = format!(r#", "authorizer": {{ "jwt": {{ "claims": {claims}, "scopes": null }} }}"#);
        let request = identify(from_str(&event(&authorizer)).unwrap());
        let expected = Caller {
            subject: "ana".to_owned(),
            email: Some("ana@example.org".to_owned()),
            name: None,
            groups: vec!["admin".to_owned()],
            token: None,
        };
        assert_eq!(request.extensions().get(), Some(&expected));
    }

    #[test]
    fn an_access_token_comes_along_to_ask_for_the_name() {
        let claims = r#"{ "sub": "ana", "token_use": "access", "client_id": "page", "exp": "1767229200" }"#;
        let authorizer = format!(r#", "authorizer": {{ "jwt": {{ "claims": {claims}, "scopes": null }} }}"#);
        let request = identify(from_str(&event(&authorizer)).unwrap());
        let token = request.extensions().get::<Caller>().unwrap().token.clone().unwrap();
        assert_eq!((token.text.as_str(), token.expires_at), ("a.b.c", 1_767_229_200));
    }

    #[test]
    fn without_claims_there_is_no_caller_whatever_the_request_says() {
        let request = identify(from_str(&event("")).unwrap());
        assert_eq!(request.extensions().get::<Caller>(), None);
    }

    #[test]
    fn the_invocations_id_and_deadline_are_the_requests() {
        let mut request = from_str(&event("")).unwrap();
        let mut context = Context::default();
        context.request_id = "invocation-1".to_owned();
        context.deadline = 1_767_225_629_000;
        request.extensions_mut().insert(context);
        let request = identify(request);
        assert_eq!(request.extensions().get(), Some(&RequestId("invocation-1".to_owned())));
        assert_eq!(request.extensions().get(), Some(&Deadline(1_767_225_629_000)));
    }
}
