//! What a bot that speaks English says of itself.

use crate::Sentences;

pub(crate) static SENTENCES: Sentences = Sentences {
    miss: "Sorry, I did not understand that. Could you put it another way?",
    error: "Sorry, something went wrong on my side. Please try again in a moment.",
    welcome: "Hello! How can I help you?",
    cancelled: "All right, I have cancelled that.",
    gave_up: "I am sorry, we are not getting anywhere with this question. Let us start over whenever you like.",
    not_valid: "I cannot use that answer.",
    perhaps_done: "I was interrupted while working on this and cannot say whether it was done. Please check before you try again.",
};
