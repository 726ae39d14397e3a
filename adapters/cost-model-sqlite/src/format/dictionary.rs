//! The numbers of connections, texts, sets of dimensions and runs, given out when something is written.
//!
//! Records name their set of dimensions and their run by number, and sets name their texts by number, so that a text
//! is stored once for each connection. [`Dictionary`] finds or gives out these numbers on the way in; `resolver`
//! reads them on the way out.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use cost_model::record::Tags;
use cost_model::store::ConnectionId;
use cost_model::{DimensionSet, Timestamp};
use rusqlite::{Connection, OptionalExtension, ToSql, params_from_iter};
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::failure::{Attempt, Failure};
use crate::format::dimensions;

/// The number of sets that are remembered although nothing else holds them.
///
/// Sets that a source shares with the store are kept beyond it: they are in memory anyway.
const REMEMBERED: usize = 1 << 16;

/// Finds a set by number, if it has exactly these columns. `IS` compares absent ones as equal, which `=` does
/// not.
static IS_SET: LazyLock<String> = LazyLock::new(|| {
    let equal = dimensions::COLUMNS.map(|column| format!("{column} IS ?")).join(" AND ");
    format!("SELECT 1 FROM dimension_set WHERE number = ? AND {equal} AND tags IS ? AND attributes IS ?")
});

/// Inserts a set; its number is given out by SQLite.
static INSERT_SET: LazyLock<String> = LazyLock::new(|| {
    let (columns, places) = (dimensions::COLUMNS.join(", "), ["?"; dimensions::COUNT].join(", "));
    format!(
        "INSERT INTO dimension_set (connection, hash, {columns}, tags, attributes) VALUES (?, ?, {places}, ?, ?)"
    )
});

/// Numbers that were looked up or given out lately, for one connection at a time. True only for what is committed: to be
/// forgotten when a transaction fails.
///
/// An import names few sets and texts again and again, so that most are found here and not in the file.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    /// The number of the connection that everything here is of.
    of: i64,
    /// Changes when another program writes the file.
    data_version: i64,
    /// By the hash that each set carries.
    sets: HashMap<Arc<DimensionSet>, i64, FxBuildHasher>,
    /// The numbers of all sets of the connection by their hashes. Sets that this process has not met yet are found here, so
    /// that the table needs no index.
    by_hash: FxHashMap<i64, i64>,
    /// At this number of sets, those that nobody else holds are forgotten.
    most_sets: usize,
    /// The numbers of texts.
    texts: HashMap<Box<str>, i64, foldhash::fast::RandomState>,
    /// The numbers of runs, by id and the time at which they first saw what they read.
    runs: HashMap<(Arc<str>, Timestamp), i64>,
    /// Most records of a window are of one run.
    last_run: Option<(Arc<str>, Timestamp, i64)>,
}

impl Dictionary {
    /// Drops everything that is remembered, as after a transaction that was rolled back.
    ///
    /// Also after names were erased, since a remembered text would be written again.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Looks things up for that connection from now on, inside a transaction that writes. Reads the hashes of all
    /// sets of the connection, unless it was the last one and no other program has written the file since.
    pub(crate) fn turn_to(&mut self, sqlite: &Connection, connection: i64) -> Attempt<()> {
        let data_version = sqlite.pragma_query_value(None, "data_version", |row| row.get(0))?;
        if (self.of, self.data_version) != (connection, data_version) {
            let mut all =
                sqlite.prepare_cached("SELECT hash, number FROM dimension_set WHERE connection = ?")?;
            let numbers = all.query_map([connection], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let by_hash = numbers.collect::<rusqlite::Result<_>>()?;
            *self = Self { of: connection, data_version, by_hash, ..Self::default() };
        }
        if self.sets.len() > self.most_sets.max(REMEMBERED) {
            // A source that goes on shares its sets; those of one that has ended would only fill memory.
            self.sets.retain(|set, _| Arc::strong_count(set) > 1);
            self.most_sets = self.sets.len().saturating_mul(2);
            self.texts = HashMap::default();
        }
        Ok(())
    }

    /// Returns the number of a set of dimensions, given out if it has none. A set that this process has met is found
    /// without the file; another one is found by its hash and then compared, column by column.
    pub(crate) fn set(&mut self, sqlite: &Connection, set: &Arc<DimensionSet>) -> Attempt<i64> {
        if let Some(number) = self.sets.get(set) {
            return Ok(*number);
        }
        let mut texts = [None; dimensions::COUNT];
        for (number, text) in texts.iter_mut().zip(&dimensions::texts(set)) {
            *number = text.as_ref().map(|text| self.text(sqlite, text)).transpose()?;
        }
        let tags = [self.tags(sqlite, &set.tags)?, self.tags(sqlite, &set.attributes)?];
        let numbers = tags.iter().flat_map(|tags| tags.iter().map(|number| Some(*number)).chain([None]));
        let hash = hash(texts.into_iter().chain(numbers));
        let tags = [json(&tags[0])?, json(&tags[1])?];
        let texts = texts.iter().map(|text| text as &dyn ToSql);
        let fields: Vec<&dyn ToSql> = texts.chain(tags.iter().map(|tags| tags as &dyn ToSql)).collect();
        let alike = self.by_hash.get(&hash).copied();
        let number = match alike {
            Some(number) if is_set(sqlite, number, &fields)? => number,
            _ => {
                let owner: [&dyn ToSql; 2] = [&self.of, &hash];
                let values = params_from_iter(owner.into_iter().chain(fields));
                sqlite.prepare_cached(&INSERT_SET)?.insert(values)?
            }
        };
        // Of unequal sets with one hash the first is found again. The others get another number in each process, which is
        // no harm: whoever reads them compares sets.
        self.by_hash.entry(hash).or_insert(number);
        self.sets.insert(Arc::clone(set), number);
        Ok(number)
    }

    /// Numbers of keys and values by turns.
    ///
    /// Texts that are new are given a number, as those of columns are.
    fn tags(&mut self, sqlite: &Connection, tags: &Tags) -> Attempt<Vec<i64>> {
        let mut numbers = Vec::new();
        for (key, value) in tags.iter() {
            numbers.extend([self.text(sqlite, key)?, self.text(sqlite, value)?]);
        }
        Ok(numbers)
    }

    /// Returns the number of a text, given out if it has none. Looks in memory first, then in the file.
    fn text(&mut self, sqlite: &Connection, text: &str) -> Attempt<i64> {
        if let Some(number) = self.texts.get(text) {
            return Ok(*number);
        }
        let number = match text_number(sqlite, self.of, text)? {
            Some(number) => number,
            None => {
                let mut insert =
                    sqlite.prepare_cached("INSERT INTO text (connection, text) VALUES (?, ?)")?;
                insert.insert((self.of, text))?
            }
        };
        self.texts.insert(text.into(), number);
        Ok(number)
    }

    /// Returns the number of a run and of when it first saw what it read, given out if they have none.
    ///
    /// The last one is compared by its pointer: a window hands the same text over with every record.
    pub(crate) fn run(&mut self, sqlite: &Connection, id: &Arc<str>, first_seen: Timestamp) -> Attempt<i64> {
        if let Some((last, seen, number)) = &self.last_run
            && Arc::ptr_eq(last, id)
            && *seen == first_seen
        {
            return Ok(*number);
        }
        let number = self.any_run(sqlite, id, first_seen)?;
        self.last_run = Some((Arc::clone(id), first_seen, number));
        Ok(number)
    }

    /// Finds the number of a run in memory, then in the file, and else gives one out.
    fn any_run(&mut self, sqlite: &Connection, id: &Arc<str>, first_seen: Timestamp) -> Attempt<i64> {
        let key = (Arc::clone(id), first_seen);
        if let Some(number) = self.runs.get(&key) {
            return Ok(*number);
        }
        let values = (self.of, id, first_seen.millis());
        let mut find = sqlite
            .prepare_cached("SELECT number FROM run WHERE connection = ? AND id = ? AND first_seen = ?")?;
        let number = match find.query_row(values, |row| row.get(0)).optional()? {
            Some(number) => number,
            None => {
                sqlite.execute("INSERT INTO run (connection, id, first_seen) VALUES (?, ?, ?)", values)?;
                sqlite.last_insert_rowid()
            }
        };
        self.runs.insert(key, number);
        Ok(number)
    }
}

/// Returns whether the set of that number has these columns.
fn is_set(sqlite: &Connection, number: i64, fields: &[&dyn ToSql]) -> Attempt<bool> {
    let number: &dyn ToSql = &number;
    let values = params_from_iter(std::iter::once(&number).chain(fields));
    Ok(sqlite.prepare_cached(&IS_SET)?.exists(values)?)
}

/// Returns the number of a text of a connection, if it has one.
pub(crate) fn text_number(sqlite: &Connection, connection: i64, text: &str) -> Attempt<Option<i64>> {
    let mut find = sqlite.prepare_cached("SELECT number FROM text WHERE connection = ? AND text = ?")?;
    Ok(find.query_row((connection, text), |row| row.get(0)).optional()?)
}

/// By which a set is found. The numbers are given out here, so that nobody outside can bring about that two sets have one.
///
/// Its results are kept in the file: with another function, sets that are there would be written again.
fn hash(numbers: impl Iterator<Item = Option<i64>>) -> i64 {
    numbers
        .fold(0_u64, |hash: u64, number: Option<i64>| {
            let mixed = hash.rotate_left(5) ^ number.unwrap_or_default().cast_unsigned();
            mixed.wrapping_mul(0x517c_c1b7_2722_0a95)
        })
        .cast_signed()
}

/// Returns an array of numbers in JSON; none as nothing.
///
/// Nothing in place of an empty list, since most sets have no tags.
fn json(numbers: &[i64]) -> Attempt<Option<String>> {
    if numbers.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(numbers).map(Some).map_err(|_| Failure::Damaged("tags that cannot be written"))
}

/// Returns the number of a connection, if anything is stored for it.
///
/// A connection for which a read has begun has a number too.
pub(crate) fn connection(sqlite: &Connection, id: &ConnectionId) -> Attempt<Option<i64>> {
    let mut find = sqlite.prepare_cached("SELECT number FROM connection WHERE name = ?")?;
    Ok(find.query_row([id.as_str()], |row| row.get(0)).optional()?)
}

/// Returns the number of a connection, given out if it has none.
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

/// Returns every connection with its number, in order of their names.
pub(crate) fn connections(sqlite: &Connection) -> Attempt<Vec<(i64, ConnectionId)>> {
    let mut all = sqlite.prepare_cached("SELECT number, name FROM connection ORDER BY name")?;
    let rows = all.query_map((), |row| Ok((row.get(0)?, ConnectionId::new(row.get::<_, String>(1)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
