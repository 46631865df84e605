//! The `sbf` program.

use std::{
    panic,
    process::{ExitCode, exit},
};

/// What a shell calls a program that was ended by SIGPIPE.
const CLOSED_PIPE: i32 = 128 + 13;

fn main() -> ExitCode {
    end_with_the_reader();
    sbf_cli::run(std::env::args_os())
}

/// `sbf cost | head` reads no more than it wants: that is no fault, and nothing is left to be said. Rust ignores SIGPIPE, and printing panics.
fn end_with_the_reader() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let message = panic.payload().downcast_ref::<String>().map_or("", String::as_str);
        if message.starts_with("failed printing to std") && message.contains("Broken pipe") {
            exit(CLOSED_PIPE);
        }
        usual(panic);
    }));
}
