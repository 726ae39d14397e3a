//! What is noticed while an answer is read, beside what it says.

use std::fmt;

use chrono::{DateTime, Utc};
use http::{HeaderMap, header};

use crate::fault::DecodeFault;
use crate::unknown::UnknownFields;

/// A row that could not be read, kept by a [lenient](crate::Client::lenient) client.
///
/// `Display` says where it stood and what was expected, and can be logged. `Debug` says the same. Only
/// [`BadRow::text`] holds what was sent, emails included: it is for the caller alone.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BadRow {
    /// The page it stood on, from 1, if the endpoint has pages.
    pub page: Option<u32>,
    /// Its place in the page's list, from 0.
    pub row: usize,
    /// Its JSON text, byte for byte as sent.
    pub text: String,
    fault: DecodeFault,
}

impl BadRow {
    /// The field that could not be read, such as `usageEvents[17].chargedCents`.
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

impl fmt::Debug for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BadRow")
            .field("page", &self.page)
            .field("row", &self.row)
            .field("path", &self.path())
            .finish_non_exhaustive()
    }
}

/// What was noticed on a page, and what to do about a row that cannot be read.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) unknown: UnknownFields,
    pub(crate) bad_rows: Vec<BadRow>,
    pub(crate) lenient: bool,
    pub(crate) server: ServerNotes,
    page: Option<u32>,
}

/// What the header of an answer says of its server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerNotes {
    /// The server's clock.
    pub(crate) answered_at: Option<DateTime<Utc>>,
    /// Whether the server says that it makes its answers up.
    pub(crate) simulated: bool,
}

impl ServerNotes {
    /// Reads `Date`, as RFC 9110 has it, and the mark of a simulator.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let date = headers.get(header::DATE).and_then(|date| date.to_str().ok());
        let answered_at = date.and_then(|date| DateTime::parse_from_rfc2822(date.trim()).ok());
        Self {
            answered_at: answered_at.map(|date| date.with_timezone(&Utc)),
            simulated: headers.contains_key(SIMULATOR),
        }
    }

    /// Both answers together: the earlier clock, and any simulator.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            answered_at: self.answered_at.into_iter().chain(other.answered_at).min(),
            simulated: self.simulated || other.simulated,
        }
    }
}

/// The header by which the simulator of this project marks every answer.
const SIMULATOR: &str = "x-cursor-simulator";

impl Notes {
    pub(crate) fn new(lenient: bool, page: Option<u32>) -> Self {
        Self { lenient, page, ..Self::default() }
    }

    pub(crate) fn bad_row(&mut self, row: usize, text: &str, fault: DecodeFault) {
        self.bad_rows.push(BadRow { page: self.page, row, text: text.to_owned(), fault });
    }

    /// Takes over what was noticed on another page.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.unknown.merge(other.unknown.into_list());
        self.bad_rows.extend(other.bad_rows);
        self.server = self.server.and(other.server);
    }
}
