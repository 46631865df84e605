//! How the words of the training texts are distributed: how often each occurs, and in how many intents.
//!
//! The measures are the reference's: both counts are scaled so that the rarest and most specific word has 100 and the commonest has 0.

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::{Value, json};

use crate::{fold::words, texts::Text};

#[derive(Debug, PartialEq)]
struct Row {
    word: String,
    presence: usize,
    intents: BTreeSet<usize>,
}

/// One line a word, in the order of their first use.
pub(super) fn csv(texts: &[Text]) -> String {
    let mut csv = String::from("word,length,presence,distribution,relp,reld,relscore\n");
    for (row, relp, reld) in scored(&rows(texts)) {
        let (length, presence, distribution) = (row.word.chars().count(), row.presence, row.intents.len());
        let quoted = row.word.replace('"', "\"\"");
        // Writing to a string cannot fail.
        let _ = writeln!(csv, "\"{quoted}\",{length},{presence},{distribution},{relp:.2},{reld:.2},{:.2}", relp + reld);
    }
    csv
}

/// The same as JSON.
pub(super) fn table(texts: &[Text]) -> Vec<Value> {
    let rows = rows(texts);
    let line = |(row, relp, reld): (&Row, f64, f64)| json!({ "word": row.word, "presence": row.presence, "distribution": row.intents.len(), "relscore": super::round(relp + reld) });
    scored(&rows).map(line).collect()
}

fn rows(texts: &[Text]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut index = std::collections::HashMap::new();
    for text in texts {
        for word in words(&text.text) {
            let at = *index.entry(word.text.clone()).or_insert_with(|| {
                rows.push(Row { word: word.text, presence: 0, intents: BTreeSet::new() });
                rows.len() - 1
            });
            rows[at].presence += 1;
            rows[at].intents.insert(text.intent);
        }
    }
    rows
}

/// Each row with its relative presence and distribution.
fn scored(rows: &[Row]) -> impl Iterator<Item = (&Row, f64, f64)> {
    let presence = scale(rows.iter().map(|row| row.presence));
    let distribution = scale(rows.iter().map(|row| row.intents.len()));
    rows.iter().map(move |row| (row, presence(row.presence), distribution(row.intents.len())))
}

/// From 100 for the smallest count to 0 for the largest; 100 for all where they are equal.
fn scale(counts: impl Iterator<Item = usize> + Clone) -> impl Fn(usize) -> f64 {
    let (least, most) = (counts.clone().min().unwrap_or(0), counts.max().unwrap_or(0));
    move |count| if most == least { 100.0 } else { 100.0 - 100.0 * (count - least) as f64 / (most - least) as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(intent: usize, text: &str) -> Text {
        Text { intent, text: text.to_owned(), path: "".into() }
    }

    #[test]
    fn counts_and_scores_are_those_of_a_hand_count() {
        let texts = [text(0, "Where is my order?"), text(0, "my order"), text(1, "ORDER größe")];
        assert_eq!(
            csv(&texts),
            "word,length,presence,distribution,relp,reld,relscore\n\
             \"where\",5,1,1,100.00,100.00,200.00\n\
             \"is\",2,1,1,100.00,100.00,200.00\n\
             \"my\",2,2,1,50.00,100.00,150.00\n\
             \"order\",5,3,2,0.00,0.00,0.00\n\
             \"grosse\",6,1,1,100.00,100.00,200.00\n"
        );
    }

    #[test]
    fn equal_counts_are_no_division_by_zero() {
        assert!(csv(&[text(0, "hello there")]).ends_with("\"there\",5,1,1,100.00,100.00,200.00\n"));
        assert_eq!(csv(&[]).lines().count(), 1);
    }
}
