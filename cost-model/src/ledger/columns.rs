//! The figures of charges, or of sums of them, a column for each.

use crate::{CostRecord, Error, Quantity, Result, Timestamp, TokenCounts};

use super::charges::{Charges, Figures};
use super::class::{Class, Extent};
use super::narrow::{narrow, narrow_tokens};
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
}

impl Columns {
    pub(super) fn len(&self) -> usize {
        self.at.len()
    }

    /// Adds a record of that class and shape.
    pub(super) fn push(&mut self, record: &CostRecord, class: u32, shape: Shape) -> Result<()> {
        // Sums of as many 32-bit counts as this fit in 64 bits.
        if u32::try_from(self.len()).is_err() {
            return Err(Error::overflow("the number of charges in a ledger"));
        }
        self.ordered &= self.at.last().is_none_or(|last| *last <= record.at);
        self.at.push(record.at);
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
        self.figures.push(Figures { class, records: 1, tokens, amounts });
        self.wide_tokens.extend(shape.wide_tokens.then_some(record.tokens));
        self.quantities.extend(record.quantity);
        Ok(())
    }

    /// The same charges in order of time, those of one instant in the order in which they came, with no room left for
    /// more.
    pub(super) fn finish(mut self, classes: &[Class]) -> Self {
        if !self.ordered {
            self = self.in_order(classes);
        }
        self.shrink();
        self
    }

    fn in_order(&self, classes: &[Class]) -> Self {
        let mut places = Vec::with_capacity(self.len());
        let (mut charges, mut passed) = (self.charges(classes), Extent::default());
        while let Some(at) = charges.at.first() {
            places.push((*at, passed));
            passed = passed.plus(charges.pass_first());
        }
        places.sort_by_key(|(at, _)| *at);
        let mut ordered = Self::default();
        for (at, place) in places {
            let mut charges = self.charges(classes);
            charges.pass(place);
            ordered.push_first(at, &charges);
        }
        ordered
    }

    /// Adds a copy of the first charge, at that instant.
    pub(super) fn push_first(&mut self, at: Timestamp, charges: &Charges<'_>) {
        let Some(figures) = charges.figures.first() else { return };
        let passed = charges.first_extent();
        self.at.push(at);
        self.figures.push(*figures);
        self.narrow.extend(charges.narrow.iter().take(passed.narrow));
        self.wide.extend(charges.wide.iter().take(passed.wide));
        self.wide_tokens.extend(charges.wide_tokens.iter().take(passed.wide_tokens));
        self.quantities.extend(charges.quantities.iter().take(passed.quantities));
    }

    /// Adds the figures of the first charge to those of its class at a place, or else none of them if one does not fit.
    /// Tells whether they did.
    pub(super) fn add_first(&mut self, place: Extent, charges: &Charges<'_>) -> bool {
        let passed = charges.first_extent();
        let (Some(sum), Some(figures)) = (self.figures.get_mut(place.charges), charges.figures.first())
        else {
            return false;
        };
        let narrow = || charges.narrow.iter().take(passed.narrow);
        let wide = || charges.wide.iter().take(passed.wide);
        let mut narrow_sums = self.narrow.iter().skip(place.narrow).zip(narrow());
        let mut wide_sums = self.wide.iter().skip(place.wide).zip(wide());
        let fit = narrow_sums.all(|(sum, figure)| sum.checked_add(*figure).is_some())
            && wide_sums.all(|(sum, figure)| sum.checked_add(*figure).is_some());
        let Some(together) = sum.checked_add(figures).filter(|_| fit) else { return false };
        // All fit, so that none wraps.
        *sum = together;
        for (sum, figure) in self.narrow.iter_mut().skip(place.narrow).zip(narrow()) {
            *sum = sum.wrapping_add(*figure);
        }
        for (sum, figure) in self.wide.iter_mut().skip(place.wide).zip(wide()) {
            *sum = sum.wrapping_add(*figure);
        }
        true
    }

    pub(super) fn shrink(&mut self) {
        self.at.shrink_to_fit();
        self.figures.shrink_to_fit();
        self.narrow.shrink_to_fit();
        self.wide.shrink_to_fit();
        self.wide_tokens.shrink_to_fit();
        self.quantities.shrink_to_fit();
    }

    /// All of them, given the classes of the ledger.
    pub(super) fn charges<'a>(&'a self, classes: &'a [Class]) -> Charges<'a> {
        Charges {
            at: &self.at,
            figures: &self.figures,
            narrow: &self.narrow,
            wide: &self.wide,
            wide_tokens: &self.wide_tokens,
            quantities: &self.quantities,
            classes,
        }
    }

    /// The extent of all of them.
    pub(super) fn extent(&self) -> Extent {
        Extent {
            charges: self.at.len(),
            narrow: self.narrow.len(),
            wide: self.wide.len(),
            wide_tokens: self.wide_tokens.len(),
            quantities: self.quantities.len(),
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
        }
    }
}
