//! Who is talking: from the claims of a token that was verified before the request came here.

use sbf_dialog::ports::Caller;

/// The caller that verified claims name; `None` without a subject.
///
/// `claim` looks a claim up by its name. An HTTP API's JWT authoriser hands every claim on as a string and writes a list as `[a b]`.
pub fn caller_from_claims<'c>(claim: impl Fn(&str) -> Option<&'c str>) -> Option<Caller> {
    let filled = |name: &str| claim(name).map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned);
    let name = ["given_name", "name", "nickname"].into_iter().find_map(filled);
    let groups = claim("cognito:groups").map(listed).unwrap_or_default();
    Some(Caller { subject: filled("sub")?, email: filled("email"), name, groups })
}

fn listed(written: &str) -> Vec<String> {
    let inside = written.trim().trim_start_matches('[').trim_end_matches(']');
    let items = inside.split(|c: char| c == ',' || c.is_whitespace());
    items.map(|item| item.trim_matches('"')).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn caller(claims: &[(&str, &str)]) -> Option<Caller> {
        let claims: HashMap<&str, &str> = claims.iter().copied().collect();
        caller_from_claims(|name| claims.get(name).copied())
    }

    #[test]
    fn claims_name_a_caller() {
        let claims =
            [("sub", "s-1"), ("email", "ana@example.org"), ("name", "Ana Lima"), ("cognito:groups", "[admin users]")];
        let expected = Caller {
            subject: "s-1".to_owned(),
            email: Some("ana@example.org".to_owned()),
            name: Some("Ana Lima".to_owned()),
            groups: vec!["admin".to_owned(), "users".to_owned()],
        };
        assert_eq!(caller(&claims), Some(expected));
    }

    #[test]
    fn the_given_name_comes_before_the_full_one() {
        let claims = [("sub", "s"), ("nickname", "aninha"), ("name", "Ana Lima"), ("given_name", "Ana")];
        assert_eq!(caller(&claims).and_then(|caller| caller.name).as_deref(), Some("Ana"));
    }

    #[test]
    fn without_a_subject_there_is_no_caller() {
        assert_eq!(caller(&[("email", "ana@example.org")]), None);
        assert_eq!(caller(&[("sub", " ")]), None);
    }

    #[test]
    fn groups_are_read_in_every_form_that_gateways_write() {
        for written in ["[a b]", "a,b", "[\"a\",\"b\"]", "[a, b]"] {
            assert_eq!(listed(written), ["a", "b"], "{written}");
        }
        assert!(listed("[]").is_empty());
    }
}
