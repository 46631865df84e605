//! Conversation scripts: those in `talks/`, and what the runner says of a script that does not hold.

use std::{fs, path::Path, sync::Arc};

use sbf_dialog::{
    memory::ScriptedBackends,
    talk::{Stage, Talk},
};

use crate::support::{caller, desk, phone};

fn stage(talk: &Talk) -> Stage {
    let brain = match talk.brain.as_deref() {
        Some("phone") => phone(),
        _ => desk(),
    };
    Stage { brains: Arc::new(brain), backends: Arc::new(ScriptedBackends::default()), caller: caller() }
}

async fn failures(script: &str) -> Vec<String> {
    let talk = Talk::parse("x.talk", script).unwrap();
    talk.play(&stage(&talk)).await.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn the_scripts_hold_and_hold_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/talks");
    let mut scripts: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    scripts.sort();
    assert!(scripts.len() >= 5);
    for script in scripts {
        let talk = Talk::parse(&script.display().to_string(), &fs::read_to_string(&script).unwrap()).unwrap();
        for _ in 0..2 {
            let failures = talk.play(&stage(&talk)).await;
            assert!(failures.is_empty(), "{}", failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        }
    }
}

#[tokio::test]
async fn a_wrong_sentence_is_told_with_its_line() {
    let script = "# comment\n\n> what is your name\n< I am Bob.\n~ intent joke\n";
    assert_eq!(
        failures(script).await,
        [
            "x.talk:4\n  expected: < I am Bob.\n  got:      < I am Desk and you are Ana.",
            "x.talk:5\n  expected: ~ intent joke\n  got:      ~ intent name",
        ]
    );
}

#[tokio::test]
async fn a_sentence_too_few_or_too_many_is_told() {
    let script = "@stub weather \"Rain\"\n> weather forecast\n< Which city?\n> Paris\n< Just a minute!\n";
    let told = "x.talk:5\n  expected: < Just a minute!\n  got:      < Just a minute! < Rain";
    assert_eq!(failures(script).await, [told]);
}

#[tokio::test]
async fn an_event_that_did_not_come_is_told_and_each_counts_once() {
    let script = "@stub weather \"Rain\"\n> weather forecast in Paris\n! weather {\"city\": \"Paris\"}\n! weather {}\n! flights {}\n";
    assert_eq!(
        failures(script).await,
        [
            "x.talk:4\n  expected: ! weather {}\n  got:      weather was not called",
            "x.talk:5\n  expected: ! flights {}\n  got:      flights was not called",
        ]
    );
    let wrong = failures("@stub weather \"Rain\"\n> weather forecast in Paris\n! weather {\"city\": \"Rome\"}\n").await;
    assert!(wrong[0].contains(r#"got:      ! weather {"city":"Paris","lang":"#), "{wrong:?}");
}

#[tokio::test]
async fn stubs_in_a_row_answer_in_turn_and_the_last_one_stays() {
    let script = "\
@stub weather \"one\"
@stub weather \"two\"
> weather forecast in Paris
< one
> weather forecast in Paris
< two
> weather forecast in Paris
< two
@stub weather \"three\"
> weather forecast in Paris
< three
";
    assert_eq!(failures(script).await, [""; 0]);
}

#[tokio::test]
async fn an_ellipsis_stands_for_anything() {
    let with = |expected: &str| format!("> what is your name\n< {expected}\n");
    for expected in ["…", "I am … and you are …", "… Ana.", "I am…Ana.", "I am Desk and you are Ana.…"] {
        assert_eq!(failures(&with(expected)).await, [""; 0], "{expected}");
    }
    for expected in ["I am …!", "you … Ana.", "… I am", "I am Desk…I am Desk…", "I am Desk"] {
        assert_eq!(failures(&with(expected)).await.len(), 1, "{expected}");
    }
}

#[test]
fn lines_that_cannot_be_read_are_all_told() {
    let script = "< hello\n> \n@brain\n@stub weather\n@stub weather {\nhello\n> hi\n~ joke\n<\n! weather\n@brain a b\n";
    let told: Vec<_> = Talk::parse("x.talk", script).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "x.talk:1: Nothing was said yet that this could be about.",
            "x.talk:2: `>` needs what the user says.",
            "x.talk:3: `@brain` needs the name of a brain.",
            "x.talk:4: A function's name and JSON are needed.",
            "x.talk:5: The JSON cannot be read: EOF while parsing an object at line 1 column 1.",
            "x.talk:6: A line begins with `#`, `@brain`, `@stub`, `@start`, `>`, `<`, `~` or `!`; found \"hello\".",
            "x.talk:8: `~` needs `intent` and an id, or `intent none`; found \"joke\".",
            "x.talk:9: `<` needs what the bot says.",
            "x.talk:10: A function's name and JSON are needed.",
        ]
    );
}
