//! The error of readers of outside files, with its place.

/// A fault of an outside file, with the line and the column where they are known.
///
/// The text quotes no email address, whatever was put into it, and no more than a few words of the file. A reader converts
/// it to its own error type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{}{}{message}",
    .line.map(|line| format!("line {line}: ")).unwrap_or_default(),
    .column.as_ref().map(|column| format!("column `{column}`: ")).unwrap_or_default()
)]
pub struct InputError {
    line: Option<u64>,
    column: Option<String>,
    message: String,
}

impl InputError {
    /// Makes an error about a file as a whole: lower case, no full stop, with the remedy.
    pub fn new(message: impl Into<String>) -> Self {
        Self { line: None, column: None, message: without_addresses(message.into()) }
    }

    /// Returns the same error about a line, unless one is known already.
    #[must_use]
    pub fn on_line(mut self, line: u64) -> Self {
        self.line.get_or_insert(line);
        self
    }

    /// Returns the same error about a column, unless one is known already.
    #[must_use]
    pub fn in_column(mut self, column: impl Into<String>) -> Self {
        self.column.get_or_insert_with(|| without_addresses(column.into()));
        self
    }

    /// Returns the line, counted from 1.
    pub fn line(&self) -> Option<u64> {
        self.line
    }

    /// Returns the name of the column or field.
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    /// Returns what is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Returns the text with `***` for every word that may be an email address: files hold them in places where none is
/// expected, such as the names of columns.
fn without_addresses(text: String) -> String {
    if !text.contains('@') {
        return text;
    }
    let words = text.split(' ').map(|word| if word.contains('@') { "***" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_error_about_a_file_names_an_address_wherever_it_stood() {
        let error = InputError::new("the columns are Date, iris@x.test and Cost").in_column("noor@x.test");
        assert_eq!(error.to_string(), "column `***`: the columns are Date, *** and Cost");
        assert_eq!((error.column(), error.message()), (Some("***"), "the columns are Date, *** and Cost"));
    }
}
