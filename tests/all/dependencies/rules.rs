//! The rules for one crate. A fault names the crate and its version, what was found and what to do.

use spdx::{Expression, Licensee, ParseMode};

use super::{Dependency, Package, Policy};

/// crates.io, by the names that its two protocols give it.
const CRATES_IO: [&str; 2] =
    ["registry+https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io/"];

/// All that is wrong with a crate.
pub(super) fn faults(policy: &Policy, package: &Package) -> Vec<String> {
    let found = [licence(policy, package), ban(policy, package), source(package)].into_iter().flatten();
    let wildcards = package.dependencies.iter().filter_map(|dependency| wildcard(package, dependency));
    found.chain(wildcards).map(|fault| format!("{} {}: {fault}", package.name, package.version)).collect()
}

fn licence(policy: &Policy, package: &Package) -> Option<String> {
    let read = policy.licenses.clarify.iter().find(|read| read.name == package.name).map(|read| &read.expression);
    let Some(text) = read.or(package.license.as_ref()) else {
        let file = package.license_file.as_deref().map(|file| format!(", only the file {file}")).unwrap_or_default();
        return Some(format!("it names no licence{file}; read its files and write [[licenses.clarify]] in deny.toml"));
    };
    let expression = match Expression::parse_mode(text, ParseMode::LAX) {
        Ok(expression) => expression,
        Err(error) => {
            let reason = error.reason;
            return Some(format!(
                "its licence `{text}` is no SPDX expression ({reason}); read its files and write [[licenses.clarify]] in deny.toml"
            ));
        }
    };
    let allowed: Vec<Licensee> = policy.licenses.allow.iter().map(|name| Licensee::parse(name).unwrap()).collect();
    let fits = expression.evaluate(|required| allowed.iter().any(|licence| licence.satisfies(required)));
    let rule =
        "is not allowed by [licenses] of deny.toml; take another crate, or allow it there if it suits the project";
    (!fits).then(|| format!("its licence `{text}` {rule}"))
}

fn ban(policy: &Policy, package: &Package) -> Option<String> {
    let banned = policy.bans.deny.iter().any(|ban| ban.name == package.name);
    banned.then(|| {
        "it is banned by [bans] of deny.toml, which says why; leave out the crate or the feature that brings it"
            .to_owned()
    })
}

fn source(package: &Package) -> Option<String> {
    let source = package.source.as_deref().filter(|source| !CRATES_IO.contains(source))?;
    Some(format!("it comes from {source}; take a version that is on crates.io"))
}

/// A path needs no version where it is not published.
fn wildcard(package: &Package, dependency: &Dependency) -> Option<String> {
    let published = package.publish.as_ref().is_none_or(|registries| !registries.is_empty());
    let by_path = dependency.source.is_none() && (!published || dependency.kind.as_deref() == Some("dev"));
    let name = &dependency.name;
    (dependency.req == "*" && !by_path).then(|| format!("it takes any version of {name}; write the one that it needs"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{super::deny_toml, *};
    use crate::dependencies::Clarification;

    /// What is said of a crate that is sound but for these fields.
    fn said(changed: &Value) -> Vec<String> {
        said_by(&deny_toml(), changed)
    }

    fn said_by(policy: &Policy, changed: &Value) -> Vec<String> {
        let mut package = json!({
            "name": "made-up", "version": "1.2.3", "license": "MIT", "license_file": null,
            "source": CRATES_IO[0], "publish": null, "dependencies": [],
        });
        package.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
        faults(policy, &serde_json::from_value(package).unwrap())
    }

    /// The only fault of a crate.
    fn fault(changed: &Value) -> String {
        let said = said(changed);
        assert_eq!(said.len(), 1, "{changed}: {said:#?}");
        assert!(said[0].contains(" 1.2.3: "), "{said:?}");
        said[0].clone()
    }

    #[test]
    fn a_licence_that_is_not_allowed_is_a_fault() {
        for licence in ["GPL-3.0-only", "GPL-3.0", "MIT AND AGPL-3.0-or-later", "Apache-2.0 WITH LLVM-exception"] {
            let fault = fault(&json!({"license": licence}));
            assert!(fault.starts_with(&format!("made-up 1.2.3: its licence `{licence}` is not allowed")), "{fault}");
        }
        for licence in ["GPL-2.0-only OR MIT", "MIT/Apache-2.0", "(MIT OR Unlicense) AND Unicode-3.0"] {
            assert_eq!(said(&json!({"license": licence})), Vec::<String>::new());
        }
    }

    #[test]
    fn a_crate_without_a_licence_is_a_fault_until_somebody_read_its_files() {
        assert!(fault(&json!({"license": null})).contains("it names no licence; read its files"));
        let only_a_file = json!({"license": null, "license_file": "LICENSE.txt"});
        assert!(fault(&only_a_file).contains("it names no licence, only the file LICENSE.txt"));
        assert!(fault(&json!({"license": "see our page"})).contains("`see our page` is no SPDX expression"));
        let mut policy: Policy = deny_toml();
        policy.licenses.clarify = vec![Clarification { name: "made-up".to_owned(), expression: "ISC".to_owned() }];
        assert_eq!(said_by(&policy, &only_a_file), Vec::<String>::new());
    }

    #[test]
    fn a_banned_crate_is_a_fault() {
        for name in ["openssl-sys", "native-tls", "bincode"] {
            assert!(fault(&json!({"name": name})).starts_with(&format!("{name} 1.2.3: it is banned")));
        }
        assert_eq!(said(&json!({"name": "openssl-probe"})), Vec::<String>::new());
    }

    #[test]
    fn a_crate_from_elsewhere_than_crates_io_is_a_fault() {
        for source in ["git+https://example.org/made-up?rev=1a2b#1a2b", "registry+https://example.org/index"] {
            assert!(fault(&json!({"source": source})).contains(&format!("it comes from {source}; ")));
        }
        for source in [json!(CRATES_IO[1]), json!(null)] {
            assert_eq!(said(&json!({"source": source})), Vec::<String>::new());
        }
    }

    #[test]
    fn any_version_is_a_fault_but_of_a_path_that_is_not_published() {
        let takes = |source: Option<&str>, kind: Option<&str>, publish: Value| json!({"publish": publish, "dependencies": [{"name": "other", "req": "*", "source": source, "kind": kind}]});
        for wrong in [takes(Some(CRATES_IO[0]), None, json!([])), takes(None, None, json!(null))] {
            assert!(fault(&wrong).contains("it takes any version of other; write"), "{wrong}");
        }
        for right in [takes(None, None, json!([])), takes(None, Some("dev"), json!(null))] {
            assert_eq!(said(&right), Vec::<String>::new(), "{right}");
        }
    }
}
