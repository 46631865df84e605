//! Conversation scripts (`*.talk`): how a bot is meant to talk, as its author writes it down.
//!
//! ```text
//! # A comment.
//! @brain sample-pt                  the brain it is about, where it is not the folder's
//! @stub weather {"text": "Sunny"}   what a backend answers; several in a row answer in turn, the last one from then on
//! @start                            the client opens the conversation
//! > how is the weather              the user says this
//! < Which city?                     the bot says this; `…` stands for anything
//! > in Paris
//! < Just a minute!                  several in a row: sentences before the main one, then the main one
//! < Sunny
//! ~ intent 1001                     it took what was said for this intent; `~ intent none` for a miss
//! ! weather {"city": "Paris"}       the backend got an event that holds this; each event counts once, in order
//! ```

mod run;

use std::fmt;

use serde_json::Value;

pub use run::{Failure, Stage};

/// A parsed script.
#[derive(Debug, Clone, PartialEq)]
pub struct Talk {
    /// The file's name, for reports.
    pub file: String,
    /// What `@brain` names, where it is there.
    pub brain: Option<String>,
    lines: Vec<Line>,
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct TalkError {
    /// The file's name.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong with it, as a sentence.
    pub message: String,
}

#[derive(Debug, Clone, PartialEq)]
struct Line {
    number: usize,
    does: Does,
}

#[derive(Debug, Clone, PartialEq)]
enum Does {
    Stub { function: String, answer: Value },
    Start,
    Says(String),
    Hears(String),
    Understands(Option<String>),
    Called { function: String, part: Value },
}

impl Talk {
    /// Reads a script.
    ///
    /// # Errors
    /// All lines that cannot be read.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<TalkError>> {
        let mut talk = Self { file: file.to_owned(), brain: None, lines: Vec::new() };
        let mut errors = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            if let Err(message) = talk.read(number, line.trim()) {
                errors.push(TalkError { file: file.to_owned(), line: number, message });
            }
        }
        if errors.is_empty() { Ok(talk) } else { Err(errors) }
    }

    fn read(&mut self, number: usize, line: &str) -> Result<(), String> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let (mark, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let does = match (mark, rest.trim()) {
            ("@brain", "") => return Err("`@brain` needs the name of a brain.".to_owned()),
            ("@brain", name) => {
                self.brain = Some(name.to_owned());
                return Ok(());
            }
            ("@stub", rest) => function_and_json(rest).map(|(function, answer)| Does::Stub { function, answer })?,
            ("@start", "") => Does::Start,
            (">", "") => return Err("`>` needs what the user says.".to_owned()),
            (">", said) => Does::Says(said.to_owned()),
            ("<", "") => return Err("`<` needs what the bot says.".to_owned()),
            ("<", expected) => match expected.strip_prefix("~ ") {
                Some(intent) => understands(intent)?,
                None => Does::Hears(expected.to_owned()),
            },
            ("~", intent) => understands(intent)?,
            ("!", rest) => function_and_json(rest).map(|(function, part)| Does::Called { function, part })?,
            _ => {
                return Err(format!(
                    "A line begins with `#`, `@brain`, `@stub`, `@start`, `>`, `<`, `~` or `!`; found {mark:?}."
                ));
            }
        };
        if !matches!(does, Does::Stub { .. } | Does::Start | Does::Says(_)) && !self.has_turn() {
            return Err("Nothing was said yet that this could be about.".to_owned());
        }
        self.lines.push(Line { number, does });
        Ok(())
    }

    fn has_turn(&self) -> bool {
        self.lines.iter().any(|line| matches!(line.does, Does::Start | Does::Says(_)))
    }
}

impl fmt::Display for Does {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stub { function, answer } => write!(f, "@stub {function} {answer}"),
            Self::Start => write!(f, "@start"),
            Self::Says(said) => write!(f, "> {said}"),
            Self::Hears(expected) => write!(f, "< {expected}"),
            Self::Understands(intent) => write!(f, "~ intent {}", intent.as_deref().unwrap_or("none")),
            Self::Called { function, part } => write!(f, "! {function} {part}"),
        }
    }
}

fn understands(rest: &str) -> Result<Does, String> {
    let id = rest.trim().strip_prefix("intent").map(str::trim).filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| format!("`~` needs `intent` and an id, or `intent none`; found {rest:?}."))?;
    Ok(Does::Understands(Some(id.to_owned()).filter(|id| id != "none")))
}

fn function_and_json(rest: &str) -> Result<(String, Value), String> {
    let (function, json) = rest.split_once(char::is_whitespace).ok_or("A function's name and JSON are needed.")?;
    let value = serde_json::from_str(json).map_err(|error| format!("The JSON cannot be read: {error}."))?;
    Ok((function.to_owned(), value))
}
