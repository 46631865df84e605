//! The language a brain speaks.

/// The language of a bot's sentences, where the detector is sure enough of it; its tag has one part.
///
/// The detector calls itself reliable from 0.9 on. Half of that certainty is enough here: over random handfuls of utterances in seven languages it
/// named a wrong one once in two thousand times, and a bot of three utterances is still recognised.
pub fn detect<'t>(sentences: impl Iterator<Item = &'t str>) -> Option<String> {
    const SURE: f64 = 0.5;
    /// More say nothing more, and a large bot has tens of thousands.
    const ENOUGH: usize = 400;
    let sentences: Vec<&str> = sentences.collect();
    let step = sentences.len().div_ceil(ENOUGH).max(1);
    let text = sentences.into_iter().step_by(step).collect::<Vec<_>>().join(". ");
    let found = whatlang::detect(&text)?;
    (found.confidence() >= SURE).then(|| tag_of(found.lang().code()).to_owned())
}

/// A language tag in its usual case (`pt-BR`), from any case and with `_` for `-`; `None` where it is none (RFC 5646, without private use).
pub(crate) fn canonical(written: &str) -> Option<String> {
    let mut parts = written.trim().split(['-', '_']);
    let primary =
        parts.next().filter(|part| (2..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic()))?;
    let mut tag = primary.to_ascii_lowercase();
    for part in parts {
        if !(2..=8).contains(&part.len()) || !part.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        tag.push('-');
        match part.len() {
            2 => tag.push_str(&part.to_ascii_uppercase()),
            4 if part.bytes().all(|b| b.is_ascii_alphabetic()) => {
                tag.push_str(&part[..1].to_ascii_uppercase());
                tag.push_str(&part[1..].to_ascii_lowercase());
            }
            _ => tag.push_str(&part.to_ascii_lowercase()),
        }
    }
    Some(tag)
}

/// ISO 639-1 where there is one; the detector speaks ISO 639-3.
fn tag_of(code: &str) -> &str {
    sbf_languages::of_detector(code).map_or(code, |language| language.tag)
}

#[cfg(test)]
mod tests {
    use whatlang::Lang;

    use super::*;

    #[test]
    fn the_detectors_codes_become_tags() {
        for language in sbf_languages::ALL {
            let known = language.detector.map(|code| Lang::from_code(code).unwrap().code());
            assert_eq!(known.map(tag_of), language.detector.map(|_| language.tag), "{}", language.name);
        }
        for (language, tag) in [(Lang::Nob, "no"), (Lang::Cmn, "zh"), (Lang::Ell, "el"), (Lang::Epo, "epo")] {
            assert_eq!(tag_of(language.code()), tag);
        }
        assert_eq!(Lang::all().iter().filter(|language| tag_of(language.code()) != language.code()).count(), 29);
    }

    #[test]
    fn tags_get_their_usual_case() {
        for (written, tag) in [
            ("pt-BR", Some("pt-BR")),
            ("PT_br", Some("pt-BR")),
            ("en", Some("en")),
            ("zh-hant-tw", Some("zh-Hant-TW")),
            ("es-419", Some("es-419")),
            ("", None),
            ("english please", None),
            ("e-US", None),
            ("en-", None),
        ] {
            assert_eq!(canonical(written).as_deref(), tag, "{written}");
        }
    }

    #[test]
    fn sure_is_said_and_unsure_is_not() {
        let detected = |sentences: &[&str]| detect(sentences.iter().copied());
        let portuguese = [
            "quero falar com alguém do departamento de vendas",
            "qual é o telefone de contato?",
            "preciso de ajuda agora",
        ];
        assert_eq!(detected(&portuguese).as_deref(), Some("pt"));
        assert_eq!(
            detected(&["wo ist meine Bestellung geblieben", "ich möchte etwas zurückgeben"]).as_deref(),
            Some("de")
        );
        assert_eq!(detected(&["ok"]), None);
        assert_eq!(detected(&["123"]), None);
        assert_eq!(detected(&[]), None);
    }
}
