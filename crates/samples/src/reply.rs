//! What the samples say, and the JSON they say it in.

use serde_json::{Map, Value, json};

use crate::text::{escape, fill, spoken};

/// Something said: HTML to show, plain words to speak.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) speech: String,
}

/// One choice of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Button {
    /// What pressing it types.
    pub(crate) value: String,
    /// What it shows.
    pub(crate) label: String,
}

/// A sentence with its values: escaped where it is shown, without SSML where it is spoken.
pub(crate) fn say(template: &str, values: &[(&str, &str)]) -> Said {
    let with = |how: fn(&str) -> String| -> String {
        let values: Vec<_> = values.iter().map(|(name, value)| (*name, how(value))).collect();
        fill(template, &values)
    };
    Said { text: with(escape), speech: with(spoken) }
}

impl Said {
    /// This, and something more in a new line.
    pub(crate) fn then(self, more: Said) -> Said {
        if self.text.is_empty() {
            return more;
        }
        Said { text: format!("{}<br/>{}", self.text, more.text), speech: format!("{} {}", self.speech, more.speech) }
    }

    /// This, with buttons under it; they are not spoken.
    pub(crate) fn with_buttons(mut self, buttons: &[Button]) -> Said {
        if !buttons.is_empty() {
            self.text.push_str("<br/>");
        }
        for Button { value, label } in buttons {
            let (value, label) = (escape(value), escape(label));
            self.text.push_str(&format!("<button value=\"{value}\">{label}</button> "));
        }
        self.text.truncate(self.text.trim_end().len());
        self
    }

    /// A plain answer, `{text, speech}`.
    pub(crate) fn answer(self) -> Value {
        json!({"text": self.text, "speech": self.speech})
    }

    /// A question whose answer comes back under `id`, along with `payload`.
    pub(crate) fn ask(self, id: &str, payload: Map<String, Value>) -> Value {
        self.conversation(id, payload, false)
    }

    /// The last sentence of a dialog.
    pub(crate) fn end(self, id: &str, payload: Map<String, Value>) -> Value {
        self.conversation(id, payload, true)
    }

    fn conversation(self, id: &str, payload: Map<String, Value>, end: bool) -> Value {
        json!({"asyncConversation": {
            "id": id,
            "ask": self.answer(),
            "payload": payload,
            "endConversation": end,
        }})
    }
}
