//! One window in place of another.
//!
//! Reading a window again changes few of its records, so the records are paired over keys (time, id, set, flags) and
//! only those that no id pairs are read as a whole. What is written is the difference. All of it happens in one
//! transaction on the writer's thread.

use std::cmp::Ordering;

use cost_model::record::{Person, RecordId};
use cost_model::store::{
    ConnectionId, PriorRecord, PriorState, ReplaceStats, WindowPairing, WindowReplacement,
};
use cost_model::{StoredRecord, Timestamp, Window};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use crate::calls::coverage;
use crate::calls::reads;
use crate::calls::restated;
use crate::calls::statements;
use crate::database::Database;
use crate::failure::{Attempt, Failure};
use crate::format::dictionary::Dictionary;
use crate::format::record::{self, Flags, instant};
use crate::format::resolver::Resolver;

impl Database {
    /// Does something that writes, whole or not at all. An error leaves the file as it was. The dictionary is
    /// forgotten then, since it may hold numbers of rows that were rolled back.
    ///
    /// The transaction excludes other writers from its start, so that what `change` reads stays true until it commits.
    pub(crate) fn write<T>(
        &mut self,
        change: impl FnOnce(&Transaction<'_>, &mut Dictionary) -> Attempt<T>,
    ) -> Attempt<T> {
        let Self { connection, dictionary, .. } = self;
        let outcome = (|| {
            // Immediate: two writers that both begin by reading could otherwise not both go on to write.
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let outcome = change(&transaction, dictionary)?;
            transaction.commit()?;
            Ok(outcome)
        })();
        if outcome.is_err() {
            dictionary.forget();
        }
        outcome
    }

    /// Does something that changes what the store holds, and makes that another revision.
    ///
    /// For calls that change charges or what is known of them; numbers of reads and the journal use
    /// [`Database::write`].
    pub(crate) fn change<T>(
        &mut self,
        change: impl FnOnce(&Transaction<'_>, &mut Dictionary) -> Attempt<T>,
    ) -> Attempt<T> {
        self.write(|transaction, dictionary| {
            let outcome = change(transaction, dictionary)?;
            reads::count_change(transaction)?;
            Ok(outcome)
        })
    }
}

/// What a read is compared with before any record is read as a whole.
///
/// Small beside a whole record, since one is made for each record of a window.
#[derive(Clone, Copy, Debug)]
struct Key {
    at: Timestamp,
    id: RecordId,
    set: i64,
    flags: Flags,
    person: Person,
}

impl PriorRecord for Key {
    fn at(&self) -> Timestamp {
        self.at
    }

    fn record_id(&self) -> RecordId {
        self.id
    }

    fn person(&self) -> Person {
        self.person
    }
}

/// Replaces a window, and writes what is different. Fails with the error of a void read if the connection was purged
/// after the read began.
///
/// Returns how many records were added, removed, changed, repriced and left as they were.
pub(crate) fn replace(
    transaction: &Transaction<'_>,
    dictionary: &mut Dictionary,
    connection: &ConnectionId,
    new: WindowReplacement,
) -> Attempt<ReplaceStats> {
    let window = new.window;
    let number = reads::connection_of(transaction, connection, new.read)?;
    dictionary.turn_to(transaction, number)?;
    // Without files: what a file covers was never read from the provider.
    let covered = coverage::of_provider(transaction, number)?;
    let prior = PriorState { records: keys(transaction, number, window)?, coverage: covered.clone() };
    let pairing = WindowPairing::new(prior, new, connection).map_err(Failure::Refused)?;
    let unsettled = read_each(transaction, (number, connection), pairing.unsettled())?;
    let change = pairing.finish(&unsettled);
    let mut update = transaction.prepare_cached(
        "UPDATE record SET dimensions = ?, flags = ? WHERE connection = ? AND at = ? AND id = ?",
    )?;
    // The id holds everything else.
    for (key, record) in &change.same {
        let (set, flags) = (dictionary.set(transaction, &record.dimensions)?, Flags::as_read(record));
        if (set, flags) != (key.set, key.flags) {
            update.execute(params![set, flags.0, number, key.at.millis(), key.id.as_bytes()])?;
        }
    }
    write(transaction, dictionary, number, &unsettled, &change.put)?;
    restated::append(transaction, number, &change.restatements)?;
    coverage::put(transaction, number, &covered, &change.coverage)?;
    statements::forget_statements(transaction, number, window)?;
    Ok(change.stats)
}

/// Reads the key of every record of a window. The whole key is in the first columns of a row, so that no figure is
/// decoded.
fn keys(sqlite: &Connection, connection: i64, window: Window) -> Attempt<Vec<Key>> {
    let mut statement = sqlite.prepare_cached(
        "SELECT at, id, dimensions, flags FROM record WHERE connection = ? AND at >= ? AND at < ?",
    )?;
    let mut rows = statement.query((connection, window.start().millis(), window.end().millis()))?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let flags = Flags(row.get(3)?);
        let (id, person) = (RecordId::from_bytes(row.get(1)?), flags.person()?);
        keys.push(Key { at: instant(row.get(0)?)?, id, set: row.get(2)?, flags, person });
    }
    Ok(keys)
}

/// Reads the records of these keys. One that is gone is left out.
///
/// Only what the pairing cannot settle by keys is asked for.
fn read_each(
    sqlite: &Connection,
    (number, connection): (i64, &ConnectionId),
    keys: &[Key],
) -> Attempt<Vec<StoredRecord>> {
    let sql = format!("SELECT {} FROM record WHERE connection = ? AND at = ? AND id = ?", record::COLUMNS);
    let mut statement = sqlite.prepare_cached(&sql)?;
    let (mut records, mut resolver) = (Vec::with_capacity(keys.len()), Resolver::default());
    for key in keys {
        let mut rows = statement.query(params![number, key.at.millis(), key.id.as_bytes()])?;
        if let Some(row) = rows.next()? {
            records.push(resolver.record(sqlite, connection, row)?);
        }
    }
    Ok(records)
}

/// Reads every record of a window, ascending by time and id.
///
/// For imports, whose reach is the span of one file.
pub(crate) fn read(
    sqlite: &Connection,
    connection: (i64, &ConnectionId),
    window: Window,
) -> Attempt<Vec<StoredRecord>> {
    let mut records = Vec::new();
    let span = (window.start().millis(), window.end().millis() - 1);
    read_span(sqlite, connection, span, &mut |record| {
        records.push(record);
        true
    })?;
    Ok(records)
}

/// Reads the records of a connection in a span of milliseconds, the last included, until one is refused; false if one
/// was. Rows of equal sets and runs share them.
pub(crate) fn read_span(
    sqlite: &Connection,
    (number, connection): (i64, &ConnectionId),
    (first, last): (i64, i64),
    take: &mut dyn FnMut(StoredRecord) -> bool,
) -> Attempt<bool> {
    let sql = format!(
        "SELECT {} FROM record WHERE connection = ? AND at BETWEEN ? AND ? ORDER BY at, id",
        record::COLUMNS
    );
    let mut statement = sqlite.prepare_cached(&sql)?;
    let mut rows = statement.query((number, first, last))?;
    let mut resolver = Resolver::default();
    while let Some(row) = rows.next()? {
        if !take(resolver.record(sqlite, connection, row)?) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes records in place of others, where they differ. Both are ascending by time and id, and so are the keys of the
/// table: writes go from page to page.
///
/// A record of the same key is overwritten in place; one that is equal is not touched at all.
pub(crate) fn write(
    transaction: &Transaction<'_>,
    dictionary: &mut Dictionary,
    connection: i64,
    old: &[StoredRecord],
    new: &[StoredRecord],
) -> Attempt<()> {
    reads::count_charges(transaction, connection, old, new)?;
    let mut delete =
        transaction.prepare_cached("DELETE FROM record WHERE connection = ? AND at = ? AND id = ?")?;
    let mut write = transaction.prepare_cached(record::WRITE)?;
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(now)) => sort_key(before).cmp(&sort_key(now)),
        };
        // Of equal keys both are taken, which makes it one row that is overwritten or left.
        let before = old.next_if(|_| order.is_le());
        let now = new.next_if(|_| order.is_ge());
        match (before, now) {
            (Some(before), None) => {
                let (at, id) = sort_key(before);
                delete.execute(params![connection, at.millis(), id.as_bytes()])?;
            }
            (before, Some(now)) if before != Some(now) => {
                let set = dictionary.set(transaction, &now.record.dimensions)?;
                let run = dictionary.run(transaction, &now.provenance.run, now.provenance.first_seen)?;
                record::write(&mut write, connection, now, set, run)?;
            }
            _ => {}
        }
    }
}

/// Returns what a stored record is sorted by.
fn sort_key(stored: &StoredRecord) -> (Timestamp, RecordId) {
    (stored.record.at, stored.provenance.record_id)
}
