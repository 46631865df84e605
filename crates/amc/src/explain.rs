//! Why an utterance is understood as it is: every number that took part, shared out among the words that were typed.

pub(crate) mod attribution;
mod flip;

use std::ops::Range;

use serde::Serialize;

use self::attribution::{Part, Words, claims, contributions};
pub use self::flip::{Change, Flip};
use crate::{
    features::Features,
    gate::{Gate, SIGNALS, Signals},
    model::{Classification, Model, Scratch, probability},
    text::Text,
};

/// What [`Signals::measure`] measures, in its order: a short name, and what it is.
const SIGNAL_NAMES: [(&str, &str); SIGNALS] = [
    ("margin", "distance of the best intent's hyperplane"),
    ("lead", "how far the best intent is ahead of the second"),
    ("odds", "logarithm of the odds for the best intent"),
    ("example", "largest share of one of its examples that the utterance holds"),
    ("unknown", "weight of the words that the bot does not know"),
    ("belonging", "how much the words belong to the best intent alone, on average"),
    ("strongest", "the same for the word that belongs to it most"),
    ("evidence", "the same, summed over the words"),
    ("nothing", "near 1 where no word belongs to it"),
    ("familiar", "share of the n-grams that occur in training"),
    ("familiarMargin", "that share times the margin above its floor"),
];

/// Why an utterance has the margin that it has for one intent, and what the bot makes of it.
///
/// The words' contributions and the bias sum to the margin, but for the rounding of `f32` sums: below 1e-5 for ten words, and 1e-6 more for
/// each further one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The intent that is explained.
    pub intent: String,
    /// Its place among all intents by margin, from 1.
    pub rank: usize,
    /// Signed distance from its hyperplane.
    pub margin: f32,
    /// Calibrated probability, 0..=1, by the margins alone.
    pub probability: f32,
    /// What the margin is before any word is read.
    pub bias: f32,
    /// The words as typed, in their order, and what each adds.
    pub words: Vec<WordShare>,
    /// The intent with the largest margin besides this one; none where the bot has only one.
    pub rival: Option<Rival>,
    /// Where the utterance is a training utterance: that decides, and neither margin nor gate is asked.
    pub exact: Option<Exact>,
    /// How the confidence came about; it speaks of the intent with the largest margin.
    pub gate: GateAccount,
    /// What the utterance's vector adds, where it is judged by that too: then the gate above is not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vector: Option<VectorAccount>,
    /// What the bot does.
    pub decision: Decision,
    /// The smallest change of words by which this intent would be answered where it is not, or not where it is.
    pub flip: Option<Flip>,
}

/// What the vector of an utterance says of an intent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VectorAccount {
    /// How much its margin weighs beside that of the words, which weighs 1.
    pub weight: f32,
    /// The vector's margin for the intent.
    pub margin: f32,
    /// The margin of words and vector together, by which intents are ranked.
    pub mixed: f32,
    /// The cosine of the intent's nearest example, −1..=1.
    pub nearest: f32,
    /// The margin of the bot's utterances against everyday messages.
    pub everyday: f32,
    /// The score of the gate, for the intent that is ranked first.
    pub score: f32,
    /// The score that means a confidence of 0.70.
    pub threshold: f32,
}

/// A word of the utterance, or a phrase that is replaced by its synonym, and what it adds to the margin.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WordShare {
    /// Byte range of the utterance as typed.
    pub span: Range<usize>,
    /// The utterance's text there.
    pub text: String,
    /// How it was read.
    pub read: Reading,
    /// What all its features together add to the intent's margin.
    pub contribution: f32,
    /// Of that, its stem.
    pub stem: f32,
    /// Its share of the stems that stand side by side with it.
    pub neighbours: f32,
    /// Its runs of two to four characters.
    pub characters: f32,
    /// Its share of the pairs with every other stem.
    pub pairs: f32,
    /// What all its features together add to the rival's margin.
    pub rival: f32,
}

/// How a word was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Reading {
    /// It occurs in training, perhaps in another form.
    Known,
    /// It is taken for a known word with nearly the same letters.
    Misspelled,
    /// No training utterance has it.
    Unknown,
    /// A sign such as `?`.
    Sign,
    /// The author wants it left out.
    StopWord,
}

/// An intent that competes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rival {
    /// Its name.
    pub intent: String,
    /// Signed distance from its hyperplane.
    pub margin: f32,
    /// Calibrated probability, 0..=1.
    pub probability: f32,
    /// What its margin is before any word is read.
    pub bias: f32,
}

/// The utterance is one of the training file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exact {
    /// The intent it is written under; none where it stands in the list of what the bot must refuse.
    pub intent: Option<String>,
}

/// How the gate comes to its score.
///
/// The bias and the signals' contributions, less both costs, sum to the score. The confidence is
/// `1 / (1 + e^−(ln(0.7 / 0.3) + slope · (score − needed)))`, unless an exact match decided. It is 0 where there is no word, or a function word
/// alone, and where only an unknown number would tell intents apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GateAccount {
    /// The score before any signal.
    pub bias: f32,
    /// What was measured.
    pub signals: Vec<SignalShare>,
    /// What is taken off the score of an utterance that may be in no language: no word and few n-grams of it are known.
    pub gibberish: f32,
    /// Where the author listed utterances that the bot must refuse.
    pub refused: Option<RefusedLead>,
    /// Their sum.
    pub score: f32,
    /// The score at which the confidence is 0.70.
    pub needed: f32,
    /// Steepness of the confidence around it.
    pub slope: f32,
    /// The confidence that follows from the score.
    pub confidence: f32,
}

/// One signal of the gate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SignalShare {
    /// Its short name.
    pub name: &'static str,
    /// What it measures.
    pub what: &'static str,
    /// What was measured.
    pub value: f32,
    /// What that adds to the score.
    pub contribution: f32,
}

/// How near the utterance is to what the bot must refuse.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RefusedLead {
    /// Margin of what must be refused.
    pub margin: f32,
    /// The best intent's margin less that one.
    pub lead: f32,
    /// What a short lead takes off the score.
    pub cost: f32,
}

/// What the bot does with the utterance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decision {
    /// The intent with the largest margin, or the exact match.
    pub best: Option<String>,
    /// The confidence in it.
    pub confidence: f32,
    /// The confidence that is needed.
    pub threshold: f32,
    /// Whether it is answered.
    pub answered: bool,
    /// As [`Classification::unclear`](crate::Classification::unclear).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unclear: Vec<String>,
}

fn decided(found: Classification<'_>, threshold: f32) -> Decision {
    let confidence = found.confidence.get();
    let best = found.ranked.first().map(|best| best.intent.to_owned());
    let unclear = found.unclear.into_iter().map(str::to_owned).collect();
    Decision { answered: best.is_some() && confidence >= threshold, best, confidence, threshold, unclear }
}

impl Model {
    /// Explains what an utterance means with regard to one intent; `None` where the model has no intent of that name.
    ///
    /// Takes about as long as a few hundred to two thousand classifications: the search for a change that would flip the decision tries them.
    pub fn explain(&self, utterance: &str, intent: &str, threshold: f32) -> Option<Explanation> {
        let mut explanation = self.account(utterance, intent, threshold)?;
        explanation.flip = self.flip(utterance, &explanation);
        Some(explanation)
    }

    /// Explains an utterance that is judged by its words and its vector. The words' part is as in [`Model::explain`]; what else would flip the
    /// decision is not searched for, because each try would need a vector of its own.
    pub fn explain_with_vector(
        &self,
        utterance: &str,
        intent: &str,
        threshold: f32,
        vector: &[f32],
    ) -> Option<Explanation> {
        let class = self.head.intents.binary_search_by(|name| name.as_str().cmp(intent)).ok()?;
        let decision = decided(self.classify_with_vector(utterance, Some(vector)), threshold);
        let mut explanation = self.with_scratch(|scratch| self.account_of(utterance, class, decision, scratch));
        explanation.vector = self.with_scratch(|scratch| self.vector_account(utterance, class, vector, scratch));
        Some(explanation)
    }

    fn vector_account(
        &self,
        utterance: &str,
        class: usize,
        vector: &[f32],
        scratch: &mut Scratch,
    ) -> Option<VectorAccount> {
        self.measure(utterance, scratch);
        let signals = self.mix(vector, scratch)?;
        let dense = self.dense.as_ref()?;
        Some(VectorAccount {
            weight: dense.weight,
            margin: *scratch.dense.margins.get(class)?,
            mixed: *scratch.margins().get(class)?,
            nearest: dense.nearest(class as u32, scratch.dense.query()),
            everyday: scratch.dense.everyday,
            score: dense.gate.score(&signals, self.head.lead(scratch.margins())),
            threshold: dense.gate.threshold,
        })
    }

    /// The same without the search for a flip: as long as some ten classifications, for looking at many utterances.
    pub fn account(&self, utterance: &str, intent: &str, threshold: f32) -> Option<Explanation> {
        let class = self.head.intents.binary_search_by(|name| name.as_str().cmp(intent)).ok()?;
        let decision = self.decision(utterance, threshold);
        Some(self.with_scratch(|scratch| self.account_of(utterance, class, decision, scratch)))
    }

    pub(crate) fn decision(&self, utterance: &str, threshold: f32) -> Decision {
        decided(self.classify(utterance), threshold)
    }

    fn account_of(&self, utterance: &str, class: usize, decision: Decision, scratch: &mut Scratch) -> Explanation {
        let signals = self.measure(utterance, scratch);
        let (text, mut features) = (Text::new(utterance), Features::default());
        let margins = scratch.margins().get(..self.head.intents.len()).unwrap_or_default();
        let rival = best_but(margins, class);
        let found = features.extract(&scratch.terms, self.head.space);
        let words = Words::read(&self.head.lexicon, &text);
        let claims = claims(&words, &scratch.terms, self.head.space);
        let own = contributions(self, &words, &claims, found, class);
        let others = rival.map(|rival| contributions(self, &words, &claims, found, rival));
        let readings = readings(&words, scratch);
        let word = |i: usize, [stem, neighbours, characters, pairs]: [f32; Part::ALL.len()]| WordShare {
            span: words.spans[i].clone(),
            text: utterance.get(words.spans[i].clone()).unwrap_or_default().to_owned(),
            read: readings[i],
            contribution: stem + neighbours + characters + pairs,
            stem,
            neighbours,
            characters,
            pairs,
            rival: others.as_ref().and_then(|others| others.get(i)).map_or(0.0, |parts| parts.iter().sum()),
        };
        Explanation {
            intent: self.name(class),
            rank: 1 + margins.iter().filter(|&&other| other > margins[class]).count(),
            margin: margins[class],
            probability: probability(scratch.margins(), class, self.head.temperature),
            bias: self.head.biases[class],
            words: own.into_iter().enumerate().map(|(i, parts)| word(i, parts)).collect(),
            rival: rival.map(|rival| Rival {
                intent: self.name(rival),
                margin: margins[rival],
                probability: probability(scratch.margins(), rival, self.head.temperature),
                bias: self.head.biases[rival],
            }),
            exact: self
                .exact(&scratch.terms)
                .map(|class| Exact { intent: self.head.intents.get(class as usize).cloned() }),
            gate: self.gate_account(&signals, scratch),
            decision,
            vector: None,
            flip: None,
        }
    }

    fn name(&self, class: usize) -> String {
        self.head.intents.get(class).cloned().unwrap_or_default()
    }

    fn gate_account(&self, signals: &Signals, scratch: &Scratch) -> GateAccount {
        let (gate, margins): (&Gate, &[f32]) = (&self.head.gate, scratch.margins());
        let lead = self.head.lead(margins);
        let score = gate.score(signals, lead);
        let shares = SIGNAL_NAMES.iter().zip(gate.weights).zip(signals.values);
        let signal = |((&(name, what), weight), value)| SignalShare { name, what, value, contribution: weight * value };
        GateAccount {
            bias: gate.bias,
            signals: shares.map(signal).collect(),
            gibberish: signals.gibberish_cost(),
            refused: lead.zip(margins.last()).map(|(lead, &margin)| RefusedLead {
                margin,
                lead,
                cost: gate.score(signals, None) - score,
            }),
            score,
            needed: gate.threshold,
            slope: gate.slope,
            confidence: self.confidence(signals, None, scratch).get(),
        }
    }
}

/// The class with the largest margin but one.
fn best_but(margins: &[f32], class: usize) -> Option<usize> {
    let others = margins.iter().enumerate().filter(|(other, _)| *other != class);
    // Of equal margins the first, as in a classification.
    others.reduce(|best, other| if other.1 > best.1 { other } else { best }).map(|(other, _)| other)
}

/// How each word was read; a phrase that became several words, as the least of them.
fn readings(words: &Words, scratch: &Scratch) -> Vec<Reading> {
    let mut readings = vec![None; words.spans.len()];
    for term in scratch.terms.list() {
        let reading = match (term.kind, term.known, term.repaired) {
            (crate::text::Kind::Sign, ..) => Reading::Sign,
            (_, Some(_), true) => Reading::Misspelled,
            (_, Some(_), false) => Reading::Known,
            (_, None, _) => Reading::Unknown,
        };
        if let Some(of) = words.at(term.range.0).and_then(|word| readings.get_mut(word as usize)) {
            *of = Some(reading);
        }
    }
    readings.into_iter().map(|reading| reading.unwrap_or(Reading::StopWord)).collect()
}
