//! How the built-in transport reaches the server.

use std::time::Duration;

#[cfg(feature = "reqwest")]
use secrecy::ExposeSecret;
use secrecy::SecretString;

/// How long one attempt may take unless the builder says otherwise.
#[cfg(feature = "reqwest")]
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// How the built-in transport reaches the server.
///
/// With a transport that was passed in, the timeout has no effect, and the rest is refused.
#[derive(Default)]
pub(crate) struct Network {
    pub(crate) timeout: Option<Duration>,
    /// It may hold a password.
    pub(crate) proxy: Option<SecretString>,
    /// In PEM.
    pub(crate) roots: Vec<Vec<u8>>,
}

impl Network {
    /// Returns whether something is set that only the built-in transport can do.
    pub(crate) fn is_special(&self) -> bool {
        self.proxy.is_some() || !self.roots.is_empty()
    }
}

#[cfg(feature = "reqwest")]
impl Network {
    /// Returns how long one attempt may take.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout.unwrap_or(DEFAULT_TIMEOUT)
    }

    /// Returns the proxy's URL, which must not get into a message.
    pub(crate) fn proxy(&self) -> Option<&str> {
        self.proxy.as_ref().map(ExposeSecret::expose_secret)
    }

    /// Returns the certificates that are trusted beside the system's.
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
    pub(crate) fn roots(&self) -> &[Vec<u8>] {
        &self.roots
    }
}
