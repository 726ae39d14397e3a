//! Sums of charges that stay in one piece, which are nearly all: a charge costs a look into a table and an addition.

use crate::ledger::{Charge, Class, Shape, counts, index};
use crate::{Error, Ledger, Money, Result, Timestamp};

use super::Totals;
use super::fragments::Fragment;
use super::mixed::Mixed;
use super::plan::Unit;
use super::run::Cells;

/// Sums by bin, group and whatever else their charges have in common.
pub(super) struct WholeSums<'a> {
    classes: &'a [Class],
    /// By class: where its charges go, and the number of the span in which that was so.
    places: Vec<(u32, Place)>,
    span: u32,
    alikes: Vec<Alike>,
    numbers: Mixed<Alike, u32>,
    sums: Vec<AlikeSum>,
    extras: Vec<i128>,
}

/// Where the charges of one class go in one span.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// Into the sum of that number.
    Sum(u32),
    /// Nowhere: they are not asked for.
    Out,
    /// Somewhere else, one by one: they fall into parts.
    Apart,
}

/// What the charges of one sum have in common. With the same shape, what is absent or equal is so for the sum, too.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Alike {
    bin: Option<Timestamp>,
    group: usize,
    unit: Unit,
    shape: Shape,
}

#[derive(Clone, Copy)]
struct AlikeSum {
    effective: Money,
    tokens: [u64; 4],
    records: u64,
    /// Where the sums of its extras are.
    extras: (u32, u32),
}

impl<'a> WholeSums<'a> {
    pub(super) fn new(ledger: &'a Ledger) -> Self {
        let classes = ledger.classes();
        Self {
            classes,
            places: vec![(0, Place::Out); classes.len()],
            span: 0,
            alikes: Vec::new(),
            numbers: Mixed::default(),
            sums: Vec::new(),
            extras: Vec::new(),
        }
    }

    /// Forgets all places.
    pub(super) fn enter_span(&mut self) {
        self.span = self.span.wrapping_add(1);
        if self.span == 0 {
            self.places.fill((0, Place::Out));
            self.span = 1;
        }
    }

    pub(super) fn place(&self, class: u32) -> Option<Place> {
        self.places.get(index(class)).filter(|(span, _)| *span == self.span).map(|(_, place)| *place)
    }

    pub(super) fn set_place(&mut self, class: u32, place: Place) {
        if let Some(entry) = self.places.get_mut(index(class)) {
            *entry = (self.span, place);
        }
    }

    pub(super) fn class(&self, charge: &Charge<'_>) -> Result<Class> {
        self.classes.get(index(charge.class)).copied().ok_or_else(lost)
    }

    /// The sum that charges of that bin, group, unit and shape go into.
    pub(super) fn sum_of(
        &mut self,
        bin: Option<Timestamp>,
        group: usize,
        unit: Unit,
        shape: Shape,
    ) -> Result<Place> {
        let alike = Alike { bin, group, unit, shape };
        if let Some(number) = self.numbers.get(&alike) {
            return Ok(Place::Sum(*number));
        }
        let fit = |length: usize| u32::try_from(length).map_err(|_| Error::overflow("the size of a report"));
        let (number, start) = (fit(self.sums.len())?, self.extras.len());
        self.extras.resize(start + shape.cost_extras(), 0);
        let extras = (fit(start)?, fit(self.extras.len())?);
        self.sums.push(AlikeSum { effective: Money::ZERO, tokens: [0; 4], records: 0, extras });
        self.alikes.push(alike);
        self.numbers.insert(alike, number);
        Ok(Place::Sum(number))
    }

    #[inline]
    pub(super) fn add(&mut self, number: u32, charge: &Charge<'_>) -> Result<()> {
        let sum = self.sums.get_mut(index(number)).ok_or_else(lost)?;
        sum.effective = sum.effective.checked_add(charge.effective)?;
        for (sum, count) in sum.tokens.iter_mut().zip(charge.tokens) {
            *sum = sum.checked_add(u64::from(count)).ok_or_else(|| Error::overflow("a sum of tokens"))?;
        }
        sum.records += 1;
        let (start, end) = sum.extras;
        let sums = self.extras.get_mut(index(start)..index(end)).ok_or_else(lost)?;
        for (sum, extra) in sums.iter_mut().zip(charge.extras) {
            *sum = sum.checked_add(*extra).ok_or_else(|| Error::overflow("a sum of money"))?;
        }
        Ok(())
    }

    /// The sums by bin and group, each once, over all, and the units of their usage.
    pub(super) fn into_cells(self, total: &mut Totals, mut unit: impl FnMut(Unit)) -> Result<Cells> {
        let mut places: Mixed<(Option<Timestamp>, usize), usize> = Mixed::default();
        let mut cells = Cells::new();
        for (alike, sum) in self.alikes.iter().zip(&self.sums) {
            let (start, end) = sum.extras;
            let extras = self.extras.get(index(start)..index(end)).ok_or_else(lost)?;
            let (costs, requests) = alike.shape.costs(sum.effective, &mut extras.iter().copied());
            let together = Fragment::of_many(costs, counts(sum.tokens), requests.unwrap_or_default());
            let usage = alike.unit.usage(&together)?;
            let place = (alike.bin, alike.group);
            let number = *places.entry(place).or_insert_with(|| {
                cells.push((place, Totals::default()));
                cells.len() - 1
            });
            let (_, cell) = cells.get_mut(number).ok_or_else(lost)?;
            cell.add_many(&together, usage, sum.records)?;
            total.add_many(&together, usage, sum.records)?;
            unit(alike.unit);
        }
        Ok(cells)
    }
}

/// An index of ours led nowhere, which would be a fault of this module.
fn lost() -> Error {
    Error::new(crate::ErrorKind::Query, "a charge has no place in the report")
}
