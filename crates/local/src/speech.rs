//! espeak-ng, where it is installed: an external program, never linked and never shipped.

use std::process::Stdio;
use std::time::Duration;

use sbf_languages::{ALL, ENGLISH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;

const PROGRAM: &str = "espeak-ng";

/// The voice that the program speaks with where nobody names one.
const ANY: &str = "en";

/// A sentence takes a tenth of a second; a minute of speech about two.
const TIME_LIMIT: Duration = Duration::from_secs(15);

/// Three thousand characters are about four minutes, 22,050 samples of two bytes a second.
const AUDIO_LIMIT: u64 = 32 * 1024 * 1024;

/// Programs at work at the same time; further ones wait.
const CONCURRENT: usize = 2;

/// The speech engine of this machine.
#[derive(Debug)]
pub(crate) struct Speech {
    installed: bool,
    turns: Semaphore,
}

/// What to say, checked by the caller.
#[derive(Debug)]
pub(crate) struct Utterance {
    pub(crate) text: String,
    /// Whether the text is SSML.
    pub(crate) ssml: bool,
    /// A voice of espeak-ng, see [`voice`].
    pub(crate) voice: &'static str,
}

/// Why there is no sound.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SpeechError {
    #[error("espeak-ng did not run: {0}")]
    Program(#[from] std::io::Error),
    #[error("espeak-ng took more than {TIME_LIMIT:?}")]
    Time,
    #[error("espeak-ng gave no audio: {0}")]
    NoAudio(String),
}

impl Speech {
    /// Looks once whether the program is there.
    pub(crate) async fn detect() -> Self {
        let mut command = Command::new(PROGRAM);
        command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let asked = tokio::time::timeout(Duration::from_secs(5), command.status()).await;
        let installed = matches!(asked, Ok(Ok(status)) if status.success());
        Self { installed, turns: Semaphore::new(CONCURRENT) }
    }

    pub(crate) fn installed(&self) -> bool {
        self.installed
    }

    /// A WAV file of the utterance.
    pub(crate) async fn say(&self, utterance: &Utterance) -> Result<Vec<u8>, SpeechError> {
        // The semaphore is never closed; without a permit the program would run all the same.
        let _turn = self.turns.acquire().await.ok();
        match tokio::time::timeout(TIME_LIMIT, synthesise(utterance)).await {
            Ok(audio) => audio,
            Err(_) => Err(SpeechError::Time),
        }
    }
}

async fn synthesise(utterance: &Utterance) -> Result<Vec<u8>, SpeechError> {
    let mut command = Command::new(PROGRAM);
    // The text goes by standard input: as an argument it could be taken for an option, and other
    // users of the machine could read it. `-b 1` says that it is UTF-8.
    command.args(["--stdin", "--stdout", "-b", "1", "-v", utterance.voice]);
    if utterance.ssml {
        command.arg("-m");
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn()?;
    let (input, output) = (child.stdin.take(), child.stdout.take());
    let write = async {
        if let Some(mut input) = input {
            // A program that ends early closes the pipe; its output tells the rest.
            let _ = input.write_all(utterance.text.as_bytes()).await;
        }
    };
    let read = async {
        let mut audio = Vec::new();
        if let Some(output) = output {
            output.take(AUDIO_LIMIT).read_to_end(&mut audio).await?;
        }
        Ok::<_, std::io::Error>(audio)
    };
    let ((), audio) = tokio::join!(write, read);
    let (audio, status) = (audio?, child.wait().await?);
    if !status.success() || !audio.starts_with(b"RIFF") {
        return Err(SpeechError::NoAudio(status.to_string()));
    }
    Ok(audio)
}

/// Polly's other voices, and espeak-ng's nearest.
const OTHERS: [(&str, &str); 75] = [
    ("Camila", "pt-br+f3"),
    ("Thiago", "pt-br+m3"),
    ("Lupe", "es-419+f3"),
    ("Pedro", "es-419+m3"),
    ("Mia", "es-419+f3"),
    ("Andres", "es-419+m3"),
    ("Lucia", "es+f3"),
    ("Sergio", "es+m3"),
    ("Danielle", "en-us+f3"),
    ("Gregory", "en-us+m3"),
    ("Ivy", "en-us+f3"),
    ("Justin", "en-us+m3"),
    ("Kendra", "en-us+f3"),
    ("Kevin", "en-us+m3"),
    ("Kimberly", "en-us+f3"),
    ("Matthew", "en-us+m3"),
    ("Ruth", "en-us+f3"),
    ("Salli", "en-us+f3"),
    ("Stephen", "en-us+m3"),
    ("Aditi", "en-gb+f3"),
    ("Aria", "en-gb+f3"),
    ("Arthur", "en-gb+m3"),
    ("Ayanda", "en-gb+f3"),
    ("Emma", "en-gb+f3"),
    ("Geraint", "en-gb+m3"),
    ("Jasmine", "en-gb+f3"),
    ("Kajal", "en-gb+f3"),
    ("Niamh", "en-gb+f3"),
    ("Nicole", "en-gb+f3"),
    ("Olivia", "en-gb+f3"),
    ("Raveena", "en-gb+f3"),
    ("Russell", "en-gb+m3"),
    ("Lea", "fr+f3"),
    ("Remi", "fr+m3"),
    ("Chantal", "fr+f3"),
    ("Gabrielle", "fr+f3"),
    ("Liam", "fr+m3"),
    ("Isabelle", "fr-be+f3"),
    ("Bianca", "it+f3"),
    ("Adriano", "it+m3"),
    ("Daniel", "de+m3"),
    ("Hannah", "de+f3"),
    ("Marlene", "de+f3"),
    ("Sabrina", "de+f3"),
    ("Arlet", "ca+f3"),
    ("Astrid", "sv+f3"),
    ("Elin", "sv+f3"),
    ("Burcu", "tr+f3"),
    ("Filiz", "tr+f3"),
    ("Carmen", "ro+f3"),
    ("Dora", "is+f3"),
    ("Karl", "is+m3"),
    ("Ewa", "pl+f3"),
    ("Jacek", "pl+m3"),
    ("Jan", "pl+m3"),
    ("Maja", "pl+f3"),
    ("Ola", "pl+f3"),
    ("Gwyneth", "cy+f3"),
    ("Hala", "ar+f3"),
    ("Zayd", "ar+m3"),
    ("Zeina", "ar+f3"),
    ("Ida", "nb+f3"),
    ("Liv", "nb+f3"),
    ("Jitka", "cs+f3"),
    ("Jihye", "ko+f3"),
    ("Seoyeon", "ko+f3"),
    ("Laura", "nl+f3"),
    ("Lisa", "nl+f3"),
    ("Lotte", "nl+f3"),
    ("Ruben", "nl+m3"),
    ("Mads", "da+m3"),
    ("Naja", "da+f3"),
    ("Sofie", "da+f3"),
    ("Suvi", "fi+f3"),
    ("Zhiyu", "cmn+f3"),
];

/// The voice of espeak-ng nearest to one of Polly's. The language code decides where it is
/// given, then the voice; for a voice that is not in the table and no language, English speaks.
pub(crate) fn voice(voice_id: &str, language_code: Option<&str>) -> &'static str {
    let rows = || ALL.into_iter().flat_map(|language| language.espeak);
    let is_it = |name: &str| name.eq_ignore_ascii_case(voice_id);
    let of_voice = rows().find(|row| is_it(row.polly.man) || is_it(row.polly.woman));
    let exact = language_code.and_then(|code| rows().find(|row| row.tag.eq_ignore_ascii_case(code)));
    let near = language_code.and_then(|code| rows().find(|row| language(row.tag).eq_ignore_ascii_case(language(code))));
    let other = OTHERS.iter().find(|(name, _)| is_it(name)).map(|(_, nearest)| *nearest);
    if let Some(nearest) = other.filter(|_| language_code.is_none()) {
        return nearest;
    }
    let Some(row) = exact.or(near).or(of_voice).or(ENGLISH.espeak.first()) else { return ANY };
    if of_voice.is_some_and(|row| is_it(row.polly.man)) { row.espeak.man } else { row.espeak.woman }
}

fn language(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_voices_of_the_seven_languages_are_known() {
        for (name, expected) in [
            ("Ricardo", "pt-br+m3"),
            ("Vitoria", "pt-br+f3"),
            ("Miguel", "es-419+m3"),
            ("Joanna", "en-us+f3"),
            ("Mathieu", "fr+m3"),
            ("Carla", "it+f3"),
            ("Hans", "de+m3"),
            ("Tatyana", "ru+f3"),
            // What the bot chooses where nobody names a voice.
            ("Camila", "pt-br+f3"),
            ("Lupe", "es-419+f3"),
            ("Lea", "fr+f3"),
            ("Bianca", "it+f3"),
            ("Vicki", "de+f3"),
        ] {
            assert_eq!(voice(name, None), expected);
        }
    }

    #[test]
    fn the_language_code_decides_over_the_voice() {
        assert_eq!(voice("Joey", Some("de-DE")), "de+m3");
        assert_eq!(voice("Camila", Some("pt-BR")), "pt-br+f3");
        assert_eq!(voice("Lea", Some("fr-CA")), "fr+f3");
    }

    #[test]
    fn an_unknown_voice_speaks_english() {
        assert_eq!(voice("Nobody", None), "en-us+f3");
        assert_eq!(voice("Nobody", Some("xx")), "en-us+f3");
    }
}
