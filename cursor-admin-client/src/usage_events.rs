//! `POST /teams/filtered-usage-events`: the request, its pages and its items.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_core::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::event_filter::{EventFilter, HostingType};
use crate::events::UsageEvent;
use crate::events_page::{self, UsageEventsPage};
use crate::gate::Route;
use crate::snapshot::{self, Snapshot};

pub(crate) const OPERATION: &str = Route::UsageEvents.operation();
const PAGE_SIZE_MAX: u32 = 1000;
/// A server that never says that it is done must not keep us for ever.
pub(crate) const PAGES_MAX: u32 = 100_000;
/// Empty pages may stand between full ones, but not without end.
const EMPTY_PAGES_MAX: u32 = 10;

/// A question for the usage events of a window. Asking it sends requests; making it sends none.
///
/// The filters are those of <https://cursor.com/docs/account/teams/admin-api>; an event must pass all
/// that are set. There is none for the model or the kind, and no order can be asked for.
#[derive(Clone, Debug)]
#[must_use]
pub struct UsageEvents {
    client: Client,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    page_size: u32,
    filter: EventFilter,
    max_events: Option<u64>,
}

impl UsageEvents {
    pub(crate) fn new(client: Client, start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        Self {
            client,
            start,
            end,
            page_size: PAGE_SIZE_MAX,
            filter: EventFilter::default(),
            max_events: None,
        }
    }

    /// Events per page, from 1 to 1000, which is also the default.
    pub fn page_size(mut self, size: u32) -> Self {
        self.page_size = size;
        self
    }

    /// Only the events of one user.
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.filter.email = Some(email.into());
        self
    }

    /// Only the events of the user with this number. Cursor's documents ask for a number although
    /// answers have held `user_...` since 2026; [`UsageEvents::email`] is the safer way.
    pub fn user_id(mut self, number: u64) -> Self {
        self.filter.user_id = Some(number);
        self
    }

    /// Only the events of one service account, `sa_...`.
    pub fn service_account(mut self, id: impl Into<String>) -> Self {
        self.filter.service_account = Some(id.into());
        self
    }

    /// Only the events of one cloud agent, `bc-...`, or of any with `*`.
    pub fn cloud_agent(mut self, id: impl Into<String>) -> Self {
        self.filter.cloud_agent = Some(id.into());
        self
    }

    /// Only the events of one automation, or of any with `*`.
    pub fn automation(mut self, id: impl Into<String>) -> Self {
        self.filter.automation = Some(id.into());
        self
    }

    /// Only the events of this `hostingType`.
    pub fn hosting(mut self, hosting: HostingType) -> Self {
        self.filter.hosting = Some(hosting);
        self
    }

    /// Gives up after the first page with [`ErrorKind::TooLarge`] if more events are announced than
    /// this. The error says how many, so that the caller can split the window. If it is not set, a
    /// snapshot takes [`Snapshot::EVENTS_MAX`], and the streams take any number.
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
        let answer = self.client.call(&call, |body, notes| events_page::decode(body, number, notes)).await?;
        let page = UsageEventsPage {
            attempts: answer.attempts,
            waited: answer.waited,
            answered_at: answer.notes.server.answered_at,
            simulated: answer.notes.server.simulated,
            unknown_fields: answer.notes.unknown.into_list(),
            bad_rows: answer.notes.bad_rows,
            ..answer.value
        };
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
    /// [`UsageEvents::snapshot`] proves that it did not. One page is held at a time, however many
    /// there are. After an error the stream ends.
    pub fn pages(&self) -> BoxStream<'static, Result<UsageEventsPage>> {
        let first = Some((self.clone(), Cursor::default()));
        stream::try_unfold(first, |state| async move {
            let Some((request, cursor)) = state else { return Ok(None) };
            let (page, next) = request.step(cursor).await?;
            Ok(Some((page, next.map(|cursor| (request, cursor)))))
        })
        .boxed()
    }

    /// The events of [`UsageEvents::pages`], one by one. A row that cannot be read is an error even of
    /// a [lenient](Client::lenient) client, since there is no place for it here.
    pub fn items(&self) -> BoxStream<'static, Result<UsageEvent>> {
        let strict = Self { client: self.client.strict(), ..self.clone() };
        strict.pages().map_ok(|page| stream::iter(page.events.into_iter().map(Ok))).try_flatten().boxed()
    }

    /// All events of the window, proven complete.
    ///
    /// The announced count must be the same on every page and equal to the events received, every
    /// page must echo its number if it echoes any, and the last event of a page must differ from the
    /// first of the next. If the count is off, the window is read again; if only two events on an
    /// edge are equal, it is read again too, and two reads that agree prove them to be twins. Three
    /// reads are made at most. A 400 for a page after the first counts as a wrong count, since a window
    /// that has shrunk may be answered so.
    ///
    /// A removal together with an addition within one read cannot be seen, and a new price, or a
    /// person's removal, which takes the email from events, is both. The next read sees it.
    ///
    /// A window of n events costs one request per page and nothing on top: no request for the count,
    /// no empty page at the end.
    ///
    /// # Errors
    /// [`ErrorKind::Incomplete`] if three reads do not add up; [`ErrorKind::TooLarge`] if more than
    /// `max_events` are announced, or [`Snapshot::EVENTS_MAX`] without it; else as [`UsageEvents::page`].
    pub async fn snapshot(&self) -> Result<Snapshot> {
        let client = self.client.started();
        let max_events = self.max_events.or(Some(Snapshot::EVENTS_MAX));
        snapshot::read(&Self { client, max_events, ..self.clone() }).await
    }

    /// The window.
    pub(crate) fn contains(&self, at: DateTime<Utc>) -> bool {
        self.start <= at && at < self.end
    }

    /// Reads a page and says where the next one is.
    pub(crate) async fn step(&self, cursor: Cursor) -> Result<(UsageEventsPage, Option<Cursor>)> {
        let page = self.page(cursor.page).await?;
        let empty_pages = if page.is_empty() { cursor.empty_pages + 1 } else { 0 };
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
        self.filter.write(&mut body).ok_or_else(|| refuse("a filter cannot be sent"))?;
        body.push('}');
        Ok(Bytes::from(body))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_in_inclusive_milliseconds() {
        for (at, milli) in [
            ("2026-07-31T00:00:00Z", 1_785_456_000_000),
            ("2026-07-31T00:00:00.001Z", 1_785_456_000_001),
            ("2026-07-31T00:00:00.000001Z", 1_785_456_000_001),
            ("1969-12-31T23:59:59.9995Z", 0),
        ] {
            assert_eq!(first_milli(at.parse().unwrap()), milli, "{at}");
        }
    }
}
