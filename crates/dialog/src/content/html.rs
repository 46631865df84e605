//! An answer's HTML, read into plain text, choices, media and links.
//!
//! What counts is what the page shows of it: the same tags, the same addresses, and buttons that answer with their value.

#[cfg(test)]
mod tests;

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

use super::{Choice, Link, Media, MediaKind, plain::Plain};

/// Elements of which nothing is shown.
const HIDDEN: [&str; 16] = [
    "script", "style", "template", "head", "title", "noscript", "noembed", "noframes", "iframe", "object", "svg",
    "math", "textarea", "select", "audio", "video",
];

/// Elements that stand on lines of their own.
const BLOCKS: [&str; 24] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "caption",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "header",
    "hr",
    "main",
    "nav",
    "ol",
    "section",
    "table",
    "tr",
    "ul",
];

/// Blocks with a blank line around them.
const PARAGRAPHS: [&str; 8] = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"];

/// What an answer's HTML holds.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) plain: String,
    pub(super) choices: Vec<Choice>,
    pub(super) media: Vec<Media>,
    pub(super) links: Vec<Link>,
}

/// A reading in progress.
#[derive(Default)]
struct Reader {
    plain: Plain,
    read: Read,
    /// The element of which nothing is shown, and how many of its name are open.
    hidden: Option<(String, u32)>,
    /// The video or sound that is open, whose address may stand in a `source`.
    playing: Option<Media>,
    /// The button that is open: its value, and its label so far.
    button: Option<(String, String)>,
    /// The link that is open: its address, and its label so far.
    link: Option<(String, String)>,
    /// Lists that are open: the number of the next item, where they have numbers.
    lists: Vec<Option<i64>>,
    /// How many `pre` are open.
    verbatim: u32,
}

/// Reads an answer; total, whatever stands in it.
pub(super) fn read(html: &str) -> Read {
    let tokens = tokens(&repaired(html));
    // Without any tag it is only words, whose line breaks are then meant.
    let only_words = !tokens.iter().any(|token| matches!(token, Token::StartTag(_)));
    let mut reader = Reader { verbatim: u32::from(only_words), ..Reader::default() };
    for token in tokens {
        match token {
            Token::StartTag(tag) => reader.start(&tag),
            Token::EndTag(tag) => reader.end(&text(&tag.name)),
            Token::String(words) => reader.words(&text(&words)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    reader.finish()
}

fn tokens(html: &str) -> Vec<Token> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let Ok(tokens) = Tokenizer::new_with_emitter(html, emitter).collect();
    tokens
}

impl Reader {
    fn start(&mut self, tag: &StartTag<()>) {
        let name = text(&tag.name);
        if let Some((hidden, open)) = &mut self.hidden {
            *open += u32::from(*hidden == name && !tag.self_closing);
            if name == "source" {
                self.source(tag);
            }
            return;
        }
        self.show(&name, tag);
        self.break_around(&name);
        let is_empty = tag.self_closing && matches!(name.as_str(), "svg" | "math");
        if HIDDEN.contains(&name.as_str()) && !is_empty {
            self.hidden = Some((name, 1));
        }
    }

    fn show(&mut self, name: &str, tag: &StartTag<()>) {
        match name {
            "br" => self.plain.line_break(),
            "img" => self.picture(tag),
            "button" => self.open_button(tag),
            "a" => self.open_link(tag),
            "audio" | "video" => self.play(name, tag),
            "li" => self.item(),
            "td" | "th" => self.words(" "),
            "ul" => self.lists.push(None),
            "ol" => self.lists.push(Some(attribute(tag, "start").parse().unwrap_or(1))),
            "pre" => self.verbatim += 1,
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if let Some((hidden, open)) = &mut self.hidden {
            *open -= u32::from(hidden == name);
            if *open > 0 {
                return;
            }
            self.hidden = None;
        }
        match name {
            "button" => self.close_button(),
            "a" => self.close_link(),
            "audio" | "video" => self.read.media.extend(self.playing.take().filter(is_shown)),
            "ul" | "ol" => drop(self.lists.pop()),
            "pre" => self.verbatim = self.verbatim.saturating_sub(1),
            "li" => self.plain.line(),
            _ => {}
        }
        self.break_around(name);
    }

    fn words(&mut self, words: &str) {
        if self.hidden.is_some() {
            return;
        }
        if let Some((_, label)) = &mut self.button {
            label.push_str(words);
            return;
        }
        if let Some((_, label)) = &mut self.link {
            label.push_str(words);
        }
        match self.verbatim {
            0 => self.plain.words(words),
            _ => self.plain.verbatim(words),
        }
    }

    /// Buttons and links that were never closed are read all the same.
    fn finish(mut self) -> Read {
        self.close_button();
        self.close_link();
        self.read.media.extend(self.playing.take().filter(is_shown));
        Read { plain: self.plain.finish(), ..self.read }
    }

    fn break_around(&mut self, name: &str) {
        if self.button.is_some() {
            return;
        }
        if PARAGRAPHS.contains(&name) {
            self.plain.paragraph();
        } else if BLOCKS.contains(&name) {
            self.plain.line();
        }
    }

    fn item(&mut self) {
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}. ");
                *number = number.saturating_add(1);
                mark
            }
            _ => "- ".to_owned(),
        };
        self.plain.item(&mark);
    }

    fn open_button(&mut self, tag: &StartTag<()>) {
        self.close_button();
        self.plain.words(" ");
        self.button = Some((attribute(tag, "value"), String::new()));
    }

    /// A button answers with its value, else with its label.
    fn close_button(&mut self) {
        let Some((value, label)) = self.button.take() else { return };
        let label = one_line(&label);
        let (value, shown) = (one_line(&value), label.clone());
        let value = Some(value).filter(|value| !value.is_empty()).unwrap_or(label);
        let label = Some(shown).filter(|label| !label.is_empty()).unwrap_or_else(|| value.clone());
        if !label.is_empty() {
            self.read.choices.push(Choice { label, value });
        }
    }

    fn open_link(&mut self, tag: &StartTag<()>) {
        self.close_link();
        self.link = Some(attribute(tag, "href")).filter(|url| leads_somewhere(url)).map(|url| (url, String::new()));
    }

    fn close_link(&mut self) {
        let Some((url, label)) = self.link.take() else { return };
        let label = Some(one_line(&label)).filter(|label| !label.is_empty()).unwrap_or_else(|| url.clone());
        self.read.links.push(Link { label, url });
    }

    /// A picture that cannot be shown is described in the text.
    fn picture(&mut self, tag: &StartTag<()>) {
        let media = Media {
            kind: MediaKind::Picture,
            url: attribute(tag, "src"),
            description: one_line(&attribute(tag, "alt")),
        };
        match is_shown(&media) {
            true => self.read.media.push(media),
            false => self.words(&media.description),
        }
    }

    fn play(&mut self, name: &str, tag: &StartTag<()>) {
        let kind = if name == "video" { MediaKind::Video } else { MediaKind::Audio };
        let description =
            [attribute(tag, "aria-label"), attribute(tag, "title")].into_iter().find(|text| !text.is_empty());
        let description = one_line(&description.unwrap_or_default());
        self.playing = Some(Media { kind, url: attribute(tag, "src"), description });
    }

    fn source(&mut self, tag: &StartTag<()>) {
        if let Some(playing) = self.playing.as_mut().filter(|playing| playing.url.is_empty()) {
            playing.url = attribute(tag, "src");
        }
    }
}

/// Media come over https or with the answer, as on the page.
fn is_shown(media: &Media) -> bool {
    let with_answer: &[&str] = match media.kind {
        MediaKind::Picture => {
            &["data:image/png", "data:image/jpeg", "data:image/gif", "data:image/webp", "data:image/svg+xml"]
        }
        MediaKind::Video => &["data:video/"],
        MediaKind::Audio => &["data:audio/"],
    };
    begins(&media.url, "https:") || with_answer.iter().any(|start| begins(&media.url, start))
}

fn leads_somewhere(url: &str) -> bool {
    ["http:", "https:", "mailto:", "tel:"].iter().any(|scheme| begins(url, scheme))
}

fn begins(url: &str, start: &str) -> bool {
    url.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
}

fn attribute(tag: &StartTag<()>, name: &str) -> String {
    tag.attributes.get(name.as_bytes()).map(|value| text(value).trim().to_owned()).unwrap_or_default()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Authors write `< br />`, which HTML takes for words.
fn repaired(html: &str) -> String {
    let mut parts = html.split('<');
    let mut repaired = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        repaired.push('<');
        let trimmed = part.trim_start();
        let is_break = trimmed.len() < part.len() && trimmed.get(..2).is_some_and(|tag| tag.eq_ignore_ascii_case("br"));
        let ends = trimmed
            .get(2..)
            .is_some_and(|rest| rest.trim_start().trim_start_matches('/').trim_start().starts_with('>'));
        repaired.push_str(if is_break && ends { trimmed } else { part });
    }
    repaired
}
