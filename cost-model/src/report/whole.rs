//! Sums of charges that stay in one piece, which are nearly all: a charge costs a look into a table and an addition.

use crate::ledger::{Charges, Class, Passed, Shape, counts, index};
use crate::{Error, Ledger, Money, RequestUnits, Result, Timestamp};

use super::Totals;
use super::fragments::Fragment;
use super::mixed::Mixed;
use super::plan::Unit;
use super::run::Cells;

/// Sums by bin, group and whatever else their charges have in common.
pub(super) struct WholeSums<'a> {
    classes: &'a [Class],
    /// By class.
    places: Vec<Entry>,
    span: u32,
    alikes: Vec<Alike>,
    numbers: Mixed<Alike, u32>,
    sums: Vec<AlikeSum>,
    amounts: Vec<Money>,
}

/// Where the charges of one class go, and the number of the span in which that is so.
#[derive(Clone, Copy)]
struct Entry {
    span: u32,
    place: Place,
    /// How many entries each charge has in the sparse columns of amounts and fees.
    sparse: (u8, u8),
}

/// The number of a sum, or one of the places below.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(u32);

impl Place {
    /// Nowhere: the charges are not asked for.
    pub(super) const OUT: Self = Self(u32::MAX);
    /// Somewhere else, one by one: the charges fall into parts.
    pub(super) const APART: Self = Self(u32::MAX - 1);
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
    requests: RequestUnits,
    tokens: [u64; 4],
    records: u64,
    /// Where the sums of its own amounts begin, and how many there are: for most shapes none.
    amounts: (u32, u32),
}

impl<'a> WholeSums<'a> {
    pub(super) fn new(ledger: &'a Ledger) -> Self {
        let small = |count| u8::try_from(count).unwrap_or_default();
        let entry = |class: &Class| {
            let passed = class.passed();
            Entry { span: 0, place: Place::OUT, sparse: (small(passed.amounts), small(passed.fees)) }
        };
        Self {
            classes: ledger.classes(),
            places: ledger.classes().iter().map(entry).collect(),
            span: 0,
            alikes: Vec::new(),
            numbers: Mixed::default(),
            sums: Vec::new(),
            amounts: Vec::new(),
        }
    }

    /// Forgets all places.
    pub(super) fn enter_span(&mut self) {
        self.span = self.span.checked_add(1).unwrap_or_else(|| {
            self.places.iter_mut().for_each(|entry| entry.span = 0);
            1
        });
    }

    /// The place of a class, if it is known in this span.
    pub(super) fn place(&self, class: u32) -> Option<Place> {
        self.places.get(index(class)).filter(|entry| entry.span == self.span).map(|entry| entry.place)
    }

    pub(super) fn set_place(&mut self, class: u32, place: Place) {
        if let Some(entry) = self.places.get_mut(index(class)) {
            (entry.span, entry.place) = (self.span, place);
        }
    }

    pub(super) fn class(&self, number: u32) -> Result<Class> {
        self.classes.get(index(number)).copied().ok_or_else(lost)
    }

    /// The sum that charges of that bin, group, unit and shape go into.
    pub(super) fn sum_of(
        &mut self,
        bin: Option<Timestamp>,
        group: usize,
        unit: Unit,
        shape: Shape,
    ) -> Result<Place> {
        let alike = Alike { bin, group, unit, shape: shape.of_sums() };
        if let Some(number) = self.numbers.get(&alike) {
            return Ok(Place(*number));
        }
        let fit = |length: usize| {
            let fitting = u32::try_from(length).ok().filter(|number| *number < Place::APART.0);
            fitting.ok_or_else(|| Error::overflow("the size of a report"))
        };
        let number = fit(self.sums.len())?;
        self.sums.push(AlikeSum {
            effective: Money::ZERO,
            requests: RequestUnits::ZERO,
            tokens: [0; 4],
            records: 0,
            amounts: (fit(self.amounts.len())?, fit(shape.own_amount_count())?),
        });
        self.amounts.resize(self.amounts.len() + shape.own_amount_count(), Money::ZERO);
        self.alikes.push(alike);
        self.numbers.insert(alike, number);
        Ok(Place(number))
    }

    /// Adds the next charges, `most` at most, up to one whose place is unknown or apart, as all with wide tokens are. Tells how many they were.
    pub(super) fn add(&mut self, charges: &mut Charges<'_>, most: usize) -> Result<usize> {
        let figures = charges.effective.iter().zip(charges.requests).zip(charges.tokens);
        let mut passed = Passed::default();
        for (class, ((effective, requests), tokens)) in charges.class.iter().zip(figures).take(most) {
            let entry = self.places.get(index(*class)).ok_or_else(lost)?;
            if entry.span != self.span || entry.place == Place::APART {
                break;
            }
            if entry.place != Place::OUT {
                let sum = self.sums.get_mut(index(entry.place.0)).ok_or_else(lost)?;
                sum.add(*effective, *requests, *tokens)?;
                let (start, count) = sum.amounts;
                if count > 0 {
                    let sums = self.amounts.iter_mut().skip(index(start)).take(index(count));
                    for (sum, amount) in sums.zip(charges.amounts.iter().skip(passed.amounts)) {
                        *sum = sum.checked_add(*amount)?;
                    }
                }
            }
            passed.charges += 1;
            passed.amounts += usize::from(entry.sparse.0);
            passed.fees += usize::from(entry.sparse.1);
        }
        charges.pass(passed);
        Ok(passed.charges)
    }

    /// The sums by bin and group, each once, over all, and the units of their usage.
    pub(super) fn into_cells(self, total: &mut Totals, mut unit: impl FnMut(Option<Unit>)) -> Result<Cells> {
        let mut places: Mixed<(Option<Timestamp>, usize), usize> = Mixed::default();
        let mut cells = Cells::new();
        for (alike, sum) in self.alikes.iter().zip(&self.sums) {
            let mut amounts = self.amounts.iter().skip(index(sum.amounts.0)).copied();
            let costs = alike.shape.costs(sum.effective, &mut amounts);
            let together = Fragment::of_many(costs, counts(sum.tokens), sum.requests);
            let usage = alike.unit.usage(&together)?;
            let place = (alike.bin, alike.group);
            let number = *places.entry(place).or_insert_with(|| {
                cells.push((place, Totals::default()));
                cells.len() - 1
            });
            let (_, cell) = cells.get_mut(number).ok_or_else(lost)?;
            cell.add_many(&together, usage, sum.records)?;
            total.add_many(&together, usage, sum.records)?;
            unit(alike.unit.counted(&together));
        }
        Ok(cells)
    }
}

impl AlikeSum {
    #[inline]
    fn add(&mut self, effective: Money, requests: RequestUnits, tokens: [u32; 4]) -> Result<()> {
        self.effective = self.effective.checked_add(effective)?;
        self.requests = self.requests.checked_add(requests)?;
        for (sum, count) in self.tokens.iter_mut().zip(tokens) {
            *sum = sum.checked_add(u64::from(count)).ok_or_else(|| Error::overflow("a sum of tokens"))?;
        }
        self.records += 1;
        Ok(())
    }
}

/// An index of ours led nowhere, which would be a fault of this module.
fn lost() -> Error {
    Error::new(crate::ErrorKind::Query, "a charge has no place in the report")
}
