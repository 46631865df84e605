//! Training of the vectors' part: hyperplanes, examples, and how much all of it weighs beside the words.

use super::{Dense, DenseGate, Encode, Rows};
use crate::{
    corpus::Corpus,
    options::Options,
    svm::{self, DenseRows, Task},
    train::TrainError,
};

/// Price of an error. CLINC150's validation part, with five and ten examples an intent and whole, is understood no better with more.
const COST: f32 = 1.0;
/// Examples that are kept of an intent at most, and of all intents about.
const MOST_EXAMPLES: usize = 10;
const EXAMPLES: usize = 1500;
/// The weight beside the words that held-out utterances may move away from, and what they may choose.
pub(crate) const WEIGHT: f32 = 1.0;
pub(crate) const WEIGHTS: [f32; 5] = [WEIGHT, 1.5, 0.5, 2.0, 0.0];
/// Softmax temperature of bots that are too small to fit one.
pub(crate) const PRIOR_TEMPERATURE: f32 = 6.0;
/// An everyday message is the bot's own business if an utterance of the bot is as near to it as this.
const COVERED: f32 = 0.75;

/// The vectors of all training utterances, and of everyday messages.
#[derive(Debug)]
pub(crate) struct Vectors {
    pub(crate) source: String,
    /// One for each utterance of the corpus.
    pub(crate) utterances: Vec<Vec<f32>>,
    /// Messages that are not for the bot, as far as its utterances tell.
    pub(crate) everyday: Vec<Everyday>,
}

/// A message that is not for the bot.
#[derive(Debug, Clone)]
pub(crate) struct Everyday {
    #[cfg(feature = "tune")]
    pub(crate) text: &'static str,
    pub(crate) vector: Vec<f32>,
}

impl Vectors {
    /// Encodes everything, on as many threads as the options say.
    pub(crate) fn read(corpus: &Corpus, encode: &dyn Encode, options: &Options) -> Result<Self, TrainError> {
        let everyday = everyday(options.language.as_deref());
        let texts: Vec<&str> =
            corpus.utterances.iter().map(|utterance| utterance.text.as_str()).chain(everyday.iter().copied()).collect();
        let mut vectors = encode_all(&texts, encode, options.threads)?;
        let numbers = vectors.first().map_or(0, Vec::len);
        let fits = (1..=super::MOST_NUMBERS).contains(&numbers) && vectors.iter().all(|vector| vector.len() == numbers);
        if !fits {
            return Err(TrainError::Vectors);
        }
        let strangers = vectors.split_off(corpus.utterances.len());
        let everyday = everyday.into_iter().zip(strangers).map(|(_text, vector)| Everyday {
            #[cfg(feature = "tune")]
            text: _text,
            vector,
        });
        let is_covered = |message: &Everyday| vectors.iter().any(|own| dot(own, &message.vector) >= COVERED);
        let everyday = everyday.filter(|message| !is_covered(message)).collect();
        Ok(Self { source: encode.source(), everyday, utterances: vectors })
    }
}

/// Everyday messages of a language, or English ones.
fn everyday(language: Option<&str>) -> Vec<&'static str> {
    let own = language.and_then(sbf_languages::of).map_or("", |language| language.everyday);
    let messages = if own.is_empty() { sbf_languages::ENGLISH.everyday } else { own };
    messages.lines().filter(|line| !line.is_empty()).collect()
}

fn encode_all(texts: &[&str], encode: &dyn Encode, threads: usize) -> Result<Vec<Vec<f32>>, TrainError> {
    let share = texts.len().div_ceil(threads.max(1)).max(1);
    let encode_some =
        |texts: &[&str]| -> Option<Vec<Vec<f32>>> { texts.iter().map(|text| encode.encode(text)).collect() };
    let parts = std::thread::scope(|scope| {
        let threads: Vec<_> = texts.chunks(share).map(|part| scope.spawn(move || encode_some(part))).collect();
        // A thread can only fail by a panic, and that must not be swallowed.
        let join = |thread: std::thread::ScopedJoinHandle<'_, Option<Vec<Vec<f32>>>>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect::<Option<Vec<_>>>()
    });
    Ok(parts.ok_or(TrainError::Vectors)?.into_iter().flatten().collect())
}

fn dot(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

impl Dense {
    /// Fits everything but weight, temperature and threshold on some utterances and everyday messages.
    pub(crate) fn fit(
        corpus: &Corpus,
        vectors: &Vectors,
        rows: &[usize],
        everyday: &[&Everyday],
        options: &Options,
    ) -> Self {
        let numbers = vectors.utterances.first().map_or(1, Vec::len);
        let mut dense = Self {
            source: vectors.source.clone(),
            weight: WEIGHT,
            temperature: PRIOR_TEMPERATURE,
            hyperplanes: Rows::new(numbers),
            biases: Vec::new(),
            examples: Rows::new(numbers),
            example_classes: Vec::new(),
            gate: DenseGate::of_size(
                rows.iter().filter(|&&row| !corpus.utterances[row].is_name).count(),
                corpus.intents.len(),
            ),
        };
        dense.fit_hyperplanes(corpus, vectors, rows, options);
        dense.fit_everyday(vectors, rows, everyday, options);
        dense.choose_examples(corpus, vectors, rows);
        dense
    }

    fn fit_hyperplanes(&mut self, corpus: &Corpus, vectors: &Vectors, rows: &[usize], options: &Options) {
        let matrix = DenseRows(rows.iter().map(|&row| vectors.utterances[row].as_slice()).collect());
        let labels: Vec<u32> = rows.iter().map(|&row| corpus.utterances[row].class).collect();
        self.solve(&matrix, &labels, corpus.classes(), &task(COST, options.balance, options));
    }

    /// One more hyperplane: the bot's utterances on one side, everyday messages on the other, either side as heavy as the other.
    fn fit_everyday(&mut self, vectors: &Vectors, rows: &[usize], everyday: &[&Everyday], options: &Options) {
        let own = rows.iter().map(|&row| vectors.utterances[row].as_slice());
        let matrix = DenseRows(own.chain(everyday.iter().map(|message| message.vector.as_slice())).collect());
        let labels: Vec<u32> = (0..matrix.0.len()).map(|row| u32::from(row >= rows.len())).collect();
        let cost = COST * labels.len() as f32 / (2.0 * everyday.len().max(1) as f32);
        self.solve(&matrix, &labels, 1, &task(cost, 1.0, options));
    }

    fn solve(&mut self, matrix: &DenseRows<'_>, labels: &[u32], classes: usize, task: &Task) {
        let solved = svm::solve(matrix, labels, classes, task);
        for class in 0..classes {
            self.hyperplanes.push((0..self.hyperplanes.numbers()).map(|column| solved.weight(column, class)));
            self.biases.push(solved.weight(self.hyperplanes.numbers(), class));
        }
    }

    /// Of each class the example nearest to its centre, and then always the one that is farthest from those chosen.
    fn choose_examples(&mut self, corpus: &Corpus, vectors: &Vectors, rows: &[usize]) {
        let most = (EXAMPLES / corpus.classes()).clamp(1, MOST_EXAMPLES);
        let mut sorted = rows.to_vec();
        sorted.sort_by_key(|&row| corpus.utterances[row].class);
        for class in sorted.chunk_by(|&a, &b| corpus.utterances[a].class == corpus.utterances[b].class) {
            let of_class: Vec<&Vec<f32>> = class.iter().map(|&row| &vectors.utterances[row]).collect();
            for example in far_apart(&of_class, most) {
                self.examples.push(example.iter().copied());
                self.example_classes.push(corpus.utterances[class[0]].class);
            }
        }
    }
}

fn task(cost: f32, balance: f32, options: &Options) -> Task {
    Task {
        cost,
        balance,
        tolerance: options.tolerance,
        max_passes: options.max_passes,
        seed: options.seed,
        threads: options.threads,
    }
}

/// At most so many vectors: greedy k-centre (Gonzalez: Clustering to Minimize the Maximum Intercluster Distance, 1985).
fn far_apart<'v>(vectors: &[&'v Vec<f32>], most: usize) -> Vec<&'v Vec<f32>> {
    if vectors.len() <= most {
        return vectors.to_vec();
    }
    let mut centre = vec![0.0; vectors[0].len()];
    vectors.iter().for_each(|vector| centre.iter_mut().zip(*vector).for_each(|(sum, number)| *sum += number));
    // For each vector, how like it is to the most like one of those chosen.
    let mut likeness: Vec<f32> = vectors.iter().map(|vector| -dot(vector, &centre)).collect();
    let mut chosen: Vec<&'v Vec<f32>> = Vec::with_capacity(most);
    while chosen.len() < most {
        let Some(next) = (0..vectors.len()).min_by(|&a, &b| likeness[a].total_cmp(&likeness[b])) else { break };
        let is_first = chosen.is_empty();
        chosen.push(vectors[next]);
        for (likeness, vector) in likeness.iter_mut().zip(vectors) {
            let to_next = dot(vector, vectors[next]);
            *likeness = if is_first { to_next } else { likeness.max(to_next) };
        }
    }
    chosen
}
