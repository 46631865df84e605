//! `sbf explain`: why an utterance is understood as it is.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sbf_amc::explain::{Change, Decision, Explanation, Flip, Reading, VectorAccount};
use sbf_brain::{Brain, Explained};
use serde::Serialize;

use crate::{Misuse, Outcome, folder::BrainFiles, meaning, show, train};

/// Columns of the longest bar.
const BAR: f32 = 24.0;
/// A trained bot is a ZIP.
const PACKED: &[u8] = b"PK\x03\x04";

/// What `sbf explain` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A brain folder, a knowledge file, or a trained bot (.pgk).
    path: PathBuf,
    /// What a user says.
    utterance: String,
    /// The intent to explain; without it, the best one.
    #[arg(long)]
    intent: Option<String>,
    /// Print one JSON value.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Told<'a> {
    utterance: &'a str,
    #[serde(flatten)]
    explained: &'a Explained,
}

/// Explains; a folder or a knowledge file is trained first, and nothing is written.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let Some(brain) = brain(&arguments.path, arguments.json)? else { return Ok(Outcome::Problems) };
    let explained = brain.explain(&arguments.utterance, arguments.intent.as_deref());
    let explained = explained.ok_or_else(|| unknown(&brain, arguments.intent.as_deref()))?;
    if arguments.json {
        show::json(&Told { utterance: &arguments.utterance, explained: &explained })?;
    } else {
        print!("{}", text(&arguments.utterance, &explained));
    }
    Ok(Outcome::Fine)
}

/// The trained bot of a path; none where it has errors, which are printed.
fn brain(path: &Path, json: bool) -> anyhow::Result<Option<Brain>> {
    if path.is_file() {
        let bytes = fs::read(path)?;
        if bytes.starts_with(PACKED) {
            let mut brain = sbf_brain::decode(&bytes)?;
            brain.attach(Some(&meaning::open()?));
            return Ok(Some(brain));
        }
    }
    let files = BrainFiles::read(path)?;
    let (checked, problems) = sbf_brain::read(&files.knowledge, files.config.as_deref());
    match checked {
        Some(checked) => Ok(Some(train::train(checked)?.brain)),
        None => train::refuse(&problems, json).map(|()| None),
    }
}

fn unknown(brain: &Brain, intent: Option<&str>) -> Misuse {
    const LISTED: usize = 20;
    let ids: Vec<&str> = brain.intents().iter().map(|intent| intent.id.as_str()).take(LISTED).collect();
    let more = if brain.intents().len() > LISTED { ", …" } else { "" };
    Misuse(format!("the bot has no intent {:?}; it has {}{more}", intent.unwrap_or_default(), ids.join(", ")))
}

fn text(utterance: &str, explained: &Explained) -> String {
    let told = &explained.explanation;
    let mut lines = vec![verdict(utterance, told)];
    lines.extend(exact(told));
    lines.push(standing(told));
    lines.push(String::new());
    lines.extend(words(told));
    lines.push(String::new());
    if let Some(near) = &explained.nearest {
        let (alike, path) = (100.0 * near.similarity, &near.path);
        lines.push(format!("Nearest utterance of {}: {:?} ({alike:.0} % alike, {path}).", told.intent, near.utterance));
    }
    if let Some(vector) = &told.vector {
        lines.push(String::new());
        lines.extend(by_meaning(told, vector));
        return lines.join("\n") + "\n";
    }
    lines.push(match &told.flip {
        Some(flip) => flipped(told, flip),
        None => "No change of one word, nor leaving out two, makes a difference.".to_owned(),
    });
    lines.push(String::new());
    lines.extend(gate(told));
    lines.join("\n") + "\n"
}

fn verdict(utterance: &str, told: &Explanation) -> String {
    format!("{utterance:?} {}.", outcome(&told.decision))
}

/// What the bot does, as the end of a sentence.
fn outcome(decision: &Decision) -> String {
    let Decision { best, confidence, threshold, answered, unclear } = decision;
    if !unclear.is_empty() {
        return format!("is not answered: only a number tells {} apart, and none has this one", unclear.join(", "));
    }
    match best {
        Some(best) if *answered => format!("is answered as {best}: confidence {confidence:.2}, needed {threshold:.2}"),
        Some(best) => format!("is not answered: confidence {confidence:.2} for {best}, needed {threshold:.2}"),
        None => "is not answered: the bot knows nothing".to_owned(),
    }
}

fn exact(told: &Explanation) -> Option<String> {
    let exact = told.exact.as_ref()?;
    Some(match &exact.intent {
        Some(intent) => format!("It is an utterance of {intent}, word for word: that decides, whatever stands below."),
        None => "It is on the list of what the bot must refuse: that decides, whatever stands below.".to_owned(),
    })
}

fn standing(told: &Explanation) -> String {
    let Explanation { intent, rank, margin, probability, .. } = told;
    let place = match rank {
        1 => "the best intent".to_owned(),
        rank => format!("number {rank} of the intents"),
    };
    let rival = told.rival.as_ref().map_or_else(String::new, |rival| {
        let (ahead, word) = (margin - rival.margin, if *margin < rival.margin { "behind" } else { "ahead of" });
        format!(", {:.2} {word} {} ({:+.2})", ahead.abs(), rival.intent, rival.margin)
    });
    format!("{intent} is {place} by its words: margin {margin:+.2}{rival}, probability {:.1} %.", 100.0 * probability)
}

/// A line for each word: what it adds to the intent, with a bar, dark for it and light against it, and what to its rival; then bias and sum.
fn words(told: &Explanation) -> Vec<String> {
    let width = told.words.iter().map(|word| word.text.chars().count()).chain(["= margin".len()]).max().unwrap_or(0);
    let largest = told.words.iter().map(|word| word.contribution.abs()).fold(told.bias.abs(), f32::max).max(0.01);
    let bar = |value: f32| {
        let length = (value.abs() / largest * BAR).round() as usize;
        if value < 0.0 { "░" } else { "█" }.repeat(length)
    };
    let line = |name: &str, value: f32, other: f32, note: &str| {
        let pad = " ".repeat(width.saturating_sub(name.chars().count()));
        let other = told.rival.as_ref().map_or_else(String::new, |_| format!(" {other:+.3}"));
        format!("  {name}{pad} {value:+.3}{other} {}{note}", bar(value)).trim_end().to_owned()
    };
    let mut lines: Vec<String> =
        told.words.iter().map(|word| line(&word.text, word.contribution, word.rival, reading(word.read))).collect();
    let (bias, margin) = told.rival.as_ref().map_or((0.0, 0.0), |rival| (rival.bias, rival.margin));
    lines.push(line("(bias)", told.bias, bias, ""));
    let sums = told.rival.as_ref().map_or_else(String::new, |_| format!(" {margin:+.3}"));
    lines.push(format!("  = margin{} {:+.3}{sums}", " ".repeat(width - "= margin".len()), told.margin));
    if let Some(rival) = &told.rival {
        let pad = " ".repeat(width);
        lines.insert(0, format!("  {pad} for {}, then for {}", told.intent, rival.intent));
    }
    lines
}

fn reading(read: Reading) -> &'static str {
    match read {
        Reading::Known | Reading::Sign => "",
        Reading::Misspelled => "  read as a known word",
        Reading::Unknown => "  unknown",
        Reading::StopWord => "  stop word",
    }
}

fn flipped(told: &Explanation, flip: &Flip) -> String {
    let change = |change: &Change| match &change.by {
        Some(word) => format!("{word:?} in place of {:?}", change.text),
        None => format!("leaving out {:?}", change.text),
    };
    let changes: Vec<String> = flip.changes.iter().map(change).collect();
    let was = told.decision.answered && told.decision.best.as_ref() == Some(&told.intent);
    let not = if was { "no longer " } else { "" };
    format!(
        "Smallest change that makes it {not}{}: {}. {:?} {}.",
        told.intent,
        changes.join(" and "),
        flip.utterance,
        outcome(&flip.decision)
    )
}

fn by_meaning(told: &Explanation, vector: &VectorAccount) -> Vec<String> {
    vec![
        format!(
            "By the meaning of the sentence: margin {:+.2} for {}, which weighs {} times as much as that of the words; together {:+.2}.",
            vector.margin, told.intent, vector.weight, vector.mixed
        ),
        format!("  {:.2}  how alike the nearest example of {} is, where 1 is the same", vector.nearest, told.intent),
        format!("  {:+.2}  on the side of this bot's utterances, and not of everyday messages", vector.everyday),
        format!(
            "Confidence by the gate: {:.2}, for a score of {:+.2} where {:+.2} is needed for 0.70.",
            told.decision.confidence, vector.score, vector.threshold
        ),
    ]
}

fn gate(told: &Explanation) -> Vec<String> {
    let gate = &told.gate;
    let mut lines = vec![format!(
        "Confidence by the gate: {:.2}, for a score of {:+.2} where {:+.2} is needed for 0.70, from:",
        gate.confidence, gate.score, gate.needed
    )];
    lines.push(format!("  {:+.2}  to begin with", gate.bias));
    for signal in &gate.signals {
        lines.push(format!("  {:+.2}  {} ({:.2})", signal.contribution, signal.what, signal.value));
    }
    if gate.gibberish > 0.0 {
        lines.push(format!(
            "  {:+.2}  no word and few n-grams of it are known: it may be in no language",
            -gate.gibberish
        ));
    }
    if let Some(refused) = &gate.refused {
        lines.push(format!(
            "  {:+.2}  lead over what the bot must refuse ({:.2}; its margin {:+.2})",
            -refused.cost, refused.lead, refused.margin
        ));
    }
    lines
}
