//! Who is talking: from the claims of a token that was verified before the request came here.

use sbf_dialog::ports::{AccessToken, Caller, Profile};

/// The caller that verified claims name; `None` without a subject.
///
/// `claim` looks a claim up by its name. An HTTP API's JWT authoriser hands every claim on as a string and writes a list as `[a b]`.
/// `authorization` is the header that the claims came in: an access token says who is calling, but not what they are called, and is
/// kept to ask for that.
pub fn caller_from_claims<'c>(claim: impl Fn(&str) -> Option<&'c str>, authorization: Option<&str>) -> Option<Caller> {
    // It names a person as it is: another issuer's " ana" is not "ana".
    let subject = claim("sub").filter(|subject| !subject.trim().is_empty())?.to_owned();
    let Profile { email, name } = profile_from_claims(&claim);
    let groups = claim("cognito:groups").map(listed).unwrap_or_default();
    let asks = name.is_none() && is_access_token(&claim);
    let token = authorization.filter(|_| asks).and_then(|header| access_token(header, claim("exp")));
    Some(Caller { subject, email, name, groups, token })
}

/// Name and e-mail by the claims of OpenID Connect Core 1.0, section 5.1, which Cognito's attributes are named after too.
pub(crate) fn profile_from_claims<'c>(claim: impl Fn(&str) -> Option<&'c str>) -> Profile {
    let name = ["given_name", "name", "nickname"].into_iter().find_map(|name| filled(claim(name)));
    Profile { email: filled(claim("email")), name }
}

/// Cognito says what a token is for; others' access tokens name scopes (RFC 9068, section 2.2.3), which ID tokens do not.
fn is_access_token<'c>(claim: impl Fn(&str) -> Option<&'c str>) -> bool {
    match claim("token_use") {
        Some(used_for) => used_for == "access",
        None => claim("scope").or_else(|| claim("scp")).is_some(),
    }
}

fn access_token(header: &str, expiry: Option<&str>) -> Option<AccessToken> {
    let (scheme, rest) = header.trim_start().split_once(' ').unwrap_or(("Bearer", header));
    let text = Some(rest.trim()).filter(|text| scheme.eq_ignore_ascii_case("bearer") && !text.is_empty())?;
    // A gateway that reads JSON numbers as such may write `1.7672292E9`.
    let expires_at = expiry?.trim().parse::<f64>().ok().filter(|seconds| seconds.is_finite())? as u64;
    Some(AccessToken { text: text.to_owned(), expires_at })
}

fn filled(claim: Option<&str>) -> Option<String> {
    claim.map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned)
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

    fn with_header(claims: &[(&str, &str)], authorization: Option<&str>) -> Option<Caller> {
        let claims: HashMap<&str, &str> = claims.iter().copied().collect();
        caller_from_claims(|name| claims.get(name).copied(), authorization)
    }

    fn caller(claims: &[(&str, &str)]) -> Option<Caller> {
        with_header(claims, Some("Bearer t"))
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
            token: None,
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
    fn a_subject_is_compared_as_it_is() {
        let subject = |written| caller(&[("sub", written)]).unwrap().subject;
        assert_eq!([subject(" ana"), subject("Ana"), subject("ana\t")], [" ana", "Ana", "ana\t"]);
    }

    #[test]
    fn an_access_token_without_a_name_is_kept_to_ask_for_it() {
        let token = |claims: &[(&str, &str)], header| with_header(claims, header).unwrap().token;
        let kept = Some(AccessToken { text: "a.b.c".to_owned(), expires_at: 1_767_229_200 });
        let cognitos = [("sub", "s"), ("token_use", "access"), ("exp", "1767229200")];
        let others = [("sub", "s"), ("scope", "openid"), ("exp", "1.7672292E9")];
        for header in ["Bearer a.b.c", "bearer  a.b.c", "a.b.c"] {
            assert_eq!(token(&cognitos, Some(header)), kept, "{header}");
            assert_eq!(token(&others, Some(header)), kept, "{header}");
        }
        for header in [None, Some("Basic a.b.c"), Some("Bearer "), Some("")] {
            assert_eq!(token(&cognitos, header), None, "{header:?}");
        }
    }

    #[test]
    fn a_token_that_tells_the_name_or_cannot_be_asked_with_is_not_kept() {
        for claims in [
            [("sub", "s"), ("token_use", "id"), ("exp", "1767229200")],
            [("sub", "s"), ("aud", "page"), ("exp", "1767229200")],
            [("sub", "s"), ("token_use", "access"), ("iat", "1767229200")],
        ] {
            assert_eq!(caller(&claims).unwrap().token, None, "{claims:?}");
        }
        let named = [("sub", "s"), ("scope", "openid"), ("name", "Ana"), ("exp", "1767229200")];
        assert_eq!(caller(&named).unwrap().token, None);
    }

    #[test]
    fn a_token_is_never_printed() {
        let claims = [("sub", "s"), ("token_use", "access"), ("exp", "1767229200")];
        let printed = format!("{:?}", with_header(&claims, Some("Bearer secret-part")));
        assert!(printed.contains("1767229200") && !printed.contains("secret-part"), "{printed}");
    }

    #[test]
    fn groups_are_read_in_every_form_that_gateways_write() {
        for written in ["[a b]", "a,b", "[\"a\",\"b\"]", "[a, b]"] {
            assert_eq!(listed(written), ["a", "b"], "{written}");
        }
        assert!(listed("[]").is_empty());
    }
}
