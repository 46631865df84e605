//! What a bot that speaks Spanish says of itself.

use crate::Sentences;

pub(super) static SENTENCES: Sentences = Sentences {
    miss: "Perdón, no he entendido. ¿Puede decirlo de otra manera?",
    error: "Perdón, algo ha fallado por aquí. Inténtelo de nuevo en un momento.",
    welcome: "¡Hola! ¿En qué puedo ayudar?",
    cancelled: "De acuerdo, lo he cancelado.",
    gave_up: "Lo siento, no avanzamos con esta pregunta. Cuando quiera, empezamos de nuevo.",
    not_valid: "No puedo usar esa respuesta.",
    perhaps_done: "Me interrumpieron mientras me ocupaba de esto y no sé si se hizo. Compruébelo antes de intentarlo de nuevo.",
};
