//! Languages: which stemmer a BCP 47 tag stands for.

use rust_stemmers::{Algorithm, Stemmer};

/// Longer words are not stemmed: no language has them, and a stemmer's time stays bounded.
const LONGEST_STEMMED: usize = 40;

/// Finds the stem of a folded word, in the languages that have a stemmer; elsewhere a word is its own stem.
pub(crate) struct Stems {
    algorithm: Option<Algorithm>,
    stemmer: Option<Stemmer>,
}

impl std::fmt::Debug for Stems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stems").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl Stems {
    pub(crate) fn of(language: Option<&str>) -> Self {
        let algorithm = language.and_then(algorithm);
        Self { algorithm, stemmer: algorithm.map(Stemmer::create) }
    }

    /// Calls `use_stem` with the word's stem.
    pub(crate) fn with_stem<T>(&self, word: &str, use_stem: impl FnOnce(&str) -> T) -> T {
        match (&self.stemmer, self.algorithm) {
            (Some(stemmer), Some(algorithm)) if word.len() <= 2 * LONGEST_STEMMED && in_script(algorithm, word) => {
                use_stem(&stemmer.stem(word))
            }
            _ => use_stem(word),
        }
    }
}

/// The Snowball algorithm of a BCP 47 tag's language.
fn algorithm(tag: &str) -> Option<Algorithm> {
    Some(match primary(tag).as_str() {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "nl" => Algorithm::Dutch,
        "en" => Algorithm::English,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "no" | "nb" | "nn" => Algorithm::Norwegian,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "es" => Algorithm::Spanish,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        _ => return None,
    })
}

/// The language subtag of a BCP 47 tag, in lower case: `pt-BR` → `pt`.
pub(crate) fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}

/// Whether the stemmer was made for the letters of this word; words of other scripts, and numbers, are their own stems.
fn in_script(algorithm: Algorithm, word: &str) -> bool {
    let letter: fn(char) -> bool = match algorithm {
        Algorithm::Arabic => |c| matches!(c, '\u{0600}'..='\u{06FF}'),
        Algorithm::Greek => |c| matches!(c, '\u{0370}'..='\u{03FF}'),
        Algorithm::Russian => |c| matches!(c, '\u{0400}'..='\u{04FF}'),
        Algorithm::Tamil => |c| matches!(c, '\u{0B80}'..='\u{0BFF}'),
        _ => |c| c.is_ascii_lowercase() || c == '\'',
    };
    word.chars().all(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stem(language: &str, word: &str) -> String {
        Stems::of(Some(language)).with_stem(word, str::to_owned)
    }

    #[test]
    fn the_tag_names_the_stemmer() {
        assert_eq!(stem("en-US", "ordering"), "order");
        assert_eq!(stem("pt-BR", "pedidos"), stem("pt", "pedido"));
        assert_eq!(stem("ru", "погоды"), stem("ru", "погода"));
        assert_eq!(stem("xx", "ordering"), "ordering");
        assert_eq!(Stems::of(None).with_stem("ordering", str::to_owned), "ordering");
    }

    #[test]
    fn other_scripts_are_left_alone() {
        assert_eq!(stem("en", "погоды"), "погоды");
        assert_eq!(stem("ru", "running"), "running");
    }

    proptest::proptest! {
        #[test]
        fn no_stemmer_panics(word in "\\PC{0,40}", latin in "[a-z']{0,45}") {
            for tag in ["ar", "da", "nl", "en", "fi", "fr", "de", "el", "hu", "it", "no", "pt", "ro", "ru", "es", "sv", "ta", "tr"] {
                stem(tag, &crate::text::fold(&word));
                stem(tag, &latin);
            }
        }
    }
}
