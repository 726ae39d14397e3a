//! One page of usage events, from its bytes.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::events::UsageEvent;
use crate::fault::{DecodeFault, Decoded};
use crate::notes::{BadRow, Notes};
use crate::rows;
use crate::unknown::UnknownField;
use crate::wire::Fields;

/// One page of usage events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsageEventsPage {
    /// The events, in the order sent; usually the newest first, but nothing promises it.
    pub events: Vec<UsageEvent>,
    /// How many events the window holds over all pages, as the server said on this page.
    pub announced: u64,
    /// The page's number, from 1, as asked for.
    pub page: u32,
    /// The page's number as the server echoed it.
    pub echoed_page: Option<u64>,
    /// Whether the server says that there are more.
    pub has_next: bool,
    /// How many requests it took.
    pub attempts: u32,
    /// How long was waited for the rate limit and before repeated requests.
    pub waited: Duration,
    /// The server's clock when it answered, if it told.
    pub answered_at: Option<DateTime<Utc>>,
    /// Whether the server says that it is a simulator, so that the events are made up.
    pub simulated: bool,
    /// Fields that this release does not read.
    pub unknown_fields: Vec<UnknownField>,
    /// Rows that could not be read; always none unless the client is [lenient](crate::Client::lenient).
    pub bad_rows: Vec<BadRow>,
}

impl UsageEventsPage {
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.bad_rows.is_empty()
    }

    /// Its first row.
    pub(crate) fn first(&self) -> Option<Row<'_>> {
        let bad = self.bad_rows.first().filter(|bad| bad.row == 0).map(|bad| Row::Bad(&bad.text));
        bad.or_else(|| self.events.first().map(Row::Event))
    }

    /// Whether its last row could not be read.
    pub(crate) fn ends_badly(&self) -> bool {
        let rows = self.events.len().saturating_add(self.bad_rows.len());
        self.bad_rows.last().is_some_and(|bad| bad.row + 1 == rows)
    }
}

/// A row that was sent, whether it could be read or not.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Row<'a> {
    Event(&'a UsageEvent),
    Bad(&'a str),
}

/// Where an answer says how many events the window holds.
const ANNOUNCED: &str = "totalUsageEventsCount";

pub(crate) fn decode(body: &[u8], number: u32, notes: &mut Notes) -> Decoded<UsageEventsPage> {
    let names = &["usageEvents", "usageEventsDisplay"];
    let (rows, mut fields) = rows::read(body, names, Some(ANNOUNCED), notes, UsageEvent::decode)?;
    let total = fields.take(ANNOUNCED)?;
    let announced = total.count()?;
    let events = match (rows, announced) {
        (Some(rows), _) => rows,
        (None, Some(0)) => Vec::new(),
        (None, _) => {
            return Err(DecodeFault::new("usageEvents", "an array, since events were not announced to be 0"));
        }
    };
    let announced = total.required(announced)?;
    let nothing = announced == 0 && events.is_empty();
    let (echoed_page, has_next) = pagination(&mut fields, number, nothing, notes)?;
    fields.ignore(&["period"])?;
    notes.unknown.note("", &fields);
    let (attempts, unknown_fields, bad_rows) = (0, Vec::new(), Vec::new());
    Ok(UsageEventsPage {
        events,
        announced,
        page: number,
        echoed_page,
        has_next,
        attempts,
        waited: Duration::ZERO,
        answered_at: None,
        simulated: false,
        unknown_fields,
        bad_rows,
    })
}

/// The number of the page as echoed, and whether there is another. Without the server's word on that
/// it is worked out from the page's number and the number of pages; `nothing` needs no word.
fn pagination(
    fields: &mut Fields<'_>,
    number: u32,
    nothing: bool,
    notes: &mut Notes,
) -> Decoded<(Option<u64>, bool)> {
    let read = fields.take("pagination")?.inside(|mut inner| {
        let pages = inner.take("numPages")?.count()?;
        let echoed = inner.take("currentPage")?.count()?;
        let stated = inner.take("hasNextPage")?;
        let has_next = stated
            .flag()?
            .or_else(|| pages.map(|pages| echoed.unwrap_or(u64::from(number)) < pages))
            .or(nothing.then_some(false));
        inner.ignore(&["pageSize", "hasPreviousPage"])?;
        notes.unknown.note("pagination.", &inner);
        Ok((echoed, stated.required(has_next)?))
    })?;
    let missing = || DecodeFault::new("pagination", "an object, but it is missing");
    read.or(nothing.then_some((None, false))).ok_or_else(missing)
}

#[cfg(test)]
#[path = "events_page_tests.rs"]
mod tests;
