//! The one text path: Unicode normalisation, folding and tokens, for training, classification and whole-word matching alike.
//!
//! A text becomes a list of tokens in folded form: NFKC, lower case, Latin and Greek letters without accents, one kind of apostrophe.
//! Punctuation separates tokens and is dropped, except for the signs that carry meaning in short questions (`? ! $ € £ % + # & @`), which are
//! tokens of their own. An emoji is a word, whatever its skin tone, and an emoticon is the emoji that it stands for. Every token keeps the byte range of the original text that it came from.

mod emoji;

use std::ops::Range;

use unicode_normalization::{
    UnicodeNormalization,
    char::{decompose_canonical, is_combining_mark},
};

/// Tokens after these are not read: a longer text says nothing more, and time stays bounded.
pub const MAX_TOKENS: usize = 512;
/// Characters of one token after these are not kept.
pub const MAX_TOKEN_CHARS: usize = 64;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A run of letters and digits, with apostrophes inside; or an emoji.
    Word,
    /// One of `? ! $ € £ % + # & @`.
    Sign,
    /// One character of a script that is written without spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese).
    Piece,
}

/// One token: where it stands in the folded text and in the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    kind: Kind,
    /// Whether it follows the token before it with nothing between, as pieces of one run do.
    glued: bool,
    folded: (u32, u32),
    span: (u32, u32),
}

impl Token {
    /// What the token is.
    pub fn kind(&self) -> Kind {
        self.kind
    }
    /// Whether it is a piece that continues the run of the piece before it.
    pub fn is_glued(&self) -> bool {
        self.glued
    }
    /// Byte range in the original text.
    pub fn span(&self) -> Range<usize> {
        self.span.0 as usize..self.span.1 as usize
    }
    pub(crate) fn range(&self) -> Range<usize> {
        self.folded.0 as usize..self.folded.1 as usize
    }
}

/// A text read into tokens. It can be read into again and again without allocating.
#[derive(Debug, Clone, Default)]
pub struct Text {
    /// A space, then the folded tokens, each (or each run of pieces) followed by one space.
    folded: String,
    tokens: Vec<Token>,
}

/// The folded form of a text: its tokens with one space between, signs included.
///
/// Two texts with equal folded forms are the same utterance to the classifier.
///
/// ```
/// assert_eq!(sbf_amc::text::fold("  Qual é a PREVISÃO do tempo,  Zoë? "), "qual e a previsao do tempo zoe ?");
/// ```
pub fn fold(text: &str) -> String {
    Text::new(text).folded().to_owned()
}

impl Text {
    /// Reads a text.
    pub fn new(text: &str) -> Self {
        let mut read = Self::default();
        read.read(text);
        read
    }

    /// Reads another text in place of this one.
    pub fn read(&mut self, text: &str) {
        self.folded.clear();
        self.folded.push(' ');
        self.tokens.clear();
        let mut reader = Reader { text: self, open: None, chars: 0, apostrophe: false, after_piece: false };
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() && reader.text.tokens.len() < MAX_TOKENS {
            if let Some((emoji, length)) = emoji::emoticon(text, at) {
                reader.close();
                reader.take(emoji, at, at + length);
                at += length;
                continue;
            }
            let next_is_ascii = bytes.get(at + 1).is_none_or(u8::is_ascii);
            if bytes[at].is_ascii() && next_is_ascii {
                reader.take(char::from(bytes[at].to_ascii_lowercase()), at, at + 1);
                at += 1;
            } else {
                at = reader.cluster(text, at);
            }
        }
        reader.close();
        self.tokens.truncate(MAX_TOKENS);
    }

    /// The tokens in order, at most [`MAX_TOKENS`].
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Folded form of a token of this text.
    pub fn word(&self, token: &Token) -> &str {
        self.folded.get(token.range()).unwrap_or_default()
    }

    /// Folded forms of all tokens.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().map(|token| self.word(token))
    }

    /// The folded text as [`fold`] gives it.
    pub fn folded(&self) -> &str {
        let end = self.tokens.last().map_or(1, |token| token.range().end);
        self.folded.get(1..end).unwrap_or_default()
    }
}

/// A word being read.
struct Open {
    /// Where it began in the folded text.
    folded: usize,
    /// Where it began and where it ends so far in the original.
    start: usize,
    end: usize,
    /// Where the letter after its first apostrophe stands, in the folded text and in the original.
    after_apostrophe: Option<(usize, usize)>,
}

struct Reader<'t> {
    text: &'t mut Text,
    open: Option<Open>,
    /// Characters of the open word.
    chars: usize,
    /// Whether an apostrophe was read that belongs to the open word if a letter follows.
    apostrophe: bool,
    /// Whether a piece, or a mark of it, was read last.
    after_piece: bool,
}

impl Reader<'_> {
    /// Reads one character with the combining marks that follow it, and gives the position after them.
    fn cluster(&mut self, text: &str, at: usize) -> usize {
        let rest = text.get(at..).unwrap_or_default();
        // Thirty-two marks on one letter are no language; the rest is read as a cluster of its own.
        let end = rest
            .char_indices()
            .enumerate()
            .skip(1)
            .find(|(i, (_, c))| *i > 32 || !is_combining_mark(*c))
            .map_or(rest.len(), |(_, (offset, _))| offset);
        for composed in rest.get(..end).unwrap_or_default().nfkc() {
            for lower in composed.to_lowercase() {
                fold_char(lower, |folded| self.take(folded, at, at + end));
            }
        }
        at + end.max(1)
    }

    /// Takes one folded character that came from `start..end` of the original.
    fn take(&mut self, c: char, start: usize, end: usize) {
        let class = class(c);
        let after_piece = std::mem::replace(&mut self.after_piece, matches!(class, Class::Piece));
        match class {
            Class::Letter => self.letter(c, start, end),
            Class::Apostrophe if self.may_take_apostrophe() => self.apostrophe = true,
            Class::Mark if self.open.is_some() && !self.apostrophe => self.letter(c, start, end),
            Class::Mark if after_piece => self.mark_of_piece(c, end),
            Class::Mark => {}
            Class::Joiner => {}
            Class::Sign => self.single(c, start, end, Kind::Sign),
            Class::Piece => self.single(c, start, end, Kind::Piece),
            Class::Emoji => self.single(c, start, end, Kind::Word),
            Class::Apostrophe | Class::Gap => self.close(),
        }
    }

    /// A word has one apostrophe at most; a second one ends it.
    fn may_take_apostrophe(&self) -> bool {
        !self.apostrophe && self.open.as_ref().is_some_and(|open| open.after_apostrophe.is_none())
    }

    fn letter(&mut self, c: char, start: usize, end: usize) {
        let folded = self.text.folded.len();
        let open = self.open.get_or_insert(Open { folded, start, end, after_apostrophe: None });
        open.end = end;
        if self.chars >= MAX_TOKEN_CHARS {
            return;
        }
        if std::mem::take(&mut self.apostrophe) {
            open.after_apostrophe.get_or_insert((folded + 1, start));
            self.text.folded.push('\'');
            self.chars += 1;
        }
        self.text.folded.push(c);
        self.chars += 1;
    }

    /// A vowel sign after a character of a script without spaces belongs to that character.
    fn mark_of_piece(&mut self, c: char, end: usize) {
        let Some(last) = self.text.tokens.last_mut().filter(|last| last.range().len() <= 32) else { return };
        self.text.folded.pop();
        self.text.folded.push(c);
        last.folded.1 = self.text.folded.len() as u32;
        last.span.1 = end as u32;
        self.text.folded.push(' ');
        self.after_piece = true;
    }

    fn single(&mut self, c: char, start: usize, end: usize, kind: Kind) {
        self.close();
        let follows = |last: &Token| last.kind == Kind::Piece && last.span().end == start;
        let glued = kind == Kind::Piece && self.text.tokens.last().is_some_and(follows);
        if glued {
            self.text.folded.pop();
        }
        let folded = self.text.folded.len();
        self.text.folded.push(c);
        let folded = folded..self.text.folded.len();
        self.text.folded.push(' ');
        self.push(kind, glued, folded, start..end);
    }

    /// Ends the open word. An elided article or pronoun ("l'information", "dell'ordine") becomes a token of its own, so that the word behind it
    /// is the same with and without it; contractions ("i'll", "can't") have fewer than three letters behind the apostrophe and stay whole.
    fn close(&mut self) {
        self.apostrophe = false;
        self.chars = 0;
        let Some(open) = self.open.take() else { return };
        let end = self.text.folded.len();
        let elided = open.after_apostrophe.filter(|(letter, _)| end - letter >= 3);
        let mut rest = (open.folded, open.start);
        if let Some((letter, original)) = elided {
            self.text.folded.replace_range(letter - 1..letter, " ");
            self.push(Kind::Word, false, open.folded..letter - 1, open.start..original);
            rest = (letter, original);
        }
        let end = self.text.folded.len();
        self.text.folded.push(' ');
        self.push(Kind::Word, false, rest.0..end, rest.1..open.end);
    }

    fn push(&mut self, kind: Kind, glued: bool, folded: Range<usize>, span: Range<usize>) {
        let folded = (folded.start as u32, folded.end as u32);
        self.text.tokens.push(Token { kind, glued, folded, span: (span.start as u32, span.end as u32) });
    }
}

enum Class {
    Letter,
    Mark,
    Apostrophe,
    /// Invisible characters inside words, which are dropped.
    Joiner,
    Sign,
    Piece,
    Emoji,
    Gap,
}

fn class(c: char) -> Class {
    match c {
        'a'..='z' | '0'..='9' => Class::Letter,
        '\'' | '\u{2018}' | '\u{2019}' | '\u{02BC}' | '`' | '\u{00B4}' => Class::Apostrophe,
        '?' | '!' | '$' | '€' | '£' | '%' | '+' | '#' | '&' | '@' => Class::Sign,
        c if c.is_ascii() => Class::Gap,
        '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' => Class::Joiner,
        // Skin tones, the variants of an emoji, and the frame around a key: without them it is the same one.
        '\u{1F3FB}'..='\u{1F3FF}' | '\u{FE0E}' | '\u{FE0F}' | '\u{20E3}' => Class::Joiner,
        c if emoji::is_emoji(c) => Class::Emoji,
        c if is_combining_mark(c) => Class::Mark,
        c if is_unspaced(c) => Class::Piece,
        c if c.is_alphanumeric() || emoji::is_flag_letter(c) => Class::Letter,
        _ => Class::Gap,
    }
}

/// Letters of scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, kana and Han.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
        && c.is_alphanumeric()
}

/// Gives the folded form of a lower-case character: Latin and Greek letters without their marks and ligatures, ё as е, Arabic and Hebrew
/// without optional vowel points. Marks of other scripts are part of their spelling and stay.
fn fold_char(c: char, mut emit: impl FnMut(char)) {
    match c {
        c if c.is_ascii() => emit(c),
        '\u{0300}'..='\u{036F}' | '\u{0591}'..='\u{05C7}' | '\u{0640}' | '\u{064B}'..='\u{065F}' | '\u{0670}' => {}
        '\u{00C0}'..='\u{024F}' | '\u{0370}'..='\u{03FF}' | '\u{1E00}'..='\u{1FFF}' => decompose_canonical(c, |part| {
            if !is_combining_mark(part) {
                // What is left of "ǽ" or "ǿ" is a letter to spell in others yet.
                spell(part, &mut emit);
            }
        }),
        c => spell(c, emit),
    }
}

/// Spells a letter that has no accent to take off in the letters that stand for it without one.
fn spell(c: char, mut emit: impl FnMut(char)) {
    match c {
        'ß' => "ss".chars().for_each(emit),
        'æ' => "ae".chars().for_each(emit),
        'œ' => "oe".chars().for_each(emit),
        'þ' => "th".chars().for_each(emit),
        'ø' => emit('o'),
        'đ' | 'ð' => emit('d'),
        'ł' => emit('l'),
        'ħ' => emit('h'),
        'ı' => emit('i'),
        'ς' => emit('σ'),
        'ё' => emit('е'),
        'أ' | 'إ' | 'آ' | 'ٱ' => emit('ا'),
        c => emit(c),
    }
}

#[cfg(test)]
mod tests;
