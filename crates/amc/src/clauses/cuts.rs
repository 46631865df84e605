//! Where an utterance may fall into clauses.

use std::ops::Range;

use crate::{
    terms::word_hash,
    text::{Kind, Text},
};

/// Pieces of an utterance, at most; what follows belongs to the last one. Hardly anybody asks more at once, and time stays bounded.
const MOST_PIECES: usize = 6;

/// Byte ranges of the pieces between sentence signs and coordinating words; neither those words nor signs between pieces belong to one.
pub(super) fn pieces(utterance: &str, text: &Text, coordinators: &[u64]) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    // Where the token before ends, and whether a piece ends with it.
    let (mut end, mut ended) = (0, true);
    for token in text.tokens() {
        let (span, word) = (token.span(), text.word(token));
        let sign = matches!(word, "?" | "!");
        let coordinates = token.kind() == Kind::Word && coordinators.binary_search(&word_hash(word)).is_ok();
        ended |= ends_sentence(utterance.get(end..span.start).unwrap_or_default());
        let full = pieces.len() == MOST_PIECES;
        match pieces.last_mut() {
            // A sign belongs to the words before it, and so does a second one.
            Some(last) if full || sign || !(ended || coordinates) => last.end = span.end,
            _ if sign || coordinates => {}
            _ => pieces.push(span.clone()),
        }
        ended = sign || coordinates || (ended && pieces.is_empty());
        end = span.end;
    }
    pieces
}

/// Whether what stands between two tokens ends a sentence or a part of one. A point or comma inside a number is followed by no space.
fn ends_sentence(gap: &str) -> bool {
    let before_space = |c| matches!(c, '.' | ',' | ':' | '\u{060C}' | '-' | '–' | '—');
    gap.contains(['\n', ';', '…', '。', '、', '，', '；', '：', '\u{061B}', '\u{061F}', '।'])
        || gap.find(before_space).is_some_and(|at| gap.get(at..).is_some_and(|rest| rest.contains(char::is_whitespace)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::coordinators;

    fn cut(language: &str, utterance: &str) -> Vec<String> {
        let pieces = pieces(utterance, &Text::new(utterance), &coordinators(Some(language)));
        pieces.into_iter().map(|span| utterance[span].to_owned()).collect()
    }

    #[test]
    fn signs_and_coordinating_words_cut() {
        for (language, utterance, expected) in [
            ("en", "what time is it and will it rain", vec!["what time is it", "will it rain"]),
            ("en", "What time is it?! Also, will it rain?", vec!["What time is it?!", "will it rain?"]),
            ("en", "and then help me; bye", vec!["help me", "bye"]),
            ("en", "12.50 or 1,000 at 9:30 on sub-nets", vec!["12.50 or 1,000 at 9:30 on sub-nets"]),
            ("en", "one - two", vec!["one", "two"]),
            ("pt-BR", "Que horas são e também vai chover?", vec!["Que horas são", "vai chover?"]),
            ("es", "¿Qué hora es? ¿Va a llover y hace frío?", vec!["Qué hora es?", "Va a llover", "hace frío?"]),
            ("fr", "quelle heure est-il et va-t-il pleuvoir", vec!["quelle heure est-il", "va-t-il pleuvoir"]),
            ("de", "wie spät ist es, und außerdem: regnet es", vec!["wie spät ist es", "regnet es"]),
            ("ru", "Который час и ещё будет ли дождь", vec!["Который час", "будет ли дождь"]),
            ("ja", "今日の天気は？お名前は何ですか。", vec!["今日の天気は？", "お名前は何ですか"]),
            ("xx", "that time and this", vec!["that time and this"]),
            ("en", "and", vec![]),
            ("en", "", vec![]),
            ("en", "a and b, c. d? e! f; g and h", vec!["a", "b", "c", "d?", "e!", "f; g and h"]),
        ] {
            assert_eq!(cut(language, utterance), expected, "{utterance}");
        }
    }

    proptest::proptest! {
        #[test]
        fn pieces_are_in_order_and_of_whole_characters(utterance in "(and| |\\.|,|\\?|\\PC|word){0,40}") {
            let mut end = 0;
            for span in pieces(&utterance, &Text::new(&utterance), &coordinators(Some("en"))) {
                proptest::prop_assert!(span.start >= end && utterance.get(span.clone()).is_some());
                end = span.end;
            }
        }
    }
}
