//! What a vendor and its customer have agreed on, and how the vendor writes it down.

use std::collections::BTreeMap;

use crate::biller::invoice_line::InvoiceLine;
use crate::biller::period::Period;
use crate::biller::rounding::{Rounding, RoundingMode, RoundingUnit};
use crate::biller::seats::Seats;
use crate::calendar::{DAY, HOUR, MINUTE};

/// Ten thousandths in a whole.
///
/// Discounts, taxes and prices are ten thousandths, which is a hundredth of a percent.
pub(super) const WHOLE: u32 = 10_000;

/// How invoices are cut. Plain data; [`bill`](Self::bill) cuts them.
///
/// The default is how the demo company is billed: per line, halves up, with `non-max-` aliases, a line of fees on own
/// keys and 8.25 percent tax. Amounts are counts of 10^-24 US dollars.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
pub struct BillingTerms {
    /// The number of the first invoice, printed as `INV-0006`; those after it count on.
    pub first_number: u64,
    /// The period that the invoice states.
    pub period: Period,
    /// The usage that is really on it, where that is not the stated period.
    pub cut: Option<Period>,
    /// When the last invoice is issued, in milliseconds after the later end of both.
    pub issue_lag_ms: i64,
    /// Invoices before the end of the cycle.
    pub threshold: Option<Threshold>,
    /// Where the token fee is charged.
    pub token_fee: TokenFee,
    /// Whether calls in max mode have a line of their own, so that `non-max-` stands before the model of the others
    /// where a model has both.
    pub aliases: bool,
    /// Labels that are printed as something else.
    pub labels: BTreeMap<String, String>,
    /// How usage comes to whole cents. Fees on lines of their own are rounded per line, by the same mode.
    pub rounding: Rounding,
    /// Off every usage line, in ten thousandths.
    pub discount: u32,
    /// What calls to a model cost instead, in ten thousandths of what the events state.
    pub prices: BTreeMap<String, u32>,
    /// Whether the token fees on calls with own keys are charged.
    pub own_key_line: bool,
    /// The seats, where they are on this invoice.
    pub seats: Option<Seats>,
    /// Add-ons, minimum fees, credits and refunds.
    pub charges: Vec<InvoiceLine>,
    /// On everything else, credits included, in ten thousandths, on the last invoice. No line if it is 0.
    pub tax: u32,
    /// How usage lines are worded.
    pub wording: Wording,
    /// Whether the CSV states when the invoice was issued.
    pub states_issue: bool,
    /// Whether the CSV states the total.
    pub states_total: bool,
}

/// When invoices are cut before the end of a cycle: as soon as usage passes a multiple of an amount.
///
/// Cursor calls these mid-month invoices, and publishes neither the amount nor a way to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Threshold {
    /// The amount of which on-demand usage passes one multiple after the other.
    pub amount: i128,
    /// How long it takes until that is noticed, in milliseconds: usage up to then is on the invoice too.
    pub lag_ms: i64,
    /// Whether the last invoice lists the whole cycle and takes off what was paid, or lists only the rest.
    pub netting: bool,
}

impl Threshold {
    /// Creates the rule that an invoice is cut each time usage passes a multiple of `amount`, in 10^-24 US dollars,
    /// and that this is noticed after `lag_ms`.
    pub const fn new(amount: i128, lag_ms: i64, netting: bool) -> Self {
        Self { amount, lag_ms, netting }
    }
}

/// Where the token fee is charged.
///
/// Events state the fee inside their charge, so that an invoice that leaves it out bills less than the usage feed says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenFee {
    /// Inside the usage lines.
    Inside,
    /// Nowhere.
    LeftOut,
    /// On a line of its own, and not inside the usage lines.
    OwnLine,
}

/// The wordings of usage lines, as they have been seen.
///
/// They changed within months, and a reader that knows one of them takes the others for lines of unknown meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wording {
    /// `979 token-based usage calls to claude-3.7-sonnet-thinking, totalling: $76.02`
    Mid2025,
    /// The same with `. Input tokens: 735,195, Output tokens: ...` behind it.
    Autumn2025,
    /// `token-based usage calls to ..., totaling: $26.94. Input tokens: 1411138, ...`: the count is the quantity, and
    /// the unit price a rounded average.
    Table,
    /// One line `On-Demand Usage`.
    Summary,
}

impl Default for BillingTerms {
    fn default() -> Self {
        Self {
            first_number: 6,
            period: Period::cycle(2026, 9, 14, 9 * HOUR + 30 * MINUTE),
            cut: None,
            issue_lag_ms: DAY,
            threshold: None,
            token_fee: TokenFee::Inside,
            aliases: true,
            labels: BTreeMap::new(),
            rounding: Rounding::new(RoundingUnit::Line, RoundingMode::HalfUp),
            discount: 0,
            prices: BTreeMap::new(),
            own_key_line: true,
            seats: None,
            charges: Vec::new(),
            tax: 825,
            wording: Wording::Mid2025,
            states_issue: false,
            states_total: false,
        }
    }
}

impl BillingTerms {
    /// Returns the usage that is on the invoices.
    pub(crate) fn cut(&self) -> Period {
        self.cut.unwrap_or(self.period)
    }

    /// Returns when the last invoice is issued: some time after both the stated period and the cut have
    /// ended.
    pub(crate) fn issued_ms(&self) -> i64 {
        self.period.end_ms.max(self.cut().end_ms).saturating_add(self.issue_lag_ms)
    }

    /// Returns whether all usage is one line.
    pub(super) fn in_one_line(&self) -> bool {
        self.wording == Wording::Summary || self.rounding.unit == RoundingUnit::Invoice
    }
}

/// Returns so many ten thousandths of an amount, cut to the unit.
///
/// The division comes first, as far as it leaves no rest, so that the product stays in range.
pub(super) fn part(amount: i128, parts: u32) -> i128 {
    let (whole, parts) = (i128::from(WHOLE), i128::from(parts));
    (amount / whole).saturating_mul(parts).saturating_add(amount % whole * parts / whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::DOLLAR;

    #[test]
    fn parts_are_exact() {
        assert_eq!(part(DOLLAR, 825), DOLLAR / 10_000 * 825);
        assert_eq!(part(12_345_678, WHOLE), 12_345_678);
        assert_eq!(part(-12_345, 5_000), -6_172);
        assert_eq!(part(i128::MAX, u32::MAX), i128::MAX);
    }
}
