//! The crate's one error type.

use std::error::Error as StdError;

use crate::fault::Fault;
use crate::place::Place;

pub use crate::fault::ErrorKind;

/// A result whose error is the [`Error`] of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A fault in a rules file or a directory, in what they are combined with, or in a sum, with its place in the file.
///
/// The text names no person: every word with an `@` is masked, because messages quote files and files name people.
/// Readers of other forms of rules build one with [`Error::new`] and [`Error::with_source`].
///
/// ```
/// use virtual_tags::{ErrorKind, RuleSet};
///
/// let toml = "[[tag]]\nkey = \"\"\n[[tag]]\nkey = \"Site\"\ndefault = \"\"\n";
/// let error = RuleSet::from_toml(toml, "rules.toml").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Rules);
/// assert_eq!(error.to_string(), "rules.toml:2:7: `key` is empty");
/// assert_eq!(error.others()[0].to_string(), "rules.toml:5:11: `default` is empty");
/// ```
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Inner>);

/// What an error holds, behind a pointer so that a `Result` stays small.
#[derive(Debug, thiserror::Error)]
#[error("{}{}", .place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default(), .fault.masked())]
struct Inner {
    place: Option<Place>,
    fault: Fault,
    source: Option<Box<dyn StdError + Send + Sync>>,
    others: Vec<Error>,
}

impl Error {
    /// Makes an error that says `message`, in which every email address is masked.
    ///
    /// ```
    /// use virtual_tags::{Error, ErrorKind, Place};
    ///
    /// let error = Error::new(ErrorKind::Rules, Some(Place::file("team.json")), "no rule for `ana@acme.test`");
    /// assert_eq!(error.to_string(), "team.json: no rule for `(email)`");
    /// ```
    pub fn new(kind: ErrorKind, place: Option<Place>, message: impl Into<String>) -> Self {
        Self::from_fault(Fault::Text(kind, message.into()), place)
    }

    /// Makes an error of a fault, whose text is written only when it is shown.
    pub(crate) fn from_fault(fault: Fault, place: Option<Place>) -> Self {
        Self(Box::new(Inner { place, fault, source: None, others: Vec::new() }))
    }

    /// Adds the error that caused this one; its text must hold no email address either.
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    /// Returns the class of this error.
    pub fn kind(&self) -> ErrorKind {
        self.0.fault.kind()
    }

    /// Returns where the fault is, if it is in a file.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// Returns the other faults of the same file, each with its own place: all of them are reported at once.
    /// They are independent of the first, and have no others of their own.
    pub fn others(&self) -> &[Self] {
        &self.0.others
    }
}

/// Errors as they are found, so that all of them are reported at once.
#[derive(Default)]
pub(crate) struct ErrorList(Vec<Error>);

impl ErrorList {
    /// Returns the value, or keeps the error for [`ErrorList::into_result`].
    pub(crate) fn ok_or_collect<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.0.push(error)).ok()
    }

    /// Returns the first error, with the others in it.
    ///
    /// The first is the one found first, which is not always the first of the file.
    pub(crate) fn into_result(self) -> Result<()> {
        let mut errors = self.0.into_iter();
        let Some(mut first) = errors.next() else { return Ok(()) };
        first.0.others.extend(errors);
        Err(first)
    }
}

impl Fault {
    /// Returns the error of this fault at a place.
    pub(crate) fn at(self, place: Option<Place>) -> Error {
        Error::from_fault(self, place)
    }
}
