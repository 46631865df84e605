//! `sbf eval`: the classifier on files of labelled utterances.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sbf_amc::{
    Options, Sample,
    evaluate::{self, Evaluation},
};

use crate::{Misuse, Outcome, show};

/// What `sbf eval` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Training utterances, `label<TAB>utterance` a line.
    #[arg(long)]
    train: PathBuf,
    /// Test utterances; without them, five seeded folds of the training utterances.
    #[arg(long)]
    test: Option<PathBuf>,
    /// Utterances that the bot must refuse.
    #[arg(long)]
    oos: Option<PathBuf>,
    /// Language tag of the utterances, such as pt-BR; without one it is detected.
    #[arg(long)]
    lang: Option<String>,
    /// Print one JSON value.
    #[arg(long)]
    json: bool,
}

/// Trains, tests and prints every figure.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let train = read(&arguments.train)?;
    let test = arguments.test.as_deref().map(read).transpose()?;
    let oos = arguments.oos.as_deref().map(read).transpose()?;
    let samples = labelled(&train, &arguments.train)?;
    let language = arguments.lang.clone().or_else(|| sbf_brain::language::detect(samples.iter().map(|one| one.utterance)));
    let options = Options { language, ..Options::default() }.check()?;
    let tested = test.as_deref().zip(arguments.test.as_deref()).map(|(text, path)| labelled(text, path)).transpose()?;
    let refused = oos.as_deref().zip(arguments.oos.as_deref()).map(|(text, path)| labelled(text, path)).transpose()?;
    let refused: Option<Vec<&str>> = refused.map(|samples| samples.iter().map(|sample| sample.utterance).collect());
    let evaluation = evaluate::evaluate(&samples, tested.as_deref(), refused.as_deref(), &options)?;
    match arguments.json {
        true => show::json(&evaluation)?,
        false => print(&evaluation),
    }
    Ok(Outcome::Fine)
}

fn read(path: &Path) -> anyhow::Result<String> {
    Ok(fs::read_to_string(path).map_err(|error| Misuse(format!("{}: {error}", path.display())))?)
}

fn labelled<'t>(text: &'t str, path: &Path) -> anyhow::Result<Vec<Sample<'t>>> {
    Ok(evaluate::parse(text).map_err(|error| Misuse(format!("{}: {error}", path.display())))?)
}

fn print(evaluation: &Evaluation) {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    println!("{} training utterances, {} test utterances, {} intents, {} features",
        evaluation.n_train, evaluation.n_test, evaluation.n_intents, evaluation.n_features);
    println!("accuracy {}, macro F1 {}, calibration error {}",
        percent(evaluation.accuracy), percent(evaluation.macro_f1), percent(evaluation.ece));
}
