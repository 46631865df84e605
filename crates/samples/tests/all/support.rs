//! An embedded DynamoDB with the samples on it, and conversations with them as core leads them.

use std::collections::HashMap;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Region, retry::RetryConfig},
    types::AttributeValue,
};
use sbf_samples::{Moment, Samples, Tables, create_tables};
use serde_json::{Map, Value, json};
use tokio::{net::TcpListener, sync::oneshot};

/// A Friday.
pub(crate) const NOW_MS: u64 = 1_763_683_200_000;

/// A running world: it ends with the value.
pub(crate) struct World {
    pub(crate) samples: Samples,
    pub(crate) dynamodb: Client,
    pub(crate) tables: Tables,
    _stop: oneshot::Sender<()>,
}

impl World {
    pub(crate) async fn new() -> Self {
        let world = Self::without_tables().await;
        create_tables(&world.dynamodb, &world.tables).await.unwrap();
        world
    }

    pub(crate) async fn without_tables() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async {
            let _ = stopped.await;
        };
        tokio::spawn(dynoxide::server::serve_with_shutdown(listener, dynoxide::Database::memory().unwrap(), shutdown));
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(format!("http://{address}"))
            .retry_config(RetryConfig::disabled())
            .credentials_provider(Credentials::new("test", "test", None, None, "test"));
        let dynamodb = Client::from_conf(config.build());
        let tables = Tables::default();
        Self { samples: Samples::new(dynamodb.clone(), tables.clone()), dynamodb, tables, _stop: stop }
    }

    /// Calls a sample that exists.
    pub(crate) async fn call(&self, name: &str, event: Value) -> Value {
        self.samples.invoke_at(name, event, moment()).await.unwrap().unwrap()
    }

    /// Everything in a table.
    pub(crate) async fn items(&self, table: &str) -> Vec<HashMap<String, AttributeValue>> {
        self.dynamodb.scan().table_name(table).send().await.unwrap().items.unwrap_or_default()
    }

    pub(crate) async fn put(&self, table: &str, item: Value) {
        let item = serde_dynamo::to_item(item).unwrap();
        self.dynamodb.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
    }

    /// A conversation of Ann with a sample.
    pub(crate) fn talk<'w>(&'w self, name: &'w str, lang: &'w str, session: &'w str) -> Talk<'w> {
        Talk { world: self, name, lang, session, turns: 0, key: String::new(), payload: Map::new() }
    }
}

pub(crate) fn moment() -> Moment {
    Moment { now_ms: NOW_MS, chance: uuid::Uuid::new_v4() }
}

/// What core keeps of a delegated dialog.
pub(crate) struct Talk<'w> {
    world: &'w World,
    name: &'w str,
    lang: &'w str,
    session: &'w str,
    turns: u32,
    key: String,
    payload: Map<String, Value>,
}

impl Talk<'_> {
    /// The event of the next turn: what the backend asked to have back, the answer, and what core adds.
    pub(crate) fn event(&self, answer: Option<&str>) -> Value {
        let mut event = self.payload.clone();
        if let Some(answer) = answer {
            event.insert(self.key.clone(), json!({"response": answer}));
        }
        event.insert("lang".to_owned(), json!(self.lang));
        event.insert(
            "userInfo".to_owned(),
            json!({"email": "ann@example.com", "sub": "11111111-2222-3333-4444-555555555555"}),
        );
        event.insert("sessionID".to_owned(), json!(self.session));
        event.insert("turnID".to_owned(), json!(format!("turn-{}", self.turns)));
        event.insert("context".to_owned(), json!([]));
        Value::Object(event)
    }

    /// The first turn.
    pub(crate) async fn begin(&mut self) -> Value {
        self.payload.clear();
        let event = self.event(None);
        self.call(event).await
    }

    /// The answer to the open question.
    pub(crate) async fn say(&mut self, answer: &str) -> Value {
        let event = self.event(Some(answer));
        self.call(event).await
    }

    async fn call(&mut self, event: Value) -> Value {
        let reply = self.world.call(self.name, event).await;
        self.turns += 1;
        if let Some(conversation) = reply.get("asyncConversation") {
            self.key = conversation["id"].as_str().unwrap().to_owned();
            self.payload = conversation["payload"].as_object().unwrap().clone();
        }
        reply
    }
}
