//! What takes things out: a person's name, a connection.

use std::sync::Arc;

use cost_model::{ConnectionId, DimensionSet};
use rusqlite::{Connection, Transaction};

use crate::database::Database;
use crate::dictionary::{self, Dictionary};
use crate::failure::Attempt;
use crate::row::PSEUDONYM;
use crate::{observed, schema, tuple};

/// Puts a pseudonym in place of a person's name, everywhere; tells in how many records.
pub(crate) fn pseudonymise(database: &mut Database, person: &str, pseudonym: &str) -> Attempt<u64> {
    erase(database, |transaction, dictionary| {
        transaction.execute_batch(
            "CREATE TEMP TABLE IF NOT EXISTS renamed (old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
             DELETE FROM temp.renamed;",
        )?;
        let pseudonym = Arc::from(pseudonym);
        for (number, _) in dictionary::connections(transaction)? {
            dictionary.turn_to(transaction, number)?;
            for (old, set) in sets(transaction, number)? {
                let mut fields = (*set).clone();
                if fields.pseudonymise(person, &pseudonym) {
                    let new = dictionary.tuple(transaction, &Arc::new(fields.into()))?;
                    transaction.execute("INSERT INTO temp.renamed VALUES (?, ?)", (old, new))?;
                }
            }
        }
        let changed = transaction.execute(
            "UPDATE record SET tuple = (SELECT new FROM temp.renamed WHERE old = tuple), person = ?
             WHERE tuple IN (SELECT old FROM temp.renamed)",
            [PSEUDONYM],
        )?;
        transaction.execute(
            "DELETE FROM tuple WHERE number IN (SELECT old FROM temp.renamed WHERE old <> new)",
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

fn sets(sqlite: &Connection, connection: i64) -> Attempt<Vec<(i64, DimensionSet)>> {
    let sql = format!("SELECT {}, number FROM tuple WHERE connection = ?", tuple::COLUMNS);
    let mut statement = sqlite.prepare(&sql)?;
    let number = statement.column_count() - 1;
    let mut rows = statement.query([connection])?;
    let mut sets = Vec::new();
    while let Some(row) = rows.next()? {
        sets.push((row.get(number)?, tuple::read(row)?));
    }
    Ok(sets)
}

/// Removes everything of a connection; tells how many records that was.
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
fn erase<T>(
    database: &mut Database,
    change: impl FnOnce(&Transaction<'_>, &mut Dictionary) -> Attempt<T>,
) -> Attempt<T> {
    let thoroughly =
        |sqlite: &Connection, on: bool| sqlite.pragma_update_and_check(None, "secure_delete", on, |_| Ok(()));
    thoroughly(&database.connection, true)?;
    let outcome = database.write(change);
    thoroughly(&database.connection, false)?;
    let outcome = outcome?;
    // The change stands, whether or not the log could be merged.
    database.merge_log();
    Ok(outcome)
}
