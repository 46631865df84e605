//! What the bot cannot do yet: an item that needs it is left out, and the rest of the bot works.

use super::{Item, LATER};
use crate::{
    problem::Problems,
    reader::{Fields, Located},
};

/// The actions of later releases that an item has: their names, where they stand and what stands there.
pub(super) fn actions(fields: &mut Fields<'_>) -> Vec<(&'static str, Located<String>)> {
    let actions = [
        ("nodes", "decision trees"),
        ("history", "client instructions"),
        ("syncConversation", "static question sets"),
        ("asyncConversation", "static delegated dialogs"),
        ("command", "client commands"),
    ];
    let found = actions.into_iter().filter_map(|(key, what)| {
        let at = fields.get(key).filter(|at| !at.says_nothing())?;
        Some((what, Located { value: at.shown(), path: at.path }))
    });
    found.collect()
}

/// Whether an entity type is not a list of the author's.
pub(crate) fn is_built_in(entity_type: &str) -> bool {
    entity_type.trim().starts_with("sbf:")
}

impl Item {
    /// Whether it needs what the bot cannot do yet. The rest of the bot does without it, and each reason is a warning.
    pub(crate) fn is_left_out(&self, problems: &mut Problems) -> bool {
        let reasons: Vec<_> = self.reasons_to_leave_out().collect();
        for (what, found) in &reasons {
            let rule =
                format!("{what} are {LATER}: the item is left out, and the bot refuses what it is understood from");
            problems.warning(&found.path, rule, &found.value);
        }
        !reasons.is_empty()
    }

    /// As [`Self::is_left_out`], and adds no problem.
    pub(crate) fn needs_what_comes_later(&self) -> bool {
        self.reasons_to_leave_out().next().is_some()
    }

    fn reasons_to_leave_out(&self) -> impl Iterator<Item = (&'static str, &Located<String>)> {
        let source = self.source.iter();
        let parameters = self.source.iter().flat_map(|source| &source.parameters).flat_map(|list| &list.value);
        let types = parameters.filter_map(|parameter| parameter.entity_type.as_ref());
        let built_in = types.filter(|name| is_built_in(&name.value));
        let actions = source.clone().flat_map(|source| source.later.iter().map(|(what, found)| (*what, found)));
        let machines = source.filter_map(|source| source.arn.as_ref().filter(|arn| is_state_machine(&arn.value)));
        let machines = machines.map(|arn| ("Step Functions as backends", arn));
        actions.chain(built_in.map(|name| ("built-in entity types", name))).chain(machines)
    }
}

/// Whether a backend's ARN is of Step Functions.
pub(crate) fn is_state_machine(arn: &str) -> bool {
    let mut parts = arn.trim().split(':');
    parts.next() == Some("arn") && parts.nth(1) == Some("states")
}
