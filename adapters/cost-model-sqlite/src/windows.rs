//! One window in place of another.

use std::cmp::Ordering;

use cost_model::{
    ConnectionId, PriorState, ReplaceStats, ReplacedWindow, StoredRecord, Window, WindowReplacement,
};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::assembly::{self, Assembly};
use crate::database::Database;
use crate::dictionary::Dictionary;
use crate::failure::{Attempt, Failure};
use crate::row::{self, Row};
use crate::{coverage, imports, reads, restated};

impl Database {
    /// Does something that writes, whole or not at all.
    pub(crate) fn write<T>(
        &mut self,
        change: impl FnOnce(&Transaction<'_>, &mut Dictionary) -> Attempt<T>,
    ) -> Attempt<T> {
        let Self { connection, dictionary, .. } = self;
        let outcome = (|| {
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
}

/// Replaces a window, and writes what is different.
pub(crate) fn replace(
    transaction: &Transaction<'_>,
    dictionary: &mut Dictionary,
    connection: &ConnectionId,
    new: WindowReplacement,
) -> Attempt<ReplaceStats> {
    let window = new.window;
    let number = reads::connection_of(transaction, connection, new.read)?;
    dictionary.turn_to(transaction, number)?;
    let (old, records) = read(transaction, (number, connection), window)?;
    let prior = PriorState { records, coverage: coverage::of_provider(transaction, number)? };
    let covered = prior.coverage.clone();
    let replaced = ReplacedWindow::of(prior, new, connection).map_err(Failure::Refused)?;
    write(transaction, dictionary, number, &old, &replaced.records)?;
    restated::append(transaction, number, &replaced.restatements)?;
    coverage::put(transaction, number, &covered, &replaced.coverage)?;
    imports::forget_statements(transaction, number, window)?;
    Ok(replaced.stats)
}

/// Reads every record of a window, ascending by time and id, as rows and as records.
pub(crate) fn read(
    sqlite: &Connection,
    connection: (i64, &ConnectionId),
    window: Window,
) -> Attempt<(Vec<Row>, Vec<StoredRecord>)> {
    let (mut old, mut records, mut assembly) = (Vec::new(), Vec::new(), Assembly::default());
    let mut batches = Vec::new();
    let span = (window.start().millis(), window.end().millis() - 1);
    assembly::read(sqlite, connection, span, &mut |batch| {
        batches.push(batch);
        true
    })?;
    for mut batch in batches {
        assembly.begin(&mut batch);
        for row in batch.rows {
            records.push(assembly.record(row.clone())?);
            old.push(row);
        }
    }
    Ok((old, records))
}

/// Writes records in place of rows, where they differ.
pub(crate) fn write(
    transaction: &Transaction<'_>,
    dictionary: &mut Dictionary,
    connection: i64,
    old: &[Row],
    records: &[StoredRecord],
) -> Attempt<()> {
    let mut new = Vec::with_capacity(records.len());
    for stored in records {
        let run = dictionary.run(transaction, &stored.provenance.run)?;
        new.push(Row::of(stored, dictionary.tuple(transaction, &stored.record.dimensions)?, run)?);
    }
    write_difference(transaction, connection, old, &new)
}

/// Both are ascending by time and id, and so are the keys of the table: writes go from page to page.
fn write_difference(transaction: &Transaction<'_>, connection: i64, old: &[Row], new: &[Row]) -> Attempt<()> {
    let mut delete =
        transaction.prepare_cached("DELETE FROM record WHERE connection = ? AND at = ? AND id = ?")?;
    let mut write = transaction.prepare_cached(row::WRITE)?;
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(now)) => (before.at, before.id).cmp(&(now.at, now.id)),
        };
        let before = old.next_if(|_| order.is_le());
        let now = new.next_if(|_| order.is_ge());
        match (before, now) {
            (Some(before), None) => {
                delete.execute((connection, before.at, before.id))?;
            }
            (before, Some(now)) if before != Some(now) => now.write(&mut write, connection)?,
            _ => {}
        }
    }
}
