//! What the numbers of texts, sets of dimensions and runs mean.
//!
//! The counterpart of `dictionary`, for reading. Sharing each text and set keeps memory in proportion to what
//! differs, and lets a ledger recognise equal sets early.

use std::collections::hash_map::Entry;
use std::sync::{Arc, LazyLock};

use cost_model::record::{DimensionFields, Tags};
use cost_model::store::ConnectionId;
use cost_model::{DimensionSet, StoredRecord, Timestamp};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};
use rustc_hash::FxHashMap;

use crate::failure::{Attempt, Failure};
use crate::format::dimensions;
use crate::format::record::{self, instant};

/// Reads each text, set and run once, and shares it among the records that have it. For one transaction.
///
/// It must not outlive its transaction: a number may mean another text after names were erased.
#[derive(Debug, Default)]
pub(crate) struct Resolver {
    texts: FxHashMap<i64, Arc<str>>,
    sets: FxHashMap<i64, Arc<DimensionSet>>,
    runs: FxHashMap<i64, (Arc<str>, Timestamp)>,
}

/// Returns the columns of [`Resolver::fields`], from the first column on.
///
/// The order is that of [`dimensions::fields`], with tags and attributes behind the texts.
pub(crate) fn columns() -> String {
    format!("{}, tags, attributes", dimensions::COLUMNS.join(", "))
}

/// Reads one set by its number.
static SET: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {} FROM dimension_set WHERE number = ?", columns()));

impl Resolver {
    /// Reads [`record::COLUMNS`], from the first column on.
    ///
    /// Fails where the row, its set or its run cannot be read as what this crate writes.
    pub(crate) fn record(
        &mut self,
        sqlite: &Connection,
        connection: &ConnectionId,
        row: &Row<'_>,
    ) -> Attempt<StoredRecord> {
        let (set, run): (i64, i64) = (row.get(0)?, row.get(1)?);
        let set = match self.sets.get(&set) {
            Some(known) => Arc::clone(known),
            None => {
                let read = self.set(sqlite, set)?;
                self.sets.insert(set, Arc::clone(&read));
                read
            }
        };
        record::read(row, connection, set, self.run(sqlite, run)?)
    }

    /// Reads a set of dimensions. Does not remember the set; [`Resolver::record`] does.
    pub(crate) fn set(&mut self, sqlite: &Connection, number: i64) -> Attempt<Arc<DimensionSet>> {
        let mut statement = sqlite.prepare_cached(&SET)?;
        let mut rows = statement.query([number])?;
        let row = rows.next()?.ok_or(Failure::Damaged("a record without its dimensions"))?;
        Ok(Arc::new(self.fields(sqlite, row)?.into()))
    }

    /// Reads [`columns`].
    ///
    /// For a caller that changes a set before it is shared, as pseudonyms do.
    pub(crate) fn fields(&mut self, sqlite: &Connection, row: &Row<'_>) -> Attempt<DimensionFields> {
        let mut texts = [const { None }; dimensions::COUNT];
        for (place, text) in texts.iter_mut().enumerate() {
            let number: Option<i64> = row.get(place)?;
            *text = number.map(|number| self.text(sqlite, number)).transpose()?;
        }
        let tags = self.tags(sqlite, row.get_ref(dimensions::COUNT)?)?;
        let attributes = self.tags(sqlite, row.get_ref(dimensions::COUNT + 1)?)?;
        dimensions::fields(texts, tags, attributes)
    }

    /// Reads tags from their JSON, an array in which keys and values alternate as numbers of texts; `NULL` is none.
    fn tags(&mut self, sqlite: &Connection, value: ValueRef<'_>) -> Attempt<Tags> {
        let mut tags = Tags::default();
        let Some(json) = value.as_str_or_null().map_err(|_| Failure::Damaged("tags that are no text"))?
        else {
            return Ok(tags);
        };
        let numbers: Vec<[i64; 2]> = pairs(json)?;
        for [key, value] in numbers {
            let (key, value) = (self.text(sqlite, key)?, self.text(sqlite, value)?);
            tags.insert(key, value);
        }
        Ok(tags)
    }

    /// Returns the text of a number; fails if the file lacks it.
    fn text(&mut self, sqlite: &Connection, number: i64) -> Attempt<Arc<str>> {
        if let Some(text) = self.texts.get(&number) {
            return Ok(Arc::clone(text));
        }
        let mut statement = sqlite.prepare_cached("SELECT text FROM text WHERE number = ?")?;
        let text: Option<Arc<str>> = statement.query_row([number], |row| row.get(0)).optional()?;
        let text = text.ok_or(Failure::Damaged("a set of dimensions without its texts"))?;
        self.texts.insert(number, Arc::clone(&text));
        Ok(text)
    }

    /// Returns the name of a run, and when it or one before first saw what it read.
    pub(crate) fn run(&mut self, sqlite: &Connection, number: i64) -> Attempt<&(Arc<str>, Timestamp)> {
        match self.runs.entry(number) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(new) => {
                let mut statement =
                    sqlite.prepare_cached("SELECT id, first_seen FROM run WHERE number = ?")?;
                let found = statement.query_row([number], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
                let (id, first_seen) = found.ok_or(Failure::Damaged("a record without its run"))?;
                Ok(new.insert((id, instant(first_seen)?)))
            }
        }
    }
}

/// Reads an array of numbers as pairs; fails where one is left over.
fn pairs(json: &str) -> Attempt<Vec<[i64; 2]>> {
    let numbers: Vec<i64> = serde_json::from_str(json).map_err(|_| NO_PAIRS)?;
    let (pairs, rest) = numbers.as_chunks();
    if rest.is_empty() { Ok(pairs.to_vec()) } else { Err(NO_PAIRS) }
}

/// The failure of tags that this crate has not written.
const NO_PAIRS: Failure = Failure::Damaged("tags that are no pairs of numbers");
