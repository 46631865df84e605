//! Who the user is on the author's own machine, where nobody signs in.

/// A signed-in user's claims, by the names of OpenID Connect Core 1.0, section 5.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DevelopmentIdentity {
    /// `sub`: never changes, so that sessions outlive a restart.
    pub subject: &'static str,
    /// `email`, in a domain reserved for examples (RFC 2606).
    pub email: &'static str,
    /// `name`.
    pub name: &'static str,
}

/// The one user of `sbf dev`.
pub const DEVELOPMENT_IDENTITY: DevelopmentIdentity =
    DevelopmentIdentity { subject: "development", email: "dev@localhost.example", name: "Developer" };
