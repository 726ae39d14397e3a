//! What every contestant sums up.

use std::iter::zip;

use cost_model::Metric;
use cost_model::money::TokenType;
use cost_model::report::Totals;

/// One of [`Money`](cost_model::Money), or of a quantity, as an integer.
const ONE: i128 = 10_i128.pow(24);

/// All figures of a report's row, as integers: money and quantities in units of 10^-24.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// In the order of [`Metric::ALL`], as are the counts of those that are missing.
    pub amounts: [i128; 4],
    pub missing: [u64; 4],
    /// In the order of [`TokenType::ALL`].
    pub tokens: [u64; 4],
    pub requests: i128,
    pub usage: i128,
    pub records: u64,
}

/// What a charge's usage is counted in.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    Tokens,
    Requests,
    Unknown,
}

/// The figures of one charge, as the floors read them.
pub(crate) struct Charge {
    /// Zero where absent.
    pub(crate) amounts: [i128; 4],
    pub(crate) present: Present,
    pub(crate) tokens: [u32; 4],
    pub(crate) requests: i128,
    pub(crate) unit: Unit,
}

/// Which of the four amounts are there, a bit each.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Present(u8);

/// The floors' sums.
#[derive(Clone, Copy, Default)]
pub struct Cell {
    figures: Figures,
    /// Tokens of the charges whose usage is counted in tokens.
    used_tokens: u64,
}

impl Present {
    const ALL: Self = Self(0b1111);

    pub(crate) fn of<T>(amounts: &[Option<T>; 4]) -> Self {
        Self(amounts.iter().rev().fold(0, |bits, amount| bits << 1 | u8::from(amount.is_some())))
    }
}

impl Unit {
    pub(crate) fn of(name: Option<&str>) -> Self {
        match name {
            Some("tokens") => Self::Tokens,
            Some("requests") => Self::Requests,
            _ => Self::Unknown,
        }
    }
}

impl Cell {
    /// Adds a charge, checked: `None` when a sum leaves its range.
    #[inline]
    pub(crate) fn add(&mut self, charge: &Charge) -> Option<()> {
        let sums = &mut self.figures;
        for (sum, amount) in zip(&mut sums.amounts, charge.amounts) {
            *sum = sum.checked_add(amount)?;
        }
        if charge.present != Present::ALL {
            for (bit, missing) in sums.missing.iter_mut().enumerate() {
                *missing += u64::from(charge.present.0 >> bit & 1 == 0);
            }
        }
        for (sum, count) in zip(&mut sums.tokens, charge.tokens) {
            *sum = sum.checked_add(u64::from(count))?;
        }
        sums.requests = sums.requests.checked_add(charge.requests)?;
        match charge.unit {
            Unit::Tokens => {
                let tokens = charge.tokens.into_iter().map(u64::from).sum();
                self.used_tokens = self.used_tokens.checked_add(tokens)?;
            }
            Unit::Requests => sums.usage = sums.usage.checked_add(charge.requests)?,
            Unit::Unknown => {}
        }
        sums.records += 1;
        Some(())
    }

    /// Adds the tokens used to the usage, once they are all there.
    pub(crate) fn finish(mut self) -> Option<Figures> {
        let tokens = i128::from(self.used_tokens).checked_mul(ONE)?;
        self.figures.usage = self.figures.usage.checked_add(tokens)?;
        Some(self.figures)
    }
}

impl From<&Totals> for Figures {
    fn from(totals: &Totals) -> Self {
        Self {
            amounts: Metric::ALL.map(|metric| totals.get(metric).amount.units()),
            missing: Metric::ALL.map(|metric| totals.get(metric).missing),
            tokens: TokenType::ALL.map(|token_type| totals.tokens.get(token_type).count()),
            requests: totals.requests.units(),
            usage: totals.usage.unwrap_or_default().units(),
            records: totals.records,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The demo's charges know all of their amounts.
    #[test]
    fn a_cell_counts_what_is_missing_and_uses_each_unit() {
        let amounts = [Some(5), None, Some(7), None];
        let mut charge = Charge {
            amounts: amounts.map(Option::unwrap_or_default),
            present: Present::of(&amounts),
            tokens: [1, 2, 3, 4],
            requests: ONE / 2,
            unit: Unit::Tokens,
        };
        let mut cell = Cell::default();
        for unit in [Unit::Tokens, Unit::Requests, Unit::Unknown] {
            charge.unit = unit;
            cell.add(&charge).unwrap();
        }
        let figures = Figures {
            amounts: [15, 0, 21, 0],
            missing: [0, 3, 0, 3],
            tokens: [3, 6, 9, 12],
            requests: ONE * 3 / 2,
            usage: ONE * 21 / 2,
            records: 3,
        };
        assert_eq!(cell.finish(), Some(figures));
    }
}
