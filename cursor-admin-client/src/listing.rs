//! Lists that come in numbered pages.

use std::collections::HashSet;

use crate::call::{Answer, Call};
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::fault::Decoded;
use crate::notes::{BadRow, Notes};
use crate::unknown::UnknownField;
use crate::wire::Fields;

/// A list with all its pages.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listing<T> {
    /// The rows, in the order sent.
    pub rows: Vec<T>,
    /// How many entries the server announced, if it did. Each call says what it counts.
    pub announced: Option<u64>,
    /// How many HTTP requests it took, retries and repeated reads included.
    pub requests: u64,
    /// Fields that this release does not read.
    pub unknown_fields: Vec<UnknownField>,
    /// Rows that could not be read; always none unless the client is [lenient](crate::Client::lenient).
    pub bad_rows: Vec<BadRow>,
}

impl<T> Listing<T> {
    pub(crate) fn new(rows: Vec<T>, announced: Option<u64>, requests: u64, notes: Notes) -> Self {
        let (unknown_fields, bad_rows) = (notes.unknown.into_list(), notes.bad_rows);
        Self { rows, announced, requests, unknown_fields, bad_rows }
    }
}

/// One page of a list.
pub(crate) struct Page<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) announced: Option<u64>,
    pub(crate) has_next: bool,
}

/// A row that can be told from the others of its list, and the entry that it is counted by.
pub(crate) trait Row {
    /// What no other row of the list has; `None` if the row does not say.
    fn identity(&self) -> Option<String>;

    /// Whether each row is one of the entries announced.
    const COUNTED: bool;
}

const PAGES_MAX: u32 = 10_000;
const READS_MAX: u32 = 3;

/// Reads all pages. They are an offset into a list that may move, so the list is read again if the
/// announced count changes or is not met, or if a row comes twice.
pub(crate) async fn read<T: Row + Send>(
    client: &Client,
    call: impl Fn(u32) -> Result<Call> + Send + Sync,
    decode: impl Fn(&[u8], &mut Notes) -> Decoded<Page<T>> + Send + Sync,
) -> Result<Listing<T>> {
    let client = client.started();
    let mut requests = 0;
    let mut reads = 1;
    loop {
        let (listing, steady) = read_once(&client, &call, &decode, &mut requests).await?;
        if steady && adds_up(&listing) {
            return Ok(listing);
        }
        if reads == READS_MAX {
            let received = received(&listing);
            let detail = format!("{received} rows came, and {reads} reads did not add up");
            let error = Error::new(ErrorKind::Incomplete, call(1)?.route.operation(), detail);
            return Err(error.with_counts(listing.announced.unwrap_or(received), Some(received)));
        }
        reads += 1;
    }
}

async fn read_once<T: Row + Send>(
    client: &Client,
    call: &(impl Fn(u32) -> Result<Call> + Send + Sync),
    decode: &(impl Fn(&[u8], &mut Notes) -> Decoded<Page<T>> + Send + Sync),
    requests: &mut u64,
) -> Result<(Listing<T>, bool)> {
    let (mut rows, mut announced, mut notes) = (Vec::new(), None, Notes::default());
    let mut steady = true;
    for number in 1..=PAGES_MAX {
        let call = call(number)?;
        let Answer { value: page, attempts, notes: noted } = client.call(&call, decode).await?;
        client.page_read(&call, &page.rows, page.announced);
        *requests += u64::from(attempts);
        if number == 1 {
            announced = page.announced;
        }
        let empty = page.rows.is_empty() && noted.bad_rows.is_empty();
        let endless = page.has_next && (number == PAGES_MAX || (T::COUNTED && empty));
        steady &= page.announced == announced && !endless;
        rows.extend(page.rows);
        notes.absorb(noted);
        if !page.has_next || !steady {
            break;
        }
    }
    Ok((Listing::new(rows, announced, *requests, notes), steady))
}

fn adds_up<T: Row>(listing: &Listing<T>) -> bool {
    let mut seen = HashSet::new();
    let distinct = listing.rows.iter().filter_map(Row::identity).all(|identity| seen.insert(identity));
    let counted = !T::COUNTED || listing.announced.is_none_or(|announced| announced == received(listing));
    distinct && counted
}

fn received<T>(listing: &Listing<T>) -> u64 {
    u64::try_from(listing.rows.len().saturating_add(listing.bad_rows.len())).unwrap_or(u64::MAX)
}

/// The announced count of a page, and whether there is another. Without the server's word on that it
/// is worked out from the numbers of pages; without `pagination` there is one page.
pub(crate) fn pagination(
    fields: &mut Fields<'_>,
    total: &'static str,
    notes: &mut Notes,
) -> Decoded<(Option<u64>, bool)> {
    let read = fields.take("pagination")?.inside(|mut inner| {
        let announced = inner.take(total)?.count()?;
        let (page, pages) = (inner.take("page")?.count()?, inner.take("totalPages")?.count()?);
        let stated = inner.take("hasNextPage")?;
        let known = page.zip(pages).map(|(page, pages)| page < pages);
        let has_next = stated.required(stated.flag()?.or(known))?;
        inner.ignore(&["pageSize", "hasPreviousPage"])?;
        notes.unknown.note("pagination.", &inner);
        Ok((announced, has_next))
    })?;
    Ok(read.unwrap_or((None, false)))
}
