//! Text to tokens.

use super::ExpressionError;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    /// A dotted name, such as `user.name`.
    Name(Vec<String>),
    Symbol(&'static str),
    End,
}

/// A token and its character offset, from 1.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) at: usize,
}

/// Longer symbols stand before their prefixes.
const SYMBOLS: [&str; 27] = [
    "===", "!==", "==", "!=", "<=", ">=", "&&", "||", "!", "-", "+", "*", "/", "%", "<", ">", "?", ":", "(", ")", "[",
    "]", "{", "}", ",", ".", ";",
];

pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, ExpressionError> {
    let mut lexer = Lexer { characters: text.chars().collect(), next: 0 };
    let mut tokens = Vec::new();
    loop {
        let placed = lexer.token()?;
        let last = placed.token == Token::End;
        tokens.push(placed);
        if last {
            return Ok(tokens);
        }
    }
}

struct Lexer {
    characters: Vec<char>,
    next: usize,
}

impl Lexer {
    fn token(&mut self) -> Result<Placed, ExpressionError> {
        while self.peek().is_some_and(char::is_whitespace) {
            self.next += 1;
        }
        let at = self.next + 1;
        let token = match self.peek() {
            None => Token::End,
            Some(quote @ ('\'' | '"')) => self.text(quote)?,
            Some(c) if c.is_ascii_digit() => self.number()?,
            Some(c) if starts_name(c) => self.name(),
            Some(c) => self.symbol(c)?,
        };
        Ok(Placed { token, at })
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.next).copied()
    }

    fn text(&mut self, quote: char) -> Result<Token, ExpressionError> {
        let start = self.next + 1;
        self.next += 1;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.next += 1;
            match c {
                c if c == quote => return Ok(Token::Text(text)),
                '\\' => self.escape(&mut text),
                c => text.push(c),
            }
        }
        Err(ExpressionError { message: format!("the text that opens with {quote} is not closed"), at: start })
    }

    /// Escapes that mean nothing keep their backslash, so that `'\d+'` can hold a regex without doubling it.
    fn escape(&mut self, text: &mut String) {
        let Some(c) = self.peek() else { return };
        self.next += 1;
        match c {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            '\\' | '\'' | '"' => text.push(c),
            other => text.extend(['\\', other]),
        }
    }

    fn number(&mut self) -> Result<Token, ExpressionError> {
        let start = self.next;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.next += 1;
        }
        let fraction = self.peek() == Some('.') && self.characters.get(self.next + 1).is_some_and(char::is_ascii_digit);
        if fraction {
            self.next += 1;
            while self.peek().is_some_and(|c| c.is_ascii_digit()) {
                self.next += 1;
            }
        }
        let written: String = self.characters[start..self.next].iter().collect();
        let unusable = || ExpressionError { message: format!("'{written}' is not a number"), at: start + 1 };
        if self.peek().is_some_and(starts_name) {
            return Err(unusable());
        }
        written.parse::<f64>().ok().filter(|number| number.is_finite()).map(Token::Number).ok_or_else(unusable)
    }

    fn name(&mut self) -> Token {
        let mut path = vec![self.word()];
        while self.peek() == Some('.') && self.characters.get(self.next + 1).copied().is_some_and(starts_name) {
            self.next += 1;
            path.push(self.word());
        }
        Token::Name(path)
    }

    fn word(&mut self) -> String {
        let start = self.next;
        while self.peek().is_some_and(|c| starts_name(c) || c.is_alphanumeric()) {
            self.next += 1;
        }
        self.characters[start..self.next].iter().collect()
    }

    fn symbol(&mut self, first: char) -> Result<Token, ExpressionError> {
        let rest = &self.characters[self.next..];
        let found = SYMBOLS.iter().find(|symbol| symbol.chars().enumerate().all(|(i, c)| rest.get(i) == Some(&c)));
        if let Some(symbol) = found {
            self.next += symbol.len();
            return Ok(Token::Symbol(symbol));
        }
        let hint = match first {
            '=' => " (use == to compare)",
            '&' => " (use && for 'and')",
            '|' => " (use || for 'or')",
            _ => "",
        };
        Err(ExpressionError { message: format!("unexpected '{first}'{hint}"), at: self.next + 1 })
    }
}

fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}
