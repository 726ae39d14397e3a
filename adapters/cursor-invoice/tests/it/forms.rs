//! Random bills in each of the forms in which they come, against what the biller knows of them.

use std::ops::Range;

use cost_model::money::{TokenCounts, Tokens};
use cost_model::{Money, Timestamp};
use cursor_invoice::{CursorWordings, DashboardInvoiceReader, PdfTextReader};
use cursor_simulator::biller::{Bill, InvoiceLine, LineKind as Truth, UsageLine as About};
use cursor_simulator::dispute::{Discrepancy, dispute};
use reconcile::invoice::{LineKind, LineRule, UsageLine};
use reconcile::readers::{CsvInvoiceReader, JsonInvoiceReader};
use reconcile::{Invoice, InvoiceReader};

use crate::period;

const CENT: i128 = 10_i128.pow(22);

/// Bills of every sort: each with three discrepancies, so that each pair of them occurs.
fn bills(seeds: Range<u64>) -> impl Iterator<Item = Bill> {
    let all = Discrepancy::ALL;
    let pick = move |number: u64| all[usize::try_from(number).unwrap() % all.len()];
    seeds.flat_map(move |seed| {
        let what = [pick(seed), pick(seed / 23), pick(seed.wrapping_mul(7) / 5)];
        let dispute = dispute(seed, &what);
        dispute.earlier.into_iter().chain([dispute.bill])
    })
}

/// What a form says of a line beside its words.
#[derive(Clone, Copy)]
struct Form {
    quantities: bool,
}

fn check_line(bill: &Bill, place: usize, read: &reconcile::invoice::InvoiceLine, form: Form) {
    let truth = &bill.lines[place];
    let quantity = truth.quantity.filter(|_| form.quantities);
    assert_eq!(read.description, truth.description);
    assert_eq!(read.amount.units(), truth.amount, "{}", truth.description);
    assert_eq!(read.quantity, quantity.map(Into::into), "{}", truth.description);
    let about = bill.usage.get(place);
    assert_eq!(
        *read.kind(),
        kind(truth, about, (quantity, read.unit_price.map(Money::units))),
        "{}",
        truth.description
    );
    let words = match (truth.kind, about) {
        (Truth::Usage, Some(about)) if !about.model.is_empty() && truth.description != "On-Demand Usage" => {
            Some(about.amount)
        }
        (Truth::TokenFee | Truth::OwnKey, _) => Some(truth.amount),
        _ => None,
    };
    assert_eq!(read.wording.amount.map(Money::units), words, "{}", truth.description);
}

fn kind(truth: &InvoiceLine, about: Option<&About>, read: (Option<u64>, Option<i128>)) -> LineKind {
    match truth.kind {
        Truth::Usage => LineKind::Usage(usage(truth, about.unwrap(), read)),
        Truth::TokenFee => LineKind::TokenFee,
        Truth::Netting => LineKind::Netting,
        Truth::OwnKey => LineKind::OwnKeyFees,
        Truth::Seats => LineKind::Seats,
        Truth::Proration => LineKind::Proration,
        Truth::AddOn => LineKind::AddOn,
        Truth::Credit => LineKind::Credit,
        Truth::Refund => LineKind::Refund,
        Truth::Tax => LineKind::Tax,
        _ => panic!("a kind of line that this test does not know"),
    }
}

/// The count stands in the words or is the quantity; the tokens stand in the words of the later eras.
fn usage(
    truth: &InvoiceLine,
    about: &About,
    (quantity, unit_price): (Option<u64>, Option<i128>),
) -> UsageLine {
    let mut line = UsageLine::default();
    let counted = truth.description.starts_with(|each: char| each.is_ascii_digit());
    if truth.description == "On-Demand Usage" {
        return line;
    }
    // At a cent each, a quantity may count cents.
    let cents =
        unit_price == Some(CENT) && quantity.is_some_and(|count| i128::from(count) * CENT == truth.amount);
    line.calls = if counted { Some(about.calls) } else { quantity.filter(|_| !cents) };
    if counted && cents && quantity == Some(about.calls) {
        line.calls = None;
    }
    line.quantity_counts_calls = true;
    let plain = about.label.strip_prefix("non-max-");
    line.model = Some(plain.unwrap_or(&about.label).to_owned());
    line.mode = plain.map(|_| false);
    let tokens = truth.description.contains("Input tokens").then_some(about.tokens);
    line.tokens = tokens.map(|tokens| TokenCounts {
        input: Tokens::new(tokens.input),
        output: Tokens::new(tokens.output),
        cache_write: Tokens::new(tokens.cache_write),
        cache_read: Tokens::new(tokens.cache_read),
    });
    line
}

fn check(bill: &Bill, read: &Invoice, form: Form) {
    assert_eq!(read.lines.len(), bill.lines.len(), "{bill:?}");
    for (place, line) in read.lines.iter().enumerate() {
        check_line(bill, place, line, form);
    }
}

/// What an invoice says against itself is what the bill was made to.
fn check_contradictions(bill: &Bill, read: &Invoice) {
    let mut expected: Vec<_> = bill
        .lines
        .iter()
        .zip(&bill.usage)
        .zip(&read.lines)
        .filter(|((line, about), read)| read.wording.amount.is_some() && line.amount != about.amount)
        .map(|((line, about), _)| (LineRule::AmountInWords, line.amount - about.amount))
        .collect();
    let off = bill.total - bill.lines.iter().map(|line| line.amount).sum::<i128>();
    if read.stated_total.is_some() && off != 0 {
        expected.push((LineRule::StatedTotal, off));
    }
    let found = read.checks().unwrap();
    // A line that is off may be off its printed price as well.
    let line_is_off = expected.iter().any(|(rule, _)| *rule == LineRule::AmountInWords);
    assert!(line_is_off || found.iter().all(|check| check.rule != LineRule::PrintedPrice));
    let mut found: Vec<_> = found.into_iter().filter(|check| check.rule != LineRule::PrintedPrice).collect();
    found.sort_by_key(|check| check.rule == LineRule::StatedTotal);
    let found: Vec<_> = found.into_iter().map(|check| (check.rule, check.difference.units())).collect();
    assert_eq!(found, expected);
}

// Two tests, since they run side by side and are the longest of the crate.
#[test]
fn each_form_of_a_bill_says_what_the_biller_knows() {
    each_form_says_what_the_biller_knows(0..1_000);
}

#[test]
fn each_form_of_more_bills_says_what_the_biller_knows() {
    each_form_says_what_the_biller_knows(1_000..2_000);
}

fn each_form_says_what_the_biller_knows(seeds: Range<u64>) {
    let (csv, pdf) = (CsvInvoiceReader::new(CursorWordings::new()), PdfTextReader::new().accept_difference());
    let json = JsonInvoiceReader::new(CursorWordings::new());
    let dashboard = DashboardInvoiceReader::new(period());
    let (mut contradictions, mut lines) = (0, 0);
    for bill in bills(seeds).filter(|bill| !bill.lines.is_empty()) {
        let read = csv.read_invoice(bill.csv().as_bytes(), "invoice.csv").unwrap();
        check(&bill, &read, Form { quantities: true });
        check_contradictions(&bill, &read);
        let again = serde_json::to_vec(&read).unwrap();
        assert_eq!(json.read_invoice(&again, "invoice.json").unwrap(), read);

        let read = pdf.read_invoice(bill.pdf_text().as_bytes(), "invoice.txt").unwrap();
        check(&bill, &read, Form { quantities: true });
        check_contradictions(&bill, &read);
        assert_eq!(read.number, bill.number);
        assert_eq!(read.stated_total.map(Money::units), Some(bill.total));
        assert_eq!(read.period.start().date(), date(bill.period.start_ms));
        assert_eq!(read.period.end().date(), date(bill.period.end_ms));
        assert_eq!(read.issued.map(Timestamp::date), Some(date(bill.issued_ms)));
        let remarks: Vec<_> = read.remarks.iter().map(|remark| remark.text.as_str()).collect();
        assert_eq!(remarks[..3], [bill.title.as_str(), "Bill to", "Acme"]);
        assert_eq!(remarks.len(), 6, "{remarks:?}");

        let read = dashboard.read_invoice(bill.dashboard_json().as_bytes(), "invoice.json").unwrap();
        check(&bill, &read, Form { quantities: false });
        contradictions += read.checks().unwrap().len();
        lines += read.lines.len();
    }
    assert!(contradictions > 10 && lines > 2_500, "{contradictions} {lines}");
}

fn date(millis: i64) -> chrono::NaiveDate {
    Timestamp::from_millis(millis).unwrap().date()
}
