//! The typed expression language of conditions, defaults and validations (no `eval` anywhere).

use serde_json::Value;

/// A parsed expression.
#[derive(Debug, Clone)]
pub struct Expression {
    _written: String,
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
    /// Where the text is not one, with the place.
    pub fn parse(_text: &str) -> Result<Self, ExpressionError> {
        unimplemented!()
    }

    /// Its value; unknown names and type clashes are `Null`, never an error, so that a condition simply does not hold.
    pub fn evaluate(&self, _scope: &dyn Scope) -> Value {
        unimplemented!()
    }

    /// Whether its value is true in the sense of JavaScript.
    pub fn holds(&self, _scope: &dyn Scope) -> bool {
        unimplemented!()
    }
}
