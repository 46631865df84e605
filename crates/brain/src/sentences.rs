//! What every bot can say and understand in the languages of the sample bots: stock sentences, words that cancel, words that leave a question open.

use crate::{fold::key, language::primary, stock::Stock};

/// A language's stock sentences, and the words that answer any question.
struct Phrases {
    language: &'static str,
    miss: &'static str,
    error: &'static str,
    welcome: &'static str,
    cancelled: &'static str,
    gave_up: &'static str,
    not_valid: &'static str,
    perhaps_done: &'static str,
    cancel: &'static [&'static str],
    open: &'static [&'static str],
}

/// The sentence in the brain's language; in English where the language is another or unknown.
pub(crate) fn sentence(which: Stock, language: Option<&str>) -> &'static str {
    let phrases = phrases(language).unwrap_or(&ENGLISH);
    match which {
        Stock::Miss => phrases.miss,
        Stock::Error => phrases.error,
        Stock::Welcome => phrases.welcome,
        Stock::Cancelled => phrases.cancelled,
        Stock::GaveUp => phrases.gave_up,
        Stock::NotValid => phrases.not_valid,
        Stock::PerhapsDone => phrases.perhaps_done,
    }
}

/// Whether an utterance is a word that cancels, and nothing else.
pub(crate) fn is_cancel(utterance: &str, language: Option<&str>) -> bool {
    says(utterance, language, |phrases| phrases.cancel)
}

/// Whether an utterance leaves a question open, and says nothing else.
pub(crate) fn is_open(utterance: &str, language: Option<&str>) -> bool {
    says(utterance, language, |phrases| phrases.open)
}

/// In the brain's language and in English; in all where the language has no words here or is unknown.
fn says(utterance: &str, language: Option<&str>, words: fn(&Phrases) -> &'static [&'static str]) -> bool {
    let said = key(utterance);
    let spoken = phrases(language);
    let understood = |phrases: &&&Phrases| {
        spoken.is_none_or(|spoken| spoken.language == phrases.language) || phrases.language == ENGLISH.language
    };
    !said.is_empty() && ALL.iter().filter(understood).flat_map(|phrases| words(phrases)).any(|word| key(word) == said)
}

fn phrases(language: Option<&str>) -> Option<&'static Phrases> {
    let primary = primary(language?);
    ALL.into_iter().find(|phrases| phrases.language == primary)
}

const ALL: [&Phrases; 7] = [&ENGLISH, &PORTUGUESE, &SPANISH, &FRENCH, &GERMAN, &ITALIAN, &RUSSIAN];

static ENGLISH: Phrases = Phrases {
    language: "en",
    miss: "Sorry, I did not understand that. Could you put it another way?",
    error: "Sorry, something went wrong on my side. Please try again in a moment.",
    welcome: "Hello! How can I help you?",
    cancelled: "All right, I have cancelled that.",
    gave_up: "I am sorry, we are not getting anywhere with this question. Let us start over whenever you like.",
    not_valid: "I cannot use that answer.",
    perhaps_done: "I was interrupted while working on this and cannot say whether it was done. Please check before you try again.",
    cancel: &[
        "cancel",
        "cancel it",
        "cancel that",
        "stop",
        "quit",
        "exit",
        "abort",
        "never mind",
        "nevermind",
        "forget it",
    ],
    open: &[
        "whatever",
        "skip",
        "skip it",
        "anything",
        "any",
        "doesn't matter",
        "it doesn't matter",
        "I don't mind",
        "I don't care",
        "don't care",
        "no preference",
        "you choose",
    ],
};

static PORTUGUESE: Phrases = Phrases {
    language: "pt",
    miss: "Desculpe, não entendi. Pode dizer de outra forma?",
    error: "Desculpe, algo deu errado por aqui. Tente de novo daqui a pouco.",
    welcome: "Olá! Como posso ajudar?",
    cancelled: "Tudo bem, cancelei.",
    gave_up: "Desculpe, não estamos avançando com esta pergunta. Quando quiser, começamos de novo.",
    not_valid: "Não consigo usar essa resposta.",
    perhaps_done: "Fui interrompido enquanto cuidava disso e não sei dizer se foi feito. Confira antes de tentar de novo.",
    cancel: &[
        "cancelar",
        "cancela",
        "cancele",
        "parar",
        "pare",
        "sair",
        "desistir",
        "desisto",
        "esquece",
        "esqueça",
        "deixa pra lá",
        "deixa para lá",
    ],
    open: &[
        "tanto faz",
        "qualquer",
        "qualquer um",
        "qualquer uma",
        "qualquer coisa",
        "não importa",
        "sem preferência",
        "indiferente",
        "sei lá",
        "pular",
        "pula",
        "você escolhe",
    ],
};

static SPANISH: Phrases = Phrases {
    language: "es",
    miss: "Perdón, no he entendido. ¿Puede decirlo de otra manera?",
    error: "Perdón, algo ha fallado por aquí. Inténtelo de nuevo en un momento.",
    welcome: "¡Hola! ¿En qué puedo ayudar?",
    cancelled: "De acuerdo, lo he cancelado.",
    gave_up: "Lo siento, no avanzamos con esta pregunta. Cuando quiera, empezamos de nuevo.",
    not_valid: "No puedo usar esa respuesta.",
    perhaps_done: "Me interrumpieron mientras me ocupaba de esto y no sé si se hizo. Compruébelo antes de intentarlo de nuevo.",
    cancel: &[
        "cancelar",
        "cancela",
        "cancele",
        "parar",
        "para",
        "salir",
        "anular",
        "olvídalo",
        "olvídelo",
        "déjalo",
        "déjelo",
    ],
    open: &[
        "da igual",
        "me da igual",
        "cualquiera",
        "cualquier cosa",
        "lo que sea",
        "no importa",
        "sin preferencia",
        "indiferente",
        "saltar",
        "omitir",
        "tú eliges",
        "usted elige",
    ],
};

static FRENCH: Phrases = Phrases {
    language: "fr",
    miss: "Désolé, je n'ai pas compris. Pouvez-vous le dire autrement ?",
    error: "Désolé, quelque chose s'est mal passé de mon côté. Réessayez dans un instant.",
    welcome: "Bonjour ! Comment puis-je vous aider ?",
    cancelled: "C'est entendu, j'ai annulé.",
    gave_up: "Désolé, nous n'avançons pas avec cette question. Recommençons quand vous voudrez.",
    not_valid: "Je ne peux pas utiliser cette réponse.",
    perhaps_done: "J'ai été interrompu pendant que je m'en occupais et je ne sais pas si c'est fait. Vérifiez avant de réessayer.",
    cancel: &[
        "annuler",
        "annule",
        "annulez",
        "arrêter",
        "arrête",
        "arrêtez",
        "quitter",
        "laisse tomber",
        "laissez tomber",
        "oublie",
        "oubliez",
    ],
    open: &[
        "peu importe",
        "n'importe",
        "n'importe lequel",
        "n'importe laquelle",
        "n'importe quoi",
        "ça m'est égal",
        "cela m'est égal",
        "sans préférence",
        "indifférent",
        "passer",
        "comme vous voulez",
        "comme tu veux",
    ],
};

static GERMAN: Phrases = Phrases {
    language: "de",
    miss: "Das habe ich leider nicht verstanden. Können Sie es anders sagen?",
    error: "Bei mir ist leider etwas schiefgegangen. Bitte versuchen Sie es gleich noch einmal.",
    welcome: "Hallo! Wie kann ich helfen?",
    cancelled: "In Ordnung, ich habe das abgebrochen.",
    gave_up: "Mit dieser Frage kommen wir leider nicht weiter. Wir können jederzeit neu anfangen.",
    not_valid: "Mit dieser Antwort kann ich nichts anfangen.",
    perhaps_done: "Ich wurde dabei unterbrochen und weiß nicht, ob es erledigt ist. Bitte sehen Sie nach, bevor Sie es noch einmal versuchen.",
    cancel: &[
        "abbrechen",
        "abbruch",
        "stornieren",
        "storno",
        "stopp",
        "beenden",
        "aufhören",
        "vergiss es",
        "vergessen Sie es",
        "lass es",
    ],
    open: &[
        "egal",
        "ist egal",
        "ist mir egal",
        "mir egal",
        "das ist mir egal",
        "beliebig",
        "irgendeins",
        "irgendwas",
        "spielt keine Rolle",
        "keine Angabe",
        "überspringen",
    ],
};

static ITALIAN: Phrases = Phrases {
    language: "it",
    miss: "Mi dispiace, non ho capito. Può dirlo in un altro modo?",
    error: "Mi dispiace, qualcosa è andato storto da parte mia. Riprovi tra un momento.",
    welcome: "Ciao! Come posso aiutare?",
    cancelled: "Va bene, ho annullato.",
    gave_up: "Mi dispiace, con questa domanda non andiamo avanti. Ricominciamo quando vuole.",
    not_valid: "Non posso usare questa risposta.",
    perhaps_done: "Sono stato interrotto mentre me ne occupavo e non so dire se sia stato fatto. Controlli prima di riprovare.",
    cancel: &[
        "annulla",
        "annullare",
        "annulli",
        "cancella",
        "basta",
        "fermati",
        "esci",
        "uscire",
        "lascia perdere",
        "lasci perdere",
    ],
    open: &[
        "fa lo stesso",
        "è lo stesso",
        "è uguale",
        "qualsiasi",
        "qualunque",
        "uno qualsiasi",
        "indifferente",
        "non importa",
        "nessuna preferenza",
        "salta",
        "saltare",
        "come vuoi",
        "come vuole",
    ],
};

static RUSSIAN: Phrases = Phrases {
    language: "ru",
    miss: "Извините, я не понял. Скажите, пожалуйста, иначе.",
    error: "Извините, у меня что-то пошло не так. Попробуйте ещё раз чуть позже.",
    welcome: "Здравствуйте! Чем могу помочь?",
    cancelled: "Хорошо, я отменил.",
    gave_up: "Извините, с этим вопросом у нас не получается. Начнём заново, когда захотите.",
    not_valid: "Такой ответ мне не подходит.",
    perhaps_done: "Меня прервали, и я не знаю, сделано ли это. Проверьте, прежде чем пробовать снова.",
    // The first letter of the second word is Latin: older bots' buttons send it so.
    cancel: &[
        "отмена",
        "oтмена",
        "отменить",
        "отмени",
        "отмените",
        "стоп",
        "хватит",
        "выход",
        "выйти",
        "забудь",
        "забудьте",
    ],
    open: &[
        "всё равно",
        "мне всё равно",
        "неважно",
        "не важно",
        "без разницы",
        "любой",
        "любая",
        "любое",
        "что угодно",
        "пропустить",
        "на ваш выбор",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cancel_words_are_whole_utterances_in_the_brains_language() {
        for (language, utterance, cancels) in [
            (Some("pt-BR"), "Cancelar!", true),
            (Some("pt-BR"), "deixa pra la", true),
            (Some("pt-BR"), "cancel", true),
            (Some("pt-BR"), "abbrechen", false),
            (Some("pt-BR"), "quero cancelar meu pedido", false),
            (Some("fr-FR"), "ANNULER", true),
            (Some("it-IT"), "annulla", true),
            (Some("de-DE"), "stornieren", true),
            (Some("ru-RU"), "отмена", true),
            (Some("ru-RU"), "oтмена", true),
            (Some("en-US"), "para", false),
            (Some("nl"), "annuler", true),
            (None, "отмена", true),
            (None, "", false),
        ] {
            assert_eq!(is_cancel(utterance, language), cancels, "{language:?} {utterance}");
        }
    }

    #[test]
    fn open_words_leave_a_question_open() {
        for (language, utterance, open) in [
            (Some("pt"), "Tanto faz.", true),
            (Some("es"), "me da igual", true),
            (Some("en"), "I don’t mind", true),
            (Some("ru"), "все равно", true),
            (Some("de"), "Vendas", false),
        ] {
            assert_eq!(is_open(utterance, language), open, "{language:?} {utterance}");
        }
    }

    #[test]
    fn stock_sentences_fall_back_on_english() {
        assert_eq!(sentence(Stock::Cancelled, Some("pt-BR")), "Tudo bem, cancelei.");
        assert_eq!(sentence(Stock::Miss, Some("nl")), sentence(Stock::Miss, None));
        assert_eq!(sentence(Stock::Miss, None), ENGLISH.miss);
    }
}
