//! Which spans of time the provider was read for, and when.
//!
//! The store never works out spans itself: [`Coverage`] of `cost-model` adds and cuts them, and this file
//! keeps the outcome. Spans that files cover are not here; they follow from the imports.

use cost_model::record::ReadNumber;
use cost_model::store::{Coverage, CoveredSpan};
use cost_model::{Timestamp, Window};
use rusqlite::Connection;

use crate::failure::{Attempt, Failure};
use crate::format::record::instant;

/// Returns every span of a connection that the provider was read for.
///
/// A span that was stored by version 1 or 2 of the file has no time of its read; a run reads it once more to get one.
///
/// # Errors
/// [`Failure::Damaged`] for an instant out of range, and for a span that does not end after it starts.
pub(crate) fn of_provider(sqlite: &Connection, connection: i64) -> Attempt<Coverage> {
    let mut statement = sqlite.prepare_cached(
        "SELECT start, until, read, read_at FROM coverage WHERE connection = ? ORDER BY start",
    )?;
    let mut rows = statement.query([connection])?;
    let mut spans = Vec::new();
    while let Some(row) = rows.next()? {
        let window = Window::new(instant(row.get(0)?)?, instant(row.get(1)?)?);
        let window = window.map_err(|_| Failure::Damaged("a window that is none"))?;
        // SQLite has no unsigned integers: the same 64 bits are kept as a signed one.
        let read = ReadNumber::new(row.get::<_, i64>(2)?.cast_unsigned());
        let read_at: Option<i64> = row.get(3)?;
        spans.push(CoveredSpan::read(window, read, read_at.map(instant).transpose()?));
    }
    Ok(spans.into_iter().collect())
}

/// Puts spans in place of all that a connection has.
///
/// Only the difference is written, since most replacements change one span out of many.
pub(crate) fn put(sqlite: &Connection, connection: i64, old: &Coverage, new: &Coverage) -> Attempt<()> {
    for gone in old.spans().iter().filter(|span| !new.spans().contains(span)) {
        let start = gone.window.start().millis();
        sqlite.execute("DELETE FROM coverage WHERE connection = ? AND start = ?", (connection, start))?;
    }
    let mut insert = sqlite.prepare_cached(
        "INSERT OR REPLACE INTO coverage (connection, start, until, read, read_at) VALUES (?, ?, ?, ?, ?)",
    )?;
    for span in new.spans().iter().filter(|span| !old.spans().contains(span)) {
        let CoveredSpan { window, read, read_at, .. } = span;
        insert.execute((
            connection,
            window.start().millis(),
            window.end().millis(),
            read.get().cast_signed(),
            read_at.map(Timestamp::millis),
        ))?;
    }
    Ok(())
}
