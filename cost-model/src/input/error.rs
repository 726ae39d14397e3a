//! What is wrong with an outside file, and where.

use std::fmt;

/// What is wrong with an outside file, with the line and the column where that is known.
///
/// The text quotes no email address and no more than a few words of the file. A reader turns it into its own error type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    line: Option<u64>,
    column: Option<String>,
    message: String,
}

impl InputError {
    /// An error about a file as a whole: lower case, no full stop, with the remedy.
    pub fn new(message: impl Into<String>) -> Self {
        Self { line: None, column: None, message: message.into() }
    }

    /// The same error about a line, unless one is known already.
    #[must_use]
    pub fn on_line(mut self, line: u64) -> Self {
        self.line.get_or_insert(line);
        self
    }

    /// The same error about a column, unless one is known already.
    #[must_use]
    pub fn in_column(mut self, column: impl Into<String>) -> Self {
        self.column.get_or_insert_with(|| column.into());
        self
    }

    /// The line, counted from 1.
    pub fn line(&self) -> Option<u64> {
        self.line
    }

    /// The name of the column or field.
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(column) = &self.column {
            write!(f, "column `{column}`: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for InputError {}
