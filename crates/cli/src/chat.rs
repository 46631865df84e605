//! `sbf chat`: a conversation in the terminal, through the same turn that the Lambda answers.

use std::{
    io::{IsTerminal, stdin},
    path::PathBuf,
};

use anyhow::Context as _;
use nanohtml2text::html2text;
use sbf_aws::{router::epoch_millis, training::Outcome as Trained};
use sbf_dialog::{
    Call, Moment,
    wire::{Heard, hear},
};
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
    let mut heard = turn(bot, json!({"event": "start"})).await?;
    say(&heard);
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        prompt();
        let Some(line) = lines.next_line().await.context("the input cannot be read")? else { break };
        if line.trim().is_empty() {
            continue;
        }
        match turn(bot, json!({"text": line, "sessionID": heard.session_id})).await {
            Ok(answer) => heard = answer,
            Err(error) => {
                println!("  ({error:#})");
                continue;
            }
        }
        say(&heard);
    }
    Ok(Outcome::Fine)
}

async fn turn(bot: &LocalBot, mut request: serde_json::Value) -> anyhow::Result<Heard> {
    if request["sessionID"].is_null()
        && let Some(fields) = request.as_object_mut()
    {
        fields.remove("sessionID");
    }
    let call = Call::parse(request.to_string().as_bytes())?;
    let now = epoch_millis();
    // Any spread of chance will do for one person at one terminal.
    let moment = Moment { now, dice: now };
    Ok(hear(&bot.app.bot.handle(call, &development_caller(), moment).await?))
}

fn say(heard: &Heard) {
    for sentence in &heard.sentences {
        for line in html2text(sentence).lines() {
            println!("  {}", line.trim_end());
        }
    }
}

fn prompt() {
    if stdin().is_terminal() {
        print!("> ");
        output::flush();
    }
}
