//! The crate's one error type.

use std::error::Error as StdError;
use std::fmt;

use cost_model::Window;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a run stopped. Windows finished before are stored whole, and the next run goes on from there.
#[derive(Debug)]
pub struct Error {
    place: Option<Place>,
    source: cost_model::Error,
}

/// How far the run was.
#[derive(Debug)]
struct Place {
    window: Window,
    stored: usize,
    planned: usize,
}

impl Error {
    pub(crate) fn new(window: Window, stored: usize, planned: usize, source: cost_model::Error) -> Self {
        Self { place: Some(Place { window, stored, planned }), source }
    }

    /// Before the first window.
    pub(crate) fn not_begun(source: cost_model::Error) -> Self {
        Self { place: None, source }
    }

    /// The window that could not be counted, read or stored; `None` if the run never came to one.
    pub fn window(&self) -> Option<Window> {
        self.place.as_ref().map(|place| place.window)
    }

    /// How many windows of the run are stored.
    pub fn stored(&self) -> usize {
        self.place.as_ref().map_or(0, |place| place.stored)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(Place { window, stored, planned }) => {
                write!(
                    f,
                    "the import stopped at the window {window}, with {stored} of {planned} windows stored"
                )
            }
            None => f.write_str("the import did not begin"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.source)
    }
}
