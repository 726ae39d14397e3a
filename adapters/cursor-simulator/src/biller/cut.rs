//! Cutting a cycle into invoices.
//!
//! With a threshold, Cursor bills on-demand usage in mid-cycle as soon as it has noticed that usage passed a multiple
//! of it; the last invoice then bills the rest or, with netting, everything less what was paid. `Watch` decides when an
//! invoice is cut, `Pieces` holds the usage between the cuts.

use std::borrow::Borrow;

use crate::biller::bill::{Bill, Bills};
use crate::biller::invoice_line::{InvoiceLine, LineKind, UsageLine};
use crate::biller::lines;
use crate::biller::period::Period;
use crate::biller::tally::Tally;
use crate::biller::terms::{BillingTerms, Threshold};
use crate::calendar::date;
use crate::events::TrueEvent;

/// Invoices print instants to the second, and are cut at whole ones.
const SECOND: i64 = 1000;

impl BillingTerms {
    /// Bills what these events owe. Those outside the cut, and those of kinds that nobody pays for, are passed over.
    /// With a [threshold](Self::threshold) they must come in the order of time.
    ///
    /// Everything that a reconciliation may look for is decided by the terms, so that a test knows the
    /// reasons for each difference: they are the values that it has set.
    pub fn bill<E: Borrow<TrueEvent>>(&self, events: impl IntoIterator<Item = E>) -> Bills {
        let Pieces { noticed, mut rest } = self.pieces(events);
        let mut number = self.first_number;
        let mut left = self.period;
        let mut earlier = Vec::new();
        for (end_ms, tally) in &noticed {
            earlier.push(self.mid_month(number, Period::new(left.start_ms, *end_ms), tally));
            number = number.saturating_add(1);
            left.start_ms = *end_ms;
        }
        let bill = if self.threshold.is_some_and(|threshold| threshold.netting) {
            for (_, tally) in &noticed {
                rest.merge(tally);
            }
            self.last(number, self.period, &rest, &earlier)
        } else {
            self.last(number, left, &rest, &[])
        };
        Bills { earlier, bill }
    }

    /// Returns an invoice in mid-cycle: usage only, issued at the cut.
    ///
    /// It bills no fees on own keys and no seats, and is not taxed.
    fn mid_month(&self, number: u64, period: Period, tally: &Tally) -> Bill {
        let usage = tally.usage_lines(self);
        let lines = lines::usage(&usage, tally, self);
        let title = format!("Cursor Usage for {} (Mid-Month Invoice)", self.month());
        Bill { title, issued_ms: period.end_ms, ..self.sheet(number, period, usage, lines) }
    }

    /// Returns the invoice at the end of the cycle, with the lines that only it has: what was paid, seats and the like,
    /// and tax.
    fn last(&self, number: u64, period: Period, tally: &Tally, paid: &[Bill]) -> Bill {
        let usage = tally.usage_lines(self);
        let mut lines = lines::usage(&usage, tally, self);
        let wording = format!("Mid-month usage paid for {}", self.month());
        lines.extend(
            paid.iter().map(|bill| InvoiceLine::new(LineKind::Netting, wording.as_str(), None, -bill.total)),
        );
        lines.extend(lines::rest(tally, self));
        // Last, since the tax is on the lines above.
        lines.extend(lines::tax(&lines, self));
        self.sheet(number, period, usage, lines)
    }

    /// Makes an invoice of lines; its total is their sum.
    fn sheet(&self, number: u64, period: Period, usage: Vec<UsageLine>, lines: Vec<InvoiceLine>) -> Bill {
        Bill {
            number: format!("INV-{number:04}"),
            title: format!("Cursor Usage for {}", self.month()),
            period,
            issued_ms: self.issued_ms(),
            total: lines::sum(&lines),
            usage,
            lines,
            states_issue: self.states_issue,
            states_total: self.states_total,
        }
    }

    /// Returns the month and year in which the cycle begins.
    fn month(&self) -> String {
        date(self.period.start_ms).format("%B %Y").to_string()
    }

    /// Divides the events of the cut into what each invoice bills.
    ///
    /// An amount is watched as it is billed: with other prices or a discount, the threshold is reached at
    /// another call.
    fn pieces<E: Borrow<TrueEvent>>(&self, events: impl IntoIterator<Item = E>) -> Pieces {
        let cut = self.cut();
        let mut pieces = Pieces::default();
        let mut watch = self.threshold.map(Watch::new);
        for event in events {
            let event = event.borrow();
            if !cut.contains(event.timestamp_ms) {
                continue;
            }
            if let Some(at) = watch.as_mut().and_then(|watch| watch.noticed_before(event.timestamp_ms)) {
                pieces.close(at);
            }
            let amount = pieces.rest.add(event, self);
            if let Some(watch) = &mut watch {
                watch.see(event.timestamp_ms, amount);
            }
        }
        // What is noticed only after the end goes on the last invoice with everything else.
        if let Some(at) = watch.and_then(|mut watch| watch.noticed_before(cut.end_ms.saturating_sub(1))) {
            pieces.close(at);
        }
        pieces
    }
}

/// The usage of a cycle: what was noticed up to some instants, and what came after the last of them.
///
/// The last piece is open while events are read.
#[derive(Default)]
struct Pieces {
    /// The end of each piece, and its usage.
    noticed: Vec<(i64, Tally)>,
    /// The usage since the last end.
    rest: Tally,
}

impl Pieces {
    /// Ends a piece at an instant. Fees on own keys wait for the last invoice.
    fn close(&mut self, at: i64) {
        let own_key = std::mem::take(&mut self.rest.own_key);
        self.noticed.push((at, std::mem::take(&mut self.rest)));
        self.rest.own_key = own_key;
    }
}

/// Waits for usage to pass the next multiple.
///
/// Cursor notices usage with a delay; until then it goes on the same invoice, so that it bills more than the
/// multiple.
struct Watch {
    /// The threshold, in 10^-24 US dollars; an invoice is cut whenever usage has passed a multiple of it.
    amount: i128,
    /// How long usage goes unnoticed, in milliseconds.
    lag_ms: i64,
    /// The usage so far, as it is billed.
    total: i128,
    /// The multiple that has to be passed next.
    next: i128,
    /// The first instant that is not on the invoice to come: a whole second, since invoices print no finer ones.
    pending: Option<i64>,
}

impl Watch {
    /// Waits for the first multiple. An amount below 1 would have no end of multiples.
    fn new(threshold: Threshold) -> Self {
        let amount = threshold.amount.max(1);
        Self { amount, lag_ms: threshold.lag_ms.max(0), total: 0, next: amount, pending: None }
    }

    /// Counts an amount. The first that passes the multiple sets the cut; until that is due, others change nothing.
    fn see(&mut self, at: i64, amount: i128) {
        self.total += amount;
        if self.total > self.next && self.pending.is_none() {
            let seen = at.saturating_add(self.lag_ms);
            // The next whole second, so that the event which passed the multiple is before the cut.
            self.pending = Some((seen.div_euclid(SECOND) + 1).saturating_mul(SECOND));
        }
    }

    /// Returns the cut that is due, if it lies before or at `at`. The next one is at the first multiple above the total
    /// then.
    fn noticed_before(&mut self, at: i64) -> Option<i64> {
        let due = self.pending.filter(|due| *due <= at)?;
        self.pending = None;
        // Multiples that were passed meanwhile are billed by the same invoice.
        self.next = (self.total / self.amount + 1) * self.amount;
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::CENT;
    use crate::calendar::{DAY, HOUR};

    /// Returns a call of 30 cents at noon of every day of September.
    fn calls() -> Vec<TrueEvent> {
        let noon = |day: i64| Period::calendar_month(2026, 9, 0).start_ms + day * DAY + DAY / 2;
        (0..30)
            .map(|day| {
                let mut event = TrueEvent::new(noon(day), "gpt-5.4", TrueEvent::USAGE_BASED);
                event.charged = Some(30 * CENT);
                event
            })
            .collect()
    }

    fn terms(threshold: Option<Threshold>) -> BillingTerms {
        let period = Period::calendar_month(2026, 9, 0);
        BillingTerms { period, threshold, tax: 0, ..BillingTerms::default() }
    }

    fn totals(bills: &Bills) -> Vec<i128> {
        bills.earlier.iter().chain([&bills.bill]).map(|bill| bill.total / CENT).collect()
    }

    #[test]
    fn invoices_in_mid_cycle_are_taken_off_the_last_one() {
        let bills = terms(Some(Threshold::new(200 * CENT, HOUR, true))).bill(calls());
        // Passed at 2.10, 4.20, 6.30 and 8.10.
        assert_eq!(totals(&bills), [210, 210, 210, 180, 90]);
        let first = &bills.earlier[0];
        assert_eq!(first.title, "Cursor Usage for September 2026 (Mid-Month Invoice)");
        assert_eq!((first.number.as_str(), bills.bill.number.as_str()), ("INV-0006", "INV-0010"));
        assert_eq!(first.issued_ms, calls()[6].timestamp_ms + HOUR + SECOND);
        assert_eq!(bills.bill.usage[0].calls, 30);
        assert_eq!(bills.bill.sum_of(LineKind::Netting), -810 * CENT);
        assert_eq!(bills.bill.lines[1].description, "Mid-month usage paid for September 2026");
        assert_eq!(bills.bill.period, Period::calendar_month(2026, 9, 0));
    }

    #[test]
    fn without_netting_the_last_invoice_lists_the_rest() {
        let bills = terms(Some(Threshold::new(200 * CENT, 2 * DAY, false))).bill(calls());
        // Two more calls come until each is noticed.
        assert_eq!(totals(&bills), [270, 210, 210, 180, 30]);
        let last = &bills.bill;
        assert_eq!((last.usage[0].calls, last.lines.len()), (1, 1));
        assert_eq!(last.period.start_ms, bills.earlier[3].period.end_ms);
    }

    #[test]
    fn a_threshold_noticed_too_late_cuts_nothing() {
        let bills = terms(Some(Threshold::new(880 * CENT, DAY, true))).bill(calls());
        assert_eq!(totals(&bills), [900]);
        assert_eq!(totals(&terms(Some(Threshold::new(0, -1, false))).bill(calls())).len(), 31);
    }

    #[test]
    fn fees_on_own_keys_wait_for_the_last_invoice() {
        let mut events = calls();
        events[0].kind = TrueEvent::OWN_KEY.to_owned();
        events[0].token_fee = Some(3 * CENT);
        for netting in [true, false] {
            let bills = terms(Some(Threshold::new(200 * CENT, HOUR, netting))).bill(&events);
            assert_eq!(bills.bill.sum_of(LineKind::OwnKey), 3 * CENT);
            assert_eq!(bills.earlier[0].lines.len(), 1);
        }
    }

    #[test]
    fn the_real_cut_decides_what_is_on_the_invoice() {
        let mut terms = terms(None);
        let stated = terms.period;
        terms.cut = Some(Period::new(stated.start_ms + DAY, stated.end_ms + HOUR));
        let bill = terms.bill(calls()).bill;
        assert_eq!((bill.usage[0].calls, bill.period), (29, stated));
        assert_eq!(bill.issued_ms, stated.end_ms + HOUR + DAY);
        assert_eq!(terms.bill(Vec::<TrueEvent>::new()).bill.lines, []);
    }
}
