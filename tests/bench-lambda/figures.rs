//! Arithmetic of figures, and how they are printed.

use std::time::{Duration, Instant};

/// Milliseconds.
pub(crate) fn since(began: Instant) -> f64 {
    milliseconds(began.elapsed())
}

pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

/// One line of the table: what, how much, and how that came about.
#[allow(clippy::print_stdout, reason = "it is what the program is for")]
pub(crate) fn line(what: &str, figure: f64, unit: &str, rest: &str) {
    println!("  {what:<34} {figure:6.2} {unit}  {rest}");
}

/// The goal, and whether it was reached.
pub(crate) fn goal(figure: f64, goal: f64, unit: &str) -> String {
    format!("goal {goal:.0} {unit}, {}", if figure <= goal { "reached" } else { "MISSED" })
}
