//! Fifty everyday messages in each language of the sample bots: most of them are nothing that the bots know, and are to be refused.
//!
//! `cargo test -p sbf-tests --test all everyday:: -- --nocapture` prints what is decided wrongly.

use std::fs;

use sbf_tests::{repository, sample_bots};

/// Share of the messages that every bot decides rightly, and that they do on average.
const FLOOR: f64 = 0.86;
const AVERAGE: f64 = 0.92;

/// What training looks at is no measure of it.
#[test]
fn the_table_has_no_message_that_training_knows() {
    let table = fs::read_to_string(repository().join("tests/everyday.tsv")).unwrap();
    let known: Vec<String> =
        sbf_languages::ALL.iter().flat_map(|language| language.everyday.lines()).map(sbf_amc::text::fold).collect();
    let said = table.lines().skip(1).flat_map(|line| line.split('\t').skip(1)).map(sbf_amc::text::fold);
    let both: Vec<String> = said.filter(|message| known.contains(message)).collect();
    assert_eq!(both, [""; 0]);
}

#[test]
fn everyday_messages_are_decided_rightly() {
    let table = fs::read_to_string(repository().join("tests/everyday.tsv")).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split('\t').collect()).collect();
    let (head, rows) = rows.split_first().unwrap();
    let mut shares = Vec::new();
    for (column, language) in head.iter().enumerate().skip(1) {
        let bot = sample_bots().find(|bot| sbf_languages::primary(bot) == *language).unwrap();
        let brain = super::confidence::sample_with_meaning(bot).brain;
        let wrong = rows.iter().filter(|row| {
            let found = brain.understand(row[column]);
            let answered = found.accepted.map_or("-", |intent| intent.id.as_str());
            let is_right = row[0].split(',').any(|right| right == answered);
            if !is_right {
                println!(
                    "{bot}: {:?} is taken for {answered} ({}), and should be {}",
                    row[column], found.confidence, row[0]
                );
            }
            !is_right
        });
        let share = 1.0 - wrong.count() as f64 / rows.len() as f64;
        println!("{bot}: {share:.2} of {} messages are decided rightly", rows.len());
        shares.push(share);
    }
    assert_eq!((rows.len(), shares.len()), (50, 7));
    assert!(shares.iter().all(|share| *share >= FLOOR), "{shares:?}");
    assert!(shares.iter().sum::<f64>() / 7.0 >= AVERAGE, "{shares:?}");
}
