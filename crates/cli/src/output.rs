//! `println!`, `print!` and `eprintln!` of this crate, in place of those of `std`, which panic where nobody reads on (`sbf … | head`) or a disk
//! is full.
//!
//! A reader that went away has read what it wanted: the command goes on to its end in silence, so that nothing stays half done, and exits as it
//! would have. Any other fault of standard output is said once, at the end, with exit status 1.
//!
//! Control characters are written as escapes (`\u001b`), for what is printed may come from anybody: a terminal would obey them.

use std::{
    borrow::Cow,
    fmt,
    io::{self, ErrorKind, Write, stderr, stdout},
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
    remember(Visible(stdout()).write_fmt(text));
}

/// Writes to standard error; there is nobody to tell where that fails.
pub(crate) fn err(text: fmt::Arguments<'_>) {
    let _ = Visible(stderr()).write_fmt(text);
}

/// Writes on with control characters as escapes, but those that lay a text out. JSON stays JSON, and the same.
pub(crate) struct Visible<W>(pub(crate) W);

impl<W: Write> Write for Visible<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.0.write_all(escaped(&text, |c| !matches!(c, '\n' | '\t')).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// As [`Visible`], of a writer that gets a whole line of log at a time: nothing in it begins another line.
pub(crate) struct VisibleLines<W>(pub(crate) W);

impl<W: Write> Write for VisibleLines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let (line, end) = text.strip_suffix('\n').map_or((&*text, ""), |line| (line, "\n"));
        self.0.write_all(one_line(line).as_bytes())?;
        self.0.write_all(end.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A text of somebody else's within a line of ours.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| true)
}

/// With those of the characters that steer a terminal, or turn its writing round, as JSON escapes.
fn escaped(text: &str, is_meant: impl Fn(char) -> bool) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hidden = |c: char| steers(c) && is_meant(c);
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| if hidden(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    Cow::Owned(text.chars().map(escape).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut bytes = Vec::new();
        Visible(&mut bytes).write_all(text.as_bytes()).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(written("é\u{1b}[2J\r\u{9b}1A\u{7}\u{7f}"), "é\\u001b[2J\\u000d\\u009b1A\\u0007\\u007f");
        assert_eq!(written("a\u{202e}b"), "a\\u202eb");
        assert_eq!(written("two\n\tlines 🙂"), "two\n\tlines 🙂");
        assert_eq!(one_line("two\nlines"), "two\\u000alines");
    }

    #[test]
    fn json_means_the_same() {
        let value = serde_json::json!({"a\u{85}": "\u{1b}\u{9b}\u{202e}\n\t\"\\"});
        let text = written(&serde_json::to_string_pretty(&value).unwrap());
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_line_of_log_stays_one() {
        let mut bytes = Vec::new();
        VisibleLines(&mut bytes).write_all(b"WARN a\nERROR b\x1b[0m\n").unwrap();
        assert_eq!(bytes, b"WARN a\\u000aERROR b\\u001b[0m\n");
    }
}
