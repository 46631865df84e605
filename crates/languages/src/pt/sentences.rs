//! What a bot that speaks Portuguese says of itself.

use crate::Sentences;

pub(super) static SENTENCES: Sentences = Sentences {
    miss: "Desculpe, não entendi. Pode dizer de outra forma?",
    error: "Desculpe, algo deu errado por aqui. Tente de novo daqui a pouco.",
    welcome: "Olá! Como posso ajudar?",
    cancelled: "Tudo bem, cancelei.",
    gave_up: "Desculpe, não estamos avançando com esta pergunta. Quando quiser, começamos de novo.",
    not_valid: "Não consigo usar essa resposta.",
    perhaps_done: "Fui interrompido enquanto cuidava disso e não sei dizer se foi feito. Confira antes de tentar de novo.",
};
