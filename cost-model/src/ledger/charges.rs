//! The charges of a ledger one after the other, with the columns at hand.

use std::iter::once;

use crate::{LedgerRow, Quantity, Timestamp, TokenCounts};

use super::class::{Class, Extent};
use super::narrow::{counts, index, widen};

/// What nearly every charge has; or several of one class, added together.
#[derive(Clone, Copy)]
pub(crate) struct Figures {
    /// The number of the class.
    pub(crate) class: u32,
    /// How many charges they are.
    pub(crate) records: u32,
    /// In the order of [`TokenType::ALL`](crate::TokenType::ALL); zero where the shape has wide tokens.
    pub(crate) tokens: [u32; 4],
    /// The effective amount and the first own figure, both narrow; zero where absent, and where the shape is wide.
    pub(crate) amounts: [i64; 2],
}

impl Figures {
    /// Those of both, which are of one class; `None` if one does not fit.
    pub(super) fn checked_add(&self, other: &Self) -> Option<Self> {
        let mut sum = *self;
        sum.records = sum.records.checked_add(other.records)?;
        for (sum, count) in sum.tokens.iter_mut().zip(other.tokens) {
            *sum = sum.checked_add(count)?;
        }
        for (sum, amount) in sum.amounts.iter_mut().zip(other.amounts) {
            *sum = sum.checked_add(amount)?;
        }
        Some(sum)
    }
}

/// The charges of a ledger that are still to come, column by column.
#[derive(Clone)]
pub(crate) struct Charges<'a> {
    pub(crate) at: &'a [Timestamp],
    pub(crate) figures: &'a [Figures],
    pub(crate) narrow: &'a [i64],
    pub(crate) wide: &'a [i128],
    pub(super) wide_tokens: &'a [TokenCounts],
    pub(super) quantities: &'a [Quantity],
    pub(super) classes: &'a [Class],
}

impl Charges<'_> {
    /// How many of them arose before that millisecond.
    pub(crate) fn count_before(&self, millis: i64) -> usize {
        match self.at.first() {
            Some(first) if first.millis() < millis => self.at.partition_point(|at| at.millis() < millis),
            _ => 0,
        }
    }

    /// The extent of the first of them.
    pub(super) fn first_extent(&self) -> Extent {
        let class = self.figures.first().and_then(|figures| self.classes.get(index(figures.class)));
        class.map(Class::extent).unwrap_or_default()
    }

    /// Passes over those that arose before that millisecond.
    pub(super) fn pass_before(&mut self, millis: i64) {
        for _ in 0..self.count_before(millis) {
            self.pass_first();
        }
    }

    /// Passes over the first of them, and tells its extent.
    pub(super) fn pass_first(&mut self) -> Extent {
        let first = self.first_extent();
        self.pass(first);
        first
    }

    pub(crate) fn pass(&mut self, passed: Extent) {
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
        self.pass(class.extent());
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.at.len(), Some(self.at.len()))
    }
}
