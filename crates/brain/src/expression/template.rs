//! Sentences with `${…}` in them: what stands between the braces is an expression.

use serde_json::Value;

use super::{Expression, ExpressionError, Scope};

/// One of the bot's sentences, compiled.
#[derive(Debug, Clone, Default)]
pub struct Template {
    written: String,
    parts: Vec<Part>,
}

/// A piece of a sentence.
#[derive(Debug, Clone)]
pub enum Part {
    /// Said as it is.
    Text(String),
    /// Its value is said.
    Value(Expression),
    /// What stands in the braces cannot be read: nothing is said in its place.
    Unreadable,
}

impl Template {
    /// Compiles a sentence; it always is one. With it comes what is wrong with each `${…}` that cannot be read; places count from the
    /// sentence's start.
    pub fn parse(written: &str) -> (Self, Vec<ExpressionError>) {
        Self::read(written, Expression::parse)
    }

    /// Compiles a sentence that training has compiled before: see [`Expression::trusted`].
    pub(crate) fn trusted(written: &str) -> (Self, Vec<ExpressionError>) {
        Self::read(written, Expression::trusted)
    }

    /// Bytes that it takes on the heap.
    pub(crate) fn bytes(&self) -> usize {
        let of = |part: &Part| match part {
            Part::Text(text) => text.len(),
            Part::Value(expression) => expression.bytes(),
            Part::Unreadable => 0,
        };
        self.written.len() + self.parts.iter().map(|part| size_of::<Part>() + of(part)).sum::<usize>()
    }

    fn read(written: &str, parse: fn(&str) -> Result<Expression, ExpressionError>) -> (Self, Vec<ExpressionError>) {
        let (mut parts, mut errors, mut rest) = (Vec::new(), Vec::new(), written);
        while let Some((before, tail)) = rest.split_once("${") {
            let at = written[..written.len() - tail.len()].chars().count();
            let Some(end) = end_of_expression(tail) else {
                errors.push(ExpressionError { message: "the ${ that opens is not closed by }".to_owned(), at: at - 1 });
                break;
            };
            push_text(&mut parts, before);
            parts.push(match parse(&tail[..end]) {
                Ok(expression) => Part::Value(expression),
                Err(error) => {
                    errors.push(ExpressionError { at: at + error.at, ..error });
                    Part::Unreadable
                }
            });
            rest = &tail[end + 1..];
        }
        push_text(&mut parts, rest);
        (Self { written: written.to_owned(), parts }, errors)
    }

    /// The sentence as its author wrote it.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Its pieces in order; no text is empty.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The sentence, where it is the same for everybody.
    pub fn fixed(&self) -> Option<&str> {
        let fixed = self.parts.iter().all(|part| matches!(part, Part::Text(_)));
        fixed.then_some(self.written.as_str())
    }
}

impl Part {
    /// What it says: a person or thing with a name says its name.
    pub fn value(&self, scope: &dyn Scope) -> Value {
        let value = match self {
            Self::Text(text) => return Value::String(text.clone()),
            Self::Value(expression) => expression.evaluate(scope),
            Self::Unreadable => return Value::Null,
        };
        match value {
            Value::Object(mut fields) => fields.remove("name").unwrap_or(Value::Null),
            other => other,
        }
    }
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::Text(text.to_owned()));
    }
}

/// The place of the brace that closes an expression: not one in quotes, and not one that an inner brace opened.
fn end_of_expression(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (place, c) in text.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some(place),
            (None, '}') => depth -= 1,
            (None, _) => {}
        }
    }
    // A quote that nobody closes is an apostrophe: the expression ends at the next brace, and is told to be unreadable.
    quote.and_then(|_| text.find('}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(written: &str) -> (Vec<String>, Vec<String>) {
        let (template, errors) = Template::parse(written);
        let parts = template.parts().iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Value(_) => "…".to_owned(),
            Part::Unreadable => "?".to_owned(),
        });
        (parts.collect(), errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_stands_in_braces_is_an_expression() {
        for (written, parts) in [
            ("Hi", &["Hi"][..]),
            ("", &[]),
            ("Hi ${first_name}, it is ${now}!", &["Hi ", "…", ", it is ", "…", "!"]),
            ("${hasEnv({device: 'phone'}) ? 'tap' : 'click {here}'} it", &["…", " it"]),
            ("${entities[0].value}${environmentVars['a-b']}", &["…", "…"]),
            ("costs $5 {net}", &["costs $5 {net}"]),
        ] {
            assert_eq!(shape(written), (parts.iter().map(|&part| part.to_owned()).collect(), Vec::new()), "{written}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        for (written, parts, error) in [
            ("Hi ${nobody}!", &["Hi ", "?", "!"][..], "unknown name 'nobody' at character 6"),
            ("Hi ${first_name", &["Hi ${first_name"], "the ${ that opens is not closed by } at character 4"),
            (
                "é ${user.phone}",
                &["é ", "?"],
                "unknown name 'user.phone': 'user' has name, email and groups at character 5",
            ),
            ("${it's}.", &["?", "."], "the text that opens with ' is not closed at character 5"),
            ("${}", &["?"], "expected a value, found the end at character 3"),
        ] {
            let expected = (parts.iter().map(|&part| part.to_owned()).collect(), vec![error.to_owned()]);
            assert_eq!(shape(written), expected, "{written}");
        }
    }

    #[test]
    fn a_sentence_without_braces_is_the_same_for_everybody() {
        assert_eq!(Template::parse("Hello.").0.fixed(), Some("Hello."));
        assert_eq!(Template::parse("Hello ${first_name}.").0.fixed(), None);
    }
}
