//! Patterns and expressions as written to those that the bot uses.

use crate::{
    entity::Values,
    expression::{Expression, ExpressionError, Template, looks_like_code, translation},
    intent::DefaultValue,
    memory::{BUDGET, Memory, Part},
    pattern::Pattern,
    problem::Problems,
    reader::Located,
};

/// Compiles the parts of one file, collects their faults and, for training, counts the memory that they will take.
pub(super) struct Compiler<'c> {
    pub(super) values: &'c Values,
    pub(super) problems: &'c mut Problems,
    /// `None` where training has counted it before: then nothing is compiled until it is used.
    memory: Option<Memory>,
}

impl<'c> Compiler<'c> {
    /// For a file that is to be trained, and so is checked.
    pub(super) fn checking(values: &'c Values, problems: &'c mut Problems) -> Self {
        Self { values, problems, memory: Some(Memory::default()) }
    }

    /// For a file that was checked when it was trained.
    pub(super) fn trusting(values: &'c Values, problems: &'c mut Problems) -> Self {
        Self { values, problems, memory: None }
    }

    /// What a part at this path takes. Beyond the budget nothing is compiled any more, and one problem says so.
    pub(super) fn take(&mut self, part: Part, bytes: usize, path: &str) {
        let Some(memory) = &mut self.memory else { return };
        let was_over = memory.is_over();
        memory.take(part, bytes);
        if memory.is_over() && !was_over {
            let most = BUDGET >> 20;
            let rule = format!(
                "a brain may take {most} MB of memory where it answers, and from here on it takes more; use fewer or simpler patterns (\\w, \\W and \
                 \\p{{…}} take most), shorter lists or fewer intents"
            );
            self.problems.error(path, rule, &memory.to_string());
        }
    }

    pub(super) fn pattern(&mut self, written: &Located<String>) -> Option<Pattern> {
        if !self.checks() {
            return Some(Pattern::trusted(&written.value));
        }
        match Pattern::measured(&written.value) {
            Ok((pattern, bytes)) => {
                self.take(Part::Patterns, bytes, &written.path);
                Some(pattern)
            }
            Err(reason) => {
                self.problems.error(&written.path, reason.0, &written.value);
                None
            }
        }
    }

    /// Parses an expression that must be one.
    pub(super) fn expression(&mut self, written: &Located<String>, what: &str) -> Option<Expression> {
        let parsed =
            if self.checks() { Expression::parse(&written.value) } else { Expression::trusted(&written.value) };
        match parsed {
            Ok(expression) => {
                self.take(Part::Expressions, expression.bytes(), &written.path);
                Some(expression)
            }
            Err(error) => {
                let rule = format!("{what} cannot be read: {error}{}", instead(&written.value));
                self.problems.error(&written.path, rule, &written.value);
                None
            }
        }
    }

    /// Parses a condition; one that cannot be read does not hold.
    pub(super) fn condition(&mut self, written: &Located<String>) -> Expression {
        let parsed =
            if self.checks() { Expression::parse(&written.value) } else { Expression::trusted(&written.value) };
        let expression = parsed.unwrap_or_else(|error| {
            if self.memory.is_some() {
                let rule =
                    format!("the condition cannot be read, so it never holds: {error}{}", instead(&written.value));
                self.problems.warning(&written.path, rule, &written.value);
            }
            Expression::never()
        });
        self.take(Part::Expressions, expression.bytes(), &written.path);
        expression
    }

    /// A sentence with its `${…}`. What cannot be read of it is not said, and told where `field` names the sentence's field.
    pub(super) fn template(&mut self, written: &str, path: &str, field: Option<&str>) -> Template {
        let (template, errors) = if self.checks() { Template::parse(written) } else { Template::trusted(written) };
        self.take(Part::Templates, template.bytes(), path);
        if let Some(field) = field.filter(|_| self.memory.is_some()) {
            for error in errors {
                let rule = format!("what stands in ${{…}} cannot be read and is left out: {error}");
                self.problems.warning(&format!("{path}.{field}"), rule, written);
            }
        }
        template
    }

    /// A default is an expression or, where it is none, a text. So its regexes are compiled even where others are trusted.
    pub(super) fn default_value(&mut self, written: &Located<String>) -> DefaultValue {
        let is_over = self.memory.as_ref().is_some_and(Memory::is_over);
        let parsed = if is_over { Expression::trusted(&written.value) } else { Expression::parse(&written.value) };
        match parsed {
            Ok(expression) => {
                self.take(Part::Expressions, expression.bytes(), &written.path);
                DefaultValue::Computed(expression)
            }
            Err(error) => {
                self.warn_of_code(written, &error);
                self.take(Part::Templates, written.value.len(), &written.path);
                DefaultValue::Literal(written.value.clone())
            }
        }
    }

    /// A text that stands for itself, and was perhaps not meant to.
    fn warn_of_code(&mut self, written: &Located<String>, error: &ExpressionError) {
        if self.memory.is_some() && looks_like_code(&written.value) {
            let rule = format!(
                "the default looks like code, but cannot be read and is taken as it stands: {error}{}",
                instead(&written.value)
            );
            self.problems.warning(&written.path, rule, &written.value);
        }
    }

    /// Whether regexes are compiled, to find their faults and their size.
    fn checks(&self) -> bool {
        self.memory.as_ref().is_some_and(|memory| !memory.is_over())
    }
}

/// What to write instead, where that can be told.
fn instead(written: &str) -> String {
    translation(written).map(|ours| format!("; write {ours} instead")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_budget_nothing_is_compiled_and_the_part_with_which_it_is_reached_is_named_once() {
        let (values, mut problems) = (Values::default(), Problems::of("knowledge.json"));
        let mut compiler = Compiler::checking(&values, &mut problems);
        compiler.take(Part::Lists, BUDGET - 1_000_000, "staticEntities");
        let pattern =
            |number: usize, value: &str| Located { value: value.to_owned(), path: format!("regexList[{number}]") };
        for number in 0..5 {
            assert!(compiler.pattern(&pattern(number, r"/(\w{25})/")).is_some());
        }
        assert!(compiler.pattern(&pattern(5, "/(/")).is_some(), "it is not looked at any more");
        let problems = problems.sorted(&serde_json::Value::Null);
        let [problem] = problems.as_slice() else { panic!("{problems:#?}") };
        assert_eq!(problem.path, "regexList[2]");
        assert!(
            problem
                .rule
                .starts_with("a brain may take 256 MB of memory where it answers, and from here on it takes more; use")
        );
        let found = problem.found.as_str();
        assert!(
            found.starts_with("at least 256.")
                && found.contains(" MB: patterns 1.")
                && found.ends_with(", lists 255.0"),
            "{found}"
        );
    }

    #[test]
    fn what_training_has_checked_is_not_compiled_again() {
        let (values, mut problems) = (Values::default(), Problems::of("knowledge.json"));
        let mut compiler = Compiler::trusting(&values, &mut problems);
        let written = |value: &str| Located { value: value.to_owned(), path: String::new() };
        assert!(compiler.pattern(&written("/(/")).is_some());
        assert!(compiler.expression(&written("matches(value, '(')"), "the condition").is_some());
        // A default that is no expression is a text, as it was when the bot was trained.
        assert!(matches!(compiler.default_value(&written("matches(value, '(')")), DefaultValue::Literal(_)));
        assert!(problems.sorted(&serde_json::Value::Null).is_empty());
    }
}
