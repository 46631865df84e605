//! Voices that speak German.

use crate::{LocalVoices, Pair};

pub(super) const POLLY: &[(&str, &str)] = &[("de-DE", "Vicki"), ("de-AT", "Hannah"), ("de-CH", "Sabrina")];

pub(super) const ESPEAK: &[LocalVoices] = &[LocalVoices {
    tag: "de-DE",
    polly: Pair { man: "Hans", woman: "Vicki" },
    espeak: Pair { man: "de+m3", woman: "de+f3" },
}];
