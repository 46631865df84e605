//! Corpora measured in the ways in which figures about intent classifiers are published: whole, with few examples an intent, and with typos.

use crate::{
    dense::Encode,
    evaluate::{Collected, Evaluation, Labelled, samples},
    hash::Dice,
    options::CheckedOptions,
    train::{Sample, TrainError},
};

/// Draws of a few examples that are measured together.
const DRAWS: u64 = 5;
/// Drawn bots that are measured together.
const BOTS: u64 = 20;
/// Words from this length on get typos.
const TYPO_FROM: usize = 4;
/// Letters that stand side by side on a keyboard.
const KEYBOARD: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// Utterances to train on, to test on, and of nothing that the bot knows.
#[derive(Debug, Clone, Default)]
pub struct Benchmark {
    /// Training utterances.
    pub train: Vec<Labelled>,
    /// Test utterances. `None` stands for five folds of the training utterances; an empty list measures only what is refused.
    pub test: Option<Vec<Labelled>>,
    /// Out-of-scope utterances; may be empty.
    pub oos: Vec<Labelled>,
}

/// How to measure a corpus.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Variant {
    /// As it is.
    Whole,
    /// Trained on so many utterances of each intent, in five draws that count as one test.
    Few(usize),
    /// Bots of so many of the intents, with so many utterances each: twenty draws that count as one test, each on the test utterances of its own
    /// intents.
    Bots {
        /// Intents.
        intents: usize,
        /// Utterances of each.
        each: usize,
    },
    /// Trained as it is; this share of the test's words of four letters and more get a typo.
    Typos(f64),
}

impl Benchmark {
    /// Trains and measures, with an encoder by words and vectors.
    ///
    /// # Errors
    /// Where nothing can be trained.
    pub fn measure(
        &self,
        variant: Variant,
        encode: Option<&dyn Encode>,
        options: &CheckedOptions,
    ) -> Result<Evaluation, TrainError> {
        let (train, test) = (samples(&self.train), self.test.as_deref().map(samples));
        let test = test.as_deref();
        let oos: Vec<&str> = self.oos.iter().map(|one| one.utterance.as_str()).collect();
        let oos = Some(oos.as_slice()).filter(|oos| !oos.is_empty());
        match variant {
            Variant::Whole => crate::evaluate::evaluate(&train, test, oos, encode, options),
            Variant::Few(each) => few(&train, test.unwrap_or_default(), oos, (each, encode), options),
            Variant::Bots { intents, each } => {
                bots(&train, test.unwrap_or_default(), oos, (intents, each), encode, options)
            }
            Variant::Typos(share) => {
                let mut dice = Dice::new(options.seed);
                let mut spoiled = self.test.clone().unwrap_or_default();
                spoiled.iter_mut().for_each(|one| one.utterance = with_typos(&one.utterance, share, &mut dice));
                crate::evaluate::evaluate(&train, Some(&samples(&spoiled)), oos, encode, options)
            }
        }
    }
}

fn few(
    train: &[Sample<'_>],
    test: &[Sample<'_>],
    oos: Option<&[&str]>,
    (each, encode): (usize, Option<&dyn Encode>),
    options: &CheckedOptions,
) -> Result<Evaluation, TrainError> {
    let mut collected = Collected::default();
    let intents = intents(train);
    for draw in 0..DRAWS {
        let drawn = draw_each(train, each, &mut Dice::new(options.seed + draw));
        collected.run(&drawn, test, oos.unwrap_or_default(), encode, options)?;
    }
    Ok(collected.evaluation(each * intents.len(), intents.len(), oos.is_some()))
}

fn bots(
    train: &[Sample<'_>],
    test: &[Sample<'_>],
    oos: Option<&[&str]>,
    (count, each): (usize, usize),
    encode: Option<&dyn Encode>,
    options: &CheckedOptions,
) -> Result<Evaluation, TrainError> {
    let mut collected = Collected::default();
    let mut intents = intents(train);
    let count = count.min(intents.len());
    for bot in 0..BOTS {
        let mut dice = Dice::new(options.seed + bot);
        dice.shuffle(&mut intents);
        let of_bot = |sample: &&Sample<'_>| intents.iter().take(count).any(|intent| *intent == sample.intent);
        let known: Vec<Sample<'_>> = train.iter().filter(of_bot).copied().collect();
        let asked: Vec<Sample<'_>> = test.iter().filter(of_bot).copied().collect();
        collected.run(&draw_each(&known, each, &mut dice), &asked, oos.unwrap_or_default(), encode, options)?;
    }
    Ok(collected.evaluation(each * count, count, oos.is_some()))
}

/// The names of the intents, sorted.
fn intents<'a>(samples: &[Sample<'a>]) -> Vec<&'a str> {
    let mut intents: Vec<&str> = samples.iter().map(|sample| sample.intent).collect();
    intents.sort_unstable();
    intents.dedup();
    intents
}

/// So many utterances of each intent.
fn draw_each<'a>(samples: &[Sample<'a>], each: usize, dice: &mut Dice) -> Vec<Sample<'a>> {
    let mut order: Vec<&Sample<'_>> = samples.iter().collect();
    dice.shuffle(&mut order);
    order.sort_by_key(|sample| sample.intent);
    let of_intents = order.chunk_by(|a, b| a.intent == b.intent);
    of_intents.flat_map(|intent| intent.iter().take(each)).map(|sample| **sample).collect()
}

/// The utterance with one typo in this share of its words of four letters and more: two letters swapped, one left out, one doubled, or the key
/// beside it.
fn with_typos(utterance: &str, share: f64, dice: &mut Dice) -> String {
    let words = utterance.split(' ').map(|word| {
        let letters: Vec<char> = word.chars().collect();
        let hit = letters.len() >= TYPO_FROM && (dice.below(10_000) as f64) < share * 10_000.0;
        if hit { typo(letters, dice) } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn typo(mut letters: Vec<char>, dice: &mut Dice) -> String {
    let at = dice.below(letters.len() - 1);
    match dice.below(4) {
        0 => letters.swap(at, at + 1),
        1 => {
            letters.remove(at);
        }
        2 => letters.insert(at, letters[at]),
        _ => letters[at] = beside(letters[at]),
    }
    letters.into_iter().collect()
}

/// The letter to the right on the keyboard, at its end the one to the left; other signs stay.
fn beside(letter: char) -> char {
    let row = KEYBOARD.iter().find(|row| row.contains(letter));
    let Some((row, at)) = row.and_then(|row| Some((row.as_bytes(), row.find(letter)?))) else { return letter };
    let next = if at + 1 < row.len() { at + 1 } else { at - 1 };
    char::from(row[next])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_change_words_of_four_letters_by_one_edit() {
        let mut dice = Dice::new(3);
        let said = "what is the weather like tomorrow";
        assert_eq!(with_typos(said, 0.0, &mut dice), said);
        for _ in 0..200 {
            let spoiled = with_typos(said, 1.0, &mut dice);
            for (word, was) in spoiled.split(' ').zip(said.split(' ')) {
                let lengths = word.len().abs_diff(was.len());
                assert!(lengths <= 1, "{was} became {word}");
                assert!(was.len() >= TYPO_FROM || word == was, "{was} became {word}");
            }
        }
        assert_eq!((beside('q'), beside('p'), beside('é')), ('w', 'o', 'é'));
    }

    #[test]
    fn few_examples_are_drawn_from_every_intent() {
        let line = |label: &str, utterance: String| Labelled { label: label.into(), utterance };
        let words = ["open", "close", "lock", "paint", "clean", "repair"];
        let train: Vec<Labelled> = words
            .iter()
            .flat_map(|word| [line("door", format!("{word} the door")), line("car", format!("{word} my car"))])
            .collect();
        let test = vec![line("door", "the door please".into()), line("car", "my car please".into())];
        let benchmark = Benchmark { train, test: Some(test), oos: vec![] };
        let options = crate::Options::default().check().unwrap();
        let found = benchmark.measure(Variant::Few(2), None, &options).unwrap();
        assert_eq!((found.n_train, found.n_test, found.n_intents), (4, 10, 2));
        assert!(found.accuracy > 0.99);
        let one = benchmark.measure(Variant::Bots { intents: 1, each: 3 }, None, &options).unwrap();
        assert_eq!((one.n_train, one.n_test, one.n_intents), (3, 20, 1));
        let both = benchmark.measure(Variant::Bots { intents: 7, each: 3 }, None, &options).unwrap();
        assert_eq!((both.n_train, both.n_test, both.n_intents), (6, 40, 2));
    }
}
