//! Snapshots: all events of a window, proven complete.
//!
//! Pages are offsets into data that may move while they are read, so completeness has to be proven: by counts, by
//! echoed page numbers, and by the rows at the edges of pages. What cannot be proven in one walk is read again.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::decode::{BadRow, UnknownField, UnknownFields};
use crate::endpoints::usage_events::{Row, UsageEvent, UsageEventRef};
use crate::error::{Error, ErrorKind, Result};
use crate::http::server::ServerNotes;
use crate::usage_events::{Cursor, OPERATION, UsageEvents};

/// All usage events of a window, proven complete by [`UsageEvents::snapshot`], or what
/// [`UsageEvents::snapshot_map`] made of them.
///
/// Held in memory as a whole, so that either all of a window is returned or an error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot<T = UsageEvent> {
    /// The events that lie in the window, in the order sent. Equal events are distinct charges.
    pub events: Vec<T>,
    /// The number of events that the server announced; equal to the events, the bad rows and the `outside` ones
    /// together.
    pub announced: u64,
    /// Events that the server sent although they lie outside of the window. Normally none: a server that sends them may have
    /// applied other bounds, so that events of the window may be missing.
    ///
    /// In the order sent.
    pub outside: Vec<T>,
    /// The server's clock when it began to answer, if it told.
    ///
    /// Compared with the host's clock it shows which of the two is ahead.
    pub answered_at: Option<DateTime<Utc>>,
    /// Whether the server says that it is a simulator, so that the events are made up.
    pub simulated: bool,
    /// The number of HTTP requests sent, retries and repeated reads included.
    ///
    /// Those of reads that were given up count too.
    pub requests: u64,
    /// The number of requests that repeated a failed one.
    pub retries: u64,
    /// The time spent waiting for the rate limit and before retries.
    pub waited: Duration,
    /// The number of times that the window was read again.
    ///
    /// 0 where the first read proved complete.
    pub rereads: u32,
    /// Fields that this release does not read, as counted in the read that was kept.
    pub unknown_fields: Vec<UnknownField>,
    /// Rows that could not be read; always none unless the client is
    /// [lenient](crate::Client::lenient). They may belong outside of the window.
    pub bad_rows: Vec<BadRow>,
}

impl Snapshot {
    /// The most events that a snapshot takes unless [`UsageEvents::max_events`] says otherwise. A
    /// snapshot is held in memory as a whole, and a million events take about half a gigabyte.
    pub const EVENTS_MAX: u64 = 1_000_000;
}

impl UsageEvents {
    /// Returns all events of the window, proven complete.
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
        self.snapshot_map(UsageEvent::from_ref).await
    }

    /// Reads the window as [`UsageEvents::snapshot`] does, and maps each event while its page is read, so that no event is held
    /// whole.
    ///
    /// The checks compare the mapped values: at the edges of pages, and where two reads must agree. Keep in them whatever
    /// distinguishes two charges. If two different events map to equal values, windows are read again without need, and an event
    /// that replaced another goes unnoticed. `map` is also called for events that are not returned, since a page or the window
    /// may be read again.
    ///
    /// ```no_run
    /// # use cursor_admin_client::{Cents, Result, UsageEvents};
    /// # async fn example(events: UsageEvents) -> Result<()> {
    /// let snapshot = events
    ///     .snapshot_map(|event| (event.timestamp, event.model.to_string(), event.charged_cents))
    ///     .await?;
    /// let charged = snapshot.events.iter().filter_map(|(_, _, cents)| *cents);
    /// let sum = charged.map(Cents::units).sum::<i128>();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`UsageEvents::snapshot`].
    pub async fn snapshot_map<T: Eq + Hash + Send>(
        &self,
        map: impl FnMut(&UsageEventRef<'_>) -> T + Send,
    ) -> Result<Snapshot<T>> {
        read(&self.started(Snapshot::EVENTS_MAX), map).await
    }
}

/// How many times a window is read before giving up.
const READS_MAX: u32 = 3;

/// One walk over all pages.
///
/// It is kept until its verdict is known. It then becomes the snapshot, or is compared with the next walk.
struct Read<T> {
    events: Vec<T>,
    /// The places of those that lie outside of the window.
    outside: Vec<usize>,
    bad_rows: Vec<BadRow>,
    /// Whether the last row that came is the last of the bad ones.
    ended_badly: bool,
    announced: u64,
    unknown: UnknownFields,
    server: ServerNotes,
    verdict: Verdict,
    /// Why a page after the first was refused.
    refusal: Option<Error>,
}

impl<T> Read<T> {
    /// Makes a walk that has not met a page yet.
    fn new() -> Self {
        Self {
            events: Vec::new(),
            outside: Vec::new(),
            bad_rows: Vec::new(),
            ended_badly: false,
            announced: 0,
            unknown: UnknownFields::default(),
            server: ServerNotes::default(),
            verdict: Verdict::Complete,
            refusal: None,
        }
    }

    /// Counts the rows that came, bad ones included, since the server counts them too.
    fn received(&self) -> u64 {
        u64::try_from(self.events.len().saturating_add(self.bad_rows.len())).unwrap_or(u64::MAX)
    }

    /// Returns the last row that came, to be compared with the first of the next page.
    fn last(&self) -> Option<Row<'_, T>> {
        let bad = self.bad_rows.last().filter(|_| self.ended_badly).map(|bad| Row::Bad(&bad.text));
        bad.or_else(|| self.events.last().map(Row::Event))
    }

    /// Returns all rows, read ones first.
    fn rows(&self) -> impl Iterator<Item = Row<'_, T>> {
        self.events.iter().map(Row::Event).chain(self.bad_rows.iter().map(|bad| Row::Bad(&bad.text)))
    }
}

/// What a walk over the pages has shown.
///
/// The worst that any page shows counts for the walk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Complete,
    /// Two equal events on an edge: one event that moved, or twins.
    PerhapsShifted,
    Inconsistent,
}

/// What all walks of a snapshot have cost together.
#[derive(Default)]
struct Cost {
    requests: u64,
    retries: u64,
    waited: Duration,
}

/// Walks the pages until a walk is proven complete, three times at most. Two walks that may have shifted prove each
/// other if they hold the same events.
async fn read<T: Eq + Hash + Send>(
    request: &UsageEvents,
    mut map: impl FnMut(&UsageEventRef<'_>) -> T + Send,
) -> Result<Snapshot<T>> {
    let mut map = |event: &UsageEventRef<'_>| (map(event), request.contains(event.timestamp));
    let mut cost = Cost::default();
    let mut rereads = 0;
    let mut shifted: Option<Read<T>> = None;
    loop {
        let read = read_once(request, &mut map, &mut cost).await?;
        let proven = match read.verdict {
            Verdict::Complete => true,
            Verdict::PerhapsShifted => shifted.as_ref().is_some_and(|earlier| agree(earlier, &read)),
            Verdict::Inconsistent => false,
        };
        if proven {
            return Ok(finish(read, &cost, rereads));
        }
        if rereads + 1 == READS_MAX {
            return Err(incomplete(read));
        }
        if read.verdict == Verdict::PerhapsShifted {
            // Only the latest is kept: more than two walks of a large window need not be in memory.
            shifted = Some(read);
        }
        rereads += 1;
    }
}

/// Walks the pages; stops early once they cannot add up any more.
async fn read_once<T: Eq + Send>(
    request: &UsageEvents,
    map: &mut (impl FnMut(&UsageEventRef<'_>) -> (T, bool) + Send),
    cost: &mut Cost,
) -> Result<Read<T>> {
    let mut read = Read::new();
    let mut next = Some(Cursor::default());
    while let Some(cursor) = next {
        let (page, following) = match request.step(cursor, &mut *map).await {
            Ok(step) => step,
            Err(error) if is_gone(&error) => {
                cost.requests += u64::from(error.attempts());
                cost.retries += u64::from(error.attempts().saturating_sub(1));
                read.verdict = Verdict::Inconsistent;
                read.refusal = Some(error);
                return Ok(read);
            }
            Err(error) => return Err(error),
        };
        next = following;
        cost.requests += u64::from(page.attempts);
        cost.retries += u64::from(page.attempts.saturating_sub(1));
        cost.waited = cost.waited.saturating_add(page.waited);
        if page.page == 1 {
            read.announced = page.announced;
        }
        let first = page.first().map(|row| match row {
            Row::Event((event, _)) => Row::Event(event),
            Row::Bad(text) => Row::Bad(text),
        });
        // An event that came in meanwhile moves all that follow it by a place: the last row of a page comes again as
        // the first row of the next.
        if first.is_some() && read.last() == first {
            read.verdict = Verdict::PerhapsShifted;
        }
        // An empty page has no last row; the next page is still compared with the last row before it.
        if !page.is_empty() {
            read.ended_badly = page.ends_badly();
        }
        let server = ServerNotes { answered_at: page.answered_at, simulated: page.simulated };
        read.server = read.server.and(server);
        // A page without an echo is accepted: Cursor promises none. A wrong echo means that another page was sent.
        let echoes = page.echoed_page.is_none_or(|echoed| echoed == u64::from(page.page));
        let steady = page.announced == read.announced;
        for (event, inside) in page.events {
            read.outside.extend((!inside).then_some(read.events.len()));
            read.events.push(event);
        }
        read.bad_rows.extend(page.bad_rows);
        read.unknown.merge(&page.unknown_fields);
        if !steady || !echoes || read.received() > read.announced {
            read.verdict = Verdict::Inconsistent;
            return Ok(read);
        }
    }
    // Withdrawn events move the others the other way, so that rows are missing and none comes twice.
    if read.received() != read.announced {
        read.verdict = Verdict::Inconsistent;
    }
    Ok(read)
}

/// Returns whether a page was refused for its number: the same question was answered on page 1, so there may be
/// fewer pages than were announced.
fn is_gone(error: &Error) -> bool {
    error.status() == Some(400) && error.kind() == ErrorKind::Rejected && error.page() > Some(1)
}

/// Returns whether two reads hold the same events, as often each.
fn agree<T: Eq + Hash>(one: &Read<T>, other: &Read<T>) -> bool {
    fn tally<T: Eq + Hash>(read: &Read<T>) -> HashMap<Row<'_, T>, u64> {
        let mut tally = HashMap::with_capacity(read.events.len());
        for row in read.rows() {
            *tally.entry(row).or_insert(0) += 1;
        }
        tally
    }
    // Cursor promises no order of events; nearly always it is the same, so the cheap comparison comes first.
    one.rows().eq(other.rows()) || tally(one) == tally(other)
}

/// Separates the events outside of the window from those inside, and keeps the order of both.
fn finish<T>(read: Read<T>, cost: &Cost, rereads: u32) -> Snapshot<T> {
    let (mut events, mut outside) = (read.events, Vec::new());
    if !read.outside.is_empty() {
        let mut places = read.outside.into_iter().peekable();
        let all = std::mem::take(&mut events).into_iter().enumerate();
        for (place, event) in all {
            let list = if places.next_if_eq(&place).is_some() { &mut outside } else { &mut events };
            list.push(event);
        }
    }
    Snapshot {
        events,
        announced: read.announced,
        outside,
        answered_at: read.server.answered_at,
        simulated: read.server.simulated,
        requests: cost.requests,
        retries: cost.retries,
        waited: cost.waited,
        rereads,
        unknown_fields: read.unknown.into_list(),
        bad_rows: read.bad_rows,
    }
}

/// Makes the error of a window that no walk proved: the refusal of a later page if there was one, as it says more
/// than counts.
fn incomplete<T>(read: Read<T>) -> Error {
    if let Some(refusal) = read.refusal {
        return refusal;
    }
    let received = read.received();
    let detail = match read.verdict {
        Verdict::PerhapsShifted => {
            format!("{received} events came, but {READS_MAX} reads of the window disagree")
        }
        _ => format!(
            "{received} of {} announced events came, and {READS_MAX} reads did not add up",
            read.announced
        ),
    };
    Error::new(ErrorKind::Incomplete, OPERATION, detail).with_counts(read.announced, Some(received))
}
