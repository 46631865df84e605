#![doc = include_str!("../README.md")]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool speaks on standard output and standard error"
)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

use std::{ffi::OsString, io::stderr, process::ExitCode};

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

#[macro_use]
mod output;

mod bench;
pub mod bot;
#[cfg(feature = "cloud")]
mod brain;
#[cfg(feature = "cloud")]
mod bucket;
mod chat;
mod check;
mod cost;
pub mod dev;
mod eval;
mod explain;
mod folder;
mod matrix;
pub mod meaning;
#[cfg(feature = "cloud")]
mod publish;
mod show;
#[cfg(feature = "cloud")]
mod stack;
mod test;
mod train;
#[cfg(feature = "cloud")]
mod users;
#[cfg(any(test, not(feature = "cloud")))]
mod without_cloud;

/// How a command ended, other than by a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is well: exit status 0.
    Fine,
    /// Something is wrong with what was looked at: exit status 1.
    Problems,
}

/// The words of the call cannot be acted on: exit status 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Misuse(pub String);

/// Build, try and measure a chatbot whose knowledge is one knowledge.json.
#[derive(Debug, Parser)]
#[command(name = "sbf", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Name every problem of a brain, with its place, the rule and what was found.
    Check(check::Arguments),
    /// Train a brain and write its artefacts.
    Train(train::Arguments),
    /// Run a brain's test utterances, held-out folds and conversation scripts.
    Test(test::Arguments),
    /// Measure the classifier on files of `label<TAB>utterance`.
    Eval(eval::Arguments),
    /// Measure the classifier on a folder of corpora.
    #[command(subcommand)]
    Bench(bench::Command),
    /// Say why an utterance is understood as it is: what each word adds, what else decided, what would change it.
    Explain(explain::Arguments),
    /// Chat with a brain in the terminal.
    Chat(chat::Arguments),
    /// Run the whole bot on this machine and retrain it whenever its files are saved.
    Dev(dev::Arguments),
    /// Send a brain and the page to a stack in AWS, and wait until the brain is live.
    #[cfg(feature = "cloud")]
    Publish(publish::Arguments),
    /// List the brains that a stack has had, go back to one of them, or get what was uploaded last.
    #[cfg(feature = "cloud")]
    #[command(subcommand)]
    Brain(brain::Command),
    /// Add, list, disable and remove the people who may sign in, and put them in groups.
    #[cfg(feature = "cloud")]
    #[command(subcommand)]
    Users(users::Command),
    /// Say what a million turns cost in AWS, line by line, beside Amazon Lex V2.
    Cost(cost::Arguments),
}

/// Runs one call of the program.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return output::end(misused(&error)),
    };
    log();
    output::end(match arguments.command.run() {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Problems) => ExitCode::from(1),
        Err(error) => failed(&error),
    })
}

impl Command {
    fn run(self) -> anyhow::Result<Outcome> {
        match self {
            Self::Check(arguments) => check::run(&arguments),
            Self::Train(arguments) => train::run(&arguments),
            Self::Test(arguments) => test::run(&arguments),
            Self::Eval(arguments) => eval::run(&arguments),
            Self::Bench(command) => bench::run(&command),
            Self::Explain(arguments) => explain::run(&arguments),
            Self::Chat(arguments) => chat::run(&arguments),
            Self::Dev(arguments) => dev::run(&arguments),
            #[cfg(feature = "cloud")]
            Self::Publish(arguments) => publish::run(&arguments),
            #[cfg(feature = "cloud")]
            Self::Brain(command) => brain::run(&command),
            #[cfg(feature = "cloud")]
            Self::Users(command) => users::run(&command),
            Self::Cost(arguments) => cost::run(&arguments),
        }
    }
}

/// Warnings on standard error; `RUST_LOG` asks for more. The embedded S3 opens spans that hold whole requests: never below warnings by default.
/// What `aws_config` warns of is how it looks for credentials; that it found none is said in words by whoever needed them. Without colours, for
/// those are control characters, and none gets to a terminal.
fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,aws_config=error"));
    // A second call in one process, as in tests, keeps the first one's settings.
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_target(false);
    let _ = lines.with_ansi(false).with_writer(|| output::VisibleLines(stderr())).try_init();
}

/// Help and version are answers on standard output; anything else clap says is misuse.
fn misused(error: &clap::Error) -> ExitCode {
    let printed = error.print();
    // Nothing is left to do where even the explanation cannot be printed.
    if !error.use_stderr() {
        output::remember(printed);
    }
    #[cfg(not(feature = "cloud"))]
    if let Some(hint) = without_cloud::hint(error) {
        eprintln!("\n{hint}");
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("sbf: {error:#}");
    ExitCode::from(if error.is::<Misuse>() { 2 } else { 1 })
}
