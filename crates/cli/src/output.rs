//! `println!`, `print!` and `eprintln!` of this crate, in place of those of `std`, which panic where nobody reads on (`sbf … | head`) or a disk
//! is full.
//!
//! A reader that went away has read what it wanted: the command goes on to its end in silence, so that nothing stays half done, and exits as it
//! would have. Any other fault of standard output is said once, at the end, with exit status 1.

use std::{
    fmt,
    io::{self, ErrorKind, Write as _, stderr, stdout},
    process::ExitCode,
    sync::OnceLock,
};

/// Why the first of the lines that are lost is lost.
static LOST: OnceLock<io::Error> = OnceLock::new();

macro_rules! println {
    ($($text:tt)+) => { $crate::output::out(format_args!("{}\n", format_args!($($text)+))) };
}
macro_rules! print {
    ($($text:tt)+) => { $crate::output::out(format_args!($($text)+)) };
}
macro_rules! eprintln {
    ($($text:tt)+) => { $crate::output::err(format_args!("{}\n", format_args!($($text)+))) };
}

/// Writes to standard output.
pub(crate) fn out(text: fmt::Arguments<'_>) {
    remember(stdout().write_fmt(text));
}

/// Writes to standard error; there is nobody to tell where that fails.
pub(crate) fn err(text: fmt::Arguments<'_>) {
    let _ = stderr().write_fmt(text);
}

/// Makes sure that a line without an end is seen.
pub(crate) fn flush() {
    remember(stdout().flush());
}

/// Keeps what went wrong with standard output until the end.
pub(crate) fn remember(written: io::Result<()>) {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let _ = LOST.set(error);
        }
        _ => {}
    }
}

/// How the program ends: with the given status if all its output was written.
pub(crate) fn end(status: ExitCode) -> ExitCode {
    flush();
    let Some(error) = LOST.get() else { return status };
    eprintln!("sbf: standard output cannot be written: {error}");
    ExitCode::from(1)
}
