//! Functions that are called in a role.

use std::{future::ready, sync::Arc, time::Duration};

use aws_sdk_lambda::config::{BehaviorVersion, Credentials, Region};
use sbf_aws::{
    backends::{Backends, StsRoles},
    settings::{AllowedRoles, BackendSettings},
};
use sbf_dialog::ports::{BackendAnswer, BackendCall, Fulfilment, Target};
use serde_json::json;

use crate::script::{Script, response};

const STOCK: &str = "arn:aws:iam::210987654321:role/stock";

/// An STS that lets everybody take every role.
async fn sts() -> Script {
    Script::new(|_, request| {
        let body = String::from_utf8(request.body).unwrap();
        let role = if body.contains("stock") { "STOCK" } else { "PAY" };
        ready(response(200, &[("content-type", "text/xml")], assumed(role).into_bytes()))
    })
    .await
}

/// As the API reference of `AssumeRole` shows it.
fn assumed(role: &str) -> String {
    format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>
        <AssumedRoleUser><Arn>arn:aws:sts::210987654321:assumed-role/x/sbf-core</Arn>
        <AssumedRoleId>AROAX:sbf-core</AssumedRoleId></AssumedRoleUser>
        <Credentials><AccessKeyId>ASIA{role}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
        <SessionToken>token-{role}</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>
        </AssumeRoleResult></AssumeRoleResponse>"
    )
}

/// As core's program gets it: with a clock, which tells when a role must be taken anew.
async fn roles(sts: &Script) -> Arc<StsRoles> {
    let loader =
        aws_config::defaults(BehaviorVersion::latest()).endpoint_url(&sts.url).region(Region::new("eu-west-1"));
    Arc::new(StsRoles(loader.credentials_provider(Credentials::for_tests()).load().await))
}

fn backends(lambda: &Script, allowed: &str) -> Backends {
    let settings = BackendSettings { roles: AllowedRoles::read(allowed), ..BackendSettings::default() };
    Backends::new(aws_sdk_lambda::Client::new(&lambda.sdk()), settings)
}

fn call(region: &str, role: Option<&str>) -> BackendCall {
    let arn = format!("arn:aws:lambda:{region}:210987654321:function:stock");
    let target = Target::Function { arn, role: role.map(str::to_owned) };
    BackendCall { name: "stock".to_owned(), target, event: json!({}) }
}

#[tokio::test]
async fn a_function_is_called_in_the_role_that_its_brain_names() {
    let (lambda, sts) = (Script::always(200, &[], b"1").await, sts().await);
    let pay = STOCK.replace("stock", "pay");
    let backends = backends(&lambda, &format!("{STOCK},{pay}")).taking(roles(&sts).await);
    let calls = [
        (call("eu-west-1", Some(STOCK)), "ASIASTOCK/", "/eu-west-1/"),
        (call("eu-west-1", None), "ANOTREAL/", "/eu-west-1/"),
        (call("us-east-1", Some(STOCK)), "ASIASTOCK/", "/us-east-1/"),
        (call("eu-west-1", Some(&pay)), "ASIAPAY/", "/eu-west-1/"),
        (call("eu-west-1", Some(STOCK)), "ASIASTOCK/", "/eu-west-1/"),
    ];
    for (call, _, _) in &calls {
        assert_eq!(backends.call(call, Duration::MAX).await, BackendAnswer::Answered(json!(1)));
    }
    for (received, (_, key, region)) in lambda.received().iter().zip(&calls) {
        let signed = received.header("authorization").unwrap();
        assert!(signed.contains(key) && signed.contains(region), "{signed}");
        let token = received.header("x-amz-security-token");
        assert_eq!(token.is_some(), key.starts_with("ASIA"), "{received:?}");
    }
    // Taken once for each client, for a quarter of an hour.
    let taken: Vec<String> = sts.received().into_iter().map(|asked| String::from_utf8(asked.body).unwrap()).collect();
    assert_eq!(taken.len(), 3, "{taken:?}");
    assert!(taken.iter().all(|asked| asked.contains("Action=AssumeRole") && asked.contains("DurationSeconds=900")));
    assert!(taken[0].contains("RoleSessionName=sbf-core") && taken[0].contains("role%2Fstock"), "{}", taken[0]);
}

#[tokio::test]
async fn a_role_that_is_not_on_the_list_is_not_taken() {
    let (lambda, sts) = (Script::always(200, &[], b"1").await, sts().await);
    for allowed in ["", "arn:aws:iam::210987654321:role/stock2"] {
        let backends = backends(&lambda, allowed).taking(roles(&sts).await);
        let BackendAnswer::Failed(why) = backends.call(&call("eu-west-1", Some(STOCK)), Duration::MAX).await else {
            panic!()
        };
        assert!(why.contains(STOCK) && why.contains("list of roles"), "{why}");
    }
    assert_eq!((lambda.received().len(), sts.received().len()), (0, 0));
}

#[tokio::test]
async fn a_role_that_is_refused_fails_the_call() {
    let lambda = Script::always(200, &[], b"1").await;
    let refused = b"<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>No.</Message></Error></ErrorResponse>";
    let sts = Script::always(403, &[("content-type", "text/xml")], refused).await;
    let backends = backends(&lambda, STOCK).taking(roles(&sts).await);
    let BackendAnswer::Failed(why) = backends.call(&call("eu-west-1", Some(STOCK)), Duration::MAX).await else {
        panic!()
    };
    assert!(why.contains("AccessDenied"), "{why}");
    assert_eq!(lambda.received().len(), 0);
}

/// In `sbf dev` there is nobody whose role could be taken.
#[tokio::test]
async fn without_roles_a_function_is_called_as_it_is() {
    let lambda = Script::always(200, &[], b"1").await;
    let answer = backends(&lambda, "").call(&call("eu-west-1", Some(STOCK)), Duration::MAX).await;
    assert_eq!(answer, BackendAnswer::Answered(json!(1)));
}
