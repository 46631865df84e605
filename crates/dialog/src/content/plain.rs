//! Lines of plain text, as a browser would break them.

/// A text in the making.
#[derive(Debug, Default)]
pub(super) struct Plain {
    text: String,
    /// A list item's mark was just written: its text stands beside it.
    marked: bool,
}

impl Plain {
    /// Words in which any run of white space is one space.
    pub(super) fn words(&mut self, words: &str) {
        for c in words.chars() {
            match c.is_ascii_whitespace() {
                true if self.text.is_empty() || self.text.ends_with([' ', '\n']) => {}
                true => self.text.push(' '),
                false => {
                    self.text.push(c);
                    self.marked = false;
                }
            }
        }
    }

    /// Words whose spaces and line breaks are meant.
    pub(super) fn verbatim(&mut self, words: &str) {
        self.text.extend(words.chars().filter(|c| *c != '\r'));
        self.marked = false;
    }

    /// What follows stands on a line of its own.
    pub(super) fn line(&mut self) {
        if !self.marked && !self.text.is_empty() && !self.text.ends_with('\n') {
            self.line_break();
        }
    }

    /// What follows stands after a blank line.
    pub(super) fn paragraph(&mut self) {
        self.line();
        if !self.marked && !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A line break that was asked for.
    pub(super) fn line_break(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }

    /// The next item of a list.
    pub(super) fn item(&mut self, mark: &str) {
        self.line();
        self.text.push_str(mark);
        self.marked = true;
    }

    /// The text, with at most one blank line between two others.
    pub(super) fn finish(self) -> String {
        let mut lines: Vec<&str> = self.text.trim().lines().map(str::trim_end).collect();
        lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
        lines.join("\n")
    }
}
