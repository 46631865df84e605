//! What the samples say and understand, one file a language: a missing sentence does not compile.

mod de;
mod en;
mod es;
mod fr;
mod it;
mod pt;
mod ru;

/// Every language, the one to fall back on first.
pub(crate) const ALL: [&Phrases; 7] =
    [&en::PHRASES, &pt::PHRASES, &es::PHRASES, &fr::PHRASES, &it::PHRASES, &de::PHRASES, &ru::PHRASES];

/// The language of an event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Language {
    pub(crate) phrases: &'static Phrases,
    /// Temperatures are told in °F.
    pub(crate) fahrenheit: bool,
}

/// The language of a tag such as `pt-BR`: by its primary part, else English.
pub(crate) fn of(tag: &str) -> Language {
    let tag = tag.trim().replace('_', "-").to_lowercase();
    let primary = tag.split('-').next().unwrap_or_default();
    let spoken = |phrases: &&&Phrases| phrases.primary() == primary;
    Language {
        phrases: ALL.iter().find(spoken).copied().unwrap_or(&en::PHRASES),
        fahrenheit: ["en-us", "es-us"].contains(&tag.as_str()),
    }
}

/// A language's sentences and words.
///
/// Sentences have `{places}`; the same ones in every language.
#[derive(Debug)]
pub(crate) struct Phrases {
    /// The language tag it is written for.
    pub(crate) tag: &'static str,
    /// An amount of dollars as the language writes it, around `{amount}`.
    pub(crate) money: &'static str,
    /// Between whole dollars and cents.
    pub(crate) decimal: char,
    /// Before the last of several choices.
    pub(crate) or: &'static str,
    pub(crate) words: Words,
    pub(crate) weather: Weather,
    pub(crate) feedback: Feedback,
    pub(crate) pizza: Pizza,
}

impl Phrases {
    /// The primary part of its tag: `pt`.
    pub(crate) fn primary(&self) -> &'static str {
        self.tag.split('-').next().unwrap_or(self.tag)
    }
}

/// Phrases that mean the same, written in one text with commas between them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Alternatives(&'static str);

/// See [`Alternatives`].
const fn any(phrases: &'static str) -> Alternatives {
    Alternatives(phrases)
}

impl Alternatives {
    /// Every phrase; the first is what prompts offer.
    pub(crate) fn iter(self) -> impl Iterator<Item = &'static str> {
        self.0.split(", ")
    }

    /// The one that prompts offer.
    pub(crate) fn first(self) -> &'static str {
        self.iter().next().unwrap_or_default()
    }
}

/// Words that are understood; compared without case and accents.
#[derive(Debug)]
pub(crate) struct Words {
    /// The first is what prompts offer; so it is in the lists below.
    pub(crate) yes: Alternatives,
    pub(crate) no: Alternatives,
    pub(crate) cancel: Alternatives,
    /// Words that make an answer its opposite.
    pub(crate) negations: Alternatives,
    /// Words that add nothing to a short answer.
    pub(crate) fillers: Alternatives,
    /// Small to extra large.
    pub(crate) sizes: [Alternatives; 4],
    /// Thin, thick.
    pub(crate) crusts: [Alternatives; 2],
    /// Other words for the three pizzas, in the built-in menu's order.
    pub(crate) pizzas: [Alternatives; 3],
    /// First to fourth.
    pub(crate) ordinals: [Alternatives; 4],
    /// One to twenty.
    pub(crate) numbers: [Alternatives; 20],
    /// Six and twelve.
    pub(crate) dozens: [Alternatives; 2],
    /// Words that make a number something else than a whole number up to twenty.
    pub(crate) not_whole: Alternatives,
    /// What people say before their name.
    pub(crate) before_name: Alternatives,
}

/// Sentences of the weather sample.
#[derive(Debug)]
pub(crate) struct Weather {
    pub(crate) today: &'static str,
    pub(crate) ask_city: &'static str,
    pub(crate) unknown_city: &'static str,
}

/// Sentences of the feedback sample.
#[derive(Debug)]
pub(crate) struct Feedback {
    pub(crate) ask_first: &'static str,
    pub(crate) ask_first_again: &'static str,
    pub(crate) ask_last: &'static str,
    pub(crate) ask_last_again: &'static str,
    pub(crate) ask_feedback: &'static str,
    pub(crate) ask_feedback_again: &'static str,
    pub(crate) too_long: &'static str,
    pub(crate) gave_up: &'static str,
    pub(crate) saved: &'static str,
    pub(crate) not_saved: &'static str,
    pub(crate) cancelled: &'static str,
}

/// Sentences of the pizza sample.
#[derive(Debug)]
pub(crate) struct Pizza {
    /// Titles and toppings of the three pizzas.
    pub(crate) menu: [(&'static str, &'static str); 3],
    /// On buttons.
    pub(crate) sizes: [&'static str; 4],
    /// On buttons.
    pub(crate) crusts: [&'static str; 2],
    /// In a summary: "thin crust".
    pub(crate) with_crust: [&'static str; 2],
    /// On buttons.
    pub(crate) yes_no: [&'static str; 2],
    pub(crate) welcome: &'static str,
    pub(crate) last_order: &'static str,
    pub(crate) last_order_gone: &'static str,
    pub(crate) ask_pizza: &'static str,
    pub(crate) not_a_pizza: &'static str,
    pub(crate) ask_size: &'static str,
    pub(crate) not_a_size: &'static str,
    pub(crate) ask_count: &'static str,
    pub(crate) not_a_count: &'static str,
    pub(crate) ask_crust: &'static str,
    pub(crate) not_a_crust: &'static str,
    pub(crate) confirm: &'static str,
    pub(crate) not_yes_or_no: &'static str,
    pub(crate) placed: &'static str,
    pub(crate) declined: &'static str,
    pub(crate) cancelled: &'static str,
    pub(crate) not_saved: &'static str,
    pub(crate) no_menu: &'static str,
}

#[cfg(test)]
mod tests;
