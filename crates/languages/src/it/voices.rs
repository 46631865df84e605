//! Voices that speak Italian.

use crate::{LocalVoices, Pair};

pub(super) const POLLY: &[(&str, &str)] = &[("it-IT", "Bianca")];

pub(super) const ESPEAK: &[LocalVoices] = &[LocalVoices {
    tag: "it-IT",
    polly: Pair { man: "Giorgio", woman: "Carla" },
    espeak: Pair { man: "it+m3", woman: "it+f3" },
}];
