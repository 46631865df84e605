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
async fn check_names_roles_and_bots_that_the_stack_does_not_allow_and_no_key() {
    let Some(moto) = Moto::start() else { return };
    let (role, desk) = ("arn:aws:iam::123456789012:role/stock", "https://desk.example.org/core?api_key=k-123");
    let stacks = [
        ("nothing", vec![("AllowedFunctions", STOCK)]),
        (
            "others",
            vec![
                ("AllowedFunctions", STOCK),
                ("AllowedRoles", "arn:aws:iam::1:role/stock"),
                ("AllowedBots", "https://a.org"),
            ],
        ),
        (
            "both",
            vec![("AllowedFunctions", STOCK), ("AllowedRoles", role), ("AllowedBots", "https://desk.example.org")],
        ),
    ];
    for (name, outputs) in &stacks {
        moto.stack(name, outputs).await;
    }
    let folder = TempDir::new().unwrap();
    let mut knowledge = names(&[STOCK]);
    knowledge["knowledge"][0]["_source"]["rolearn"] = json!(role);
    knowledge["federation"] = json!({"desk": {"URL": desk, "API-KEY": "k-123"}});
    brains::write(folder.path(), "knowledge.json", &knowledge);
    // By itself the bot can be trained.
    let (status, printed, _) = sbf(&moto, &["check", "--json", "."], folder.path()).await;
    assert_eq!((status, &printed["ok"]), (Some(0), &json!(true)), "{printed:#}");
    assert!(!printed.to_string().contains("k-123"), "{printed:#}");
    for (name, fine) in [("nothing", false), ("others", false), ("both", true)] {
        let (status, printed, told) = sbf(&moto, &["check", "--json", "--stack", name, "."], folder.path()).await;
        assert_eq!((status, &printed["ok"]), (Some(i32::from(!fine)), &json!(fine)), "{name}: {told}");
        assert!(!format!("{printed}{told}").contains("k-123"), "{printed:#}");
        let problems = printed["problems"].as_array().unwrap().iter();
        let errors: Vec<_> = problems.filter(|problem| problem["severity"] == "error").collect();
        let found: Vec<_> = errors.iter().map(|error| (&error["path"], &error["found"])).collect();
        let (role, desk) = (json!(role), json!(desk.replace("k-123", "…")));
        let expected = [(&json!("knowledge[0]._source.rolearn"), &role), (&json!("federation.desk.URL"), &desk)];
        assert_eq!(found, expected[..if fine { 0 } else { 2 }], "{name}");
        for (error, parameter) in errors.iter().zip(["BackendRoles", "FederatedBots"]) {
            assert!(error["rule"].as_str().unwrap().contains(parameter), "{error:#}");
        }
    }
}
