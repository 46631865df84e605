//! `sbf bench nlu`: the classifier on a folder of corpora, in the ways in which figures of others are published.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use sbf_amc::{
    Encode, Options,
    benchmark::{Benchmark, Variant},
    evaluate::{Evaluation, Labelled},
};
use sbf_brain::Meaning;
use serde::Serialize;

use crate::{
    Misuse, Outcome,
    eval::{self, ByMeaning},
    show,
};

/// Corpora with so many intents, and so many utterances of each, are measured with few examples and with typos too.
const MANY_INTENTS: usize = 50;
const MANY_EXAMPLES: usize = 50;
/// Bots of so many intents with so many examples each are drawn from such corpora.
const BOTS: [(usize, usize); 5] = [(5, 6), (10, 5), (2, 50), (7, 15), (50, 5)];
/// Share of the words that get a typo.
const TYPOS: f64 = 0.3;

/// What `sbf bench` measures.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Accuracy, calibration, refusal, speed and size on every corpus of a folder.
    Nlu(Arguments),
}

/// What `sbf bench nlu` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A folder of folders with train.tsv and, where there are any, test.tsv and oos_test.tsv or oos.tsv: `label<TAB>utterance` a line.
    /// Without a test.tsv, five folds of train.tsv are tested. With an empty one, only what is refused is measured.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Whether utterances are told apart by meaning as well as by words (auto), or by words alone (off).
    #[arg(long, value_enum, default_value_t)]
    meaning: ByMeaning,
    /// Print one JSON value.
    #[arg(long)]
    json: bool,
}

/// A corpus folder.
struct Corpus {
    name: String,
    benchmark: Benchmark,
}

/// A line of the table.
#[derive(Debug, Serialize)]
struct Row {
    corpus: String,
    #[serde(flatten)]
    evaluation: Evaluation,
    /// Whether the time of an answer is that of a new message, and not of one that was read before.
    #[serde(skip)]
    is_timed: bool,
}

/// Measures everything and prints a table as it grows.
pub(crate) fn run(command: &Command) -> anyhow::Result<Outcome> {
    let Command::Nlu(arguments) = command;
    let corpora = read_all(&arguments.data)?;
    if !arguments.json {
        print_head();
    }
    let mut rows = Vec::new();
    for corpus in &corpora {
        // What a corpus is measured with in other ways is in part the same again. The time of an answer is that of the first way.
        let again = arguments.meaning.encoder(true)?;
        for (suffix, variant) in variants(&corpus.benchmark) {
            let meaning = if variant == Variant::Whole { arguments.meaning.encoder(false)? } else { again.clone() };
            let evaluation = corpus.measure(variant, meaning.as_ref())?;
            let row =
                Row { corpus: format!("{}{suffix}", corpus.name), evaluation, is_timed: variant == Variant::Whole };
            if !arguments.json {
                print(&row);
            }
            rows.push(row);
        }
    }
    if arguments.json {
        show::json(&rows)?;
    }
    Ok(Outcome::Fine)
}

impl Corpus {
    fn measure(&self, variant: Variant, meaning: Option<&Meaning>) -> anyhow::Result<Evaluation> {
        let language = sbf_brain::language::detect(self.benchmark.train.iter().map(|one| one.utterance.as_str()));
        let options = Options { language, ..Options::default() }.check()?;
        let encode = meaning.map(|meaning| meaning as &dyn Encode);
        self.benchmark.measure(variant, encode, &options).with_context(|| format!("{} cannot be measured", self.name))
    }
}

fn variants(benchmark: &Benchmark) -> Vec<(String, Variant)> {
    let intents = labels(&benchmark.train).len();
    let many = intents >= MANY_INTENTS && benchmark.train.len() >= MANY_EXAMPLES * intents && !benchmark.oos.is_empty();
    let mut variants = vec![(String::new(), Variant::Whole)];
    if many {
        variants.push((", 10 examples an intent".to_owned(), Variant::Few(10)));
        variants.push((", 5 examples an intent".to_owned(), Variant::Few(5)));
        variants.extend(BOTS.map(|(intents, each)| {
            (format!(", bots of {intents} intents × {each} examples"), Variant::Bots { intents, each })
        }));
        variants.push((", typos in 30 % of the words".to_owned(), Variant::Typos(TYPOS)));
    }
    variants
}

fn read_all(folder: &Path) -> anyhow::Result<Vec<Corpus>> {
    let entries = fs::read_dir(folder).map_err(|error| Misuse(format!("{}: {error}", folder.display())))?;
    let mut folders: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.retain(|path| path.join("train.tsv").is_file());
    folders.sort();
    if folders.is_empty() {
        let what = "no folder in it holds a train.tsv of lines label<TAB>utterance";
        return Err(Misuse(format!("{}: {what}", folder.display())).into());
    }
    let mut corpora = folders.iter().map(|path| read(path)).collect::<anyhow::Result<Vec<_>>>()?;
    for i in 0..corpora.len() {
        borrow_test(i, &mut corpora);
    }
    Ok(corpora)
}

fn read(folder: &Path) -> anyhow::Result<Corpus> {
    let lines = |file: &str| {
        let path = folder.join(file);
        path.is_file().then(|| eval::read(&path)).transpose()
    };
    let oos = lines("oos_test.tsv")?.map_or_else(|| lines("oos.tsv"), |oos| Ok(Some(oos)))?;
    let (train, test) = (lines("train.tsv")?.unwrap_or_default(), lines("test.tsv")?);
    Ok(Corpus {
        name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        benchmark: Benchmark { train, test, oos: oos.unwrap_or_default() },
    })
}

/// A corpus without a test is a smaller part of the one with the same intents: it is tested on that one's.
fn borrow_test(i: usize, corpora: &mut [Corpus]) {
    if corpora[i].benchmark.test.is_some() {
        return;
    }
    let own = labels(&corpora[i].benchmark.train);
    let lender = corpora.iter().find(|other| {
        let Benchmark { train, test, .. } = &other.benchmark;
        test.is_some() && labels(train) == own
    });
    let Some(lender) = lender else { return };
    let (name, test) = (lender.name.clone(), lender.benchmark.test.clone());
    corpora[i].name = format!("{}, tested on {name}", corpora[i].name);
    corpora[i].benchmark.test = test;
}

fn labels(lines: &[Labelled]) -> BTreeSet<&str> {
    lines.iter().map(|one| one.label.as_str()).collect()
}

fn print_head() {
    println!(
        "| corpus | accuracy | F1 | ECE / by chance | kept at 0.70 | AUROC | caught at 95 % kept | right at 0.70 | caught at 0.70 \
         | decided right | p50 / p99 µs | hyperplanes / all s | MB | load ms |"
    );
    println!("|{}", "---|".repeat(14));
}

fn print(Row { corpus, evaluation, is_timed }: &Row) {
    let percent = |share: f64| format!("{:.1}", 100.0 * share);
    // Without test utterances there is nothing to be right about.
    let in_test = |share: f64| if evaluation.n_test == 0 { "–".to_owned() } else { percent(share) };
    let oos = evaluation.oos.map_or_else(
        || ["–"; 5].join(" | "),
        |oos| {
            let with_test = [oos.auroc, oos.recall_at_95_retention, oos.in_scope_accuracy].map(in_test);
            [&with_test[..], &[percent(oos.recall), percent(oos.decided_right)]].concat().join(" | ")
        },
    );
    let times = match *is_timed && evaluation.n_test > 0 {
        true => format!("{:.1} / {:.1}", evaluation.classify_us_p50, evaluation.classify_us_p99),
        false => "–".to_owned(),
    };
    println!(
        "| {corpus} | {} | {} | {} / {} | {} | {oos} | {times} | {:.2} / {:.2} | {:.2} | {:.2} |",
        in_test(evaluation.accuracy),
        in_test(evaluation.macro_f1),
        in_test(evaluation.ece),
        in_test(evaluation.ece_by_chance),
        in_test(evaluation.retention),
        evaluation.fit_seconds,
        evaluation.train_seconds,
        evaluation.model_bytes as f64 / 1e6,
        evaluation.load_ms,
    );
}
