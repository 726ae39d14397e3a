//! Notes made while an answer is read: unknown fields, bad rows, rounded amounts.

use std::fmt;

use super::fault::DecodeFault;
use super::unknown::UnknownFields;

/// A row that could not be read, kept by a [lenient](crate::Client::lenient) client.
///
/// `Display` says where it was and what was expected, and can be logged. `Debug` says the same. Only
/// [`BadRow::text`] holds what was sent, emails included: it is for the caller alone.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BadRow {
    /// The page it was on, from 1, if the endpoint has pages.
    pub page: Option<u32>,
    /// Its place in the page's list, from 0.
    pub row: usize,
    /// Its JSON text, byte for byte as sent.
    pub text: String,
    fault: DecodeFault,
}

crate::redact::masked_debug!(BadRow { page, row, path: |it| it.path() });

impl BadRow {
    /// Returns the field that could not be read, such as `usageEvents[17].chargedCents`.
    pub fn path(&self) -> &str {
        self.fault.path()
    }
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(page) = self.page {
            write!(f, "page {page}: ")?;
        }
        write!(f, "cannot read `{}`, {}", self.fault.path(), self.fault)
    }
}

/// What was noticed on a page, and what to do about a row that cannot be read.
///
/// One is made for each page and given to the caller with the rows.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) unknown: UnknownFields,
    pub(crate) bad_rows: Vec<BadRow>,
    pub(crate) lenient: bool,
    page: Option<u32>,
}

impl Notes {
    /// Starts the notes of a page.
    pub(crate) fn new(lenient: bool, page: Option<u32>) -> Self {
        Self { lenient, page, ..Self::default() }
    }

    /// Keeps a row that could not be read, with its text.
    pub(crate) fn bad_row(&mut self, row: usize, text: &str, fault: DecodeFault) {
        self.bad_rows.push(BadRow { page: self.page, row, text: text.to_owned(), fault });
    }

    /// Takes over what was noticed on another page.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.unknown.merge(&other.unknown.into_list());
        self.bad_rows.extend(other.bad_rows);
    }
}
