//! What a bot that speaks Italian says of itself.

use crate::Sentences;

pub(super) static SENTENCES: Sentences = Sentences {
    miss: "Mi dispiace, non ho capito. Può dirlo in un altro modo?",
    error: "Mi dispiace, qualcosa è andato storto da parte mia. Riprovi tra un momento.",
    welcome: "Ciao! Come posso aiutare?",
    cancelled: "Va bene, ho annullato.",
    gave_up: "Mi dispiace, con questa domanda non andiamo avanti. Ricominciamo quando vuole.",
    not_valid: "Non posso usare questa risposta.",
    perhaps_done: "Sono stato interrotto mentre me ne occupavo e non so dire se sia stato fatto. Controlli prima di riprovare.",
};
