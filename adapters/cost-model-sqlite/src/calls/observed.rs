//! What was observed of a connection.
//!
//! A snapshot of what the provider states of people and totals is one row and its parts in four further tables, all
//! under the connection and the instant. Parts keep their order by a column `place`.

use std::sync::Arc;

use cost_model::source::{
    ObservedGroup, ObservedMember, ObservedMembership, ObservedSpend, ProviderSnapshot,
};
use cost_model::{Money, Timestamp};
use rusqlite::{Connection, Row};

use crate::failure::Attempt;
use crate::format::number::Number;
use crate::format::record::instant;

/// The tables that name people.
///
/// A new table that names people has to be added here, so that pseudonyms reach it.
const PEOPLE: [&str; 3] = ["observed_spend", "observed_member", "observed_group_member"];
/// The tables with the parts of an observation, which are deleted with it.
const PARTS: [&str; 4] = ["observed_spend", "observed_member", "observed_group", "observed_group_member"];

/// The connection and the instant of an observation.
///
/// Both are in the key of every table here, so that the parts of an observation are found in one place.
type Key = (i64, i64);

/// Puts an observation in place of the one at the same instant.
///
/// An observation of another instant stays: they are a history.
pub(crate) fn put(sqlite: &Connection, connection: i64, observations: &ProviderSnapshot) -> Attempt<()> {
    let key = (connection, observations.at.millis());
    // Deleted first: a snapshot of the same instant may have had more parts than this one.
    for table in PARTS {
        sqlite.execute(&format!("DELETE FROM {table} WHERE connection = ? AND at = ?"), key)?;
    }
    sqlite.execute(
        "INSERT OR REPLACE INTO observation (connection, at, cycle_start, cycle_end, requests) VALUES (?, ?, ?, ?, ?)",
        (
            key.0,
            key.1,
            observations.cycle_start.map(Timestamp::millis),
            observations.cycle_end.map(Timestamp::millis),
            observations.requests.cast_signed(),
        ),
    )?;
    put_spend(sqlite, key, &observations.spend)?;
    put_members(sqlite, key, &observations.members)?;
    put_groups(sqlite, key, &observations.groups)
}

/// Writes the spend of each person; absent amounts stay absent.
///
/// Columns are given by place, as in the step of `schema` that made the table.
fn put_spend(sqlite: &Connection, (connection, at): Key, spend: &[ObservedSpend]) -> Attempt<()> {
    let mut insert = sqlite.prepare_cached("INSERT INTO observed_spend VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    for (place, each) in (0_i64..).zip(spend) {
        let amounts = [each.spend, each.overall, each.included];
        let [spend, overall, included] = amounts.map(|amount| Number::of(amount.map(Money::units)));
        insert.execute((connection, at, place, &each.person, spend, overall, included))?;
    }
    Ok(())
}

/// Writes the members of the team, removed ones included.
fn put_members(sqlite: &Connection, (connection, at): Key, members: &[ObservedMember]) -> Attempt<()> {
    let mut insert = sqlite.prepare_cached("INSERT INTO observed_member VALUES (?, ?, ?, ?, ?, ?)")?;
    for (place, each) in (0_i64..).zip(members) {
        insert.execute((connection, at, place, &each.person, &each.role, each.removed))?;
    }
    Ok(())
}

/// Writes the billing groups and who is in them.
///
/// Members are found by the place of their group, since two groups may have one name.
fn put_groups(sqlite: &Connection, (connection, at): Key, groups: &[ObservedGroup]) -> Attempt<()> {
    let mut insert = sqlite.prepare_cached("INSERT INTO observed_group VALUES (?, ?, ?, ?, ?, ?)")?;
    let mut member =
        sqlite.prepare_cached("INSERT INTO observed_group_member VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    for (place, each) in (0_i64..).zip(groups) {
        let spend = Number::of(each.spend.map(Money::units));
        insert.execute((connection, at, place, &each.id, &each.name, spend))?;
        for (number, each) in (0_i64..).zip(&each.members) {
            let (joined, left) = (each.joined.map(Timestamp::millis), each.left.map(Timestamp::millis));
            member.execute((connection, at, place, number, &each.person, joined, left))?;
        }
    }
    Ok(())
}

/// Returns every observation of a connection, ascending by time.
///
/// The parts of each are read by questions of their own.
pub(crate) fn all(sqlite: &Connection, connection: i64) -> Attempt<Vec<ProviderSnapshot>> {
    let sql = "SELECT at, cycle_start, cycle_end, requests FROM observation WHERE connection = ? ORDER BY at";
    let mut statement = sqlite.prepare_cached(sql)?;
    let mut rows = statement.query([connection])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let at: i64 = row.get(0)?;
        let mut observations = ProviderSnapshot::at(instant(at)?);
        observations.cycle_start = row.get::<_, Option<i64>>(1)?.map(instant).transpose()?;
        observations.cycle_end = row.get::<_, Option<i64>>(2)?.map(instant).transpose()?;
        observations.requests = row.get::<_, i64>(3)?.cast_unsigned();
        observations.spend =
            parts(sqlite, "person, spend, overall, included FROM observed_spend", (connection, at), spend)?;
        observations.members =
            parts(sqlite, "person, role, removed FROM observed_member", (connection, at), member)?;
        observations.groups = parts(sqlite, "id, name, spend FROM observed_group", (connection, at), group)?;
        for (place, group) in (0_i64..).zip(&mut observations.groups) {
            group.members = members_of(sqlite, (connection, at), place)?;
        }
        all.push(observations);
    }
    Ok(all)
}

/// Reads the rows of one table of parts in their order. `columns_from_table` is fixed text of this file, never
/// outside input.
fn parts<T>(
    sqlite: &Connection,
    columns_from_table: &str,
    key: Key,
    read: fn(&Row<'_>) -> Attempt<T>,
) -> Attempt<Vec<T>> {
    let sql = format!("SELECT {columns_from_table} WHERE connection = ? AND at = ? ORDER BY place");
    let mut statement = sqlite.prepare_cached(&sql)?;
    let mut rows = statement.query(key)?;
    let mut parts = Vec::new();
    while let Some(row) = rows.next()? {
        parts.push(read(row)?);
    }
    Ok(parts)
}

/// Reads what the provider states of one person's spend.
fn spend(row: &Row<'_>) -> Attempt<ObservedSpend> {
    let mut spend = ObservedSpend::default();
    spend.person = row.get(0)?;
    spend.spend = money(row, 1)?;
    spend.overall = money(row, 2)?;
    spend.included = money(row, 3)?;
    Ok(spend)
}

/// Reads a member of the team.
fn member(row: &Row<'_>) -> Attempt<ObservedMember> {
    let mut member = ObservedMember::default();
    member.person = row.get(0)?;
    member.role = row.get(1)?;
    member.removed = row.get(2)?;
    Ok(member)
}

/// Reads a billing group without its members.
fn group(row: &Row<'_>) -> Attempt<ObservedGroup> {
    let mut group = ObservedGroup::default();
    group.id = row.get(0)?;
    group.name = row.get(1)?;
    group.spend = money(row, 2)?;
    Ok(group)
}

/// Returns the people of the group at a place, in their order.
fn members_of(sqlite: &Connection, (connection, at): Key, place: i64) -> Attempt<Vec<ObservedMembership>> {
    let mut statement = sqlite.prepare_cached(
        "SELECT person, joined_at, left_at FROM observed_group_member
         WHERE connection = ? AND at = ? AND place = ? ORDER BY member",
    )?;
    let mut rows = statement.query((connection, at, place))?;
    let mut members = Vec::new();
    while let Some(row) = rows.next()? {
        let mut membership = ObservedMembership::from(row.get::<_, Arc<str>>(0)?);
        membership.joined = row.get::<_, Option<i64>>(1)?.map(instant).transpose()?;
        membership.left = row.get::<_, Option<i64>>(2)?.map(instant).transpose()?;
        members.push(membership);
    }
    Ok(members)
}

/// Reads an amount that stands by itself.
fn money(row: &Row<'_>, place: usize) -> Attempt<Option<Money>> {
    Ok(Number::read(row.get_ref(place)?, None)?.map(Money::from_units))
}

/// Puts a pseudonym in place of a person's name.
///
/// A person that a snapshot names in another spelling is another text, and stays.
pub(crate) fn pseudonymise(sqlite: &Connection, person: &str, pseudonym: &str) -> Attempt<()> {
    for table in PEOPLE {
        let sql = format!("UPDATE {table} SET person = ? WHERE person = ?");
        sqlite.execute(&sql, (pseudonym, person))?;
    }
    Ok(())
}
