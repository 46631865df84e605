//! `sbf users`: who may sign in at a stack's own user pool, and to which groups they belong.

mod groups;
mod pool;

use std::io::{BufRead as _, IsTerminal as _, stdin};

use anyhow::Context as _;
use serde_json::json;

use self::pool::{Of, User};
use crate::{Misuse, Outcome, show, stack};

/// What `sbf users` can do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Let somebody sign in; Cognito mails a temporary password.
    Add(Add),
    /// List the users.
    List(List),
    /// Let somebody sign in no longer; what they hold of tokens cannot be renewed and ends within the hour.
    Disable(One),
    /// Let somebody who was disabled sign in again.
    Enable(One),
    /// Remove somebody for good; tokens end as with disable.
    Remove(One),
    /// List groups; put users in and take them out.
    #[command(subcommand)]
    Groups(groups::Command),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// Their e-mail address, which they sign in with.
    #[arg(value_parser = email)]
    email: String,
    /// What the bot calls them.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A group to put them in, such as editors; may be given several times.
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
    /// Choose the temporary password: asked for without showing it, or read from standard input where that is no terminal.
    #[arg(long)]
    password: bool,
    /// Send no mail: you tell them the password yourself.
    #[arg(long, requires = "password")]
    no_mail: bool,
    #[command(flatten)]
    of: Of,
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Only those of this group.
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
    /// Print one JSON value: {"users": […]}.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    of: Of,
}

#[derive(Debug, clap::Args)]
pub(crate) struct One {
    /// Their e-mail address.
    #[arg(value_parser = email)]
    email: String,
    #[command(flatten)]
    of: Of,
}

/// Runs one of the commands.
pub(crate) fn run(command: &Command) -> anyhow::Result<Outcome> {
    stack::wait(async {
        match command {
            Command::Add(arguments) => add(arguments).await,
            Command::List(arguments) => list(arguments).await,
            Command::Disable(One { email, of }) => {
                of.pool().await?.disable(email).await?;
                println!("{email} cannot sign in any more; tokens that were issued before end within the hour.");
                Ok(())
            }
            Command::Enable(One { email, of }) => {
                of.pool().await?.enable(email).await?;
                println!("{email} can sign in again.");
                Ok(())
            }
            Command::Remove(One { email, of }) => {
                of.pool().await?.remove(email).await?;
                println!("{email} is removed; tokens that were issued before end within the hour.");
                Ok(())
            }
            Command::Groups(command) => groups::run(command).await,
        }
    })?;
    Ok(Outcome::Fine)
}

async fn add(arguments: &Add) -> anyhow::Result<()> {
    let Add { email, name, groups, no_mail, .. } = arguments;
    let pool = arguments.of.pool().await?;
    // A group that is not there is found before there is a user.
    pool.check_groups(groups).await?;
    let password = if arguments.password { Some(password()?) } else { None };
    pool.add(email, name.as_deref(), password.as_deref(), !no_mail).await?;
    for group in groups {
        pool.put_in_group(email, group).await?;
    }
    match no_mail {
        true => println!("{email} is added; no mail was sent. The password must be changed at the first sign-in."),
        false => println!("{email} is added and gets a mail with a temporary password."),
    }
    Ok(())
}

async fn list(arguments: &List) -> anyhow::Result<()> {
    let pool = arguments.of.pool().await?;
    let mut users = match &arguments.group {
        Some(group) => pool.users_of(group).await?,
        None => pool.users().await?,
    };
    users.sort_by(|one, other| one.email.cmp(&other.email));
    if arguments.json {
        return show::json(&json!({ "users": users }));
    }
    if users.is_empty() {
        println!("There are no users.");
    }
    let width = |of: fn(&User) -> &str| users.iter().map(|user| of(user).chars().count()).max().unwrap_or_default();
    let (emails, names) = (width(|user| &user.email), width(|user| user.name.as_deref().unwrap_or("-")));
    for User { email, name, status, enabled, since, .. } in &users {
        let name = name.as_deref().unwrap_or("-");
        let state = if *enabled { status.as_str() } else { "DISABLED" };
        println!("{email:emails$}  {name:names$}  {state:<21}  since {since}");
    }
    Ok(())
}

/// A password that is never shown.
fn password() -> anyhow::Result<String> {
    let password = if stdin().is_terminal() {
        let first = rpassword::prompt_password("Temporary password: ").context("the password cannot be read")?;
        let again = rpassword::prompt_password("Once more: ").context("the password cannot be read")?;
        if first != again {
            return Err(Misuse("the two passwords are not the same".to_owned()).into());
        }
        first
    } else {
        let mut line = String::new();
        stdin().lock().read_line(&mut line).context("the password cannot be read")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    if password.is_empty() {
        return Err(Misuse("the password is empty".to_owned()).into());
    }
    Ok(password)
}

/// Something with a name, an `@` and a host; whether it exists shows when the mail does not come.
fn email(written: &str) -> Result<String, &'static str> {
    let parts = written.split_once('@').filter(|(name, host)| !name.is_empty() && host.contains('.'));
    let plain = !written.contains(char::is_whitespace) && written.matches('@').count() == 1;
    parts.filter(|_| plain).map(|_| written.to_owned()).ok_or("must be an e-mail address")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_host() {
        assert_eq!(email("ana@example.org").as_deref(), Ok("ana@example.org"));
        for wrong in ["ana", "@example.org", "ana@", "ana@host", "a b@example.org", "a@b@example.org"] {
            assert!(email(wrong).is_err(), "{wrong}");
        }
    }
}
