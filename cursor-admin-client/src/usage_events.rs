//! `POST /teams/filtered-usage-events`: the request, its pages and its items.

use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_core::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::events::UsageEvent;
use crate::gate::Route;
use crate::snapshot::{self, Snapshot};
use crate::unknown::{UnknownField, UnknownFields};
use crate::wire::{DecodeFault, Decoded, Fields};

pub(crate) const OPERATION: &str = Route::UsageEvents.operation();
const PAGE_SIZE_MAX: u32 = 1000;
/// A server that never says that it is done must not keep us for ever.
pub(crate) const PAGES_MAX: u32 = 100_000;
/// Empty pages may stand between full ones, but not without end.
const EMPTY_PAGES_MAX: u32 = 10;

/// A question for the usage events of a window. Asking it sends requests; making it sends none.
#[derive(Clone)]
#[must_use]
pub struct UsageEvents {
    client: Client,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    page_size: u32,
    email: Option<String>,
    max_events: Option<u64>,
}

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
    /// Fields that this release does not read.
    pub unknown_fields: Vec<UnknownField>,
}

impl UsageEvents {
    pub(crate) fn new(client: Client, start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        Self { client, start, end, page_size: PAGE_SIZE_MAX, email: None, max_events: None }
    }

    /// Events per page, from 1 to 1000, which is also the default.
    pub fn page_size(mut self, size: u32) -> Self {
        self.page_size = size;
        self
    }

    /// Only the events of one user.
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// Gives up after the first page with [`ErrorKind::TooLarge`] if more events are announced than
    /// this. The error says how many, so that the caller can split the window.
    pub fn max_events(mut self, events: u64) -> Self {
        self.max_events = Some(events);
        self
    }

    /// The page of this number, from 1.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for an empty window, page 0 or a page size that is not allowed; else of
    /// every kind that a call can have. `max_events` is checked on page 1.
    pub async fn page(&self, number: u32) -> Result<UsageEventsPage> {
        let call = Call::new(Route::UsageEvents).page(number).body(self.body(number)?);
        let answer = self.client.call(&call, |body| decode(body, number)).await?;
        let page = UsageEventsPage { attempts: answer.attempts, ..answer.value };
        self.client.page_read(&call, &page.events, Some(page.announced));
        match self.max_events {
            Some(max) if number == 1 && page.announced > max => {
                let detail = format!("{} events were announced, more than the {max} allowed", page.announced);
                Err(Error::new(ErrorKind::TooLarge, OPERATION, detail)
                    .at(Some(number), page.attempts)
                    .with_counts(page.announced, None))
            }
            _ => Ok(page),
        }
    }

    /// The pages in turn, until the server says that there are no more; an empty page is no end.
    ///
    /// The pages are offsets into data that may move, so a stream can repeat an event or miss one.
    /// [`UsageEvents::snapshot`] proves that it did not. After an error the stream ends.
    pub fn pages(&self) -> BoxStream<'static, Result<UsageEventsPage>> {
        let first = Some((self.clone(), Cursor::default()));
        stream::try_unfold(first, |state| async move {
            let Some((request, cursor)) = state else { return Ok(None) };
            let (page, next) = request.step(cursor).await?;
            Ok(Some((page, next.map(|cursor| (request, cursor)))))
        })
        .boxed()
    }

    /// The events of [`UsageEvents::pages`], one by one.
    pub fn items(&self) -> BoxStream<'static, Result<UsageEvent>> {
        self.pages().map_ok(|page| stream::iter(page.events.into_iter().map(Ok))).try_flatten().boxed()
    }

    /// All events of the window, proven complete.
    ///
    /// The announced count must be the same on every page and equal to the events received, every
    /// page must echo its number if it echoes any, and the last event of a page must differ from the
    /// first of the next. If the count is off, the window is read again; if only two events on an
    /// edge are equal, it is read again too, and two reads that agree prove them to be twins. Three
    /// reads are made at most. A removal together with an addition within one read cannot be seen.
    ///
    /// A window of n events costs one request per page and nothing on top: no request for the count,
    /// no empty page at the end.
    ///
    /// # Errors
    /// [`ErrorKind::Incomplete`] if three reads do not add up; [`ErrorKind::TooLarge`] if
    /// `max_events` is exceeded; else as [`UsageEvents::page`].
    pub async fn snapshot(&self) -> Result<Snapshot> {
        let client = self.client.started();
        snapshot::read(&Self { client, ..self.clone() }).await
    }

    /// The window.
    pub(crate) fn contains(&self, at: DateTime<Utc>) -> bool {
        self.start <= at && at < self.end
    }

    /// Reads a page and says where the next one is.
    pub(crate) async fn step(&self, cursor: Cursor) -> Result<(UsageEventsPage, Option<Cursor>)> {
        let page = self.page(cursor.page).await?;
        let empty_pages = if page.events.is_empty() { cursor.empty_pages + 1 } else { 0 };
        let next = page.has_next.then_some(Cursor { page: cursor.page + 1, empty_pages });
        if next.is_some() && (empty_pages > EMPTY_PAGES_MAX || cursor.page >= PAGES_MAX) {
            let detail = "the server announces page after page without end";
            let error = Error::new(ErrorKind::Incomplete, OPERATION, detail);
            return Err(error.at(Some(cursor.page), page.attempts).with_counts(page.announced, None));
        }
        Ok((page, next))
    }

    fn body(&self, page: u32) -> Result<Bytes> {
        let refuse = |reason: &'static str| Error::config(OPERATION, reason);
        let (first, last) = (first_milli(self.start), first_milli(self.end).saturating_sub(1));
        if first > last {
            return Err(refuse("the window is empty; its start must lie before its end"));
        }
        if !(1..=PAGE_SIZE_MAX).contains(&self.page_size) {
            return Err(refuse("the page size must lie between 1 and 1000"));
        }
        if page == 0 {
            return Err(refuse("pages are numbered from 1"));
        }
        let mut body =
            format!(r#"{{"startDate":{first},"endDate":{last},"page":{page},"pageSize":{}"#, self.page_size);
        if let Some(email) = &self.email {
            let quoted = serde_json::to_string(email).map_err(|_| refuse("the email cannot be sent"))?;
            body.push_str(r#","email":"#);
            body.push_str(&quoted);
        }
        body.push('}');
        Ok(Bytes::from(body))
    }
}

/// Says whether an email was given, not which.
impl fmt::Debug for UsageEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsageEvents")
            .field("start", &self.start)
            .field("end", &self.end)
            .field("page_size", &self.page_size)
            .field("by_email", &self.email.is_some())
            .field("max_events", &self.max_events)
            .finish_non_exhaustive()
    }
}

/// The next page of a walk, and how many empty ones led to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor {
    pub(crate) page: u32,
    empty_pages: u32,
}

impl Default for Cursor {
    fn default() -> Self {
        Self { page: 1, empty_pages: 0 }
    }
}

/// The first whole millisecond at or after a moment. Events have whole milliseconds, so an event is
/// at or after the moment exactly if it is at or after this.
pub(crate) fn first_milli(at: DateTime<Utc>) -> i64 {
    let milli = at.timestamp_millis();
    if at.timestamp_subsec_nanos().is_multiple_of(1_000_000) { milli } else { milli.saturating_add(1) }
}

fn decode(body: &[u8], number: u32) -> Decoded<UsageEventsPage> {
    let mut fields = Fields::of_answer(body)?;
    let total = fields.take("totalUsageEventsCount")?;
    let announced = total.count()?;
    let list = fields.take_either("usageEvents", "usageEventsDisplay")?;
    let rows = match (list.array()?, announced) {
        (Some(rows), _) => rows,
        (None, Some(0)) => Vec::new(),
        (None, _) => {
            return Err(DecodeFault::new("usageEvents", "an array, since events were not announced to be 0"));
        }
    };
    let announced = total.required(announced)?;
    let (echoed_page, has_next) = pagination(&mut fields, number, announced == 0 && rows.is_empty())?;
    let mut unknown = UnknownFields::default();
    let events = rows
        .into_iter()
        .enumerate()
        .map(|(row, raw)| {
            Fields::of(raw)
                .and_then(|fields| UsageEvent::decode(fields, &mut unknown))
                .map_err(|fault| fault.under(&format!("usageEvents[{row}]")))
        })
        .collect::<Decoded<_>>()?;
    fields.take("period")?;
    unknown.note("", &fields);
    let unknown_fields = unknown.into_list();
    Ok(UsageEventsPage {
        events,
        announced,
        page: number,
        echoed_page,
        has_next,
        attempts: 0,
        unknown_fields,
    })
}

/// The number of the page as echoed, and whether there is another. Without the server's word on that
/// it is worked out from the page's number and the number of pages; `nothing` needs no word.
fn pagination(fields: &mut Fields<'_>, number: u32, nothing: bool) -> Decoded<(Option<u64>, bool)> {
    let within = |fault: DecodeFault| fault.under("pagination");
    let Some(mut inner) = fields.take("pagination")?.object()? else {
        let fault = DecodeFault::new("pagination", "an object, but it is missing");
        return if nothing { Ok((None, false)) } else { Err(fault) };
    };
    let mut read = || {
        let echoed = inner.take("currentPage")?.count()?;
        let pages = inner.take("numPages")?.count()?;
        let stated = inner.take("hasNextPage")?;
        let has_next = stated
            .flag()?
            .or_else(|| pages.map(|pages| echoed.unwrap_or(u64::from(number)) < pages))
            .or(nothing.then_some(false));
        Ok((echoed, stated.required(has_next)?))
    };
    read().map_err(within)
}

#[cfg(test)]
#[path = "usage_events_tests.rs"]
mod tests;
