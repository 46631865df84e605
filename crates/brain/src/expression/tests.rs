use serde_json::{Value, json};

use super::*;

/// A scope that knows `value`, a session and one of everything else.
struct Known(Value);

impl Scope for Known {
    fn name(&self, path: &[String]) -> Option<Value> {
        match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["value"] => Some(self.0.clone()),
            ["parent", "response"] => Some(json!("Yes")),
            ["payload"] => Some(json!({"city": {"name": "Oslo"}, "count": 3})),
            ["user", "name"] => Some(json!("Ann")),
            ["now"] => Some(json!("2024-05-01T10:00:00Z")),
            _ => None,
        }
    }
    fn has_tag(&self, tag: &str) -> bool {
        tag == "NEGATIVE"
    }
    fn has_env(&self, key: &str, value: &Value) -> bool {
        key == "channel" && value == "phone"
    }
    fn entity(&self, name: &str) -> Option<String> {
        (name == "CITY").then(|| "São Paulo".to_owned())
    }
}

fn value(expression: &str, of: Value) -> Value {
    Expression::parse(expression).unwrap().evaluate(&Known(of))
}

#[test]
fn expressions_have_the_value_a_person_expects() {
    for (expression, expected) in [
        ("1 + 2 * 3 - 4 / 2", json!(5)),
        ("(1 + 2) * 3 % 4", json!(1)),
        ("10 - 4 - 3", json!(3)),
        ("-2 + 1", json!(-1)),
        ("0.1 * 3 > 0.3 - 0.000001", json!(true)),
        ("1 / 0", json!(null)),
        ("'a' * 2", json!(null)),
        ("'0' + '11'", json!("011")),
        ("'5' + 1", json!(6)),
        ("'n' + 1", json!("n1")),
        ("'5' < 10", json!(true)),
        ("'10' < '9'", json!(false)),
        ("'2,5' > 2", json!(true)),
        ("'apple' < 'Banana'", json!(true)),
        ("null < 1", json!(false)),
        ("'Sim' == 'sim '", json!(true)),
        ("'São' == 'sao'", json!(true)),
        ("'Sim' === 'sim'", json!(false)),
        ("1 === 1.0", json!(true)),
        ("'1' === 1", json!(false)),
        ("'1' == 1", json!(true)),
        ("null == ''", json!(false)),
        ("undefined == null", json!(true)),
        ("1 != 2 && !false", json!(true)),
        ("false || 'x'", json!("x")),
        ("0 && x == 1 || true", Value::Null),
        ("true ? 'a' : false ? 'b' : 'c'", json!("a")),
        ("false ? 'a' : false ? 'b' : 'c'", json!("c")),
        ("'B' in ['a', 'b',]", json!(true)),
        ("'ell' in 'Hello'", json!(true)),
        ("[1, 'two', null]", json!([1, "two", null])),
        ("true;", json!(true)),
        (r#""it's""#, json!("it's")),
        (r"'a\'b\n'", json!("a'b\n")),
        ("payload.city.name", json!("Oslo")),
        ("payload.city.nothing.here", json!(null)),
        ("payload.count + 1", json!(4)),
        ("user.name.length", json!(3)),
        ("lastNode", json!(null)),
        ("payload['city'].name", json!("Oslo")),
        ("startsWith(lastNode, '')", json!(false)),
        ("endsWith('x', lastNode)", json!(false)),
        ("contains('x', lastNode)", json!(false)),
        ("lastNode in 'x'", json!(false)),
        ("matches(lastNode, '.*')", json!(false)),
        ("now > '2024-04'", json!(true)),
        ("parent.response == 'yes'", json!(true)),
        ("hasTag('NEGATIVE') && !hasTag(\"X\")", json!(true)),
        ("hasEnv({channel: 'phone'})", json!(true)),
        ("hasEnv({'channel': 'phone', other: 1})", json!(false)),
        ("entity('CITY')", json!("São Paulo")),
        ("entity('x') == null", json!(true)),
        ("length('ação') + length([1, 2])", json!(6)),
        ("number('12') + number('x')", json!("12")),
        ("lower('ÀB') + upper('é') + trim(' x ')", json!("àbÉx")),
        ("contains('Bom dia', 'BOM') && startsWith('Olá', 'ola') && endsWith('Olá', 'LÁ')", json!(true)),
        ("simpleReturnTrue()", json!(true)),
    ] {
        if expected.is_null() && expression.contains("x ==") {
            assert_eq!(Expression::parse(expression).unwrap_err().message, "unknown name 'x'");
            continue;
        }
        assert_eq!(value(expression, Value::Null), expected, "{expression}");
    }
}

#[test]
fn validations_take_the_value_in_every_form() {
    for (expression, accepted, refused) in [
        ("value > 0 && value <= 100 && value % 1 == 0", "12", "0.5"),
        ("simpleList(['yes', 'no'], '$value')", "YES", "maybe"),
        ("jaoClient.validators.simpleList(['sim','não'],'$value')", "nao", "talvez"),
        ("jaoClient.validators.simpleList([\"a\"], $value)", "A", "b"),
        ("matches(value, '^\\d{3}$')", "123", "1234"),
        ("matches(value, '/^[a-z]+$/i')", "ABC", "a1"),
        ("length(value) <= 5", "short", "longer"),
        ("value in ['thin', 'thick']", "Thin", "thinner"),
        ("value.length == 2", "ab", "a"),
    ] {
        let parsed = Expression::parse(expression).unwrap();
        assert!(parsed.holds(&Known(json!(accepted))), "{expression} {accepted}");
        assert!(!parsed.holds(&Known(json!(refused))), "{expression} {refused}");
    }
}

#[test]
fn faults_name_the_place_and_what_stands_there() {
    for (expression, message) in [
        ("", "expected a value, found the end at character 1"),
        ("SAC", "unknown name 'SAC' at character 1"),
        ("São Paulo", "unknown name 'São' at character 1"),
        ("value = 1", "unexpected '=' (use == to compare) at character 7"),
        ("value == ", "expected a value, found the end at character 10"),
        ("value == 1 2", "expected the end, found '2' at character 12"),
        ("(1 + 2", "expected ')', found the end at character 7"),
        ("'open", "the text that opens with ' is not closed at character 1"),
        ("runExtension('x', 1)", "unknown function 'runExtension' at character 1"),
        ("simpleList(['a'])", "'simpleList' wants 2 arguments, found 1 at character 1"),
        ("hasEnv('a')", "expected '{', found the text 'a' at character 8"),
        ("matches(value, value)", "expected a regex in quotes, found 'value' at character 16"),
        ("matches(value, '(?=x)')", "look-around ((?=, (?!, (?<=, (?<!) is not supported at character 16"),
        ("12abc", "'12' is not a number at character 1"),
        ("value # 1", "unexpected '#' at character 7"),
        ("value ? 1", "expected ':', found the end at character 10"),
        ("constructor.constructor('return 1')()", "unknown function 'constructor.constructor' at character 1"),
    ] {
        assert_eq!(Expression::parse(expression).unwrap_err().to_string(), message, "{expression}");
    }
}

#[test]
fn size_and_depth_are_bounded() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(1_000), close.repeat(1_000));
    for (text, part) in [
        (deep("(", ")"), "nested more than 40 deep"),
        (deep("!", ""), "nested more than 40 deep"),
        (deep("[", "]"), "nested more than 40 deep"),
        (deep("1 + ", ""), "characters"),
        (deep("1+", ""), "parts"),
        (deep("1?1:", ""), "characters"),
        (format!("'{}'", "x".repeat(5_000)), "characters"),
    ] {
        let error = Expression::parse(&text).unwrap_err();
        assert!(error.message.contains(part), "{error}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_an_expression_or_an_error(text in "\\PC{0,60}") {
        if let Ok(expression) = Expression::parse(&text) {
            expression.evaluate(&Known(json!("x")));
        }
    }

    #[test]
    fn anything_like_an_expression_is_one_or_an_error(
        parts in proptest::collection::vec(proptest::sample::select(vec![
            "value", "parent.response", "'a'", "1", "2.5", "(", ")", "[", "]", ",", "+", "-", "!", "*", "/", "%", "<", "<=", "==", "===", "in", "&&",
            "||", "?", ":", "null", "true", "length(", "simpleList(", "matches(value,'x')", "hasEnv({a:1})", "entity('x')", "payload",
        ]), 0..24)
    ) {
        if let Ok(expression) = Expression::parse(&parts.join(" ")) {
            expression.holds(&Known(json!("5")));
        }
    }
}
