//! The crate's one error type.

use std::error::Error as StdError;
use std::ops::Range;

use crate::fault::Fault;

pub use crate::fault::ErrorKind;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// An error of this crate, or of an implementer of its traits. `Display` describes one layer;
/// [`std::error::Error::source`] is the next.
///
/// Implementers of [`CostSource`](crate::source::CostSource) and [`CostStore`](crate::store::CostStore) build one with
/// [`Error::new`] and [`Error::with_source`]. This crate's own texts hold no API key and no email address; a text passed
/// in by an implementer must not either.
///
/// Match on [`Error::kind`]; the text is for people.
///
/// ```
/// use cost_model::{ErrorKind, Filter};
///
/// let error = Filter::parse("costs.servise = 'Auto'").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Filter);
/// assert_eq!(error.span(), Some(0..13));
/// assert!(error.to_string().contains("costs.service"));
/// ```
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Inner>);

#[derive(Debug, thiserror::Error)]
#[error("{fault}{}", .column.map(|column| format!(" (column {column})")).unwrap_or_default())]
struct Inner {
    fault: Fault,
    span: Option<Range<usize>>,
    column: Option<usize>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self(Box::new(Inner { fault, span: None, column: None, source: None }))
    }
}

impl Error {
    /// Makes an error of `kind` that says `message`: lower case, no full stop, no secrets.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Fault::Text(kind, message.into()).into()
    }

    /// Makes a source's refusal to read a window that holds `announced` rows.
    ///
    /// An ingest answers it by splitting the window at a UTC midnight; a source returns it only where that is
    /// possible, see [`CostSource::read`](crate::CostSource::read).
    pub fn window_too_large(announced: u64) -> Self {
        Fault::WindowTooLarge(announced).into()
    }

    pub(crate) fn filter(span: Range<usize>, message: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::Filter, message);
        error.0.span = Some(span);
        error
    }

    /// Returns the error of a fault of this crate: what it relies on does not hold.
    pub(crate) fn internal(message: &str) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    pub(crate) fn overflow(what: &'static str) -> Self {
        Fault::OutOfRange(what).into()
    }

    /// Returns the same error, about these bytes of a filter sentence.
    pub(crate) fn with_span(mut self, span: Range<usize>) -> Self {
        self.0.span = Some(span);
        self
    }

    /// Returns the same error, with the column of its span counted in characters of `sentence`.
    pub(crate) fn located_in(mut self, sentence: &str) -> Self {
        let before = self.0.span.as_ref().and_then(|span| sentence.get(..span.start));
        self.0.column = before.map(|before| before.chars().count() + 1);
        self
    }

    /// Returns the same error with the error that caused it.
    ///
    /// The text of the source is not repeated in the text of this error: whoever prints the chain prints
    /// both.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Returns the class of this error.
    pub fn kind(&self) -> ErrorKind {
        self.0.fault.kind()
    }

    /// Returns the range of bytes of the filter sentence that is wrong: for [`ErrorKind::Filter`], and for
    /// [`ErrorKind::Query`] about a value that no charge has.
    pub fn span(&self) -> Option<Range<usize>> {
        self.0.span.clone()
    }

    /// Returns the number of rows announced for a window that was refused as too large; `None` for other errors.
    pub fn announced(&self) -> Option<u64> {
        match self.0.fault {
            Fault::WindowTooLarge(announced) => Some(announced),
            _ => None,
        }
    }
}
