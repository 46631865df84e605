//! What a bot that speaks German says of itself.

use crate::Sentences;

pub(super) static SENTENCES: Sentences = Sentences {
    miss: "Das habe ich leider nicht verstanden. Können Sie es anders sagen?",
    error: "Bei mir ist leider etwas schiefgegangen. Bitte versuchen Sie es gleich noch einmal.",
    welcome: "Hallo! Wie kann ich helfen?",
    cancelled: "In Ordnung, ich habe das abgebrochen.",
    gave_up: "Mit dieser Frage kommen wir leider nicht weiter. Wir können jederzeit neu anfangen.",
    not_valid: "Mit dieser Antwort kann ich nichts anfangen.",
    perhaps_done: "Ich wurde dabei unterbrochen und weiß nicht, ob es erledigt ist. Bitte sehen Sie nach, bevor Sie es noch einmal versuchen.",
};
