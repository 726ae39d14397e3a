//! Where in a file something stands.

use std::fmt;
use std::sync::Arc;

/// A place in a file that people write: its name, and line and column counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The file's name, as the caller gave it.
    pub file: Arc<str>,
    /// The line, if it is known.
    pub line: Option<u64>,
    /// The column in characters, if it is known.
    pub column: Option<u64>,
}

impl Place {
    /// The file as a whole.
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), line: None, column: None }
    }

    /// A line of the file.
    pub fn line(&self, line: u64) -> Self {
        Self { file: Arc::clone(&self.file), line: Some(line), column: None }
    }

    /// The place of byte `offset` of `text`, which is the file's content.
    pub(crate) fn at(&self, text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let count = |number: usize| u64::try_from(number + 1).ok();
        Self {
            file: Arc::clone(&self.file),
            line: count(before.matches('\n').count()),
            column: before.get(line_start..).and_then(|start| count(start.chars().count())),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        Ok(())
    }
}
