//! One item's action: a reply, or a backend and what it needs to know first.

use std::collections::{BTreeSet, HashMap};

use super::{compiler::Compiler, sentence::variations};
use crate::{
    anchors,
    intent::{Action, Fulfilment, Parameter, Validation},
    knowledge::{self, Item, Source},
    memory::Part,
    payload::PayloadTemplate,
    problem::Problems,
    reader::Located,
};

/// What an item does; `None` where that is faulty or nothing.
pub(super) fn action(item: &Item, compiler: &mut Compiler<'_>) -> Option<Action> {
    const NOTHING: &str = "the item does nothing: it needs sentences to answer or a backend to call";
    let Some(source) = &item.source else {
        compiler.problems.error(&item.path, NOTHING, "none");
        return None;
    };
    let left_out = item.is_left_out(compiler.problems);
    let replies = source.responses.as_ref().map(|responses| variations(&responses.value, compiler)).unwrap_or_default();
    if let Some(arn) = &source.arn {
        warn_silent(source, compiler.problems);
        return fulfilment(source, arn, compiler).map(Action::Fulfil).filter(|_| !left_out);
    }
    if let Some(role) = &source.role {
        compiler.problems.warning(&role.path, "no role is taken here, because the item calls no backend", &role.value);
    }
    let written = source.responses.as_ref().map(|responses| (responses.path.as_str(), responses.value.is_empty()));
    match written {
        _ if source.unusable || left_out => return None,
        None => compiler.problems.error(&source.path, NOTHING, "none"),
        Some((path, true)) => compiler.problems.error(path, NOTHING, "[]"),
        Some((_, false)) => {}
    }
    if let Some(parameters) = source.parameters.as_ref().filter(|parameters| !parameters.value.is_empty()) {
        compiler.problems.warning(
            &parameters.path,
            "nothing is asked here, because the item calls no backend",
            "parameters without a backend",
        );
    }
    (!replies.is_empty()).then_some(Action::Reply(replies))
}

fn warn_silent(source: &Source, problems: &mut Problems) {
    if let Some(responses) = source.responses.as_ref().filter(|responses| !responses.value.is_empty()) {
        problems.warning(
            &responses.path,
            "these sentences are never said: the item calls a backend",
            "sentences beside a backend",
        );
    }
}

fn fulfilment(source: &Source, arn: &Located<String>, compiler: &mut Compiler<'_>) -> Option<Fulfilment> {
    let function = function(arn, compiler.problems);
    let role = source.role.as_ref().map(|role| role.value.trim().to_owned());
    let payload = source.payload.as_ref().and_then(|payload| template(payload, compiler));
    let written = source.parameters.as_ref().map(|parameters| parameters.value.as_slice()).unwrap_or_default();
    let mut parameters: Vec<(Parameter, &str)> = Vec::new();
    for (index, parameter) in written.iter().enumerate() {
        parameters.extend(
            self::parameter(parameter, index, source.payload.is_some(), compiler)
                .map(|compiled| (compiled, parameter.path.as_str())),
        );
    }
    check_distinct(&parameters, compiler.problems);
    if let (Some(template), Some(written)) = (&payload, &source.payload) {
        check_placeholders(template, written, &parameters, compiler.problems);
    }
    let mut parameters: Vec<Parameter> = parameters.into_iter().map(|(parameter, _)| parameter).collect();
    parameters.sort_by_key(|parameter| parameter.position);
    let (function, arn) = function?;
    Some(Fulfilment { function, arn, role, payload, parameters, idempotent: source.idempotent })
}

fn template(written: &Located<String>, compiler: &mut Compiler<'_>) -> Option<PayloadTemplate> {
    match PayloadTemplate::parse(&written.value) {
        Ok(template) => {
            compiler.take(Part::Templates, template.bytes(), &written.path);
            Some(template)
        }
        Err(reason) => {
            compiler.problems.error(&written.path, reason, &written.value);
            None
        }
    }
}

/// The function's name, and what to invoke: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html> (a name, a partial or a full ARN).
fn function(written: &Located<String>, problems: &mut Problems) -> Option<(String, String)> {
    let arn = written.value.trim();
    // The item is left out for it, and named.
    if knowledge::is_state_machine(arn) {
        return None;
    }
    if let Some(sample) = anchors::sample(arn) {
        problems.warning(
            &written.path,
            "a sample backend answers here: in sbf dev always, in a stack while it has the samples (WithSamples)",
            arn,
        );
        return Some((sample.to_owned(), sample.to_owned()));
    }
    let parts: Vec<&str> = arn.split(':').collect();
    let (name, qualifier) = match parts.as_slice() {
        ["arn", _, "lambda", _, _, "function", name] => (*name, None),
        ["arn", _, "lambda", _, _, "function", name, qualifier] => (*name, Some(*qualifier)),
        ["arn", ..] => ("", None),
        [_, "function", name] | [name] => (*name, None),
        [_, "function", name, qualifier] | [name, qualifier] => (*name, Some(*qualifier)),
        _ => ("", None),
    };
    // An unfilled anchor has had its warning; the author may fill it at deployment.
    let valid = is_function_name(name)
        && qualifier.is_none_or(|qualifier| qualifier == "$LATEST" || is_function_name(qualifier));
    if !valid && !anchors::unfilled(arn) {
        problems.error(&written.path, "must be a Lambda function's ARN or name", arn);
        return None;
    }
    Some((name.to_owned(), arn.to_owned()))
}

fn is_function_name(name: &str) -> bool {
    (1..=140).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn parameter(
    written: &knowledge::Parameter,
    index: usize,
    placed: bool,
    compiler: &mut Compiler<'_>,
) -> Option<Parameter> {
    if written.name.is_none() {
        compiler.problems.error(&written.path, "a parameter needs a name", "none");
    }
    let prompts = variations(&written.prompts, compiler);
    let default = written.default.as_ref().map(|default| compiler.default_value(default));
    if written.required && written.prompts.is_empty() && default.is_none() {
        compiler.problems.error(
            &written.path,
            "nothing can fill this parameter when the user does not name it: it needs a question or a default",
            "none",
        );
    }
    Some(Parameter {
        position: position(written, index, placed, compiler.problems),
        patterns: written.patterns.iter().filter_map(|pattern| compiler.pattern(pattern)).collect(),
        entity_type: written.entity_type.as_ref().and_then(|name| entity_type(name, compiler)),
        prompts,
        default,
        required: written.required,
        max_retry: written.max_retry,
        validation: written.validation.as_ref().and_then(|written| validation(written, compiler)),
        success: variations(&written.success, compiler),
        error: variations(&written.error, compiler),
        rich_object: written.rich_object.clone(),
        name: written.name.as_ref()?.value.trim().to_owned(),
    })
}

/// The written position; without one, the place in the list, which is a guess where a template names positions.
fn position(written: &knowledge::Parameter, index: usize, placed: bool, problems: &mut Problems) -> u32 {
    let place = u32::try_from(index).unwrap_or(u32::MAX);
    if written.position.is_none() && placed {
        problems.warning(
            &written.path,
            "a parameter of a payload should say its payload position; its place in the list is taken",
            &place.to_string(),
        );
    }
    written.position.unwrap_or(place)
}

fn entity_type(written: &Located<String>, compiler: &mut Compiler<'_>) -> Option<String> {
    let list = compiler.values.list(&written.value);
    if list.is_none() && !knowledge::is_built_in(&written.value) {
        compiler.problems.error(&written.path, "there is no list of values of this name", &written.value);
    }
    list.map(|list| list.name.clone())
}

fn validation(written: &Located<String>, compiler: &mut Compiler<'_>) -> Option<Validation> {
    let accepts = compiler.expression(written, "the validation")?;
    Some(Validation { written: written.value.clone(), accepts })
}

fn check_distinct(parameters: &[(Parameter, &str)], problems: &mut Problems) {
    let mut names: HashMap<&str, &str> = HashMap::new();
    let mut positions: HashMap<u32, &str> = HashMap::new();
    for (parameter, path) in parameters {
        if let Some(other) = names.insert(&parameter.name, path) {
            problems.error(path, format!("names must differ; {other} has this one too"), &parameter.name);
        }
        if let Some(other) = positions.insert(parameter.position, path) {
            problems.error(
                path,
                format!("payload positions must differ; {other} has this one too"),
                &parameter.position.to_string(),
            );
        }
    }
}

fn check_placeholders(
    template: &PayloadTemplate,
    written: &Located<String>,
    parameters: &[(Parameter, &str)],
    problems: &mut Problems,
) {
    let wanted = template.placeholders();
    let known: BTreeSet<u32> = parameters.iter().map(|(parameter, _)| parameter.position).collect();
    for position in wanted.difference(&known) {
        problems.error(
            &written.path,
            format!("there is no parameter with the payload position of ${position}"),
            &written.value,
        );
    }
    for (parameter, path) in parameters.iter().filter(|(parameter, _)| !wanted.contains(&parameter.position)) {
        problems.warning(
            path,
            format!("the payload has no ${}, so the backend never gets this parameter", parameter.position),
            &parameter.name,
        );
    }
}
