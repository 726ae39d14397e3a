//! The demo company's invoices: one per closed cycle.

use chrono::{DateTime, Utc};

use crate::amount::DOLLAR;
use crate::biller::invoice_line::{InvoiceLine, LineKind, UsageLine};
use crate::biller::period::Period;
use crate::biller::seats::{Seat, Seats};
use crate::biller::terms::BillingTerms;
use crate::calendar::{closed_cycles, instant};
use crate::company::{Company, Person};
use crate::events::EventList;

/// The price of a seat for a cycle.
const SEAT: i128 = 40 * DOLLAR;

/// An invoice of the demo company. Amounts are counts of 10^-24 US dollars, and whole cents.
///
/// It is cut when the simulator is built: an event that is inserted later is on no invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DemoInvoice {
    /// Such as `INV-0006`.
    pub number: String,
    /// The first instant of the cycle.
    pub period_start: DateTime<Utc>,
    /// The first instant after the cycle.
    pub period_end: DateTime<Utc>,
    /// Every line, in the order of the text.
    pub lines: Vec<InvoiceLine>,
    /// The events behind the lines of on-demand usage.
    pub usage_lines: Vec<UsageLine>,
    /// The invoice as text: three comment lines, a header, one row per line.
    pub csv: String,
    /// The sum of all lines.
    pub total: i128,
    /// The lines of on-demand usage.
    pub on_demand: i128,
    /// The line of token fees on calls with own keys.
    pub own_key_fees: i128,
    /// Full seats and prorated ones.
    pub seats: i128,
    /// Tax on everything else, credits included.
    pub tax: i128,
    /// Credits and refunds; not above 0.
    pub credits: i128,
}

/// Cuts the invoices of the cycles that lie wholly inside the range, oldest first.
///
/// The last one has a refund, so that the demo shows one.
pub(crate) fn bill(company: &Company, list: &EventList, (start, end): (i64, i64)) -> Vec<DemoInvoice> {
    let cycles = closed_cycles(start, end);
    let last = cycles.len();
    let mut terms = BillingTerms::default();
    let mut invoices = Vec::new();
    for (start, end) in cycles {
        terms.period = Period::new(start, end);
        terms.seats = Some(seats(company, start));
        if invoices.len() + 1 == last {
            terms.charges =
                vec![InvoiceLine::new(LineKind::Refund, "Refund for duplicate seat", None, -SEAT)];
        }
        invoices.push(invoice(&terms, list));
        terms.first_number += 1;
    }
    invoices
}

/// Bills one cycle, and adds up its lines by what they are about.
fn invoice(terms: &BillingTerms, list: &EventList) -> DemoInvoice {
    let period = terms.period;
    let bill = terms.bill(list.between(period.start_ms, period.end_ms)).bill;
    DemoInvoice {
        period_start: instant(period.start_ms),
        period_end: instant(period.end_ms),
        csv: bill.csv(),
        total: bill.total,
        on_demand: bill.sum_of(LineKind::Usage),
        own_key_fees: bill.sum_of(LineKind::OwnKey),
        seats: bill.sum_of(LineKind::Seats) + bill.sum_of(LineKind::Proration),
        tax: bill.sum_of(LineKind::Tax),
        credits: bill.sum_of(LineKind::Refund),
        number: bill.number,
        lines: bill.lines,
        usage_lines: bill.usage,
    }
}

/// Returns full seats for those who are there when the cycle begins, prorated ones for those who join later.
/// Who leaves pays to the end of the cycle.
fn seats(company: &Company, start: i64) -> Seats {
    Seats::new(
        SEAT,
        company
            .people
            .iter()
            .filter_map(|person: &Person| match person.joined {
                Some(at) if at > start => Some(Seat::new(at, i64::MAX)),
                _ => person.works_at(start).then_some(Seat::new(i64::MIN, i64::MAX)),
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::CENT;
    use crate::calendar::{cycle_start, midnight};
    use crate::company::habits::{CompanyKind, Habits};
    use crate::events::TrueEvent;

    fn call(at: i64, model: &str, max_mode: bool, charged: i128) -> TrueEvent {
        let mut event = TrueEvent::new(at, model, TrueEvent::USAGE_BASED);
        event.max_mode = max_mode;
        event.charged = Some(charged);
        event
    }

    #[test]
    fn the_text_has_its_fixed_shape() {
        let (start, end) = (cycle_start(midnight(2026, 9, 15)), cycle_start(midnight(2026, 10, 15)));
        let company =
            Company { people: Vec::new(), services: Vec::new(), habits: Habits::DEMO, teams: Vec::new() };
        let mut own_key = call(start + 5, "gpt-5.4", false, 7 * CENT);
        own_key.kind = TrueEvent::OWN_KEY.to_owned();
        own_key.token_fee = Some(7 * CENT / 2);
        let events = vec![
            call(start - 1, "b", false, 100 * CENT),
            call(start, "b", false, 3 * CENT / 2),
            call(start + 1, "b", true, CENT / 2 - 1),
            call(start + 2, "a", true, CENT),
            own_key,
            call(end - 1, "b", false, CENT),
            call(end, "b", false, 100 * CENT),
        ];
        let invoices = bill(&company, &EventList::sorted(events), (start, end));
        assert_eq!(invoices.len(), 1);
        assert_eq!(
            invoices[0].csv,
            r#"# number: INV-0006
# period: 2026-09-14T09:30:00Z/2026-10-14T09:30:00Z
# currency: USD
description,quantity,amount
"1 token-based usage calls to a, totalling: $0.01",1,0.01
"2 token-based usage calls to non-max-b, totalling: $0.03",2,0.03
"1 token-based usage calls to b, totalling: $0.00",1,0.00
"1 calls with user API keys, Cursor token fee totalling: $0.04",1,0.04
"Cursor Teams seats",0,0.00
"Refund for duplicate seat",,-40.00
"Tax",,-3.29
"#
        );
        assert_eq!(invoices[0].total, invoices[0].lines.iter().map(|line| line.amount).sum::<i128>());
    }

    #[test]
    fn joiners_pay_for_the_rest_of_the_cycle() {
        let start = cycle_start(midnight(2026, 8, 15));
        let end = cycle_start(midnight(2026, 9, 15));
        let range = (midnight(2026, 8, 1), midnight(2026, 11, 1));
        let company = Company::found(CompanyKind::Demo, 1, 200, range);
        let lines = seats(&company, start).lines(Period::new(start, end));
        assert_eq!(lines[0].quantity, Some(200));
        assert_eq!(lines[1].description, "Remaining time on 3 x Cursor Teams seats after 1 Sep 2026");
        assert_eq!(lines.len(), 2);
    }
}
