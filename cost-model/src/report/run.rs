//! How a report is computed: each distinct tuple and epoch is asked about once, each row is then only added up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::filter::closest;
use crate::{Dimension, Error, ErrorKind, Ledger, LedgerRow, Result, Tagger, Timestamp, Window};

use super::comparison::rows;
use super::fragments::Fragment;
use super::interval::previous;
use super::plan::{Fall, Plan, Planner, Unit};
use super::rows::{Previous, Report};
use super::spans::Spans;
use super::whole::{Place, WholeSums};
use super::{Measure, Query, Totals};

pub(super) fn run(query: &Query, ledger: &Ledger, tagger: &dyn Tagger) -> Result<Report> {
    let mut planner = Planner::new(query, ledger, tagger)?;
    let now = add_up(query, ledger, &mut planner, query.window)?;
    if query.measure == Measure::Usage
        && !query.group_by.contains(&Dimension::UsageUnit)
        && now.units.len() > 1
    {
        let units = now.units.iter().map(|unit| planner.unit_name(*unit)).collect::<BTreeSet<_>>();
        let units = units.into_iter().collect::<Vec<_>>().join(", ");
        let message =
            format!("usage is in several units ({units}); group by the unit or filter costs.usage_unit");
        return Err(Error::new(ErrorKind::Query, message));
    }
    if now.total.records == 0 {
        super::unknown::refuse_unknown_values(query, ledger, tagger)?;
    }
    let before = match (query.compare, query.window) {
        (false, _) => None,
        (true, None) => return Err(Error::new(ErrorKind::Query, "a comparison needs a window")),
        (true, Some(window)) => {
            let window = previous(window, query.zone_or_utc())?;
            Some((window, add_up(query, ledger, &mut planner, Some(window))?))
        }
    };
    Ok(Report {
        currency: ledger.currency(),
        group_by: query.group_by.clone(),
        bin: query.bin,
        zone: query.zone_or_utc(),
        window: query.window,
        measure: query.measure,
        rows: rows(query, &planner.groups, &now, before.as_ref().map(|(window, sums)| (*window, sums)))?,
        total: now.total,
        previous: before.map(|(window, sums)| Previous { window, total: sums.total }),
        gaps: query.window.map(|window| ledger.gaps(window)).unwrap_or_default(),
        estimated: query.by_token_type(),
    })
}

/// Sums by bin and group, each once, in no order.
pub(super) type Cells = Vec<(Cell, Totals)>;

/// A bin and a group.
type Cell = (Option<Timestamp>, usize);

/// The sums of one window.
#[derive(Default)]
pub(super) struct Sums {
    pub(super) cells: Cells,
    pub(super) total: Totals,
    /// The units that usage was counted in.
    units: BTreeSet<Unit>,
}

fn add_up(query: &Query, ledger: &Ledger, planner: &mut Planner<'_>, window: Option<Window>) -> Result<Sums> {
    let boundaries = planner.boundaries.clone();
    let spans = Spans::new(query, window, &boundaries);
    let mut whole = WholeSums::new(ledger);
    let mut apart = ApartSums::default();
    let mut charges = ledger.charges();
    while let Some(at) = charges.at.first().copied() {
        let span = spans.of(at);
        let mut left = charges.count_before(span.end).max(1);
        if !span.counts {
            charges.nth(left - 1);
            continue;
        }
        whole.enter_span(span.bin, span.epoch)?;
        loop {
            left -= whole.add(&mut charges, left)?;
            let (1.., Some(figures)) = (left, charges.figures.first()) else { break };
            if whole.place(figures.class).is_none() {
                find_place(&mut whole, planner, figures.class, (span.epoch, at))?;
            } else if let Some(row) = charges.next() {
                let number = planner.number(row.tuple, span.epoch, row.at)?;
                apart.add(planner.plan(number.plan)?, span.bin, &row, ledger)?;
                left -= 1;
            }
        }
    }
    apart.join(whole)
}

/// Finds out where the charges of a class go in an epoch, of which `at` is an instant, and in which other epochs.
fn find_place(
    whole: &mut WholeSums<'_>,
    planner: &mut Planner<'_>,
    number: u32,
    (epoch, at): (usize, Timestamp),
) -> Result<()> {
    let class = whole.class(number)?;
    let numbered = planner.number(class.tuple(), epoch, at)?;
    let plan = planner.plan(numbered.plan)?;
    let place = match plan.fall {
        _ if !class.shape.is_plain() => Place::APART,
        Fall::Whole(None) => Place::OUT,
        Fall::Whole(Some(group)) => whole.kind(group, plan.unit, class.shape)?,
        Fall::Apart(..) => Place::APART,
    };
    whole.set_place(number, place, &numbered.epochs);
    Ok(())
}

/// Sums of charges that are added one by one.
#[derive(Default)]
struct ApartSums {
    cells: BTreeMap<Cell, Totals>,
    total: Totals,
    units: BTreeSet<Unit>,
}

impl ApartSums {
    fn add(&mut self, plan: &Plan, bin: Option<Timestamp>, row: &LedgerRow, ledger: &Ledger) -> Result<()> {
        let mut whole: Option<Fragment> = None;
        for (group, fragment) in plan.fragments(row, ledger)? {
            self.cells.entry((bin, group)).or_default().add(&fragment, plan.unit.usage(&fragment)?)?;
            self.units.extend(plan.unit.counted(&fragment));
            whole = Some(match whole {
                Some(others) => others.join(&fragment)?,
                None => fragment,
            });
        }
        match whole {
            Some(whole) => self.total.add(&whole, plan.unit.usage(&whole)?),
            None => Ok(()),
        }
    }

    fn join(mut self, whole: WholeSums<'_>) -> Result<Sums> {
        let (mut cells, units) = whole.into_cells()?;
        self.units.extend(units);
        for (_, cell) in &cells {
            self.total = self.total.checked_add(cell)?;
        }
        if !self.cells.is_empty() {
            for (cell, totals) in cells {
                let sum = self.cells.entry(cell).or_default();
                *sum = sum.checked_add(&totals)?;
            }
            cells = self.cells.into_iter().collect();
        }
        Ok(Sums { cells, total: self.total, units: self.units })
    }
}

/// The virtual tag keys that the query depends on, in the tagger's order, so that one charge falls into the same parts
/// whichever way the keys are named.
pub(super) fn keys_needed(query: &Query, tagger: &dyn Tagger) -> Result<Vec<Arc<str>>> {
    let any = query.filter.as_ref().is_some_and(crate::Filter::asks_any_tag)
        || query.group_by.contains(&Dimension::Tagged);
    let filtered = query.filter.iter().flat_map(crate::Filter::dimensions);
    let (mut named, mut covering) = (Vec::new(), Vec::new());
    for dimension in filtered.chain(query.group_by.iter().cloned()) {
        match dimension {
            Dimension::VirtualTag(key) => named.push(key),
            Dimension::Tag(key) => covering.push(key),
            _ => {}
        }
    }
    for key in &named {
        if !tagger.keys().contains(key) {
            let hint = match closest(key, tagger.keys().iter().map(|key| &**key)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "it has no rules".to_owned(),
            };
            return Err(Error::new(ErrorKind::Query, format!("unknown virtual tag `{key}`; {hint}")));
        }
    }
    let needed = |key: &&Arc<str>| any || named.contains(*key) || covering.contains(*key);
    Ok(tagger.keys().iter().filter(needed).cloned().collect())
}
