//! Imported files, and which records they state.
//!
//! Which rows of a file become charges is computed by `ImportPlan` of `cost-model`; this file reads the state for it
//! and writes the outcome. A statement is a pair of a record and an import that states it, stored with the record's
//! time, by which it is found.

use std::collections::{BTreeMap, BTreeSet};

use cost_model::record::RecordId;
use cost_model::source::Origin;
use cost_model::store::{
    ConnectionId, FileImport, Import, ImportChange, ImportId, ImportPlan, ImportState, ImportStats, Owner,
};
use cost_model::{Error, StoredRecord, Timestamp, Window};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::calls::coverage;
use crate::calls::reads;
use crate::calls::windows;
use crate::failure::{Attempt, Failure};
use crate::format::dictionary::{self, Dictionary};
use crate::format::record::{Flags, instant};

/// Returns every import of a connection, in the order in which they were brought in.
///
/// Connections have few imports, so that they are always read as a whole.
pub(crate) fn all(sqlite: &Connection, connection: i64) -> Attempt<Vec<Import>> {
    let mut statement = sqlite.prepare_cached(
        "SELECT id, person, start, until, exported_at, imported_at, rows FROM import WHERE connection = ? ORDER BY number",
    )?;
    let mut rows = statement.query([connection])?;
    let mut imports = Vec::new();
    while let Some(row) = rows.next()? {
        imports.push(read(row)?);
    }
    Ok(imports)
}

/// Reads a row of the table `import`; without a person the file is the whole team's.
fn read(row: &Row<'_>) -> Attempt<Import> {
    let person: Option<String> = row.get(1)?;
    let owner = person.map_or(Owner::Team, |person| Owner::Person(person.into()));
    let span = Window::new(instant(row.get(2)?)?, instant(row.get(3)?)?);
    let span = span.map_err(|_| Failure::Damaged("a window that is none"))?;
    let (exported_at, imported_at) = (instant(row.get(4)?)?, instant(row.get(5)?)?);
    let mut import = Import::new(ImportId::from_bytes(row.get(0)?), owner, span, exported_at, imported_at);
    import.rows = row.get::<_, i64>(6)?.cast_unsigned();
    Ok(import)
}

/// Brings in a file.
///
/// Writes nothing where the plan has no change, as for a file that was brought in before.
///
/// # Errors
/// [`Failure::Refused`] for a file that is to replace one that is not there, for a store of demonstration
/// data, and for what the plan refuses.
pub(crate) fn import(
    transaction: &Transaction<'_>,
    dictionary: &mut Dictionary,
    connection: &ConnectionId,
    file: &FileImport,
) -> Attempt<ImportStats> {
    // A file is always what a provider has stated, so that it must not go in beside demonstration data.
    reads::keep_to(transaction, Origin::Provider)?;
    let number = dictionary::connection_or_new(transaction, connection)?;
    dictionary.turn_to(transaction, number)?;
    let known = all(transaction, number)?;
    if let Some(replaced) = file.replaces.filter(|replaced| !holds(&known, *replaced)) {
        return Err(Failure::Refused(Error::no_such_import(replaced)));
    }
    let mut state = state(transaction, (number, connection), file.import.reach())?;
    // The plan takes the state; what was there is needed to write the difference alone.
    let old = state.records.clone();
    state.known = holds(&known, file.import.id);
    let plan = ImportPlan::of(state, file, connection).map_err(Failure::Refused)?;
    if let Some(change) = plan.change {
        apply(transaction, dictionary, number, file.import.reach(), &old, &change)?;
        insert(transaction, number, file)?;
    }
    Ok(plan.stats)
}

/// Returns whether one of the imports has that id.
fn holds(imports: &[Import], id: ImportId) -> bool {
    imports.iter().any(|import| import.id == id)
}

/// Takes a file out.
///
/// Returns the number of charges that are gone. Those that the provider or another file states as well stay.
///
/// # Errors
/// [`Failure::Refused`] where the connection has no such import.
pub(crate) fn remove(
    transaction: &Transaction<'_>,
    dictionary: &mut Dictionary,
    connection: &ConnectionId,
    import: ImportId,
) -> Attempt<u64> {
    let Some(number) = dictionary::connection(transaction, connection)? else {
        return Err(Failure::Refused(Error::no_such_import(import)));
    };
    dictionary.turn_to(transaction, number)?;
    let removed = all(transaction, number)?.into_iter().find(|each| each.id == import);
    let removed = removed.ok_or_else(|| Failure::Refused(Error::no_such_import(import)))?;
    let state = state(transaction, (number, connection), removed.reach())?;
    let old = state.records.clone();
    let plan = ImportPlan::without(state, import);
    if let Some(change) = plan.change {
        apply(transaction, dictionary, number, removed.reach(), &old, &change)?;
    }
    transaction
        .execute("DELETE FROM import WHERE connection = ? AND id = ?", params![number, import.as_bytes()])?;
    Ok(plan.stats.taken_out.rows)
}

/// Reads what the outcome of importing or removing a file depends on: the records in its reach, who states them, and
/// where the provider answers.
///
/// `known` is left at `false`; whoever imports sets it.
fn state(
    transaction: &Transaction<'_>,
    (number, connection): (i64, &ConnectionId),
    span: Window,
) -> Attempt<ImportState> {
    let records = windows::read(transaction, (number, connection), span)?;
    let mut stated = transaction
        .prepare_cached("SELECT record, import FROM statement WHERE connection = ? AND at >= ? AND at < ?")?;
    let rows = stated.query_map((number, span.start().millis(), span.end().millis()), |row| {
        Ok((RecordId::from_bytes(row.get(0)?), ImportId::from_bytes(row.get(1)?)))
    })?;
    let statements: BTreeSet<_> = rows.collect::<rusqlite::Result<_>>()?;
    // Charges of files are no evidence of how far back the provider answers.
    let oldest: Option<i64> = transaction
        .query_row(
            "SELECT at FROM record WHERE connection = ? AND flags & ? = 0 ORDER BY at LIMIT 1",
            [number, Flags::IMPORTED],
            |row| row.get(0),
        )
        .optional()?;
    let provider =
        coverage::of_provider(transaction, number)?.answered_from(oldest.map(instant).transpose()?);
    Ok(ImportState { records, statements, provider, known: false })
}

/// Writes the records that differ, and puts the statements of the span in place of those that were there.
///
/// Statements are not compared one by one: those of the span are few beside its records.
fn apply(
    transaction: &Transaction<'_>,
    dictionary: &mut Dictionary,
    connection: i64,
    span: Window,
    old: &[StoredRecord],
    change: &ImportChange,
) -> Attempt<()> {
    windows::write(transaction, dictionary, connection, old, &change.records)?;
    transaction.execute(
        "DELETE FROM statement WHERE connection = ? AND at >= ? AND at < ?",
        (connection, span.start().millis(), span.end().millis()),
    )?;
    // Statements are clustered by time, which a record id does not have.
    let times: BTreeMap<RecordId, Timestamp> =
        change.records.iter().map(|stored| (stored.provenance.record_id, stored.record.at)).collect();
    let mut insert = transaction
        .prepare_cached("INSERT INTO statement (connection, at, record, import) VALUES (?, ?, ?, ?)")?;
    for (record, import) in &change.statements {
        let Some(at) = times.get(record) else { continue };
        insert.execute(params![connection, at.millis(), record.as_bytes(), import.as_bytes()])?;
    }
    Ok(())
}

/// Lists a file as imported, behind the others of its connection. Its rows are counted here.
fn insert(transaction: &Transaction<'_>, connection: i64, file: &FileImport) -> Attempt<()> {
    let Import { id, owner, span, exported_at, imported_at, .. } = &file.import;
    let person = match owner {
        Owner::Person(person) => Some(&**person),
        _ => None,
    };
    let rows = i64::try_from(file.rows.len()).unwrap_or(i64::MAX);
    transaction.execute(
        "INSERT INTO import (connection, number, id, person, start, until, exported_at, imported_at, rows)
         VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM import WHERE connection = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            connection,
            id.as_bytes(),
            person,
            span.start().millis(),
            span.end().millis(),
            exported_at.millis(),
            imported_at.millis(),
            rows
        ],
    )?;
    Ok(())
}
