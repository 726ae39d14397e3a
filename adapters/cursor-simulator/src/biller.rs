//! The simulator's own biller: one invoice per closed cycle.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use crate::amount::{DOLLAR, dollars, to_whole_cents};
use crate::book::Book;
use crate::calendar::{closed_cycles, date, instant};
use crate::company::Company;
use crate::event::TrueEvent;

const SEAT: i128 = 40 * DOLLAR;
/// Of ten thousand.
const TAX_RATE: i128 = 825;
const FIRST_NUMBER: usize = 6;

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
    /// What the lines of on-demand usage stand for.
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

/// One line of a [`DemoInvoice`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvoiceLine {
    /// The wording, without the quotes of the text.
    pub description: String,
    /// Calls or seats; `None` for tax and credits.
    pub quantity: Option<u64>,
    /// Whole cents, as a count of 10^-24 US dollars.
    pub amount: i128,
}

/// The events behind one line of on-demand usage.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsageLine {
    /// The model id of the events.
    pub model: String,
    /// Whether these are the calls in max mode.
    pub max_mode: bool,
    /// The model as the line names it: `non-max-` stands before it where the cycle also has calls in max mode.
    pub label: String,
    /// How many events.
    pub calls: u64,
    /// Their exact sum, as a count of 10^-24 US dollars.
    pub exact: i128,
    /// `exact` rounded to the cent, halves up.
    pub amount: i128,
}

pub(crate) fn bill(company: &Company, book: &Book, (start, end): (i64, i64)) -> Vec<DemoInvoice> {
    let cycles = closed_cycles(start, end);
    let last = cycles.len();
    let number = |index: usize| format!("INV-{:04}", FIRST_NUMBER + index);
    let invoice = |(index, cycle)| invoice(number(index), company, book, cycle, index + 1 == last);
    cycles.into_iter().enumerate().map(invoice).collect()
}

fn invoice(
    number: String,
    company: &Company,
    book: &Book,
    (start, end): (i64, i64),
    refund: bool,
) -> DemoInvoice {
    let usage_lines = usage_lines(book.between(start, end));
    let on_demand: Vec<_> = usage_lines.iter().map(usage_wording).collect();
    let own_key: Vec<_> = own_key_line(book.between(start, end)).into_iter().collect();
    let seats = seat_lines(company, start, end);
    let credits: Vec<_> =
        refund.then(|| line("Refund for duplicate seat", None, -SEAT)).into_iter().collect();
    let taxable = sum(&on_demand) + sum(&own_key) + sum(&seats) + sum(&credits);
    let tax = to_whole_cents(taxable * TAX_RATE / 10_000);
    let mut invoice = DemoInvoice {
        number,
        period_start: instant(start),
        period_end: instant(end),
        usage_lines,
        csv: String::new(),
        total: taxable + tax,
        on_demand: sum(&on_demand),
        own_key_fees: sum(&own_key),
        seats: sum(&seats),
        tax,
        credits: sum(&credits),
        lines: [on_demand, own_key, seats, credits, vec![line("Tax", None, tax)]].concat(),
    };
    invoice.csv = csv(&invoice);
    invoice
}

fn line(description: impl Into<String>, quantity: Option<u64>, amount: i128) -> InvoiceLine {
    InvoiceLine { description: description.into(), quantity, amount }
}

fn sum(lines: &[InvoiceLine]) -> i128 {
    lines.iter().map(|line| line.amount).sum()
}

fn usage_lines(events: impl Iterator<Item = TrueEvent>) -> Vec<UsageLine> {
    let mut groups = BTreeMap::<(String, bool), (u64, i128)>::new();
    for event in events.filter(|event| event.kind == TrueEvent::USAGE_BASED) {
        let (calls, exact) = groups.entry((event.model, event.max_mode)).or_default();
        *calls += 1;
        *exact += event.charged.unwrap_or(0);
    }
    let labelled = |((model, max_mode), &(calls, exact)): (&(String, bool), &(u64, i128))| UsageLine {
        model: model.clone(),
        max_mode: *max_mode,
        label: if !max_mode && groups.contains_key(&(model.clone(), true)) {
            format!("non-max-{model}")
        } else {
            model.clone()
        },
        calls,
        exact,
        amount: to_whole_cents(exact),
    };
    groups.iter().map(labelled).collect()
}

fn usage_wording(usage: &UsageLine) -> InvoiceLine {
    let (calls, label, total) = (usage.calls, &usage.label, dollars(usage.amount));
    let wording = format!("{calls} token-based usage calls to {label}, totalling: ${total}");
    line(wording, Some(calls), usage.amount)
}

fn own_key_line(events: impl Iterator<Item = TrueEvent>) -> Option<InvoiceLine> {
    let (mut calls, mut exact) = (0, 0);
    for event in events.filter(|event| event.kind == TrueEvent::OWN_KEY) {
        calls += 1;
        exact += event.token_fee.unwrap_or(0);
    }
    let amount = to_whole_cents(exact);
    let total = dollars(amount);
    let wording = format!("{calls} calls with user API keys, Cursor token fee totalling: ${total}");
    (calls > 0).then(|| line(wording, Some(calls), amount))
}

/// Full seats for those who are there when the cycle begins, prorated ones for those who join later.
fn seat_lines(company: &Company, start: i64, end: i64) -> Vec<InvoiceLine> {
    let present = company.people.iter().filter(|person| person.works_at(start)).map(|_| 1).sum::<u64>();
    let full = line("Cursor Teams seats", Some(present), i128::from(present) * SEAT);
    let mut joined = BTreeMap::<i64, u64>::new();
    for at in company.people.iter().filter_map(|person| person.joined) {
        if start < at && at < end {
            *joined.entry(at).or_default() += 1;
        }
    }
    let prorated = joined.into_iter().map(|(at, seats)| {
        let day = date(at).format("%-d %b %Y");
        let wording = format!("Remaining time on {seats} x Cursor Teams seats after {day}");
        let exact = i128::from(seats) * SEAT * i128::from(end - at) / i128::from(end - start);
        line(wording, Some(seats), to_whole_cents(exact))
    });
    std::iter::once(full).chain(prorated).collect()
}

fn csv(invoice: &DemoInvoice) -> String {
    let second = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%SZ");
    let mut csv = String::new();
    let _ = writeln!(csv, "# number: {}", invoice.number);
    let _ = writeln!(csv, "# period: {}/{}", second(invoice.period_start), second(invoice.period_end));
    let _ = writeln!(csv, "# currency: USD\ndescription,quantity,amount");
    for line in &invoice.lines {
        let quantity = line.quantity.map(|count| count.to_string()).unwrap_or_default();
        let wording = line.description.replace('"', "\"\"");
        let _ = writeln!(csv, "\"{wording}\",{quantity},{}", dollars(line.amount));
    }
    csv
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::CENT;
    use crate::calendar::{cycle_start, midnight};

    fn call(at: i64, model: &str, max_mode: bool, charged: i128) -> TrueEvent {
        let mut event = TrueEvent::new(at, model, TrueEvent::USAGE_BASED);
        event.max_mode = max_mode;
        event.charged = Some(charged);
        event
    }

    #[test]
    fn the_text_has_its_fixed_shape() {
        let (start, end) = (cycle_start(midnight(2026, 9, 15)), cycle_start(midnight(2026, 10, 15)));
        let company = Company { people: Vec::new(), services: Vec::new(), teams: Vec::new() };
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
        let invoices = bill(&company, &Book::of(events), (start, end));
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
        let company = Company::found(1, 200, (midnight(2026, 8, 1), midnight(2026, 11, 1)));
        let lines = seat_lines(&company, start, end);
        assert_eq!(lines[0].quantity, Some(200));
        assert_eq!(lines[1].description, "Remaining time on 3 x Cursor Teams seats after 1 Sep 2026");
        assert_eq!(lines.len(), 2);
    }
}
