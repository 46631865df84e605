//! What a page starts from, as the deployed API tells it.

use sbf_brain::artefact::{CONFIGS, KNOWLEDGE};
use sbf_tests::{
    process::{bootstraps, eventually},
    runtime::{
        Function, SIGN_IN, TestStack,
        event::{http_answer, http_request, objects_created},
    },
};
use serde_json::{Value, json};

use super::{configs, knowledge};

async fn told(core: &Function) -> Value {
    let (status, client) = http_answer(&core.invoke(&http_request("GET", "/client.json", None, None)).await.unwrap());
    assert_eq!(status, 200, "{client}");
    client
}

#[tokio::test]
async fn the_api_says_where_to_sign_in_before_there_is_a_brain_and_after() {
    let stack = TestStack::start(bootstraps()).await;
    stack.cloud.create_bucket("brains").await.unwrap();
    let settings = stack.core("brains", "");
    let oidc = json!({"issuer": SIGN_IN[0].1, "clientId": "page", "scope": "openid email", "signInUrl": SIGN_IN[3].1});
    let early = told(&Function::new(settings.clone())).await;
    assert_eq!((&early["oidc"], &early["brain"]), (&oidc, &Value::Null));
    stack.teach("brains", &knowledge(1), &configs()).await.unwrap();
    let client = told(&Function::new(settings)).await;
    assert_eq!((&client["oidc"], &client["name"]), (&oidc, &json!("bench")));
}

/// By an upload straight to the bucket, with no publish.
#[tokio::test]
async fn a_changed_theme_goes_live_like_a_changed_answer() {
    let stack = TestStack::start(bootstraps()).await;
    stack.teach("brains", &knowledge(1), &configs()).await.unwrap();
    let core = Function::new(stack.core("brains", ""));
    let before = told(&core).await;
    assert_eq!((&before["theme"], &before["language"]), (&Value::Null, &json!("en-US")));
    let mut changed = configs();
    changed["language_tag"] = json!("en-GB");
    changed["theme"] = json!({"name": "Ana"});
    stack.upload("brains", CONFIGS, changed.to_string()).await;
    let train = Function::new(stack.train("brains"));
    assert_eq!(train.notify(&objects_created("brains", &[CONFIGS])).await.unwrap()["outcome"], "published");
    eventually(async || told(&core).await["theme"]["name"] == "Ana").await;
    let after = told(&core).await;
    assert_eq!(after["language"], "en-GB");
    assert_ne!(after["brain"]["version"], before["brain"]["version"]);
    assert_eq!(core.starts(), 1);
    // Both files are one brain: the other one is as good as this.
    stack.upload("brains", KNOWLEDGE, knowledge(2).to_string().replace("\"bench\"", "\"shop\"")).await;
    train.notify(&objects_created("brains", &[KNOWLEDGE])).await.unwrap();
    eventually(async || told(&core).await["name"] == "shop").await;
}
