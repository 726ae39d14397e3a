//! The numbers of reads, and what the charges of a store are: whose, how many, and of which revision.
//!
//! A read is numbered before its first request, and each connection keeps the lowest number that it still takes.
//! Purging a connection and making it again raises that number, which is how a read from before is refused.

use cost_model::record::ReadNumber;
use cost_model::source::Origin;
use cost_model::store::{ChargeCounts, ConnectionId, Revision};
use cost_model::{Error, StoredRecord};
use rusqlite::Connection;

use crate::failure::{Attempt, Failure};
use crate::format::dictionary;

/// Whether a connection, `?`, or any has something stored.
///
/// The row of a connection alone does not count: it is made when a read begins, which may then fail.
const HOLDS: &str = "EXISTS (SELECT 1 FROM record r WHERE r.connection = c.number)
     OR EXISTS (SELECT 1 FROM coverage v WHERE v.connection = c.number)
     OR EXISTS (SELECT 1 FROM import i WHERE i.connection = c.number)
     OR EXISTS (SELECT 1 FROM restatement t WHERE t.connection = c.number)
     OR EXISTS (SELECT 1 FROM observation o WHERE o.connection = c.number)";

/// Returns every connection that something is stored for, ascending by name. A connection for which a read has only
/// begun is not among them.
pub(crate) fn connections(sqlite: &Connection) -> Attempt<Vec<ConnectionId>> {
    let mut all =
        sqlite.prepare_cached(&format!("SELECT name FROM connection c WHERE {HOLDS} ORDER BY name"))?;
    let rows = all.query_map((), |row| row.get::<_, String>(0).map(ConnectionId::new))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Returns what the charges are, if there is anything.
///
/// `None` as long as nothing is stored, whatever reads have begun.
pub(crate) fn origin(sqlite: &Connection) -> Attempt<Option<Origin>> {
    let holds: bool = sqlite.query_row(
        &format!("SELECT EXISTS (SELECT 1 FROM connection c WHERE {HOLDS})"),
        (),
        |row| row.get(0),
    )?;
    Ok(if holds { Some(kept_to(sqlite)?) } else { None })
}

/// Returns the origin that was stated last, also where nothing is held.
///
/// A store that was emptied keeps it until a read of the other origin begins.
fn kept_to(sqlite: &Connection) -> Attempt<Origin> {
    let demo: bool = sqlite.query_row("SELECT demo FROM store", (), |row| row.get(0))?;
    Ok(if demo { Origin::Demo } else { Origin::Provider })
}

/// Refuses charges of another origin than those that are held. Where none are, reads of the other origin that have begun
/// are void from now on.
///
/// # Errors
/// [`Failure::Refused`] where something of another origin is held.
pub(crate) fn keep_to(sqlite: &Connection, wanted: Origin) -> Attempt<()> {
    if let Some(held) = origin(sqlite)?.filter(|held| *held != wanted) {
        return Err(Failure::Refused(Error::mixed_origins(held)));
    }
    if kept_to(sqlite)? != wanted {
        sqlite.execute("UPDATE store SET demo = ?", [wanted == Origin::Demo])?;
        sqlite.execute("UPDATE connection SET first_read = (SELECT last_read + 1 FROM store)", ())?;
    }
    Ok(())
}

/// Returns how many changes there were.
///
/// The number only grows. Two equal numbers of one store mean that nothing was changed between.
pub(crate) fn revision(sqlite: &Connection) -> Attempt<Revision> {
    let changes: i64 = sqlite.query_row("SELECT revision FROM store", (), |row| row.get(0))?;
    Ok(Revision::new(changes.cast_unsigned()))
}

/// Counts a change, in the transaction that makes it.
///
/// A call that turns out to change nothing is counted as well.
pub(crate) fn count_change(sqlite: &Connection) -> Attempt<()> {
    sqlite.execute("UPDATE store SET revision = revision + 1", ())?;
    Ok(())
}

/// Returns how many charges a connection has.
///
/// The counts are kept beside the records, so that the answer does not depend on their number.
pub(crate) fn charge_counts(sqlite: &Connection, connection: i64) -> Attempt<ChargeCounts> {
    let counts: (i64, i64) = sqlite.query_row(
        "SELECT charges, unpriced FROM connection WHERE number = ?",
        [connection],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(ChargeCounts::new(counts.0.cast_unsigned(), counts.1.cast_unsigned()))
}

/// Notes that records of a connection were put in place of others.
///
/// Both lists are of the same window, complete before and after.
pub(crate) fn count_charges(
    sqlite: &Connection,
    connection: i64,
    old: &[StoredRecord],
    new: &[StoredRecord],
) -> Attempt<()> {
    let (old, new) = (counts_of(old), counts_of(new));
    if old != new {
        sqlite.execute(
            "UPDATE connection SET charges = charges + ?, unpriced = unpriced + ? WHERE number = ?",
            (new.0 - old.0, new.1 - old.1, connection),
        )?;
    }
    Ok(())
}

/// Returns how many records there are, and how many of them have no effective cost.
///
/// As signed numbers, so that their difference can be added.
fn counts_of(records: &[StoredRecord]) -> (i64, i64) {
    let unpriced = records.iter().filter(|stored| stored.record.costs.effective.is_none()).count();
    (to_column(records.len()), to_column(unpriced))
}

/// Returns a count as a column holds it.
fn to_column(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Hands out the next number.
///
/// Numbers grow over all connections of a store and are never given out twice.
pub(crate) fn begin(sqlite: &Connection, connection: &ConnectionId, origin: Origin) -> Attempt<ReadNumber> {
    keep_to(sqlite, origin)?;
    // Before the number is used up: a connection that is new takes no reads from before.
    dictionary::connection_or_new(sqlite, connection)?;
    let number: i64 =
        sqlite.query_row("UPDATE store SET last_read = last_read + 1 RETURNING last_read", (), |row| {
            row.get(0)
        })?;
    Ok(ReadNumber::new(number.cast_unsigned()))
}

/// Returns the number of a connection that a read may still be stored for. Fails as a void read if the connection is
/// not there or was made after the read began.
pub(crate) fn connection_of(
    sqlite: &Connection,
    connection: &ConnectionId,
    read: ReadNumber,
) -> Attempt<i64> {
    let mut find =
        sqlite.prepare_cached("SELECT number FROM connection WHERE name = ? AND first_read <= ?")?;
    let mut rows = find.query((connection.as_str(), read.get().cast_signed()))?;
    match rows.next()? {
        Some(row) => Ok(row.get(0)?),
        None => Err(Failure::Refused(Error::read_is_void())),
    }
}
