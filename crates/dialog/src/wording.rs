//! The bot's own sentences: choosing among variations, and `${…}` in them.

use sbf_brain::{
    expression::{Part, Scope, Template},
    intent::Variation,
};

use crate::{scope::as_text, session::Sentence};

/// One of the variations, expanded; `salt` keeps several choices of one turn apart.
///
/// Where conditions hold, it is one of those; else one without a condition; else any.
pub(crate) fn choose(variations: &[Variation], scope: &dyn Scope, dice: u64, salt: &str) -> Option<Sentence> {
    let holding: Vec<_> = variations.iter().filter(|v| v.condition.as_ref().is_some_and(|c| c.holds(scope))).collect();
    let free: Vec<_> = variations.iter().filter(|v| v.condition.is_none()).collect();
    let pool = [holding, free, variations.iter().collect()].into_iter().find(|pool| !pool.is_empty())?;
    let place = mix(dice, salt) % pool.len() as u64;
    pool.get(usize::try_from(place).unwrap_or(0)).map(|variation| say(variation, scope))
}

/// A variation, expanded.
pub(crate) fn say(variation: &Variation, scope: &dyn Scope) -> Sentence {
    Sentence { text: expand(&variation.text, scope), speech: expand(&variation.speech, scope) }
}

/// Fills the `${…}` of one of the bot's own sentences; what is unknown becomes nothing, with the space or comma before it.
///
/// What is filled in is never looked at again, so nobody can smuggle an expression in through a name.
pub(crate) fn expand(template: &Template, scope: &dyn Scope) -> String {
    let mut sentence = String::with_capacity(template.written().len());
    let is_ssml = template.written().contains("<speak");
    let mut parts = template.parts().iter().peekable();
    let mut gap = false;
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        match part {
            Part::Text(text) if gap => {
                let text = close_gap(&mut sentence, text, is_last);
                sentence.push_str(text);
                gap = false;
            }
            Part::Text(text) => sentence.push_str(text),
            Part::Value(_) | Part::Unreadable => {
                let value = as_text(&part.value(scope));
                gap = value.is_empty();
                sentence.push_str(&escaped(value, is_ssml));
            }
        }
    }
    if gap {
        close_gap(&mut sentence, "", true);
    }
    sentence
}

/// A name with `&` in it would make SSML that no voice reads.
fn escaped(value: String, is_ssml: bool) -> String {
    match is_ssml {
        true => value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        false => value,
    }
}

/// Closes the gap that an empty value leaves: "Hi ${first_name}, how…" becomes "Hi, how…". Returns what is left to say.
fn close_gap<'r>(sentence: &mut String, after: &'r str, is_last: bool) -> &'r str {
    let follows = after.trim_start();
    if sentence.trim().is_empty() {
        return follows.trim_start_matches([',', ';', ':']).trim_start();
    }
    if (follows.is_empty() && is_last) || follows.starts_with(['.', ',', ';', ':', '!', '?']) {
        sentence.truncate(sentence.trim_end().trim_end_matches(',').trim_end().len());
        return follows;
    }
    match sentence.ends_with(char::is_whitespace) {
        true => follows,
        false => after,
    }
}

/// A number that depends on all bits of the dice and the salt: FNV-1a for the salt, then SplitMix64's finaliser (Steele et al. 2014).
fn mix(dice: u64, salt: &str) -> u64 {
    let hash = salt
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut mixed = dice ^ hash;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use sbf_brain::expression::Expression;
    use serde_json::{Value, json};

    use super::*;

    fn expand(written: &str, scope: &dyn Scope) -> String {
        super::expand(&Template::parse(written).0, scope)
    }

    struct Known(Value);

    impl Scope for Known {
        fn name(&self, path: &[String]) -> Option<Value> {
            path.iter().try_fold(&self.0, |value, step| value.get(step)).cloned()
        }
        fn has_tag(&self, tag: &str) -> bool {
            tag == "POSITIVE"
        }
        fn has_env(&self, _: &str, _: &Value) -> bool {
            false
        }
        fn entity(&self, name: &str) -> Option<String> {
            (name == "CITY").then(|| "Lima".to_owned())
        }
    }

    fn variation(text: &str, condition: Option<&str>) -> Variation {
        let condition = condition.map(|written| Expression::parse(written).unwrap());
        let text = Template::parse(text).0;
        Variation { speech: text.clone(), text, condition }
    }

    fn chosen(variations: &[Variation]) -> Vec<String> {
        let scope = Known(Value::Null);
        let mut texts: Vec<_> =
            (0..200).filter_map(|dice| choose(variations, &scope, dice, "x")).map(|s| s.text).collect();
        texts.sort();
        texts.dedup();
        texts
    }

    #[test]
    fn a_known_name_is_filled_in_and_never_looked_at_again() {
        let scope =
            Known(json!({ "first_name": "${lang}", "lang": "pt", "payload": { "x": 5 }, "bot": { "name": "Desk" } }));
        assert_eq!(
            expand("Hi ${first_name}, ${ payload.x } in ${lang}, ${bot}!", &scope),
            "Hi ${lang}, 5 in pt, Desk!"
        );
        assert_eq!(expand("${entity('CITY')}", &scope), "Lima");
        assert_eq!(expand("costs $5, ${open", &scope), "costs $5, ${open");
    }

    #[test]
    fn an_unknown_name_leaves_no_gap() {
        let cases = [
            ("Hi ${first_name}, how can I help you?", "Hi, how can I help you?"),
            ("Olá ${first_name}!", "Olá!"),
            ("Hola, ${first_name}!", "Hola!"),
            ("Hi, ${first_name}, welcome", "Hi, welcome"),
            ("${first_name}, welcome", "welcome"),
            ("Hi ${first_name} and welcome", "Hi and welcome"),
            ("Hi ${first_name}", "Hi"),
            ("${first_name}", ""),
            ("Hi ${first_name} ${lang}", "Hi en"),
            ("Hi ${lang} ${first_name}", "Hi en"),
            ("Hi ${first_name} ${first_name}!", "Hi!"),
            ("<b>${first_name}</b> hi", "<b></b> hi"),
            ("${constructor.constructor('return 1')()}x", "x"),
        ];
        for (template, expected) in cases {
            assert_eq!(expand(template, &Known(json!({ "lang": "en" }))), expected, "{template}");
        }
    }

    #[test]
    fn a_name_cannot_break_ssml() {
        let scope = Known(json!({ "first_name": "A & <B>" }));
        assert_eq!(expand("<speak>${first_name}</speak>", &scope), "<speak>A &amp; &lt;B&gt;</speak>");
        assert_eq!(expand("Hi ${first_name}", &scope), "Hi A & <B>");
    }

    #[test]
    fn variations_whose_condition_holds_win_then_those_without_one_then_any() {
        let (yes, no) = (Some("hasTag('POSITIVE')"), Some("hasTag('NEGATIVE')"));
        assert_eq!(
            chosen(&[variation("a", yes), variation("b", yes), variation("c", no), variation("d", None)]),
            ["a", "b"]
        );
        assert_eq!(chosen(&[variation("a", no), variation("b", None), variation("c", None)]), ["b", "c"]);
        assert_eq!(chosen(&[variation("a", no), variation("b", no)]), ["a", "b"]);
        assert_eq!(chosen(&[]), [""; 0]);
    }

    #[test]
    fn choices_of_one_turn_do_not_follow_each_other() {
        let variations = ["a", "b", "c", "d"].map(|text| variation(text, None));
        let scope = Known(Value::Null);
        let choice = |dice, salt| choose(&variations, &scope, dice, salt).map(|sentence| sentence.text);
        let same = (0..1000).filter(|&dice| choice(dice, "ask city") == choice(dice, "ask date")).count();
        assert!((150..350).contains(&same), "{same} of 1000 are the same, 250 expected");
    }
}
