//! The confusion matrix: which intent was meant, which was answered; for the terminal and as a page with a picture.

use std::{collections::BTreeMap, fmt::Write as _};

use plotters::prelude::*;

/// The column of utterances that were refused.
const REFUSED: &str = "(refused)";
/// Wider matrices are printed on the terminal as a list of confusions only.
const WIDEST_ON_TERMINAL: usize = 14;
/// Confusions listed on the terminal.
const CONFUSIONS_LISTED: usize = 20;

/// Counts of (intent meant, intent answered).
#[derive(Debug, Default)]
pub(crate) struct ConfusionMatrix {
    /// Row labels and, but for the last column, column labels.
    labels: Vec<String>,
    /// `counts[meant][answered]`; the last column counts refusals.
    counts: Vec<Vec<usize>>,
}

/// One kind of mistake and how often it was made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Confusion<'a> {
    pub meant: &'a str,
    pub answered: &'a str,
    pub times: usize,
}

impl ConfusionMatrix {
    /// Counts `(meant, answered)` pairs; `None` was refused. Labels keep the order of `intents`, strangers come after.
    pub(crate) fn count<'a>(intents: impl Iterator<Item = &'a str>, pairs: &[(&str, Option<&str>)]) -> Self {
        let mut labels: Vec<String> = intents.map(str::to_owned).collect();
        for label in pairs.iter().flat_map(|(meant, answered)| std::iter::once(*meant).chain(*answered)) {
            if !labels.iter().any(|known| known == label) {
                labels.push(label.to_owned());
            }
        }
        let index: BTreeMap<&str, usize> = labels.iter().enumerate().map(|(at, label)| (label.as_str(), at)).collect();
        let mut counts = vec![vec![0; labels.len() + 1]; labels.len()];
        for (meant, answered) in pairs {
            counts[index[meant]][answered.map_or(labels.len(), |answered| index[answered])] += 1;
        }
        Self { labels, counts }
    }

    /// All mistakes, the most frequent first.
    pub(crate) fn confusions(&self) -> Vec<Confusion<'_>> {
        let mut found = Vec::new();
        for (row, meant) in self.labels.iter().enumerate() {
            for (column, &times) in self.counts[row].iter().enumerate() {
                if times > 0 && column != row {
                    found.push(Confusion { meant, answered: self.column(column), times });
                }
            }
        }
        found.sort_by_key(|confusion| std::cmp::Reverse(confusion.times));
        found
    }

    /// The matrix where it fits, and the list of its confusions.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        if self.labels.len() <= WIDEST_ON_TERMINAL {
            self.write_table(&mut text);
        }
        let confusions = self.confusions();
        for confusion in confusions.iter().take(CONFUSIONS_LISTED) {
            let _ = writeln!(text, "  {} × {} answered as {}", confusion.times, confusion.meant, confusion.answered);
        }
        if confusions.len() > CONFUSIONS_LISTED {
            let _ = writeln!(text, "  … and {} more", confusions.len() - CONFUSIONS_LISTED);
        }
        text
    }

    /// A page of its own with the picture and the list.
    ///
    /// # Errors
    /// Where the picture cannot be drawn.
    pub(crate) fn to_html(&self, title: &str, summary: &[String]) -> anyhow::Result<String> {
        let mut rows = String::new();
        for confusion in self.confusions() {
            let _ = write!(
                rows,
                "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
                escape(confusion.meant),
                escape(confusion.answered),
                confusion.times
            );
        }
        let summary: String = summary.iter().map(|line| format!("<p>{}</p>", escape(line))).collect();
        Ok(PAGE
            .replace("{title}", &escape(title))
            .replace("{summary}", &summary)
            .replace("{picture}", &self.to_svg()?)
            .replace("{rows}", &rows))
    }

    /// A heat map: a row per intent meant, a column per intent answered.
    fn to_svg(&self) -> anyhow::Result<String> {
        let cell = (720 / (self.labels.len() + 1)).clamp(6, 44) as i32;
        let longest = self.labels.iter().map(|label| label.chars().count()).max().unwrap_or(0).max(REFUSED.len());
        let margin = 24 + 7 * longest.min(40) as i32;
        let (columns, rows) = (self.labels.len() as i32 + 1, self.labels.len() as i32);
        let size = ((margin + columns * cell + 12) as u32, (margin + rows * cell + 12) as u32);
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            area.fill(&WHITE)?;
            self.draw_labels(&area, cell, margin)?;
            for row in 0..self.labels.len() {
                let total = self.counts[row].iter().sum::<usize>().max(1);
                for (column, &times) in self.counts[row].iter().enumerate() {
                    let at = (margin + column as i32 * cell, margin + row as i32 * cell);
                    draw_cell(
                        &area,
                        at,
                        cell,
                        Cell { times, share: times as f64 / total as f64, right: row == column },
                    )?;
                }
            }
            area.present()?;
        }
        Ok(svg)
    }

    fn draw_labels(&self, area: &Area<'_>, cell: i32, margin: i32) -> anyhow::Result<()> {
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

    fn column(&self, column: usize) -> &str {
        self.labels.get(column).map_or(REFUSED, String::as_str)
    }

    fn write_table(&self, text: &mut String) {
        let widest = self.labels.iter().map(|label| label.chars().count()).max().unwrap_or(0).min(24);
        let _ = write!(text, "  {:widest$}", "meant \\ answered");
        for column in 0..=self.labels.len() {
            let _ = write!(text, " {:>10}", shorten(self.column(column), 10));
        }
        text.push('\n');
        for (row, label) in self.labels.iter().enumerate() {
            let _ = write!(text, "  {:widest$}", shorten(label, widest.max(16)), widest = widest.max(16));
            for &times in &self.counts[row] {
                let _ = write!(text, " {:>10}", if times == 0 { "·".to_owned() } else { times.to_string() });
            }
            text.push('\n');
        }
    }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

struct Cell {
    times: usize,
    share: f64,
    right: bool,
}

/// Right answers are green, wrong ones red, the stronger the more of the row they are.
fn draw_cell(area: &Area<'_>, (x, y): (i32, i32), size: i32, cell: Cell) -> anyhow::Result<()> {
    let colour = match (cell.times, cell.right) {
        (0, _) => RGBColor(240, 240, 240).to_rgba(),
        (_, true) => RGBColor(22, 120, 60).mix(0.3 + 0.7 * cell.share),
        (_, false) => RGBColor(190, 30, 30).mix(0.3 + 0.7 * cell.share),
    };
    area.draw(&Rectangle::new([(x, y), (x + size - 1, y + size - 1)], colour.filled()))?;
    if cell.times > 0 && size >= 16 {
        let style =
            ("sans-serif", (size / 2).min(14)).into_font().color(if cell.share > 0.5 { &WHITE } else { &BLACK });
        area.draw(&Text::new(cell.times.to_string(), (x + size / 4, y + size / 4), style))?;
    }
    Ok(())
}

fn shorten(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length.saturating_sub(1)).chain(['…']).collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const PAGE: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1b1b1b; background: #fff }
svg { max-width: 100%; height: auto }
table { border-collapse: collapse } th, td { text-align: left; padding: .25rem .75rem; border-bottom: 1px solid #ddd }
</style></head>
<body><h1>{title}</h1>{summary}
<figure>{picture}<figcaption>One row per intent that was meant, one column per intent that was answered.</figcaption></figure>
<h2>Confusions</h2>
<table><thead><tr><th>meant</th><th>answered</th><th>times</th></tr></thead><tbody>{rows}</tbody></table>
</body></html>
"#;

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix() -> ConfusionMatrix {
        ConfusionMatrix::count(
            ["help", "pizza"].into_iter(),
            &[("help", Some("help")), ("help", Some("pizza")), ("help", Some("pizza")), ("pizza", None)],
        )
    }

    #[test]
    fn confusions_come_most_frequent_first() {
        let matrix = matrix();
        let confusions = matrix.confusions();
        assert_eq!(confusions[0], Confusion { meant: "help", answered: "pizza", times: 2 });
        assert_eq!(confusions[1], Confusion { meant: "pizza", answered: REFUSED, times: 1 });
    }

    #[test]
    fn the_page_has_a_picture_and_escapes_labels() {
        let page = ConfusionMatrix::count(["<b>"].into_iter(), &[("<b>", None)]).to_html("Bot & Co", &[]).unwrap();
        assert!(page.contains("<svg") && page.contains("Bot &amp; Co") && page.contains("&lt;b&gt;"));
        assert!(!page.contains("<b>"));
    }

    #[test]
    fn the_terminal_shows_counts_and_confusions() {
        let text = matrix().to_text();
        assert!(text.contains("2 × help answered as pizza"), "{text}");
        assert!(text.contains("meant \\ answered"), "{text}");
    }
}
