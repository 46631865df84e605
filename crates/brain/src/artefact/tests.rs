use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn brain(knowledge: &serde_json::Value, config: Option<&serde_json::Value>) -> Brain {
    let config = config.map(|config| config.to_string().into_bytes());
    let (checked, problems) = check::read(knowledge.to_string().as_bytes(), config.as_deref());
    let checked = checked.unwrap_or_else(|| panic!("{problems:#?}"));
    crate::train(checked, &mut |_| {}).unwrap().brain
}

fn knowledge() -> serde_json::Value {
    json!({"brainName": "shop", "knowledge": [
        {"_id": "hours", "_intents": ["when do you open", "opening hours", "are you open on @day"], "_source": {"response": [{"text": "From nine to six."}]}},
        {"_id": "stock", "_intents": ["do you have this article", "is it in stock", "how many are left"], "_source": {
            "arn": "stock-of-shop", "payload": "{article: '$0'}",
            "parameters": [{"name": "article", "payloadPosition": 0, "regexList": ["/ of (.*)/g"], "noMatchAsk": [{"text": "Which article?"}]}],
        }},
    ], "staticEntities": {"DAY": ["Sunday", "Monday"]}})
}

static ARTEFACT: LazyLock<Vec<u8>> =
    LazyLock::new(|| encode(&brain(&knowledge(), Some(&json!({"name": "Ana", "language_tag": "en-GB"})))));

#[test]
fn bots_are_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    shared(&decode(&ARTEFACT).unwrap());
}

#[test]
fn a_bot_comes_back_whole() {
    let bot = decode(&ARTEFACT).unwrap();
    let trained = brain(&knowledge(), Some(&json!({"name": "Ana", "language_tag": "en-GB"})));
    assert_eq!((bot.name(), bot.language(), bot.version()), ("Ana", Some("en-GB"), trained.version()));
    assert_eq!(bot.knowledge(), &knowledge());
    assert_eq!(bot.intents().len(), 2);
    for utterance in ["opening hours", "are you open on monday", "is the blue one in stock", "sing a song", ""] {
        let (before, after) = (trained.understand(utterance), bot.understand(utterance));
        let of = |understood: &crate::Understanding<'_>| {
            (understood.accepted.map(|intent| intent.id.clone()), understood.confidence)
        };
        assert_eq!(of(&before), of(&after), "{utterance}");
    }
    assert_eq!(bot.understand("are you open on monday").accepted.map(|intent| intent.id.as_str()), Some("hours"));
    assert_eq!(bot.understand("are you open on monday").entities[0].value, "Monday");
}

#[test]
fn equal_files_give_equal_bytes_and_any_change_another_version() {
    let again = brain(&knowledge(), Some(&json!({"name": "Ana", "language_tag": "en-GB"})));
    assert_eq!(encode(&again), *ARTEFACT);
    assert_eq!(encode(&decode(&ARTEFACT).unwrap()), *ARTEFACT);
    let other = brain(&knowledge(), Some(&json!({"name": "Eva", "language_tag": "en-GB"})));
    let without = brain(&knowledge(), None);
    assert!(again.version() != other.version() && other.version() != without.version());
    assert!(again.version().len() == 16 && again.version().bytes().all(|b| b.is_ascii_hexdigit()));
    assert_eq!(decode(&encode(&without)).unwrap().name(), "shop");
}

#[test]
fn a_beginning_names_the_bot_and_its_files() {
    let found = summary(&ARTEFACT[..SUMMARY_BYTES.min(ARTEFACT.len())]).unwrap();
    let whole = decode(&ARTEFACT).unwrap();
    assert_eq!((found.version.as_str(), found.name.as_str(), found.intents), (whole.version(), "Ana", 2));
    let both = files(&ARTEFACT).unwrap();
    assert_eq!(both.knowledge, knowledge().to_string().into_bytes());
    assert!(found.is_of(&both));
    assert!(!found.is_of(&Files { config: None, ..both.clone() }));
    assert!(!found.is_of(&Files { knowledge: b"{}".to_vec(), ..both }));
    let without = encode(&brain(&knowledge(), None));
    assert_eq!(files(&without).unwrap().config, None);
    assert!(summary(&without).unwrap().is_of(&files(&without).unwrap()));
    for bytes in [b"".as_slice(), b"PK", b"{}", &ARTEFACT[..40]] {
        assert!(matches!(summary(bytes), Err(DecodeError::NotAnArtefact(_))), "{bytes:?}");
    }
    let mut changed = ARTEFACT.clone();
    changed[ARTEFACT.len() / 2] ^= 1;
    assert!(matches!(files(&changed), Err(DecodeError::Damaged(_))));
}

#[test]
fn the_language_is_recorded_and_not_guessed_again() {
    let mut portuguese = knowledge();
    portuguese["knowledge"][0]["_intents"] =
        json!(["quando é que vocês abrem amanhã", "qual é o horário de funcionamento"]);
    portuguese["knowledge"][1]["_intents"] =
        json!(["vocês têm este artigo na loja", "quantos ainda restam no estoque"]);
    let bot = decode(&encode(&brain(&portuguese, None))).unwrap();
    assert_eq!(
        (bot.language(), bot.stock(crate::Stock::Cancelled).text.written()),
        (Some("pt"), "Tudo bem, cancelei.")
    );
    assert!(bot.is_cancel("cancelar") && bot.is_open("tanto faz"));
}

#[test]
fn entries_are_stored_and_aligned_with_the_files_as_written() {
    let mut archive = ZipArchive::new(Cursor::new(ARTEFACT.as_slice())).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert_eq!(names, [MANIFEST, KNOWLEDGE, CONFIGS, MODEL]);
    for name in names {
        let file = archive.by_name(&name).unwrap();
        assert_eq!(
            (file.compression(), file.data_start().unwrap() % u64::from(ALIGNMENT)),
            (CompressionMethod::Stored, 0),
            "{name}"
        );
    }
    assert_eq!(entry(&mut archive, KNOWLEDGE, &ARTEFACT).unwrap(), knowledge().to_string().as_bytes());
}

/// The artefact with another manifest, sealed like a true one.
fn forged(change: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(ARTEFACT.as_slice())).unwrap();
    let mut manifest: serde_json::Value =
        serde_json::from_slice(entry(&mut archive, MANIFEST, &ARTEFACT).unwrap()).unwrap();
    change(&mut manifest);
    let manifest = manifest.to_string().into_bytes();
    let mut rest = Vec::new();
    for name in [KNOWLEDGE, CONFIGS, MODEL] {
        rest.push((name, entry(&mut archive, name, &ARTEFACT).unwrap()));
    }
    sealed(std::iter::once((MANIFEST, manifest.as_slice())).chain(rest))
}

fn sealed<'b>(entries: impl Iterator<Item = (&'static str, &'b [u8])>) -> Vec<u8> {
    let mut bytes = pack(entries).unwrap();
    bytes.truncate(bytes.len() - SEAL_LENGTH);
    let seal = seal(&bytes);
    bytes.extend(seal.into_bytes());
    bytes
}

#[test]
fn another_format_is_named_before_anything_else_is_read() {
    let message = decode(&forged(|manifest| *manifest = json!({"format": 7}))).unwrap_err().to_string();
    assert_eq!(message, "the trained bot has format 7, this program reads format 1: train it again with this release");
}

#[test]
fn a_format_that_is_read_is_read_whether_it_is_written_or_not() {
    let Formats { newest, written, .. } = FORMATS;
    let brain = decode(&ARTEFACT).unwrap();
    // As the release before a change, which writes the old format and reads the new one.
    let prepared = Formats { newest: newest + 1, ..FORMATS };
    let next = encode_as(&brain, newest + 1);
    assert_eq!(decode_as(&next, prepared).unwrap().version(), brain.version());
    // As the release of the change: what lies in the bucket, and what old ones write when it is taken back.
    let changed = Formats { written: newest + 1, ..prepared };
    for format in FORMATS.oldest..=written {
        assert_eq!(decode_as(&fixture(format), changed).unwrap().name(), "Ana");
    }
    // As the one after that, which forgot the old format.
    let cleared = Formats { oldest: newest + 1, ..changed };
    let refused = decode_as(&ARTEFACT, cleared).unwrap_err();
    assert!(
        matches!(refused, DecodeError::Format { found, reads } if found == written && reads == cleared),
        "{refused}"
    );
    assert!(matches!(decode(&next), Err(DecodeError::Format { found, .. }) if found == newest + 1));
}

#[test]
fn what_a_later_release_adds_to_a_format_is_left_alone() {
    let mut archive = ZipArchive::new(Cursor::new(ARTEFACT.as_slice())).unwrap();
    let mut read = |name| entry(&mut archive, name, &ARTEFACT).unwrap();
    let mut manifest: serde_json::Value = serde_json::from_slice(read(MANIFEST)).unwrap();
    manifest["mood"] = json!("new here");
    let added = b"tree".to_vec();
    manifest["checksums"].as_array_mut().unwrap().push(json!({"entry": "trees.bin", "sha256": sha256(&added)}));
    let manifest = manifest.to_string().into_bytes();
    let (knowledge, configs, model) = (read(KNOWLEDGE), read(CONFIGS), read(MODEL));
    let entries = [
        (MANIFEST, manifest.as_slice()),
        (KNOWLEDGE, knowledge),
        (CONFIGS, configs),
        (MODEL, model),
        ("trees.bin", &added),
    ];
    let bot = decode(&sealed(entries.into_iter())).unwrap();
    assert_eq!(bot.understand("opening hours").accepted.map(|intent| intent.id.as_str()), Some("hours"));
    assert_ne!(bot.version(), decode(&ARTEFACT).unwrap().version(), "it is not the same bot");
}

/// The same artefact with other bytes in its vectors.
pub(crate) fn with_vectors_changed(bytes: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut read = |name| entry(&mut archive, name, bytes).unwrap();
    let mut vectors = read(VECTORS).to_vec();
    change(&mut vectors);
    let (manifest, knowledge, configs, model) = (read(MANIFEST), read(KNOWLEDGE), read(CONFIGS), read(MODEL));
    let entries =
        [(MANIFEST, manifest), (KNOWLEDGE, knowledge), (CONFIGS, configs), (MODEL, model), (VECTORS, &vectors)];
    sealed(entries.into_iter())
}

#[test]
fn entries_must_be_those_that_the_manifest_lists() {
    assert!(decode(&forged(|_| {})).is_ok());
    for at in 0..3 {
        let without = forged(|manifest| drop(manifest["checksums"].as_array_mut().unwrap().remove(at)));
        let message = decode(&without).unwrap_err().to_string();
        assert_eq!(message, "the trained bot is damaged: its entries are not those that it lists");
    }
}

/// Some earlier release may have read more than this one does: its bots are to answer all the same.
#[test]
fn a_pattern_that_this_release_cannot_read_matches_nothing_and_the_bot_answers() {
    let mut archive = ZipArchive::new(Cursor::new(ARTEFACT.as_slice())).unwrap();
    let mut read = |name| entry(&mut archive, name, &ARTEFACT).unwrap();
    let knowledge = String::from_utf8(read(KNOWLEDGE).to_vec()).unwrap().replace("/ of (.*)/g", "/ of (?=x)(.*)/g");
    let entries =
        [(MANIFEST, read(MANIFEST)), (KNOWLEDGE, knowledge.as_bytes()), (CONFIGS, read(CONFIGS)), (MODEL, read(MODEL))];
    let bot = decode(&sealed(entries.into_iter())).unwrap();
    let crate::intent::Action::Fulfil(fulfilment) = &bot.intent("stock").unwrap().action else { panic!("no backend") };
    assert_eq!(fulfilment.parameters[0].patterns[0].capture("how many of these"), None);
    assert_eq!(bot.understand("opening hours").accepted.map(|intent| intent.id.as_str()), Some("hours"));
}

/// Artefacts as releases wrote them, one for each format that is read; `UPDATE_FIXTURES=1` writes those that are not there.
/// A new format gets its own file, and the file before it stays until its format is read no more.
fn fixture(format: u32) -> Vec<u8> {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/artefact/format-{format}.pgk"));
    if !file.exists() && std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(&file, encode_as(&decode(&ARTEFACT).unwrap(), format)).unwrap();
    }
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn every_format_that_is_read_has_an_artefact_of_its_release_and_it_is_read() {
    for format in FORMATS.oldest..=FORMATS.newest {
        let bytes = fixture(format);
        let bot = decode(&bytes).unwrap_or_else(|error| panic!("format {format}: {error}"));
        assert_eq!((bot.name(), bot.language(), bot.intents().len()), ("Ana", Some("en-GB"), 2));
        for (utterance, intent) in [
            ("are you open on monday", Some("hours")),
            ("how many are left", Some("stock")),
            ("sing me a song about ships", None),
        ] {
            let understood = bot.understand(utterance);
            assert_eq!(understood.accepted.map(|intent| intent.id.as_str()), intent, "format {format}: {utterance}");
        }
        assert_eq!(summary(&bytes).unwrap().version, bot.version());
        assert!(files(&bytes).is_ok());
    }
}

#[test]
fn other_bytes_are_no_bot() {
    for bytes in [b"".as_slice(), b"PK", b"{}", &[0; 200]] {
        assert!(matches!(decode(bytes), Err(DecodeError::NotAnArtefact(_))));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_flipped_bit_goes_unseen(at in 0..ARTEFACT.len() * 8) {
        let mut bytes = ARTEFACT.clone();
        bytes[at / 8] ^= 1 << (at % 8);
        prop_assert!(decode(&bytes).is_err());
    }

    #[test]
    fn nothing_shorter_is_a_bot(length in 0..ARTEFACT.len()) {
        prop_assert!(decode(&ARTEFACT[..length]).is_err());
    }
}

#[test]
fn no_flipped_bit_of_the_archives_frame_goes_unseen() {
    // The ends hold what an archive reader looks at first; random places rarely hit them.
    let length = ARTEFACT.len();
    for byte in (0..400).chain(length - 600..length) {
        for bit in 0..8 {
            let mut bytes = ARTEFACT.clone();
            bytes[byte] ^= 1 << bit;
            assert!(decode(&bytes).is_err(), "byte {byte}, bit {bit}");
        }
    }
}
