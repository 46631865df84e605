//! What a bot that speaks French says of itself.

use crate::Sentences;

pub(super) static SENTENCES: Sentences = Sentences {
    miss: "Désolé, je n'ai pas compris. Pouvez-vous le dire autrement ?",
    error: "Désolé, quelque chose s'est mal passé de mon côté. Réessayez dans un instant.",
    welcome: "Bonjour ! Comment puis-je vous aider ?",
    cancelled: "C'est entendu, j'ai annulé.",
    gave_up: "Désolé, nous n'avançons pas avec cette question. Recommençons quand vous voudrez.",
    not_valid: "Je ne peux pas utiliser cette réponse.",
    perhaps_done: "J'ai été interrompu pendant que je m'en occupais et je ne sais pas si c'est fait. Vérifiez avant de réessayer.",
};
