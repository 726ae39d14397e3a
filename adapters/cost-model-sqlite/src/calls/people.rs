//! What takes things out: a person's name, a connection.
//!
//! Both leave no trace in the file: SQLite overwrites what it frees, and the log is merged afterwards. Sets of
//! dimensions that name the person get a successor, and one statement points the records to it.

use std::sync::Arc;

use cost_model::DimensionSet;
use cost_model::store::ConnectionId;
use rusqlite::{Connection, Transaction};

use crate::calls::observed;
use crate::database::Database;
use crate::failure::Attempt;
use crate::format::dictionary::{self, Dictionary};
use crate::format::dimensions;
use crate::format::record::Flags;
use crate::format::resolver::{self, Resolver};
use crate::format::schema;

/// Replaces a person's name by a pseudonym everywhere, and returns the number of records changed.
///
/// Ids of records stay as they are: they are digests of what was read, by which the next read finds the same records.
pub(crate) fn pseudonymise(database: &mut Database, person: &str, pseudonym: &str) -> Attempt<u64> {
    erase(database, |transaction, dictionary| {
        transaction.execute_batch(
            "CREATE TEMP TABLE IF NOT EXISTS renamed (old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
             DELETE FROM temp.renamed;",
        )?;
        let pseudonym = Arc::from(pseudonym);
        for (number, _) in dictionary::connections(transaction)? {
            dictionary.turn_to(transaction, number)?;
            rename(transaction, dictionary, (number, person), &pseudonym)?;
        }
        let changed = transaction.execute(
            "UPDATE record SET dimensions = (SELECT new FROM temp.renamed WHERE old = dimensions), flags = flags & ~?1 | ?2
             WHERE dimensions IN (SELECT old FROM temp.renamed)",
            [Flags::PERSON, Flags::PSEUDONYM],
        )?;
        transaction.execute(
            "DELETE FROM dimension_set WHERE number IN (SELECT old FROM temp.renamed WHERE old <> new)",
            (),
        )?;
        transaction.execute("DELETE FROM temp.renamed", ())?;
        observed::pseudonymise(transaction, person, &pseudonym)?;
        transaction.execute("UPDATE import SET person = ? WHERE person = ?", (&*pseudonym, person))?;
        // What it remembers names the person.
        dictionary.forget();
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    })
}

/// Notes the new set of each set of a connection that names the person, and forgets the name if no other text is it.
///
/// Sets that are equal after the change get one number.
fn rename(
    transaction: &Transaction<'_>,
    dictionary: &mut Dictionary,
    (connection, person): (i64, &str),
    pseudonym: &Arc<str>,
) -> Attempt<()> {
    let Some(text) = dictionary::text_number(transaction, connection, person)? else { return Ok(()) };
    // Those whose tags have the digits of the number, but not the number, come along for nothing.
    let sql = format!(
        "SELECT {}, number FROM dimension_set WHERE connection = ?1
             AND (?2 IN ({}) OR instr(tags, ?2) OR instr(attributes, ?2))",
        resolver::columns(),
        dimensions::COLUMNS.join(", ")
    );
    let mut statement = transaction.prepare(&sql)?;
    let number = statement.column_count() - 1;
    let mut rows = statement.query([connection, text])?;
    let (mut resolver, mut renamed, mut still_used) = (Resolver::default(), Vec::new(), false);
    while let Some(row) = rows.next()? {
        let mut fields = resolver.fields(transaction, row)?;
        if fields.pseudonymise(person, pseudonym) {
            renamed.push((row.get::<_, i64>(number)?, DimensionSet::from(fields.clone())));
        }
        still_used |= names(&fields.into(), person);
    }
    for (old, set) in renamed {
        let new = dictionary.set(transaction, &Arc::new(set))?;
        transaction.execute("INSERT INTO temp.renamed VALUES (?, ?)", (old, new))?;
    }
    if !still_used {
        transaction.execute("DELETE FROM text WHERE number = ?", [text])?;
    }
    Ok(())
}

/// Returns whether anything in the set is that text. Compares whole texts; a text that only contains the name is
/// another one.
///
/// Fields that name nobody, such as the provider, are compared too: a text that one of them uses must not be deleted.
fn names(set: &DimensionSet, text: &str) -> bool {
    let mut tags = set.tags.iter().chain(set.attributes.iter());
    dimensions::texts(set).iter().flatten().any(|each| each == text)
        || tags.any(|(key, value)| &**key == text || &**value == text)
}

/// Removes everything of a connection; returns how many records that was.
///
/// Reads that began before are void from then on, also if a connection of that name is made again. The
/// journal is not touched.
pub(crate) fn purge(database: &mut Database, connection: &ConnectionId) -> Attempt<u64> {
    erase(database, |transaction, dictionary| {
        let Some(number) = dictionary::connection(transaction, connection)? else { return Ok(0) };
        let mut records = 0;
        for table in schema::OF_CONNECTION {
            let removed =
                transaction.execute(&format!("DELETE FROM {table} WHERE connection = ?"), [number])?;
            if table == "record" {
                records = removed;
            }
        }
        transaction.execute("DELETE FROM connection WHERE number = ?", [number])?;
        dictionary.forget();
        Ok(u64::try_from(records).unwrap_or(u64::MAX))
    })
}

/// Does something that writes, and leaves nothing of what it removed in the file or its log: freed room is overwritten,
/// and the log is merged, unless a scan that goes on still needs it.
pub(crate) fn erase<T>(
    database: &mut Database,
    change: impl FnOnce(&Transaction<'_>, &mut Dictionary) -> Attempt<T>,
) -> Attempt<T> {
    set_secure_delete(&database.connection, true)?;
    let outcome = database.change(change);
    set_secure_delete(&database.connection, false)?;
    let outcome = outcome?;
    // What was moved from page to page earlier, when nobody was to be erased, stands in unused parts of pages: only a file that
    // is written anew is without it.
    database.connection.execute_batch("VACUUM")?;
    // The change is stored, whether or not the log could be merged.
    database.merge_log();
    Ok(outcome)
}

/// Sets whether what is deleted is overwritten.
///
/// It is on only while something is erased, since overwriting takes further writes.
fn set_secure_delete(sqlite: &Connection, on: bool) -> Attempt<()> {
    Ok(sqlite.pragma_update_and_check(None, "secure_delete", on, |_| Ok(()))?)
}
