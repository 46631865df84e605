//! Which of several choices an answer means.

use crate::{
    languages::{Alternatives, Words},
    text::fold,
};

/// Longer texts are no answers to a question with a few choices.
const MOST_WORDS: usize = 12;

/// The choice that an answer means: the whole answer is one of its phrases, its place in the list ("2", "the second"), or a sentence that
/// holds phrases of one choice alone ("large please") and no negation.
pub(crate) fn choose(answer: &str, choices: &[Vec<String>], words: &Words) -> Option<usize> {
    let said = Answer::new(answer, words);
    let whole = said.whole(choices).or_else(|| said.place(choices.len(), words));
    whole.or_else(|| {
        let (meant, rest) = said.inside(choices)?;
        (!holds(&rest, words.negations)).then_some(meant)
    })
}

/// Whether an answer means yes (`true`) or no; `None` where it says neither or both.
pub(crate) fn yes_or_no(answer: &str, words: &Words) -> Option<bool> {
    let said = Answer::new(answer, words);
    let choices = [owned(words.yes), owned(words.no)];
    let whole = said.whole(&choices).or_else(|| said.place(2, words));
    whole.or_else(|| Some(said.inside(&choices)?.0)).map(|meant| meant == 0)
}

/// Whether a short answer asks to stop ("please cancel my order"), and does not ask not to.
pub(crate) fn cancels(answer: &str, words: &Words) -> bool {
    let said = Answer::new(answer, words);
    let cancel = [owned(words.cancel)];
    let asked = || said.inside(&cancel).is_some_and(|(_, rest)| !holds(&rest, words.negations));
    said.whole(&cancel).is_some() || asked()
}

/// Whether the whole answer is a word that asks to stop.
pub(crate) fn is_cancel(answer: &str, words: &Words) -> bool {
    Answer::new(answer, words).whole(&[owned(words.cancel)]).is_some()
}

/// Phrases as `choose` takes them.
pub(crate) fn owned(phrases: Alternatives) -> Vec<String> {
    phrases.iter().map(str::to_owned).collect()
}

/// Where phrases occur among words: at each place the longest, none overlapping; the words between them are the rest.
pub(crate) fn find<'w, T: Copy>(words: &[&'w str], phrases: &[(String, T)]) -> (Vec<T>, Vec<&'w str>) {
    let (mut found, mut rest, mut at) = (Vec::new(), Vec::new(), 0);
    while at < words.len() {
        let here = phrases.iter().filter_map(|(phrase, value)| {
            let phrase: Vec<&str> = phrase.split(' ').collect();
            words[at..].starts_with(&phrase).then_some((phrase.len(), *value))
        });
        match here.max_by_key(|(length, _)| *length) {
            Some((length, value)) => {
                found.push(value);
                at += length;
            }
            None => {
                rest.push(words[at]);
                at += 1;
            }
        }
    }
    (found, rest)
}

/// Whether one of the phrases occurs among the words.
pub(crate) fn holds(words: &[&str], phrases: Alternatives) -> bool {
    let phrases: Vec<_> = phrases.iter().map(|phrase| (fold(phrase), ())).collect();
    !find(words, &phrases).0.is_empty()
}

struct Answer {
    said: String,
    /// Without words that add nothing.
    core: String,
}

impl Answer {
    fn new(answer: &str, words: &Words) -> Self {
        let said = fold(answer);
        let bare = |word: &&str| !words.fillers.iter().any(|filler| fold(filler) == **word);
        let core: Vec<&str> = said.split(' ').filter(bare).collect();
        Self { core: core.join(" "), said }
    }

    fn whole(&self, choices: &[Vec<String>]) -> Option<usize> {
        let is = |phrase: &String| {
            let phrase = fold(phrase);
            !phrase.is_empty() && (phrase == self.said || phrase == self.core)
        };
        choices.iter().position(|phrases| phrases.iter().any(is))
    }

    fn place(&self, choices: usize, words: &Words) -> Option<usize> {
        let ordinal = |phrases: &Alternatives| phrases.iter().any(|phrase| fold(phrase) == self.core);
        let by_word = words.ordinals.iter().position(ordinal);
        let by_digit = || self.core.parse::<usize>().ok()?.checked_sub(1);
        by_word.or_else(by_digit).filter(|place| *place < choices)
    }

    /// The one choice whose phrases occur, and the words outside them. A single letter is no word of a sentence ("I'm").
    fn inside(&self, choices: &[Vec<String>]) -> Option<(usize, Vec<&str>)> {
        let words: Vec<&str> = self.said.split(' ').collect();
        if words.len() > MOST_WORDS {
            return None;
        }
        let folded = |(choice, phrases): (usize, &Vec<String>)| -> Vec<(String, usize)> {
            let long = phrases.iter().map(|phrase| fold(phrase)).filter(|phrase| phrase.chars().count() > 1);
            long.map(|phrase| (phrase, choice)).collect()
        };
        let phrases: Vec<_> = choices.iter().enumerate().flat_map(folded).collect();
        let (found, rest) = find(&words, &phrases);
        let meant = *found.first()?;
        found.iter().all(|other| *other == meant).then_some((meant, rest))
    }
}
