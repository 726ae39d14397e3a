//! The invoice of a case, and every step to it.
//!
//! The expected amounts are worked out from the case itself, row by row, and not from the invoice: they are the oracle
//! that the explanation of a reconciliation is compared with. Entries that come out as zero are left out.

use std::collections::BTreeMap;

use crate::biller::{Bill, BillingTerms, Bills, LineKind, TokenFee};
use crate::calendar::{DAY, HOUR};
use crate::dispute::case::{Case, Contradiction, Fate, Row};
use crate::dispute::{Dispute, Entry, FedEvent, FeedChange};
use crate::events::TrueEvent;

/// Bills the case, adds up what each entry explains, and turns the rows into a feed. The contradiction of an invoice
/// with itself is applied last, so that the other amounts are those of the invoice as it should be.
pub(super) fn settle(mut case: Case) -> Dispute {
    // The order of time; events of the same instant stay in the order in which they were made.
    case.rows.sort_by_key(Row::at);
    let mut expected = BTreeMap::new();
    let mut bills = case.terms.bill(case.rows.iter().filter_map(Row::billed));
    add_events(&case, &mut expected);
    add_usage(&case, &bills.bill, &mut expected);
    add_lines(&bills.bill, &mut expected);
    let off = contradict(&case, &mut bills);
    add(&mut expected, Entry::Arithmetic, off);
    expected.retain(|_, amount| *amount != 0);
    Dispute {
        changes: changes(&mut case),
        gaps: case
            .lost
            .iter()
            .filter(|lost| lost.known)
            .map(|lost| (lost.span.start_ms, lost.span.end_ms))
            .collect(),
        announced: announced(&case),
        cut: case.terms.cut(),
        affected_lines: affected(&case.terms, &bills.bill),
        feed: case.rows.into_iter().flat_map(fed).collect(),
        earlier: bills.earlier,
        bill: bills.bill,
        expected,
    }
}

/// Adds an amount to an entry.
fn add(expected: &mut BTreeMap<Entry, i128>, entry: Entry, amount: i128) {
    *expected.entry(entry).or_default() += amount;
}

/// Adds the steps from all that is held in the months to the exact sum of the held events that are billed.
fn add_events(case: &Case, expected: &mut BTreeMap<Entry, i128>) {
    for row in &case.rows {
        if row.on_demand() {
            add_timing(case, row, expected);
            add_fate(row, expected);
        } else {
            // One step for all of it: an invoice has no line of its own for such usage, except for own keys.
            let (at, amount) = (row.at(), row.event.effective().unwrap_or(0));
            let own_key_line = row.event.kind == TrueEvent::OWN_KEY && case.terms.own_key_line;
            let billed = if own_key_line && case.terms.cut().contains(at) { amount } else { 0 };
            let held = if case.months.contains(at) { amount } else { 0 };
            add(expected, other_kind(&row.event.kind), billed - held);
        }
    }
}

/// Adds what the time of an on-demand event explains: months, the stated period and the real cut are three
/// spans.
fn add_timing(case: &Case, row: &Row, expected: &mut BTreeMap<Entry, i128>) {
    let (at, amount) = (row.at(), row.event.effective().unwrap_or(0));
    let period = case.terms.period;
    // A cut moves by less than two days, so that the half of the period tells which end it is about.
    let early = at < period.start_ms.midpoint(period.end_ms);
    let in_period = period.contains(at);
    if case.months.contains(at) && !in_period {
        add(expected, if early { Entry::BeforePeriod } else { Entry::AfterPeriod }, -amount);
    }
    let entry = if early { Entry::CutOffStart } else { Entry::CutOffEnd };
    match (in_period, case.terms.cut().contains(at)) {
        (false, true) => add(expected, entry, amount),
        (true, false) => add(expected, entry, -amount),
        _ => {}
    }
}

/// Adds what an event's fate explains: the amount billed less the amount held.
fn add_fate(row: &Row, expected: &mut BTreeMap<Entry, i128>) {
    let amount = row.event.effective().unwrap_or(0);
    match &row.fate {
        // What is missing shows on rounded lines, and is worked out from those in `add_usage`.
        Fate::Held | Fate::Missing => {}
        Fate::Late { .. } => add(expected, Entry::Late, -amount),
        Fate::Repriced(old) => add(expected, Entry::Repriced, old.effective().unwrap_or(0) - amount),
        Fate::Withdrawn => add(expected, Entry::Withdrawn, amount),
        Fate::Duplicated => add(expected, Entry::Duplicated, -amount),
    }
}

/// Returns the entry for usage that is not on demand.
fn other_kind(kind: &str) -> Entry {
    match kind {
        TrueEvent::OWN_KEY => Entry::OwnKey,
        TrueEvent::INCLUDED | TrueEvent::ERRORED | TrueEvent::ABORTED | TrueEvent::FREE => Entry::NonBilled,
        _ => Entry::UnknownKind,
    }
}

/// Adds the steps from there to the lines of usage and of own keys.
///
/// Each is the difference of two bills on terms that differ in one thing, in a fixed order: what was lost,
/// prices, the discount, rounding.
fn add_usage(case: &Case, bill: &Bill, expected: &mut BTreeMap<Entry, i128>) {
    let cut = case.terms.cut();
    let (mut fees, mut own_key) = (0, 0);
    for event in case.held_and_billed().filter(|event| cut.contains(event.timestamp_ms)) {
        let fee = event.token_fee.unwrap_or(0);
        match event.kind.as_str() {
            TrueEvent::USAGE_BASED => fees += fee,
            TrueEvent::OWN_KEY => own_key += fee,
            _ => {}
        }
    }
    let left_out = if case.terms.token_fee == TokenFee::LeftOut { fees } else { 0 };
    add(expected, Entry::TokenFee, -left_out);

    // Only a loss makes the two bills differ; billing again takes a pass over all events.
    let held = if case.lost.is_some() { total(&case.terms, case.held_and_billed()) } else { usage(bill) };
    add(expected, Entry::Missing, usage(bill) - held);
    let usual = BillingTerms { prices: BTreeMap::new(), ..case.terms.clone() };
    let discounted = total(&usual, case.held_and_billed());
    add(expected, Entry::Price, held - discounted);
    let plain = BillingTerms { discount: 0, ..usual }.bill(case.held_and_billed()).bill;
    add(expected, Entry::Discount, discounted - usage(&plain));
    let rounded: i128 = plain.usage.iter().map(|line| line.amount - line.exact).sum();
    let own_key = if case.terms.own_key_line { bill.sum_of(LineKind::OwnKey) - own_key } else { 0 };
    add(expected, Entry::Rounding, rounded + own_key);
}

/// Returns what on-demand usage comes to on these terms.
fn total<'a>(terms: &BillingTerms, events: impl Iterator<Item = &'a TrueEvent>) -> i128 {
    usage(&terms.bill(events).bill)
}

/// Returns the sum of the lines of usage.
fn usage(bill: &Bill) -> i128 {
    bill.usage.iter().map(|line| line.amount).sum()
}

/// Adds the lines that are about something else than usage, each by its kind.
fn add_lines(bill: &Bill, expected: &mut BTreeMap<Entry, i128>) {
    let entries = [
        (LineKind::Seats, Entry::Seats),
        (LineKind::Proration, Entry::Proration),
        (LineKind::AddOn, Entry::AddOn),
        (LineKind::Credit, Entry::Credit),
        (LineKind::Refund, Entry::Refund),
        (LineKind::Netting, Entry::Netting),
        (LineKind::Tax, Entry::Tax),
    ];
    for (kind, entry) in entries {
        add(expected, entry, bill.sum_of(kind));
    }
}

/// Makes the invoice contradict itself; returns by how much.
fn contradict(case: &Case, bills: &mut Bills) -> i128 {
    let off = match case.contradiction {
        None => 0,
        Some(Contradiction::Total(off)) => off,
        Some(Contradiction::Line(place, off)) => match bills.bill.lines.get_mut(place) {
            Some(line) => {
                // The total follows, so that the line contradicts its text alone.
                line.amount += off;
                off
            }
            None => 0,
        },
    };
    bills.bill.total += off;
    off
}

/// Returns what closed days show after the invoice was issued.
fn changes(case: &mut Case) -> Vec<FeedChange> {
    let issued_ms = case.issued_ms();
    let mut changes = Vec::new();
    for row in &case.rows {
        let seen_ms = match row.fate {
            Fate::Late { closed: true } => row.first_seen_ms,
            Fate::Repriced(_) | Fate::Withdrawn => {
                let hours = i64::try_from(case.dice.below(100)).unwrap_or(0);
                issued_ms + DAY / 4 + hours * HOUR
            }
            _ => continue,
        };
        let before = match &row.fate {
            Fate::Late { .. } => None,
            _ => row.billed().cloned(),
        };
        let after = (row.copies() > 0).then(|| row.event.clone());
        changes.push(FeedChange { seen_ms, before, after });
    }
    changes.sort_by_key(|change| change.seen_ms);
    changes
}

/// Returns how many events the server announces for the period now. It announces nothing for a gap that is
/// known.
fn announced(case: &Case) -> u64 {
    let known_gap = case.lost.as_ref().is_some_and(|lost| lost.known);
    let rows = case.rows.iter().filter(|row| case.terms.period.contains(row.at())).filter(|row: &&Row| {
        match row.fate {
            Fate::Withdrawn => false,
            // The server still has what only the ingest lost.
            Fate::Missing => !known_gap,
            Fate::Held | Fate::Late { .. } | Fate::Repriced(_) | Fate::Duplicated => true,
        }
    });
    u64::try_from(rows.count()).unwrap_or(0)
}

/// Returns the descriptions of the lines that carry a wrong label or another price.
fn affected(terms: &BillingTerms, bill: &Bill) -> Vec<String> {
    // The lines of usage are the first ones of an invoice, in the same order.
    bill.usage
        .iter()
        .zip(&bill.lines)
        .filter(|(usage, _)| {
            terms.prices.contains_key(&usage.model)
                || terms.labels.values().any(|printed| *printed == usage.label)
        })
        .map(|(_, line)| line.description.clone())
        .collect()
}

/// Returns a row as often as the ingest holds it.
fn fed(row: Row) -> impl Iterator<Item = FedEvent> {
    let copies = usize::try_from(row.copies()).unwrap_or(0);
    std::iter::repeat_n(FedEvent { event: row.event, first_seen_ms: row.first_seen_ms }, copies)
}
