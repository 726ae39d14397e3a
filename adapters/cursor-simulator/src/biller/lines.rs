//! From sums to the lines of an invoice.
//!
//! The order of lines is: usage, its token fee, netting, fees on own keys, seats, further charges, tax.

use crate::amount::{dollars, to_whole_cents};
use crate::biller::invoice_line::{InvoiceLine, LineKind, UsageLine};
use crate::biller::tally::Tally;
use crate::biller::terms::part;
use crate::biller::terms::{BillingTerms, TokenFee};
use crate::biller::wording;

/// Returns the lines of usage and of its token fee.
///
/// The token fee has a line of its own only where the terms say so, and at least one call has a fee.
pub(super) fn usage(usage: &[UsageLine], tally: &Tally, terms: &BillingTerms) -> Vec<InvoiceLine> {
    let mut lines: Vec<_> = usage.iter().map(|line| wording::usage(line, terms)).collect();
    if terms.token_fee == TokenFee::OwnLine && tally.fees.calls > 0 {
        let amount = terms.rounding.mode.round(tally.fees.exact);
        let wording = format!("Cursor token fee, totalling: ${}", dollars(amount));
        lines.push(InvoiceLine::new(LineKind::TokenFee, wording, None, amount));
    }
    lines
}

/// Returns everything below usage and netting but the tax.
pub(super) fn rest(tally: &Tally, terms: &BillingTerms) -> Vec<InvoiceLine> {
    let own_key = own_key(tally, terms);
    let seats = terms.seats.as_ref().map(|seats| seats.lines(terms.period)).unwrap_or_default();
    own_key.into_iter().chain(seats).chain(terms.charges.iter().cloned()).collect()
}

/// Returns the line of fees on calls with own keys; `None` without such calls, or where the terms have no
/// such line.
fn own_key(tally: &Tally, terms: &BillingTerms) -> Option<InvoiceLine> {
    let (calls, exact) = (tally.own_key.calls, tally.own_key.exact);
    let amount = terms.rounding.mode.round(exact);
    let wording =
        format!("{calls} calls with user API keys, Cursor token fee totalling: ${}", dollars(amount));
    (terms.own_key_line && calls > 0)
        .then(|| InvoiceLine::new(LineKind::OwnKey, wording, Some(calls), amount))
}

/// Returns the tax on these lines. What was paid in mid-cycle was not taxed then, so it does not lessen it.
///
/// Its amount is rounded to a cent once, halves away from zero, whatever the rounding of usage.
pub(super) fn tax(lines: &[InvoiceLine], terms: &BillingTerms) -> Option<InvoiceLine> {
    let taxable = lines.iter().filter(|line| line.kind != LineKind::Netting).map(|line| line.amount).sum();
    let amount = to_whole_cents(part(taxable, terms.tax));
    (terms.tax > 0).then(|| InvoiceLine::new(LineKind::Tax, "Tax", None, amount))
}

/// Returns the sum of lines, which is what an invoice asks for.
pub(super) fn sum(lines: &[InvoiceLine]) -> i128 {
    lines.iter().map(|line| line.amount).sum()
}
