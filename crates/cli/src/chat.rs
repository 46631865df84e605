//! `sbf chat`: a conversation in the terminal, through the same turn that the Lambda answers.

use std::{
    io::{IsTerminal, stdin},
    path::PathBuf,
};

use anyhow::Context as _;
use sbf_aws::{router::epoch_millis, training::Outcome as Trained};
use sbf_dialog::{Call, Moment, Response, content::Part};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::{
    Outcome,
    bot::{LocalBot, development_caller},
    folder::BrainFiles,
    output, show,
};

/// What `sbf chat` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A brain folder, or a knowledge file.
    path: PathBuf,
}

/// Chats until the end of the input; nothing is kept.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let files = BrainFiles::read(&arguments.path)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let bot = LocalBot::start(None).await?;
        match bot.learn(&files).await? {
            Trained::Refused { problems, .. } => {
                eprintln!("{}", show::problems(&problems));
                Ok(Outcome::Problems)
            }
            _ => converse(&bot).await,
        }
    })
}

async fn converse(bot: &LocalBot) -> anyhow::Result<Outcome> {
    let mut answered = turn(bot, json!({"event": "start"})).await?;
    say(&answered);
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        prompt();
        let Some(line) = lines.next_line().await.context("the input cannot be read")? else { break };
        if line.trim().is_empty() {
            continue;
        }
        match turn(bot, json!({"text": line, "sessionID": answered.session_id})).await {
            Ok(answer) => answered = answer,
            Err(error) => {
                println!("  ({error:#})");
                continue;
            }
        }
        say(&answered);
    }
    Ok(Outcome::Fine)
}

async fn turn(bot: &LocalBot, mut request: serde_json::Value) -> anyhow::Result<Response> {
    if request["sessionID"].is_null()
        && let Some(fields) = request.as_object_mut()
    {
        fields.remove("sessionID");
    }
    let call = Call::parse(request.to_string().as_bytes())?;
    let now = epoch_millis();
    // Any spread of chance will do for one person at one terminal.
    let moment = Moment { now, dice: now };
    Ok(bot.app.bot.handle(call, &development_caller(), moment).await?)
}

fn say(response: &Response) {
    for line in response.content().parts.iter().flat_map(lines_of) {
        println!("  {}", output::one_line(&line));
    }
}

/// A part as a terminal shows it: its text, where it leads, and what may be answered.
fn lines_of(part: &Part) -> Vec<String> {
    let labelled = |label: &str, url: &str| match label == url || label.is_empty() {
        true => url.to_owned(),
        false => format!("{label}: {url}"),
    };
    let media = part.media.iter().filter(|media| !media.url.starts_with("data:"));
    let mut lines: Vec<String> = part.plain.lines().map(str::to_owned).collect();
    lines.extend(part.links.iter().filter(|link| link.label != link.url).map(|link| labelled(&link.label, &link.url)));
    lines.extend(media.map(|media| labelled(&media.description, &media.url)));
    if !part.choices.is_empty() {
        let labels: Vec<String> = part.choices.iter().map(|choice| format!("[{}]", choice.label)).collect();
        lines.push(labels.join(" "));
    }
    lines
}

fn prompt() {
    if stdin().is_terminal() {
        print!("> ");
        output::flush();
    }
}
