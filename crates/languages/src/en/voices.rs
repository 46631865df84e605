//! Voices that speak English.

use crate::{LocalVoices, Pair};

pub(super) const POLLY: &[(&str, &str)] = &[
    ("en-US", "Joanna"),
    ("en-AU", "Nicole"),
    ("en-GB", "Amy"),
    ("en-IE", "Niamh"),
    ("en-IN", "Aditi"),
    ("en-NZ", "Aria"),
    ("en-ZA", "Ayanda"),
];

pub(super) const ESPEAK: &[LocalVoices] = &[
    LocalVoices {
        tag: "en-US",
        polly: Pair { man: "Joey", woman: "Joanna" },
        espeak: Pair { man: "en-us+m3", woman: "en-us+f3" },
    },
    LocalVoices {
        tag: "en-GB",
        polly: Pair { man: "Brian", woman: "Amy" },
        espeak: Pair { man: "en-gb+m3", woman: "en-gb+f3" },
    },
];
