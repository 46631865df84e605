//! Voices that speak Spanish.

use crate::{LocalVoices, Pair};

pub(super) const POLLY: &[(&str, &str)] = &[("es-US", "Lupe"), ("es-ES", "Lucia"), ("es-MX", "Mia")];

pub(super) const ESPEAK: &[LocalVoices] = &[
    LocalVoices {
        tag: "es-US",
        polly: Pair { man: "Miguel", woman: "Penelope" },
        espeak: Pair { man: "es-419+m3", woman: "es-419+f3" },
    },
    LocalVoices {
        tag: "es-ES",
        polly: Pair { man: "Enrique", woman: "Conchita" },
        espeak: Pair { man: "es+m3", woman: "es+f3" },
    },
];
