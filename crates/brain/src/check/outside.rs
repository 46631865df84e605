//! What a bot reaches besides its functions: roles to take, and other bots.

use crate::{anchors, intent::FederatedBot, knowledge::OtherBot, problem::Problems, reader::Located};

/// A role's ARN: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>.
pub(super) fn role(written: &Located<String>, problems: &mut Problems) -> Option<String> {
    let arn = written.value.trim();
    let is_role = match arn.split(':').collect::<Vec<_>>()[..] {
        ["arn", _, "iam", "", account, name] => {
            let name = name.strip_prefix("role/").unwrap_or_default();
            account.bytes().all(|byte| byte.is_ascii_digit())
                && !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_graphic())
        }
        // An unfilled anchor has had its warning; the author may fill it at deployment.
        _ => anchors::unfilled(arn),
    };
    if !is_role {
        problems.error(&written.path, "must be the ARN of a role", arn);
    }
    is_role.then(|| arn.to_owned())
}

/// The other bot, where it can be asked.
pub(super) fn federated(written: &OtherBot, problems: &mut Problems) -> Option<FederatedBot> {
    let url = written.url.value.trim();
    if anchors::unfilled(url) {
        return None;
    }
    if !is_address(url) {
        problems.error(&written.url.path, "must be an https address (http on this machine alone)", url);
        return None;
    }
    Some(FederatedBot { name: written.name.clone(), url: url.to_owned() })
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
