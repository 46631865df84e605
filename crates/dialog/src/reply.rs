//! What the bot says: choosing among variations, and `${…}` in its own sentences.

use sbf_brain::{
    Entity,
    expression::{Expression, Scope},
    intent::Variation,
};
use serde_json::{Map, Value};

use crate::{scope::as_text, session::Sentence};

/// What a turn answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// What was understood; nothing was to be understood in an opening.
    pub understood: Option<Understood>,
    /// Sentences before the main one.
    pub said: Vec<Sentence>,
    /// The answer.
    pub main: Main,
    /// Polly voice.
    pub voice: Option<String>,
    /// Lexicon.
    pub lexicon: Option<String>,
    /// Entities found in the utterance.
    pub entities: Vec<Entity>,
    /// Enrichment tags of the utterance.
    pub tags: Vec<String>,
}

/// What an utterance was taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    /// The intent; `None` for a miss.
    pub intent: Option<String>,
    /// The gate's confidence, 0..=1; 1 where the dialog or the client names the intent.
    pub confidence: f32,
    /// Calibrated probability of the best intent, 0..=1.
    pub probability: f32,
}

impl Understood {
    /// The intent is given: by the dialog, or by the client.
    pub(crate) fn given(intent: &str) -> Self {
        Self { intent: Some(intent.to_owned()), confidence: 1.0, probability: 1.0 }
    }
}

/// The main part of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Main {
    /// One of the bot's sentences.
    Says(Sentence),
    /// One of the bot's sentences, and the dialog is over.
    Ends(Sentence),
    /// Nothing was understood.
    Misses(Sentence),
    /// Parameters are missing; the first one is asked for.
    Asks {
        /// The intent.
        intent: String,
        /// In `payloadPosition` order.
        missing: Vec<Question>,
    },
    /// What a backend answered.
    Relays(Map<String, Value>),
    /// A backend leads the dialog.
    Leads {
        /// The intent.
        intent: String,
        /// The backend's own words about it (`asyncConversation`).
        conversation: Map<String, Value>,
    },
}

/// A missing parameter, as clients are told.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Its name.
    pub name: String,
    /// Its position in the payload.
    pub position: u32,
    /// The prompt.
    pub ask: Sentence,
    /// As its author wrote it.
    pub validation: Option<String>,
    /// Handed to clients unread.
    pub rich_object: Option<Value>,
    /// For clients that validate themselves.
    pub success: Option<Sentence>,
    /// For clients that validate themselves.
    pub error: Option<Sentence>,
}

/// One of the variations, expanded; `salt` keeps several choices of one turn apart.
///
/// Where conditions hold, it is one of those; else one without a condition; else any.
pub(crate) fn choose(variations: &[Variation], scope: &dyn Scope, dice: u64, salt: &str) -> Option<Sentence> {
    let holding: Vec<_> = variations.iter().filter(|v| v.condition.as_ref().is_some_and(|c| c.holds(scope))).collect();
    let free: Vec<_> = variations.iter().filter(|v| v.condition.is_none()).collect();
    let pool = [holding, free, variations.iter().collect()].into_iter().find(|pool| !pool.is_empty())?;
    let place = mix(dice, salt) % pool.len() as u64;
    pool.get(usize::try_from(place).unwrap_or(0)).map(|variation| say(variation, scope))
}

/// A variation, expanded.
pub(crate) fn say(variation: &Variation, scope: &dyn Scope) -> Sentence {
    Sentence { text: expand(&variation.text, scope), speech: expand(&variation.speech, scope) }
}

/// Fills `${name}` in one of the bot's own sentences; what is unknown becomes nothing, with the space or comma before it.
///
/// What is filled in is never looked at again, so nobody can smuggle an expression in through a name.
pub(crate) fn expand(template: &str, scope: &dyn Scope) -> String {
    let mut sentence = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, (inside, after))) =
        rest.split_once("${").and_then(|(b, tail)| Some((b, tail.split_once('}')?)))
    {
        sentence.push_str(before);
        let value = look_up(inside, scope);
        rest = match value.is_empty() {
            true => close_gap(&mut sentence, after),
            false => after,
        };
        sentence.push_str(&escaped(value, template));
    }
    sentence + rest
}

fn look_up(expression: &str, scope: &dyn Scope) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | ' ');
    let value = if expression.chars().all(plain) {
        let steps = expression.split(['.', '[', ']']).map(str::trim).filter(|step| !step.is_empty());
        scope.name(&steps.map(str::to_owned).collect::<Vec<_>>())
    } else {
        Expression::parse(expression).ok().map(|parsed| parsed.evaluate(scope))
    };
    match value {
        Some(Value::Object(mut fields)) => fields.remove("name").as_ref().map(as_text).unwrap_or_default(),
        other => other.as_ref().map(as_text).unwrap_or_default(),
    }
}

/// A name with `&` in it would make SSML that no voice reads.
fn escaped(value: String, template: &str) -> String {
    match template.contains("<speak") {
        true => value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        false => value,
    }
}

/// Closes the gap that an empty value leaves: "Hi ${first_name}, how…" becomes "Hi, how…". Returns what is left to say.
fn close_gap<'r>(sentence: &mut String, after: &'r str) -> &'r str {
    let follows = after.trim_start();
    if sentence.trim().is_empty() {
        return follows.trim_start_matches([',', ';', ':']).trim_start();
    }
    if follows.is_empty() || follows.starts_with(['.', ',', ';', ':', '!', '?']) {
        sentence.truncate(sentence.trim_end().trim_end_matches(',').trim_end().len());
        return follows;
    }
    match sentence.ends_with(char::is_whitespace) {
        true => follows,
        false => after,
    }
}

/// A number that depends on all bits of the dice and the salt: FNV-1a for the salt, then SplitMix64's finaliser (Steele et al. 2014).
fn mix(dice: u64, salt: &str) -> u64 {
    let hash = salt
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut mixed = dice ^ hash;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
