//! Restatements, in the order in which they came.
//!
//! They are only ever appended, numbered in each connection from 1, and read as a whole.

use cost_model::record::{Identity, RecordId};
use cost_model::store::Restatement;
use cost_model::{Costs, Money};
use rusqlite::{Connection, Row, params};

use crate::failure::Attempt;
use crate::format::number::Number;
use crate::format::record::{self, instant};

/// Stores restatements behind those that are there, with old and new costs side by side.
///
/// Each connection has numbers of its own, which give the order; two may have the same instant.
pub(crate) fn append(sqlite: &Connection, connection: i64, restatements: &[Restatement]) -> Attempt<()> {
    if restatements.is_empty() {
        return Ok(());
    }
    let last: i64 = sqlite.query_row(
        "SELECT coalesce(max(number), 0) FROM restatement WHERE connection = ?",
        [connection],
        |row| row.get(0),
    )?;
    let mut insert = sqlite
        .prepare_cached("INSERT INTO restatement VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
    for (number, each) in (last + 1..).zip(restatements) {
        let [old, new] = [each.old, each.new].map(amounts);
        insert.execute(params![
            connection,
            number,
            each.at.millis(),
            each.seen.millis(),
            each.record_id.as_bytes(),
            each.identity.as_bytes(),
            old[0],
            old[1],
            old[2],
            old[3],
            each.old.map(|costs| costs.derived),
            new[0],
            new[1],
            new[2],
            new[3],
            each.new.map(|costs| costs.derived),
        ])?;
    }
    Ok(())
}

/// Returns every restatement of a connection, in the order in which they were stored.
pub(crate) fn all(sqlite: &Connection, connection: i64) -> Attempt<Vec<Restatement>> {
    let mut statement = sqlite.prepare_cached(
        "SELECT at, seen, record_id, identity,
             old_effective, old_billed, old_list, old_contracted, old_derived,
             new_effective, new_billed, new_list, new_contracted, new_derived
         FROM restatement WHERE connection = ? ORDER BY number",
    )?;
    let mut rows = statement.query([connection])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let ids = (RecordId::from_bytes(row.get(2)?), Identity::from_bytes(row.get(3)?));
        let (old, new) = (costs(row, 4)?, costs(row, 9)?);
        all.push(Restatement::stored(instant(row.get(0)?)?, instant(row.get(1)?)?, ids, (old, new)));
    }
    Ok(all)
}

/// Returns effective, billed, list and contracted costs, the last three relative to the first.
///
/// Without costs, as of a charge that was not there, all are absent.
fn amounts(costs: Option<Costs>) -> [Number; 4] {
    let costs = costs.unwrap_or_default();
    let effective = costs.effective.map(Money::units);
    let others = [costs.billed, costs.list, costs.contracted];
    let [billed, list, contracted] = others.map(|amount| record::beside(amount, effective));
    [Number::of(effective), billed, list, contracted]
}

/// Reads costs from five columns, from `first` on; without the last, there are none.
fn costs(row: &Row<'_>, first: usize) -> Attempt<Option<Costs>> {
    let Some(derived) = row.get(first + 4)? else { return Ok(None) };
    let effective = Number::read(row.get_ref(first)?, None)?;
    let mut costs = Costs::absent();
    costs.effective = effective.map(Money::from_units);
    costs.billed = record::money(row, first + 1, effective)?;
    costs.list = record::money(row, first + 2, effective)?;
    costs.contracted = record::money(row, first + 3, effective)?;
    costs.derived = derived;
    Ok(Some(costs))
}
