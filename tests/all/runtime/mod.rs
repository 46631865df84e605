//! The Lambdas' own programs on the Runtime API test bench.

mod behaviour;
mod chaos;
mod fixtures;
mod formats;
mod front;
mod metrics;
mod outside;
mod protocol;
mod services;
mod start;
mod upload;
mod words;

use serde_json::{Value, json};

/// A bot of two answers; the number tells its versions apart.
fn knowledge(number: usize) -> Value {
    json!({"brainName": "bench", "knowledge": [
        {"_id": "version", "_intents": ["which version are you", "what is your version", "tell me your version number"],
         "_source": {"response": [{"text": format!("Version {number}."), "speech": format!("Version {number}.")}]}},
        {"_id": "bye", "_intents": ["goodbye", "see you later", "bye for now"],
         "_source": {"response": [{"text": "Bye!", "speech": "Bye!"}]}}
    ]})
}

/// Its settings: whoever asks gets the newest brain, but for a tenth of a second.
fn configs() -> Value {
    json!({"language_tag": "en-US", "cacheTTL": 100})
}

/// A bot that books a table for a name.
fn booking() -> Value {
    let mut bot = knowledge(1);
    let book = json!({"_id": "book", "_intents": ["book a table", "reserve a table please", "I want a table"], "_source": {
        "arn": "book", "payload": "{name: '$0'}", "response": [],
        "parameters": [{"name": "name", "payloadPosition": 0, "noMatchAsk": [{"text": "What name?", "speech": "What name?"}]}]
    }});
    bot["knowledge"].as_array_mut().unwrap().push(book);
    bot
}
