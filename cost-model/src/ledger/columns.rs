//! The figures of every charge, a column for each.

use std::collections::HashMap;
use std::iter::once;

use crate::{CostRecord, Error, LedgerRow, Quantity, Result, Timestamp, TokenCounts};

use super::narrow::{counts, narrow, narrow_tokens, widen};
use super::shape::Shape;

/// The columns that reports add up have an entry per charge; what few charges have, or what equals the effective
/// amount, takes no room. Those who look for an entry of a sparse column must have passed over the ones before.
pub(super) struct Columns {
    at: Vec<Timestamp>,
    /// Whether `at` ascends.
    ordered: bool,
    /// What reports add up, in one stream.
    figures: Vec<Figures>,
    /// Sparse: the other own figures of charges whose shape is not wide.
    narrow: Vec<i64>,
    /// Sparse: the own figures, in units, of charges whose shape is wide.
    wide: Vec<i128>,
    /// Sparse: counts of which one does not fit in 32 bits.
    wide_tokens: Vec<TokenCounts>,
    /// Sparse: usage that neither tokens nor request units tell.
    quantities: Vec<Quantity>,
    classes: Vec<Class>,
}

/// What nearly every charge has.
#[derive(Clone, Copy)]
pub(crate) struct Figures {
    /// The number of the class.
    pub(crate) class: u32,
    /// In the order of [`TokenType::ALL`](crate::TokenType::ALL); zero where the shape has wide tokens.
    pub(crate) tokens: [u32; 4],
    /// The effective amount and the first own figure, both narrow; zero where absent, and where the shape is wide.
    pub(crate) amounts: [i64; 2],
}

/// A distinct combination of tuple and shape: whatever charges have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Class {
    tuple: u32,
    pub(crate) shape: Shape,
}

/// The numbers of the classes met so far.
#[derive(Default)]
pub(super) struct ClassNumbers(HashMap<Class, u32>);

impl Columns {
    pub(super) fn len(&self) -> usize {
        self.at.len()
    }

    pub(super) fn push(&mut self, record: &CostRecord, tuple: u32, numbers: &mut ClassNumbers) -> Result<()> {
        // Sums of as many 32-bit counts as this fit in 64 bits.
        if u32::try_from(self.len()).is_err() {
            return Err(Error::overflow("the number of charges in a ledger"));
        }
        let class = Class { tuple, shape: Shape::of(record) };
        let number = match numbers.0.get(&class) {
            Some(number) => *number,
            None => {
                let next = u32::try_from(self.classes.len())
                    .map_err(|_| Error::overflow("the number of classes in a ledger"))?;
                self.classes.push(class);
                numbers.0.insert(class, next);
                next
            }
        };
        self.ordered &= self.at.last().is_none_or(|last| *last <= record.at);
        self.at.push(record.at);
        self.push_figures(record, number, class.shape);
        Ok(())
    }

    fn push_figures(&mut self, record: &CostRecord, class: u32, shape: Shape) {
        let own = shape.own_figures(record);
        let mut amounts = [0; 2];
        if shape.wide {
            self.wide.extend(own);
        } else {
            let effective = narrow(record.costs.effective.unwrap_or_default().units());
            let mut own = own.filter_map(narrow);
            amounts = [effective.unwrap_or_default(), own.next().unwrap_or_default()];
            self.narrow.extend(own);
        }
        let tokens = narrow_tokens(&record.tokens).unwrap_or_default();
        self.figures.push(Figures { class, tokens, amounts });
        self.wide_tokens.extend(shape.wide_tokens.then_some(record.tokens));
        self.quantities.extend(record.quantity);
    }

    /// The same charges in order of time, those of one instant in the order in which they came, with no room left for
    /// more.
    pub(super) fn finish(mut self) -> Self {
        if !self.ordered {
            self = self.in_order();
        }
        self.shrink();
        self
    }

    fn in_order(&self) -> Self {
        let mut passed = Passed::default();
        let mut places = Vec::with_capacity(self.len());
        for (at, figures) in self.at.iter().zip(&self.figures) {
            places.push((*at, passed));
            passed =
                passed.plus(self.classes.get(index(figures.class)).map(Class::passed).unwrap_or_default());
        }
        places.sort_by_key(|(at, _)| *at);
        let mut ordered = Self { classes: self.classes.clone(), ..Self::default() };
        for (_, place) in places {
            let mut charges = self.charges();
            charges.pass(place);
            ordered.copy_first(&charges);
        }
        ordered
    }

    fn copy_first(&mut self, charges: &Charges<'_>) {
        let Some(figures) = charges.figures.first() else { return };
        let passed = charges.classes.get(index(figures.class)).map(Class::passed).unwrap_or_default();
        self.at.extend(charges.at.first());
        self.figures.push(*figures);
        self.narrow.extend(charges.narrow.iter().take(passed.narrow));
        self.wide.extend(charges.wide.iter().take(passed.wide));
        self.wide_tokens.extend(charges.wide_tokens.iter().take(passed.wide_tokens));
        self.quantities.extend(charges.quantities.iter().take(passed.quantities));
    }

    fn shrink(&mut self) {
        self.at.shrink_to_fit();
        self.figures.shrink_to_fit();
        self.narrow.shrink_to_fit();
        self.wide.shrink_to_fit();
        self.wide_tokens.shrink_to_fit();
        self.quantities.shrink_to_fit();
        self.classes.shrink_to_fit();
    }

    pub(super) fn classes(&self) -> &[Class] {
        &self.classes
    }

    pub(super) fn tuples_in_time(&self) -> impl Iterator<Item = (Timestamp, usize)> + '_ {
        let tuple = |figures: &Figures| self.classes.get(index(figures.class)).map_or(0, Class::tuple);
        self.at.iter().zip(&self.figures).map(move |(at, figures)| (*at, tuple(figures)))
    }

    pub(super) fn charges(&self) -> Charges<'_> {
        Charges {
            at: &self.at,
            figures: &self.figures,
            narrow: &self.narrow,
            wide: &self.wide,
            wide_tokens: &self.wide_tokens,
            quantities: &self.quantities,
            classes: &self.classes,
        }
    }
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            at: Vec::new(),
            ordered: true,
            figures: Vec::new(),
            narrow: Vec::new(),
            wide: Vec::new(),
            wide_tokens: Vec::new(),
            quantities: Vec::new(),
            classes: Vec::new(),
        }
    }
}

/// The charges of a ledger that are still to come, column by column.
pub(crate) struct Charges<'a> {
    pub(crate) at: &'a [Timestamp],
    pub(crate) figures: &'a [Figures],
    pub(crate) narrow: &'a [i64],
    pub(crate) wide: &'a [i128],
    wide_tokens: &'a [TokenCounts],
    quantities: &'a [Quantity],
    classes: &'a [Class],
}

/// How many charges to pass over, and how many entries they have in each sparse column.
#[derive(Clone, Copy, Default)]
pub(crate) struct Passed {
    pub(crate) charges: usize,
    pub(crate) narrow: usize,
    pub(crate) wide: usize,
    wide_tokens: usize,
    quantities: usize,
}

impl Passed {
    fn plus(self, other: Self) -> Self {
        Self {
            charges: self.charges + other.charges,
            narrow: self.narrow + other.narrow,
            wide: self.wide + other.wide,
            wide_tokens: self.wide_tokens + other.wide_tokens,
            quantities: self.quantities + other.quantities,
        }
    }
}

impl Charges<'_> {
    /// How many of them arose before that millisecond.
    pub(crate) fn count_before(&self, millis: i64) -> usize {
        self.at.partition_point(|at| at.millis() < millis)
    }

    pub(crate) fn pass(&mut self, passed: Passed) {
        self.at = self.at.get(passed.charges..).unwrap_or_default();
        self.figures = self.figures.get(passed.charges..).unwrap_or_default();
        self.narrow = self.narrow.get(passed.narrow..).unwrap_or_default();
        self.wide = self.wide.get(passed.wide..).unwrap_or_default();
        self.wide_tokens = self.wide_tokens.get(passed.wide_tokens..).unwrap_or_default();
        self.quantities = self.quantities.get(passed.quantities..).unwrap_or_default();
    }
}

impl Iterator for Charges<'_> {
    type Item = LedgerRow;

    fn next(&mut self) -> Option<LedgerRow> {
        let dense = self.figures.first()?;
        let class = self.classes.get(index(dense.class))?;
        let shape = class.shape;
        let tokens =
            if shape.wide_tokens { *self.wide_tokens.first()? } else { counts(dense.tokens.map(u64::from)) };
        let units = |narrow: i64| widen(narrow.into()).unwrap_or_default();
        let [effective, own] = dense.amounts.map(units);
        let figures = if shape.wide {
            shape.figures(0, &mut self.wide.iter().copied())
        } else {
            let others = self.narrow.iter().map(|narrow| units(*narrow));
            shape.figures(effective, &mut once(own).filter(|_| shape.own_count() > 0).chain(others))
        };
        let row = LedgerRow {
            at: *self.at.first()?,
            tuple: class.tuple(),
            costs: figures.costs,
            tokens,
            requests: figures.requests,
            quantity: self.quantities.first().filter(|_| shape.has_quantity).copied(),
            fee: figures.fee,
        };
        self.pass(class.passed());
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.at.len(), Some(self.at.len()))
    }
}

impl Class {
    /// The number of the tuple.
    pub(crate) fn tuple(&self) -> usize {
        index(self.tuple)
    }

    /// What passing over one charge is.
    pub(crate) fn passed(&self) -> Passed {
        let own = self.shape.own_count();
        Passed {
            charges: 1,
            narrow: if self.shape.wide { 0 } else { own.saturating_sub(1) },
            wide: if self.shape.wide { own } else { 0 },
            wide_tokens: usize::from(self.shape.wide_tokens),
            quantities: usize::from(self.shape.has_quantity),
        }
    }
}

/// A number of 32 bits as an index, which no supported target has too few bits for.
pub(crate) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
