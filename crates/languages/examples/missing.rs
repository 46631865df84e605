//! Prints what each language lacks, or one: `cargo run -p sbf-languages --example missing -- da`.

#![allow(clippy::print_stdout, reason = "it is a program for developers")]

use sbf_languages::{ALL, Part};

fn main() {
    let wanted = std::env::args().nth(1);
    let is_wanted = |tag: &str| wanted.as_deref().is_none_or(|wanted| wanted == tag);
    for language in ALL.iter().filter(|language| language.tags().any(is_wanted)) {
        let parts: Vec<&str> = language.missing().into_iter().map(Part::name).collect();
        let missing = if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") };
        println!("{:4}{:12}{missing}", language.tag, language.name);
    }
}
