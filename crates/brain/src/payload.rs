//! The payload template: lenient JSON with `$n` placeholders.

mod lenient;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::memory::of_json;

/// A parsed payload template.
///
/// Values are put into the parsed shape and never into text, so that nothing a user types can add a key or break out of its string.
#[derive(Debug, Clone)]
pub struct PayloadTemplate {
    shape: Vec<(String, Shape)>,
}

/// A template's value, with its placeholders found.
#[derive(Debug, Clone)]
enum Shape {
    Constant(Value),
    List(Vec<Shape>),
    Object(Vec<(String, Shape)>),
    /// A string with placeholders in it.
    Text(Vec<Piece>),
    /// `$n` outside of quotes.
    Bare(u32),
}

#[derive(Debug, Clone)]
enum Piece {
    Written(String),
    Placeholder(u32),
}

impl PayloadTemplate {
    /// Parses a template: unquoted keys, single quotes and trailing commas are fine; `$n` may stand bare or inside a string.
    ///
    /// # Errors
    /// Where it is not an object even so, or a key holds a placeholder: a user's words are values, never keys.
    pub fn parse(written: &str) -> Result<Self, String> {
        match lenient::parse(written)? {
            Value::Object(members) => Ok(Self { shape: object(members)? }),
            _ => Err("the template is not an object in braces".to_owned()),
        }
    }

    /// The event: every `$n` whose `value` is known is replaced inside its string (nothing can break out of it); a bare `$n` becomes a number
    /// or boolean where the value reads as one; a placeholder without a value becomes null where it stands alone, and empty inside a longer string.
    pub fn fill(&self, value: &dyn Fn(u32) -> Option<String>) -> Map<String, Value> {
        fill_object(&self.shape, value)
    }

    /// Bytes that it takes.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + members_bytes(&self.shape)
    }

    /// The numbers of all placeholders.
    pub fn placeholders(&self) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        self.shape.iter().for_each(|(_, shape)| collect(shape, &mut found));
        found
    }
}

fn members_bytes(members: &[(String, Shape)]) -> usize {
    members.iter().map(|(key, shape)| size_of::<String>() + key.len() + shape_bytes(shape)).sum()
}

fn shape_bytes(shape: &Shape) -> usize {
    let more = match shape {
        Shape::Constant(value) => of_json(value),
        Shape::List(items) => items.iter().map(shape_bytes).sum(),
        Shape::Object(members) => members_bytes(members),
        Shape::Text(pieces) => pieces.iter().map(piece_bytes).sum(),
        Shape::Bare(_) => 0,
    };
    size_of::<Shape>() + more
}

fn piece_bytes(piece: &Piece) -> usize {
    size_of::<Piece>() + if let Piece::Written(text) = piece { text.len() } else { 0 }
}

fn object(members: Map<String, Value>) -> Result<Vec<(String, Shape)>, String> {
    members
        .into_iter()
        .map(|(key, value)| {
            if has_placeholder(&key) {
                Err(format!("the key '{key}' holds a placeholder"))
            } else {
                Ok((key, shape(value)?))
            }
        })
        .collect()
}

fn shape(value: Value) -> Result<Shape, String> {
    Ok(match value {
        Value::String(text) => match lenient::bare(&text) {
            Some(position) => Shape::Bare(position),
            None if has_placeholder(&text) => Shape::Text(pieces(&text)),
            None => Shape::Constant(Value::String(text)),
        },
        Value::Array(items) => Shape::List(items.into_iter().map(shape).collect::<Result<_, _>>()?),
        Value::Object(members) => Shape::Object(object(members)?),
        constant => Shape::Constant(constant),
    })
}

fn has_placeholder(text: &str) -> bool {
    pieces(text).iter().any(|piece| matches!(piece, Piece::Placeholder(_)))
}

/// Cuts a text at its placeholders; `$` without digits, or with more than a number holds, is a dollar sign.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut written = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        written.push_str(before);
        if let Ok(position) = after[..digits].parse() {
            if !written.is_empty() {
                pieces.push(Piece::Written(std::mem::take(&mut written)));
            }
            pieces.push(Piece::Placeholder(position));
        } else {
            written.push_str(&rest[at..at + 1 + digits]);
        }
        rest = &after[digits..];
    }
    written.push_str(rest);
    if !written.is_empty() {
        pieces.push(Piece::Written(written));
    }
    pieces
}

fn collect(shape: &Shape, found: &mut BTreeSet<u32>) {
    match shape {
        Shape::Constant(_) => {}
        Shape::Bare(position) => drop(found.insert(*position)),
        Shape::List(items) => items.iter().for_each(|item| collect(item, found)),
        Shape::Object(members) => members.iter().for_each(|(_, member)| collect(member, found)),
        Shape::Text(pieces) => found.extend(pieces.iter().filter_map(|piece| match piece {
            Piece::Placeholder(position) => Some(*position),
            Piece::Written(_) => None,
        })),
    }
}

fn fill_object(members: &[(String, Shape)], value: &dyn Fn(u32) -> Option<String>) -> Map<String, Value> {
    members.iter().map(|(key, member)| (key.clone(), fill(member, value))).collect()
}

fn fill(shape: &Shape, value: &dyn Fn(u32) -> Option<String>) -> Value {
    match shape {
        Shape::Constant(constant) => constant.clone(),
        Shape::List(items) => items.iter().map(|item| fill(item, value)).collect(),
        Shape::Object(members) => Value::Object(fill_object(members, value)),
        Shape::Bare(position) => value(*position).map_or(Value::Null, scalar),
        Shape::Text(pieces) => fill_text(pieces, value),
    }
}

fn fill_text(pieces: &[Piece], value: &dyn Fn(u32) -> Option<String>) -> Value {
    if let [Piece::Placeholder(position)] = pieces {
        return value(*position).map_or(Value::Null, Value::String);
    }
    let text = pieces.iter().map(|piece| match piece {
        Piece::Written(text) => text.clone(),
        Piece::Placeholder(position) => value(*position).unwrap_or_default(),
    });
    Value::String(text.collect())
}

/// A number or boolean where the whole text is one in JSON's notation (so `007` stays text), else the text.
fn scalar(text: String) -> Value {
    match serde_json::from_str(text.trim()) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
        _ => Value::String(text),
    }
}

#[cfg(test)]
mod tests;
