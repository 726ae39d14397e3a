//! Makes rows of sums: the largest groups, the comparison with the period before, running totals, and the order.
//!
//! The engine returns totals by step of time and group; here they become rows. Without a limit, a comparison or
//! running totals they are only put in order, which keeps reports of many groups cheap.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::FixedOffset;

use crate::error::Result;
use crate::time::{Timestamp, Window};

use super::engine::{GroupId, Groups, WindowTotals};
use super::rows::{Row, RowKind};
use super::{Bin, Query, Totals};

/// A row to be: its bin, and its group or `None` for all others.
type Place = (Option<Timestamp>, Option<GroupId>);

/// The totals of a row now and before, and the groups in it.
#[derive(Default)]
struct Cell {
    now: Totals,
    before: Totals,
    groups: BTreeSet<GroupId>,
}

/// Makes the rows of a report. `before` is the period compared with and its sums; rows that have figures in only one
/// of the two periods are there too.
pub(super) fn rows(
    query: &Query,
    groups: &Groups<'_>,
    now: &WindowTotals,
    before: Option<(Window, &WindowTotals)>,
) -> Result<Vec<Row>> {
    if query.top.is_none() && before.is_none() && !query.cumulative {
        let cells = now.cells.iter().map(|((bin, group), totals)| ((*bin, Some(*group)), totals));
        let order = order(query, groups, cells)?;
        let mut rows = Vec::with_capacity(order.len());
        rows.extend(order.into_iter().filter_map(|number| now.cells.get(number)).map(
            |((bin, group), now): &((Option<Timestamp>, GroupId), Totals)| Row {
                bin: *bin,
                kind: RowKind::Group,
                keys: groups.keys_of(*group).to_vec(),
                totals: *now,
                previous: None,
            },
        ));
        return Ok(rows);
    }
    let cells = cells(query, groups, now, before)?;
    let order = order(query, groups, cells.iter().map(|(place, cell)| (*place, &cell.now)))?;
    Ok(order
        .into_iter()
        .filter_map(|number| cells.get(number))
        .map(|((bin, group), cell): &(Place, Cell)| Row {
            bin: *bin,
            kind: group.map_or(RowKind::Other(cell.groups.len()), |_| RowKind::Group),
            keys: group
                .map_or_else(|| vec![None; query.group_by.len()], |group| groups.keys_of(group).to_vec()),
            totals: cell.now,
            previous: before.map(|_| Box::new(cell.before)),
        })
        .collect())
}

/// Returns what a row needs beside its place, place by place.
fn cells(
    query: &Query,
    groups: &Groups<'_>,
    now: &WindowTotals,
    before: Option<(Window, &WindowTotals)>,
) -> Result<Vec<(Place, Cell)>> {
    let largest = largest(query, groups, now)?;

    let mut cells: BTreeMap<Place, Cell> = BTreeMap::new();
    for ((bin, group), totals) in &now.cells {
        let cell = cells.entry((*bin, own_row(*group, largest.as_ref()))).or_default();
        cell.now = cell.now.checked_add(totals)?;
        cell.groups.insert(*group);
    }
    if let (Some((window, sums)), Some(current)) = (before, query.window) {
        let moved = moved_bins(query.bin, query.zone_or_utc(), window, current);
        for ((bin, group), totals) in &sums.cells {
            // A period may have more steps than the one after it; what is over goes into the last.
            let bin = bin.map(|bin| moved.get(&bin).copied().unwrap_or(current.start()));
            let cell = cells.entry((bin, own_row(*group, largest.as_ref()))).or_default();
            cell.before = cell.before.checked_add(totals)?;
            cell.groups.insert(*group);
        }
    }
    if query.cumulative {
        cells = running(cells)?;
    }
    Ok(cells.into_iter().collect())
}

/// Returns the group whose row a group's charges are in: its own, or `None` for the row of all others.
fn own_row(group: GroupId, largest: Option<&BTreeSet<GroupId>>) -> Option<GroupId> {
    Some(group).filter(|group| largest.is_none_or(|largest| largest.contains(group)))
}

/// Returns the groups that are among the largest over all bins, if only those have rows of their own.
fn largest(query: &Query, groups: &Groups<'_>, sums: &WindowTotals) -> Result<Option<BTreeSet<GroupId>>> {
    let Some(count) = query.top else { return Ok(None) };
    let mut totals: BTreeMap<GroupId, Totals> = BTreeMap::new();
    for ((_, group), cell) in &sums.cells {
        let total = totals.entry(*group).or_default();
        *total = total.checked_add(cell)?;
    }
    let mut sized = totals
        .into_iter()
        .map(|(group, totals)| Ok((query.measure.size(&totals)?, group)))
        .collect::<Result<Vec<_>>>()?;
    // Equal sizes by key: which of them gets a row of its own must not depend on the order of the charges.
    sized.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| groups.keys_of(a.1).cmp(groups.keys_of(b.1))));
    Ok(Some(sized.into_iter().take(count).map(|(_, group)| group).collect()))
}

/// For each step of the period before, the step of the current one with the same number.
fn moved_bins(
    bin: Option<Bin>,
    zone: FixedOffset,
    before: Window,
    current: Window,
) -> BTreeMap<Timestamp, Timestamp> {
    let Some(bin) = bin else { return BTreeMap::new() };
    let current: Vec<_> = bin.starts(current, zone);
    let last = current.last().copied();
    bin.starts(before, zone)
        .into_iter()
        .enumerate()
        .filter_map(|(number, start)| Some((start, current.get(number).copied().or(last)?)))
        .collect()
}

/// Makes running totals of each group's cells, from the first bin in which it has charges to the report's last. A
/// group without charges in a step keeps the sum of the step before.
fn running(cells: BTreeMap<Place, Cell>) -> Result<BTreeMap<Place, Cell>> {
    let bins: BTreeSet<_> = cells.keys().map(|(bin, _)| *bin).collect();
    let mut by_group: BTreeMap<Option<GroupId>, BTreeMap<Option<Timestamp>, Cell>> = BTreeMap::new();
    for ((bin, group), cell) in cells {
        by_group.entry(group).or_default().insert(bin, cell);
    }
    let mut running = BTreeMap::new();
    for (group, mut cells) in by_group {
        let mut sum: Option<Cell> = None;
        for bin in &bins {
            let cell = cells.remove(bin);
            let Some(next) = (match (sum.take(), cell) {
                (None, cell) => cell,
                (Some(sum), None) => Some(sum),
                (Some(sum), Some(cell)) => Some(Cell {
                    now: sum.now.checked_add(&cell.now)?,
                    before: sum.before.checked_add(&cell.before)?,
                    groups: sum.groups.union(&cell.groups).copied().collect(),
                }),
            }) else {
                continue;
            };
            let copy = Cell { now: next.now, before: next.before, groups: next.groups.clone() };
            running.insert((*bin, group), copy);
            sum = Some(next);
        }
    }
    Ok(running)
}

/// Returns the numbers of the cells in the order of their rows. By step of time, then the row of all others last,
/// then by size, largest first; equal sizes by key, so that the order never depends on the order of charges.
fn order<'a>(
    query: &Query,
    groups: &Groups<'_>,
    cells: impl Iterator<Item = (Place, &'a Totals)>,
) -> Result<Vec<usize>> {
    let mut sized = Vec::with_capacity(cells.size_hint().0);
    for (number, ((bin, group), totals)) in cells.enumerate() {
        let keys = group.map(|group| groups.keys_of(group));
        sized.push((bin, group.is_none(), Reverse(query.measure.size(totals)?), keys, number));
    }
    // A pair of step and keys occurs once, so that the numbers never decide and an unstable sort is enough.
    sized.sort_unstable();
    Ok(sized.into_iter().map(|(_, _, _, _, number)| number).collect())
}
