//! The crate's one error type.
//!
//! `Display` says what stopped and `source()` why; neither names a person or a key.

use std::error::Error as StdError;

use cost_model::Window;
use cost_model::store::ConnectionId;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// The error of a run that stopped, or of a change of a connection that was not made.
///
/// [`window`](Self::window), [`stored`](Self::stored) and [`planned`](Self::planned) say how far a run was.
///
/// After a run that stopped, the windows finished before are stored whole, and the next run goes on from there. A change
/// of a connection that fails has changed nothing.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: String,
    place: Option<Place>,
    source: Option<cost_model::Error>,
}

/// The class of an [`Error`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A run stopped. The windows stored before it stay stored.
    Run,
    /// The actor may not do that.
    NotAllowed,
    /// There is no such connection.
    NotFound,
    /// Another connection has that account name.
    NameTaken,
    /// The connection's status does not allow the change.
    Status,
    /// Two connections bring in the same charges.
    DuplicateConnection {
        /// The other connection.
        other: ConnectionId,
        /// The number of charges that are in both.
        shared: u64,
    },
    /// The store could not read or write.
    Store,
}

/// How far a run was.
#[derive(Debug)]
struct Place {
    window: Window,
    stored: usize,
    planned: usize,
}

impl Error {
    /// Makes the error of a run that stopped at a window. The message says how far it came, since the windows before
    /// stay stored.
    pub(crate) fn new(window: Window, stored: usize, planned: usize, source: cost_model::Error) -> Self {
        let message =
            format!("the import stopped at the window {window}, with {stored} of {planned} windows stored");
        let place = Some(Place { window, stored, planned });
        Self { kind: ErrorKind::Run, message, place, source: Some(source) }
    }

    /// Makes the error of a run that failed before its first window.
    pub(crate) fn not_begun(source: cost_model::Error) -> Self {
        let message = "the import did not begin".to_owned();
        Self { kind: ErrorKind::Run, message, place: None, source: Some(source) }
    }

    /// Makes the error of charges that could not be held against those of other connections.
    pub(crate) fn not_compared(source: cost_model::Error) -> Self {
        Self::store("the stored charges could not be compared", source)
    }

    /// Makes the error of a run that failed after its last window.
    pub(crate) fn not_observed(source: cost_model::Error) -> Self {
        let message = "every window is stored, but what the provider states of people and totals is not";
        Self::store(message, source)
    }

    /// Makes an error of a change that was not made; nothing caused it.
    pub(crate) fn of(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), place: None, source: None }
    }

    /// Makes an error of the store, which is its source.
    pub(crate) fn store(message: &str, source: cost_model::Error) -> Self {
        Self { kind: ErrorKind::Store, message: message.to_owned(), place: None, source: Some(source) }
    }

    /// Returns the error and its causes in one line.
    pub(crate) fn with_causes(&self) -> String {
        causes(self)
    }

    /// Returns the class of the error.
    ///
    /// To match on; new kinds may come.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns the window that could not be counted, read or stored; `None` if the run failed before its first window.
    pub fn window(&self) -> Option<Window> {
        self.place.as_ref().map(|place| place.window)
    }

    /// Returns how many windows of the run are stored.
    pub fn stored(&self) -> usize {
        self.place.as_ref().map_or(0, |place| place.stored)
    }

    /// Returns how many windows the run had planned so far.
    ///
    /// 0 if the run failed before its first window. It grows when windows are split.
    pub fn planned(&self) -> usize {
        self.place.as_ref().map_or(0, |place| place.planned)
    }
}

/// Returns an error and its causes in one line.
pub(crate) fn causes(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text = format!("{text}: {deeper}");
        cause = deeper.source();
    }
    text
}
