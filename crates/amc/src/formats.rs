//! Which layouts of what is stored a program understands.

use std::fmt;

/// Which versions of a layout a program reads, and the one that it writes.
///
/// Old and new programs work side by side while an update takes over, and again when it is taken back: what one writes the other must
/// read. So a layout is read one release before it is written, and for one release after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formats {
    /// The oldest one that is read.
    pub oldest: u32,
    /// The newest one that is read.
    pub newest: u32,
    /// The one that is written.
    pub written: u32,
}

impl Formats {
    /// Whether a layout is read.
    pub const fn reads(&self, format: u32) -> bool {
        self.oldest <= format && format <= self.newest
    }

    /// Whether programs of `self` and of the release after it read each other's work, and each its own.
    pub const fn go_with(&self, next: &Self) -> bool {
        self.reads(self.written) && next.reads(next.written) && self.reads(next.written) && next.reads(self.written)
    }
}

/// `format 1`, or `formats 1 to 2`: what is read.
impl fmt::Display for Formats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.oldest == self.newest {
            true => write!(f, "format {}", self.newest),
            false => write!(f, "formats {} to {}", self.oldest, self.newest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn formats(oldest: u32, newest: u32, written: u32) -> Formats {
        Formats { oldest, newest, written }
    }

    #[test]
    fn a_layout_is_read_one_release_before_it_is_written_and_one_after() {
        let one = formats(1, 1, 1);
        let prepared = formats(1, 2, 1);
        let changed = formats(1, 2, 2);
        let cleared = formats(2, 2, 2);
        for (release, next) in
            [(one, one), (one, prepared), (prepared, changed), (changed, cleared), (prepared, prepared)]
        {
            assert!(release.go_with(&next), "{release} then {next}");
        }
        // Written at once; forgotten at once; never readable by itself.
        for (release, next) in [(one, changed), (prepared, cleared), (one, cleared), (one, formats(1, 1, 2))] {
            assert!(!release.go_with(&next), "{release} then {next}");
        }
    }

    #[test]
    fn it_is_told_as_a_range() {
        assert_eq!(formats(3, 3, 3).to_string(), "format 3");
        assert_eq!(formats(1, 2, 1).to_string(), "formats 1 to 2");
    }
}
