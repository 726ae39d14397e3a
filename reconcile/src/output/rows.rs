//! The bridge row by row, as every output shows it.
//!
//! All outputs for people (text, tables, SVG) are made from these rows, so that a label, a rounded amount or a share is
//! the same in each of them. Every row is rounded by itself: shown amounts may miss a shown sum by a last digit.

use std::fmt;

use cost_model::output::grouped;
use cost_model::{Money, Rounding};

use crate::model::bridge::{Reconciliation, Step, SubtotalName};

/// Amounts are shown to people with this many decimals; files keep every digit.
const DECIMALS: u32 = 2;
/// The decimals of [`Money`].
const MOST_DECIMALS: u32 = 24;

/// A sum that the bridge passes, or what lies between two of them.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) kind: RowKind<'a>,
    pub(super) label: String,
    pub(super) amount: Money,
    /// The amount as it is shown: the rounding of its own value, so that it is the same wherever it is shown.
    pub(super) shown: Money,
    /// The share of the invoice's total, rounded in the same way; absent where the total is nothing.
    pub(super) share: Option<Share>,
    /// The sums before and after. A sum starts from nothing.
    pub(super) span: (Money, Money),
}

/// The kind of a row, by which texts and pictures choose how to show it.
#[derive(Clone, Copy, Debug)]
pub(super) enum RowKind<'a> {
    Ingested,
    Step(&'a Step),
    UnexplainedUsage,
    Subtotal(SubtotalName),
    Unexplained,
    Total,
}

impl RowKind<'_> {
    /// Returns whether it is a sum, not what lies between sums.
    pub(super) fn is_sum(self) -> bool {
        matches!(self, Self::Ingested | Self::Subtotal(_) | Self::Total)
    }
}

/// Returns the rows of a bridge, from the first sum to the last.
pub(super) fn rows(bridge: &Reconciliation) -> Vec<Row<'_>> {
    let mut rows = Rows { all: Vec::new(), reached: Money::ZERO, total: bridge.invoice_total };
    let (from, to) = (bridge.months.start().date(), bridge.months.end().date());
    rows.sum(RowKind::Ingested, format!("Ingested usage of all kinds, {from} to {to}"), bridge.ingested);
    rows.reached = bridge.ingested;
    let mut subtotals = bridge.subtotals.iter().peekable();
    for number in 0..=bridge.steps.len() {
        let next = bridge.steps.get(number);
        while let Some(subtotal) = subtotals.next_if(|subtotal| subtotal.after <= number || next.is_none()) {
            if subtotal.name == SubtotalName::OnDemandUsage && !bridge.unexplained_usage.is_zero() {
                rows.step(RowKind::UnexplainedUsage, "Unexplained usage", bridge.unexplained_usage);
            }
            rows.sum(RowKind::Subtotal(subtotal.name), subtotal.name.label().to_owned(), subtotal.amount);
        }
        if let Some(step) = next {
            rows.step(RowKind::Step(step), step.category.label(), step.amount);
        }
    }
    let rest = bridge.unexplained.checked_sub(bridge.unexplained_usage).unwrap_or_default();
    // Whoever reads the last row alone must not take it for everything that is unexplained.
    let label = if bridge.unexplained_usage.is_zero() { "Unexplained" } else { "Unexplained beside usage" };
    rows.step(RowKind::Unexplained, label, rest);
    rows.sum(RowKind::Total, format!("Total of {}", bridge.invoice), bridge.invoice_total);
    rows.all
}

/// Rows while they are added; `reached` is where the last step ended.
struct Rows<'a> {
    all: Vec<Row<'a>>,
    reached: Money,
    total: Money,
}

impl<'a> Rows<'a> {
    /// Adds a sum, whose bar begins at zero.
    fn sum(&mut self, kind: RowKind<'a>, label: String, amount: Money) {
        let (shown, share) = (rounded(amount), Share::in_total(amount, self.total));
        self.all.push(Row { kind, label, amount, shown, share, span: (Money::ZERO, amount) });
    }

    /// Adds what lies between two sums, whose bar begins where the last one ended.
    fn step(&mut self, kind: RowKind<'a>, label: &str, amount: Money) {
        let before = self.reached;
        let after = before.checked_add(amount).unwrap_or(before);
        let (shown, share, span) = (rounded(amount), Share::in_total(amount, self.total), (before, after));
        self.all.push(Row { kind, label: label.to_owned(), amount, shown, share, span });
        self.reached = after;
    }
}

/// Returns the amount that is shown: with two decimals, or as many more as it takes to show that it is not zero.
fn rounded(amount: Money) -> Money {
    (DECIMALS..=MOST_DECIMALS)
        .filter_map(|decimals| amount.rounded(decimals, Rounding::HalfUp).ok())
        .find(|rounded| !rounded.is_zero())
        // What has no decimals that could be shown is zero, or at the very edge of the range.
        .unwrap_or(amount)
}

/// Says by how much rows miss the sums below them as they are shown, where they do.
pub(super) fn rounding_remark(rows: &[Row<'_>]) -> Option<String> {
    let mut reached = Money::ZERO;
    let mut missed = Vec::new();
    for row in rows {
        if row.kind.is_sum() {
            let difference = reached.checked_sub(row.shown).unwrap_or_default();
            if !difference.is_zero() && !matches!(row.kind, RowKind::Ingested) {
                missed.push(exact_text(difference));
            }
            reached = row.shown;
        } else {
            reached = reached.checked_add(row.shown).unwrap_or(reached);
        }
    }
    let missed = (!missed.is_empty()).then(|| missed.join(", "));
    missed.map(|missed| format!("Rows are rounded one by one and miss the sums below them by {missed}"))
}

/// Returns an amount as text for people, rounded as it is shown.
pub(super) fn amount_text(amount: Money) -> String {
    exact_text(rounded(amount))
}

/// Returns an amount as text for people: every digit, with thousands separators and at least two decimals.
fn exact_text(amount: Money) -> String {
    let text = match amount.rounded(DECIMALS, Rounding::HalfUp) {
        Ok(rounded) if rounded == amount => amount.to_fixed(DECIMALS, Rounding::HalfUp),
        _ => Ok(amount.to_string()),
    };
    grouped(text.unwrap_or_else(|_| amount.to_string()))
}

/// A share in hundredths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share(i128);

impl Share {
    /// Returns the share of `amount` in `total`, a half rounded away from zero; `None` if there is none, or none that can be
    /// written down.
    fn in_total(amount: Money, total: Money) -> Option<Self> {
        let (size, whole) = (amount.units().unsigned_abs(), total.units().unsigned_abs());
        let (mut share, mut rest) = (size.checked_div(whole)?, size.checked_rem(whole)?);
        for _ in 0..4 {
            let (digit, left) = ten_times(rest, whole);
            share = share.checked_mul(10)?.checked_add(digit)?;
            rest = left;
        }
        let share = i128::try_from(share + u128::from(rest >= whole - rest)).ok()?;
        Some(Self(if (amount < Money::ZERO) == (total < Money::ZERO) { share } else { -share }))
    }
}

impl fmt::Display for Share {
    /// In percent with two decimals, such as `-0.05`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        write!(f, "{sign}{}.{:02}", size / 100, size % 100)
    }
}

/// Returns how often `whole` goes into ten times `rest`, which is less than it, and what is left: one digit of a long division,
/// without leaving 128 bits.
fn ten_times(rest: u128, whole: u128) -> (u128, u128) {
    let missing = whole - rest;
    (0..10).fold(
        (0, 0),
        |(times, sum), _| if sum >= missing { (times + 1, sum - missing) } else { (times, sum + rest) },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(amount: i128, total: i128) -> Option<String> {
        Share::in_total(Money::from_units(amount), Money::from_units(total)).map(|share| share.to_string())
    }

    #[test]
    fn shares_are_exact_up_to_the_last_decimal() {
        for (amount, total, expected) in [
            (1, 3, "33.33"),
            (2, 3, "66.67"),
            (-1, 8, "-12.50"),
            (1, 20_000, "0.01"),
            (1, 20_001, "0.00"),
            (-1, 20_000, "-0.01"),
            (5, -4, "-125.00"),
            (-5, -4, "125.00"),
            (0, 7, "0.00"),
            (i128::MAX, i128::MAX, "100.00"),
            (i128::MIN, i128::MAX, "-100.00"),
            (i128::MAX / 3, i128::MAX, "33.33"),
        ] {
            assert_eq!(share(amount, total).as_deref(), Some(expected), "{amount} of {total}");
        }
        assert_eq!(share(5, 0), None);
        assert_eq!(share(i128::MAX, 1), None);
    }
}
