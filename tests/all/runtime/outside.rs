//! What a brain reaches beyond the stack's own functions, by core's program: a function in another account's role, and another bot
//! with its key. STS and Secrets Manager are moto_server's.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    body::Bytes,
    http::{HeaderMap, Uri},
};
use sbf_tests::{
    moto::Moto,
    process::bootstraps,
    runtime::{
        Function, TestStack,
        event::{http_answer, turn},
    },
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{configs, knowledge};

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:210987654321:function:stock:live";
const ROLE: &str = "arn:aws:iam::210987654321:role/stock";
const KEY: &str = "k-314159";

/// A request: path, whose key signed it or came with it, body.
type Request = (String, HeaderMap, Value);

/// Another account's Lambda, and another bot.
struct Outside {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Outside {
    async fn start() -> Self {
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let log = Arc::clone(&requests);
        let answer = move |uri: Uri, headers: HeaderMap, body: Bytes| async move {
            let path = uri.path().replace("%3A", ":");
            let said = if path == "/office" { "At nine." } else { "Three left." };
            log.lock().unwrap().push((path, headers, serde_json::from_slice(&body).unwrap()));
            Json(json!({ "text": said }))
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await.unwrap() });
        Self { url, requests }
    }

    fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn bot(outside: &Outside) -> Value {
    let mut bot = knowledge(1);
    let source = json!({ "arn": FUNCTION, "rolearn": ROLE, "payload": "{}" });
    let utterances = ["are there apples left", "how many apples are there", "do you have apples"];
    let item = json!({ "_id": "stock", "_intents": utterances, "_source": source });
    bot["knowledge"].as_array_mut().unwrap().push(item);
    bot["federation"] = json!({ "office": { "URL": format!("{}/office", outside.url) } });
    bot
}

async fn said(core: &Function, text: &str) -> Value {
    let (status, said) = http_answer(&core.invoke(&turn(&json!({ "text": text, "sessionID": "s" }))).await.unwrap());
    assert_eq!(status, 200, "{said}");
    said
}

#[tokio::test]
async fn a_function_is_called_in_its_role_and_another_bot_is_asked_with_its_key_where_both_are_allowed() {
    let Some(moto) = Moto::start() else { return };
    // Where core runs.
    let sdk = moto.sdk().await.into_builder().region(aws_config::Region::new("us-east-1")).build();
    let secrets = aws_sdk_secretsmanager::Client::new(&sdk);
    let outside = Outside::start().await;
    let keys = json!({ outside.url.trim_start_matches("http://"): KEY }).to_string();
    let secret = secrets.create_secret().name("keys").secret_string(keys).send().await.unwrap().arn.unwrap();
    let stack = TestStack::start(bootstraps()).await;
    stack.teach("brains", &bot(&outside), &configs()).await.unwrap();
    let core = |roles: &str, bots: &str| {
        let mut settings = stack.core("brains", FUNCTION);
        let variables = [
            ("AWS_ENDPOINT_URL_LAMBDA", outside.url.as_str()),
            ("AWS_ENDPOINT_URL_STS", &moto.address),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &moto.address),
            ("ALLOWED_ROLES", roles),
            ("ALLOWED_BOTS", bots),
            ("FEDERATION_KEYS_SECRET", &secret),
        ];
        settings.environment.extend(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Function::new(settings)
    };

    let allowed = core(ROLE, &outside.url);
    assert_eq!(said(&allowed, "do you have apples").await["text"], "Three left.");
    let asked = said(&allowed, "mitochondria divide quarterly").await;
    assert_eq!((&asked["text"], asked.get("nif")), (&json!("At nine."), None));
    let requests = outside.requests();
    let [(function, signed, _), (office, told, question)] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(*function, format!("/2015-03-31/functions/{FUNCTION}/invocations"));
    // Credentials of a role begin so, and have a token.
    assert!(signed["authorization"].to_str().unwrap().contains("Credential=ASIA"), "{signed:?}");
    assert!(signed.contains_key("x-amz-security-token"));
    assert_eq!((office.as_str(), told["x-api-key"].to_str().unwrap()), ("/office", KEY));
    assert_eq!((&question["text"], &question["origin"]), (&json!("mitochondria divide quarterly"), &json!("bench")));
    let log = allowed.log().await.join("\n");
    assert!(!log.contains(KEY) && !log.contains("mitochondria"), "{log}");

    let neither = core("arn:aws:iam::210987654321:role/other", "https://office.example.org");
    assert_eq!(said(&neither, "do you have apples").await["endConversation"], true);
    assert_eq!(said(&neither, "mitochondria divide quarterly").await["nif"], true);
    assert_eq!(outside.requests().len(), 2);
}
