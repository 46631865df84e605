//! Roles to take, and other bots.

use super::*;

#[test]
fn a_role_is_taken_before_the_function_is_called() {
    let role = "arn:aws:iam::123456789012:role/team/stock";
    let mut knowledge = asking("{}", json!([]));
    let of = |knowledge: &Value| {
        let bot = compiled(knowledge, &json!({}));
        let Action::Fulfil(fulfilment) = &bot.intents()[0].action else { panic!("{:?}", bot.intents()) };
        fulfilment.role.clone()
    };
    assert_eq!(of(&knowledge), None);
    for (written, expected) in [(format!(" {role} "), Some(role)), (" ".to_owned(), None)] {
        knowledge["knowledge"][0]["_source"]["rolearn"] = json!(written);
        assert_eq!(of(&knowledge).as_deref(), expected);
    }
    for written in ["stock", "arn:aws:iam::123456789012:user/ana", "arn:aws:iam::1:role/", "arn:aws:iam::x:role/a"] {
        knowledge["knowledge"][0]["_source"]["rolearn"] = json!(written);
        check(&knowledge, &[("knowledge[0]._source.rolearn", "the ARN of a role")]);
    }
    knowledge["knowledge"][0]["_source"]["rolearn"] = json!("%%ROLE%%");
    check_warnings(&knowledge, &[("knowledge[0]._source.rolearn", "an anchor is not filled")]);
    let id = knowledge["knowledge"][0]["_id"].as_str().unwrap();
    assert_eq!(path_of_role(&knowledge, id), "knowledge[0]._source.rolearn");
    let mut knowledge = replying(&[("a", &["hello"])]);
    knowledge["knowledge"][0]["_source"]["rolearn"] = json!(role);
    check_warnings(&knowledge, &[("knowledge[0]._source.rolearn", "no role is taken here")]);
}

#[test]
fn the_first_other_bot_is_asked_and_its_key_is_not_read() {
    let mut knowledge = replying(&[("a", &["hello"])]);
    let mut with = |federation: Value| {
        knowledge["federation"] = federation;
        knowledge.clone()
    };
    let of = |knowledge: &Value| compiled(knowledge, &json!({})).federation().cloned();
    assert_eq!(of(&with(json!({}))), None);
    let desk = FederatedBot { name: "desk".to_owned(), url: "https://desk.example.org/core".to_owned() };
    let written = json!({"desk": {"URL": " https://desk.example.org/core ", "API-KEY": "k-123"}, "b": {"URL": "x"}});
    assert_eq!(of(&with(written.clone())), Some(desk));
    check_warnings(
        &with(written),
        &[
            ("federation.desk[\"API-KEY\"]", "FederationKeysSecret"),
            ("federation.b", "only the first of the other bots"),
        ],
    );
    assert_eq!(path_of_other_bot("help desk"), "federation[\"help desk\"].URL");
    check(&with(json!({"desk": {}})), &[("federation.desk", "needs the address")]);
    check(&with(json!({"desk": "x"})), &[("federation.desk", "must be an object")]);
    check(&with(json!({"desk": {"URL": "http://desk.example.org"}})), &[("federation.desk.URL", "an https address")]);
    let unfilled = with(json!({"desk": {"URL": "%%DESK%%"}}));
    check_warnings(&unfilled, &[("federation.desk.URL", "an anchor is not filled")]);
    assert_eq!(of(&unfilled), None);
    let mut routed = with(json!({"desk": {"URL": "https://desk.example.org"}}));
    routed["routeDefinitions"] = json!({"nifRouter": {"mode": "text"}});
    check_warnings(
        &routed,
        &[
            ("federation", "no other bot is asked where there are routeDefinitions"),
            ("routeDefinitions", "not supported"),
        ],
    );
    assert_eq!(of(&routed), None);
}

/// A core must not lose a brain that was trained before these rules were made.
#[test]
fn what_cannot_be_reached_is_an_error_in_training_alone() {
    let content = |knowledge: &Value| {
        let sources = Files { knowledge: knowledge.to_string().into_bytes(), config: None };
        reread(&sources, None).unwrap_or_else(|problems| panic!("{problems:#?}"))
    };
    let mut knowledge = asking("{}", json!([]));
    for (role, read) in [(json!("stock"), Some("stock")), (json!(["a"]), Some("[\"a\"]")), (json!(false), None)] {
        knowledge["knowledge"][0]["_source"]["rolearn"] = role;
        let Action::Fulfil(fulfilment) = &content(&knowledge).intents[0].action else { panic!() };
        assert_eq!(fulfilment.role.as_deref(), read, "it must never be called without its role");
    }
    for federation in
        [json!("x"), json!({"desk": 5}), json!({"desk": {"URL": ""}}), json!({"desk": {"URL": "http://a"}})]
    {
        knowledge["federation"] = federation;
        assert_eq!(content(&knowledge).federation, None);
    }
}
