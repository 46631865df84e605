//! Emoji, and what people type in their place.

/// Emoticons and the emoji that each stands for; a longer one before those that it begins with.
const EMOTICONS: [(&str, char); 26] = [
    (":'-(", '😢'),
    (":'(", '😢'),
    (":-)", '🙂'),
    (":)", '🙂'),
    ("=)", '🙂'),
    (":-(", '🙁'),
    (":(", '🙁'),
    ("=(", '🙁'),
    (":-D", '😀'),
    (":D", '😀'),
    ("=D", '😀'),
    (";-)", '😉'),
    (";)", '😉'),
    (":-P", '😛'),
    (":P", '😛'),
    (":-p", '😛'),
    (":p", '😛'),
    (":-O", '😮'),
    (":O", '😮'),
    (":-o", '😮'),
    (":o", '😮'),
    (":-/", '😕'),
    (":/", '😕'),
    (":-*", '😘'),
    (":*", '😘'),
    ("<3", '❤'),
];

/// Whether a character is an emoji: the blocks of pictographs, dingbats and flags' letters in Unicode 16.
pub(super) fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27BF}' | '\u{2B1B}'..='\u{2B1C}' | '\u{2B50}' | '\u{2B55}' | '\u{231A}'..='\u{231B}'
        | '\u{23E9}'..='\u{23FA}' | '\u{1F000}'..='\u{1F0FF}' | '\u{1F300}'..='\u{1F64F}' | '\u{1F680}'..='\u{1F6FF}'
        | '\u{1F7E0}'..='\u{1F7EB}' | '\u{1F900}'..='\u{1F9FF}' | '\u{1FA70}'..='\u{1FAFF}')
}

/// The letters that flags are written with, two each.
pub(super) fn is_flag_letter(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

/// The emoji that an emoticon at a place of a text stands for, and the emoticon's bytes. It must stand by itself: the end of "http://"
/// is none.
pub(super) fn emoticon(text: &str, at: usize) -> Option<(char, usize)> {
    if !matches!(text.as_bytes().get(at)?, b':' | b';' | b'=' | b'<') {
        return None;
    }
    let (before, rest) = (text.get(..at)?, text.get(at..)?);
    let (written, emoji) = EMOTICONS.iter().find(|(written, _)| rest.starts_with(written))?;
    let stands_alone = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '/' | '\\' | '<' | '>'));
    let alone = stands_alone(before.chars().next_back()) && stands_alone(rest.get(written.len()..)?.chars().next());
    alone.then_some((*emoji, written.len()))
}
