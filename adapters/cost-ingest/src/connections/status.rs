//! The status of a connection.
//!
//! The words are this crate's own, since consoles and APIs have different ones for the same state: see
//! [`Status::console_word`] and [`Status::api_word`].

use serde::{Deserialize, Serialize};

/// The status of a connection: `Pending`, then `Importing`, then `Stable`, `Warning` or `Error`, finally `Disconnected`.
///
/// The causes in it are texts for people. Like every error of this crate, they name no person and no key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// Nothing has been read yet.
    Pending,
    /// The first import is under way; what is stored so far can be read.
    Importing {
        /// Windows stored.
        done: usize,
        /// Windows of the import, as far as is known.
        planned: usize,
    },
    /// The last run completed.
    Stable,
    /// The last run stopped, or something beside the charges failed; what is stored stays.
    Warning {
        /// What failed.
        cause: String,
    },
    /// The first import stopped, or the provider refuses the key.
    Error {
        /// What failed.
        cause: String,
    },
    /// It is no longer read.
    Disconnected,
}

impl Status {
    /// Returns whether the first import has completed.
    pub fn is_imported(&self) -> bool {
        matches!(self, Self::Stable | Self::Warning { .. })
    }

    /// Returns the word of Vantage's console, <https://docs.vantage.sh/vantage_account>. Its word for a connection that
    /// fails is not documented, nor has it one for those not begun or ended.
    pub fn console_word(&self) -> Option<&'static str> {
        match self {
            Self::Importing { .. } => Some("Importing"),
            Self::Stable => Some("Stable"),
            Self::Warning { .. } => Some("Warning"),
            Self::Pending | Self::Error { .. } | Self::Disconnected => None,
        }
    }

    /// Returns the word of Vantage's API (`Integration.status`). `assigned` is whether the connection has a
    /// workspace: an import that has gone through without one is `imported`.
    pub fn api_word(&self, assigned: bool) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Importing { .. } => "importing",
            Self::Stable | Self::Warning { .. } if assigned => "connected",
            Self::Stable | Self::Warning { .. } => "imported",
            Self::Error { .. } => "error",
            Self::Disconnected => "disconnected",
        }
    }
}
