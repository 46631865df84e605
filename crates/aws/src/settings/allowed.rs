//! Which functions a brain may have called.

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
        for entry in written.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
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
}
