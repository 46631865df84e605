//! JavaScript's regex syntax (ECMA-262, annex B included) to that of the `regex` crate.

use super::PatternError;

const MAX_CHARACTERS: usize = 2_000;

#[derive(Debug)]
pub(super) struct Translated {
    pub(super) regex: String,
    pub(super) multi_line: bool,
    pub(super) dot_all: bool,
}

pub(super) fn translate(literal: &str) -> Result<Translated, PatternError> {
    if literal.chars().count() > MAX_CHARACTERS {
        return Err(PatternError(format!("the regex is longer than {MAX_CHARACTERS} characters")));
    }
    let constructed = constructor(literal);
    if constructed.is_none() && constructs(literal) {
        let rule = "a regex that code makes is read as new RegExp('regex', 'flags'), with nothing but texts in quotes";
        return Err(PatternError(rule.to_owned()));
    }
    let (source, flags) = constructed.as_ref().map_or_else(|| split(literal), |(source, flags)| (source, flags));
    if source.is_empty() {
        return Err(PatternError("the regex is empty".to_owned()));
    }
    if let Some(unknown) = flags.chars().find(|flag| !"dgimsuvy".contains(*flag)) {
        return Err(PatternError(format!("'{unknown}' is no regex flag")));
    }
    let mut translator =
        Translator { source: source.chars().collect(), next: 0, out: String::with_capacity(source.len() + 8) };
    translator.run()?;
    Ok(Translated { regex: translator.out, multi_line: flags.contains('m'), dot_all: flags.contains('s') })
}

/// `/source/flags`; a text that does not look like a literal is a bare regex.
fn split(literal: &str) -> (&str, &str) {
    let bare = (literal, "");
    let Some(rest) = literal.trim_start().strip_prefix('/') else { return bare };
    match rest.rfind('/') {
        Some(end) if rest[end + 1..].trim_end().chars().all(|c| c.is_ascii_alphabetic()) => {
            (&rest[..end], rest[end + 1..].trim_end())
        }
        _ => bare,
    }
}

/// Whether it is code that makes a regex: as a bare regex it would match nothing that anybody says.
fn constructs(literal: &str) -> bool {
    !literal.trim_start().starts_with('/') && ["new RegExp", "RegExp("].iter().any(|code| literal.contains(code))
}

/// `new RegExp('source', 'flags')`, as some authors write it, in either kind of quotes.
fn constructor(literal: &str) -> Option<(String, String)> {
    let written = literal.trim().trim_end_matches(';').trim_end();
    let call = written.strip_prefix("new ").unwrap_or(written).trim_start().strip_prefix("RegExp")?;
    let arguments = call.trim_start().strip_prefix('(')?.strip_suffix(')')?;
    let (source, rest) = quoted(arguments.trim())?;
    let rest = rest.trim();
    if rest.is_empty() {
        return Some((source, String::new()));
    }
    let (flags, rest) = quoted(rest.strip_prefix(',')?.trim())?;
    rest.trim().is_empty().then_some((source, flags))
}

/// A text in quotes as JavaScript reads it, and what stands after it; a backslash before another sign than a quote or a backslash stays, so
/// that authors who forgot to double it are understood too.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'))?;
    let (mut read, mut escaped) = (String::new(), false);
    for (place, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => {
                read.extend(['\\'].into_iter().filter(|_| c != quote && c != '\\').chain([c]));
                escaped = false;
            }
            '\\' => escaped = true,
            _ if c == quote => return Some((read, &text[place + c.len_utf8()..])),
            c => read.push(c),
        }
    }
    None
}

struct Translator {
    source: Vec<char>,
    next: usize,
    out: String,
}

impl Translator {
    fn run(&mut self) -> Result<(), PatternError> {
        while let Some(c) = self.advance() {
            match c {
                '\\' => self.escape(false)?,
                '[' => self.class()?,
                '(' => self.group()?,
                '{' if !self.at_quantifier() => self.out.push_str(r"\{"),
                '{' => self.quantifier(),
                '}' => self.out.push_str(r"\}"),
                ']' => self.out.push_str(r"\]"),
                c => self.out.push(c),
            }
        }
        Ok(())
    }

    fn group(&mut self) -> Result<(), PatternError> {
        let ahead: String = self.source[self.next..].iter().take(3).collect();
        if ["?=", "?!", "?<=", "?<!"].iter().any(|look| ahead.starts_with(look)) {
            return Err(PatternError("look-around ((?=, (?!, (?<=, (?<!) is not supported".to_owned()));
        }
        self.out.push('(');
        Ok(())
    }

    /// `{2}`, `{2,}`, `{2,3}` after this brace; JavaScript takes any other brace literally.
    fn at_quantifier(&self) -> bool {
        let rest: String = self.source[self.next..].iter().take_while(|c| **c != '}').collect();
        let closed = self.source.get(self.next + rest.chars().count()) == Some(&'}');
        let mut bounds = rest.splitn(2, ',');
        let digits = |bound: &str| bound.bytes().all(|b| b.is_ascii_digit());
        closed && bounds.next().is_some_and(|low| !low.is_empty() && digits(low)) && bounds.next().is_none_or(digits)
    }

    fn quantifier(&mut self) {
        self.out.push('{');
        while let Some(c) = self.advance() {
            self.out.push(c);
            if c == '}' {
                return;
            }
        }
    }

    fn class(&mut self) -> Result<(), PatternError> {
        let negated = self.take('^');
        if self.take(']') {
            self.out.push_str(if negated { r"[\s\S]" } else { r"[^\s\S]" });
            return Ok(());
        }
        self.out.push_str(if negated { "[^" } else { "[" });
        // Whether an item stands before, so that a hyphen can make a range of it.
        let mut item = false;
        loop {
            match self.advance() {
                None => return Err(PatternError("the regex has a '[' that is not closed".to_owned())),
                Some(']') => break,
                Some('-') if item && self.peek().is_some_and(|c| c != ']') => {
                    self.out.push('-');
                    item = false;
                    self.class_item()?;
                }
                Some(c) => {
                    self.next -= 1;
                    let _ = c;
                    item = self.class_item()?;
                }
            }
        }
        self.out.push(']');
        Ok(())
    }

    /// One item of a class; whether a range may start with it (not so for `\d` and its like).
    fn class_item(&mut self) -> Result<bool, PatternError> {
        match self.advance() {
            Some('\\') => {
                let set = self.peek().is_some_and(|c| "dDwWsSpP".contains(c));
                self.escape(true)?;
                return Ok(!set);
            }
            Some(c) if "[]&~-^#".contains(c) => self.out.extend(['\\', c]),
            Some(c) => self.out.push(c),
            None => {}
        }
        Ok(true)
    }

    fn escape(&mut self, in_class: bool) -> Result<(), PatternError> {
        let Some(c) = self.advance() else {
            return Err(PatternError("the regex ends with a lone backslash".to_owned()));
        };
        match c {
            'd' => self.out.push_str(if in_class { "0-9" } else { "[0-9]" }),
            'D' => self.out.push_str("[^0-9]"),
            'w' | 'W' | 's' | 'S' | 'n' | 'r' | 't' => self.out.extend(['\\', c]),
            'b' if in_class => self.code(0x08)?,
            'b' | 'B' => self.out.extend(['\\', c]),
            'f' => self.code(0x0c)?,
            'v' => self.code(0x0b)?,
            '0' if !self.peek().is_some_and(|c| c.is_ascii_digit()) => self.code(0)?,
            '0'..='9' | 'k' => {
                return Err(PatternError("back-references (\\1, \\k<name>) are not supported".to_owned()));
            }
            'p' | 'P' if self.peek() == Some('{') => self.property(c),
            'c' if self.peek().is_some_and(|c| c.is_ascii_alphabetic()) => {
                let letter = self.advance().unwrap_or_default();
                self.code(letter as u32 % 32)?;
            }
            'x' | 'u' => self.hexadecimal(c)?,
            other => self.literal(other),
        }
        Ok(())
    }

    fn property(&mut self, kind: char) {
        self.out.extend(['\\', kind]);
        while let Some(c) = self.advance() {
            self.out.push(c);
            if c == '}' {
                return;
            }
        }
    }

    /// `\xHH`, `\uHHHH` (a surrogate pair too), `\u{H…}`; without digits, the letter itself.
    fn hexadecimal(&mut self, kind: char) -> Result<(), PatternError> {
        let width = if kind == 'x' { 2 } else { 4 };
        if let Some(code) = self.digits(width) {
            let low = (0xd800..0xdc00).contains(&code).then(|| self.low_surrogate()).flatten();
            return self.code(low.map_or(code, |low| 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)));
        }
        if kind == 'u' && self.peek() == Some('{') {
            let inner: String = self.source[self.next + 1..].iter().take_while(|c| **c != '}').take(7).collect();
            if let Ok(code) = u32::from_str_radix(&inner, 16) {
                self.next += inner.len() + 2;
                return self.code(code);
            }
        }
        self.literal(kind);
        Ok(())
    }

    fn low_surrogate(&mut self) -> Option<u32> {
        let start = self.next;
        let low = (self.take('\\') && self.take('u'))
            .then(|| self.digits(4))
            .flatten()
            .filter(|low| (0xdc00..0xe000).contains(low));
        if low.is_none() {
            self.next = start;
        }
        low
    }

    fn digits(&mut self, width: usize) -> Option<u32> {
        let digits: String = self.source.get(self.next..self.next + width)?.iter().collect();
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.next += width;
        u32::from_str_radix(&digits, 16).ok()
    }

    fn code(&mut self, code: u32) -> Result<(), PatternError> {
        let Some(c) = char::from_u32(code) else {
            return Err(PatternError(format!("\\u{code:04x} is no character")));
        };
        if c.is_ascii_graphic() || !c.is_ascii() {
            self.literal(c);
        } else {
            self.out.push_str(&format!(r"\x{{{code:x}}}"));
        }
        Ok(())
    }

    fn literal(&mut self, c: char) {
        self.out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
    }

    fn peek(&self) -> Option<char> {
        self.source.get(self.next).copied()
    }

    fn advance(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.next += 1;
        Some(c)
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.next += 1;
        }
        found
    }
}
