//! One page of usage events, from its bytes.
//!
//! A page is read quickly first, on the assumption that it is as Cursor sends it, and exactly where it is not. Events
//! are handed over one by one while they still borrow from the body, so that a page is never held twice.

use std::time::Duration;

use chrono::{DateTime, Utc};

use serde::Deserialize;
use serde::de::MapAccess;
use serde_json::value::RawValue;

use super::event::{EventRow, UsageEvent, UsageEventRef};
use crate::decode::{self, BadRow, DecodeFault, Decoded, Fields, Notes, Object, Rows, UnknownField, object};
use crate::error::{Error, Result};

/// One page of usage events.
///
/// A page alone is no proof of anything: events that arrive between two requests move rows from one page to the next.
/// [`UsageEvents::snapshot`](crate::UsageEvents::snapshot) reads until the pages agree.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsageEventsPage<T = UsageEvent> {
    /// The events, in the order sent; usually the newest first, but nothing promises it.
    pub events: Vec<T>,
    /// The number of events of the window over all pages, as the server said on this page.
    pub announced: u64,
    /// The page's number, from 1, as requested.
    pub page: u32,
    /// The page's number as the server echoed it.
    ///
    /// `None` if it echoed none, which Cursor may do.
    pub echoed_page: Option<u64>,
    /// Whether the server says that there are more.
    ///
    /// Worked out from the number of pages where it is not stated.
    pub has_next: bool,
    /// The number of requests that it took.
    pub attempts: u32,
    /// The time spent waiting for the rate limit and before retries.
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

impl<T> UsageEventsPage<T> {
    /// Returns whether no row came, neither read nor bad.
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.bad_rows.is_empty()
    }

    /// Returns its first row.
    pub(crate) fn first(&self) -> Option<Row<'_, T>> {
        let bad = self.bad_rows.first().filter(|bad| bad.row == 0).map(|bad| Row::Bad(&bad.text));
        bad.or_else(|| self.events.first().map(Row::Event))
    }

    /// Returns whether its last row could not be read.
    pub(crate) fn ends_badly(&self) -> bool {
        let rows = self.events.len().saturating_add(self.bad_rows.len());
        self.bad_rows.last().is_some_and(|bad| bad.row + 1 == rows)
    }
}

/// A row that was sent, whether it could be read or not.
///
/// Rows at the edges of pages are compared, and a bad row is compared by its text.
#[derive(PartialEq, Eq, Hash)]
pub(crate) enum Row<'a, T> {
    Event(&'a T),
    Bad(&'a str),
}

impl UsageEventsPage {
    /// Reads a page from the body of an answer, as [`UsageEvents::page`](crate::usage_events::UsageEvents::page) does. The
    /// fields that do not come from the body are empty: attempts, waits, the server's clock.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) with the row and the field that cannot be read.
    pub fn from_json(body: &[u8]) -> Result<Self> {
        Self::map_json(body, UsageEvent::from_ref)
    }

    /// Reads a page as [`UsageEventsPage::from_json`] does, and maps each event, whose texts are borrowed from the body.
    ///
    /// ```
    /// use cursor_admin_client::Cents;
    /// use cursor_admin_client::endpoints::usage_events::UsageEventsPage;
    ///
    /// let body = br#"{"totalUsageEventsCount":2,"pagination":{"hasNextPage":false},"usageEvents":[
    ///     {"timestamp":"1785492000417","chargedCents":0.1},
    ///     {"timestamp":"1785492000418","chargedCents":0.2}]}"#;
    /// let mut sum = Cents::ZERO;
    /// let page = UsageEventsPage::map_json(body, |event| {
    ///     sum = sum.checked_add(event.charged_cents.unwrap_or_default()).unwrap_or(sum);
    /// })?;
    /// assert_eq!((page.events.len(), sum.to_string().as_str()), (2, "0.3"));
    /// # Ok::<(), cursor_admin_client::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`UsageEventsPage::from_json`]. Events before the bad row have been handed over by then.
    pub fn map_json<T>(body: &[u8], map: impl FnMut(&UsageEventRef<'_>) -> T) -> Result<UsageEventsPage<T>> {
        let mut notes = Notes::default();
        let mut page = decode(body, None, &mut notes, map)
            .map_err(|fault| Error::decode("reading a page of usage events", fault))?;
        page.unknown_fields = notes.unknown.into_list();
        Ok(page)
    }
}

/// Where an answer says how many events the window holds.
const ANNOUNCED: &str = "totalUsageEventsCount";
/// The list of events. The name `usageEventsDisplay`, which the dashboard's answer has, is read as well.
const EVENTS: &str = "usageEvents";

/// Reads a page, of which the client knows the number if it has requested one.
///
/// The quick way gives up at the first value that is not as usual. The exact way then begins again, skips the events
/// that were handed over already, and finds the path of a fault.
///
/// # Errors
/// A required field that is missing, more rows than are announced on a page of more than 1,000, or, unless bad rows are
/// kept in `notes`, a row that cannot be read.
pub(crate) fn decode<T>(
    body: &[u8],
    number: Option<u32>,
    notes: &mut Notes,
    map: impl FnMut(&UsageEventRef<'_>) -> T,
) -> Decoded<UsageEventsPage<T>> {
    let text = decode::text(body)?;
    let mut answer = Answer::new(text, map);
    match decode::read_quickly(text, &mut answer) {
        Some(noted) => notes.absorb(noted),
        None => decode::read_exactly(text, &mut answer, notes)?,
    }
    let Answer { announced, pagination, came, events } = answer;
    if !came && announced != Some(0) {
        return Err(DecodeFault::new(EVENTS, "an array, since events were not announced to be 0"));
    }
    let announced = decode::required(ANNOUNCED, announced)?;
    let events = events.list;
    let nothing = announced == 0 && events.is_empty();
    let Some(pagination) = pagination.or_else(|| nothing.then(Pagination::default)) else {
        return Err(DecodeFault::new("pagination", "an object, but it is missing"));
    };
    let echoed_page = pagination.current_page;
    let page = number.or_else(|| echoed_page?.try_into().ok()).unwrap_or(1);
    // Without the server's word it is worked out from the numbers of pages; an empty window needs no word.
    let has_next = pagination
        .has_next
        .or_else(|| pagination.pages.map(|pages| echoed_page.unwrap_or(u64::from(page)) < pages))
        .or(nothing.then_some(false));
    let has_next = decode::required("pagination.hasNextPage", has_next)?;
    Ok(UsageEventsPage {
        events,
        announced,
        page,
        echoed_page,
        has_next,
        attempts: 0,
        waited: Duration::ZERO,
        answered_at: None,
        simulated: false,
        unknown_fields: Vec::new(),
        bad_rows: Vec::new(),
    })
}

/// A page while it is read.
struct Answer<'b, T, F> {
    announced: Option<u64>,
    pagination: Option<Pagination>,
    /// Whether there was a list of events.
    came: bool,
    events: Events<'b, T, F>,
}

impl<'b, T, F: FnMut(&UsageEventRef<'_>) -> T> Answer<'b, T, F> {
    /// Makes an answer that nothing has been read of.
    fn new(text: &'b str, map: F) -> Self {
        let events = Events { text, map, list: Vec::new(), earlier: 0, most: None };
        Self { announced: None, pagination: None, came: false, events }
    }
}

impl<'de, T, F: FnMut(&UsageEventRef<'_>) -> T> Object<'de> for Answer<'_, T, F> {
    fn read<A: MapAccess<'de>>(&mut self, fields: &mut Fields<'_, 'de, A>) -> Result<(), A::Error> {
        // The page may be begun again, and no event is handed over twice.
        (self.came, self.events.earlier) = (false, self.events.list.len());
        let (mut announced, mut pagination) = (false, false);
        while fields.next()? {
            match fields.name() {
                ANNOUNCED => self.announced = fields.once(&mut announced)?.count()?,
                "pagination" => self.pagination = fields.once(&mut pagination)?.object()?,
                EVENTS | "usageEventsDisplay" => {
                    fields.rename(EVENTS);
                    if fields.list_into(&mut self.events)? {
                        fields.once(&mut self.came)?;
                    }
                }
                // The window that was asked for, which the client knows.
                "period" => fields.ignore()?,
                _ => fields.unknown()?,
            }
        }
        Ok(())
    }
}

/// What an answer says of its pages.
#[derive(Default)]
struct Pagination {
    pages: Option<u64>,
    current_page: Option<u64>,
    has_next: Option<bool>,
}

object! { Pagination {
    "numPages" => pages: count,
    "currentPage" => current_page: count,
    "hasNextPage" => has_next: flag,
    ignored: "pageSize", "hasPreviousPage";
}}

/// The events of a page as they are handed over.
///
/// `map` is called once for each event, also where the page is read in both ways.
struct Events<'b, T, F> {
    text: &'b str,
    map: F,
    list: Vec<T>,
    /// How many events were handed over before the page was begun again.
    earlier: usize,
    /// How many events there may be, once somebody has looked.
    most: Option<u64>,
}

/// Cursor's pages have no more rows than this. Only a longer one is worth a look ahead.
const ROWS_MAX: usize = 1000;

impl<'de, T, F: FnMut(&UsageEventRef<'_>) -> T> Rows<'de> for Events<'_, T, F> {
    type Row = EventRow<'de>;

    /// Refuses a page of more rows than it announces, before it fills the memory.
    fn allows(&mut self, row: usize) -> bool {
        if row <= ROWS_MAX {
            return true;
        }
        let most = *self.most.get_or_insert_with(|| match serde_json::from_str(self.text) {
            Ok(Announced { count: None }) => u64::MAX,
            Ok(Announced { count: Some(raw) }) => decode::count(raw.get()).unwrap_or(0),
            Err(_) => 0,
        });
        u64::try_from(row).is_ok_and(|row| row < most)
    }

    fn push(&mut self, row: EventRow<'de>) {
        if self.earlier > 0 {
            self.earlier -= 1;
            return;
        }
        let event = (self.map)(&row.event);
        self.list.push(event);
    }
}

/// The number that an answer announces, wherever it is.
#[derive(Deserialize)]
struct Announced<'a> {
    #[serde(rename = "totalUsageEventsCount", borrow)]
    count: Option<&'a RawValue>,
}

#[cfg(test)]
mod tests;
