//! The sums of a report: a cell for each group and unit of usage, of one step of time after the other.
//!
//! Nearly all charges are undivided and narrow, so a cell has sums of 128 bits for them and boxed totals for the
//! rest. At the end of a step of time the sums of its cells become totals of groups, and only the cells that were met
//! are looked at.

use std::collections::BTreeSet;
use std::iter;

use crate::combinations::Combinations;
use crate::dimension::Dimension;
use crate::error::Result;
use crate::ids::{Id, Table, id};
use crate::ledger::{Charges, Column, DimensionSetId, Ledger, NarrowSums, PackedCharge};
use crate::money::Quantity;
use crate::report::Totals;
use crate::report::engine::groups::{GroupId, Groups};
use crate::report::fragments::{Fragment, TokenPart};
use crate::time::Timestamp;

id! {
    /// The number of a cell.
    pub(super) CellId, "cells of a report"
}

/// What usage is counted in. Usage is only added within one unit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::report) enum Unit {
    Tokens,
    Requests,
    /// By the code of its name.
    Other(u32),
    Unknown,
}

impl Unit {
    /// Returns the unit, unless a charge of no unit has no usage either.
    fn counted(self, fragment: &Fragment) -> Option<Self> {
        Some(self).filter(|unit| *unit != Self::Unknown || fragment.quantity != Quantity::ZERO)
    }

    /// Returns the usage in this unit; `None` where there are too many tokens for a quantity.
    fn usage(self, fragment: &Fragment) -> Option<Quantity> {
        match self {
            Self::Tokens => Quantity::try_from(fragment.tokens.total().ok()?).ok(),
            Self::Requests => Some(fragment.requests.into()),
            Self::Other(_) | Self::Unknown => Some(fragment.quantity),
        }
    }
}

/// Totals by step of time and group, each once, in order of time.
type GroupTotals = Vec<((Option<Timestamp>, GroupId), Totals)>;

/// The sums of one window.
pub(in crate::report) struct WindowTotals {
    pub(in crate::report) cells: GroupTotals,
    pub(in crate::report) total: Totals,
    /// The names of the units that usage was counted in.
    pub(in crate::report) units: BTreeSet<String>,
}

/// Adds charges up, one step of time after the other.
pub(super) struct Cells<'a> {
    unit_column: Option<&'a Column>,
    /// By code.
    units: Vec<Unit>,
    combinations: Combinations,
    table: Table<CellId, Cell>,
    /// The cells that have charges in the current step.
    met: Vec<CellId>,
    bin: Option<Timestamp>,
    finished: GroupTotals,
    /// By group: the place of its last totals among those finished.
    last: Vec<usize>,
    total: Totals,
    used: BTreeSet<Unit>,
}

/// The sums of a cell in the current step.
struct Cell {
    group: GroupId,
    unit: Unit,
    is_met: bool,
    narrow: NarrowSums,
    /// What is not narrow, and parts of charges.
    other: Option<Box<Totals>>,
}

impl<'a> Cells<'a> {
    /// Prepares the units of the ledger's charges, by code; code 0 has none.
    pub(super) fn new(ledger: &'a Ledger) -> Self {
        let unit_column = ledger.sets().column(&Dimension::UsageUnit);
        let names = unit_column.map_or(&[][..], Column::values);
        Self {
            unit_column,
            units: iter::once(Unit::Unknown)
                .chain(names.iter().zip(1..).map(|(name, code): (&std::sync::Arc<str>, u32)| match &**name {
                    "tokens" => Unit::Tokens,
                    "requests" => Unit::Requests,
                    _ => Unit::Other(code),
                }))
                .collect(),
            combinations: Combinations::default(),
            table: Table::default(),
            met: Vec::new(),
            bin: None,
            finished: Vec::new(),
            last: Vec::new(),
            total: Totals::default(),
            used: BTreeSet::new(),
        }
    }

    /// Returns the cell of a part of the charges of a set: that of its group and its unit.
    pub(super) fn cell(
        &mut self,
        groups: &mut Groups<'_>,
        set: DimensionSetId,
        codes: &[u32],
        purpose: Option<TokenPart>,
    ) -> Result<CellId> {
        let unit = self.unit_column.map_or(0, |column| column.code(set));
        let key = groups.codes(set, codes, purpose).chain(iter::once(unit));
        let (number, is_new) = self.combinations.number(key)?;
        if is_new {
            let group = groups.group(set, codes, purpose)?;
            let unit = self.units.get(unit as usize).copied().unwrap_or(Unit::Unknown);
            // Both number cells as they are met.
            let narrow = NarrowSums::default();
            return self.table.push(Cell { group, unit, is_met: false, narrow, other: None });
        }
        CellId::after(number as usize)
    }

    /// Adds a charge whose figures are narrow to a cell, and returns whether they are.
    #[inline]
    pub(super) fn add_narrow(
        &mut self,
        cell: CellId,
        charges: &Charges,
        place: usize,
        charge: &PackedCharge,
    ) -> Result<bool> {
        let sums = self.table.get_mut(cell)?;
        if !sums.is_met {
            sums.is_met = true;
            self.met.push(cell);
        }
        Ok(sums.narrow.add(charges, place, charge))
    }

    /// Adds any charge, or the parts of one, each to its cell.
    pub(super) fn add_fragments(
        &mut self,
        fragments: impl IntoIterator<Item = (CellId, Fragment)>,
    ) -> Result<()> {
        let mut all: Option<(Fragment, Unit)> = None;
        for (id, fragment) in fragments {
            let cell = self.table.get_mut(id)?;
            if !cell.is_met {
                cell.is_met = true;
                self.met.push(id);
            }
            cell.other.get_or_insert_default().add(&fragment, cell.unit.usage(&fragment))?;
            self.used.extend(cell.unit.counted(&fragment));
            all = Some(match all {
                Some((others, unit)) => (others.join(&fragment)?, unit),
                None => (fragment, cell.unit),
            });
        }
        match all {
            // All parts of a charge are in its unit.
            Some((all, unit)) => self.total.add(&all, unit.usage(&all)),
            None => Ok(()),
        }
    }

    /// Begins another step of time. A step that was left does not come back.
    pub(super) fn enter(&mut self, bin: Option<Timestamp>) -> Result<()> {
        if bin.is_some() && bin == self.bin {
            return Ok(());
        }
        let begin = self.finished.len();
        for id in std::mem::take(&mut self.met) {
            let cell = self.table.get_mut(id)?;
            let sums = std::mem::take(&mut cell.narrow).widen()?;
            cell.is_met = false;
            let mut totals = Totals::default();
            if sums.records > 0 {
                let together = Fragment::of_many(sums.costs, sums.tokens, sums.requests);
                totals = Totals::of_many(&sums, cell.unit.usage(&together));
                self.total = self.total.checked_add(&totals)?;
                self.used.extend(cell.unit.counted(&together));
            }
            if let Some(other) = cell.other.take() {
                totals = totals.checked_add(&other)?;
            }
            let (group, place) = (cell.group, cell.group.index());
            if self.last.len() <= place {
                self.last.resize(place + 1, usize::MAX);
            }
            let last = self.last.get(place).copied().unwrap_or(usize::MAX);
            match self.finished.get_mut(last).filter(|_| last >= begin) {
                // The same group in another unit.
                Some((_, others)) => *others = others.checked_add(&totals)?,
                None => {
                    if let Some(last) = self.last.get_mut(place) {
                        *last = self.finished.len();
                    }
                    self.finished.push(((self.bin, group), totals));
                }
            }
        }
        self.bin = bin;
        Ok(())
    }

    /// Returns the totals of all steps.
    pub(super) fn finish(mut self) -> Result<WindowTotals> {
        self.enter(None)?;
        let units = self
            .used
            .iter()
            .map(|unit: &Unit| match unit {
                Unit::Tokens => "tokens".to_owned(),
                Unit::Requests => "requests".to_owned(),
                Unit::Other(code) => {
                    let name = self.unit_column.and_then(|column| column.value(*code));
                    name.map(ToString::to_string).unwrap_or_default()
                }
                Unit::Unknown => "no unit".to_owned(),
            })
            .collect();
        Ok(WindowTotals { cells: self.finished, total: self.total, units })
    }
}
