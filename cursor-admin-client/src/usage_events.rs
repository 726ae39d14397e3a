//! `POST /teams/filtered-usage-events`: the request, its pages and its items.
//!
//! Three ways to read a window: one page, a stream of pages or events without a proof, and a snapshot (in
//! `snapshot.rs`) with one. All of them ask the same question and walk the same pages.

use chrono::{DateTime, Utc};
use futures_core::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::client::Client;
use crate::endpoints::usage_events::{
    self, EventQuery, HostingType, UsageEvent, UsageEventRef, UsageEventsPage,
};
use crate::error::{Error, ErrorKind, Result};
use crate::http::connection::Connection;
use crate::http::gate::Route;

/// What errors name as the operation.
pub(crate) const OPERATION: &str = Route::UsageEvents.operation();
/// How many pages are read at most: a server that never says that it is done must not keep us for ever.
pub(crate) const PAGES_MAX: u32 = 100_000;
/// How many empty pages may come in a row between full ones.
const EMPTY_PAGES_MAX: u32 = 10;

/// A query for the usage events of a window. Nothing is sent until one of its reading functions is called.
///
/// The filters are those of <https://cursor.com/docs/account/teams/admin-api>; an event must pass all
/// that are set. There is none for the model or the kind, and no order can be requested.
#[derive(Clone, Debug)]
#[must_use]
pub struct UsageEvents {
    connection: Connection,
    query: EventQuery,
    max_events: Option<u64>,
}

impl Client {
    /// Returns the usage events of the half-open window `[start, end)`, by
    /// `POST /teams/filtered-usage-events`. Nothing is sent until one of its functions is called.
    ///
    /// Cursor's bounds are inclusive milliseconds; the window is sent as the first millisecond that
    /// lies in it and the last one. Cursor says that the data are gathered by the hour, and allows 60
    /// requests a minute. An empty old window does not prove that nothing was used: how long events
    /// are kept is not promised.
    pub fn usage_events(&self, start: DateTime<Utc>, end: DateTime<Utc>) -> UsageEvents {
        let connection = self.connection().clone();
        UsageEvents { connection, query: EventQuery::new(start, end), max_events: None }
    }
}

impl UsageEvents {
    /// Sets the number of events per page, from 1 to 1000; 1000 by default.
    ///
    /// Checked when a page is requested. Larger pages take fewer requests of the minute's limit.
    pub fn page_size(mut self, size: u32) -> Self {
        self.query.page_size = size;
        self
    }

    /// Returns the same query, limited to the events of one user.
    ///
    /// Cursor leaves the address out of the events of people who were removed, so that their events are found without
    /// this filter only.
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.query.filter.set("email", email.into());
        self
    }

    /// Returns the same query, limited to the user with this number. Cursor's documentation requires a number although
    /// answers have held `user_...` since 2026; [`UsageEvents::email`] is the safer way.
    pub fn user_id(mut self, number: u64) -> Self {
        self.query.filter.set("userId", number);
        self
    }

    /// Returns the same query, limited to one service account, `sa_...`.
    pub fn service_account(mut self, id: impl Into<String>) -> Self {
        self.query.filter.set("serviceAccountId", id.into());
        self
    }

    /// Returns the same query, limited to one cloud agent, `bc-...`, or to any with `*`.
    pub fn cloud_agent(mut self, id: impl Into<String>) -> Self {
        self.query.filter.set("cloudAgentId", id.into());
        self
    }

    /// Returns the same query, limited to one automation, or to any with `*`.
    /// An id is a UUID.
    pub fn automation(mut self, id: impl Into<String>) -> Self {
        self.query.filter.set("automationId", id.into());
        self
    }

    /// Returns the same query, limited to this `hostingType`.
    /// A value that the server does not know is refused with a 400, and never answered by an empty page.
    pub fn hosting(mut self, hosting: HostingType) -> Self {
        self.query.filter.set("hostingType", hosting.as_str());
        self
    }

    /// Sets the largest number of events. If more are announced, a read fails after the first page with
    /// [`ErrorKind::TooLarge`]. The error has the number announced, so that the caller can split the window. By default a
    /// snapshot reads [`Snapshot::EVENTS_MAX`](crate::snapshot::Snapshot::EVENTS_MAX) events at most, and the streams any number.
    pub fn max_events(mut self, events: u64) -> Self {
        self.max_events = Some(events);
        self
    }

    /// Returns the page of this number, from 1.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for an empty window, page 0 or a page size that is not allowed; else of
    /// every kind that a call can have. `max_events` is checked on page 1.
    pub async fn page(&self, number: u32) -> Result<UsageEventsPage> {
        self.page_map(number, UsageEvent::from_ref).await
    }

    /// Reads a page and maps its events while they borrow from it. The limit on events is checked on page 1, before
    /// the others are requested.
    async fn page_map<T: Send>(
        &self,
        number: u32,
        mut map: impl FnMut(&UsageEventRef<'_>) -> T + Send,
    ) -> Result<UsageEventsPage<T>> {
        let call = self.query.request(number)?;
        let answer = self
            .connection
            .call(&call, |body: &[u8], notes: &mut _| {
                usage_events::decode(body, Some(number), notes, &mut map)
            })
            .await?;
        let page = UsageEventsPage {
            attempts: answer.attempts,
            waited: answer.waited,
            answered_at: answer.server.answered_at,
            simulated: answer.server.simulated,
            unknown_fields: answer.notes.unknown.into_list(),
            bad_rows: answer.notes.bad_rows,
            ..answer.value
        };
        self.connection.page_read(&call, &page.events, Some(page.announced));
        match self.max_events {
            // The first page announces all events of the window, before anything else of it is read.
            Some(max) if number == 1 && page.announced > max => {
                let detail = format!("{} events were announced, more than the {max} allowed", page.announced);
                Err(Error::new(ErrorKind::TooLarge, OPERATION, detail)
                    .at(Some(number), page.attempts)
                    .with_counts(page.announced, None))
            }
            _ => Ok(page),
        }
    }

    /// Returns the pages in turn, until the server says that there are no more; an empty page is no end.
    ///
    /// The pages are offsets into data that may move, so a stream can repeat an event or miss one.
    /// [`UsageEvents::snapshot`] proves that it did not. One page is held at a time, however many
    /// there are. After an error the stream ends.
    pub fn pages(&self) -> BoxStream<'static, Result<UsageEventsPage>> {
        let first = Some((self.clone(), Cursor::default()));
        stream::try_unfold(first, |state| async move {
            let Some((request, cursor)) = state else { return Ok(None) };
            let (page, next) = request.step(cursor, UsageEvent::from_ref).await?;
            Ok(Some((page, next.map(|cursor| (request, cursor)))))
        })
        .boxed()
    }

    /// Returns the events of [`UsageEvents::pages`], one by one. A row that cannot be read is an error even of
    /// a [lenient](Client::lenient) client, since there is no place for it here.
    pub fn items(&self) -> BoxStream<'static, Result<UsageEvent>> {
        // A stream of events has no place in which a row that cannot be read would be noticed.
        let strict = Self { connection: self.connection.with_lenience(false), ..self.clone() };
        strict.pages().map_ok(|page| stream::iter(page.events.into_iter().map(Ok))).try_flatten().boxed()
    }

    /// Returns the question as one call of several requests, for that many events unless it was limited already.
    pub(crate) fn started(&self, max_events: u64) -> Self {
        let max_events = self.max_events.or(Some(max_events));
        Self { connection: self.connection.started(), max_events, ..self.clone() }
    }

    /// Returns whether a moment lies in the window.
    pub(crate) fn contains(&self, at: DateTime<Utc>) -> bool {
        self.query.contains(at)
    }

    /// Reads a page and says where the next one is.
    pub(crate) async fn step<T: Send>(
        &self,
        cursor: Cursor,
        map: impl FnMut(&UsageEventRef<'_>) -> T + Send,
    ) -> Result<(UsageEventsPage<T>, Option<Cursor>)> {
        let page = self.page_map(cursor.page, map).await?;
        let empty_pages = if page.is_empty() { cursor.empty_pages + 1 } else { 0 };
        let next = page.has_next.then_some(Cursor { page: cursor.page + 1, empty_pages });
        if next.is_some() && (empty_pages > EMPTY_PAGES_MAX || cursor.page >= PAGES_MAX) {
            let detail = "the server announces page after page without end";
            let error = Error::new(ErrorKind::Incomplete, OPERATION, detail);
            return Err(error.at(Some(cursor.page), page.attempts).with_counts(page.announced, None));
        }
        Ok((page, next))
    }
}

/// The next page of a walk, and how many empty ones led to it.
///
/// A page's number is all that Cursor knows of a walk.
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
