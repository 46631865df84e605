//! Tokens to a tree: operator precedence by binding power, bounded in depth and size.

use serde_json::Value;

use super::{
    Expression, ExpressionError, Function, Node, Operator,
    evaluate::number_value,
    lexer::{Placed, Token, tokens},
    names,
};
use crate::pattern::{Automaton, OnUse};

const MAX_CHARACTERS: usize = 4_000;
const MAX_DEPTH: usize = 40;
const MAX_NODES: usize = 400;

/// Older clients' validators live under this prefix.
const OLD_PREFIX: [&str; 2] = ["jaoClient", "validators"];

const FUNCTIONS: [(&str, Function, usize); 12] = [
    ("hasTag", Function::HasTag, 1),
    ("entity", Function::Entity, 1),
    ("simpleList", Function::SimpleList, 2),
    ("simpleReturnTrue", Function::SimpleReturnTrue, 0),
    ("length", Function::Length, 1),
    ("number", Function::Number, 1),
    ("lower", Function::Lower, 1),
    ("upper", Function::Upper, 1),
    ("trim", Function::Trim, 1),
    ("contains", Function::Contains, 2),
    ("startsWith", Function::StartsWith, 2),
    ("endsWith", Function::EndsWith, 2),
];

/// What is done with the regexes of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Regexes {
    /// They are compiled, to find faults and to know their size, and not kept so.
    Compiled,
    /// They are left until they are used.
    Trusted,
}

pub(super) fn parse(text: &str, regexes: Regexes) -> Result<Expression, ExpressionError> {
    if text.chars().count() > MAX_CHARACTERS {
        return Err(ExpressionError {
            message: format!("the expression is longer than {MAX_CHARACTERS} characters"),
            at: MAX_CHARACTERS + 1,
        });
    }
    let mut parser = Parser { tokens: tokens(text)?, next: 0, depth: 0, nodes: 0, regexes, regex_bytes: 0 };
    let root = parser.expression(0)?;
    parser.take(";");
    match parser.peek() {
        Token::End => Ok(Expression { root, bytes: parser.bytes(text) }),
        _ => Err(parser.unexpected("the end")),
    }
}

struct Parser {
    tokens: Vec<Placed>,
    next: usize,
    depth: usize,
    nodes: usize,
    regexes: Regexes,
    regex_bytes: usize,
}

impl Parser {
    /// An expression whose operators bind more tightly than `floor`.
    fn expression(&mut self, floor: u8) -> Result<Node, ExpressionError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(format!("the expression is nested more than {MAX_DEPTH} deep")));
        }
        let mut left = self.operand()?;
        while let Some((operator, power)) = self.operator().filter(|(_, power)| *power > floor) {
            self.advance();
            let right = self.expression(power)?;
            left = self.node(Node::Binary(operator, Box::new(left), Box::new(right)))?;
        }
        if floor == 0 && self.take("?") {
            let then = self.expression(0)?;
            self.expect(":")?;
            let otherwise = self.expression(0)?;
            left = self.node(Node::Choose(Box::new(left), Box::new(then), Box::new(otherwise)))?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<Node, ExpressionError> {
        const UNARY: u8 = 8;
        let at = self.next;
        let node = match self.advance() {
            Token::Number(number) => Node::Literal(number_value(number)),
            Token::Text(text) if text == "$value" => Node::Name(vec!["value".to_owned()]),
            Token::Text(text) => Node::Literal(Value::String(text)),
            Token::Name(path) => self.named(path, at)?,
            Token::Symbol("!") => Node::Not(Box::new(self.expression(UNARY)?)),
            Token::Symbol("-") => Node::Negate(Box::new(self.expression(UNARY)?)),
            Token::Symbol("(") => {
                let inner = self.expression(0)?;
                self.expect(")")?;
                inner
            }
            Token::Symbol("[") => Node::List(self.list("]")?),
            _ => {
                self.next = at;
                return Err(self.unexpected("a value"));
            }
        };
        self.node(node)
    }

    fn named(&mut self, path: Vec<String>, at: usize) -> Result<Node, ExpressionError> {
        if self.peek() == &Token::Symbol("(") {
            return self.call(path, at);
        }
        let constant = match path.as_slice() {
            [word] => match word.as_str() {
                "true" => Some(Value::Bool(true)),
                "false" => Some(Value::Bool(false)),
                "null" | "undefined" => Some(Value::Null),
                "$value" => return Ok(Node::Name(vec!["value".to_owned()])),
                _ => None,
            },
            _ => None,
        };
        if let Some(constant) = constant {
            return Ok(Node::Literal(constant));
        }
        let path = self.members(path)?;
        let Some(fault) = names::fault(&path) else { return Ok(Node::Name(path)) };
        self.next = at;
        Err(self.error(fault))
    }

    /// What follows a name: `[0]`, `['key']`, and names after these.
    fn members(&mut self, mut path: Vec<String>) -> Result<Vec<String>, ExpressionError> {
        while self.take("[") {
            match self.advance() {
                Token::Number(index) => path.push(index.to_string()),
                Token::Text(key) => path.push(key),
                _ => {
                    self.next -= 1;
                    return Err(self.unexpected("a number or a name in quotes"));
                }
            }
            self.expect("]")?;
            if self.take(".") {
                match self.advance() {
                    Token::Name(more) => path.extend(more),
                    _ => {
                        self.next -= 1;
                        return Err(self.unexpected("a name"));
                    }
                }
            }
        }
        Ok(path)
    }

    fn call(&mut self, mut path: Vec<String>, at: usize) -> Result<Node, ExpressionError> {
        if path.len() == 3 && path[..2] == OLD_PREFIX {
            path.drain(..2);
        }
        let name = path.join(".");
        self.expect("(")?;
        match name.as_str() {
            "hasEnv" => return self.environment(),
            "matches" => return self.matches(),
            _ => {}
        }
        let Some((_, function, wanted)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
            self.next = at;
            return Err(self.error(format!("unknown function '{name}'")));
        };
        let arguments = self.list(")")?;
        if arguments.len() != *wanted {
            self.next = at;
            return Err(self.error(format!("'{name}' wants {wanted} arguments, found {}", arguments.len())));
        }
        Ok(Node::Call(*function, arguments))
    }

    /// `hasEnv({key: 'value', …})`, after its opening parenthesis.
    fn environment(&mut self) -> Result<Node, ExpressionError> {
        self.expect("{")?;
        let mut wanted = Vec::new();
        while self.peek() != &Token::Symbol("}") {
            let key = match self.advance() {
                Token::Text(key) => key,
                Token::Name(path) => path.join("."),
                _ => {
                    self.next -= 1;
                    return Err(self.unexpected("a name"));
                }
            };
            self.expect(":")?;
            wanted.push((key, self.expression(0)?));
            if !self.take(",") {
                break;
            }
        }
        self.expect("}")?;
        self.expect(")")?;
        Ok(Node::Environment(wanted))
    }

    /// `matches(text, 'regex')`, after its opening parenthesis.
    fn matches(&mut self) -> Result<Node, ExpressionError> {
        let text = self.expression(0)?;
        self.expect(",")?;
        let at = self.next;
        let Token::Text(written) = self.advance() else {
            self.next = at;
            return Err(self.unexpected("a regex in quotes"));
        };
        if self.regexes == Regexes::Compiled {
            let compiled = Automaton::compile(&written).map_err(|problem| {
                self.next = at;
                self.error(problem.0)
            })?;
            self.regex_bytes += compiled.bytes();
        }
        self.expect(")")?;
        Ok(Node::Matches(Box::new(text), OnUse::new(&written, Automaton::compile)))
    }

    /// Bytes of the parsed text. What it names and quotes is no longer than the text; each part of it has at most one allocation of its own.
    fn bytes(&self, text: &str) -> usize {
        const OF_AN_ALLOCATION: usize = 16;
        size_of::<Expression>() + self.nodes * (size_of::<Node>() + OF_AN_ALLOCATION) + text.len() + self.regex_bytes
    }

    fn list(&mut self, close: &'static str) -> Result<Vec<Node>, ExpressionError> {
        let mut items = Vec::new();
        while self.peek() != &Token::Symbol(close) {
            items.push(self.expression(0)?);
            if !self.take(",") {
                break;
            }
        }
        self.expect(close)?;
        Ok(items)
    }

    fn operator(&self) -> Option<(Operator, u8)> {
        use Operator as O;
        let found = match self.peek() {
            Token::Name(path) if path.len() == 1 && path[0] == "in" => (O::In, 5),
            Token::Symbol(symbol) => match *symbol {
                "||" => (O::Or, 1),
                "&&" => (O::And, 2),
                "==" => (O::Equal, 4),
                "!=" => (O::NotEqual, 4),
                "===" => (O::Same, 4),
                "!==" => (O::NotSame, 4),
                "<" => (O::Less, 5),
                "<=" => (O::LessOrEqual, 5),
                ">" => (O::Greater, 5),
                ">=" => (O::GreaterOrEqual, 5),
                "+" => (O::Add, 6),
                "-" => (O::Subtract, 6),
                "*" => (O::Multiply, 7),
                "/" => (O::Divide, 7),
                "%" => (O::Remainder, 7),
                _ => return None,
            },
            _ => return None,
        };
        Some(found)
    }

    /// Counts nodes, so that a long flat chain cannot grow a tree too deep to walk.
    fn node(&mut self, node: Node) -> Result<Node, ExpressionError> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(self.error(format!("the expression has more than {MAX_NODES} parts")));
        }
        Ok(node)
    }

    fn peek(&self) -> &Token {
        self.tokens.get(self.next).map_or(&Token::End, |placed| &placed.token)
    }

    fn advance(&mut self) -> Token {
        let token = self.peek().clone();
        self.next += 1;
        token
    }

    fn take(&mut self, symbol: &'static str) -> bool {
        let found = self.peek() == &Token::Symbol(symbol);
        if found {
            self.next += 1;
        }
        found
    }

    fn expect(&mut self, symbol: &'static str) -> Result<(), ExpressionError> {
        if self.take(symbol) { Ok(()) } else { Err(self.unexpected(&format!("'{symbol}'"))) }
    }

    fn unexpected(&self, wanted: &str) -> ExpressionError {
        let found = match self.peek() {
            Token::Number(number) => format!("'{number}'"),
            Token::Text(text) => format!("the text '{text}'"),
            Token::Name(path) => format!("'{}'", path.join(".")),
            Token::Symbol(symbol) => format!("'{symbol}'"),
            Token::End => "the end".to_owned(),
        };
        self.error(format!("expected {wanted}, found {found}"))
    }

    fn error(&self, message: String) -> ExpressionError {
        let last = self.tokens.len().saturating_sub(1);
        let at = self.tokens.get(self.next.min(last)).map_or(1, |placed| placed.at);
        ExpressionError { message, at }
    }
}
