//! From text to pieces: the best path of a SentencePiece unigram model.

use crate::{
    characters::{Characters, character_length},
    double_array::DoubleArray,
};

/// The piece of what no other piece stands for, and those around every text.
const UNKNOWN: u32 = 0;
const BEGIN: u32 = 1;
const END: u32 = 2;
/// Pieces of the file's model have no more characters.
const LONGEST_PIECE: usize = 16;
/// How much lower than the lowest score of a piece an unknown character's is.
const UNKNOWN_PENALTY: f64 = 10.0;

pub(crate) struct Tokeniser {
    characters: Characters,
    pieces: DoubleArray,
    /// Logarithms of the pieces' probabilities.
    scores: Vec<f32>,
    unknown_score: f64,
}

/// The best way to a place in the text: its score, where its last piece begins, and that piece.
#[derive(Clone, Copy)]
struct Step {
    score: f64,
    start: usize,
    piece: u32,
}

impl Tokeniser {
    pub(crate) fn new(characters: Characters, pieces: DoubleArray, scores: Vec<f32>) -> Self {
        let lowest = scores.iter().copied().fold(f32::INFINITY, f32::min);
        Self { characters, pieces, scores, unknown_score: f64::from(lowest) - UNKNOWN_PENALTY }
    }

    /// The text's pieces between those of beginning and end, `most` at most with these two; what follows is left out.
    pub(crate) fn pieces(&self, text: &str, most: usize) -> Vec<u32> {
        let most = most - 2;
        let normal = self.characters.normalise(text, most * LONGEST_PIECE);
        let mut pieces = vec![BEGIN];
        if normal.is_empty() {
            pieces.push(UNKNOWN);
        } else {
            pieces.extend(path(&self.best_steps(&normal)).into_iter().take(most));
        }
        pieces.push(END);
        pieces
    }

    /// For each place of the text, by bytes, the best way there; of equal ones that whose last piece is the longest.
    fn best_steps(&self, text: &[u8]) -> Vec<Step> {
        let mut steps = vec![Step { score: f64::NEG_INFINITY, start: 0, piece: UNKNOWN }; text.len() + 1];
        steps[0].score = 0.0;
        let mut start = 0;
        while start < text.len() {
            let score = steps[start].score;
            let character = character_length(&text[start..]);
            let mut reach = |length: usize, piece: u32, added: f64| {
                let step = &mut steps[start + length];
                if score + added > step.score {
                    *step = Step { score: score + added, start, piece };
                }
            };
            let mut known = false;
            self.pieces.prefixes(&text[start..], |length, piece| {
                let Some(&added) = self.scores.get(piece as usize) else { return };
                known |= length == character;
                reach(length, piece, f64::from(added));
            });
            if !known {
                reach(character, UNKNOWN, self.unknown_score);
            }
            start += character;
        }
        steps
    }
}

/// The pieces on the best way to the last place, from the first one on.
fn path(steps: &[Step]) -> Vec<u32> {
    let mut pieces = Vec::new();
    let mut place = steps.len() - 1;
    while place > 0 {
        pieces.push(steps[place].piece);
        place = steps[place].start;
    }
    pieces.reverse();
    pieces
}
