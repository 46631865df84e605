//! What every bot can say, and which words it takes for "cancel" and "whatever", in its own language.

use sbf_languages::{ALL, ENGLISH, Language};

use crate::{fold::key, stock::Stock};

/// The sentence in the brain's language; in English where the language is another or unknown.
pub(crate) fn sentence(which: Stock, language: Option<&str>) -> &'static str {
    let sentences = sbf_languages::sentences(language);
    match which {
        Stock::Miss => sentences.miss,
        Stock::Error => sentences.error,
        Stock::Welcome => sentences.welcome,
        Stock::Cancelled => sentences.cancelled,
        Stock::GaveUp => sentences.gave_up,
        Stock::NotValid => sentences.not_valid,
        Stock::PerhapsDone => sentences.perhaps_done,
    }
}

/// Whether an utterance is a word that cancels, and nothing else.
pub(crate) fn is_cancel(utterance: &str, language: Option<&str>) -> bool {
    says(utterance, language, |language| language.cancel)
}

/// Whether an utterance leaves a question open, and says nothing else.
pub(crate) fn is_open(utterance: &str, language: Option<&str>) -> bool {
    says(utterance, language, |language| language.skip)
}

/// In the brain's language and in English; in all where the language has no words here or is unknown.
fn says(utterance: &str, language: Option<&str>, words: fn(&Language) -> &'static [&'static str]) -> bool {
    let said = key(utterance);
    let spoken = language.and_then(sbf_languages::of).filter(|language| !words(language).is_empty());
    let understood =
        |language: &&Language| spoken.is_none_or(|spoken| spoken.tag == language.tag) || language.tag == ENGLISH.tag;
    let understood: Vec<&Language> = ALL.into_iter().filter(understood).collect();
    let asked_for = without_courtesy(&said, &understood);
    let mut phrases = understood.iter().flat_map(|language| words(language)).map(|phrase| key(phrase));
    !said.is_empty() && phrases.any(|phrase| phrase == said || phrase == asked_for)
}

/// What is said without "please" and "thank you" around it.
fn without_courtesy<'s>(said: &'s str, languages: &[&Language]) -> &'s str {
    let courtesy: Vec<String> =
        languages.iter().flat_map(|language| language.courtesy).map(|phrase| key(phrase)).collect();
    let mut rest = said;
    let shorter = |rest: &'s str| {
        courtesy.iter().find_map(|phrase| {
            let before = rest.strip_prefix(phrase.as_str()).and_then(|rest| rest.strip_prefix(' '));
            before.or_else(|| rest.strip_suffix(phrase.as_str()).and_then(|rest| rest.strip_suffix(' ')))
        })
    };
    while let Some(left) = shorter(rest) {
        rest = left;
    }
    rest
}

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
            (Some("pt-BR"), "quero cancelar", true),
            (Some("pt-BR"), "cancela isso, por favor!", true),
            (Some("pt-BR"), "não quero mais", true),
            (Some("pt-BR"), "eu quero cancelar", true),
            (Some("en"), "I want to stop", true),
            (Some("es"), "quisiera cancelar, gracias", true),
            (Some("fr"), "je voudrais annuler", true),
            (Some("de"), "Ich würde gern abbrechen", true),
            (Some("it"), "vorrei annullare, grazie", true),
            (Some("ru"), "не хочу больше", true),
            (Some("en"), "cancel please", true),
            (Some("en"), "Please, cancel. Thank you!", true),
            (Some("en"), "please", false),
            (Some("en"), "please cancel my order", false),
            (Some("es-MX"), "olvídalo", true),
            (Some("es"), "por favor, ya no quiero", true),
            (Some("fr"), "annulez, s’il vous plaît", true),
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
            (Some("en"), "whatever, thanks", true),
            (Some("de"), "Vendas", false),
        ] {
            assert_eq!(is_open(utterance, language), open, "{language:?} {utterance}");
        }
    }

    #[test]
    fn stock_sentences_fall_back_on_english() {
        assert_eq!(sentence(Stock::Cancelled, Some("pt-BR")), "Tudo bem, cancelei.");
        assert_eq!(sentence(Stock::Miss, Some("nl")), sentence(Stock::Miss, None));
        assert_eq!(sentence(Stock::Miss, None), "Sorry, I did not understand that. Could you put it another way?");
        assert_eq!(sentence(Stock::Miss, Some("nb")), sentence(Stock::Miss, None));
    }

    #[test]
    fn no_word_both_cancels_and_leaves_open_and_none_stands_twice() {
        for language in ALL {
            let mut keys: Vec<String> = language.cancel.iter().chain(language.skip).map(|phrase| key(phrase)).collect();
            let all = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), all, "{}", language.name);
        }
    }
}
