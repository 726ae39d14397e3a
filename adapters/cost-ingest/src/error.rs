//! The crate's one error type.

use std::error::Error as StdError;
use std::fmt;

use cost_model::Window;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a run stopped. Windows finished before are stored whole, and the next run replaces them with the same.
#[derive(Debug)]
pub struct Error {
    window: Window,
    stored: usize,
    planned: usize,
    source: cost_model::Error,
}

impl Error {
    pub(crate) fn new(window: Window, stored: usize, planned: usize, source: cost_model::Error) -> Self {
        Self { window, stored, planned, source }
    }

    /// The window that could not be read or stored.
    pub fn window(&self) -> Window {
        self.window
    }

    /// How many windows of the run are stored.
    pub fn stored(&self) -> usize {
        self.stored
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { window, stored, planned, .. } = self;
        write!(f, "the import stopped at the window {window}, with {stored} of {planned} windows stored")
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.source)
    }
}
