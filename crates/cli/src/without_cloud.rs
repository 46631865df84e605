//! What this program says where it was built without the commands that need an AWS account.

use clap::error::{ContextKind, ContextValue};

/// Commands and options that the feature `cloud` brings.
const CLOUD: [&str; 11] = [
    "publish",
    "brain",
    "users",
    "--stack",
    "--region",
    "--profile",
    "--measure",
    "--record",
    "--oidc-issuer",
    "--oidc-client-id",
    "--oidc-scope",
];

/// How to get what a call named, where that is not in such a build.
pub(crate) fn hint(error: &clap::Error) -> Option<&'static str> {
    let named = [ContextKind::InvalidSubcommand, ContextKind::InvalidArg];
    let mut named = named.into_iter().filter_map(|kind| match error.get(kind) {
        Some(ContextValue::String(name)) => Some(name),
        _ => None,
    });
    named.any(|name| is_cloud(name)).then_some(
        "This sbf was built without what needs an AWS account, as `make dev` builds it; `make sbf` builds all of it.",
    )
}

/// An option may come with its value.
fn is_cloud(name: &str) -> bool {
    CLOUD.contains(&name.split(['=', ' ']).next().unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command};

    use super::*;

    #[test]
    fn what_is_not_in_this_build_is_told_apart_from_what_is_nowhere() {
        let small = || Command::new("sbf").subcommand(Command::new("check").arg(Arg::new("path")));
        let hinted = |words: &[&str]| {
            let words = ["sbf"].iter().chain(words);
            hint(&small().try_get_matches_from(words).unwrap_err()).is_some()
        };
        for words in
            [&["publish"][..], &["brain", "list"], &["check", "--stack", "shop", "."], &["check", "--stack=shop"]]
        {
            assert!(hinted(words), "{words:?}");
        }
        for words in [&["chekc"][..], &["check", "--nonsense"], &["check", "a", "b"]] {
            assert!(!hinted(words), "{words:?}");
        }
    }

    #[cfg(feature = "cloud")]
    #[test]
    fn whatever_is_named_here_is_there_with_an_account() {
        use clap::CommandFactory as _;

        let whole = crate::Arguments::command();
        let options: Vec<String> = whole
            .get_subcommands()
            .flat_map(Command::get_arguments)
            .filter_map(|option| Some(format!("--{}", option.get_long()?)))
            .collect();
        for name in CLOUD {
            assert!(whole.find_subcommand(name).is_some() || options.iter().any(|option| option == name), "{name}");
        }
    }
}
