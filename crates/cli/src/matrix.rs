//! The confusion matrix for the terminal and as a page.

use std::fmt::Write as _;

use sbf_brain::report::ConfusionMatrix;

/// Wider matrices are printed on the terminal as a list of confusions only.
const WIDEST_ON_TERMINAL: usize = 14;
/// Confusions listed on the terminal.
const CONFUSIONS_LISTED: usize = 20;

/// The matrix where it fits, and the list of its confusions.
pub(crate) fn to_text(matrix: &ConfusionMatrix) -> String {
    let mut text = String::new();
    if matrix.labels().len() <= WIDEST_ON_TERMINAL {
        write_table(matrix, &mut text);
    }
    let confusions = matrix.confusions();
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
pub(crate) fn to_html(matrix: &ConfusionMatrix, title: &str, summary: &[String]) -> anyhow::Result<String> {
    let mut rows = String::new();
    for confusion in matrix.confusions() {
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
        .replace("{picture}", &matrix.to_svg()?)
        .replace("{rows}", &rows))
}

fn write_table(matrix: &ConfusionMatrix, text: &mut String) {
    let widest = matrix.labels().iter().map(|label| label.chars().count()).max().unwrap_or(0).min(24);
    let _ = write!(text, "  {:widest$}", "meant \\ answered");
    for column in 0..=matrix.labels().len() {
        let _ = write!(text, " {:>10}", shorten(matrix.column(column), 10));
    }
    text.push('\n');
    for (label, counts) in matrix.labels().iter().zip(matrix.table()) {
        let _ = write!(text, "  {:widest$}", shorten(label, widest.max(16)), widest = widest.max(16));
        for times in counts {
            let _ = write!(text, " {:>10}", if times == 0 { "·".to_owned() } else { times.to_string() });
        }
        text.push('\n');
    }
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

    #[test]
    fn the_page_has_a_picture_and_escapes_labels() {
        let matrix = ConfusionMatrix::count(["<b>"].into_iter(), &[("<b>", None)]);
        let page = to_html(&matrix, "Bot & Co", &[]).unwrap();
        assert!(page.contains("<svg") && page.contains("Bot &amp; Co") && page.contains("&lt;b&gt;"));
        assert!(!page.contains("<b>"));
    }

    #[test]
    fn the_terminal_shows_counts_and_confusions() {
        let pairs = [("help", Some("help")), ("help", Some("pizza")), ("help", Some("pizza")), ("pizza", None)];
        let text = to_text(&ConfusionMatrix::count(["help", "pizza"].into_iter(), &pairs));
        assert!(text.contains("2 × help answered as pizza"), "{text}");
        assert!(text.contains("meant \\ answered"), "{text}");
    }
}
