//! The seam to the firm's own sign-in: somebody else who knows who a person is. What that person
//! may do here is not its business.

use super::Work;
use casework::Timestamp;

/// An identity provider, such as one that speaks OpenID Connect.
pub trait Provider: Send + Sync + 'static {
    /// Where to send the browser, and what must be kept until it comes back. `again` wants a proof
    /// now, not one remembered from earlier.
    fn begin(&self, again: bool) -> Work<'_, Result<Begun, ProviderError>>;

    /// Whom the browser came back as, from what was kept and the code it brought.
    fn finish(&self, kept: Begun, code: String) -> Work<'_, Result<Identity, ProviderError>>;
}

/// A sign-in under way at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The address to send the browser to.
    pub url: String,
    /// What the browser must bring back.
    pub state: String,
    /// What the identity token must hold.
    pub nonce: String,
    /// What proves that the code is redeemed by who asked for it (PKCE).
    pub verifier: String,
    /// Whether a proof of now is wanted.
    pub again: bool,
}

/// Who somebody is, as verified by the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Their number there; it never becomes another person's.
    pub subject: String,
    /// Their mail address, only if the provider says that it verified it.
    pub mail: Option<String>,
    /// When they proved it there, if the provider says so.
    pub proved_at: Option<Timestamp>,
}

/// Why nobody was identified.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It cannot be reached, or answered with something else.
    #[error("the firm's sign-in cannot be reached: {why}")]
    Unavailable {
        /// What happened.
        why: String,
    },
    /// What came back does not prove anything.
    #[error("the firm's sign-in did not prove who this is: {why}")]
    NotProved {
        /// What does not fit.
        why: String,
    },
}
