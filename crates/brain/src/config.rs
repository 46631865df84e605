//! configs.json, as written.
//!
//! The reference's field names of this file occur only here.

mod theme;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    anchors, json, language,
    problem::Problems,
    pronunciation::Pronunciations,
    reader::{At, Fields},
};

/// The file's name, as problems name it.
pub const CONFIGS_FILE: &str = "configs.json";

/// Where the brain's language stands.
pub(crate) const LANGUAGE_PATH: &str = "language_tag";

/// Keys of the reference that mean nothing here: its storage, its parsers and its switches.
const WITHOUT_EFFECT: [&str; 22] = [
    "pollyRegion",
    "bucketName",
    "conversationLogsTable",
    "entitiesTable",
    "contextTable",
    "parserStack",
    "engine",
    "entityResolverEnabled",
    "enableFuzzyReplacement",
    "fuzzyScore",
    "persistEntities",
    "persistConversation",
    "persistContext",
    "lazzyLoadModules",
    "enableAudioCache",
    "trainingEnabledEngines",
    "minPercentile",
    "avgPercentile",
    "maxPercentile",
    "personalidade",
    "enabledEngines",
    "gender",
];

/// configs.json: the keys that this project reads, typed; every key as written in `written`.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Milliseconds between revalidations of the brain (`cacheTTL`, 30,000).
    pub cache_ttl_ms: u64,
    /// `localFunctions`: function name → URL (`sbf dev` only).
    pub local_functions: BTreeMap<String, String>,
    /// `theme`, handed to clients.
    pub theme: Option<Value>,
    /// Hours a session lives after its last turn (`ctxTTLLimit`, 48).
    pub session_hours: u32,
    /// Answers are given at this confidence or above (`auntMaricotaDistanceConfidence`, 0.70).
    pub threshold: f32,
    /// Whether the bot goes by the meaning of sentences too (`meaning`, `auto`).
    pub meaning: MeaningSetting,
    /// The bot's name, unless it is an unfilled anchor.
    pub name: Option<String>,
    /// The bot's Polly voice, unless it is an unfilled anchor.
    pub voice: Option<String>,
    /// The brain's language tag (BCP 47), unless it is an unfilled anchor.
    pub language_tag: Option<String>,
    /// `pronunciations`: lexicon → word → how it is spoken.
    pub pronunciations: Pronunciations,
    /// Lexicons of all that names none itself (`customPronunciation`).
    pub lexicon: Option<String>,
    /// The file as written; an empty object where there is none.
    pub written: Value,
}

/// Whether a bot goes by the meaning of sentences as well as by words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MeaningSetting {
    /// Where the program that trains has an encoder.
    #[default]
    Auto,
    /// By words alone.
    Off,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            cache_ttl_ms: 30_000,
            local_functions: BTreeMap::new(),
            theme: None,
            session_hours: 48,
            threshold: 0.70,
            meaning: MeaningSetting::Auto,
            name: None,
            voice: None,
            language_tag: None,
            pronunciations: Pronunciations::default(),
            lexicon: None,
            written: Value::Object(serde_json::Map::new()),
        }
    }
}

impl Config {
    /// Reads the file; what cannot be read keeps its default and is a problem.
    pub(crate) fn read(bytes: &[u8], problems: &mut Problems) -> Self {
        let Some(written) = json::parse(bytes, problems) else { return Self::default() };
        let root = At { value: &written, path: String::new() };
        let config = root.fields(problems).map(|fields| typed(fields, problems)).unwrap_or_default();
        Self { written, ..config }
    }

    /// What an anchor such as `BOT_VOICE` stands for, as far as this file says.
    pub(crate) fn anchor(&self, name: &str) -> Option<String> {
        let written = |key: &str| {
            self.written.get(key).and_then(Value::as_str).filter(|text| !anchors::unfilled(text)).map(str::to_owned)
        };
        match name {
            "BOT_VOICE" => self.voice.clone(),
            "LANGUAGE_TAG" => self.language_tag.clone(),
            "GENDER" => written("gender"),
            "AWS_REGION" => written("pollyRegion"),
            _ => None,
        }
    }
}

fn typed(mut fields: Fields<'_>, problems: &mut Problems) -> Config {
    let absent = Config::default();
    // A day at most: a typo must not keep an old brain alive for ever. Written in the file's unit, milliseconds.
    let cache_ttl_ms =
        fields.get("cacheTTL").and_then(|at| at.whole(86_400_000, problems)).map_or(absent.cache_ttl_ms, u64::from);
    let session_hours =
        fields.get("ctxTTLLimit").and_then(|at| at.whole(24 * 365, problems)).unwrap_or(absent.session_hours).max(1);
    let threshold = fields
        .get("auntMaricotaDistanceConfidence")
        .and_then(|at| threshold(&at, problems))
        .unwrap_or(absent.threshold);
    let meaning = fields.get("meaning").and_then(|at| meaning(&at, problems)).unwrap_or_default();
    let local_functions = fields.get("localFunctions").map(|at| local_functions(&at, problems)).unwrap_or_default();
    let theme = fields.get("theme").filter(|at| at.members(problems).is_some());
    if let Some(at) = &theme {
        theme::check(at, problems);
    }
    let theme = theme.map(|at| at.value.clone());
    let name = set(&mut fields, "name", problems);
    let voice = set(&mut fields, "voice", problems);
    let lexicon = set(&mut fields, "customPronunciation", problems);
    let pronunciations = fields.get("pronunciations").map(|at| pronunciations(&at, problems)).unwrap_or_default();
    let language_tag = fields.get(LANGUAGE_PATH).and_then(|at| tag(&at, problems));
    if let Some(at) = fields.get("loadExtensions").filter(|at| at.flag(problems) == Some(true)) {
        problems.warning(&at.path, "extensions.js is never loaded; put such code in a backend", "true");
    }
    fields.known(&WITHOUT_EFFECT);
    fields.warn_unknown(problems);
    Config {
        cache_ttl_ms,
        local_functions,
        theme,
        session_hours,
        threshold,
        meaning,
        name,
        voice,
        language_tag,
        pronunciations,
        lexicon,
        written: Value::Null,
    }
}

/// A text that is neither blank nor an unfilled anchor.
fn set(fields: &mut Fields<'_>, key: &'static str, problems: &mut Problems) -> Option<String> {
    let text = fields.filled(key, problems)?.value;
    (!anchors::unfilled(&text)).then(|| text.trim().to_owned())
}

fn threshold(at: &At<'_>, problems: &mut Problems) -> Option<f32> {
    let number = at.number(problems)?;
    if !(0.0..=1.0).contains(&number) {
        problems.error(&at.path, "must be a number from 0 to 1", &at.shown());
        return None;
    }
    // Two digits or so: what is lost is far below what the confidence means.
    #[allow(clippy::cast_possible_truncation)]
    Some(number as f32)
}

fn meaning(at: &At<'_>, problems: &mut Problems) -> Option<MeaningSetting> {
    let text = at.text(problems)?;
    match text.as_str() {
        "auto" => Some(MeaningSetting::Auto),
        "off" => Some(MeaningSetting::Off),
        _ => {
            problems.error(&at.path, "must be auto (words and meaning) or off (words alone)", &text);
            None
        }
    }
}

fn tag(at: &At<'_>, problems: &mut Problems) -> Option<String> {
    let text = at.text(problems)?;
    let text = text.trim();
    if text.is_empty() || anchors::unfilled(text) {
        return None;
    }
    let tag = language::canonical(text);
    if tag.is_none() {
        problems.error(&at.path, "must be a language tag such as pt-BR", text);
    }
    tag
}

fn local_functions(at: &At<'_>, problems: &mut Problems) -> BTreeMap<String, String> {
    let mut functions = BTreeMap::new();
    for (name, url) in at.members(problems).unwrap_or_default() {
        match url.text(problems) {
            Some(text) if text.starts_with("http://") => drop(functions.insert(name.to_owned(), text)),
            Some(text) => problems.error(
                &url.path,
                "must be a URL that starts with http://, of a function on this machine",
                &text,
            ),
            None => {}
        }
    }
    functions
}

fn pronunciations(at: &At<'_>, problems: &mut Problems) -> Pronunciations {
    let mut pronunciations = Pronunciations::default();
    for (name, lexicon) in at.members(problems).unwrap_or_default() {
        // The names that Polly's own lexicons have, so that the two go together in one list.
        if !(1..=20).contains(&name.len()) || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            problems.error(&lexicon.path, "must have a name of 1 to 20 letters and digits", name);
        }
        let mut words = Vec::new();
        for (word, spoken) in lexicon.members(problems).unwrap_or_default() {
            let Some(text) = spoken.text(problems) else { continue };
            match word.trim().is_empty() || word.contains(['<', '>']) {
                true => problems.error(&spoken.path, "must be a word and how it is spoken", word),
                false => words.push((word.trim().to_owned(), text.trim().to_owned())),
            }
        }
        pronunciations.add(name, words);
    }
    pronunciations
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(written: &Value) -> (Config, Vec<(String, String)>) {
        let mut problems = Problems::of(CONFIGS_FILE);
        let config = Config::read(written.to_string().as_bytes(), &mut problems);
        let problems = problems.sorted(&config.written);
        (config, problems.into_iter().map(|problem| (problem.path, problem.rule)).collect())
    }

    #[test]
    fn an_empty_file_has_the_defaults() {
        assert_eq!(read(&json!({})), (Config::default(), vec![]));
    }

    #[test]
    fn unfilled_anchors_count_as_absent() {
        let (config, problems) = read(
            &json!({"name": "%%BOT_NAME%%", "voice": "%%BOT_VOICE%%", "language_tag": "%%LANGUAGE_TAG%%", "gender": "%%GENDER%%"}),
        );
        assert_eq!((config.name, config.voice, config.language_tag, problems), (None, None, None, vec![]));
    }

    #[test]
    fn keys_are_typed() {
        let (config, problems) = read(&json!({
            "name": "Ana", "voice": "Camila", "language_tag": "pt_br", "auntMaricotaDistanceConfidence": 0.5, "cacheTTL": 1000, "ctxTTLLimit": 2,
            "localFunctions": {"f": "http://127.0.0.1:9000/f"}, "theme": {"name": "Ana", "colours": {"primary": "#0a5"}}, "gender": "female",
        }));
        assert_eq!(problems, []);
        assert_eq!(
            (config.name.as_deref(), config.voice.as_deref(), config.language_tag.as_deref()),
            (Some("Ana"), Some("Camila"), Some("pt-BR"))
        );
        assert_eq!((config.threshold, config.cache_ttl_ms, config.session_hours), (0.5, 1000, 2));
        assert_eq!(config.local_functions["f"], "http://127.0.0.1:9000/f");
        assert_eq!(config.theme, Some(json!({"name": "Ana", "colours": {"primary": "#0a5"}})));
        assert_eq!(config.anchor("GENDER").as_deref(), Some("female"));
    }

    #[test]
    fn pronunciations_are_words_and_how_they_are_spoken() {
        let (config, problems) = read(&json!({
            "customPronunciation": "names", "pronunciations": {"names": {"SBF": "S B F"}, "empty": {}}
        }));
        assert_eq!((config.lexicon.as_deref(), problems), (Some("names"), vec![]));
        assert_eq!(config.pronunciations.apply("names", "SBF").text, "S B F");
        let (_, problems) = read(&json!({
            "pronunciations": {"no spaces": {}, "a": "b", "c": {"d": 1, " ": "x", "<b>": "y"}}
        }));
        let paths: Vec<_> = problems.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths.len(), 5, "{problems:?}");
        assert!(paths.iter().all(|path| path.starts_with("pronunciations.") || path.starts_with("pronunciations[")));
    }

    #[test]
    fn a_theme_is_handed_on_as_written_and_what_no_page_shows_is_warned_about() {
        let theme = json!({"colors": {"primary": "#0a5"}, "name": "Ana"});
        let (config, problems) = read(&json!({"theme": theme}));
        assert_eq!(config.theme, Some(theme));
        let expected = ("theme.colors".to_owned(), "this field is not known; is colours meant?".to_owned());
        assert_eq!(problems, [expected]);
    }

    #[test]
    fn every_fault_has_its_path() {
        let (_, problems) = read(&json!({
            "auntMaricotaDistanceConfidence": 70, "language_tag": "Portuguese, I think", "localFunctions": {"f": "ftp://x", "g": 1}, "theme": "dark",
            "cacheTTL": "soon", "loadExtensions": true, "colour": "red",
        }));
        let paths: Vec<_> = problems.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "auntMaricotaDistanceConfidence",
                "language_tag",
                "localFunctions.f",
                "localFunctions.g",
                "localFunctions.g",
                "theme",
                "cacheTTL",
                "loadExtensions",
                "colour"
            ]
        );
    }
}
