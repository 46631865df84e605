//! The sample bots' conversations and test utterances, with the real sample backends on the embedded DynamoDB.

use std::{fs, path::PathBuf, sync::Arc};

use sbf_brain::{Severity, read, run_tests, train};
use sbf_cli::bot::{LocalBot, development_caller};
use sbf_dialog::{
    memory::FixedBrain,
    talk::{Stage, Talk},
};
use sbf_tests::{repository, sample_bots};

#[tokio::test]
async fn every_sample_bot_talks_as_its_scripts_say() {
    for folder in bots() {
        // Orders and feedback of one bot must not be remembered by the next.
        let local = LocalBot::start(None).await.unwrap();
        let stage = Stage {
            brains: Arc::new(FixedBrain::new(brain(&folder))),
            backends: Arc::clone(&local.app.bot.backends),
            caller: development_caller(),
        };
        let scripts = scripts(&folder);
        assert!(!scripts.is_empty(), "{} has no scripts", folder.display());
        for script in scripts {
            let failures = script.play(&stage).await;
            assert!(failures.is_empty(), "{}", failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        }
    }
}

#[test]
fn every_sample_bot_passes_its_own_tests() {
    for folder in bots() {
        let brain = brain(&folder);
        let outcomes = run_tests(&brain);
        let failed: Vec<_> = outcomes.iter().filter(|outcome| !outcome.passed()).collect();
        assert!(failed.is_empty(), "{}: {failed:#?}", folder.display());
    }
}

#[test]
fn the_samples_are_played_in_every_language() {
    for language in sample_bots() {
        let text: String = script_files(&repository().join("brain").join(language))
            .iter()
            .map(|file| fs::read_to_string(file).unwrap())
            .collect();
        for intent in ["1000", "1001", "1002"] {
            assert!(
                text.contains(&format!("~ intent {intent}")),
                "brain/{language} has no conversation about {intent}"
            );
        }
    }
}

fn brain(folder: &std::path::Path) -> sbf_brain::Brain {
    let knowledge = fs::read(folder.join("knowledge.json")).unwrap();
    let (checked, problems) = read(&knowledge, fs::read(folder.join("configs.json")).ok().as_deref());
    let errors: Vec<_> = problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{}: {errors:#?}", folder.display());
    train(checked.unwrap(), &mut |_| {}).unwrap().brain
}

fn bots() -> Vec<PathBuf> {
    let mut bots: Vec<PathBuf> = fs::read_dir(repository().join("brain"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("knowledge.json").is_file())
        .collect();
    bots.sort();
    assert!(bots.len() >= 8, "seven languages and the article: {bots:?}");
    bots
}

fn scripts(folder: &std::path::Path) -> Vec<Talk> {
    let files = script_files(folder);
    files
        .iter()
        .map(|file| Talk::parse(&file.display().to_string(), &fs::read_to_string(file).unwrap()).unwrap())
        .collect()
}

fn script_files(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "talk"));
    files.sort();
    files
}
