//! What the header of an answer says of its server.

use chrono::{DateTime, Utc};
use http::{HeaderMap, header};

/// What the header of an answer says of its server.
///
/// Both come with every answer and cost no request.
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

    /// Returns what both answers say together: the earlier clock, and any simulator.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            answered_at: self.answered_at.into_iter().chain(other.answered_at).min(),
            simulated: self.simulated || other.simulated,
        }
    }
}

/// The header by which the simulator of this project marks every answer.
///
/// A store refuses to mix what it marks with real charges.
const SIMULATOR: &str = "x-cursor-simulator";
