//! Which functions, roles and other bots a brain may reach.

use std::collections::{BTreeMap, BTreeSet};

/// The functions that may be called. Brains can be changed by whoever may write to their bucket, so this list is the operator's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedFunctions {
    /// Names that are allowed however they are written: bare, with an alias, as an ARN of any account and Region.
    names: BTreeSet<String>,
    /// ARNs that are allowed as they are, by the name that stands for them.
    arns: BTreeMap<String, String>,
}

impl AllowedFunctions {
    /// Reads entries separated by commas:
    ///
    /// - `NAME`: the function of this name, in whatever form a brain writes it;
    /// - `ARN`: exactly this ARN, and its function's bare name stands for it;
    /// - `NAME=ARN`: exactly this ARN, and `NAME` stands for it, so that brains can do without the names of a deployment.
    pub fn read(written: &str) -> Self {
        let mut allowed = Self::default();
        for entry in entries(written) {
            let own_name = || entry.starts_with("arn:").then(|| (function_name(entry), entry));
            if let Some((name, arn)) = entry.split_once('=').or_else(own_name) {
                allowed.arns.insert(name.trim().to_owned(), arn.trim().to_owned());
            } else {
                allowed.names.insert(entry.to_owned());
            }
        }
        allowed
    }

    /// What to invoke for a function that a brain names so; `None` where it may not be called.
    pub fn target<'a>(&'a self, written: &'a str) -> Option<&'a str> {
        if let Some(arn) = self.arns.get(written) {
            return Some(arn);
        }
        let is_allowed = self.arns.values().any(|arn| arn == written) || self.names.contains(function_name(written));
        is_allowed.then_some(written)
    }
}

/// The roles that may be taken before a function is called; as for functions, the list is the operator's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedRoles(BTreeSet<String>);

impl AllowedRoles {
    /// Reads ARNs separated by commas.
    pub fn read(written: &str) -> Self {
        Self(entries(written).map(str::to_owned).collect())
    }

    /// Whether this role may be taken.
    pub fn allows(&self, role: &str) -> bool {
        self.0.contains(role)
    }
}

/// Where other bots may be asked; as for functions, the list is the operator's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedBots(BTreeSet<String>);

impl AllowedBots {
    /// Reads entries separated by commas: whole addresses, or hosts (`https://desk.example.org`) with all that is on them.
    pub fn read(written: &str) -> Self {
        Self(entries(written).map(|entry| entry.trim_end_matches('/').to_owned()).collect())
    }

    /// Whether a bot may be asked at this address.
    pub fn allows(&self, url: &str) -> bool {
        let of_host = url.split_once("://").and_then(|(scheme, rest)| {
            let (host, _) = rest.split_once('/')?;
            Some(format!("{scheme}://{host}"))
        });
        self.0.contains(url.trim_end_matches('/')) || of_host.is_some_and(|host| self.0.contains(&host))
    }
}

fn entries(written: &str) -> impl Iterator<Item = &str> {
    written.split(',').map(str::trim).filter(|entry| !entry.is_empty())
}

impl<N: Into<String>> FromIterator<N> for AllowedFunctions {
    /// Names alone.
    fn from_iter<I: IntoIterator<Item = N>>(names: I) -> Self {
        Self { names: names.into_iter().map(Into::into).collect(), arns: BTreeMap::new() }
    }
}

/// The name in `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]`, `ACCOUNT:function:NAME` or `NAME[:QUALIFIER]`;
/// see "Lambda function ARN" in the AWS Lambda API reference, `Invoke`.
/// It is read from what will be invoked, never from beside it, or the list could be walked around.
pub(crate) fn function_name(written: &str) -> &str {
    let parts: Vec<&str> = written.split(':').collect();
    match parts[..] {
        ["arn", _, "lambda", _, _, "function", name, ..] | [_, "function", name, ..] | [name, ..] => name,
        [] => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STOCK: &str = "arn:aws:lambda:eu-west-1:123456789012:function:shop-Stock-1:live";

    #[test]
    fn a_name_allows_every_form_of_it() {
        let allowed = AllowedFunctions::read(" weather, pizza,");
        for written in ["weather", "weather:live", "123456789012:function:weather", "pizza"] {
            assert_eq!(allowed.target(written), Some(written));
        }
        for written in ["", "weather-2", "arn:aws:lambda:eu-west-1:1:function:other:weather", "stock:function:other"] {
            assert_eq!(allowed.target(written), None, "{written}");
        }
    }

    #[test]
    fn an_arn_allows_itself_and_its_bare_name_stands_for_it() {
        let allowed = AllowedFunctions::read(STOCK);
        assert_eq!(allowed.target(STOCK), Some(STOCK));
        assert_eq!(allowed.target("shop-Stock-1"), Some(STOCK));
        let elsewhere = STOCK.replace("123456789012", "210987654321");
        for written in [elsewhere.as_str(), "shop-Stock-1:live", "shop-Stock-1:test"] {
            assert_eq!(allowed.target(written), None, "{written}");
        }
    }

    #[test]
    fn a_name_may_stand_for_an_arn() {
        let allowed = AllowedFunctions::read(&format!("stock={STOCK},weather"));
        assert_eq!(allowed.target("stock"), Some(STOCK));
        assert_eq!(allowed.target(STOCK), Some(STOCK));
        assert_eq!(allowed.target("weather"), Some("weather"));
        for written in ["shop-Stock-1", "stock:live", "arn:aws:lambda:eu-west-1:1:function:stock"] {
            assert_eq!(allowed.target(written), None, "{written}");
        }
    }

    #[test]
    fn a_role_is_allowed_as_it_is_written() {
        let allowed = AllowedRoles::read(" arn:aws:iam::1:role/stock, arn:aws:iam::1:role/pay,");
        assert!(allowed.allows("arn:aws:iam::1:role/stock") && allowed.allows("arn:aws:iam::1:role/pay"));
        for role in ["", "stock", "arn:aws:iam::2:role/stock", "arn:aws:iam::1:role/stock2"] {
            assert!(!allowed.allows(role), "{role}");
        }
        assert!(!AllowedRoles::read("").allows(""));
    }

    #[test]
    fn a_bot_is_allowed_by_its_address_or_its_host() {
        let allowed =
            AllowedBots::read("https://a.example.org/core, https://b.example.org/, https://c.example.org:8443");
        for url in [
            "https://a.example.org/core",
            "https://b.example.org",
            "https://b.example.org/core?x=1",
            "https://c.example.org:8443/a/b",
        ] {
            assert!(allowed.allows(url), "{url}");
        }
        for url in [
            "",
            "https://a.example.org",
            "https://a.example.org/core/2",
            "https://a.example.org/core?x=1",
            "http://b.example.org/core",
            "https://b.example.org.evil.org/core",
            "https://b.example.org:8443/core",
            "https://b.example.org@evil.org/core",
            "https://evil.org/https://b.example.org/core",
            "https://b.example.org?evil.org/core",
            "https://c.example.org/a",
        ] {
            assert!(!allowed.allows(url), "{url}");
        }
    }
}
