//! The numbers of connections, runs and tuples.

use std::collections::HashMap;
use std::sync::Arc;

use cost_model::{ConnectionId, DimensionSet};
use rusqlite::{Connection, OptionalExtension};

use crate::failure::Attempt;
use crate::tuple;

/// Forgets everything when it remembers so many tuples.
const REMEMBERED: usize = 1 << 16;

/// Numbers that were looked up or given out lately, for one connection at a time. True only for what is committed: to be
/// forgotten when a transaction fails.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    of: i64,
    /// Changes when another program writes the file.
    data_version: i64,
    tuples: HashMap<Arc<DimensionSet>, i64>,
    runs: HashMap<Arc<str>, i64>,
}

impl Dictionary {
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Looks things up for that connection from now on, inside a transaction that writes.
    pub(crate) fn turn_to(&mut self, sqlite: &Connection, connection: i64) -> Attempt<()> {
        let data_version = sqlite.pragma_query_value(None, "data_version", |row| row.get(0))?;
        if (self.of, self.data_version) != (connection, data_version) || self.tuples.len() > REMEMBERED {
            *self = Self { of: connection, data_version, ..Self::default() };
        }
        Ok(())
    }

    /// The number of a set of dimensions, given out if it has none.
    pub(crate) fn tuple(&mut self, sqlite: &Connection, set: &Arc<DimensionSet>) -> Attempt<i64> {
        if let Some(number) = self.tuples.get(set) {
            return Ok(*number);
        }
        let texts = tuple::texts(set)?;
        let digest = tuple::digest(&texts);
        let mut find =
            sqlite.prepare_cached("SELECT number FROM tuple WHERE connection = ? AND digest = ?")?;
        let found = find.query_row((self.of, digest), |row| row.get(0)).optional()?;
        let number = match found {
            Some(number) => number,
            None => {
                let places = vec!["?"; texts.len()].join(", ");
                let sql = format!(
                    "INSERT INTO tuple (connection, digest, {}) VALUES ({}, ?, {places})",
                    tuple::COLUMNS,
                    self.of
                );
                let mut insert = sqlite.prepare_cached(&sql)?;
                insert.raw_bind_parameter(1, digest)?;
                for (place, text) in (2_usize..).zip(&texts) {
                    insert.raw_bind_parameter(place, text.as_deref())?;
                }
                insert.raw_execute()?;
                sqlite.last_insert_rowid()
            }
        };
        self.tuples.insert(Arc::clone(set), number);
        Ok(number)
    }

    /// The number of a run, given out if it has none.
    pub(crate) fn run(&mut self, sqlite: &Connection, id: &Arc<str>) -> Attempt<i64> {
        if let Some(number) = self.runs.get(id) {
            return Ok(*number);
        }
        let mut find = sqlite.prepare_cached("SELECT number FROM run WHERE connection = ? AND id = ?")?;
        let found = find.query_row((self.of, id), |row| row.get(0)).optional()?;
        let number = match found {
            Some(number) => number,
            None => {
                sqlite.execute("INSERT INTO run (connection, id) VALUES (?, ?)", (self.of, id))?;
                sqlite.last_insert_rowid()
            }
        };
        self.runs.insert(Arc::clone(id), number);
        Ok(number)
    }
}

/// The number of a connection, if anything is stored for it.
pub(crate) fn connection(sqlite: &Connection, id: &ConnectionId) -> Attempt<Option<i64>> {
    let mut find = sqlite.prepare_cached("SELECT number FROM connection WHERE name = ?")?;
    Ok(find.query_row([id.as_str()], |row| row.get(0)).optional()?)
}

/// The number of a connection, given out if it has none.
pub(crate) fn connection_or_new(sqlite: &Connection, id: &ConnectionId) -> Attempt<i64> {
    if let Some(number) = connection(sqlite, id)? {
        return Ok(number);
    }
    // Reads that began before it was there are void.
    sqlite.execute(
        "INSERT INTO connection (name, first_read) SELECT ?, last_read + 1 FROM store",
        [id.as_str()],
    )?;
    Ok(sqlite.last_insert_rowid())
}

/// Every connection with its number, in order of their names.
pub(crate) fn connections(sqlite: &Connection) -> Attempt<Vec<(i64, ConnectionId)>> {
    let mut all = sqlite.prepare_cached("SELECT number, name FROM connection ORDER BY name")?;
    let rows = all.query_map((), |row| Ok((row.get(0)?, ConnectionId::new(row.get::<_, String>(1)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
