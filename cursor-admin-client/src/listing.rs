//! Lists that come in numbered pages.
//!
//! Spend, directory groups, their members and days of use are lists of this sort. Usage events have a walk of
//! their own in `snapshot.rs`, since nothing identifies an event.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::decode::{self, BadRow, Decoded, Notes, UnknownField, object};
use crate::error::{Error, ErrorKind, Result};
use crate::http::call::Call;
use crate::http::connection::{Answer, Connection};

/// A list with all its pages.
/// The pages are an offset into a list that may move while they are read. All of them are read again, three times at
/// most, if a row comes twice or what the pages announce changes or is not met.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listing<T> {
    /// The rows, in the order sent.
    pub rows: Vec<T>,
    /// The number of entries that the server announced, if it did. The docs of each call say what is counted.
    pub announced: Option<u64>,
    /// The number of HTTP requests that it took, retries and repeated reads included.
    pub requests: u64,
    /// Fields that this release does not read.
    pub unknown_fields: Vec<UnknownField>,
    /// Rows that could not be read; always none unless the client is [lenient](crate::Client::lenient).
    pub bad_rows: Vec<BadRow>,
}

/// One page of a list.
///
/// Each endpoint makes it of its answer, in whose words the count and the end are stated.
pub(crate) struct Page<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) announced: Option<u64>,
    pub(crate) more: More,
    /// When the billing cycle began, if the list is about one; every page must say the same.
    pub(crate) cycle_start: Option<DateTime<Utc>>,
}

/// Whether there are more pages.
#[derive(Clone, Copy)]
pub(crate) enum More {
    Stated(bool),
    /// Until the page of this number.
    UntilPage(u64),
    /// Until as many rows came as were announced.
    UntilAnnounced,
}

impl<T> Page<T> {
    /// Makes a page of an endpoint where only `pagination` states whether there are more; without it there is one page.
    pub(crate) fn new(rows: Vec<T>, announced: Option<u64>, pagination: Option<Pagination>) -> Decoded<Self> {
        let has_next = pagination.map_or(Some(false), |pagination| {
            let known = pagination.page.zip(pagination.pages).map(|(page, pages)| page < pages);
            pagination.has_next.or(known)
        });
        let more = decode::required("pagination.hasNextPage", has_next)?;
        Ok(Self { rows, announced, more: More::Stated(more), cycle_start: None })
    }
}

/// What a page says of the pages.
///
/// All fields are optional here: which one has to be there depends on the endpoint.
#[derive(Clone, Copy, Default)]
pub(crate) struct Pagination {
    pub(crate) total_count: Option<u64>,
    pub(crate) total_users: Option<u64>,
    page: Option<u64>,
    pages: Option<u64>,
    has_next: Option<bool>,
}

object! { Pagination {
    "totalCount" => total_count: count,
    "totalUsers" => total_users: count,
    "page" => page: count,
    "totalPages" => pages: count,
    "hasNextPage" => has_next: flag,
    ignored: "pageSize", "hasPreviousPage";
}}

/// A row that can be told from the others of its list, and the entry that it is counted by.
///
/// A list in which a row comes twice has moved while it was read.
pub(crate) trait Row {
    /// Returns what no other row of the list has; `None` if the row does not say.
    fn identity(&self) -> Option<String>;

    /// Whether each row is one of the entries announced.
    const COUNTED: bool;
}

/// All pages of a list.
///
/// Every page announced the same number of rows, or the list was read again.
pub(crate) struct Pages<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) announced: Option<u64>,
    pub(crate) cycle_start: Option<DateTime<Utc>>,
    pub(crate) requests: u64,
    pub(crate) notes: Notes,
}

impl<T> Pages<T> {
    /// Returns how many rows came, those that could not be read included.
    pub(crate) fn received(&self) -> u64 {
        u64::try_from(self.rows.len().saturating_add(self.notes.bad_rows.len())).unwrap_or(u64::MAX)
    }
}

impl<T> From<Pages<T>> for Listing<T> {
    fn from(pages: Pages<T>) -> Self {
        let Pages { rows, announced, requests, notes, .. } = pages;
        let (unknown_fields, bad_rows) = (notes.unknown.into_list(), notes.bad_rows);
        Self { rows, announced, requests, unknown_fields, bad_rows }
    }
}

/// How many pages are read at most: a server that never says that it is done must not keep a call for ever.
const PAGES_MAX: u32 = 10_000;
/// How often a list is read before it is given up.
const READS_MAX: u32 = 3;

/// Reads all pages. They are an offset into a list that may move, so the list is read again if what every
/// page announces changes or is not met, or if a row comes twice.
pub(crate) async fn read_pages<T: Row + Send>(
    connection: &Connection,
    request: impl Fn(u32) -> Result<Call> + Send + Sync,
    decode: fn(&[u8], &mut Notes) -> Decoded<Page<T>>,
) -> Result<Pages<T>> {
    // One deadline for all pages, and for all reads of the list.
    let connection = connection.started();
    let mut requests = 0;
    let mut reads = 1;
    loop {
        let (pages, steady) = read_once(&connection, &request, decode, &mut requests).await?;
        if steady && adds_up(&pages) {
            return Ok(pages);
        }
        if reads == READS_MAX {
            let received = pages.received();
            let detail = format!("{received} rows came, and {reads} reads did not add up");
            let error = Error::new(ErrorKind::Incomplete, request(1)?.route.operation(), detail);
            return Err(error.with_counts(pages.announced.unwrap_or(received), Some(received)));
        }
        reads += 1;
    }
}

/// Reads all pages once, and says whether they agreed with each other. It stops at the first that does not.
async fn read_once<T: Row + Send>(
    connection: &Connection,
    request: &(impl Fn(u32) -> Result<Call> + Send + Sync),
    decode: fn(&[u8], &mut Notes) -> Decoded<Page<T>>,
    requests: &mut u64,
) -> Result<(Pages<T>, bool)> {
    let mut pages =
        Pages { rows: Vec::new(), announced: None, cycle_start: None, requests: 0, notes: Notes::default() };
    let mut steady = true;
    for number in 1..=PAGES_MAX {
        let call = request(number)?;
        let Answer { value: page, attempts, notes, .. } = connection.call(&call, decode).await?;
        connection.page_read(&call, &page.rows, page.announced);
        *requests += u64::from(attempts);
        if number == 1 {
            (pages.announced, pages.cycle_start) = (page.announced, page.cycle_start);
        }
        let empty = page.rows.is_empty() && notes.bad_rows.is_empty();
        pages.rows.extend(page.rows);
        pages.notes.absorb(notes);
        let has_next = match page.more {
            More::Stated(more) => more,
            More::UntilPage(last) => u64::from(number) < last,
            More::UntilAnnounced => page.announced.is_some_and(|announced| pages.received() < announced),
        };
        // An empty page that promises more would be followed for ever.
        let endless = has_next && (number == PAGES_MAX || (T::COUNTED && empty));
        steady &= page.announced == pages.announced && page.cycle_start == pages.cycle_start && !endless;
        if !has_next || !steady {
            break;
        }
    }
    pages.requests = *requests;
    Ok((pages, steady))
}

/// Returns whether no row came twice and as many came as were announced.
fn adds_up<T: Row>(pages: &Pages<T>) -> bool {
    let mut seen = HashSet::new();
    let distinct = pages.rows.iter().filter_map(Row::identity).all(|identity| seen.insert(identity));
    // Rows that could not be read came as well.
    let counted = !T::COUNTED || pages.announced.is_none_or(|announced| announced == pages.received());
    distinct && counted
}
