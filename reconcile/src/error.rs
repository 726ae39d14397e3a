//! The crate's one error type.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::sync::Arc;

use cost_model::input::InputError;

use crate::fault::Fault;

pub use crate::fault::ErrorKind;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// The error of this crate: an invoice could not be read, or not be reconciled at all.
///
/// A difference between invoice and usage is never an error: it is a step of the bridge, or unexplained.
///
/// ```
/// use reconcile::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::Invoice, "`x` is not an amount").in_file("invoice.csv").on_line(3).in_field("amount");
/// assert_eq!(error.to_string(), "invoice.csv:3: amount: `x` is not an amount");
/// assert_eq!((error.kind(), error.line()), (ErrorKind::Invoice, Some(3)));
/// ```
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Inner>);

/// What an error holds, behind a pointer so that a `Result` stays small.
#[derive(Debug, thiserror::Error)]
#[error(
    "{}{}{fault}",
    place(.file.as_deref(), *.line),
    .field.as_ref().map(|field| format!("{field}: ")).unwrap_or_default()
)]
struct Inner {
    fault: Fault,
    file: Option<Arc<str>>,
    line: Option<u64>,
    field: Option<Cow<'static, str>>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Creates an error of `kind` with a message: lower case, no full stop.
    /// The place is added by the functions below.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::from_fault(Fault::Text(kind, message.into()))
    }

    /// Makes an error of a fault, without a place.
    pub(crate) fn from_fault(fault: Fault) -> Self {
        Self(Box::new(Inner { fault, file: None, line: None, field: None, source: None }))
    }

    /// Names the file that is wrong.
    pub fn in_file(mut self, file: &str) -> Self {
        self.0.file = Some(file.into());
        self
    }

    /// Names the line that is wrong, counted from 1.
    pub fn on_line(mut self, line: u64) -> Self {
        self.0.line = Some(line);
        self
    }

    /// Names the field of the line that is wrong.
    /// It is the name in the file: a column of CSV, a field of JSON.
    pub fn in_field(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    /// Returns the same error with more to say.
    pub(crate) fn and(mut self, more: &str) -> Self {
        self.0.fault = Fault::More(Box::new(self.0.fault), more.to_owned());
        self
    }

    /// Returns the same error, because of another one.
    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    /// Returns the class of this error.
    pub fn kind(&self) -> ErrorKind {
        self.0.fault.kind()
    }

    /// Returns the line that is wrong, counted from 1.
    pub fn line(&self) -> Option<u64> {
        self.0.line
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::from_fault(fault)
    }
}

impl From<InputError> for Error {
    /// Makes an error about the text of an invoice, at the line and column of the problem.
    fn from(problem: InputError) -> Self {
        let mut error = Self::new(ErrorKind::Invoice, problem.message());
        error.0.line = problem.line();
        error.0.field = problem.column().map(|column| Cow::Owned(column.to_owned()));
        error
    }
}

impl From<cost_model::Error> for Error {
    /// Arithmetic of the model can only overflow here.
    fn from(source: cost_model::Error) -> Self {
        let mut error = Self::new(ErrorKind::Overflow, "the reconciliation cannot be added up");
        error.0.source = Some(Box::new(source));
        error
    }
}

/// Returns an error about the text of an invoice.
///
/// The caller adds file, line and field, as far as it knows them.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Invoice, message)
}

/// Returns the file and the line in front of a message.
fn place(file: Option<&str>, line: Option<u64>) -> String {
    match (file, line) {
        (Some(file), Some(line)) => format!("{file}:{line}: "),
        (Some(file), None) => format!("{file}: "),
        (None, Some(line)) => format!("line {line}: "),
        (None, None) => String::new(),
    }
}
