//! `federation`: the bot that is asked what this one does not understand.

use serde_json::Value;

use crate::{
    problem::Problems,
    reader::{At, Fields, Located},
};

/// Where it stands.
pub(super) const FEDERATION: &str = "federation";

/// The key of an address.
pub(super) const URL: &str = "URL";

/// Another bot, as written.
#[derive(Debug)]
pub(crate) struct OtherBot {
    pub(crate) name: String,
    pub(crate) url: Located<String>,
}

/// What stands there. The reference asks no bot where there are routers.
pub(super) fn written(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Located<Value>> {
    let routers = fields.get("routeDefinitions").is_some_and(|at| !at.says_nothing());
    let at = fields.get(FEDERATION).filter(|at| !at.says_nothing())?;
    if routers {
        problems.warning(&at.path, "no other bot is asked where there are routeDefinitions", &names(&at));
        return None;
    }
    Some(Located { value: at.value.clone(), path: at.path })
}

/// Reads the first bot of the list: the reference asks no more than one.
pub(crate) fn read(written: &Located<Value>, problems: &mut Problems) -> Option<OtherBot> {
    let at = At { value: &written.value, path: written.path.clone() };
    let mut bots = at.members(problems)?.into_iter();
    let (name, first) = bots.next()?;
    for (name, other) in bots {
        problems.warning(&other.path, "only the first of the other bots is asked, and not this one", name);
    }
    read_bot(name, &first, problems)
}

fn read_bot(name: &str, at: &At<'_>, problems: &mut Problems) -> Option<OtherBot> {
    let mut fields = at.fields(problems)?;
    let url = fields.filled(URL, problems);
    if let Some(key) = fields.get("API-KEY").filter(|key| !key.says_nothing()) {
        let rule = "a key is not read from here: it belongs into the secret of the parameter FederationKeysSecret";
        problems.warning(&key.path, rule, &key.shown());
    }
    fields.warn_unknown(problems);
    if url.is_none() {
        problems.error(&at.path, "another bot needs the address (URL) at which it is asked", "none");
    }
    Some(OtherBot { name: name.trim().to_owned(), url: url? })
}

fn names(at: &At<'_>) -> String {
    let names: Vec<&str> = at.value.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    names.join(", ")
}
