//! What a client makes of a response, for clients of our own: the terminal and the conversation scripts.

use serde_json::Value;

/// A response as it is read out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heard {
    /// What is shown, in order: sentences first, the main one or the question last.
    pub sentences: Vec<String>,
    /// The intent that was understood.
    pub intent: Option<String>,
    /// To be sent with the next request.
    pub session_id: Option<String>,
    /// Whether nothing was understood.
    pub missed: bool,
    /// Whether the bot waits for an answer.
    pub asks: bool,
}

/// Reads a response.
pub fn hear(response: &Value) -> Heard {
    let conversation = &response["conversation"];
    let question = conversation["sync"].as_object().and_then(|sync| sync.values().next());
    let led = conversation.get("async");
    let asked = led.or(question).and_then(|item| item["ask"]["text"].as_str());
    let before = response["said"].as_array().into_iter().flatten().filter_map(|said| said["text"].as_str());
    let main = response["text"].as_str().or(asked);
    let ended = led.is_some_and(|led| led["endConversation"] == true);
    Heard {
        sentences: before.chain(main).map(str::to_owned).collect(),
        intent: response["desiredMatch"]["bestMatchID"].as_str().map(str::to_owned),
        session_id: response["sessionID"].as_str().map(str::to_owned),
        missed: response["nif"] == true,
        asks: conversation.is_object() && !ended,
    }
}
