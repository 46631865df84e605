//! What a bot can do, compiled: the checked form of `knowledge[]` that the dialog machine works on.

use serde_json::Value;

use crate::{
    expression::{Expression, Template},
    pattern::Pattern,
    payload::PayloadTemplate,
};

/// One item of `knowledge[]`, checked and compiled.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The item's `_id`, unique in its brain.
    pub id: String,
    /// What the bot does when the intent is understood.
    pub action: Action,
    /// Polly voice of this intent's answers, where it differs from the bot's.
    pub voice: Option<String>,
    /// Lexicon of this intent's answers (`customPronunciation`).
    pub lexicon: Option<String>,
    /// `_source.tags`.
    pub tags: Vec<String>,
}

/// What the bot does when an intent is understood.
#[derive(Debug, Clone)]
pub enum Action {
    /// Says one of these; never empty.
    Reply(Vec<Variation>),
    /// Fills the parameters, then calls a backend.
    Fulfil(Fulfilment),
}

/// One way of saying something.
#[derive(Debug, Clone)]
pub struct Variation {
    /// Shown; may hold HTML, which clients sanitise.
    pub text: Template,
    /// Spoken; plain text or SSML.
    pub speech: Template,
    /// Said only while this holds.
    pub condition: Option<Expression>,
}

/// A backend call and what it needs to know first.
#[derive(Debug, Clone)]
pub struct Fulfilment {
    /// The function's name: the last part of the ARN, or the bare name as written, or `sbf-sample-…` for an unfilled sample anchor.
    pub function: String,
    /// The ARN as written, trimmed; equal to `function` where only a name was written.
    pub arn: String,
    /// The role to take before calling it (`rolearn`): its ARN, trimmed.
    pub role: Option<String>,
    /// The event's shape; without one the event holds the answers as they are.
    pub payload: Option<PayloadTemplate>,
    /// In `payloadPosition` order.
    pub parameters: Vec<Parameter>,
    /// Whether the backend may be called again with the same `turnID` after a crash.
    pub idempotent: bool,
}

/// Another bot, which is asked what this one does not understand (`federation`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FederatedBot {
    /// Its name, which stands before its intents for clients.
    pub name: String,
    /// Where it answers: https, or http on this machine.
    pub url: String,
}

/// One thing a backend needs to know (a slot).
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name, unique in its intent.
    pub name: String,
    /// `n` of its `$n` in the payload template.
    pub position: u32,
    /// Tried in order on the utterance.
    pub patterns: Vec<Pattern>,
    /// A list of `staticEntities` whose values fill this parameter when found in the utterance.
    pub entity_type: Option<String>,
    /// The question; may be empty only where there is a default or the parameter is optional.
    pub prompts: Vec<Variation>,
    /// Used silently where there are no prompts; else when the user leaves the question open.
    pub default: Option<DefaultValue>,
    /// An optional parameter without prompts and default is left out instead of asked.
    pub required: bool,
    /// Wrong answers before the bot falls back on the default or gives up.
    pub max_retry: u32,
    /// What a value must satisfy.
    pub validation: Option<Validation>,
    /// Said when an answer to the prompt was accepted.
    pub success: Vec<Variation>,
    /// Said before the prompt is repeated.
    pub error: Vec<Variation>,
    /// `richResponseObject`, handed to clients unread.
    pub rich_object: Option<Value>,
}

/// A parameter's `defaultValue`.
#[derive(Debug, Clone)]
pub enum DefaultValue {
    /// It did not parse as an expression, so it stands for itself (`SAC`).
    Literal(String),
    /// It is evaluated when it is needed.
    Computed(Expression),
}

/// A parameter's `validation`: the expression and how its author wrote it (older clients are sent that).
#[derive(Debug, Clone)]
pub struct Validation {
    /// As written in knowledge.json.
    pub written: String,
    /// Over `value`; holds when the value is acceptable.
    pub accepts: Expression,
}
