//! Accuracy under other values of each option, on training data and CLINC150's validation part: what the defaults were chosen by.

use sbf_amc::{
    Options,
    benchmark::{Benchmark, Variant},
    evaluate::Labelled,
};

/// Seeds of the folds of small corpora; their accuracies are averaged.
const SEEDS: u64 = 4;

type Choice = (&'static str, fn(&mut Options));

/// One change each; the first line is of the defaults.
const CHOICES: &[Choice] = &[
    ("defaults", |_| {}),
    ("intent_names no", |o| o.intent_names = false),
    ("cost 0.7", |o| o.cost = 0.7),
    ("cost 3", |o| o.cost = 3.0),
    ("balance 0", |o| o.balance = 0.0),
    ("balance 0.8", |o| o.balance = 0.8),
    ("tolerance 0.05", |o| o.tolerance = 0.05),
    ("tolerance 0.5", |o| o.tolerance = 0.5),
    ("max_passes 10", |o| o.max_passes = 10),
    ("bucket_bits 13", |o| o.bucket_bits = Some(13)),
    ("bucket_bits 16", |o| o.bucket_bits = Some(16)),
    ("no words", |o| o.block_lengths = [0.0, 1.4, 1.0]),
    ("no characters", |o| o.block_lengths = [1.0, 0.0, 1.0]),
    ("characters 1.0", |o| o.block_lengths = [1.0, 1.0, 1.0]),
    ("characters 2.0", |o| o.block_lengths = [1.0, 2.0, 1.0]),
    ("pairs 0.7", |o| o.block_lengths = [1.0, 1.4, 0.7]),
    ("pairs always", |o| o.pairs_from = 0),
    ("pairs never", |o| o.pairs_from = usize::MAX),
    ("class_weights_below 0", |o| o.class_weights_below = 0),
    ("class_weights_below 30", |o| o.class_weights_below = 30),
    ("least_weight 1", |o| o.least_weight = 1.0),
    ("least_weight 3", |o| o.least_weight = 3.0),
];

/// A way to measure: its name, the language, what to train and test on.
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    pub(crate) language: &'static str,
    pub(crate) benchmark: Benchmark,
    pub(crate) variant: Variant,
}

/// CLINC150 by few, half and all examples against its validation part, and folds of the small corpora's training files.
pub(crate) fn settings(load: impl Fn(&str) -> Vec<Labelled>) -> Vec<Setting> {
    let test = load("clinc_full/val.tsv");
    let clinc = |name, train: &str, variant| {
        let benchmark = Benchmark { train: load(train), test: Some(test.clone()), oos: vec![] };
        Setting { name, language: "en", benchmark, variant }
    };
    let folds = |name: &'static str, language| {
        let benchmark = Benchmark { train: load(&format!("{name}/train.tsv")), ..Benchmark::default() };
        Setting { name, language, benchmark, variant: Variant::Whole }
    };
    vec![
        clinc("few5", "clinc_full/train.tsv", Variant::Few(5)),
        clinc("few10", "clinc_full/train.tsv", Variant::Few(10)),
        clinc("clinc_small", "clinc_small/train.tsv", Variant::Whole),
        clinc("clinc_full", "clinc_full/train.tsv", Variant::Whole),
        folds("nlpjs_en", "en"),
        folds("nlpjs_es", "es"),
        folds("askubuntu", "en"),
        folds("webapps", "en"),
        folds("snips_small", "en"),
    ]
}

/// Prints a line for each choice.
pub(crate) fn print(settings: &[Setting]) {
    print!("{:24}", "accuracy");
    settings.iter().for_each(|setting| print!("{:>12}", setting.name));
    println!();
    for (name, change) in CHOICES {
        print!("{name:24}");
        settings.iter().for_each(|setting| print!("{:12.4}", accuracy(setting, *change)));
        println!();
    }
}

fn accuracy(setting: &Setting, change: fn(&mut Options)) -> f64 {
    let seeds = if setting.benchmark.test.is_none() { SEEDS } else { 1 };
    let one = |seed: u64| {
        let mut options = Options { language: Some(setting.language.to_owned()), ..Options::default() };
        options.seed += seed;
        change(&mut options);
        setting.benchmark.measure(setting.variant, None, &options.check().unwrap()).unwrap().accuracy
    };
    (0..seeds).map(one).sum::<f64>() / seeds as f64
}
