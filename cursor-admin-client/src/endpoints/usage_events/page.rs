//! One page of usage events, from its bytes.

use std::time::Duration;

use chrono::{DateTime, Utc};

use serde::de::MapAccess;

use super::event::{EventRow, UsageEvent, UsageEventRef};
use crate::decode::{self, BadRow, DecodeFault, Decoded, Field, MISSING, Notes, Object, Rows, UnknownField};
use crate::error::{Error, Result};

/// One page of usage events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsageEventsPage<T = UsageEvent> {
    /// The events, in the order sent; usually the newest first, but nothing promises it.
    pub events: Vec<T>,
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

impl<T> UsageEventsPage<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.bad_rows.is_empty()
    }

    /// Its first row.
    pub(crate) fn first(&self) -> Option<Row<'_, T>> {
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
#[derive(PartialEq, Eq, Hash)]
pub(crate) enum Row<'a, T> {
    Event(&'a T),
    Bad(&'a str),
}

impl UsageEventsPage {
    /// Reads a page from the body of an answer, as [`UsageEvents::page`](crate::UsageEvents::page) does. What
    /// only the way of the answer tells stays empty: attempts, waits, the server's clock.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) with the row and the field that cannot be read.
    pub fn from_json(body: &[u8]) -> Result<Self> {
        Self::map_json(body, |event| event.owned())
    }

    /// Reads a page as [`UsageEventsPage::from_json`] does, and makes something else of each event, whose texts
    /// are borrowed from the body.
    ///
    /// ```
    /// use cursor_admin_client::{Cents, UsageEventsPage};
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
const EVENTS: &str = "usageEvents";

/// Reads a page, of which the client knows the number if it has asked for one.
pub(crate) fn decode<T>(
    body: &[u8],
    number: Option<u32>,
    notes: &mut Notes,
    map: impl FnMut(&UsageEventRef<'_>) -> T,
) -> Decoded<UsageEventsPage<T>> {
    let mut answer = Answer { announced: None, events: Events::new(body, map), pagination: None };
    let read = decode::read_answer(body, &mut answer, notes);
    let Answer { announced, events, pagination } = answer;
    events.fault.map_or(read, Err)?;
    if events.list.is_none() && announced != Some(0) {
        return Err(DecodeFault::new(EVENTS, "an array, since events were not announced to be 0"));
    }
    let announced = announced.ok_or_else(|| DecodeFault::new(ANNOUNCED, MISSING))?;
    let events = events.list.unwrap_or_default();
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
        .or(nothing.then_some(false))
        .ok_or_else(|| DecodeFault::new("pagination.hasNextPage", MISSING))?;
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

struct Answer<'b, T, F> {
    announced: Option<u64>,
    events: Events<'b, T, F>,
    pagination: Option<Pagination>,
}

impl<'de, T, F: FnMut(&UsageEventRef<'_>) -> T> Object<'de> for Answer<'_, T, F> {
    fn take<A: MapAccess<'de>>(&mut self, field: Field<'_, 'de, A>) -> Result<(), A::Error> {
        match field.name() {
            ANNOUNCED => field.count(&mut self.announced),
            EVENTS | "usageEventsDisplay" => field.list(EVENTS, &mut self.events),
            "pagination" => field.object(&mut self.pagination),
            "period" => field.ignore(),
            _ => field.unknown(),
        }
    }
}

#[derive(Default)]
struct Pagination {
    pages: Option<u64>,
    current_page: Option<u64>,
    has_next: Option<bool>,
}

impl<'de> Object<'de> for Pagination {
    fn take<A: MapAccess<'de>>(&mut self, field: Field<'_, 'de, A>) -> Result<(), A::Error> {
        match field.name() {
            "numPages" => field.count(&mut self.pages),
            "currentPage" => field.count(&mut self.current_page),
            "hasNextPage" => field.flag(&mut self.has_next),
            "pageSize" | "hasPreviousPage" => field.ignore(),
            _ => field.unknown(),
        }
    }
}

/// The events of a page as they are handed over.
struct Events<'b, T, F> {
    body: &'b [u8],
    map: F,
    list: Option<Vec<T>>,
    /// How many events there may be, once somebody has looked.
    most: Option<u64>,
    /// Why that could not be found out.
    fault: Option<DecodeFault>,
}

/// Cursor's pages have no more rows than this. Only a longer one is worth a look ahead.
const ROWS_MAX: usize = 1000;

impl<'b, T, F> Events<'b, T, F> {
    fn new(body: &'b [u8], map: F) -> Self {
        Self { body, map, list: None, most: None, fault: None }
    }
}

impl<'de, T, F: FnMut(&UsageEventRef<'_>) -> T> Rows<'de> for Events<'_, T, F> {
    type Row = EventRow<'de>;

    fn is_empty(&self) -> bool {
        self.list.is_none()
    }

    fn begin(&mut self) {
        self.list = Some(Vec::new());
    }

    /// A page of more rows than it announces, anywhere in it, is refused before it fills the memory.
    fn allows(&mut self, row: usize) -> bool {
        if row < ROWS_MAX {
            return true;
        }
        let most = *self.most.get_or_insert_with(|| {
            let mut ahead = Announced(None);
            let read = decode::read_answer(self.body, &mut ahead, &mut Notes::default());
            self.fault = read.err();
            if self.fault.is_some() { 0 } else { ahead.0.unwrap_or(u64::MAX) }
        });
        u64::try_from(row).is_ok_and(|row| row < most)
    }

    fn push(&mut self, row: EventRow<'de>) {
        let event = (self.map)(&row.event);
        self.list.get_or_insert_default().push(event);
    }
}

/// The number that an answer announces, wherever it stands.
struct Announced(Option<u64>);

impl<'de> Object<'de> for Announced {
    fn take<A: MapAccess<'de>>(&mut self, field: Field<'_, 'de, A>) -> Result<(), A::Error> {
        match field.name() {
            ANNOUNCED => field.count(&mut self.0),
            _ => field.ignore(),
        }
    }
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
