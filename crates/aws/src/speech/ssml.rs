//! Text that may be SSML, made fit for a voice.
//!
//! The text comes from an author, a backend or a client, so only what is on a list gets through: elements and attributes that the
//! engine knows and that do nothing but speak. Of other elements the words stay. What is no well-formed XML is spoken without its tags.
//!
//! Which engine knows what: "Supported SSML tags" in the Amazon Polly developer guide.

use std::borrow::Cow;

/// What a text is that looks like SSML.
const ROOT: &str = "speak";
/// Milliseconds that one pause may take (Polly's own limit), and all pauses of a text.
const PAUSE_LIMIT: f64 = 10_000.0;
const PAUSES_LIMIT: f64 = 30_000.0;
/// Characters that Polly speaks in one request, and characters of a text with its tags, at most (`SynthesizeSpeech`).
const SPOKEN_LIMIT: usize = 3_000;
const TEXT_LIMIT: usize = 6_000;
/// Bytes of an entity's name, and more.
const ENTITY_LIMIT: usize = 12;
/// Characters of an attribute at most.
const VALUE_LIMIT: usize = 200;

/// What is given to a voice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prepared {
    pub(super) text: String,
    pub(super) is_ssml: bool,
}

impl Prepared {
    /// Characters that Polly bills: all but tags.
    pub(super) fn billed(&self) -> u64 {
        let words = if self.is_ssml { plain_words(&self.text) } else { self.text.as_str().into() };
        words.chars().count() as u64
    }
}

/// An element that may be used.
struct Element {
    name: &'static str,
    attributes: &'static [&'static str],
    /// Whether it says nothing without one of them.
    needs_one: bool,
    /// Whether neural voices know it.
    neural: bool,
}

const fn element(name: &'static str, attributes: &'static [&'static str], needs_one: bool, neural: bool) -> Element {
    Element { name, attributes, needs_one, neural }
}

const ELEMENTS: [Element; 13] = [
    element(ROOT, &[], false, true),
    element("p", &[], false, true),
    element("s", &[], false, true),
    element("break", &["strength", "time"], false, true),
    element("emphasis", &["level"], false, false),
    element("lang", &["xml:lang"], true, true),
    element("phoneme", &["alphabet", "ph"], true, true),
    element("prosody", &["volume", "rate", "pitch", "amazon:max-duration"], true, true),
    element("say-as", &["interpret-as", "format"], true, true),
    element("sub", &["alias"], true, true),
    element("w", &["role"], true, true),
    element("amazon:auto-breaths", &["volume", "frequency", "duration"], false, false),
    element("amazon:effect", &["name", "phonation", "vocal-tract-length"], true, true),
];

/// Attributes and values of known elements that only standard voices know.
fn is_neural(name: &str, attribute: &str, value: &str) -> bool {
    match (name, attribute) {
        ("prosody", "pitch" | "amazon:max-duration") | ("amazon:effect", "phonation" | "vocal-tract-length") => false,
        ("amazon:effect", "name") => value == "drc",
        _ => true,
    }
}

/// A text as a voice gets it, of a neural engine or of the standard one.
pub(super) fn prepare(text: &str, neural: bool) -> Prepared {
    if !text.contains("<speak") {
        return Prepared { text: shortened(text).to_owned(), is_ssml: false };
    }
    // Tags cannot be cut: of a long text the words are spoken, as many as can be.
    let is_short = |written: &String| {
        written.chars().nth(TEXT_LIMIT).is_none() && plain_words(written).chars().nth(SPOKEN_LIMIT).is_none()
    };
    match Writer::new(neural).write(text).filter(is_short) {
        Some(text) => Prepared { text, is_ssml: true },
        None => plain(text),
    }
}

/// As much of a text as Polly speaks at once, to the end of a sentence or else of a word.
fn shortened(text: &str) -> &str {
    let Some((limit, _)) = text.char_indices().nth(SPOKEN_LIMIT) else { return text };
    let (most, _) = text.split_at(limit);
    let sentence = most.char_indices().rfind(|(_, c)| matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '।'));
    let end = sentence.map(|(at, c)| at + c.len_utf8()).or_else(|| most.rfind(char::is_whitespace));
    most.get(..end.unwrap_or(limit)).unwrap_or(most)
}

/// The words of a text, without anything that is or looks like a tag.
pub(super) fn plain(text: &str) -> Prepared {
    Prepared { text: shortened(&plain_words(text)).to_owned(), is_ssml: false }
}

fn plain_words(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        words.push_str(before);
        words.push(' ');
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    words.push_str(rest);
    let words = unescaped(&words);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes SSML again, piece by piece.
struct Writer {
    neural: bool,
    written: String,
    /// The open elements, and whether each was written.
    open: Vec<(String, bool)>,
    /// Whether the root has been closed.
    closed: bool,
    /// Milliseconds of the pauses so far.
    paused: f64,
}

impl Writer {
    fn new(neural: bool) -> Self {
        Self { neural, written: String::new(), open: Vec::new(), closed: false, paused: 0.0 }
    }

    /// `None` where the text is not well-formed.
    fn write(mut self, text: &str) -> Option<String> {
        let mut rest = text.trim();
        while !rest.is_empty() {
            rest = match rest.strip_prefix('<') {
                None => {
                    let end = rest.find('<').unwrap_or(rest.len());
                    let (words, after) = rest.split_at(end);
                    self.words(words)?;
                    after
                }
                Some(inside) => self.tag(inside)?,
            };
        }
        (self.closed && self.open.is_empty()).then_some(self.written)
    }

    fn words(&mut self, words: &str) -> Option<()> {
        if self.open.is_empty() {
            return words.trim().is_empty().then_some(());
        }
        self.written.push_str(&escaped(&unescaped(words)));
        Some(())
    }

    /// What follows a `<`; returns what follows the tag.
    fn tag<'t>(&mut self, inside: &'t str) -> Option<&'t str> {
        if let Some(comment) = inside.strip_prefix("!--") {
            return comment.split_once("-->").map(|(_, after)| after);
        }
        if let Some(declaration) = inside.strip_prefix("?xml") {
            return declaration.split_once("?>").map(|(_, after)| after).filter(|_| self.written.is_empty());
        }
        let (tag, after) = inside.split_at(end_of_tag(inside)?);
        let after = after.strip_prefix('>')?;
        if let Some(name) = tag.strip_prefix('/') {
            self.close(name.trim_end())?;
            return Some(after);
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_at(tag.find(char::is_whitespace).unwrap_or(tag.len()));
        self.begin(name, &attributes_of(attributes)?, is_empty)?;
        Some(after)
    }

    fn begin(&mut self, name: &str, attributes: &[(&str, String)], is_empty: bool) -> Option<()> {
        if name.is_empty() || self.closed || (self.open.is_empty() != (name == ROOT)) {
            return None;
        }
        let kept = self.kept(name, attributes);
        if let Some(attributes) = &kept {
            self.written.push_str(&format!("<{name}{attributes}{}>", if is_empty { "/" } else { "" }));
        }
        match (is_empty, name == ROOT) {
            (false, _) => self.open.push((name.to_owned(), kept.is_some())),
            (true, is_root) => self.closed = is_root,
        }
        Some(())
    }

    fn close(&mut self, name: &str) -> Option<()> {
        let (open, is_written) = self.open.pop()?;
        if is_written {
            self.written.push_str(&format!("</{name}>"));
        }
        self.closed = self.open.is_empty();
        (open == name).then_some(())
    }

    /// The attributes of an element as they are written; `None` for an element that is left out.
    fn kept(&mut self, name: &str, attributes: &[(&str, String)]) -> Option<String> {
        let element = ELEMENTS.iter().find(|element| element.name == name)?;
        if self.neural && !element.neural {
            return None;
        }
        let mut kept = String::new();
        for (attribute, value) in attributes {
            let is_known =
                element.attributes.contains(attribute) && (!self.neural || is_neural(name, attribute, value));
            let value = if *attribute == "time" { self.pause(value)? } else { value.clone() };
            if is_known && value.chars().count() <= VALUE_LIMIT {
                kept.push_str(&format!(" {attribute}=\"{}\"", escaped(&value)));
            }
        }
        (!element.needs_one || !kept.is_empty()).then_some(kept)
    }

    /// A pause within the limits; `None` for one that is none, or too much.
    fn pause(&mut self, written: &str) -> Option<String> {
        let (number, unit) = written.split_at(written.find(|c: char| c.is_ascii_alphabetic())?);
        let number: f64 = number.trim_start_matches('+').parse().ok().filter(|number: &f64| number.is_finite())?;
        let asked = match unit {
            "s" => number * 1000.0,
            "ms" => number,
            _ => return None,
        };
        let pause = asked.min(PAUSE_LIMIT).min(PAUSES_LIMIT - self.paused).floor();
        self.paused += pause.max(0.0);
        (pause > 0.0).then(|| format!("{pause}ms"))
    }
}

/// Where a tag ends: at the first `>` outside quotes.
fn end_of_tag(inside: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in inside.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at),
            (None, '<') => return None,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// Names and values; `None` where something else is between them.
fn attributes_of(written: &str) -> Option<Vec<(&str, String)>> {
    let mut attributes = Vec::new();
    let mut rest = written.trim();
    while !rest.is_empty() {
        let (name, value) = rest.split_once('=')?;
        let value = value.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, after) = value[1..].split_once(quote)?;
        attributes.push((name.trim(), unescaped(value).into_owned()));
        rest = after.trim_start();
    }
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || ":-_".contains(c));
    attributes.iter().all(|(name, _)| is_name(name)).then_some(attributes)
}

/// The five entities of XML, and characters by their number; an `&` that begins none of them is itself.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let end = after.bytes().take(ENTITY_LIMIT).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity(after.get(..end)?)?, after.get(end + 1..)?))) {
            Some((c, after)) => {
                plain.push(c);
                rest = after;
            }
            None => {
                plain.push('&');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            // XML has no control characters, and no voice a use for them.
            char::from_u32(code.ok()?).filter(|c| !c.is_control())
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests;
