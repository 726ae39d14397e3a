//! Text of PDFs and answers of the dashboard in the forms in which they come: the true lines, or a refusal with a place.

use cost_model::Window;
use cost_model::input::DecimalMark;
use cursor_invoice::{CursorInvoiceReader, DashboardInvoiceReader, PdfTextReader};
use reconcile::invoice::LineKind;
use reconcile::{Invoice, InvoiceReader, Result};

fn case(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/it/cases/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn read(text: impl AsRef<[u8]>) -> Result<Invoice> {
    PdfTextReader::new().read_invoice(text.as_ref(), "invoice.txt")
}

fn july() -> Window {
    Window::days("2026-07-01".parse().unwrap(), "2026-08-01".parse().unwrap()).unwrap()
}

/// Description, quantity, price and amount of each line.
fn lines(invoice: &Invoice) -> Vec<String> {
    let line = |line: &reconcile::invoice::InvoiceLine| {
        let quantity = line.quantity.map_or("-".to_owned(), |quantity| quantity.to_string());
        let price = line.unit_price.map_or("-".to_owned(), |price| price.to_string());
        format!("{} | {quantity} | {price} | {}", line.description, line.amount)
    };
    invoice.lines.iter().map(line).collect()
}

#[track_caller]
fn refused(outcome: Result<Invoice>, place: &str, word: &str) {
    let error = outcome.unwrap_err().to_string();
    assert!(error.starts_with(place), "{error}");
    assert!(error.contains(word), "{error}");
}

const SEATS_AND_CALLS: [&str; 3] = [
    "Cursor Teams seats | 10 | 40 | 400",
    "token-based usage calls to gpt-5.4, totaling: $3.60 | 120 | 0.03 | 3.6",
    "Sales Tax - California (8.25% on $403.60) | - | - | 33.3",
];

#[test]
fn a_column_of_taxes_changes_nothing() {
    let with = read(case("pdf-with-a-tax-column/invoice.txt")).unwrap();
    let without = read(case("pdf-with-a-tax-column/invoice-without.txt")).unwrap();
    assert_eq!(lines(&with), SEATS_AND_CALLS);
    assert_eq!(lines(&without), SEATS_AND_CALLS);
    let LineKind::Usage(usage) = with.lines[1].kind() else { panic!("the second line is about usage") };
    assert_eq!((usage.calls, with.checks().unwrap().len()), (Some(120), 0));
}

#[test]
fn days_below_the_lines_are_the_period_and_dollars_have_many_forms() {
    let invoice = read(case("pdf-as-stripe-makes-it/no-billing-period.txt")).unwrap();
    assert_eq!((invoice.period, lines(&invoice)), (july(), vec!["Cursor Teams | 10 | 40 | 400".to_owned()]));
    assert_eq!(
        (invoice.number.as_str(), invoice.issued.unwrap().to_string().as_str()),
        ("7C1D2E3F-0009", "2026-07-15T00:00:00Z")
    );
    assert_eq!(invoice.total().unwrap().to_string(), "400");
    let invoice = read(case("pdf-as-stripe-makes-it/us-dollar.txt")).unwrap();
    assert_eq!(
        (lines(&invoice), invoice.currency.code()),
        (vec!["Cursor Teams | 10 | 40 | 400".to_owned()], "USD")
    );
    let french = case("pdf-as-stripe-makes-it/french.txt");
    refused(read(&french), "invoice.txt:", "decimal commas");
    let invoice = PdfTextReader::new()
        .with_decimal_mark(DecimalMark::Comma)
        .read_invoice(&french, "invoice.txt")
        .unwrap();
    assert_eq!((invoice.period, lines(&invoice)), (july(), vec!["Cursor Teams | 10 | 40 | 400".to_owned()]));
    assert_eq!((invoice.number.as_str(), invoice.currency.code()), ("7C1D2E3F-0009", "USD"));
}

#[test]
fn what_the_caller_states_goes_before_days_of_the_text() {
    let text = case("pdf-as-stripe-makes-it/no-billing-period.txt");
    let at = |text: &str| text.parse::<cost_model::Timestamp>().unwrap();
    let period = Window::new(at("2026-07-01T09:30:00Z"), at("2026-08-01T09:30:00Z")).unwrap();
    let reader = PdfTextReader::new().with_period(period).with_issued(at("2026-08-02T10:00:00Z"));
    let invoice = reader.read_invoice(&text, "invoice.txt").unwrap();
    assert_eq!((invoice.period, invoice.issued), (period, Some(at("2026-08-02T10:00:00Z"))));
    let text = String::from_utf8(text).unwrap();
    let two = text.replace("Subtotal", "Usage\nJun 1 \u{2013} Jul 1, 2026\n$0.00\nSubtotal");
    refused(read(two), "invoice.txt:11: ", "different days");
}

const LAID_OUT: &str = "\
Invoice
                                                                                   Cursor
Invoice number     7C1D2E3F-0009          Date of issue        July 15, 2026
Date due           July 15, 2026

Anysphere, Inc.                           Bill to
                                          Acme

US$436.90 due July 15, 2026

Description                                       Qty      Unit price     Tax           Amount

Cursor Teams seats                                10       US$40.00       8.25%      US$400.00
Jul 1 \u{2013} Aug 1, 2026

token-based usage calls to gpt-5.4,              120        US$0.03       8.25%        US$3.60
totaling: $3.60

7C1D2E3F-0009 \u{b7} US$436.90 due July 15, 2026                                Page 1 of 2
\u{c}Description                                       Qty      Unit price     Tax           Amount

                                          Subtotal                                    US$403.60
                                          Total excluding tax                         US$403.60
                                          Sales Tax - California (8.25% on $403.60)    US$33.30
                                          Total                                       US$436.90
                                          Amount due                               US$436.90 USD
                                                                                   Page 2 of 2
";

#[test]
fn text_that_is_laid_out_in_columns_is_read() {
    let invoice = read(LAID_OUT).unwrap();
    assert_eq!(lines(&invoice), SEATS_AND_CALLS);
    assert_eq!(
        (invoice.number.as_str(), invoice.period, invoice.checks().unwrap().len()),
        ("7C1D2E3F-0009", july(), 0)
    );
    assert_eq!(invoice.issued.unwrap().to_string(), "2026-07-15T00:00:00Z");
    // Figures beside the last line of a row.
    let below = LAID_OUT
        .replace("gpt-5.4,              120        US$0.03       8.25%        US$3.60", "gpt-5.4,")
        .replace(
            "totaling: $3.60",
            "totaling: $3.60                                  120        US$0.03       8.25%        US$3.60",
        )
        .replace(
            "Cursor Teams seats                                10 ",
            "Cursor Teams\nseats                                             10 ",
        );
    assert_eq!(lines(&read(below).unwrap()), SEATS_AND_CALLS);
}

#[test]
fn labels_and_values_in_lines_of_their_own_are_read() {
    let text = "Invoice number\n7C1D-0009\nDate of issue\nJuly 15, 2026\nDescription\nQty\nUnit price\nAmount\n\
                Cursor Teams\nJul 1 \u{2013} Aug 1, 2026\n10\n$40.00\n$400.00\nSubtotal\n$400.00\nTotal\n$400.00\nAmount due\n$400.00 USD\n";
    let invoice = read(text).unwrap();
    assert_eq!(
        (invoice.number.as_str(), lines(&invoice)),
        ("7C1D-0009", vec!["Cursor Teams | 10 | 40 | 400".to_owned()])
    );
    assert_eq!((invoice.stated_total, invoice.period), (Some("400".parse().unwrap()), july()));
}

const HEAD: &str = "Billing period Jul 1 \u{2013} Aug 1, 2026\nDescription Qty Unit price Amount\n";

#[test]
fn a_row_that_nobody_could_read_is_an_error_unless_the_total_shows_that_it_bills_nothing() {
    let text = |rows: &str| format!("{HEAD}Cursor Teams 10 $40.00 $400.00\n{rows}");
    let invoice = read(text("Thank you\nTotal $400.00\n")).unwrap();
    assert!(invoice.remarks.iter().any(|remark| (remark.line, remark.text.as_str()) == (4, "Thank you")));
    refused(read(text("Support 80.00\nTotal $480.00\n")), "invoice.txt:4: ", "80 more");
    refused(read(text("Support 80.00\n")), "invoice.txt:4: ", "no printed total");
    refused(read(text("Support 1 234.00 USD\n")), "invoice.txt:4: ", "no printed total");
    refused(read(text("Support 1 234.00 USD\nTotal 1 634.00 USD\n")), "invoice.txt:5: ", "1000 more");
    refused(read(text("Support $80,0\nTotal $480.00\n")), "invoice.txt:4: `$80,0`", "not an amount");
    refused(read(text("Support $80,0\n")), "invoice.txt:4: `$80,0`", "not an amount");
    refused(read(text("Total $400,00\n")), "invoice.txt:4: `$400,00`", "not an amount");
}

/// A line whose amount nobody could read was taken for the first words of the next row, and its money was gone.
#[test]
fn what_may_be_an_amount_is_no_part_of_the_words_below_it_unless_the_total_proves_it() {
    let text = |row: &str, total: &str| {
        format!(
            "Invoice number INV-1\nBilling period Jul 1 \u{2013} Aug 1, 2026\nDescription Qty Unit price Amount\n{row}\nCursor Teams \
             seats $20.00\n{total}"
        )
    };
    for row in
        ["Support $1_000", "Support 80.00", "Support 1;000 USD", "Support \u{20ac}1;000", "Support 80,00"]
    {
        refused(read(text(row, "")), "invoice.txt:4", "no printed total shows");
        assert!(read(text(row, "Total $20.00")).is_ok(), "{row}");
    }
    let apostrophe = read(text("Support $1\u{2019}000.00", "")).unwrap();
    assert_eq!(
        apostrophe.lines.iter().map(|line| line.amount.to_string()).collect::<Vec<_>>(),
        ["1000", "20"]
    );
    let described = "979 calls to o3,\ntotalling: $76.02 979 $0.08 $76.02";
    assert_eq!(read(text(described, "")).unwrap().lines.len(), 2);
}

#[test]
fn lines_that_miss_the_printed_total_are_an_error_until_the_difference_is_accepted() {
    let text = format!("{HEAD}Cursor Teams 10 $40.00 $400.00\nTotal $412.34\n");
    refused(read(&text), "invoice.txt:4: ", "12.34 more");
    let invoice =
        PdfTextReader::new().accept_difference().read_invoice(text.as_bytes(), "invoice.txt").unwrap();
    assert_eq!(invoice.checks().unwrap()[0].difference.to_string(), "12.34");
    let unread = text.replace("Total", "Something\nTotal");
    refused(
        PdfTextReader::new().accept_difference().read_invoice(unread.as_bytes(), "invoice.txt"),
        "invoice.txt:4: ",
        "12.34 more",
    );
}

#[test]
fn taxes_in_the_amounts_and_payments_are_no_lines() {
    let text = format!(
        "{HEAD}Cursor Teams 10 $40.00 $400.00\nSubtotal $400.00\nTotal excluding tax $369.52\n\
         Sales tax (8.25% inclusive) $30.48\nTotal $400.00\nAmount paid $400.00\nAmount due $0.00 USD\n"
    );
    let invoice = read(text).unwrap();
    assert_eq!((invoice.lines.len(), invoice.total().unwrap().to_string().as_str()), (1, "400"));
    let paid = format!("{HEAD}Cursor Teams 10 $40.00 $400.00\nAmount paid $400.00\nAmount due $0.00 USD\n");
    assert_eq!(read(paid).unwrap().total().unwrap().to_string(), "400");
}

#[test]
fn another_language_and_currency_are_read_where_commas_are_stated() {
    let german = "Rechnung\nRechnungsnummer 7C1D-0009\nAusstellungsdatum 15. Juli 2026\n\
                  Abrechnungszeitraum 1. Juli \u{2013} 1. August 2026\nBeschreibung Menge Einzelpreis Betrag\n\
                  Cursor Teams 10 140,00\u{a0}\u{20ac} 1\u{202f}400,00\u{a0}\u{20ac}\nZwischensumme 1.400,00 \u{20ac}\n\
                  MwSt. 19 % 266,00 \u{20ac}\nGesamtbetrag 1.666,00 \u{20ac}\nF\u{e4}lliger Betrag 1.666,00 \u{20ac}\nSeite 1 von 1\n";
    let reader = PdfTextReader::new().with_decimal_mark(DecimalMark::Comma);
    let invoice = reader.read_invoice(german.as_bytes(), "invoice.txt").unwrap();
    assert_eq!(lines(&invoice), ["Cursor Teams | 10 | 140 | 1400", "MwSt. 19 % | - | - | 266"]);
    assert_eq!((invoice.currency.code(), invoice.period), ("EUR", july()));
    refused(read(german), "invoice.txt:", "decimal commas");
    let mixed = format!("{HEAD}Cursor Teams 10 $40.00 $400.00\nTotal 400.00 EUR\n");
    refused(read(mixed), "invoice.txt:3: ", "another currency");
}

#[test]
fn amounts_of_the_dashboard_have_dollar_signs_and_errors_are_no_empty_months() {
    let reader = DashboardInvoiceReader::new(july());
    let invoice =
        reader.read_invoice(&case("dollar-sign-in-a-dashboard-answer/may.json"), "may.json").unwrap();
    assert_eq!((invoice.total().unwrap().to_string().as_str(), invoice.remarks.len()), ("12.34", 0));
    let error = |json: &str| reader.read_invoice(json.as_bytes(), "may.json");
    let body = reader.read_invoice(&case("dollar-sign-in-a-dashboard-answer/error.json"), "may.json");
    refused(body, "may.json: ", "this is no invoice: error not_authenticated");
    refused(error(r#"{"message":"Forbidden"}"#), "may.json: ", "this is no invoice: message Forbidden");
    refused(
        error(r#"{"items":[{"description":"a","totalDollars":"$0,08"}]}"#),
        "may.json:1: totalDollars: ",
        "decimal commas",
    );
    refused(
        error(r#"{"items":[{"description":"a","totalDollars":"€5"}]}"#),
        "may.json:1: totalDollars: ",
        "US dollars",
    );
    refused(
        error(r#"{"items":[{"description":"a","amount":5}]}"#),
        "may.json:1: ",
        "`amount` looks like an amount",
    );
    let sums = r#"{"items":[{"description":"14 discounted requests","cents":1234},{"description":"Total","totalDollars":"$12.34"}]}"#;
    assert_eq!(
        reader.read_invoice(sums.as_bytes(), "may.json").unwrap().total().unwrap().to_string(),
        "12.34"
    );
    let cents_alone = r#"{"items":[{"description":"a","cents":"1,234"}]}"#;
    refused(error(cents_alone), "may.json:1: ", "thousands");
}

#[test]
fn one_reader_takes_every_form_and_overrules_no_file() {
    let reader = CursorInvoiceReader::new().with_period(july());
    let csv =
        "# period: 2026-07-01T00:00:00Z/2026-08-01T00:00:00Z\ndescription,amount\nCursor Teams seats,80.00\n";
    assert_eq!(reader.read_invoice(csv.as_bytes(), "a.CSV").unwrap().period, july());
    refused(
        reader.read_invoice(csv.replace("07-01", "07-02").as_bytes(), "a.csv"),
        "a.csv: ",
        "the file states the period",
    );
    let answer = r#"{"items":[{"description":"Cursor Teams seats","cents":8000}]}"#;
    assert_eq!(reader.read_invoice(answer.as_bytes(), "a.json").unwrap().total().unwrap().to_string(), "80");
    refused(
        CursorInvoiceReader::new().read_invoice(answer.as_bytes(), "a.json"),
        "a.json: ",
        "state the period",
    );
    refused(
        reader.read_invoice(br#"{"error":"not_authenticated"}"#, "a.json"),
        "a.json: ",
        "this is no invoice",
    );
    refused(reader.read_invoice(b"[]", "a.json"), "a.json:1: ", "this is a list");
    let text = case("pdf-as-stripe-makes-it/us-dollar.txt");
    assert_eq!(CursorInvoiceReader::new().read_invoice(&text, "a.txt").unwrap().period, july());
    refused(reader.read_invoice(b"x", "a.pdf"), "a.pdf: ", ".txt");
}

const BILL: &str = "Invoice\nInvoice number ABC-0009\nBilling period Jul 1 \u{2013} Aug 1, 2026\n\
    Description Qty Unit price Amount\nCursor Teams seats 10 $40.00 $400.00\n";

#[test]
fn a_total_that_what_is_due_contradicts_is_refused_unless_payments_explain_it() {
    for sums in [
        "Total $400.00\nTax (8.25%) $33.00\nAmount due $433.00\n",
        "Total $400.00\nLate fee $25.00\nAmount due $425.00\n",
        "Total $400.00\nAmount due $999.00\n",
        "Total $400.00\nAmount due $0.00\n",
        "Total $400.00\nTotal $500.00\n",
        "Total $400.00\nAmount paid $100.00\nAmount due $200.00\n",
        "Total $400.00\nApplied balance -$50.00\nAmount due $340.00\n",
        "Subtotal $503.16\n",
    ] {
        refused(read(format!("{BILL}{sums}")), "invoice.txt:", "contradicts");
    }
    for sums in [
        "Total $400.00\nAmount paid $400.00\nAmount due $0.00\n",
        "Total $400.00\nApplied balance -$50.00\nAmount due $350.00\n",
        "Total $400.00\nApplied balance\n-$50.00\nAmount paid $350.00\nAmount due $0.00\n",
        "Subtotal $400.00\nTotal $400.00\nAmount due $400.00 USD\n",
        "Subtotal $400.00\n",
    ] {
        let invoice = read(format!("{BILL}{sums}")).unwrap();
        assert_eq!(invoice.total().unwrap().to_string(), "400", "{sums}");
    }
}

#[test]
fn two_invoices_in_one_text_and_texts_that_ask_for_no_money_are_refused() {
    let bill = format!("{BILL}Total $400.00\n");
    refused(
        read(format!("{bill}{}", bill.replace("ABC-0009", "ABC-0010"))),
        "invoice.txt:8: ",
        "two invoice numbers",
    );
    for heading in ["VOID", "Invoice VOID", "Credit note", "Gutschrift", "DRAFT", "Note de cr\u{e9}dit"] {
        refused(read(format!("{heading}\n{bill}")), "invoice.txt:1: ", "no invoice");
    }
    assert_eq!(read(&bill).unwrap().total().unwrap().to_string(), "400");
}
