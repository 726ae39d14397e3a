//! Sums of charges that stay in one piece, which are nearly all: a charge costs a look into a table and an addition.

use std::collections::BTreeSet;
use std::iter::once;
use std::ops::Range;

use crate::ledger::{Charges, Class, Extent, Figures, Shape, counts, index, widen};
use crate::{Error, Ledger, RequestUnits, Result, Timestamp};

use super::Totals;
use super::fragments::Fragment;
use super::mixed::Mixed;
use super::plan::Unit;

/// Sums by bin and group, each once, in no order.
pub(super) type Cells = Vec<(Cell, Totals)>;

/// A bin and a group.
pub(super) type Cell = (Option<Timestamp>, usize);

/// Sums by bin and by kind, which is by group and whatever else their charges have in common.
pub(super) struct WholeSums<'a> {
    classes: &'a [Class],
    /// By class.
    entries: Vec<Entry>,
    epoch: u32,
    kinds: Vec<Kind>,
    numbers: Mixed<Kind, u32>,
    bin: Option<Timestamp>,
    /// By kind, of the current bin.
    sums: Vec<KindSum>,
    /// The other own figures of the current bin; those of a kind begin where its sum says.
    own: Vec<i128>,
    /// The kinds that have charges in the current bin.
    met: Vec<u32>,
    cells: Cells,
    /// The units that usage was counted in.
    units: BTreeSet<Unit>,
    /// By group: its last cell.
    last: Vec<Option<usize>>,
}

/// Where the charges of one class go, and the epochs in which that is so.
#[derive(Clone, Copy)]
struct Entry {
    /// From the first to before the second; none at first.
    epochs: (u32, u32),
    place: Place,
    /// How many entries each charge has in the sparse columns of figures, and how many of them are summed.
    narrow: u8,
    wide: u8,
    summed: u8,
}

/// The number of a kind, or one of the places below.
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
struct Kind {
    group: usize,
    unit: Unit,
    shape: Shape,
}

/// Sums of narrow figures and of tokens cannot overflow: a ledger has fewer charges than there are numbers of 32 bits.
#[derive(Clone, Copy)]
struct KindSum {
    /// Narrow: the effective amount and the first own figure.
    amounts: [i128; 2],
    tokens: [u64; 4],
    records: u64,
    /// Where the sums of its other own figures begin; narrow ones, unless the shape is wide.
    own: u32,
}

impl<'a> WholeSums<'a> {
    pub(super) fn new(ledger: &'a Ledger) -> Self {
        let small = |count| u8::try_from(count).unwrap_or(u8::MAX);
        let entry = |class: &Class| {
            let passed = class.extent();
            Entry {
                epochs: (0, 0),
                place: Place::OUT,
                narrow: small(passed.narrow),
                wide: small(passed.wide),
                summed: small(summed_apart(class.shape)),
            }
        };
        Self {
            classes: ledger.classes(),
            entries: ledger.classes().iter().map(entry).collect(),
            epoch: 0,
            kinds: Vec::new(),
            numbers: Mixed::default(),
            bin: None,
            sums: Vec::new(),
            own: Vec::new(),
            met: Vec::new(),
            cells: Cells::new(),
            units: BTreeSet::new(),
            last: Vec::new(),
        }
    }

    /// Charges to come are of this bin and epoch. A bin that was left does not come back.
    pub(super) fn enter_span(&mut self, bin: Option<Timestamp>, epoch: usize) -> Result<()> {
        self.epoch = number(epoch, u32::MAX)?;
        if self.bin != bin {
            self.leave_bin()?;
            self.bin = bin;
        }
        Ok(())
    }

    /// The place of a class, if it is known in this epoch.
    pub(super) fn place(&self, class: u32) -> Option<Place> {
        self.entries.get(index(class)).filter(|entry| entry.stands(self.epoch)).map(|entry| entry.place)
    }

    /// Where the charges of a class go in these epochs.
    pub(super) fn set_place(&mut self, class: u32, place: Place, epochs: &Range<usize>) {
        if let Some(entry) = self.entries.get_mut(index(class)) {
            let fit = |epoch: usize| u32::try_from(epoch).unwrap_or(u32::MAX);
            entry.epochs = (fit(epochs.start), fit(epochs.end));
            entry.place = place;
        }
    }

    pub(super) fn class(&self, number: u32) -> Result<Class> {
        self.classes.get(index(number)).copied().ok_or_else(lost)
    }

    /// The place of charges of that group, unit and shape.
    pub(super) fn kind(&mut self, group: usize, unit: Unit, shape: Shape) -> Result<Place> {
        let kind = Kind { group, unit, shape: shape.of_sums() };
        if let Some(number) = self.numbers.get(&kind) {
            return Ok(Place(*number));
        }
        let number = number(self.kinds.len(), Place::APART.0)?;
        self.kinds.push(kind);
        let own = self::number(self.own.len(), u32::MAX)?;
        self.own.resize(self.own.len() + summed_apart(shape), 0);
        self.sums.push(KindSum { amounts: [0; 2], tokens: [0; 4], records: 0, own });
        self.numbers.insert(kind, number);
        Ok(Place(number))
    }

    /// Adds the next charges, `most` at most, up to one whose place is unknown or apart, as it is for all with wide
    /// tokens. Tells how many they were.
    pub(super) fn add(&mut self, charges: &mut Charges<'_>, most: usize) -> Result<usize> {
        let mut passed = Extent::default();
        let (entries, epoch) = (self.entries.as_slice(), self.epoch);
        let sums = self.sums.as_mut_slice();
        for figures in charges.figures.iter().take(most) {
            let entry = entries.get(index(figures.class)).ok_or_else(lost)?;
            if !entry.stands(epoch) || entry.place == Place::APART {
                break;
            }
            if entry.place != Place::OUT {
                let sum = sums.get_mut(index(entry.place.0)).ok_or_else(lost)?;
                if sum.records == 0 {
                    self.met.push(entry.place.0);
                }
                sum.add(figures);
                if entry.summed > 0 {
                    add_own(&mut self.own, sum.own, entry, charges, &passed)?;
                }
            }
            passed.charges += 1;
            passed.narrow += usize::from(entry.narrow);
            passed.wide += usize::from(entry.wide);
        }
        charges.pass(passed);
        Ok(passed.charges)
    }

    /// Adds charges, or sums of them, whose places are all known and not apart.
    pub(super) fn add_all(&mut self, mut charges: Charges<'_>) -> Result<()> {
        let count = charges.figures.len();
        if self.add(&mut charges, count)? == count { Ok(()) } else { Err(lost()) }
    }

    /// Makes cells of the sums of the current bin.
    fn leave_bin(&mut self) -> Result<()> {
        for number in std::mem::take(&mut self.met) {
            let kind = *self.kinds.get(index(number)).ok_or_else(lost)?;
            let sum = *self.sums.get(index(number)).ok_or_else(lost)?;
            let together = self.together(&sum, kind.shape)?;
            let usage = kind.unit.usage(&together)?;
            self.units.extend(kind.unit.counted(&together));
            self.cell(kind.group)?.add_many(&together, usage, sum.records)?;
            let own = self.own.iter_mut().skip(index(sum.own)).take(summed_apart(kind.shape));
            own.for_each(|figure| *figure = 0);
            if let Some(empty) = self.sums.get_mut(index(number)) {
                *empty = KindSum { amounts: [0; 2], tokens: [0; 4], records: 0, own: sum.own };
            }
        }
        Ok(())
    }

    /// The totals of a group in the current bin.
    fn cell(&mut self, group: usize) -> Result<&mut Totals> {
        let place = (self.bin, group);
        if self.last.len() <= group {
            self.last.resize(group + 1, None);
        }
        let last = self.last.get_mut(group).ok_or_else(lost)?;
        let number = match *last {
            Some(number) if self.cells.get(number).is_some_and(|(of, _)| *of == place) => number,
            _ => {
                self.cells.push((place, Totals::default()));
                *last.insert(self.cells.len() - 1)
            }
        };
        Ok(&mut self.cells.get_mut(number).ok_or_else(lost)?.1)
    }

    /// The sums by bin and group, each once, in order of bins, and the units of their usage.
    pub(super) fn into_cells(mut self) -> Result<(Cells, BTreeSet<Unit>)> {
        self.leave_bin()?;
        Ok((self.cells, self.units))
    }

    /// What the charges of a sum are together.
    fn together(&self, sum: &KindSum, shape: Shape) -> Result<Fragment> {
        let units = |narrow| widen(narrow).ok_or_else(|| Error::overflow("a sum of costs"));
        let mut own = self.own.iter().skip(index(sum.own)).take(summed_apart(shape)).copied();
        let [effective, first] = sum.amounts;
        let figures = if shape.wide {
            shape.figures(0, &mut own)
        } else {
            let mut figures = [0; Shape::FIGURES];
            for (figure, narrow) in figures.iter_mut().zip(once(first).chain(own)) {
                *figure = units(narrow)?;
            }
            shape.figures(units(effective)?, &mut figures.into_iter())
        };
        let requests = figures.requests.unwrap_or(RequestUnits::ZERO);
        Ok(Fragment::of_many(figures.costs, counts(sum.tokens), requests))
    }
}

impl Entry {
    fn stands(&self, epoch: u32) -> bool {
        self.epochs.0 <= epoch && epoch < self.epochs.1
    }
}

impl KindSum {
    #[inline]
    fn add(&mut self, figures: &Figures) {
        for (sum, figure) in self.amounts.iter_mut().zip(figures.amounts) {
            *sum = sum.wrapping_add(figure.into());
        }
        for (sum, count) in self.tokens.iter_mut().zip(figures.tokens) {
            *sum = sum.wrapping_add(count.into());
        }
        self.records = self.records.wrapping_add(figures.records.into());
    }
}

/// How many own figures of a charge are summed, but not as the first.
fn summed_apart(shape: Shape) -> usize {
    shape.summed_count().saturating_sub(usize::from(!shape.wide))
}

/// Adds the sparse figures of the charge after those passed to the sums from `first` on. Few charges have any.
#[inline(never)]
fn add_own(
    sums: &mut [i128],
    first: u32,
    entry: &Entry,
    charges: &Charges<'_>,
    passed: &Extent,
) -> Result<()> {
    let sums = sums.iter_mut().skip(index(first)).take(usize::from(entry.summed));
    if entry.wide > 0 {
        for (sum, figure) in sums.zip(charges.wide.iter().skip(passed.wide)) {
            *sum = sum.checked_add(*figure).ok_or_else(|| Error::overflow("a sum of costs"))?;
        }
    } else {
        for (sum, figure) in sums.zip(charges.narrow.iter().skip(passed.narrow)) {
            *sum = sum.wrapping_add(i128::from(*figure));
        }
    }
    Ok(())
}

/// A length as a number below `end`.
fn number(length: usize, end: u32) -> Result<u32> {
    let fitting = u32::try_from(length).ok().filter(|number| *number < end);
    fitting.ok_or_else(|| Error::overflow("the size of a report"))
}

/// An index of ours led nowhere, which would be a fault of this module.
fn lost() -> Error {
    Error::new(crate::ErrorKind::Query, "a charge has no place in the report")
}
