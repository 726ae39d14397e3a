//! One window in place of another.

use std::cmp::Ordering;

use cost_model::{Change, ConnectionId, Replacement, WindowRead};
use rusqlite::{Transaction, TransactionBehavior};

use crate::assembly::{self, Assembly};
use crate::coverage;
use crate::database::Database;
use crate::dictionary::{self, Dictionary};
use crate::failure::{Attempt, Failure};
use crate::restated;
use crate::row::{self, Row};

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
    read: WindowRead,
) -> Attempt<Change> {
    let window = read.window;
    let number = dictionary::connection_or_new(transaction, connection)?;
    dictionary.turn_to(transaction, number)?;

    let (mut old, mut records, mut assembly) = (Vec::new(), Vec::new(), Assembly::default());
    let mut batches = Vec::new();
    let span = (window.start().millis(), window.end().millis() - 1);
    assembly::read(transaction, (number, connection), span, &mut |batch| {
        batches.push(batch);
        true
    })?;
    for mut batch in batches {
        assembly.begin(&mut batch);
        for row in batch.rows {
            records.push(assembly.record(row.clone())?.clone());
            old.push(row);
        }
    }

    let replacement = Replacement::of(records, read, connection).map_err(Failure::Refused)?;
    let mut new = Vec::with_capacity(replacement.records.len());
    for record in &replacement.records {
        let provenance = record.provenance.as_ref().ok_or(Failure::Damaged("a record without an id"))?;
        let run = dictionary.run(transaction, &provenance.run)?;
        new.push(Row::of(record, dictionary.tuple(transaction, record)?, run)?);
    }
    write_difference(transaction, number, &old, &new)?;
    restated::append(transaction, number, &replacement.restatements)?;
    coverage::cover(transaction, number, window)?;
    Ok(replacement.change)
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
