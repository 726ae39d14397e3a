//! How charges are added up: each distinct tuple and epoch is asked about once, each charge is then only added.

use std::collections::{BTreeMap, BTreeSet};

use crate::ledger::{Charges, HOUR, hour_of};
use crate::{Ledger, LedgerRow, Result, Timestamp, Window};

use super::fragments::Fragment;
use super::plan::{Fall, Plan, Planner, Unit};
use super::spans::{Span, Spans};
use super::whole::{Cell, Cells, Place, WholeSums};
use super::{Query, Totals};

/// The sums of one window.
#[derive(Default)]
pub(super) struct Sums {
    pub(super) cells: Cells,
    pub(super) total: Totals,
    /// The units that usage was counted in.
    pub(super) units: BTreeSet<Unit>,
}

pub(super) fn add_up<'a>(
    query: &Query,
    ledger: &'a Ledger,
    planner: &mut Planner<'a>,
    window: Option<Window>,
) -> Result<Sums> {
    let boundaries = planner.boundaries.clone();
    let spans = Spans::new(query, window, &boundaries);
    let mut adding = Adding { ledger, planner, whole: WholeSums::new(ledger), apart: ApartSums::default() };
    let mut charges = window.map_or(ledger.charges(), |window| ledger.charges_from(window.start().millis()));
    while let Some(at) =
        charges.at.first().copied().filter(|at| window.is_none_or(|window| window.contains(*at)))
    {
        adding.add_span(&mut charges, &spans.of(at), at)?;
    }
    adding.apart.join(adding.whole)
}

/// What has been added up so far.
struct Adding<'a, 'b> {
    ledger: &'a Ledger,
    planner: &'b mut Planner<'a>,
    whole: WholeSums<'a>,
    apart: ApartSums,
}

impl<'a> Adding<'a, '_> {
    /// Adds the charges of a span, of which `at` is an instant: full hours at once, but for those with a charge that falls
    /// into parts.
    fn add_span(&mut self, charges: &mut Charges<'a>, span: &Span, at: Timestamp) -> Result<()> {
        self.whole.enter_span(span.bin, span.epoch)?;
        let mut start = span.start;
        while let Some(hours) = self.ledger.hours_within(start, span.end) {
            let apart = self.first_apart(&hours.sums, (span.epoch, at))?.map(|at| hour_of(at.millis()));
            let whole = apart.map_or(Some(hours), |hour| self.ledger.hours_within(start, hour));
            if let Some(hours) = whole {
                self.add_before(hours.start, charges, span)?;
                self.whole.add_all(hours.sums)?;
                *charges = hours.after;
            }
            let Some(hour) = apart else { break };
            start = hour.saturating_add(HOUR);
        }
        self.add_before(span.end, charges, span)
    }

    /// When the first sum arose that is not added in one piece, if there is one. Finds out the places of those before.
    fn first_apart(&mut self, sums: &Charges<'_>, instant: (usize, Timestamp)) -> Result<Option<Timestamp>> {
        for (at, figures) in sums.at.iter().zip(sums.figures) {
            let place = match self.whole.place(figures.class) {
                Some(place) => place,
                None => self.find_place(figures.class, instant)?,
            };
            if place == Place::APART {
                return Ok(Some(*at));
            }
        }
        Ok(None)
    }

    /// Adds the charges of a span that arose before that millisecond, one after the other.
    fn add_before(&mut self, millis: i64, charges: &mut Charges<'a>, span: &Span) -> Result<()> {
        let mut left = charges.count_before(millis);
        loop {
            left -= self.whole.add(charges, left)?;
            let (1.., Some(figures), Some(at)) = (left, charges.figures.first(), charges.at.first()) else {
                return Ok(());
            };
            if self.whole.place(figures.class).is_none() {
                self.find_place(figures.class, (span.epoch, *at))?;
            } else if let Some(row) = charges.next() {
                let number = self.planner.number(row.tuple, span.epoch, row.at)?;
                self.apart.add(self.planner.plan(number.plan)?, span.bin, &row, self.ledger)?;
                left -= 1;
            }
        }
    }

    /// Finds out where the charges of a class go in an epoch, of which `at` is an instant, and in which other epochs.
    fn find_place(&mut self, number: u32, (epoch, at): (usize, Timestamp)) -> Result<Place> {
        let class = self.whole.class(number)?;
        let numbered = self.planner.number(class.tuple(), epoch, at)?;
        let plan = self.planner.plan(numbered.plan)?;
        let place = match plan.fall {
            _ if !class.shape.is_plain() => Place::APART,
            Fall::Whole(None) => Place::OUT,
            Fall::Whole(Some(group)) => self.whole.kind(group, plan.unit, class.shape)?,
            Fall::Apart(..) => Place::APART,
        };
        self.whole.set_place(number, place, &numbered.epochs);
        Ok(place)
    }
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
