//! Rows to records.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use cost_model::{ConnectionId, DimensionSet, StoredRecord};
use rusqlite::{Connection, OptionalExtension};

use crate::failure::{Attempt, Failure};
use crate::row::{self, Row};
use crate::tuple;

/// So many rows travel together.
const BATCH: usize = 256;

/// Rows of one connection, with the tuples and runs that no batch before had.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) connection: Option<ConnectionId>,
    sets: Vec<(i64, Arc<DimensionSet>)>,
    runs: Vec<(i64, Arc<str>)>,
    pub(crate) rows: Vec<Row>,
}

/// Reads the rows of a connection in a span of milliseconds, the last included, and hands them out in batches until one is
/// refused; false if one was.
pub(crate) fn read(
    sqlite: &Connection,
    connection: (i64, &ConnectionId),
    (first, last): (i64, i64),
    take: &mut dyn FnMut(Batch) -> bool,
) -> Attempt<bool> {
    let (number, id) = connection;
    let sql = format!(
        "SELECT {} FROM record WHERE connection = ? AND at BETWEEN ? AND ? ORDER BY at, id",
        row::COLUMNS
    );
    let mut statement = sqlite.prepare_cached(&sql)?;
    let mut rows = statement.query((number, first, last))?;
    let (mut tuples, mut runs) = (HashSet::new(), HashSet::new());
    let mut batch = Batch { connection: Some(id.clone()), ..Batch::default() };
    while let Some(row) = rows.next()? {
        let row = Row::read(row)?;
        if tuples.insert(row.tuple) {
            batch.sets.push((row.tuple, Arc::new(set_of(sqlite, row.tuple)?)));
        }
        if runs.insert(row.run) {
            batch.runs.push((row.run, run_of(sqlite, row.run)?));
        }
        batch.rows.push(row);
        if batch.rows.len() == BATCH {
            let rows = Vec::with_capacity(BATCH);
            if !take(std::mem::replace(&mut batch, Batch { rows, ..Batch::default() })) {
                return Ok(false);
            }
        }
    }
    Ok(take(batch))
}

fn set_of(sqlite: &Connection, number: i64) -> Attempt<DimensionSet> {
    let sql = format!("SELECT {} FROM tuple WHERE number = ?", tuple::COLUMNS);
    let mut statement = sqlite.prepare_cached(&sql)?;
    let mut rows = statement.query([number])?;
    let row = rows.next()?.ok_or(Failure::Damaged("a record without its tuple"))?;
    tuple::read(row)
}

fn run_of(sqlite: &Connection, number: i64) -> Attempt<Arc<str>> {
    let mut statement = sqlite.prepare_cached("SELECT id FROM run WHERE number = ?")?;
    let run = statement.query_row([number], |row| row.get(0)).optional()?;
    run.ok_or(Failure::Damaged("a record without its run"))
}

/// Makes the records of one connection after the other, each in place of the one before.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    connection: Option<ConnectionId>,
    sets: HashMap<i64, Arc<DimensionSet>>,
    runs: HashMap<i64, Arc<str>>,
}

impl Assembly {
    /// Takes what comes with a batch; its rows are to be handed in one by one.
    pub(crate) fn begin(&mut self, batch: &mut Batch) {
        if let Some(connection) = batch.connection.take() {
            *self = Self { connection: Some(connection), ..Self::default() };
        }
        self.sets.extend(batch.sets.drain(..));
        self.runs.extend(batch.runs.drain(..));
    }

    pub(crate) fn record(&self, row: Row) -> Attempt<StoredRecord> {
        let set = self.sets.get(&row.tuple).ok_or(Failure::Damaged("a record without its tuple"))?;
        let run = self.runs.get(&row.run).ok_or(Failure::Damaged("a record without its run"))?;
        let connection = self.connection.as_ref().ok_or(Failure::Damaged("a record of no connection"))?;
        let provenance = row.provenance(connection, run)?;
        Ok(StoredRecord { record: row.record(Arc::clone(set))?, provenance })
    }
}
