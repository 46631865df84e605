//! The typed expression language of conditions, defaults and validations (no `eval` anywhere).
//!
//! It looks like the JavaScript that knowledge files hold, and compares as a person would: `==`, `in`, `contains`, … disregard case, accents and
//! surrounding blanks, and `<` compares numbers where both sides read as numbers; `===` is exact.

mod evaluate;
mod lexer;
mod names;
mod parser;
mod template;
mod translation;

use serde_json::Value;

pub(crate) use self::translation::{looks_like_code, translation};
pub use self::{
    names::NAMES,
    template::{Part, Template},
};
use crate::pattern::{Automaton, OnUse};

/// A parsed expression.
#[derive(Debug, Clone)]
pub struct Expression {
    root: Node,
    bytes: usize,
}

/// What an expression may ask of its surroundings.
pub trait Scope {
    /// The value of a name such as `value`, `user.name` or `parent.response`; `None` where it is unknown here.
    fn name(&self, path: &[String]) -> Option<Value>;
    /// `hasTag("X")`: whether the utterance carries the enrichment tag.
    fn has_tag(&self, tag: &str) -> bool;
    /// `hasEnv({key: value})`: whether the client sent that environment variable with that value.
    fn has_env(&self, key: &str, value: &Value) -> bool;
    /// `entity("x")`: the value found for an entity type or parameter name.
    fn entity(&self, name: &str) -> Option<String>;
}

/// Why a text is not an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} at character {at}")]
pub struct ExpressionError {
    /// What was expected and what stands there.
    pub message: String,
    /// Character offset, from 1.
    pub at: usize,
}

impl Expression {
    /// Parses an expression.
    ///
    /// # Errors
    /// Where the text is not one, with the place: also for names and functions that do not exist, and for regexes that cannot be translated.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        parser::parse(text, parser::Regexes::Compiled)
    }

    /// Parses an expression that training has parsed before: its regexes are compiled when they are first used, and one that this release cannot
    /// read matches nothing.
    pub(crate) fn trusted(text: &str) -> Result<Self, ExpressionError> {
        parser::parse(text, parser::Regexes::Trusted)
    }

    /// Bytes that it takes once it is used; without its regexes, where it is [`Expression::trusted`].
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// One that holds for nobody.
    pub(crate) fn never() -> Self {
        Self { root: Node::Literal(Value::Bool(false)), bytes: size_of::<Self>() }
    }

    /// Its value; unknown names and type clashes are `Null`, never an error, so that a condition simply does not hold.
    pub fn evaluate(&self, scope: &dyn Scope) -> Value {
        evaluate::evaluate(&self.root, scope)
    }

    /// Whether its value is true in the sense of JavaScript.
    pub fn holds(&self, scope: &dyn Scope) -> bool {
        evaluate::truthy(&self.evaluate(scope))
    }
}

/// The syntax tree; the parser bounds its size, so recursion over it is safe.
#[derive(Debug, Clone)]
enum Node {
    Literal(Value),
    Name(Vec<String>),
    List(Vec<Node>),
    Not(Box<Node>),
    Negate(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    Choose(Box<Node>, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
    Environment(Vec<(String, Node)>),
    Matches(Box<Node>, OnUse<Automaton>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Same,
    NotSame,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    HasTag,
    Entity,
    SimpleList,
    SimpleReturnTrue,
    Length,
    Number,
    Lower,
    Upper,
    Trim,
    Contains,
    StartsWith,
    EndsWith,
}

#[cfg(test)]
mod tests;
