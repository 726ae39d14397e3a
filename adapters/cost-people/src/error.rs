//! The crate's one error type.

use chrono::NaiveDate;
use cost_model::input::InputError;

/// A result whose error is the [`Error`] of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a file of people cannot be read, or a snapshot cannot be added. The text names no person.
///
/// ```
/// use cost_people::{ErrorKind, PeopleReader};
///
/// let day = "2026-10-01".parse()?;
/// let error = PeopleReader::new(day).read(b"Email,Start Date\nana@acme.test,03/04/2025\n", "hr.csv").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Dates);
/// assert!(error.to_string().starts_with("hr.csv:2: column `Start Date`: "), "{error}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Fault>);

/// The class of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file is no table and no list of objects, or lacks what every file of people needs.
    File,
    /// A date is not written in a form that was stated.
    Dates,
    /// Two rows of the file say different things of one person for one day.
    Contradiction,
    /// Another snapshot of that day is there already.
    SameDay,
    /// What was kept of a snapshot cannot be read.
    Kept,
    /// A sum of money is out of range.
    Sum,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("{file}:{}{problem}", .problem.line().map_or(" ", |_| ""))]
    Input { file: String, problem: InputError },
    #[error("{file}:{line}: this is neither a table nor a JSON list of objects")]
    NotJson { file: String, line: usize, source: serde_json::Error },
    #[error("{file}: no column holds the emails of people; there are: {}", .there.join(", "))]
    NoEmail { file: String, there: Vec<String> },
    #[error("{file}: there is no column `{wanted}`, which was asked for; there are: {}", .there.join(", "))]
    NoColumn { file: String, wanted: String, there: Vec<String> },
    #[error("{file}: both `{one}` and `{other}` are {what}: state which of them to read")]
    TwoColumns { file: String, what: &'static str, one: String, other: String },
    #[error("{file}:{line}: column `{column}`: {problem}")]
    Date { file: String, line: u64, column: String, problem: String },
    #[error("{file}:{line}: the last day lies before the first")]
    Backward { file: String, line: u64 },
    #[error("{file}:{line}: line {other} says something else of the same person for the same days: {remedy}")]
    TwoRows { file: String, line: u64, other: u64, remedy: &'static str },
    #[error("{file}:{line}: line {other} gives the same email to another person")]
    SharedEmail { file: String, line: u64, other: u64 },
    #[error(
        "another snapshot of {0} is there already: remove it first, or state the day that this one is of"
    )]
    SameDay(NaiveDate),
    #[error("two people have one address on the same day")]
    TwoOwners(#[source] virtual_tags::Error),
    #[error("a sum of money is out of range")]
    Sum(#[source] cost_model::Error),
    #[error("what was kept of a snapshot cannot be read")]
    Kept(#[source] serde_json::Error),
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self(Box::new(fault))
    }
}

impl Error {
    /// Returns the class of this error.
    pub fn kind(&self) -> ErrorKind {
        match *self.0 {
            Fault::Input { .. }
            | Fault::NotJson { .. }
            | Fault::NoEmail { .. }
            | Fault::NoColumn { .. }
            | Fault::TwoColumns { .. } => ErrorKind::File,
            Fault::Date { .. } | Fault::Backward { .. } => ErrorKind::Dates,
            Fault::TwoRows { .. } | Fault::SharedEmail { .. } | Fault::TwoOwners(_) => {
                ErrorKind::Contradiction
            }
            Fault::SameDay(_) => ErrorKind::SameDay,
            Fault::Sum(_) => ErrorKind::Sum,
            Fault::Kept(_) => ErrorKind::Kept,
        }
    }
}
