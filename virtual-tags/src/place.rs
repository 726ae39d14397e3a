//! Where in a file something stands.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A place in a file that people write: its name, and line and column counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// A text that stands in a file as it reads.
#[derive(PartialEq, Eq)]
pub(crate) struct SourceText {
    place: Place,
    text: Box<str>,
}

impl SourceText {
    /// A text that begins at a place.
    pub(crate) fn new(place: Place, text: &str) -> Self {
        Self { place, text: text.into() }
    }

    /// The place of a byte of it.
    pub(crate) fn place_at(&self, offset: usize) -> Place {
        let mut place = self.place.clone();
        for character in self.text.get(..offset).unwrap_or_default().chars() {
            (place.line, place.column) = match character {
                '\n' => (place.line.map(|line| line + 1), Some(1)),
                _ => (place.line, place.column.map(|column| column + 1)),
            };
        }
        place
    }
}

/// A text and where its lines begin, so that each of many places is found at once.
pub(crate) struct Lines<'a> {
    pub(crate) text: &'a str,
    file: Place,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a str, file: &str) -> Self {
        let after = text.match_indices('\n').map(|(newline, _)| newline + 1);
        Self { text, file: Place::file(file), starts: std::iter::once(0).chain(after).collect() }
    }

    /// The text as a whole.
    pub(crate) fn file(&self) -> &Place {
        &self.file
    }

    /// The place of a byte.
    pub(crate) fn place_at(&self, offset: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|line| self.starts.get(line)).copied().unwrap_or_default();
        let before = self.text.get(start..offset).unwrap_or_default();
        Place {
            file: Arc::clone(&self.file.file),
            line: u64::try_from(line).ok(),
            column: u64::try_from(before.chars().count() + 1).ok(),
        }
    }
}
