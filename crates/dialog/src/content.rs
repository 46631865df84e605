//! A response for channels that show no HTML: its parts as plain text, choices, media and links.

mod html;
mod plain;

use serde_json::Value;

use self::html::Read;
use crate::{
    relayed::{Asked, Relayed},
    reply::Main,
    response::Response,
    session::Sentence,
};

/// What a response shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content {
    /// In the order to show them: sentences before the main one, the main one, the open question.
    pub parts: Vec<Part>,
    /// Whether the bot waits for an answer.
    pub expects_answer: bool,
    /// Whether the dialog is over.
    pub ended: bool,
    /// Whether nothing was understood.
    pub missed: bool,
}

/// One thing that the bot says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// As its author wrote it; may hold HTML.
    pub html: String,
    /// The same as lines of plain text. The labels of buttons are no part of it, nor are the descriptions of media that are shown.
    pub plain: String,
    /// To be spoken; plain text or SSML.
    pub speech: String,
    /// What the user may press.
    pub choices: Vec<Choice>,
    /// What is to be seen or heard.
    pub media: Vec<Media>,
    /// Where the text leads; its labels stand in the plain text, too.
    pub links: Vec<Link>,
}

/// Something to press, which answers for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it shows.
    pub label: String,
    /// What it says when it is pressed.
    pub value: String,
}

/// A picture, a video or a sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// An `https:` address, or a `data:` URL that holds it.
    pub url: String,
    /// What it shows, in words; may be blank.
    pub description: String,
}

/// Kinds of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture.
    Picture,
    /// A video.
    Video,
    /// A sound.
    Audio,
}

/// A link in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it shows.
    pub label: String,
    /// Where it leads: `http:`, `https:`, `mailto:` or `tel:`.
    pub url: String,
}

impl Response {
    /// The response as data that any channel can show.
    pub fn content(&self) -> Content {
        let main = &self.reply.main;
        let said = self.reply.said.iter().map(Part::of);
        Content {
            parts: said.chain(parts_of(main)).collect(),
            expects_answer: expects_answer(main),
            ended: ends(main),
            missed: self.missed(),
        }
    }
}

fn expects_answer(main: &Main) -> bool {
    match main {
        Main::Says(_) | Main::Ends(_) | Main::Misses(_) => false,
        Main::Asks { .. } => true,
        Main::Leads { asked, .. } => !asked.ends,
        Main::Relays(relayed) => relayed.question.is_some() && !relayed.ends,
    }
}

fn ends(main: &Main) -> bool {
    match main {
        Main::Ends(_) | Main::Misses(_) => true,
        Main::Says(_) | Main::Asks { .. } => false,
        Main::Leads { asked, .. } => asked.ends,
        Main::Relays(relayed) => relayed.ends,
    }
}

fn parts_of(main: &Main) -> Vec<Part> {
    match main {
        Main::Says(sentence) | Main::Ends(sentence) | Main::Misses(sentence) => vec![Part::of(sentence)],
        Main::Asks { missing, .. } => {
            let first = missing.first();
            first.map(|question| Part::of(&question.ask).with(question.rich_object.as_ref())).into_iter().collect()
        }
        Main::Leads { asked, .. } => asked_part(asked).into_iter().collect(),
        Main::Relays(relayed) => relayed_parts(relayed),
    }
}

fn relayed_parts(relayed: &Relayed) -> Vec<Part> {
    let question = relayed.question.as_ref();
    let asked = question.and_then(|asked| asked.ask.as_ref()).map(|ask| &ask.text);
    // Some backends give the question as the text too.
    let said = relayed.sentence.as_ref().filter(|said| asked != Some(&said.text)).map(Part::of);
    let mut parts: Vec<Part> = said.into_iter().chain(question.and_then(asked_part)).collect();
    // Choices belong to the last sentence, or stand alone.
    if let Some(rich) = relayed.rich_object.as_ref() {
        let last = parts.pop().unwrap_or_default();
        parts.push(last.with(Some(rich)));
    }
    parts
}

/// A question of somebody else, which may have pictures or options and no words.
fn asked_part(asked: &Asked) -> Option<Part> {
    let words = asked.ask.as_ref().map(Part::of).unwrap_or_default();
    Some(words.with(asked.rich_object.as_ref())).filter(|part| *part != Part::default())
}

impl Part {
    fn of(sentence: &Sentence) -> Self {
        let Read { plain, choices, media, links } = html::read(&sentence.text);
        Self { html: sentence.text.clone(), plain, speech: sentence.speech.clone(), choices, media, links }
    }

    /// The same with what a rich object offers. Another type than `simpleSquaredList` that lists options is shown in the same way.
    fn with(mut self, rich: Option<&Value>) -> Self {
        let Some(rich) = rich else { return self };
        match &rich["options"] {
            Value::Array(options) => self.choices.extend(options.iter().filter_map(choice)),
            options if rich["type"] == "audio" => self.media.extend(sound(options)),
            _ => {}
        }
        self
    }
}

/// Whether a question offers an answer to choose: a button, or an option of its rich object.
pub(crate) fn offers(question: &Sentence, rich: Option<&Value>, answer: &str) -> bool {
    let said = answer.trim().to_lowercase();
    let choices = Part::of(question).with(rich).choices;
    choices.iter().any(|choice| [&choice.value, &choice.label].iter().any(|offer| offer.trim().to_lowercase() == said))
}

/// An option shows its text and sends its value; either serves for the other.
fn choice(option: &Value) -> Option<Choice> {
    let read = |name: &str| text_of(option.get(name).unwrap_or(&Value::Null));
    let (label, value) = match option {
        Value::Object(_) => (read("text"), read("value")),
        plain => (text_of(plain), None),
    };
    let either = label.clone().or_else(|| value.clone())?;
    Some(Choice { label: label.unwrap_or_else(|| either.clone()), value: value.unwrap_or(either) })
}

/// A sound that comes with the answer, in base64.
fn sound(options: &Value) -> Option<Media> {
    let base64 = options["binary"].as_str().filter(|base64| !base64.is_empty())?;
    let url = format!("data:audio/mpeg;base64,{base64}");
    Some(Media { kind: MediaKind::Audio, url, description: String::new() })
}

fn text_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}
