//! How many: a whole number from 1 to 100, in digits or as a word.

use unicode_normalization::UnicodeNormalization;

use crate::{
    answers::{find, holds},
    languages::Words,
    text::fold,
};

const MOST_WORDS: usize = 12;

/// The one number that an answer names, if it is a whole number from 1 to 100: `2`, `two`, `2 pizzas please`, `half a dozen`.
///
/// Anything else is `None`: fractions, signs, exponents, two different numbers, a negated one.
pub(crate) fn count(answer: &str, words: &Words) -> Option<u32> {
    let mut named = digits(answer)?;
    named.extend(spelt(answer, words)?);
    let first = *named.first()?;
    (named.iter().all(|other| *other == first) && (1..=100).contains(&first)).then_some(first)
}

/// The numbers in digits; `None` where a digit stands in something that is no whole number.
fn digits(answer: &str) -> Option<Vec<u32>> {
    let answer: String = answer.nfkc().map(|c| if c == '\u{2212}' { '-' } else { c }).collect();
    let (mut found, mut negative) = (Vec::new(), false);
    for word in answer.split_whitespace() {
        if word.chars().any(char::is_numeric) {
            let word = word.trim_end_matches(|c: char| ".,;:!?)\"'”»".contains(c));
            let word = word.trim_start_matches(['(', '"', '\'', '“', '«', '#', '+']);
            let word = word.trim_matches(['x', 'X', '×']);
            let whole = !negative && word.len() <= 9 && word.bytes().all(|b| b.is_ascii_digit());
            found.push(whole.then(|| word.parse().ok()).flatten()?);
        }
        negative = word == "-";
    }
    Some(found)
}

/// The numbers in words; `None` where a word makes them something else.
fn spelt(answer: &str, words: &Words) -> Option<Vec<u32>> {
    let said = fold(answer);
    let said: Vec<&str> = said.split(' ').collect();
    if said.len() > MOST_WORDS {
        return None;
    }
    let (found, rest) = find(&said, &number_phrases(words));
    (!holds(&rest, words.not_whole) && !holds(&rest, words.negations)).then_some(found)
}

fn number_phrases(words: &Words) -> Vec<(String, u32)> {
    let dozens = words.dozens.iter().zip([6, 12]);
    let numbers = words.numbers.iter().zip(1..);
    let folded = |(phrases, value): (&&[&str], u32)| -> Vec<(String, u32)> {
        phrases.iter().map(|phrase| (fold(phrase), value)).collect()
    };
    dozens.chain(numbers).flat_map(folded).collect()
}
