//! Voices that speak Russian.

use crate::{LocalVoices, Pair};

pub(super) const POLLY: &[(&str, &str)] = &[("ru-RU", "Tatyana")];

pub(super) const ESPEAK: &[LocalVoices] = &[LocalVoices {
    tag: "ru-RU",
    polly: Pair { man: "Maxim", woman: "Tatyana" },
    espeak: Pair { man: "ru+m3", woman: "ru+f3" },
}];
