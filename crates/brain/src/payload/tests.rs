use serde_json::json;

use super::*;

fn filled(template: &str, values: &[&str]) -> Value {
    let value = |position: u32| values.get(position as usize).map(|value| (*value).to_owned());
    Value::Object(PayloadTemplate::parse(template).unwrap().fill(&value))
}

#[test]
fn templates_are_read_leniently() {
    for (template, expected) in [
        (r#"{departamento:"$0"}"#, json!({"departamento": "Vendas"})),
        (r#"{"city": "$0", "days": $1}"#, json!({"city": "Vendas", "days": 3})),
        ("{ 'a': '$0', b: [$1, '$1',], }", json!({"a": "Vendas", "b": [3, "3"]})),
        ("{a: $2, b: '$2', c: 'x$2y'}", json!({"a": true, "b": "true", "c": "xtruey"})),
        ("{a: $7, b: '$7', c: 'x$7y'}", json!({"a": null, "b": null, "c": "xy"})),
        ("{a: {b: {c: 'from $0 to $1'}}}", json!({"a": {"b": {"c": "from Vendas to 3"}}})),
        ("{a: 'costs $ or $$ or $x', $x: 1 /* $0 */ } // $1", json!({"a": "costs $ or $$ or $x", "$x": 1})),
        (
            "{a: 1.5, b: null, c: true, d: 'it\\'s \"$0\"'}",
            json!({"a": 1.5, "b": null, "c": true, "d": "it's \"Vendas\""}),
        ),
        ("{}", json!({})),
    ] {
        assert_eq!(filled(template, &["Vendas", "3", "true"]), expected, "{template}");
    }
}

#[test]
fn one_placeholder_is_never_the_beginning_of_another() {
    let values: Vec<String> = (0..12).map(|i| format!("v{i}")).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    assert_eq!(
        filled("{a: '$1', b: '$10', c: '$1$11', d: '$10x'}", &values),
        json!({"a": "v1", "b": "v10", "c": "v1v11", "d": "v10x"})
    );
}

#[test]
fn bare_values_are_numbers_only_where_they_read_as_numbers() {
    for (value, expected) in [
        ("12", json!(12)),
        ("-1.5", json!(-1.5)),
        ("007", json!("007")),
        ("false", json!(false)),
        ("null", json!("null")),
        ("{}", json!("{}")),
    ] {
        assert_eq!(filled("{a: $0}", &[value]), json!({"a": expected}));
    }
}

#[test]
fn what_is_no_object_says_why() {
    for (template, reason) in [
        ("", "is not JSON"),
        ("[1]", "not an object"),
        ("'x'", "not an object"),
        ("{a: }", "is not JSON"),
        ("{a: $0$1}", "is not JSON"),
        ("{'$0': 1}", "the key '$0' holds a placeholder"),
        ("{$0: 1}", "the key '$0' holds a placeholder"),
        ("{a: {'x$1': 1}}", "the key 'x$1' holds a placeholder"),
        (&format!("{{a: {}{}}}", "[".repeat(10_000), "]".repeat(10_000)), "nested more than 32 deep"),
    ] {
        let error = PayloadTemplate::parse(template).unwrap_err();
        assert!(error.contains(reason), "{template}: {error}");
    }
}

#[test]
fn placeholders_are_known() {
    let template = PayloadTemplate::parse("{a: '$3 and $1', b: [$10], c: {d: '$1'}}").unwrap();
    assert_eq!(template.placeholders().into_iter().collect::<Vec<_>>(), [1, 3, 10]);
}

proptest::proptest! {
    #[test]
    fn values_pass_unchanged(first in "\\PC{0,30}", second in "[\"'{}$0-9\\\\\n\u{0}:,a]{0,30}") {
        let event = filled("{a: '$0', 'b': [\"<$1>\"], c: {d: '$1'}}", &[&first, &second]);
        proptest::prop_assert_eq!(event, json!({"a": first, "b": [format!("<{second}>")], "c": {"d": second}}));
    }

    #[test]
    fn any_text_is_a_template_or_an_error(text in "[{}\\[\\]\"'$0-9a:,/* \\\\\n]{0,40}") {
        if let Ok(template) = PayloadTemplate::parse(&text) {
            template.fill(&|_| Some("x".to_owned()));
        }
    }
}
