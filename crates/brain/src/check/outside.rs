//! What a bot reaches besides its functions: roles to take, and other bots.

use serde_json::Value;

use crate::{
    anchors,
    intent::FederatedBot,
    knowledge::{Item, OtherBot, read_federation},
    problem::Problems,
    reader::Located,
};

/// Roles that nobody could take. Only an author can mend them: when the bot answers, they are refused like any other that is not allowed.
pub(super) fn check_roles(items: &[Item], problems: &mut Problems) {
    let sources = items.iter().filter_map(|item| item.source.as_ref());
    for role in sources.filter(|source| source.arn.is_some()).filter_map(|source| source.role.as_ref()) {
        // An unfilled anchor has had its warning; the author may fill it at deployment.
        if !is_role(role.value.trim()) && !anchors::unfilled(&role.value) {
            problems.error(&role.path, "must be the ARN of a role", &role.value);
        }
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>
fn is_role(arn: &str) -> bool {
    let ["arn", _, "iam", "", account, resource] = arn.split(':').collect::<Vec<_>>()[..] else { return false };
    let name = resource.strip_prefix("role/").unwrap_or_default();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(account) && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The other bot, where it can be asked.
pub(super) fn federated(written: Option<&Located<Value>>, problems: &mut Problems) -> Option<FederatedBot> {
    let OtherBot { name, url } = read_federation(written?, problems)?;
    let address = url.value.trim();
    if anchors::unfilled(address) {
        return None;
    }
    if !is_address(address) {
        problems.error(&url.path, "must be an https address (http on this machine alone)", address);
        return None;
    }
    Some(FederatedBot { name, url: address.to_owned() })
}

/// Whether somebody can be asked there, and nobody on the way can read it; RFC 3986, without user information.
fn is_address(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(literal) => literal.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let clean = url.bytes().all(|byte| byte.is_ascii_graphic() && !br#""<>\^`{|}#"#.contains(&byte));
    let here = ["localhost", "127.0.0.1", "::1"].contains(&host);
    clean && !host.is_empty() && !authority.contains('@') && (scheme == "https" || (scheme == "http" && here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_bots_are_asked_by_https_or_on_this_machine() {
        for url in [
            "https://desk.example.org",
            "https://desk.example.org:8443/core?x=1",
            "http://127.0.0.1:5000/core",
            "http://localhost",
            "http://[::1]:80/",
        ] {
            assert!(is_address(url), "{url}");
        }
        for url in [
            "http://desk.example.org",
            "http://localhost.example.org",
            "https://",
            "https:///core",
            "https://:443",
            "https://ana@desk.example.org",
            "https://desk.example.org/a b",
            "https://desk.example.org/#a",
            "ftp://desk.example.org",
            "desk.example.org",
            "",
        ] {
            assert!(!is_address(url), "{url}");
        }
    }
}
