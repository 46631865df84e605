//! What each release reads and writes: a layout is read one release before it is written, and one after.
//!
//! Two releases work side by side while an update takes over, and when it is taken back. So whoever changes [`FORMATS`] here or in `sbf-amc`
//! - adds the reader in one release (`newest`) and lets only the next one write it (`written`), and the one after that forget the old one (`oldest`);
//! - commits an artefact of the new format, `format-N.pgk`, in the release that learns to read it (`UPDATE_FIXTURES=1`);
//! - changes the last row below as long as that release is not out; rows of releases that are out stay as they are.

use sbf_amc::Formats;

use super::FORMATS;

struct Release {
    version: &'static str,
    artefact: Formats,
    classifier: Formats,
}

/// Oldest first; the last one is this one.
const RELEASES: &[Release] = &[Release {
    version: "0.1.0",
    artefact: Formats { oldest: 1, newest: 1, written: 1 },
    classifier: Formats { oldest: 3, newest: 3, written: 3 },
}];

#[test]
fn this_release_is_the_last_row() {
    let this = RELEASES.last().unwrap();
    assert_eq!(this.version, env!("CARGO_PKG_VERSION"), "a new version needs a row of its own");
    assert_eq!((this.artefact, this.classifier), (FORMATS, sbf_amc::FORMATS));
}

#[test]
fn every_release_that_is_out_has_a_row() {
    let changelog = include_str!("../../../../CHANGELOG.md");
    let out = changelog.lines().filter_map(|line| line.strip_prefix("## "));
    let out = out.map(|title| title.trim_start_matches('[').split([']', ' ']).next().unwrap_or_default());
    for version in out.filter(|version| version.starts_with(|c: char| c.is_ascii_digit())) {
        assert!(RELEASES.iter().any(|release| release.version == version), "{version}");
    }
}

#[test]
fn each_release_goes_with_the_one_before_it() {
    for pair in RELEASES.windows(2) {
        let [before, after] = pair else { unreachable!("windows of two") };
        let both = format!("{} and {}", before.version, after.version);
        assert!(before.artefact.go_with(&after.artefact), "{both} cannot read each other's artefacts");
        assert!(before.classifier.go_with(&after.classifier), "{both} cannot read each other's classifiers");
    }
    let this = RELEASES.last().unwrap();
    assert!(
        this.artefact.go_with(&this.artefact) && this.classifier.go_with(&this.classifier),
        "it reads what it writes"
    );
}
