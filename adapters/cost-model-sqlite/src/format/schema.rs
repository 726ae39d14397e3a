//! The tables, their versions, and the way from one version to the next.
//!
//! A file says by its `user_version` how many steps it has taken. Opening it takes the rest in one transaction; a
//! file of a newer version or of another program is refused before anything is written.
//!
//! The tables of the present version, with what each row is:
//!
//! * `store`: the one row of the file: the last number of a read, the number of changes, and whether the charges are
//!   demonstration data.
//! * `connection`: a connection, with the first read that is not void, and how many charges it has.
//! * `text`: a text of one connection, which sets of dimensions refer to by number.
//! * `dimension_set`: a set of dimensions, each of which is the number of a text. It is found by its hash.
//! * `run`: a run, and an instant at which it first saw records.
//! * `record`: a charge, by connection, time and id; see `format::record` for its columns.
//! * `restatement`: a change of a charge in days that were final, in the order in which changes were found.
//! * `coverage`: a span of time that the provider was read for, and by which read.
//! * `import`: an imported file, and whose it is.
//! * `statement`: a record that an imported file states.
//! * `observation`: what a provider stated of itself at an instant. `observed_spend`, `observed_member`,
//!   `observed_group` and `observed_group_member` are its parts.
//! * `journal`: an entry of the journal. It names people by their number in `journal_person`.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::failure::{Attempt, Failure};
use crate::format::migration;

/// `cost` in ASCII, by which SQLite files of this crate are told from others.
///
/// See `application_id` in <https://www.sqlite.org/pragma.html>.
const APPLICATION: i64 = 0x636f_7374;

/// What leads from each version to the next; from the empty file to the present one all of them do.
///
/// These texts never change once released: a change is a new step.
const STEPS: [&str; 7] = [
    "CREATE TABLE connection (
         number INTEGER PRIMARY KEY,
         name TEXT NOT NULL UNIQUE
     ) STRICT;
     CREATE TABLE coverage (
         connection INTEGER NOT NULL,
         start INTEGER NOT NULL,
         until INTEGER NOT NULL,
         PRIMARY KEY (connection, start)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE run (
         number INTEGER PRIMARY KEY,
         connection INTEGER NOT NULL,
         id TEXT NOT NULL,
         UNIQUE (connection, id)
     ) STRICT;
     CREATE TABLE tuple (
         number INTEGER PRIMARY KEY,
         connection INTEGER NOT NULL,
         digest BLOB NOT NULL,
         currency TEXT NOT NULL,
         provider TEXT NOT NULL,
         billing_account TEXT,
         account TEXT,
         service TEXT,
         service_id TEXT,
         category TEXT,
         subcategory TEXT,
         resource TEXT,
         charge_type TEXT,
         region TEXT,
         usage_unit TEXT,
         stated_kind TEXT,
         stated_model TEXT,
         discount_percent TEXT,
         tags TEXT,
         attributes TEXT,
         UNIQUE (connection, digest)
     ) STRICT;
     CREATE TABLE record (
         connection INTEGER NOT NULL,
         at INTEGER NOT NULL,
         id BLOB NOT NULL,
         tuple INTEGER NOT NULL,
         identity BLOB NOT NULL,
         first_seen INTEGER NOT NULL,
         run INTEGER NOT NULL,
         until INTEGER,
         input INTEGER NOT NULL,
         output INTEGER NOT NULL,
         cache_write INTEGER NOT NULL,
         cache_read INTEGER NOT NULL,
         requests ANY,
         quantity ANY,
         effective ANY,
         billed ANY,
         list ANY,
         contracted ANY,
         derived INTEGER NOT NULL,
         charged ANY,
         model_cost ANY,
         fee ANY,
         rounded INTEGER NOT NULL,
         conversation ANY,
         PRIMARY KEY (connection, at, id)
     ) STRICT, WITHOUT ROWID;",
    "ALTER TABLE record ADD COLUMN person INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE record ADD COLUMN unconfirmed INTEGER NOT NULL DEFAULT 0;
     CREATE TABLE restatement (
         connection INTEGER NOT NULL,
         number INTEGER NOT NULL,
         at INTEGER NOT NULL,
         seen INTEGER NOT NULL,
         record_id BLOB NOT NULL,
         identity BLOB NOT NULL,
         old_effective ANY, old_billed ANY, old_list ANY, old_contracted ANY, old_derived INTEGER,
         new_effective ANY, new_billed ANY, new_list ANY, new_contracted ANY, new_derived INTEGER,
         PRIMARY KEY (connection, number)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE observation (
         connection INTEGER NOT NULL,
         at INTEGER NOT NULL,
         cycle_start INTEGER,
         cycle_end INTEGER,
         requests INTEGER NOT NULL,
         PRIMARY KEY (connection, at)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE observed_spend (
         connection INTEGER NOT NULL,
         at INTEGER NOT NULL,
         place INTEGER NOT NULL,
         person TEXT NOT NULL,
         spend ANY,
         overall ANY,
         included ANY,
         PRIMARY KEY (connection, at, place)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE observed_member (
         connection INTEGER NOT NULL,
         at INTEGER NOT NULL,
         place INTEGER NOT NULL,
         person TEXT NOT NULL,
         role TEXT,
         removed INTEGER NOT NULL,
         PRIMARY KEY (connection, at, place)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE observed_group (
         connection INTEGER NOT NULL,
         at INTEGER NOT NULL,
         place INTEGER NOT NULL,
         id TEXT NOT NULL,
         name TEXT NOT NULL,
         spend ANY,
         PRIMARY KEY (connection, at, place)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE observed_group_member (
         connection INTEGER NOT NULL,
         at INTEGER NOT NULL,
         place INTEGER NOT NULL,
         member INTEGER NOT NULL,
         person TEXT NOT NULL,
         PRIMARY KEY (connection, at, place, member)
     ) STRICT, WITHOUT ROWID;",
    // Nobody kept when the spans of earlier versions were read: their `read_at` is null, and they are read once more.
    // What those versions held was taken for real.
    "ALTER TABLE connection ADD COLUMN first_read INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE coverage ADD COLUMN read INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE coverage ADD COLUMN read_at INTEGER;
     ALTER TABLE record ADD COLUMN imported INTEGER NOT NULL DEFAULT 0;
     CREATE TABLE store (
         one INTEGER PRIMARY KEY CHECK (one = 1),
         last_read INTEGER NOT NULL,
         demo INTEGER NOT NULL
     ) STRICT;
     INSERT INTO store VALUES (1, 0, 0);
     CREATE TABLE import (
         connection INTEGER NOT NULL,
         number INTEGER NOT NULL,
         id BLOB NOT NULL,
         person TEXT,
         start INTEGER NOT NULL,
         until INTEGER NOT NULL,
         exported_at INTEGER NOT NULL,
         imported_at INTEGER NOT NULL,
         rows INTEGER NOT NULL,
         PRIMARY KEY (connection, number),
         UNIQUE (connection, id)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE statement (
         connection INTEGER NOT NULL,
         at INTEGER NOT NULL,
         record BLOB NOT NULL,
         import BLOB NOT NULL,
         PRIMARY KEY (connection, at, record, import)
     ) STRICT, WITHOUT ROWID;",
    // The records of version 3 are brought over one by one: see `migration`.
    "ALTER TABLE record RENAME TO record_3;
     ALTER TABLE run RENAME TO run_3;
     ALTER TABLE tuple RENAME TO tuple_3;
     CREATE TABLE text (
         number INTEGER PRIMARY KEY,
         connection INTEGER NOT NULL,
         text TEXT NOT NULL,
         UNIQUE (connection, text)
     ) STRICT;
     CREATE TABLE dimension_set (
         number INTEGER PRIMARY KEY,
         connection INTEGER NOT NULL,
         hash INTEGER NOT NULL,
         currency INTEGER NOT NULL,
         provider INTEGER NOT NULL,
         billing_account INTEGER,
         account INTEGER,
         service INTEGER,
         service_id INTEGER,
         category INTEGER,
         subcategory INTEGER,
         resource INTEGER,
         charge_type INTEGER,
         region INTEGER,
         usage_unit INTEGER,
         stated_kind INTEGER,
         stated_model INTEGER,
         discount_percent INTEGER,
         tags TEXT,
         attributes TEXT
     ) STRICT;
     CREATE TABLE run (
         number INTEGER PRIMARY KEY,
         connection INTEGER NOT NULL,
         id TEXT NOT NULL,
         first_seen INTEGER NOT NULL,
         UNIQUE (connection, id, first_seen)
     ) STRICT;
     CREATE TABLE record (
         connection INTEGER NOT NULL,
         at INTEGER NOT NULL,
         id BLOB NOT NULL,
         dimensions INTEGER NOT NULL,
         flags INTEGER NOT NULL,
         input INTEGER NOT NULL,
         output INTEGER NOT NULL,
         cache_write INTEGER NOT NULL,
         cache_read INTEGER NOT NULL,
         effective ANY,
         billed ANY,
         list ANY,
         contracted ANY,
         fee ANY,
         requests ANY,
         quantity ANY,
         run INTEGER NOT NULL,
         until INTEGER,
         charged ANY,
         model_cost ANY,
         conversation ANY,
         agent ANY,
         PRIMARY KEY (connection, at, id)
     ) STRICT, WITHOUT ROWID;
     INSERT INTO run (connection, id, first_seen)
         SELECT DISTINCT r.connection, o.id, r.first_seen FROM record_3 r JOIN run_3 o ON o.number = r.run;
     CREATE INDEX restatement_by_record ON restatement (record_id);",
    // An erased person keeps the row, so that the number is given to nobody else.
    "CREATE TABLE journal_person (
         number INTEGER PRIMARY KEY,
         name TEXT UNIQUE
     ) STRICT;
     CREATE TABLE journal (
         number INTEGER PRIMARY KEY,
         digest BLOB NOT NULL,
         predecessor BLOB,
         kind TEXT NOT NULL,
         key TEXT NOT NULL,
         at INTEGER NOT NULL,
         actor INTEGER NOT NULL,
         program TEXT NOT NULL,
         inputs TEXT NOT NULL,
         document TEXT NOT NULL
     ) STRICT;
     CREATE INDEX journal_by_key ON journal (kind, key, number);",
    // The counts are kept by whatever writes records, so that nobody has to count them.
    "ALTER TABLE store ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE connection ADD COLUMN charges INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE connection ADD COLUMN unpriced INTEGER NOT NULL DEFAULT 0;
     UPDATE connection SET
         charges = (SELECT count(*) FROM record r WHERE r.connection = connection.number),
         unpriced = (SELECT count(*) FROM record r WHERE r.connection = connection.number AND r.effective IS NULL);",
    // Earlier versions kept who was in a group and not since when.
    "ALTER TABLE observed_group_member ADD COLUMN joined_at INTEGER;
     ALTER TABLE observed_group_member ADD COLUMN left_at INTEGER;",
];

/// The version whose step leaves the records to be rebuilt in Rust, since it changes their ids.
///
/// Counted from 1, as `user_version` is.
const RECORDS_REBUILT: usize = 4;

/// Drops what the step before has left for the records that have been brought over by now.
const BROUGHT_OVER: &str = "DROP INDEX restatement_by_record;
     DROP TABLE record_3;
     DROP TABLE run_3;
     DROP TABLE tuple_3;";

/// Every table with rows of a connection.
///
/// Purging a connection empties each of them, so that a table that is added has to be listed here.
pub(crate) const OF_CONNECTION: [&str; 13] = [
    "record",
    "dimension_set",
    "text",
    "run",
    "coverage",
    "restatement",
    "observation",
    "observed_spend",
    "observed_member",
    "observed_group",
    "observed_group_member",
    "import",
    "statement",
];

/// Brings a file that is empty or of an earlier version to the present one, whole or not at all. Does nothing for a
/// file of the present version, also where it cannot be written.
///
/// # Errors
/// As [`version`]; what SQLite says of a file that cannot be written.
pub(crate) fn prepare(connection: &mut Connection) -> Attempt<()> {
    let found = version(connection)?;
    if found == known() {
        return Ok(());
    }
    // What is brought over leaves its place, where nobody would erase the names in it any more.
    connection.pragma_update_and_check(None, "secure_delete", found > 0, |_| Ok(()))?;
    // Only one program gets here at a time; the next finds the work done.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = usize::try_from(version(&transaction)?).unwrap_or_default();
    take_steps(&transaction, found, &STEPS)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", known())?;
    transaction.commit()?;
    Ok(connection.pragma_update_and_check(None, "secure_delete", false, |_| Ok(()))?)
}

/// Leads a file of version `found` through the rest of the steps.
fn take_steps(transaction: &Transaction<'_>, found: usize, steps: &[&str]) -> Attempt<()> {
    for (step, version) in steps.iter().zip(1..).skip(found) {
        transaction.execute_batch(step)?;
        // Right after its own step, so that a later step finds the records where that version keeps them.
        if version == RECORDS_REBUILT {
            migration::bring_records_over(transaction)?;
            transaction.execute_batch(BROUGHT_OVER)?;
        }
    }
    Ok(())
}

/// Returns the version of a file, 0 for an empty one; an error for one that is not to be touched.
///
/// # Errors
/// [`Failure::Newer`], [`Failure::Foreign`], and [`Failure::Damaged`] for a file of this crate without a
/// version.
pub(crate) fn version(connection: &Connection) -> Attempt<i64> {
    let found = pragma(connection, "user_version")?;
    match pragma(connection, "application_id")? {
        APPLICATION if found > known() => Err(Failure::Newer { found, known: known() }),
        APPLICATION if found > 0 => Ok(found),
        APPLICATION => Err(Failure::Damaged("it has no version")),
        _ => {
            let tables: i64 =
                connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
            if found == 0 && tables == 0 { Ok(0) } else { Err(Failure::Foreign) }
        }
    }
}

/// Returns the version of files that this release writes.
fn known() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// Reads a number that the file keeps about itself.
fn pragma(connection: &Connection, name: &str) -> Attempt<i64> {
    Ok(connection.pragma_query_value(None, name, |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION_3: &str = include_str!("../../tests/it/version_3.sql");

    fn count(sqlite: &Connection, what: &str) -> i64 {
        sqlite.query_row(&format!("SELECT count(*) FROM {what}"), (), |row| row.get(0)).unwrap()
    }

    /// A step that is yet to come, over files of each sort: empty, from before the records were rebuilt, and from after.
    #[test]
    fn a_later_step_finds_the_records_of_files_of_every_version() {
        let later =
            [&STEPS[..], &["ALTER TABLE record ADD COLUMN zone ANY; UPDATE record SET zone = 1;"]].concat();
        for (before, found, records) in [("", 0, false), (VERSION_3, 3, true), (VERSION_3, STEPS.len(), true)]
        {
            let mut sqlite = Connection::open_in_memory().unwrap();
            sqlite.execute_batch(before).unwrap();
            let transaction = sqlite.transaction().unwrap();
            if found == STEPS.len() {
                take_steps(&transaction, 3, &STEPS).unwrap();
            }
            take_steps(&transaction, found, &later).unwrap();
            transaction.commit().unwrap();
            assert_eq!(count(&sqlite, "record") > 0, records);
            assert_eq!(count(&sqlite, "record WHERE zone = 1"), count(&sqlite, "record"));
        }
    }
}
