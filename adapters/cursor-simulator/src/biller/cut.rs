//! Cutting a cycle into invoices.

use std::borrow::Borrow;

use crate::biller::tally::Tally;
use crate::biller::{Bill, BillingTerms, Bills, InvoiceLine, LineKind, Period, lines};
use crate::calendar::date;
use crate::event::TrueEvent;

impl BillingTerms {
    /// Bills what these events owe. Those outside the cut, and those of kinds that nobody pays for, are passed over.
    /// With a [threshold](Self::threshold) they must come in the order of time.
    pub fn bill<E: Borrow<TrueEvent>>(&self, events: impl IntoIterator<Item = E>) -> Bills {
        let pieces = self.pieces(events);
        let mut start_ms = self.period.start_ms;
        let mut earlier = Vec::new();
        for (end_ms, tally) in &pieces.noticed {
            let number = self.first_number + u64::try_from(earlier.len()).unwrap_or(0);
            earlier.push(self.mid_month(number, Period::new(start_ms, *end_ms), tally));
            start_ms = *end_ms;
        }
        let netting = self.threshold.is_none_or(|threshold| threshold.netting);
        let mut rest = pieces.rest;
        if netting {
            start_ms = self.period.start_ms;
            pieces.noticed.iter().for_each(|(_, tally)| rest.merge(tally));
        }
        let paid: &[Bill] = if netting { &earlier } else { &[] };
        let number = self.first_number + u64::try_from(earlier.len()).unwrap_or(0);
        let bill = self.last(number, Period::new(start_ms, self.period.end_ms), &rest, paid);
        Bills { earlier, bill }
    }

    fn mid_month(&self, number: u64, period: Period, tally: &Tally) -> Bill {
        let usage = tally.usage_lines(self);
        let lines = lines::usage(&usage, tally, self);
        let title = format!("Cursor Usage for {} (Mid-Month Invoice)", self.month());
        Bill { title, issued_ms: period.end_ms, ..self.sheet(number, period, usage, lines) }
    }

    fn last(&self, number: u64, period: Period, tally: &Tally, paid: &[Bill]) -> Bill {
        let usage = tally.usage_lines(self);
        let mut lines = lines::usage(&usage, tally, self);
        let wording = format!("Mid-month usage paid for {}", self.month());
        lines.extend(
            paid.iter().map(|bill| InvoiceLine::new(LineKind::Netting, wording.as_str(), None, -bill.total)),
        );
        lines.extend(lines::rest(tally, self));
        lines.extend(lines::tax(&lines, self));
        self.sheet(number, period, usage, lines)
    }

    fn sheet(
        &self,
        number: u64,
        period: Period,
        usage: Vec<crate::biller::UsageLine>,
        lines: Vec<InvoiceLine>,
    ) -> Bill {
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

    /// The month and year in which the cycle begins.
    fn month(&self) -> String {
        date(self.period.start_ms).format("%B %Y").to_string()
    }

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
        if let Some(at) = watch.and_then(|mut watch| watch.noticed_before(cut.end_ms - 1)) {
            pieces.close(at);
        }
        pieces
    }
}

/// The usage of a cycle: what was noticed up to some instants, and what came after the last of them.
#[derive(Default)]
struct Pieces {
    noticed: Vec<(i64, Tally)>,
    rest: Tally,
}

impl Pieces {
    /// Fees on own keys wait for the last invoice.
    fn close(&mut self, at: i64) {
        let own_key = std::mem::take(&mut self.rest.own_key);
        self.noticed.push((at, std::mem::take(&mut self.rest)));
        self.rest.own_key = own_key;
    }
}

/// Waits for usage to pass the next multiple.
struct Watch {
    amount: i128,
    lag_ms: i64,
    total: i128,
    next: i128,
    /// The first instant that is not on the invoice to come.
    pending: Option<i64>,
}

impl Watch {
    fn new(threshold: crate::biller::Threshold) -> Self {
        let amount = threshold.amount.max(1);
        Self { amount, lag_ms: threshold.lag_ms.max(0), total: 0, next: amount, pending: None }
    }

    fn see(&mut self, at: i64, amount: i128) {
        self.total += amount;
        if self.total > self.next && self.pending.is_none() {
            self.pending = Some(at.saturating_add(self.lag_ms).saturating_add(1));
        }
    }

    /// The cut that is due, if it lies before or at `at`. The next one is at the first multiple above the total then.
    fn noticed_before(&mut self, at: i64) -> Option<i64> {
        let due = self.pending.filter(|due| *due <= at)?;
        self.pending = None;
        self.next = (self.total / self.amount + 1) * self.amount;
        Some(due)
    }
}
