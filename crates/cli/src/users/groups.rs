//! `sbf users groups`: groups, and who is in them.

use serde_json::json;

use super::{email, pool::Of};
use crate::show;

/// What can be done with groups.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List the groups, or those that somebody is in.
    List(List),
    /// Put somebody in a group.
    Add(Membership),
    /// Take somebody out of a group.
    Remove(Membership),
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Whose groups; without one, all that there are.
    #[arg(value_parser = email)]
    email: Option<String>,
    /// Print one JSON value: {"groups": […]}.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    of: Of,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Membership {
    /// Their e-mail address.
    #[arg(value_parser = email)]
    email: String,
    /// The group, such as editors.
    group: String,
    #[command(flatten)]
    of: Of,
}

pub(super) async fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::List(arguments) => list(arguments).await,
        Command::Add(Membership { email, group, of }) => {
            of.pool().await?.put_in_group(email, group).await?;
            println!("{email} is in {group}; tokens say so from the next sign-in or renewal on.");
            Ok(())
        }
        Command::Remove(Membership { email, group, of }) => {
            of.pool().await?.take_from_group(email, group).await?;
            println!("{email} is not in {group} any more; tokens that were issued before say so until they end.");
            Ok(())
        }
    }
}

async fn list(arguments: &List) -> anyhow::Result<()> {
    let pool = arguments.of.pool().await?;
    let groups = match &arguments.email {
        Some(email) => pool.groups_of(email).await?,
        None => pool.groups().await?,
    };
    if arguments.json {
        return show::json(&json!({ "groups": groups }));
    }
    if groups.is_empty() {
        println!("There are no groups.");
    }
    for group in &groups {
        match &group.description {
            Some(description) => println!("{}  {description}", group.name),
            None => println!("{}", group.name),
        }
    }
    Ok(())
}
