//! The confusion matrix: which intent was meant, which was answered, and a picture of it.

use std::collections::BTreeMap;

use plotters::prelude::*;

/// The column of utterances that were refused.
pub const REFUSED: &str = "(refused)";

/// Intents of which all counts are shown, in the file and in the picture: of a larger bot those with the most mistakes.
const MOST_SHOWN: usize = 200;

/// Counts of (intent meant, intent answered).
#[derive(Debug, Default)]
pub struct ConfusionMatrix {
    /// Row labels and, but for the last column, column labels.
    labels: Vec<String>,
    /// How often by (meant, answered), where that is ever; the last column counts refusals. Of a large bot nearly all cells are empty.
    counts: BTreeMap<(usize, usize), usize>,
}

/// One kind of mistake and how often it was made.
#[derive(Debug, PartialEq, Eq)]
pub struct Confusion<'a> {
    /// The intent that was meant.
    pub meant: &'a str,
    /// The intent that was answered, or [`REFUSED`].
    pub answered: &'a str,
    /// How often.
    pub times: usize,
}

/// The picture could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("the confusion matrix cannot be drawn: {0}")]
pub struct DrawError(String);

impl ConfusionMatrix {
    /// Counts `(meant, answered)` pairs; `None` was refused. Labels keep the order of `intents`, strangers come after.
    pub fn count<'a>(intents: impl Iterator<Item = &'a str>, pairs: &[(&str, Option<&str>)]) -> Self {
        let mut labels: Vec<String> = Vec::new();
        let mut index: BTreeMap<String, usize> = BTreeMap::new();
        let strangers = pairs.iter().flat_map(|(meant, answered)| std::iter::once(*meant).chain(*answered));
        for label in intents.map(str::to_owned).chain(strangers.map(str::to_owned)) {
            index.entry(label).or_insert_with_key(|label| {
                labels.push(label.clone());
                labels.len() - 1
            });
        }
        let mut counts = BTreeMap::new();
        for (meant, answered) in pairs {
            let column = answered.map_or(labels.len(), |answered| index[answered]);
            *counts.entry((index[*meant], column)).or_default() += 1;
        }
        Self { labels, counts }
    }

    /// The same of the 200 intents with the most mistakes, as meant or as answered; of all where there are no more.
    #[must_use]
    pub fn of_most_mistakes(&self) -> Self {
        let all = self.labels.len();
        let mut mistakes = vec![0; all];
        for (&(row, column), times) in self.counts.iter().filter(|((row, column), _)| row != column) {
            for intent in [row, column] {
                mistakes.get_mut(intent).into_iter().for_each(|mistakes| *mistakes += times);
            }
        }
        let mut kept: Vec<usize> = (0..all).collect();
        kept.sort_by_key(|intent| std::cmp::Reverse(mistakes[*intent]));
        kept.truncate(MOST_SHOWN);
        kept.sort_unstable();
        let place = |intent: usize| if intent == all { Some(kept.len()) } else { kept.binary_search(&intent).ok() };
        let counts =
            self.counts.iter().filter_map(|(&(row, column), &times)| Some(((place(row)?, place(column)?), times)));
        Self { labels: kept.iter().map(|intent| self.labels[*intent].clone()).collect(), counts: counts.collect() }
    }

    /// The intents, a row each.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// `counts[meant][answered]`, a row for each label; the last column counts refusals.
    pub fn table(&self) -> Vec<Vec<usize>> {
        let mut table = vec![vec![0; self.labels.len() + 1]; self.labels.len()];
        self.counts.iter().for_each(|(&(row, column), &times)| table[row][column] = times);
        table
    }

    /// The label of a column.
    pub fn column(&self, column: usize) -> &str {
        self.labels.get(column).map_or(REFUSED, String::as_str)
    }

    /// All mistakes, the most frequent first.
    pub fn confusions(&self) -> Vec<Confusion<'_>> {
        let wrong = self.counts.iter().filter(|((row, column), _)| row != column);
        let confusion = |(&(row, column), &times): (&(usize, usize), &usize)| {
            Some(Confusion { meant: self.labels.get(row)?, answered: self.column(column), times })
        };
        let mut found: Vec<Confusion<'_>> = wrong.filter_map(confusion).collect();
        found.sort_by_key(|confusion| std::cmp::Reverse(confusion.times));
        found
    }

    /// A heat map as SVG: a row per intent meant, a column per intent answered; of a bot with more than 200 intents those with the most mistakes.
    ///
    /// # Errors
    /// Where the library that draws it fails.
    pub fn to_svg(&self) -> Result<String, DrawError> {
        let mut svg = String::new();
        self.of_most_mistakes().draw(&mut svg).map_err(|error| DrawError(error.to_string()))?;
        Ok(svg)
    }

    fn draw(&self, svg: &mut String) -> Drawn {
        let cell = (720 / (self.labels.len() + 1)).clamp(6, 44) as i32;
        let longest = self.labels.iter().map(|label| label.chars().count()).max().unwrap_or(0).max(REFUSED.len());
        let margin = 24 + 7 * longest.min(40) as i32;
        let (columns, rows) = (self.labels.len() as i32 + 1, self.labels.len() as i32);
        let size = ((margin + columns * cell + 12) as u32, (margin + rows * cell + 12) as u32);
        let area = SVGBackend::with_string(svg, size).into_drawing_area();
        area.fill(&WHITE)?;
        // One rectangle for all cells with nothing in them: of a large bot these are nearly all.
        let whole = [(margin, margin), (margin + columns * cell - 1, margin + rows * cell - 1)];
        area.draw(&Rectangle::new(whole, RGBColor(240, 240, 240).filled()))?;
        self.draw_labels(&area, cell, margin)?;
        for (row, counts) in self.table().iter().enumerate() {
            let total = counts.iter().sum::<usize>().max(1);
            for (column, &times) in counts.iter().enumerate().filter(|(_, times)| **times > 0) {
                let at = (margin + column as i32 * cell, margin + row as i32 * cell);
                draw_cell(&area, at, cell, Cell { times, share: times as f64 / total as f64, right: row == column })?;
            }
        }
        area.present()
    }

    fn draw_labels(&self, area: &Area<'_>, cell: i32, margin: i32) -> Drawn {
        let size = (cell - 2).clamp(6, 12);
        let across = ("sans-serif", size).into_font().color(&BLACK);
        let down = ("sans-serif", size).into_font().transform(FontTransform::Rotate270).color(&BLACK);
        for column in 0..=self.labels.len() {
            let at = (margin + column as i32 * cell + (cell - size) / 2, margin - 6);
            area.draw(&Text::new(self.column(column).to_owned(), at, down.clone()))?;
        }
        for (row, label) in self.labels.iter().enumerate() {
            area.draw(&Text::new(label.clone(), (8, margin + row as i32 * cell + (cell - size) / 2), across.clone()))?;
        }
        Ok(())
    }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

type Drawn = Result<(), DrawingAreaErrorKind<<SVGBackend<'static> as DrawingBackend>::ErrorType>>;

struct Cell {
    times: usize,
    share: f64,
    right: bool,
}

/// Right answers are green, wrong ones red, the stronger the more of the row they are.
fn draw_cell(area: &Area<'_>, (x, y): (i32, i32), size: i32, cell: Cell) -> Drawn {
    let colour = if cell.right { RGBColor(22, 120, 60) } else { RGBColor(190, 30, 30) }.mix(0.3 + 0.7 * cell.share);
    area.draw(&Rectangle::new([(x, y), (x + size - 1, y + size - 1)], colour.filled()))?;
    if size >= 16 {
        let style =
            ("sans-serif", (size / 2).min(14)).into_font().color(if cell.share > 0.5 { &WHITE } else { &BLACK });
        area.draw(&Text::new(cell.times.to_string(), (x + size / 4, y + size / 4), style))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confusions_come_most_frequent_first() {
        let pairs = [("help", Some("help")), ("help", Some("pizza")), ("help", Some("pizza")), ("pizza", None)];
        let matrix = ConfusionMatrix::count(["help", "pizza"].into_iter(), &pairs);
        let confusions = matrix.confusions();
        assert_eq!(confusions[0], Confusion { meant: "help", answered: "pizza", times: 2 });
        assert_eq!(confusions[1], Confusion { meant: "pizza", answered: REFUSED, times: 1 });
    }

    #[test]
    fn the_picture_has_a_cell_for_every_pair_and_no_label_ends_it() {
        let pairs = [("<b>", Some("<b>")), ("<b>", None), ("a & b", Some("<b>"))];
        let svg = ConfusionMatrix::count(["<b>", "a & b"].into_iter(), &pairs).to_svg().unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{svg}");
        // Paper, grid, one right answer and two that are not.
        assert_eq!(svg.matches("<rect").count(), 2 + 3, "{svg}");
        assert!(svg.contains("&lt;b&gt;") && svg.contains("a &amp; b") && !svg.contains("<b>"), "{svg}");
    }

    #[test]
    fn of_a_large_bot_the_intents_with_the_most_mistakes_are_shown() {
        let names: Vec<String> = (0..5_000).map(|number| format!("intent-{number}")).collect();
        let mut pairs: Vec<(&str, Option<&str>)> =
            names.iter().map(|name| (name.as_str(), Some(name.as_str()))).collect();
        pairs.extend([("intent-4999", Some("intent-7")), ("intent-4999", Some("intent-7")), ("intent-300", None)]);
        let matrix = ConfusionMatrix::count(names.iter().map(String::as_str), &pairs);
        let shown = matrix.of_most_mistakes();
        assert_eq!((matrix.labels().len(), shown.labels().len()), (5_000, MOST_SHOWN));
        assert_eq!(shown.confusions(), matrix.confusions());
        let (table, last) = (shown.table(), MOST_SHOWN - 1);
        assert_eq!(
            (table[last][last], table[last][7], table[last][MOST_SHOWN], table[last - 1][MOST_SHOWN]),
            (1, 2, 0, 1)
        );
        assert!(matrix.to_svg().unwrap().len() < 200_000);
    }

    #[test]
    fn nothing_at_all_has_a_picture_too() {
        assert!(ConfusionMatrix::default().to_svg().unwrap().starts_with("<svg"));
    }
}
