//! Voices that speak French.

use crate::{LocalVoices, Pair};

pub(super) const POLLY: &[(&str, &str)] = &[("fr-FR", "Lea"), ("fr-BE", "Isabelle"), ("fr-CA", "Chantal")];

pub(super) const ESPEAK: &[LocalVoices] = &[LocalVoices {
    tag: "fr-FR",
    polly: Pair { man: "Mathieu", woman: "Celine" },
    espeak: Pair { man: "fr+m3", woman: "fr+f3" },
}];
