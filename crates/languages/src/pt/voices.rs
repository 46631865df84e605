//! Voices that speak Portuguese.

use crate::{LocalVoices, Pair};

pub(super) const POLLY: &[(&str, &str)] = &[("pt-BR", "Camila"), ("pt-PT", "Ines")];

pub(super) const ESPEAK: &[LocalVoices] = &[
    LocalVoices {
        tag: "pt-BR",
        polly: Pair { man: "Ricardo", woman: "Vitoria" },
        espeak: Pair { man: "pt-br+m3", woman: "pt-br+f3" },
    },
    LocalVoices {
        tag: "pt-PT",
        polly: Pair { man: "Cristiano", woman: "Ines" },
        espeak: Pair { man: "pt+m3", woman: "pt+f3" },
    },
];
