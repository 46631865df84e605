mod limits;
mod names;
mod outside;
mod properties;
mod utterances;

use serde_json::{Value, json};

use super::*;
use crate::{intent::Action, stock::Stock};

fn problems_of(knowledge: &Value, config: &Value, severity: Severity) -> Vec<(String, String)> {
    let (_, problems) = read(knowledge.to_string().as_bytes(), Some(config.to_string().as_bytes()));
    problems
        .into_iter()
        .filter(|problem| problem.severity == severity)
        .map(|problem| (problem.path, problem.rule))
        .collect()
}

/// Asserts on errors: the path, and a part of the rule.
fn check(knowledge: &Value, expected: &[(&str, &str)]) {
    compare(&problems_of(knowledge, &json!({}), Severity::Error), expected);
}

fn check_warnings(knowledge: &Value, expected: &[(&str, &str)]) {
    check(knowledge, &[]);
    compare(&problems_of(knowledge, &json!({}), Severity::Warning), expected);
}

fn compare(found: &[(String, String)], expected: &[(&str, &str)]) {
    let matches = found.len() == expected.len()
        && found.iter().zip(expected).all(|((path, rule), (wanted, part))| path == wanted && rule.contains(part));
    assert!(matches, "found {found:#?}\nexpected {expected:#?}");
}

fn compiled(knowledge: &Value, config: &Value) -> CheckedKnowledge {
    let (checked, problems) = read(knowledge.to_string().as_bytes(), Some(config.to_string().as_bytes()));
    checked.unwrap_or_else(|| panic!("{problems:#?}"))
}

/// A bot with one item that calls a backend, with this payload and these parameters.
fn asking(payload: &str, parameters: Value) -> Value {
    let source = json!({"arn": "stock-of-shop", "payload": payload, "parameters": parameters});
    json!({"knowledge": [{"_id": "stock", "_intents": ["is it in stock"], "_source": source}]})
}

fn parameter(overlay: Value) -> Value {
    let mut parameter = json!({"name": "article", "payloadPosition": 0, "noMatchAsk": [{"text": "Which article?", "speech": "Which article?"}]});
    for (key, value) in overlay.as_object().unwrap() {
        parameter[key] = value.clone();
    }
    parameter
}

fn replying(items: &[(&str, &[&str])]) -> Value {
    let item = |(id, utterances): &(&str, &[&str])| json!({"_id": id, "_intents": utterances, "_source": {"response": [{"text": "Yes.", "speech": "Yes."}]}});
    json!({"knowledge": items.iter().map(item).collect::<Vec<_>>()})
}

#[test]
fn a_file_of_another_kind_is_one_problem() {
    check(&json!([]), &[("", "must be an object")]);
    check(&json!({}), &[("knowledge", "at least one item")]);
    check(&json!({"knowledge": {}}), &[("knowledge", "must be a list"), ("knowledge", "at least one item")]);
    let (checked, problems) = read(b"{,}", None);
    assert!(checked.is_none() && problems[0].rule.contains("line 1, column 2"));
}

#[test]
fn every_fault_of_items_is_found_at_once() {
    let knowledge = json!({"knowledge": [
        {"_id": "a", "_intents": ["hello", ""], "_source": {"response": [{"text": "Hi", "condition": "hasTag("}]}},
        {"_id": "a", "_intents": "hello", "_source": {"response": []}},
        {"_intents": ["bye"]},
        {"_id": "c", "_intents": ["thanks"], "_source": {"response": [{"speech": ""}, 5]}},
        "item",
    ]});
    check(
        &knowledge,
        &[
            ("knowledge[0]._intents[1]", "must not be empty"),
            ("knowledge[1]._id", "knowledge[0] has this one too"),
            ("knowledge[1]._intents", "must be a list"),
            ("knowledge[1]._source.response", "the item does nothing"),
            ("knowledge[2]", "the item does nothing"),
            ("knowledge[2]._id", "an id"),
            ("knowledge[3]._source.response[0]", "a sentence needs a text"),
            ("knowledge[3]._source.response[1]", "must be an object"),
            ("knowledge[4]", "must be an object"),
        ],
    );
}

#[test]
fn lenient_forms_are_read_with_a_warning() {
    let knowledge = json!({"knowledge": [
        {"_id": 7, "_intents": ["hello", 42], "_source": {"response": ["Hi <b>you</b>"], "idempotent": "true"}},
        {"_id": "b", "_intents": ["stock"], "_source": {"arn": "f", "payload": {"a": "$0"}, "parameters": [{"name": "x", "payloadPosition": "0", "defaultValue": 5}]}},
    ]});
    check_warnings(
        &knowledge,
        &[
            ("knowledge[0]._id", "text in quotes"),
            ("knowledge[0]._intents[1]", "text in quotes"),
            ("knowledge[0]._source.response[0]", "an object with text and speech"),
            ("knowledge[0]._source.idempotent", "without quotes"),
            ("knowledge[1]._source.payload", "JSON in quotes"),
            ("knowledge[1]._source.parameters[0].payloadPosition", "a number without quotes"),
        ],
    );
    let bot = compiled(&knowledge, &json!({}));
    let Action::Reply(said) = &bot.intents()[0].action else { panic!("{:?}", bot.intents()) };
    assert_eq!(
        (bot.intents()[0].id.as_str(), said[0].text.written(), said[0].speech.written()),
        ("7", "Hi <b>you</b>", "Hi you")
    );
}

#[test]
fn unknown_fields_are_kept_and_named() {
    let knowledge = json!({"colour": "red", "knowledge": [
        {"_id": "a", "_intents": ["hi"], "mood": 1, "_source": {"response": [{"text": "Hi", "voice": "x"}], "size": {}}},
        {"_id": "b", "_intents": ["ho"], "_source": {"arn": "f", "parameters": [{"name": "p", "defaultValue": "1", "kind": null}]}},
    ], "i18n": {"byeMessage": {}}, "analysers": {"moods": []}});
    check_warnings(
        &knowledge,
        &[
            ("colour", "not known"),
            ("knowledge[0].mood", "not known"),
            ("knowledge[0]._source.response[0].voice", "not known"),
            ("knowledge[0]._source.size", "not known"),
            ("knowledge[1]._source.parameters[0].kind", "not known"),
            ("i18n.byeMessage", "not known"),
            ("analysers.moods", "not known"),
        ],
    );
}

#[test]
fn parameters_are_checked_one_by_one_and_together() {
    check(
        &asking(
            "{article: '$0', size: '$2'}",
            json!([
                parameter(json!({"regexList": ["/ of (.*)/g", "/(?=x)(.)/", "/x/"]})),
                parameter(json!({"entityType": "sbf:number", "validation": "ok('$value')"})),
                {"name": "size", "payloadPosition": 1, "entityType": "SIZE"},
                parameter(json!({"name": "extra", "payloadPosition": -1, "maxRetry": 99, "required": "perhaps"})),
            ]),
        ),
        &[
            ("knowledge[0]._source.payload", "payload position of $2"),
            ("knowledge[0]._source.parameters[0].regexList[1]", "look-around"),
            ("knowledge[0]._source.parameters[0].regexList[2]", "no group"),
            ("knowledge[0]._source.parameters[1]", "names must differ"),
            ("knowledge[0]._source.parameters[1]", "payload positions must differ"),
            ("knowledge[0]._source.parameters[1].validation", "unknown function 'ok'"),
            ("knowledge[0]._source.parameters[2]", "nothing can fill this parameter"),
            ("knowledge[0]._source.parameters[2].entityType", "no list of values"),
            ("knowledge[0]._source.parameters[3].payloadPosition", "a whole number"),
            ("knowledge[0]._source.parameters[3].maxRetry", "a whole number"),
            ("knowledge[0]._source.parameters[3].required", "true or false"),
        ],
    );
}

#[test]
fn templates_are_checked() {
    check(
        &asking("{article: ", json!([parameter(json!({}))])),
        &[("knowledge[0]._source.payload", "the template is not JSON")],
    );
    check(
        &asking("{'$0': 1}", json!([parameter(json!({}))])),
        &[("knowledge[0]._source.payload", "holds a placeholder")],
    );
    check(
        &asking("{a: $0, b: $1}", json!([])),
        &[("knowledge[0]._source.payload", "of $0"), ("knowledge[0]._source.payload", "of $1")],
    );
    check_warnings(
        &asking("{a: 1}", json!([parameter(json!({}))])),
        &[("knowledge[0]._source.parameters[0]", "the payload has no $0")],
    );
}

#[test]
fn defaults_that_are_no_expression_stand_for_themselves() {
    let bot = compiled(
        &asking(
            "{a: $0, b: $1}",
            json!([
                {"name": "b", "payloadPosition": 1, "defaultValue": "1 + 1"},
                {"name": "a", "payloadPosition": 0, "defaultValue": "SAC", "required": false},
            ]),
        ),
        &json!({}),
    );
    let Action::Fulfil(fulfilment) = &bot.intents()[0].action else { panic!("{:?}", bot.intents()) };
    let names: Vec<_> = fulfilment
        .parameters
        .iter()
        .map(|parameter| (parameter.name.as_str(), parameter.position, parameter.required))
        .collect();
    assert_eq!(names, [("a", 0, false), ("b", 1, true)]);
    assert!(
        matches!(&fulfilment.parameters[0].default, Some(crate::intent::DefaultValue::Literal(text)) if text == "SAC")
    );
    assert!(matches!(&fulfilment.parameters[1].default, Some(crate::intent::DefaultValue::Computed(_))));
}

#[test]
fn backends_are_named_by_arn_or_name() {
    for (arn, function) in [
        (" arn:aws:lambda:us-east-1:123456789012:function:find-phone", "find-phone"),
        ("arn:aws:lambda:us-east-1:123456789012:function:find-phone:live", "find-phone"),
        ("123456789012:function:find-phone", "find-phone"),
        ("find_phone", "find_phone"),
        ("find_phone:2", "find_phone"),
        ("%%SAMPLE_PIZZA_ORDER_BOT_ARN%%", "sbf-sample-pizza"),
        ("%%MY_ARN%%", "%%MY_ARN%%"),
    ] {
        let knowledge =
            json!({"knowledge": [{"_id": "a", "_intents": ["hi"], "_source": {"arn": arn, "response": []}}]});
        let bot = compiled(&knowledge, &json!({}));
        let Action::Fulfil(fulfilment) = &bot.intents()[0].action else { panic!("{arn}") };
        assert_eq!(fulfilment.function, function);
    }
    for (arn, part) in [
        ("arn:aws:s3:::bucket", "Lambda function"),
        ("arn:aws", "Lambda function"),
        ("find phone", "Lambda function"),
        ("https://example.com/f", "Lambda function"),
    ] {
        let knowledge = json!({"knowledge": [{"_id": "a", "_intents": ["hi"], "_source": {"arn": arn}}]});
        check(&knowledge, &[("knowledge[0]._source.arn", part)]);
    }
}

#[test]
fn an_item_that_needs_a_later_release_is_left_out_and_named() {
    for (key, value) in [
        ("nodes", json!({"root": {}})),
        ("history", json!(["x"])),
        ("syncConversation", json!([{}])),
        ("asyncConversation", json!({"id": 1})),
        ("command", json!("photo")),
    ] {
        let mut knowledge = replying(&[("a", &["hello", "good day"]), ("b", &["bye"])]);
        knowledge["knowledge"][0]["_source"][key] = value;
        check_warnings(
            &knowledge,
            &[(&format!("knowledge[0]._source.{key}"), "not supported yet: the item is left out")],
        );
        let bot = compiled(&knowledge, &json!({}));
        assert_eq!(bot.intents().iter().map(|intent| intent.id.as_str()).collect::<Vec<_>>(), ["b"]);
        assert_eq!(bot.training.none, ["hello", "good day"]);
    }
    let mut knowledge = replying(&[("a", &["hello", "good day"]), ("b", &["bye"])]);
    knowledge["knowledge"][0]["_source"] = json!({"arn": "arn:aws:states:us-east-1:123456789012:stateMachine:x"});
    check_warnings(
        &knowledge,
        &[("knowledge[0]._source.arn", "Step Functions as backends are not supported yet: the")],
    );
    assert_eq!(compiled(&knowledge, &json!({})).training.none, ["hello", "good day"]);
    let mut knowledge = asking("{article: '$0'}", json!([parameter(json!({"entityType": "sbf:number"}))]));
    check(&knowledge, &[("knowledge", "the bot would understand nothing")]);
    knowledge["knowledge"].as_array_mut().unwrap().push(replying(&[("b", &["bye"])])["knowledge"][0].clone());
    check_warnings(&knowledge, &[("knowledge[0]._source.parameters[0].entityType", "built-in entity types are not")]);
}

#[test]
fn what_only_a_later_release_reads_is_a_warning() {
    let mut knowledge = replying(&[("a", &["hello"])]);
    let source = &mut knowledge["knowledge"][0]["_source"];
    source["router"] = json!({"mode": "text"});
    source["hook"] = json!("lexV2");
    knowledge["analysers"] = json!({"temporal": {"locale": "en"}});
    let rule = "not supported yet";
    check_warnings(
        &knowledge,
        &[("knowledge[0]._source.router", rule), ("knowledge[0]._source.hook", rule), ("analysers.temporal", rule)],
    );
}

#[test]
fn no_problem_shows_a_secret() {
    let mut knowledge = asking("{ apiKey: 'k-123', q: }", json!([]));
    knowledge["federation"] = json!({"other": {"URL": "https://example.org/core", "API-KEY": "k-123"}});
    knowledge["x-api-key"] = json!("k-123");
    let (_, problems) = read(knowledge.to_string().as_bytes(), Some(br#"{"password": "k-123"}"#));
    assert_eq!(problems.len(), 4, "{problems:#?}");
    let broken = b"{\n  \"federation\": { \"other\": { \"API-KEY\": \"k-123\" \"URL\": \"x\" } }\n}";
    let problems = [problems, read(broken, None).1].concat();
    assert!(!format!("{problems:?}").contains("k-123"), "{problems:#?}");
}

#[test]
fn anchors_are_filled_from_the_configuration() {
    let mut knowledge = replying(&[("a", &["who are you"])]);
    knowledge["brainName"] = json!("shop");
    knowledge["knowledge"][0]["_source"]["response"] = json!([{"text": "I am %%BOT_NAME%% with %%BOT_VOICE%%."}]);
    let said = |config: Value| {
        let bot = compiled(&knowledge, &config);
        let Action::Reply(said) = &bot.intents()[0].action else { panic!("{:?}", bot.intents()) };
        (bot.name().to_owned(), said[0].text.written().to_owned())
    };
    assert_eq!(said(json!({"name": "Ana", "voice": "Camila"})), ("Ana".to_owned(), "I am Ana with Camila.".to_owned()));
    assert_eq!(said(json!({"name": "%%BOT_NAME%%"})), ("shop".to_owned(), "I am shop with %%BOT_VOICE%%.".to_owned()));
    check_warnings(&knowledge, &[("knowledge[0]._source.response[0].text", "an anchor is not filled")]);
}

#[test]
fn the_language_is_configured_or_detected() {
    let knowledge = replying(&[(
        "a",
        &["quero falar com alguém do departamento de vendas", "qual é o telefone de contato", "preciso de ajuda agora"],
    )]);
    assert_eq!(compiled(&knowledge, &json!({})).language(), Some("pt"));
    assert_eq!(compiled(&knowledge, &json!({"language_tag": "pt-br"})).language(), Some("pt-BR"));
    assert_eq!(compiled(&replying(&[("a", &["ok"])]), &json!({})).language(), None);
    let warnings = problems_of(&knowledge, &json!({"language_tag": "de-DE"}), Severity::Warning);
    compare(&warnings, &[("language_tag", "read as another language (pt)")]);
}

#[test]
fn stock_sentences_are_the_authors_or_built_in() {
    let mut knowledge = replying(&[("a", &["hello"])]);
    knowledge["i18n"] =
        json!({"nifMessage": {}, "errorMessage": {"text": "Oh.", "speech": ""}, "welcomeMessage": {"speech": "Hey"}});
    let bot = compiled(&knowledge, &json!({"language_tag": "de"}));
    let said = |which| bot.content.stock[&which].text.written();
    assert_eq!([said(Stock::Error), said(Stock::Welcome)], ["Oh.", "Hey"]);
    assert!(said(Stock::Miss).starts_with("Das habe ich"));
}

#[test]
fn problems_of_both_files_come_together() {
    let knowledge = json!({"knowledge": []});
    let (checked, problems) = read(knowledge.to_string().as_bytes(), Some(b"{\"auntMaricotaDistanceConfidence\": 2}"));
    let places: Vec<_> =
        problems.iter().map(|problem| (problem.file.as_str(), problem.path.as_str(), problem.found.as_str())).collect();
    assert!(checked.is_none());
    assert_eq!(
        places,
        [("configs.json", "auntMaricotaDistanceConfidence", "2"), ("knowledge.json", "knowledge", "none")]
    );
}

#[test]
fn what_was_found_is_shortened() {
    let (_, problems) = read(&json!({"knowledge": "ü".repeat(200)}).to_string().into_bytes(), None);
    assert_eq!(problems[0].found.chars().count(), 80);
}

/// Every problem of a file shaped like an author's, one line each.
fn report(fixture: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(fixture);
    let (checked, problems) = read(&std::fs::read(path).unwrap(), None);
    assert_eq!(checked.is_some(), fixture.starts_with("valid"));
    let line =
        |problem: &Problem| format!("{:?} {}: {} ({})\n", problem.severity, problem.path, problem.rule, problem.found);
    problems.iter().map(line).collect()
}

#[test]
fn authors_files_have_exactly_these_problems() {
    for fixture in
        ["valid/telephone.json", "valid/every-field.json", "invalid/first-attempt.json", "invalid/later-release.json"]
    {
        insta::assert_snapshot!(fixture.replace(['/', '.'], "_"), report(fixture));
    }
}
