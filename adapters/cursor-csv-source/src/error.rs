//! The crate's one error type.

use std::fmt;

use cost_model::input::InputError;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// What is wrong with an exported file, and where. The text quotes no email address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    file: String,
    problem: InputError,
}

impl Error {
    pub(crate) fn in_file(problem: InputError, file: &str) -> Self {
        Self { file: file.to_owned(), problem }
    }

    /// Makes a problem with the file as a whole.
    pub(crate) fn of_file(message: impl Into<String>) -> Self {
        Self::in_file(InputError::new(message), "the export")
    }

    /// Returns the line, counted from 1, if the error is about one.
    pub fn line(&self) -> Option<u64> {
        self.problem.line()
    }

    /// Returns the name of the column, if the error is about one.
    pub fn column(&self) -> Option<&str> {
        self.problem.column()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line() {
            write!(f, ":{line}")?;
        }
        if let Some(column) = self.column() {
            write!(f, ": column `{column}`")?;
        }
        write!(f, ": {}", self.problem.message())
    }
}

impl std::error::Error for Error {}
