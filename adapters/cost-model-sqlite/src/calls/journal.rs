//! The journal: entries that are only ever added, and the people that they name by number.
//!
//! Entries form a chain: each holds the digest of the one before it. The chain is made here, in the
//! transaction that writes, and checked by whoever reads it. Names of people are in a table of their own, so
//! that one can be erased without touching an entry and its digest.

use cost_model::digest::Digest;
use cost_model::store::{EntryKind, EntryScope, JournalEntry, NewEntry, PersonNumber};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::failure::{Attempt, Failure};
use crate::format::record::instant;

/// One list for writing and reading, so that the numbers of columns in [`entry`] hold for every question.
const COLUMNS: &str = "number, predecessor, kind, key, at, actor, program, inputs, document, digest";

/// Adds an entry after the last one.
///
/// # Errors
/// [`Failure::Refused`] where the entry is not to follow the latest of its kind and key.
pub(crate) fn append(sqlite: &Connection, new: NewEntry) -> Attempt<JournalEntry> {
    let latest = "SELECT max(number) FROM journal WHERE kind = ? AND key = ?";
    let latest: Option<i64> = sqlite.query_row(latest, (new.kind.as_str(), &new.key), |row| row.get(0))?;
    new.check_latest(latest.map(i64::cast_unsigned)).map_err(Failure::Refused)?;
    // One chain for entries of all kinds, so that none can be removed unseen.
    let last = "SELECT number, digest FROM journal ORDER BY number DESC LIMIT 1";
    let last = sqlite.query_row(last, (), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)));
    let last = match last.optional()? {
        Some((number, bytes)) => Some((number.cast_unsigned(), digest(&bytes)?)),
        None => None,
    };
    let actor = person_number(sqlite, &new.actor)?;
    let entry = JournalEntry::following(last, actor, new);
    sqlite.execute(
        &format!("INSERT INTO journal ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        (
            entry.number.cast_signed(),
            entry.predecessor.as_ref().map(|digest| digest.as_bytes().as_slice()),
            entry.kind.as_str(),
            &entry.key,
            entry.at.millis(),
            entry.actor.get().cast_signed(),
            &entry.program,
            inputs_text(&entry.inputs),
            &entry.document,
            entry.digest.as_bytes().as_slice(),
        ),
    )?;
    Ok(entry)
}

/// Returns the latest entry of a kind and key.
///
/// `None` where there is none.
pub(crate) fn latest(sqlite: &Connection, kind: &EntryKind, key: &str) -> Attempt<Option<JournalEntry>> {
    let sql =
        format!("SELECT {COLUMNS} FROM journal WHERE kind = ? AND key = ? ORDER BY number DESC LIMIT 1");
    let mut statement = sqlite.prepare_cached(&sql)?;
    let mut rows = statement.query((kind.as_str(), key))?;
    rows.next()?.map(entry).transpose()
}

/// Returns entries in the order of their numbers.
///
/// Kind and key restrict them only where the scope states them; there are at most `limit`, after the number
/// `after`.
pub(crate) fn entries(sqlite: &Connection, scope: &EntryScope) -> Attempt<Vec<JournalEntry>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM journal
         WHERE number > ?1 AND (?2 IS NULL OR kind = ?2) AND (?3 IS NULL OR key = ?3) ORDER BY number LIMIT ?4"
    );
    let mut statement = sqlite.prepare_cached(&sql)?;
    let mut rows = statement.query((
        i64::try_from(scope.after).unwrap_or(i64::MAX),
        scope.kind.as_ref().map(EntryKind::as_str),
        scope.key.as_ref(),
        i64::try_from(scope.limit).unwrap_or(i64::MAX),
    ))?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(entry(row)?);
    }
    Ok(entries)
}

/// Reads an entry with the digest that was kept, whether or not it still is that of the entry.
///
/// Making it anew would hide that a row was changed: only the kept digest can be compared.
fn entry(row: &Row<'_>) -> Attempt<JournalEntry> {
    let kind = EntryKind::new(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?);
    let kind = kind.map_err(|_| Failure::Damaged("an entry of the journal has no kind"))?;
    let mut new = NewEntry::new(kind, row.get::<_, String>(3)?, instant(row.get(4)?)?, "");
    new.program = row.get(6)?;
    new.inputs = inputs(&row.get::<_, String>(7)?)?;
    new.document = row.get(8)?;
    let actor = PersonNumber::new(row.get::<_, i64>(5)?.cast_unsigned());
    let mut entry = JournalEntry::following(None, actor, new);
    entry.number = row.get::<_, i64>(0)?.cast_unsigned();
    entry.predecessor = row.get::<_, Option<Vec<u8>>>(1)?.map(|bytes| digest(&bytes)).transpose()?;
    entry.digest = digest(&row.get::<_, Vec<u8>>(9)?)?;
    Ok(entry)
}

/// Returns inputs as text: for each the digest, the length of the name in bytes, and the name, whatever it holds.
///
/// The length comes before the name because a name is a path or a title and may hold any character.
fn inputs_text(inputs: &[(String, Digest)]) -> String {
    inputs
        .iter()
        .fold(String::new(), |text, (name, digest)| text + &format!("{digest} {} {name}", name.len()))
}

/// The failure of inputs that this crate has not written.
const NO_INPUTS: Failure = Failure::Damaged("an entry of the journal has inputs that cannot be read");

/// Reads what [`inputs_text`] has written.
///
/// # Errors
/// [`Failure::Damaged`] for a text of another form.
fn inputs(mut text: &str) -> Attempt<Vec<(String, Digest)>> {
    let mut inputs = Vec::new();
    while !text.is_empty() {
        let mut parts = text.splitn(3, ' ');
        let digest = parts.next().and_then(|digest| digest.parse().ok()).ok_or(NO_INPUTS)?;
        let length = parts.next().and_then(|length| length.parse().ok()).ok_or(NO_INPUTS)?;
        let (name, rest) = parts.next().and_then(|rest| rest.split_at_checked(length)).ok_or(NO_INPUTS)?;
        inputs.push((name.to_owned(), digest));
        text = rest;
    }
    Ok(inputs)
}

/// Returns the digest that a column holds as 32 bytes.
fn digest(bytes: &[u8]) -> Attempt<Digest> {
    let bytes = bytes.try_into().map_err(|_| Failure::Damaged("an entry of the journal has no digest"))?;
    Ok(Digest::from_bytes(bytes))
}

/// Returns the number of a person, which is made if they have none.
///
/// The name is compared as it is written, letter case included.
pub(crate) fn person_number(sqlite: &Connection, name: &str) -> Attempt<PersonNumber> {
    sqlite.execute("INSERT OR IGNORE INTO journal_person (name) VALUES (?)", [name])?;
    let number: i64 =
        sqlite.query_row("SELECT number FROM journal_person WHERE name = ?", [name], |row| row.get(0))?;
    Ok(PersonNumber::new(number.cast_unsigned()))
}

/// Returns the name of a person.
///
/// `None` for a number that nobody has, and for a person whose name was erased.
pub(crate) fn person_name(sqlite: &Connection, number: PersonNumber) -> Attempt<Option<String>> {
    let sql = "SELECT name FROM journal_person WHERE number = ?";
    let name = sqlite.query_row(sql, [number.get().cast_signed()], |row| row.get::<_, Option<String>>(0));
    Ok(name.optional()?.flatten())
}

/// Erases the name of a person.
///
/// The row stays, so that the number is never given to somebody else. Erasing twice does nothing.
pub(crate) fn erase_person(sqlite: &Connection, number: PersonNumber) -> Attempt<()> {
    sqlite.execute("UPDATE journal_person SET name = NULL WHERE number = ?", [number.get().cast_signed()])?;
    Ok(())
}
