//! Seats, and what joining and leaving in mid-cycle costs.

use std::collections::BTreeMap;

use crate::amount::to_whole_cents;
use crate::biller::invoice_line::{InvoiceLine, LineKind};
use crate::biller::period::Period;
use crate::calendar::date;

/// The seats on an invoice.
///
/// Seats are billed for the cycle to come, and changes in mid-cycle by the time that is left of it; both have nothing
/// to do with usage.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seats {
    /// For a whole cycle, as a count of 10^-24 US dollars.
    pub price: i128,
    /// Who has one, and when.
    pub roster: Vec<Seat>,
    /// Whether the invoice has a line for those there when the cycle begins. Prorations also come on invoices of their
    /// own.
    pub whole: bool,
}

/// One seat. Whoever is there when a cycle begins pays for all of it; a leaver gets the rest back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seat {
    /// The first millisecond; `i64::MIN` for ever.
    pub from_ms: i64,
    /// The first millisecond without it; `i64::MAX` for never.
    pub until_ms: i64,
}

impl Seat {
    /// Creates a seat from one instant to just before another, in milliseconds since 1970.
    pub const fn new(from_ms: i64, until_ms: i64) -> Self {
        Self { from_ms, until_ms }
    }
}

/// Returns whether a change at an instant is a proration.
fn is_in_mid_cycle(at: i64, period: Period) -> bool {
    // Whoever joins at the first instant is among the whole seats, and whoever leaves at it is not.
    period.start_ms < at && at < period.end_ms
}

impl Seats {
    /// Creates seats at a price for the whole cycle, in 10^-24 US dollars, with a line for those that are there when
    /// it begins.
    pub const fn new(price: i128, roster: Vec<Seat>) -> Self {
        Self { price, roster, whole: true }
    }

    /// Returns the line of the whole seats, then one for each instant at which people joined, then one for each at
    /// which they left.
    pub(super) fn lines(&self, period: Period) -> Vec<InvoiceLine> {
        let mut present = 0;
        let (mut joined, mut left) = (BTreeMap::<i64, u64>::new(), BTreeMap::<i64, u64>::new());
        for seat in &self.roster {
            present += u64::from(seat.from_ms <= period.start_ms && period.start_ms < seat.until_ms);
            if is_in_mid_cycle(seat.from_ms, period) {
                *joined.entry(seat.from_ms).or_default() += 1;
            }
            if is_in_mid_cycle(seat.until_ms, period) {
                *left.entry(seat.until_ms).or_default() += 1;
            }
        }
        let whole = InvoiceLine {
            unit_price: Some(self.price),
            ..InvoiceLine::new(
                LineKind::Seats,
                "Cursor Teams seats",
                Some(present),
                i128::from(present) * self.price,
            )
        };
        let remaining = joined.into_iter().map(|change| self.proration("Remaining", 1, change, period));
        let unused = left.into_iter().map(|change| self.proration("Unused", -1, change, period));
        self.whole.then_some(whole).into_iter().chain(remaining).chain(unused).collect()
    }

    /// Returns the line of those who joined or left at one instant: the price by the part of the cycle that is left,
    /// to the millisecond, rounded to a cent once for all of them.
    ///
    /// All seats of one instant are one line, whose amount is not the sum of rounded ones.
    fn proration(&self, what: &str, sign: i128, (at, seats): (i64, u64), period: Period) -> InvoiceLine {
        let wording =
            format!("{what} time on {seats} x Cursor Teams seats after {}", date(at).format("%-d %b %Y"));
        let (rest, whole) = (i128::from(period.end_ms - at), i128::from(period.end_ms - period.start_ms));
        let amount = sign * to_whole_cents(i128::from(seats) * self.price * rest / whole);
        InvoiceLine::new(LineKind::Proration, wording, Some(seats), amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::{CENT, DOLLAR};
    use crate::calendar::{DAY, midnight};

    #[test]
    fn joiners_and_leavers_pay_for_their_part() {
        let period = Period::calendar_month(2026, 9, 0);
        let (start, tenth) = (period.start_ms, midnight(2026, 9, 10));
        let roster = vec![
            Seat::new(i64::MIN, i64::MAX),
            Seat::new(start, i64::MAX),
            Seat::new(i64::MIN, start),
            Seat::new(period.end_ms, i64::MAX),
            Seat::new(tenth, i64::MAX),
            Seat::new(tenth, tenth + DAY),
        ];
        let mut seats = Seats::new(40 * DOLLAR, roster);
        let lines: Vec<_> =
            seats.lines(period).into_iter().map(|line| (line.description, line.amount)).collect();
        let expected = [
            ("Cursor Teams seats", 80 * DOLLAR),
            ("Remaining time on 2 x Cursor Teams seats after 10 Sep 2026", 56 * DOLLAR),
            ("Unused time on 1 x Cursor Teams seats after 11 Sep 2026", -2667 * CENT),
        ];
        assert_eq!(lines, expected.map(|(wording, amount)| (wording.to_owned(), amount)));
        seats.whole = false;
        assert_eq!(seats.lines(period).len(), 2);
    }
}
