//! Which spans of time are stored.

use cost_model::Window;
use rusqlite::Connection;

use crate::failure::{Attempt, Failure};
use crate::row::instant;

/// The spans of a connection that have a point in common with that one, or an end.
fn touching(sqlite: &Connection, connection: i64, (first, last): (i64, i64)) -> Attempt<Vec<Window>> {
    let mut statement = sqlite.prepare_cached(
        "SELECT start, until FROM coverage WHERE connection = ? AND start <= ? AND until >= ? ORDER BY start",
    )?;
    let mut rows = statement.query((connection, last, first))?;
    let mut windows = Vec::new();
    while let Some(row) = rows.next()? {
        let (start, end) = (instant(row.get(0)?)?, instant(row.get(1)?)?);
        windows.push(Window::new(start, end).map_err(|_| Failure::Damaged("a window that is none"))?);
    }
    Ok(windows)
}

/// Every span of a connection.
pub(crate) fn all(sqlite: &Connection, connection: i64) -> Attempt<Vec<Window>> {
    touching(sqlite, connection, (i64::MIN, i64::MAX))
}

/// Adds a span, joined with those that it touches.
pub(crate) fn cover(sqlite: &Connection, connection: i64, window: Window) -> Attempt<()> {
    let (start, end) = (window.start().millis(), window.end().millis());
    let old = touching(sqlite, connection, (start, end))?;
    let start = old.iter().map(|each| each.start().millis()).fold(start, i64::min);
    let end = old.iter().map(|each| each.end().millis()).fold(end, i64::max);
    if let [only] = &*old
        && (only.start().millis(), only.end().millis()) == (start, end)
    {
        return Ok(());
    }
    for each in old {
        sqlite.execute(
            "DELETE FROM coverage WHERE connection = ? AND start = ?",
            (connection, each.start().millis()),
        )?;
    }
    sqlite.execute(
        "INSERT INTO coverage (connection, start, until) VALUES (?, ?, ?)",
        (connection, start, end),
    )?;
    Ok(())
}
