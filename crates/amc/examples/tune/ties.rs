//! The tie-breaker that is not kept: a two-class machine of linfa-svm for the first two intents of an utterance where their margins are near, and a
//! part of its margin added to theirs.

use std::collections::{BTreeMap, BTreeSet};

use linfa::{Dataset, traits::Fit};
use linfa_svm::Svm;
use ndarray::{Array1, Array2};
use sbf_amc::{
    Sample,
    evaluate::{Labelled, samples},
    tuning::{Row, vectors},
};

/// Margins nearer than this are a tie.
const NEAR: f32 = 0.4;
/// How much of the machine's margin is added.
const SHARES: [f32; 3] = [0.25, 0.5, 1.0];

/// Prints how many validation utterances are understood without and with it, of bots with so many utterances an intent.
pub(crate) fn print(corpus: &str, train: &[Labelled], test: &[Labelled], sizes: &[usize]) {
    println!("{:24}{:>8}{:>8}", format!("tie-breaker, {corpus}"), "of", "without");
    for &each in sizes {
        let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
        let few: Vec<Sample<'_>> = samples(train)
            .into_iter()
            .filter(|sample| {
                let taken = taken.entry(sample.intent).or_default();
                *taken += 1;
                *taken <= each
            })
            .collect();
        let vectors = vectors(&few, &samples(test), "en").unwrap();
        let ties: Vec<Tie> = vectors.test.iter().map(|row| Tie::of(row, &vectors.train)).collect();
        let right = |share: f32| ties.iter().filter(|tie| tie.is_right(share)).count();
        print!("{:24}{:8}{:8}", format!("{each} an intent"), ties.len(), right(0.0));
        SHARES.iter().for_each(|&share| print!("   with {share}: {}", right(share)));
        println!();
    }
}

/// The first two classes of an utterance, how far they are apart, and what the machine says.
struct Tie {
    desired: u32,
    first: u32,
    second: u32,
    lead: f32,
    machine: f32,
}

impl Tie {
    fn of(row: &Row, train: &[Row]) -> Self {
        let mut order: Vec<usize> = (0..row.margins.len()).collect();
        order.sort_by(|&a, &b| row.margins[b].total_cmp(&row.margins[a]));
        let (first, second) = (order[0] as u32, order[1] as u32);
        let lead = row.margins[order[0]] - row.margins[order[1]];
        let machine = if lead < NEAR { margin(row, train, first, second) } else { 0.0 };
        Self { desired: row.class, first, second, lead, machine }
    }

    fn is_right(&self, share: f32) -> bool {
        let best = if self.lead + share * self.machine >= 0.0 { self.first } else { self.second };
        best == self.desired
    }
}

/// Margin of the first class against the second, by a machine trained on the rows of the two alone.
fn margin(row: &Row, train: &[Row], first: u32, second: u32) -> f32 {
    let rows: Vec<&Row> = train.iter().filter(|other| [first, second].contains(&other.class)).collect();
    let columns: BTreeSet<u32> = rows.iter().flat_map(|row| row.cells.iter().map(|(column, _)| *column)).collect();
    let place: BTreeMap<u32, usize> = columns.into_iter().zip(0..).collect();
    let mut records = Array2::zeros((rows.len(), place.len()));
    for (i, row) in rows.iter().enumerate() {
        row.cells.iter().for_each(|(column, value)| records[[i, place[column]]] = f64::from(*value));
    }
    let targets = Array1::from_iter(rows.iter().map(|row| row.class == first));
    let params = Svm::<f64, bool>::params().pos_neg_weights(1.5, 1.5).linear_kernel().eps(1e-3);
    let svm = params.fit(&Dataset::new(records, targets)).unwrap();
    let mut own = Array1::zeros(place.len());
    for (column, value) in &row.cells {
        if let Some(at) = place.get(column) {
            own[*at] = f64::from(*value);
        }
    }
    (svm.weighted_sum(&own) - svm.rho) as f32
}
