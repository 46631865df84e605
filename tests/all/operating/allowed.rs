use std::fs;

use sbf_tests::{brains, moto::Moto};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{STACK, sbf};

const STOCK: &str = "arn:aws:lambda:eu-west-1:123456789012:function:stock:live";

fn names(written: &[&str]) -> Value {
    let item = |(number, arn): (usize, &&str)| {
        let utterances = [format!("question {number} of mine"), format!("ask number {number}")];
        json!({"_id": number.to_string(), "_intents": utterances, "_source": {"arn": arn, "payload": "{}"}})
    };
    json!({"knowledge": written.iter().enumerate().map(item).collect::<Vec<_>>()})
}

#[tokio::test(flavor = "multi_thread")]
async fn check_names_what_the_stack_does_not_allow() {
    let Some(moto) = Moto::start() else { return };
    let allowed =
        format!("{STOCK},sbf-sample-weather=arn:aws:lambda:eu-west-1:123456789012:function:shop-Weather-1:live");
    moto.stack(STACK, &[("AllowedFunctions", &allowed)]).await;
    let folder = TempDir::new().unwrap();
    let written = [
        STOCK,
        "stock",
        "%%SAMPLE_WEATHER_FORECAST_BOT_ARN%%",
        "%%SAMPLE_PIZZA_ORDER_BOT_ARN%%",
        "pay",
        &STOCK.replace("live", "test"),
    ];
    brains::write(folder.path(), "knowledge.json", &names(&written));
    let (status, without, _) = sbf(&moto, &["check", "--json", "."], folder.path()).await;
    assert_eq!((status, &without["ok"]), (Some(0), &json!(true)));
    let (status, printed, told) = sbf(&moto, &["check", "--json", "--stack", STACK, "."], folder.path()).await;
    assert_eq!((status, &printed["ok"]), (Some(1), &json!(false)), "{told}");
    let errors: Vec<(&str, &str)> = printed["problems"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|problem| problem["severity"] == "error")
        .map(|problem| (problem["path"].as_str().unwrap(), problem["found"].as_str().unwrap()))
        .collect();
    let test = STOCK.replace("live", "test");
    assert_eq!(
        errors,
        [
            ("knowledge[3]._source.arn", "sbf-sample-pizza"),
            ("knowledge[4]._source.arn", "pay"),
            ("knowledge[5]._source.arn", test.as_str())
        ]
    );
    let rules: Vec<&str> =
        printed["problems"].as_array().unwrap().iter().map(|problem| problem["rule"].as_str().unwrap()).collect();
    assert!(
        rules.iter().any(|rule| rule.contains("WithSamples=true"))
            && rules.iter().any(|rule| rule.contains("BackendFunctions")),
        "{rules:?}"
    );

    // The same keeps publish from sending it.
    let (status, printed, _) =
        sbf(&moto, &["publish", "--brain-only", "--stack", STACK, "--json"], folder.path()).await;
    assert_eq!((status, &printed["ok"]), (Some(1), &json!(false)));

    brains::write(folder.path(), "knowledge.json", &names(&written[..3]));
    let (status, printed, _) = sbf(&moto, &["check", "--json", "--stack", STACK, "."], folder.path()).await;
    assert_eq!((status, &printed["ok"]), (Some(0), &json!(true)), "{printed:#}");

    // Some editors begin a file with a byte order mark.
    let file = folder.path().join("knowledge.json");
    fs::write(&file, [b"\xEF\xBB\xBF".as_slice(), &fs::read(&file).unwrap()].concat()).unwrap();
    let (status, printed, told) = sbf(&moto, &["check", "--json", "--stack", STACK, "."], folder.path()).await;
    assert_eq!((status, &printed["ok"]), (Some(0), &json!(true)), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_stack_can_allow_is_an_error_and_no_key_is_shown() {
    let Some(moto) = Moto::start() else { return };
    moto.stack(STACK, &[("AllowedFunctions", STOCK)]).await;
    let folder = TempDir::new().unwrap();
    let mut knowledge = names(&[STOCK]);
    knowledge["knowledge"][0]["_source"]["rolearn"] = json!("arn:aws:iam::123456789012:role/stock");
    knowledge["federation"] = json!({"desk": {"URL": "https://example.org/core", "API-KEY": "k-123"}});
    brains::write(folder.path(), "knowledge.json", &knowledge);
    // By itself the bot can be trained; core does without both.
    let (status, printed, _) = sbf(&moto, &["check", "--json", "."], folder.path()).await;
    assert_eq!((status, &printed["ok"]), (Some(0), &json!(true)), "{printed:#}");
    assert!(!printed.to_string().contains("k-123"), "{printed:#}");
    let (status, printed, told) = sbf(&moto, &["check", "--json", "--stack", STACK, "."], folder.path()).await;
    assert_eq!((status, &printed["ok"]), (Some(1), &json!(false)), "{told}");
    assert!(!format!("{printed}{told}").contains("k-123"), "{printed:#}");
    let problems = printed["problems"].as_array().unwrap().iter();
    let errors: Vec<_> = problems.filter(|problem| problem["severity"] == "error").collect();
    let found: Vec<_> = errors.iter().map(|error| (&error["path"], &error["found"])).collect();
    let (role, desk) = (json!("arn:aws:iam::123456789012:role/stock"), json!("desk"));
    let expected = [(&json!("knowledge[0]._source.rolearn"), &role), (&json!("federation"), &desk)];
    assert_eq!(found, expected);
    assert!(errors[0]["rule"].as_str().unwrap().contains("BackendFunctions"), "{errors:#?}");
}
