//! Filling parameters: entity found → pattern on the utterance → value given in this dialog → ask.

use std::collections::BTreeMap;

use sbf_brain::intent::{DefaultValue, Fulfilment, Parameter};

use crate::{
    content,
    reply::Question,
    scope::{TurnScope, as_text},
    wording,
};

/// What is known of an intent's parameters.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Slots {
    /// Values by name.
    pub(crate) filled: BTreeMap<String, String>,
    /// Optional ones that stay without a value.
    pub(crate) left_out: Vec<String>,
}

/// What an answer to a prompt comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answered {
    /// It is this value.
    Value(String),
    /// The user leaves it open, and that is allowed.
    Open,
    /// It is no acceptable value.
    Refused,
}

impl Slots {
    fn settled(&self, parameter: &Parameter) -> bool {
        self.filled.contains_key(&parameter.name) || self.left_out.contains(&parameter.name)
    }

    /// What must still be asked, in `payloadPosition` order.
    pub(crate) fn missing<'f>(&self, fulfilment: &'f Fulfilment) -> Vec<&'f Parameter> {
        fulfilment.parameters.iter().filter(|parameter| !self.settled(parameter)).collect()
    }

    pub(crate) fn fill(&mut self, parameter: &Parameter, value: String) {
        self.filled.insert(parameter.name.clone(), value);
    }

    /// Fills from an answer. A value that was taken before, as the first sentence may hold a later one, is asked for anew where it holds no more
    /// beside this one.
    pub(crate) fn take(&mut self, fulfilment: &Fulfilment, parameter: &Parameter, value: String, scope: TurnScope<'_>) {
        let before = self.filled.clone();
        self.fill(parameter, value);
        let now = self.filled.clone();
        let others = fulfilment.parameters.iter().filter(|other| other.name != parameter.name);
        for (other, value) in others.filter_map(|other| Some((other, before.get(&other.name)?))) {
            if accepted(other, value, scope.with(&before)) && !accepted(other, value, scope.with(&now)) {
                self.filled.remove(&other.name);
            }
        }
    }

    /// Fills from what the user said first: entities, then patterns; values that do not pass validation are asked for instead.
    pub(crate) fn fill_from_utterance(&mut self, fulfilment: &Fulfilment, scope: TurnScope<'_>) {
        let mut taken = Vec::new();
        let missing = self.missing(fulfilment);
        for parameter in &missing {
            let known = scope.with(&self.filled);
            let entity = entities_for(parameter, scope)
                .find(|(place, value)| !taken.contains(place) && accepted(parameter, value, known));
            let value = match entity {
                Some((place, value)) => {
                    taken.push(place);
                    Some(value.to_owned())
                }
                None => captured(parameter, scope.utterance, known),
            };
            if let Some(value) = value {
                self.fill(parameter, value);
            }
        }
        self.check_again(&missing, scope);
    }

    /// A value may be checked against one that was found after it. Where that does not hold, it is asked for.
    fn check_again(&mut self, found: &[&Parameter], scope: TurnScope<'_>) {
        let known = self.filled.clone();
        let holds = |parameter: &&&Parameter| {
            known.get(&parameter.name).is_none_or(|value| accepted(parameter, value, scope.with(&known)))
        };
        for parameter in found.iter().filter(|parameter| !holds(parameter)) {
            self.filled.remove(&parameter.name);
        }
    }

    /// Fills other missing parameters from an answer, by their patterns only: the answer was meant for another question.
    pub(crate) fn fill_others(&mut self, fulfilment: &Fulfilment, answer: &str, meant: &str, scope: TurnScope<'_>) {
        for parameter in self.missing(fulfilment) {
            if let Some(value) = captured(parameter, answer, scope.with(&self.filled)).filter(|value| value != meant) {
                self.fill(parameter, value);
            }
        }
    }

    /// Settles what needs no question: silent defaults, and optional parameters without a prompt.
    pub(crate) fn settle_silently(&mut self, fulfilment: &Fulfilment, scope: TurnScope<'_>) {
        for parameter in self.missing(fulfilment) {
            if parameter.prompts.is_empty() {
                self.fall_back(parameter, scope);
            }
        }
    }

    /// The default, or nothing.
    pub(crate) fn fall_back(&mut self, parameter: &Parameter, scope: TurnScope<'_>) {
        match default_of(parameter, scope.with(&self.filled)) {
            Some(value) => self.fill(parameter, value),
            None => self.left_out.push(parameter.name.clone()),
        }
    }
}

/// Whether a parameter may go without an answer of the user's.
pub(crate) fn may_stay_open(parameter: &Parameter) -> bool {
    parameter.default.is_some() || !parameter.required
}

/// What an answer to a parameter's prompt comes to: an entity or a pattern's value in it, else all of it.
pub(crate) fn answer(parameter: &Parameter, text: &str, scope: TurnScope<'_>) -> Answered {
    let text = text.trim();
    if may_stay_open(parameter) && scope.brain.is_open(text) {
        return Answered::Open;
    }
    let entity = entities_for(parameter, scope)
        .map(|(_, value)| value.to_owned())
        .find(|value| accepted(parameter, value, scope));
    // Authors write patterns with a word before the value (`/ in (.*)/`); in an answer that word may stand first.
    let value = entity
        .or_else(|| captured(parameter, text, scope))
        .or_else(|| captured(parameter, &format!(" {text}"), scope))
        .or_else(|| Some(text.to_owned()).filter(|text| !text.is_empty() && accepted(parameter, text, scope)));
    value.map_or(Answered::Refused, Answered::Value)
}

/// Whether a parameter's question offers these words to choose, or the parameter asks for just such words.
pub(crate) fn offers(parameter: &Parameter, words: &str, scope: TurnScope<'_>) -> bool {
    let rich = parameter.rich_object.as_ref();
    let mut prompts = parameter.prompts.iter().map(|prompt| wording::say(prompt, &scope));
    asks_for(parameter, words, scope) || prompts.any(|prompt| content::offers(&prompt, rich, words))
}

/// Whether words are a value of a parameter's list, or its pattern takes them, or its validation accepts them, while it would not take any
/// other words of their form.
fn asks_for(parameter: &Parameter, words: &str, scope: TurnScope<'_>) -> bool {
    let other: String = words.chars().map(|c| if c.is_alphabetic() { first_letter(words) } else { c }).collect();
    let takes = |text: &str| {
        let entities = scope.brain.entities(text);
        let scope = TurnScope { entities: &entities, ..scope };
        entities_for(parameter, scope).any(|(_, value)| accepted(parameter, value, scope))
            || captured(parameter, text, scope).is_some()
            || (parameter.validation.is_some() && accepted(parameter, text, scope))
    };
    takes(words) && !takes(&other)
}

fn first_letter(words: &str) -> char {
    words.chars().find(|c| c.is_alphabetic()).unwrap_or('x')
}

/// A missing parameter as clients are told.
pub(crate) fn question(parameter: &Parameter, scope: TurnScope<'_>) -> Question {
    let dice = scope.moment.dice;
    let pick =
        |variations, kind: &str| wording::choose(variations, &scope, dice, &format!("{kind} {}", parameter.name));
    Question {
        name: parameter.name.clone(),
        position: parameter.position,
        ask: pick(&parameter.prompts, "ask").unwrap_or_default(),
        validation: parameter.validation.as_ref().map(|validation| validation.written.clone()),
        rich_object: parameter.rich_object.clone(),
        success: pick(&parameter.success, "success"),
        error: pick(&parameter.error, "error"),
    }
}

fn entities_for<'t>(parameter: &Parameter, scope: TurnScope<'t>) -> impl Iterator<Item = (usize, &'t str)> {
    let wanted = parameter.entity_type.clone();
    let entities = scope.entities.iter().enumerate();
    entities.filter_map(move |(place, entity)| {
        let fits = wanted.as_ref().is_some_and(|wanted| wanted.eq_ignore_ascii_case(&entity.entity_type));
        fits.then_some((place, entity.value.as_str()))
    })
}

fn captured(parameter: &Parameter, text: &str, scope: TurnScope<'_>) -> Option<String> {
    let values = parameter.patterns.iter().filter_map(|pattern| pattern.capture(text));
    values.map(str::to_owned).find(|value| accepted(parameter, value, scope))
}

fn accepted(parameter: &Parameter, value: &str, scope: TurnScope<'_>) -> bool {
    parameter.validation.as_ref().is_none_or(|validation| validation.accepts.holds(&scope.about(value)))
}

fn default_of(parameter: &Parameter, scope: TurnScope<'_>) -> Option<String> {
    let value = match parameter.default.as_ref()? {
        DefaultValue::Literal(text) => text.clone(),
        DefaultValue::Computed(expression) => as_text(&expression.evaluate(&scope)),
    };
    Some(value).filter(|value| !value.is_empty())
}
