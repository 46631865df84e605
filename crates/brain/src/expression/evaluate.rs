//! A tree to a value; total.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::{Function, Node, Operator, Scope};
use crate::fold::fold;

pub(super) fn evaluate(node: &Node, scope: &dyn Scope) -> Value {
    match node {
        Node::Literal(value) => value.clone(),
        Node::Name(path) => named(path, scope),
        Node::List(items) => items.iter().map(|item| evaluate(item, scope)).collect(),
        Node::Not(inner) => Value::Bool(!truthy(&evaluate(inner, scope))),
        Node::Negate(inner) => number_of(&evaluate(inner, scope)).map_or(Value::Null, |number| number_value(-number)),
        Node::Binary(operator, left, right) => binary(*operator, left, right, scope),
        Node::Choose(condition, then, otherwise) => {
            let chosen = if truthy(&evaluate(condition, scope)) { then } else { otherwise };
            evaluate(chosen, scope)
        }
        Node::Call(function, arguments) => {
            let arguments: Vec<Value> = arguments.iter().map(|argument| evaluate(argument, scope)).collect();
            call(*function, &arguments, scope)
        }
        Node::Environment(wanted) => {
            Value::Bool(wanted.iter().all(|(key, value)| scope.has_env(key, &evaluate(value, scope))))
        }
        Node::Matches(text, regex) => {
            let text = evaluate(text, scope);
            let found = || regex.get().is_some_and(|regex| regex.is_match(&text_of(&text)));
            Value::Bool(!text.is_null() && found())
        }
    }
}

/// JavaScript's notion: everything but `false`, `0`, `""`, `null`.
pub(super) fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// Whole numbers without a fraction part, so that they print as people write them; `Null` where there is no number.
pub(super) fn number_value(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        // In range by the check above.
        #[allow(clippy::cast_possible_truncation)]
        return Value::from(number as i64);
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// The number that a value is or reads as: `5`, `"5"`, `" 2.50 "`, `"2,5"`; no exponents, no thousands separators.
pub(crate) fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => read_number(text),
        _ => None,
    }
}

/// A value as text: what a person would write for it; `""` for `null`.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn read_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match digits.split_once(['.', ',']) {
        // "1,000" is a thousand to some and one to others.
        Some((_, fraction)) if digits.contains(',') && fraction.len() > 2 => return None,
        Some(parts) => parts,
        None => (digits, "0"),
    };
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    text.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite())
}

/// The scope's value for the whole path, else for its longest known beginning, from which the rest is looked up.
fn named(path: &[String], scope: &dyn Scope) -> Value {
    (1..=path.len())
        .rev()
        .find_map(|known| Some(members(scope.name(&path[..known])?, &path[known..])))
        .unwrap_or(Value::Null)
}

fn members(value: Value, path: &[String]) -> Value {
    path.iter().fold(value, |value, key| match value {
        Value::Object(mut members) => members.swap_remove(key.as_str()).unwrap_or(Value::Null),
        value if key == "length" => length(&value),
        _ => Value::Null,
    })
}

fn binary(operator: Operator, left: &Node, right: &Node, scope: &dyn Scope) -> Value {
    let first = evaluate(left, scope);
    match operator {
        Operator::And if !truthy(&first) => return first,
        Operator::Or if truthy(&first) => return first,
        _ => {}
    }
    let second = evaluate(right, scope);
    match operator {
        Operator::And | Operator::Or => second,
        Operator::Equal => Value::Bool(alike(&first, &second)),
        Operator::NotEqual => Value::Bool(!alike(&first, &second)),
        Operator::Same => Value::Bool(same(&first, &second)),
        Operator::NotSame => Value::Bool(!same(&first, &second)),
        Operator::Less => Value::Bool(compare(&first, &second) == Some(Ordering::Less)),
        Operator::LessOrEqual => Value::Bool(compare(&first, &second).is_some_and(Ordering::is_le)),
        Operator::Greater => Value::Bool(compare(&first, &second) == Some(Ordering::Greater)),
        Operator::GreaterOrEqual => Value::Bool(compare(&first, &second).is_some_and(Ordering::is_ge)),
        Operator::In => Value::Bool(contains(&second, &first)),
        Operator::Add => add(&first, &second),
        Operator::Subtract => arithmetic(&first, &second, |a, b| a - b),
        Operator::Multiply => arithmetic(&first, &second, |a, b| a * b),
        Operator::Divide => arithmetic(&first, &second, |a, b| a / b),
        Operator::Remainder => arithmetic(&first, &second, |a, b| a % b),
    }
}

fn call(function: Function, arguments: &[Value], scope: &dyn Scope) -> Value {
    let argument = |index: usize| arguments.get(index).unwrap_or(&Value::Null);
    let text = |index: usize| text_of(argument(index));
    match function {
        Function::HasTag => Value::Bool(scope.has_tag(&text(0))),
        Function::Entity => scope.entity(&text(0)).map_or(Value::Null, Value::String),
        Function::SimpleList => Value::Bool(contains(argument(0), argument(1))),
        Function::SimpleReturnTrue => Value::Bool(true),
        Function::Length => length(argument(0)),
        Function::Number => number_of(argument(0)).map_or(Value::Null, number_value),
        Function::Lower => Value::String(text(0).to_lowercase()),
        Function::Upper => Value::String(text(0).to_uppercase()),
        Function::Trim => Value::String(text(0).trim().to_owned()),
        Function::Contains => Value::Bool(contains(argument(0), argument(1))),
        Function::StartsWith => Value::Bool(both(argument(0), argument(1), |a, b| a.starts_with(b))),
        Function::EndsWith => Value::Bool(both(argument(0), argument(1), |a, b| a.ends_with(b))),
    }
}

fn length(value: &Value) -> Value {
    match value {
        Value::Null => Value::from(0),
        Value::Array(items) => Value::from(items.len()),
        Value::Object(members) => Value::from(members.len()),
        scalar => Value::from(text_of(scalar).chars().count()),
    }
}

/// Adds where one side is a number and the other reads as one; otherwise joins text (`'0' + value`).
fn add(left: &Value, right: &Value) -> Value {
    match (number_of(left), number_of(right)) {
        (Some(a), Some(b)) if left.is_number() || right.is_number() => number_value(a + b),
        _ => Value::String(text_of(left) + &text_of(right)),
    }
}

fn arithmetic(left: &Value, right: &Value, apply: fn(f64, f64) -> f64) -> Value {
    match (number_of(left), number_of(right)) {
        (Some(a), Some(b)) => number_value(apply(a, b)),
        _ => Value::Null,
    }
}

/// Equal as a person would say: by number where both read as one, else by text without case, accents and surrounding blanks.
fn alike(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, other) | (other, Value::Null) => other.is_null(),
        (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => left == right,
        _ => match (number_of(left), number_of(right)) {
            (Some(a), Some(b)) => a == b,
            _ => plain(&text_of(left)) == plain(&text_of(right)),
        },
    }
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        _ => left == right,
    }
}

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    if let (Some(a), Some(b)) = (number_of(left), number_of(right)) {
        return a.partial_cmp(&b);
    }
    match (left, right) {
        (Value::String(a), Value::String(b)) => Some(plain(a).cmp(&plain(b))),
        _ => None,
    }
}

/// An item of a list, or a part of a text.
fn contains(whole: &Value, part: &Value) -> bool {
    match whole {
        Value::Array(items) => items.iter().any(|item| alike(item, part)),
        Value::Object(members) => members.contains_key(&text_of(part)),
        scalar => both(scalar, part, |whole, part| whole.contains(part)),
    }
}

/// Of two texts as a person reads them; what is unknown is no text, and nothing holds of it.
fn both(left: &Value, right: &Value, holds: fn(&str, &str) -> bool) -> bool {
    !left.is_null() && !right.is_null() && holds(&plain(&text_of(left)), &plain(&text_of(right)))
}

fn plain(text: &str) -> String {
    fold(text.trim()).text
}
