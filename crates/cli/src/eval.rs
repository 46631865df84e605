//! `sbf eval`: the classifier on files of labelled utterances.

use std::path::{Path, PathBuf};

use sbf_amc::{
    Encode, Options,
    evaluate::{self, Evaluation, Labelled, OutOfScope, samples},
};

use sbf_brain::{Meaning, artefact::MAX_UTTERANCES};

use crate::{Misuse, Outcome, folder::read_written, meaning, show};

/// What `sbf eval` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Training utterances, `label<TAB>utterance` a line.
    #[arg(long)]
    train: PathBuf,
    /// Test utterances. Without this file, five seeded folds of the training utterances are tested. With an empty file, only --oos is measured.
    #[arg(long)]
    test: Option<PathBuf>,
    /// Utterances that the bot must refuse.
    #[arg(long)]
    oos: Option<PathBuf>,
    /// Language tag of the utterances, such as pt-BR; without one it is detected.
    #[arg(long)]
    lang: Option<String>,
    /// Whether utterances are told apart by meaning as well as by words (auto), or by words alone (off).
    #[arg(long, value_enum, default_value_t)]
    meaning: ByMeaning,
    /// Print one JSON value.
    #[arg(long)]
    json: bool,
}

/// What utterances are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum ByMeaning {
    /// By words and meaning.
    #[default]
    Auto,
    /// By words alone.
    Off,
}

impl ByMeaning {
    /// The encoder, where it is asked for; it remembers what it encoded where the same texts come again.
    pub(crate) fn encoder(self, again: bool) -> anyhow::Result<Option<Meaning>> {
        match self {
            Self::Off => Ok(None),
            Self::Auto => meaning::open().map(|meaning| Some(if again { meaning.remembering() } else { meaning })),
        }
    }
}

/// Trains, tests and prints every figure.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let train = read(&arguments.train)?;
    let test = arguments.test.as_deref().map(read).transpose()?;
    let oos = arguments.oos.as_deref().map(read).transpose()?;
    let outside: Option<Vec<&str>> = oos.as_ref().map(|lines| lines.iter().map(|one| one.utterance.as_str()).collect());
    let utterances = || train.iter().map(|one| one.utterance.as_str());
    let language = arguments.lang.clone().or_else(|| sbf_brain::language::detect(utterances()));
    let options = Options { language, ..Options::default() }.check()?;
    let tested = test.as_deref().map(samples);
    let meaning = arguments.meaning.encoder(test.is_none())?;
    let encode = meaning.as_ref().map(|meaning| meaning as &dyn Encode);
    let evaluation = evaluate::evaluate(&samples(&train), tested.as_deref(), outside.as_deref(), encode, &options)?;
    match arguments.json {
        true => show::json(&evaluation)?,
        false => print(&evaluation),
    }
    Ok(Outcome::Fine)
}

pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<Labelled>> {
    let text =
        String::from_utf8(read_written(path)?).map_err(|error| Misuse(format!("{}: {error}", path.display())))?;
    let lines = evaluate::parse(&text).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Misuse(format!("{}: every line must be label<TAB>utterance\n{}", path.display(), lines.join("\n")))
    })?;
    if lines.len() > MAX_UTTERANCES {
        let (path, found) = (path.display(), lines.len());
        let why = format!("a file may have {MAX_UTTERANCES} utterances, and this one has {found}; leave some out");
        return Err(Misuse(format!("{path}: {why}")).into());
    }
    Ok(lines)
}

fn print(evaluation: &Evaluation) {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let Evaluation { n_train, n_test, n_intents, n_features, .. } = evaluation;
    println!("utterances    {n_train} to train, {n_test} to test; {n_intents} intents, {n_features} features");
    if *n_test > 0 {
        println!("accuracy      {} (macro F1 {})", percent(evaluation.accuracy), percent(evaluation.macro_f1));
        let (found, by_chance) = (percent(evaluation.ece), percent(evaluation.ece_by_chance));
        println!("calibration   expected error {found} of the top probability ({by_chance} by chance)");
        println!("confidence    {} of the test at the default threshold or above", percent(evaluation.retention));
    }
    if let Some(oos) = &evaluation.oos {
        print_out_of_scope(oos, *n_test > 0);
    }
    println!(
        "training      {:.3} s for the hyperplanes, {:.3} s for everything",
        evaluation.fit_seconds, evaluation.train_seconds
    );
    if *n_test > 0 {
        let (median, slow) = (evaluation.classify_us_p50, evaluation.classify_us_p99);
        println!("answering     {median:.1} µs median, {slow:.1} µs for 99 of 100");
    }
    println!("model         {} bytes, loaded in {:.2} ms", evaluation.model_bytes, evaluation.load_ms);
}

fn print_out_of_scope(oos: &OutOfScope, is_tested: bool) {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    if !is_tested {
        println!("out of scope  {} refused at the default threshold", percent(oos.recall));
        return;
    }
    let (auroc, recall) = (percent(oos.auroc), percent(oos.recall_at_95_retention));
    println!("out of scope  AUROC {auroc}, {recall} refused where 95 % of the rest is kept");
    let (right, refused) = (percent(oos.in_scope_accuracy), percent(oos.recall));
    println!(
        "              at the default threshold {right} in scope answered rightly, {refused} out of scope refused"
    );
    println!("decided right {}, the mean of these two", percent(oos.decided_right));
}
