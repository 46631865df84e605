//! `sbf cost`: what a million turns cost, line by line.

mod bill;
mod figures;
#[cfg(feature = "cloud")]
mod measure;

use std::{fs, path::PathBuf};

use serde_json::json;

use self::{
    bill::{Bill, Line, bill},
    figures::{Measurements, Prices},
};
use crate::{Misuse, Outcome, show};

/// What `sbf cost` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Quantities are measured by `sbf cost --measure`, which runs the router on the embedded cloud and counts what the SDK sends;\n\
the recorded ones are printed by `sbf cost --json` under \"measurements\", with what had to be assumed.\n\
Not in the sums: what is paid by the month whatever is said, which is listed below them, and AWS's free tiers."
)]
pub(crate) struct Arguments {
    /// Measure on this machine instead of taking the recorded figures; needs the checkout.
    #[cfg(feature = "cloud")]
    #[arg(long, conflicts_with = "measurements")]
    measure: bool,
    /// With --measure: write the figures to this file, as `--measurements` reads them.
    #[cfg(feature = "cloud")]
    #[arg(long, value_name = "FILE", requires = "measure")]
    record: Option<PathBuf>,
    /// Take figures from this file, as --record writes them and --json prints them under "measurements".
    #[arg(long, value_name = "FILE")]
    measurements: Option<PathBuf>,
    /// Print one JSON value: {"prices", "measurements", "bills"}.
    #[arg(long)]
    json: bool,
}

/// Prints the bills.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let prices = Prices::built_in()?;
    let measured = measurements(arguments)?;
    let bills: Vec<Bill> =
        measured.turns.iter().map(|turn| bill(turn, &measured, &prices)).collect::<anyhow::Result<_>>()?;
    if arguments.json {
        show::json(&json!({"prices": prices, "measurements": measured, "bills": bills}))?;
        return Ok(Outcome::Fine);
    }
    println!(
        "Dollars for a million turns, {}, prices checked on {}; measured by `{}`.",
        prices.region, prices.checked, measured.measured_by
    );
    for bill in &bills {
        println!("\n{}: {}", bill.kind, bill.what);
        bill.lines.iter().for_each(print);
        println!("  {:>9}  API, Lambda, DynamoDB, S3, logs and what else stands here, together", money(bill.dollars));
        bill.cloud_front.iter().for_each(print);
        println!("  {:>9}  with CloudFront, without its monthly free tier", money(bill.dollars_with_cloud_front));
        println!("  {:>9}  {}, beside it", money(bill.lex_v2.dollars), bill.lex_v2.what);
    }
    println!("\nBy the month, whatever is said:");
    for monthly in &prices.monthly {
        println!(
            "  {:>9}  {} ({}) — {}",
            format!("${}", monthly.dollars),
            monthly.what,
            monthly.resource,
            monthly.source
        );
    }
    println!("\nBy use, and no part of a turn:");
    for used in &prices.by_use {
        let dollars = format!("${:.2}", used.dollars);
        println!("  {dollars:>9}  for {}: {} ({}) — {}", grouped(used.per), used.what, used.resource, used.source);
    }
    println!("\nSources:");
    for price in &prices.prices {
        println!("  {}: ${} for {} — {}", price.what, price.dollars, grouped(price.per), price.source);
    }
    println!("{}", prices.note);
    Ok(Outcome::Fine)
}

fn measurements(arguments: &Arguments) -> anyhow::Result<Measurements> {
    #[cfg(feature = "cloud")]
    if arguments.measure {
        return measured(arguments.record.as_deref());
    }
    let Some(file) = &arguments.measurements else { return Measurements::built_in() };
    let unusable = |why: String| Misuse(format!("{}: {why}", file.display()));
    let text = fs::read(file).map_err(|error| unusable(error.to_string()))?;
    Ok(serde_json::from_slice(&text).map_err(|error| unusable(error.to_string()))?)
}

#[cfg(feature = "cloud")]
fn measured(record: Option<&std::path::Path>) -> anyhow::Result<Measurements> {
    let measured = crate::stack::wait(measure::measure())?;
    if let Some(file) = record {
        let mut text = serde_json::to_vec_pretty(&measured)?;
        text.push(b'\n');
        crate::train::write(file, &text)?;
    }
    Ok(measured)
}

fn print(line: &Line) {
    let each = format!("{:.10}", line.each);
    println!(
        "  {:>9}  {}: {} × 1,000,000 × ${} ({})",
        money(line.dollars),
        line.what,
        quantity(line.quantity),
        each.trim_end_matches('0'),
        line.because,
    );
}

/// Dollars and cents; what is less than a cent is shown, and zero is zero.
fn money(dollars: f64) -> String {
    // Half a cent goes up, which the formatter alone would do every other time.
    let cents = (100.0 * dollars).round() / 100.0;
    if dollars > 0.0 && dollars < 0.01 { format!("${dollars:.4}") } else { format!("${cents:.2}") }
}

/// Four digits that mean something.
fn quantity(value: f64) -> String {
    if value == 0.0 || value >= 0.01 {
        let text = format!("{value:.4}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    format!("{value:.3e}")
}

/// Thousands, set apart.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_care() {
        assert_eq!(money(0.125), "$0.13");
        assert_eq!([money(0.0), money(0.004), money(1.0), money(749.999)], ["$0.00", "$0.0040", "$1.00", "$750.00"]);
        assert_eq!(
            [quantity(0.0), quantity(1.0), quantity(2.6666), quantity(0.000_001_5)],
            ["0", "1", "2.6666", "1.500e-6"]
        );
        assert_eq!([grouped(1.0), grouped(1000.0), grouped(1_000_000.0)], ["1", "1,000", "1,000,000"]);
    }
}
