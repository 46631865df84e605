//! Both files to a bot that can be trained, or to everything that is wrong with them.

mod compiler;
mod item;
mod outside;
mod sentence;
mod utterances;

use std::{
    collections::{HashMap, HashSet},
    mem::take,
    sync::{Arc, OnceLock},
};

use sbf_amc::Model;
use serde_json::Value;

use self::{compiler::Compiler, utterances::Collected};
use crate::{
    anchors,
    config::{CONFIGS_FILE, Config},
    content::Content,
    entity::{Lexicon, Values},
    files::{Files, too_large},
    intent::{FederatedBot, Intent},
    json,
    knowledge::{self, Item, KNOWLEDGE_FILE, Knowledge},
    language,
    memory::{Part, of_json},
    problem::{Problem, Problems, Severity, listed},
    utterance::Template,
};

/// A bot without errors, ready to be trained; made by [`read`] alone.
#[derive(Debug)]
// Without the trainer a checked bot can be looked at, but not be made into anything.
#[cfg_attr(not(feature = "train"), allow(dead_code))]
pub struct CheckedKnowledge {
    pub(crate) content: Content,
    pub(crate) sources: Files,
    pub(crate) training: Training,
    pub(crate) warnings: Vec<Problem>,
}

/// What only training needs.
#[derive(Debug)]
#[cfg_attr(not(feature = "train"), allow(dead_code))]
pub(crate) struct Training {
    pub(crate) utterances: Vec<Written>,
    /// Texts of one utterance that are used.
    pub(crate) cap: u64,
    pub(crate) none: Vec<String>,
    pub(crate) stop_words: Vec<String>,
    pub(crate) synonyms: Vec<(String, Vec<String>)>,
}

/// An utterance as its author wrote it.
#[derive(Debug)]
#[cfg_attr(not(feature = "train"), allow(dead_code))]
pub(crate) struct Written {
    /// Index of the intent.
    pub(crate) intent: usize,
    /// JSON path in knowledge.json.
    pub(crate) path: Arc<str>,
    pub(crate) template: Template,
}

impl CheckedKnowledge {
    /// The bot's name.
    pub fn name(&self) -> &str {
        &self.content.name
    }
    /// The brain's language tag, as configured or detected; `None` if unsure.
    pub fn language(&self) -> Option<&str> {
        self.content.language.as_deref()
    }
    /// All intents, in the file's order.
    pub fn intents(&self) -> &[Intent] {
        &self.content.intents
    }
    /// The bot that is asked what this one does not understand.
    pub fn federation(&self) -> Option<&FederatedBot> {
        self.content.federation.as_ref()
    }
    /// configs.json, typed.
    pub fn config(&self) -> &Config {
        &self.content.config
    }
    /// knowledge.json as written.
    pub fn knowledge(&self) -> &Value {
        self.content.written(&self.sources)
    }
}

/// Reads, checks and compiles a bot; all problems of both files at once, those of configs.json first.
///
/// The bot is there if and only if no problem is an error.
pub fn read(knowledge: &[u8], config: Option<&[u8]>) -> (Option<CheckedKnowledge>, Vec<Problem>) {
    let files = [(KNOWLEDGE_FILE, Some(knowledge)), (CONFIGS_FILE, config)];
    let large = files.into_iter().filter_map(|(file, bytes)| {
        let bytes = bytes?.len();
        Some(Problem::error(file, "", too_large(bytes as u64)?, &format!("{bytes} bytes")))
    });
    let large: Vec<Problem> = large.collect();
    if !large.is_empty() {
        return (None, large);
    }
    let (compiled, problems) = compile(knowledge, config, &Purpose::Training);
    let checked = compiled.map(|(content, training)| CheckedKnowledge {
        content,
        sources: Files { knowledge: knowledge.to_vec(), config: config.map(<[u8]>::to_vec) },
        training,
        warnings: problems.clone(),
    });
    (checked, problems)
}

/// Where knowledge.json, as written, names the function of an intent; for problems that others than the check find.
pub fn path_of_function(written: &Value, intent: &str) -> String {
    knowledge::path_of_function(written, intent)
}

/// Where it names the role of an intent.
pub fn path_of_role(written: &Value, intent: &str) -> String {
    knowledge::path_of_role(written, intent)
}

/// Where it names the address of another bot.
pub fn path_of_other_bot(name: &str) -> String {
    knowledge::path_of_other_bot(name)
}

/// The content of a bot that was trained before, in the language it was trained in.
pub(crate) fn reread(sources: &Files, language: Option<String>) -> Result<Content, Vec<Problem>> {
    let (compiled, problems) = compile(&sources.knowledge, sources.config.as_deref(), &Purpose::Answering { language });
    compiled.map(|(content, _)| content).ok_or(problems)
}

enum Purpose {
    /// Utterances are read, and the language is found out.
    Training,
    /// Utterances are in the model, and the language was recorded with it.
    Answering { language: Option<String> },
}

fn compile(knowledge: &[u8], config: Option<&[u8]>, purpose: &Purpose) -> (Option<(Content, Training)>, Vec<Problem>) {
    let mut config_problems = Problems::of(CONFIGS_FILE);
    let mut problems = Problems::of(KNOWLEDGE_FILE);
    let typed = config.map(|bytes| Config::read(bytes, &mut config_problems)).unwrap_or_default();
    let written_config = typed.written.clone();
    let value = match purpose {
        Purpose::Training => json::parse(knowledge, &mut problems),
        Purpose::Answering { .. } => knowledge::without_utterances(knowledge)
            // It is read again only to say what is wrong with it.
            .or_else(|| json::parse(knowledge, &mut problems)),
    };
    let written = match purpose {
        Purpose::Training => value.clone(),
        Purpose::Answering { .. } => None,
    };
    let compiled = value.map(|value| compile_value(value, typed, purpose, &mut problems, &mut config_problems));
    let mut all = config_problems.sorted(&written_config);
    all.extend(problems.sorted(written.as_ref().unwrap_or(&Value::Null)));
    let faulty = all.iter().any(|problem| problem.severity == Severity::Error);
    let compiled = compiled.filter(|_| !faulty).map(|(content, training)| {
        // A bot that answers needs it only to show it to people.
        let written = written.map_or_else(OnceLock::new, OnceLock::from);
        (Content { written, ..content }, training)
    });
    (compiled, listed(all))
}

fn compile_value(
    value: Value,
    config: Config,
    purpose: &Purpose,
    problems: &mut Problems,
    config_problems: &mut Problems,
) -> (Content, Training) {
    let name = config.name.clone().or_else(|| knowledge::name(&value)).unwrap_or_else(|| "SBF".to_owned());
    let mut written = knowledge::read(&filled(value, &name, &config, problems), problems);
    let language = match purpose {
        Purpose::Training => language_of(&written, &config, config_problems),
        Purpose::Answering { language } => language.clone(),
    };
    let (values, lexicon) = (Values::new(take(&mut written.entities)), Lexicon::new(take(&mut written.lexicon)));
    let mut compiler = match purpose {
        Purpose::Training => Compiler::checking(&values, problems),
        Purpose::Answering { .. } => Compiler::trusting(&values, problems),
    };
    compiler.take(Part::Templates, of_json(&config.written), "");
    compiler.take(Part::Lists, values.bytes(), knowledge::LISTS_PATH);
    compiler.take(Part::Lists, lexicon.bytes(), knowledge::ANALYSERS_PATH);
    let stock = sentence::stock(&written, language.as_deref(), &mut compiler);
    let intents = items(&written.items, &mut compiler);
    compiler.take(Part::Classifier, Model::size(intents.len()), knowledge::ITEMS_PATH);
    let tests = tests(&written.items, &intents);
    let federation = match purpose {
        Purpose::Training => {
            outside::check_roles(&written.items, problems);
            outside::federated(written.federation.as_ref(), problems)
        }
        // A bot that cannot be asked is none.
        Purpose::Answering { .. } => outside::federated(written.federation.as_ref(), &mut Problems::of(KNOWLEDGE_FILE)),
    };
    let Collected { utterances, cap, refused } = match purpose {
        Purpose::Training => utterances::collect(&written.items, &intents, &values, problems),
        Purpose::Answering { .. } => Collected::default(),
    };
    let none = [utterances::refused(written.none, problems), refused].concat();
    let training = Training { utterances, cap, none, stop_words: written.stop_words, synonyms: written.synonyms };
    let voice = config.voice.clone();
    let by_id = intents.iter().enumerate().map(|(index, intent)| (intent.id.clone(), index)).collect();
    let written = OnceLock::new();
    let content =
        Content { name, language, voice, config, written, intents, by_id, values, lexicon, stock, tests, federation };
    (content, training)
}

/// The file with its anchors filled.
fn filled(mut written: Value, name: &str, config: &Config, problems: &mut Problems) -> Value {
    let known = |anchor: &str| if anchor == "BOT_NAME" { Some(name.to_owned()) } else { config.anchor(anchor) };
    anchors::fill(&mut written, "", &known, problems);
    written
}

/// The configured language, else the detected one; a warning where the two disagree.
fn language_of(written: &Knowledge, config: &Config, problems: &mut Problems) -> Option<String> {
    let utterances = written.items.iter().flat_map(|item| &item.utterances).map(|utterance| utterance.value.as_str());
    let sentences = [&written.miss, &written.error, &written.welcome]
        .into_iter()
        .flatten()
        .filter_map(|sentence| sentence.text.as_deref());
    let detected = language::detect(utterances.chain(sentences));
    let Some(tag) = &config.language_tag else { return detected };
    if let Some(other) = detected.filter(|other| sbf_languages::primary(other) != sbf_languages::primary(tag)) {
        let rule = format!("the utterances read as another language ({other}) than this says");
        problems.warning(crate::config::LANGUAGE_PATH, rule, tag);
    }
    Some(tag.clone())
}

/// Compiles every item; one without an id or an action is left out, and is a problem.
fn items(written: &[Item], compiler: &mut Compiler<'_>) -> Vec<Intent> {
    let mut paths: HashMap<&str, &str> = HashMap::new();
    let mut intents = Vec::new();
    for item in written {
        let action = item::action(item, compiler);
        let Some(id) = &item.id else { continue };
        if let Some(other) = paths.insert(&id.value, &item.path) {
            compiler.problems.error(&id.path, format!("ids must differ; {other} has this one too"), &id.value);
            continue;
        }
        if let Some(action) = action {
            let source = item.source.as_ref();
            intents.push(Intent {
                id: id.value.clone(),
                action,
                voice: source.and_then(|source| source.voice.clone()),
                lexicon: source.and_then(|source| source.lexicon.clone()),
                tags: source.map(|source| source.tags.clone()).unwrap_or_default(),
            });
        }
    }
    intents
}

/// Kind, utterance and the intent that must be found.
fn tests(items: &[Item], intents: &[Intent]) -> Vec<(String, String, String)> {
    let known: HashSet<&str> = intents.iter().map(|intent| intent.id.as_str()).collect();
    let of = |item: &Item| {
        let id = item.id.as_ref().map(|id| id.value.clone()).filter(|id| known.contains(id.as_str()));
        id.into_iter()
            .flat_map(|id| item.tests.iter().map(move |(kind, test)| (kind.clone(), test.clone(), id.clone())))
            .collect::<Vec<_>>()
    };
    items.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests;
