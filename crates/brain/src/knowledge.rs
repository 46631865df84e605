//! knowledge.json, as written.
//!
//! The reference's field names of this file occur only here. Reading finds faults of shape; what the parts mean together is checked elsewhere.

mod answering;
mod federation;
mod later;
mod looks;

use serde_json::Value;

pub(crate) use self::{
    answering::without_utterances,
    federation::{OtherBot, read as read_federation},
    later::{is_built_in, is_state_machine},
    looks::{name, path_of_function, path_of_other_bot, path_of_role},
};

use crate::{
    problem::Problems,
    reader::{At, Fields, Located},
};

/// The file's name, as problems name it.
pub(crate) const KNOWLEDGE_FILE: &str = "knowledge.json";

/// Where the intents stand.
pub(crate) const ITEMS_PATH: &str = "knowledge";

/// Where the lists of values stand.
pub(crate) const LISTS_PATH: &str = "staticEntities";

/// Where the lists of tagged words stand.
pub(crate) const ANALYSERS_PATH: &str = "analysers";

/// An item's utterances.
const UTTERANCES: &str = "_intents";

const LATER: &str = "not supported yet";

/// What a bot knows, with the path of everything that can be wrong.
#[derive(Debug, Default)]
pub(crate) struct Knowledge {
    pub(crate) items: Vec<Item>,
    pub(crate) entities: Vec<EntityList>,
    pub(crate) stop_words: Vec<String>,
    /// Word and the words that mean it.
    pub(crate) synonyms: Vec<(String, Vec<String>)>,
    /// Tag and word; the tag of one word alone ends in it (`ROMANCE:girlfriend`).
    pub(crate) lexicon: Vec<(String, String)>,
    pub(crate) miss: Option<Sentence>,
    pub(crate) error: Option<Sentence>,
    pub(crate) welcome: Option<Sentence>,
    /// What the bot must refuse.
    pub(crate) none: Vec<Located<String>>,
    /// As written: what is wrong with it is for who reads it to say.
    pub(crate) federation: Option<Located<Value>>,
}

/// A list of values that utterances may name.
#[derive(Debug, Clone)]
pub(crate) struct EntityList {
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
}

/// One item of the list of intents.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) path: String,
    pub(crate) id: Option<Located<String>>,
    pub(crate) utterances: Vec<Located<String>>,
    /// Utterances are written, but none can be read, which a problem names.
    pub(crate) unreadable: bool,
    /// Where the utterances stand or should stand.
    pub(crate) utterances_path: String,
    /// Kind of test and utterance.
    pub(crate) tests: Vec<(String, String)>,
    pub(crate) source: Option<Source>,
}

/// What an item does.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) responses: Option<Located<Vec<Sentence>>>,
    pub(crate) arn: Option<Located<String>>,
    pub(crate) role: Option<Located<String>>,
    pub(crate) payload: Option<Located<String>>,
    pub(crate) parameters: Option<Located<Vec<Parameter>>>,
    pub(crate) voice: Option<String>,
    pub(crate) lexicon: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) idempotent: bool,
    /// Actions that the bot cannot do yet: their names, where they stand and what stands there.
    pub(crate) later: Vec<(&'static str, Located<String>)>,
    /// It holds an action that cannot be used, which a problem names.
    pub(crate) unusable: bool,
}

/// One way of saying something.
#[derive(Debug)]
pub(crate) struct Sentence {
    pub(crate) path: String,
    pub(crate) text: Option<String>,
    pub(crate) speech: Option<String>,
    pub(crate) condition: Option<Located<String>>,
}

/// One thing to know before a backend is called.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) path: String,
    pub(crate) name: Option<Located<String>>,
    pub(crate) position: Option<u32>,
    pub(crate) patterns: Vec<Located<String>>,
    pub(crate) entity_type: Option<Located<String>>,
    pub(crate) prompts: Vec<Sentence>,
    pub(crate) default: Option<Located<String>>,
    pub(crate) required: bool,
    pub(crate) max_retry: u32,
    pub(crate) validation: Option<Located<String>>,
    pub(crate) success: Vec<Sentence>,
    pub(crate) error: Vec<Sentence>,
    pub(crate) rich_object: Option<Value>,
}

/// Reads the whole file; what cannot be read is left out and is a problem.
pub(crate) fn read(written: &Value, problems: &mut Problems) -> Knowledge {
    let root = At { value: written, path: String::new() };
    let Some(mut fields) = root.fields(problems) else { return Knowledge::default() };
    let mut knowledge = Knowledge::default();
    // Read before the anchors were filled.
    fields.filled("brainName", problems);
    knowledge.items = match fields.get(ITEMS_PATH) {
        Some(at) => at.list(problems).unwrap_or_default().iter().filter_map(|item| read_item(item, problems)).collect(),
        None => Vec::new(),
    };
    if knowledge.items.is_empty() {
        problems.error(ITEMS_PATH, "a bot needs at least one item here", "none");
    }
    knowledge.entities = fields.get(LISTS_PATH).map(|at| read_entities(&at, problems)).unwrap_or_default();
    knowledge.stop_words = plain(fields.texts("stopWords", problems));
    knowledge.none = fields.texts("none", problems);
    if let Some(mut analysers) = fields.get(ANALYSERS_PATH).and_then(|at| at.fields(problems)) {
        read_analysers(&mut analysers, &mut knowledge, problems);
        analysers.warn_unknown(problems);
    }
    if let Some(mut sentences) = fields.get("i18n").and_then(|at| at.fields(problems)) {
        knowledge.miss = stock(&mut sentences, "nifMessage", problems);
        knowledge.error = stock(&mut sentences, "errorMessage", problems);
        knowledge.welcome = stock(&mut sentences, "welcomeMessage", problems);
        sentences.warn_unknown(problems);
    }
    ignored(&mut fields, "routeDefinitions", problems);
    knowledge.federation = federation::written(&mut fields, problems);
    fields.known(&["version", "lastUpdated", "protectedEntities"]);
    fields.warn_unknown(problems);
    knowledge
}

fn read_item(at: &At<'_>, problems: &mut Problems) -> Option<Item> {
    let mut fields = at.fields(problems)?;
    let id = fields.filled("_id", problems).map(|id| Located { value: id.value.trim().to_owned(), ..id });
    let written = fields.get(UTTERANCES);
    let utterances = written.as_ref().map(|at| at.texts(problems)).unwrap_or_default();
    let item = Item {
        path: at.path.clone(),
        unreadable: written.is_some_and(|at| !at.says_nothing()) && utterances.is_empty(),
        id,
        utterances_path: format!("{}.{UTTERANCES}", at.path),
        utterances,
        tests: fields.get("_tests").map(|tests| read_tests(&tests, problems)).unwrap_or_default(),
        source: fields.get("_source").and_then(|source| read_source(&source, problems)),
    };
    if item.id.is_none() {
        problems.error(&format!("{}._id", at.path), "every item needs an id that is its own", "none");
    }
    fields.warn_unknown(problems);
    Some(item)
}

fn read_tests(at: &At<'_>, problems: &mut Problems) -> Vec<(String, String)> {
    let kinds = at.members(problems).unwrap_or_default();
    kinds
        .into_iter()
        .flat_map(|(kind, tests)| {
            plain(tests.texts(problems)).into_iter().map(|test| (kind.to_owned(), test)).collect::<Vec<_>>()
        })
        .collect()
}

fn read_source(at: &At<'_>, problems: &mut Problems) -> Option<Source> {
    let mut fields = at.fields(problems)?;
    let response = fields.get("response");
    let responses = response.as_ref().map(|at| Located { value: read_sentences(at, problems), path: at.path.clone() });
    let unreadable = response.is_some_and(|at| !at.says_nothing())
        && responses.as_ref().is_some_and(|responses| responses.value.is_empty());
    let later = later::actions(&mut fields);
    let source = Source {
        path: at.path.clone(),
        responses,
        arn: fields.filled("arn", problems),
        role: fields
            .get("rolearn")
            .filter(|at| !at.says_nothing())
            .map(|at| Located { value: at.plain(), path: at.path }),
        payload: fields.get("payload").filter(|at| !at.says_nothing()).and_then(|at| read_payload(&at, problems)),
        parameters: fields.get("parameters").map(|at| Located { value: read_parameters(&at, problems), path: at.path }),
        voice: fields.filled("voice", problems).map(|voice| voice.value),
        lexicon: fields.filled("customPronunciation", problems).map(|lexicon| lexicon.value),
        tags: plain(fields.texts("tags", problems)),
        idempotent: fields.flag("idempotent", problems).unwrap_or(false),
        later,
        unusable: unreadable,
    };
    for key in ["router", "contextDefinitions", "confirmation", "declined", "hook"] {
        ignored(&mut fields, key, problems);
    }
    fields.known(&["body", "generateReturn", "commandID", "persistContext", "removeAccent"]);
    fields.warn_unknown(problems);
    Some(source)
}

fn read_payload(at: &At<'_>, problems: &mut Problems) -> Option<Located<String>> {
    let value = match at.value {
        Value::Object(_) => {
            problems.warning(&at.path, "should be JSON in quotes (a text), not an object", &at.shown());
            at.shown()
        }
        _ => at.text(problems)?,
    };
    Some(Located { value, path: at.path.clone() })
}

fn read_sentences(at: &At<'_>, problems: &mut Problems) -> Vec<Sentence> {
    at.list(problems).unwrap_or_default().iter().filter_map(|item| read_sentence(item, problems)).collect()
}

fn read_sentence(at: &At<'_>, problems: &mut Problems) -> Option<Sentence> {
    if let Value::String(text) = at.value {
        problems.warning(&at.path, "should be an object with text and speech", text);
        return Some(Sentence { path: at.path.clone(), text: Some(text.clone()), speech: None, condition: None });
    }
    let mut fields = at.fields(problems)?;
    let sentence = Sentence {
        path: at.path.clone(),
        text: fields.filled("text", problems).map(|text| text.value),
        // What is there and empty is silence.
        speech: fields.text("speech", problems).map(|speech| speech.value),
        condition: fields.filled("condition", problems),
    };
    ignored(&mut fields, "richResponseObject", problems);
    fields.warn_unknown(problems);
    Some(sentence)
}

/// A sentence that belongs to no item; `{}` is none.
fn stock(fields: &mut Fields<'_>, key: &'static str, problems: &mut Problems) -> Option<Sentence> {
    let sentence = fields.get(key).filter(|at| !at.says_nothing()).and_then(|at| read_sentence(&at, problems))?;
    let says = sentence.text.is_some() || sentence.speech.as_ref().is_some_and(|speech| !speech.trim().is_empty());
    says.then_some(sentence)
}

fn read_parameters(at: &At<'_>, problems: &mut Problems) -> Vec<Parameter> {
    let items = at.list(problems).unwrap_or_default();
    items.iter().zip(0..).filter_map(|(item, index)| read_parameter(item, index, problems)).collect()
}

fn read_parameter(at: &At<'_>, index: u32, problems: &mut Problems) -> Option<Parameter> {
    const MAX_RETRIES: u32 = 20;
    let mut fields = at.fields(problems)?;
    let sentences = |fields: &mut Fields<'_>, key, problems: &mut Problems| match fields.get(key) {
        Some(at) => read_sentences(&at, problems),
        None => Vec::new(),
    };
    let parameter = Parameter {
        path: at.path.clone(),
        name: fields.filled("name", problems),
        position: fields.get("payloadPosition").map(|at| at.whole(999, problems).unwrap_or(index)),
        patterns: fields.texts("regexList", problems),
        entity_type: fields.filled("entityType", problems),
        prompts: sentences(&mut fields, "noMatchAsk", problems),
        default: fields
            .get("defaultValue")
            .filter(|at| !matches!(at.value, Value::String(text) if text.is_empty()))
            .and_then(|at| read_default(&at, problems)),
        required: fields.flag("required", problems).unwrap_or(true),
        max_retry: fields.get("maxRetry").and_then(|at| at.whole(MAX_RETRIES, problems)).unwrap_or(3),
        validation: fields.filled("validation", problems),
        success: sentences(&mut fields, "validationSuccessMessage", problems),
        error: sentences(&mut fields, "validationErrorMessage", problems),
        rich_object: fields.get("richResponseObject").filter(|at| !at.says_nothing()).map(|at| at.value.clone()),
    };
    ignored(&mut fields, "ctxInjection", problems);
    fields.warn_unknown(problems);
    Some(parameter)
}

/// A default is an expression in a text; numbers and flags are written without quotes too, and mean themselves.
fn read_default(at: &At<'_>, problems: &mut Problems) -> Option<Located<String>> {
    let value = match at.value {
        Value::Number(_) | Value::Bool(_) => at.shown(),
        _ => at.text(problems)?,
    };
    Some(Located { value, path: at.path.clone() })
}

fn read_entities(at: &At<'_>, problems: &mut Problems) -> Vec<EntityList> {
    let mut lists: Vec<EntityList> = Vec::new();
    for (name, list) in at.members(problems).unwrap_or_default() {
        let values: Vec<String> = plain(list.texts(problems)).into_iter().filter(|value| !value.is_empty()).collect();
        if lists.iter().any(|other| other.name.eq_ignore_ascii_case(name)) {
            problems.warning(&list.path, "another list has the same name but for its case; this one is not used", name);
            continue;
        }
        if list.says_nothing() {
            problems.warning(&list.path, "the list is empty: utterances that name it lose the marker", name);
        }
        lists.push(EntityList { name: name.to_owned(), values });
    }
    lists
}

fn read_analysers(fields: &mut Fields<'_>, knowledge: &mut Knowledge, problems: &mut Problems) {
    for (label, words) in fields.get("sentiment").and_then(|at| at.members(problems)).unwrap_or_default() {
        knowledge
            .lexicon
            .extend(plain(words.texts(problems)).into_iter().map(|word| (format!("{label}:{word}"), word)));
    }
    for (key, tag) in [
        ("negativeWords", "NEGATIVE"),
        ("positiveWords", "POSITIVE"),
        ("qualitativeWords", "QUALITATIVE"),
        ("quantitativeWords", "QUANTITATIVE"),
        ("temporalWords", "TEMPORAL"),
    ] {
        knowledge.lexicon.extend(plain(fields.texts(key, problems)).into_iter().map(|word| (tag.to_owned(), word)));
    }
    for (word, variants) in fields.get("synonym").and_then(|at| at.members(problems)).unwrap_or_default() {
        knowledge.synonyms.push((word.to_owned(), plain(variants.texts(problems))));
    }
    ignored(fields, "temporal", problems);
}

/// A field of a later release without which the bot still answers.
fn ignored(fields: &mut Fields<'_>, key: &'static str, problems: &mut Problems) {
    if let Some(at) = fields.get(key).filter(|at| !at.says_nothing()) {
        problems.warning(&at.path, format!("{LATER}; it is kept and does nothing"), &at.shown());
    }
}

fn plain(texts: Vec<Located<String>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value.trim().to_owned()).collect()
}
