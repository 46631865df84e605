//! Sentences that every bot has.

/// A sentence of the bot that belongs to no intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stock {
    /// `i18n.nifMessage`: nothing was understood.
    Miss,
    /// `i18n.errorMessage`: a backend failed.
    Error,
    /// `i18n.welcomeMessage`.
    Welcome,
    /// A dialog was cancelled by the user.
    Cancelled,
    /// Too many wrong answers.
    GaveUp,
    /// A value did not pass validation and the parameter has no message of its own.
    NotValid,
    /// A turn was repeated after a crash, and its backend must not be called twice.
    PerhapsDone,
}

impl Stock {
    pub(crate) const ALL: [Self; 7] =
        [Self::Miss, Self::Error, Self::Welcome, Self::Cancelled, Self::GaveUp, Self::NotValid, Self::PerhapsDone];
}
