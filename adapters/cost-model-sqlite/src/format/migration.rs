//! From version 3 to version 4: sets of dimensions by numbers of texts, record ids of version 2.
//!
//! Ids of records changed between the two versions, so the records are rebuilt in Rust and not by SQL. It runs once,
//! within the transaction of `schema::prepare`, while the old tables are still there under
//! other names.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use cost_model::record::{Identity, Person, RecordId, Tags};
use cost_model::store::ConnectionId;
use cost_model::{DimensionSet, StoredRecord};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Transaction, params};
use rustc_hash::FxHashMap;

use crate::failure::{Attempt, Failure};
use crate::format::dictionary::{self, Dictionary};
use crate::format::dimensions;
use crate::format::record;
use crate::format::resolver::Resolver;

/// The tag that held an id of its own for nearly every charge of its kind. That id is now beside that of the conversation,
/// and the tag says `true`. Named here alone, because files of version 3 may hold it.
const AGENT_TAG: &str = "cursor:cloud_agent";

/// How many sets of version 3 are remembered. Then all are forgotten at once, so that memory stays bounded.
const REMEMBERED: usize = 1 << 16;

/// The records of a connection in the columns of [`record::COLUMNS`], the set by its number in version 3.
const RECORDS: &str = "SELECT r.tuple, n.number, r.at, r.id, \
     r.person + (r.derived << 2) + (r.unconfirmed << 3) + (r.imported << 4) + (r.rounded << 5), \
     r.input, r.output, r.cache_write, r.cache_read, r.effective, r.billed, r.list, r.contracted, r.fee, r.requests, \
     r.quantity, r.until, r.charged, r.model_cost, r.conversation, NULL \
     FROM record_3 r LEFT JOIN run_3 o ON o.number = r.run \
     LEFT JOIN run n ON n.connection = r.connection AND n.id = o.id AND n.first_seen = r.first_seen \
     WHERE r.connection = ? ORDER BY r.at, r.id";

/// What a set of version 3 becomes.
///
/// The second is the id of an agent that the set held as a tag and that its charges hold now.
type Converted = (Arc<DimensionSet>, Option<Arc<str>>);

/// Brings every record over, instant by instant, so that a large file needs no more memory than a small one.
pub(crate) fn bring_records_over(transaction: &Transaction<'_>) -> Attempt<()> {
    let mut dictionary = Dictionary::default();
    for (number, id) in dictionary::connections(transaction)? {
        let mut connection = Migration { transaction, number, dictionary: &mut dictionary };
        connection.bring_over(&id)?;
    }
    Ok(())
}

/// One connection whose records are brought over.
///
/// It writes into the tables of version 4, with the same statements as every other write.
struct Migration<'a> {
    transaction: &'a Transaction<'a>,
    /// The number of the connection.
    number: i64,
    dictionary: &'a mut Dictionary,
}

impl Migration<'_> {
    /// Reads the records in order of time, and writes those of one instant together, since equal charges of one
    /// instant are numbered among themselves.
    ///
    /// At most the charges of one instant are in memory.
    fn bring_over(&mut self, connection: &ConnectionId) -> Attempt<()> {
        self.dictionary.turn_to(self.transaction, self.number)?;
        let mut statement = self.transaction.prepare(RECORDS)?;
        let mut rows = statement.query([self.number])?;
        let (mut resolver, mut sets) = (Resolver::default(), FxHashMap::<i64, Converted>::default());
        let mut instant: Vec<StoredRecord> = Vec::new();
        while let Some(row) = rows.next()? {
            if sets.len() == REMEMBERED {
                sets.clear();
                self.dictionary.turn_to(self.transaction, self.number)?;
            }
            let (tuple, run): (i64, i64) = (row.get(0)?, row.get(1)?);
            let (set, agent) = match sets.entry(tuple) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(set_of(self.transaction, tuple)?),
            };
            let run = resolver.run(self.transaction, run)?;
            let mut stored = record::read(row, connection, Arc::clone(set), run)?;
            stored.record.stated.agent.clone_from(agent);
            if instant.first().is_some_and(|first| first.record.at != stored.record.at) {
                self.write(&mut instant)?;
            }
            instant.push(stored);
        }
        self.write(&mut instant)
    }

    /// Gives the records of one instant their new ids, and writes them.
    ///
    /// Ids count equal charges of one instant, as in every read; see [`RecordId::of`].
    fn write(&mut self, records: &mut Vec<StoredRecord>) -> Attempt<()> {
        // Of equal charges the first was there first; a file's come after the provider's.
        records.sort_by_key(|stored| (stored.provenance.imported, stored.provenance.first_seen));
        let mut equals: HashMap<RecordId, u64> = HashMap::new();
        for stored in records.iter_mut() {
            // The id of a charge whose person was kept or replaced is that of what was read, which nobody knows any more.
            // Such a charge is found by its identity when it is read again, and has a new id from then on.
            if stored.provenance.person == Person::AsRead {
                let first = RecordId::of(&stored.record, 0);
                let ordinal = equals.entry(first).or_default();
                let id = if *ordinal == 0 { first } else { RecordId::of(&stored.record, *ordinal) };
                *ordinal += 1;
                let old = std::mem::replace(&mut stored.provenance.record_id, id);
                self.rename(old, stored)?;
            }
        }
        records.sort_by_key(|stored| stored.provenance.record_id);
        let mut write = self.transaction.prepare_cached(record::WRITE)?;
        for stored in records.drain(..) {
            let set = self.dictionary.set(self.transaction, &stored.record.dimensions)?;
            let provenance = &stored.provenance;
            let run = self.dictionary.run(self.transaction, &provenance.run, provenance.first_seen)?;
            record::write(&mut write, self.number, &stored, set, run)?;
        }
        Ok(())
    }

    /// Puts the new id of a record wherever the old one is.
    ///
    /// Restatements keep the id and the identity of the charge that they are about.
    fn rename(&self, old: RecordId, stored: &StoredRecord) -> Attempt<()> {
        let (at, id) = (stored.record.at.millis(), stored.provenance.record_id);
        let mut restatements = self.transaction.prepare_cached(
            "UPDATE restatement SET record_id = ?, identity = ? WHERE record_id = ? AND connection = ?",
        )?;
        let identity = Identity::of(&stored.record);
        restatements.execute(params![id.as_bytes(), identity.as_bytes(), old.as_bytes(), self.number])?;
        if stored.provenance.imported {
            let mut statements = self.transaction.prepare_cached(
                "UPDATE statement SET record = ? WHERE record = ? AND connection = ? AND at = ?",
            )?;
            statements.execute(params![id.as_bytes(), old.as_bytes(), self.number, at])?;
        }
        Ok(())
    }
}

/// The columns of texts of version 3. They stay as they are when a later version has more.
const COLUMNS_OF_VERSION_3: [&str; 15] = [
    "currency",
    "provider",
    "billing_account",
    "account",
    "service",
    "service_id",
    "category",
    "subcategory",
    "resource",
    "charge_type",
    "region",
    "usage_unit",
    "stated_kind",
    "stated_model",
    "discount_percent",
];

/// Reads a set of version 3: its texts themselves, and tags as a JSON object.
///
/// # Errors
/// [`Failure::Damaged`] for a number that no set has, and for texts and tags of another type.
fn set_of(sqlite: &Connection, number: i64) -> Attempt<Converted> {
    let sql =
        format!("SELECT {}, tags, attributes FROM tuple_3 WHERE number = ?", COLUMNS_OF_VERSION_3.join(", "));
    let mut statement = sqlite.prepare_cached(&sql)?;
    let mut rows = statement.query([number])?;
    let row = rows.next()?.ok_or(Failure::Damaged("a record without its tuple"))?;
    let mut texts = [const { None }; dimensions::COUNT];
    for (place, name) in COLUMNS_OF_VERSION_3.iter().enumerate() {
        // By name: the columns of today may be in another order, or more.
        let now = dimensions::COLUMNS.iter().position(|column| column == name);
        if let Some(text) = now.and_then(|now| texts.get_mut(now)) {
            *text = text_of(row, place)?.map(Arc::from);
        }
    }
    let mut tags = tags_of(row, COLUMNS_OF_VERSION_3.len())?;
    let agent = tags.get(AGENT_TAG).cloned();
    if agent.is_some() {
        tags.insert(AGENT_TAG, "true");
    }
    let fields = dimensions::fields(texts, tags, tags_of(row, COLUMNS_OF_VERSION_3.len() + 1)?)?;
    Ok((Arc::new(fields.into()), agent))
}

/// Reads a text; `None` for `NULL`, an error for anything but a text.
fn text_of<'a>(row: &'a Row<'_>, place: usize) -> Attempt<Option<&'a str>> {
    match row.get_ref(place)? {
        ValueRef::Null => Ok(None),
        value => value.as_str().map(Some).map_err(|_| Failure::Damaged("a text that is none")),
    }
}

/// Reads tags as version 3 kept them: a JSON object of texts.
fn tags_of(row: &Row<'_>, place: usize) -> Attempt<Tags> {
    let mut tags = Tags::default();
    let Some(json) = text_of(row, place)? else { return Ok(tags) };
    let object: HashMap<String, String> =
        serde_json::from_str(json).map_err(|_| Failure::Damaged("tags that are no JSON"))?;
    for (key, value) in object {
        tags.insert(key, value);
    }
    Ok(tags)
}
