//! Invoices as portals, spreadsheets and other countries write them: the true amounts, or a refusal with a place.

use cost_model::input::DecimalMark;
use reconcile::invoice::{LineKind, LineRule, Wording, Wordings};
use reconcile::readers::{CsvInvoiceReader, JsonInvoiceReader};
use reconcile::{Invoice, InvoiceReader, Result};

/// Seats and tax are known, and nothing else.
#[derive(Clone, Copy, Debug)]
struct SeatsAndTax;

impl Wordings for SeatsAndTax {
    fn interpret(&self, description: &str) -> Wording {
        let kind = match description {
            words if words.contains("seats") => LineKind::Seats,
            words if words.contains("Sales tax") => LineKind::Tax,
            _ => LineKind::Unrecognised,
        };
        kind.into()
    }
}

fn case(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/it/cases/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn csv(bytes: impl AsRef<[u8]>) -> Result<Invoice> {
    CsvInvoiceReader::new(SeatsAndTax).read_invoice(bytes.as_ref(), "invoice.csv")
}

fn json(bytes: impl AsRef<[u8]>) -> Result<Invoice> {
    JsonInvoiceReader::new(SeatsAndTax).read_invoice(bytes.as_ref(), "invoice.json")
}

const PERIOD: &str = "# period: 2026-07-01T00:00:00Z/2026-08-01T00:00:00Z\n";

fn with_rows(rows: &str) -> Result<Invoice> {
    csv(format!("{PERIOD}description,quantity,amount\n{rows}"))
}

fn total(invoice: &Invoice) -> String {
    invoice.total().unwrap().to_string()
}

fn remarks(invoice: &Invoice) -> Vec<(u64, &str)> {
    invoice.remarks.iter().map(|remark| (remark.line, remark.text.as_str())).collect()
}

#[track_caller]
fn refused(outcome: Result<Invoice>, place: &str, word: &str) {
    let error = outcome.unwrap_err().to_string();
    assert!(error.starts_with(place), "{error}");
    assert!(error.contains(word), "{error}");
}

#[test]
fn sums_among_the_lines_are_the_stated_total_and_never_money() {
    let invoice = csv(case("sums-among-the-lines/invoice.csv")).unwrap();
    assert_eq!(
        (invoice.lines.len(), total(&invoice).as_str(), invoice.checks().unwrap().len()),
        (3, "20.18", 0)
    );
    assert_eq!(remarks(&invoice), [(8, "Total 20.18"), (9, "Subtotal 0.18")]);
    let invoice = json(case("sums-among-the-lines/invoice.json")).unwrap();
    assert_eq!((invoice.lines.len(), total(&invoice).as_str()), (1, "20"));
    for (above, below) in [
        ("", "Sum,,22\n"),
        ("Total,,22\n", ""),
        ("", "Zwischensumme,,20\nGesamtbetrag,,22\n"),
        ("", "Total g\u{e9}n\u{e9}ral,,22\nBalance,,22\n"),
        ("", "Amount paid,,-22\nAmount due,,0\n"),
        ("", "Sous-total,,22\nMontant d\u{fb},,22\n"),
        ("", "Total excluding tax,,20\nTotal due (USD),,22\n"),
        ("", "\u{5408}\u{8a08},,22\n"),
        ("", "Total of this bill for Acme Ltd,,22\n"),
    ] {
        let invoice = with_rows(&format!("{above}Cursor seats,1,20\nSales tax,,2\n{below}")).unwrap();
        assert_eq!((invoice.lines.len(), total(&invoice).as_str()), (2, "22"), "{above}{below}");
    }
}

#[test]
fn a_total_that_the_lines_miss_is_an_error_unless_it_is_stated_apart() {
    refused(
        with_rows("Cursor seats,1,20\nTotal,,25\n"),
        "invoice.csv:4: ",
        "the lines add up to 20, and the total to 25",
    );
    let apart =
        format!("{PERIOD}# total: 25.00\ndescription,quantity,amount\nCursor seats,1,20.00\nTotal,,25.00\n");
    let invoice = csv(apart).unwrap();
    assert_eq!((total(&invoice).as_str(), invoice.checks().unwrap()[0].rule), ("25", LineRule::StatedTotal));
    refused(with_rows("Total,,20\n"), "invoice.csv: ", "no line");
}

#[test]
fn a_sum_in_unknown_words_is_told_from_a_line_by_the_total_or_refused() {
    let rows = "Cursor seats,1,20\nSales tax,,2\nKokku kokku,,22\n";
    refused(with_rows(rows), "invoice.csv:5: ", "state the invoice's total");
    let stated =
        |total: &str| csv(format!("{PERIOD}# total: {total}\ndescription,quantity,amount\n{rows}")).unwrap();
    assert_eq!((stated("22").lines.len(), stated("44").lines.len()), (2, 3));
    // A line that is truly as much as another is none of that.
    assert_eq!(with_rows("Cursor seats,1,20\nSupport,,20\n").unwrap().lines.len(), 2);
    refused(
        with_rows("Cursor seats,1,20\nTotal for Cursor,,20\n"),
        "invoice.csv:4: ",
        "state the invoice's total",
    );
}

#[test]
fn a_payment_below_the_total_is_no_line() {
    let invoice = with_rows("Cursor seats,1,20\nTotal,,20\nApplied balance,,-5\nAmount due,,15\n").unwrap();
    assert_eq!((invoice.lines.len(), total(&invoice).as_str()), (1, "20"));
    assert_eq!(remarks(&invoice), [(4, "Total 20"), (5, "Applied balance -5"), (6, "Amount due 15")]);
}

#[test]
fn totals_that_contradict_are_refused_unless_payments_explain_them() {
    const LINES: &str = "Cursor seats,1,20\nSales tax,,2\n";
    for (rows, place) in [
        ("Total,,22\nAmount due,,47\n", "invoice.csv:6: "),
        ("Total,,22\nTotal due,,30\n", "invoice.csv:6: "),
        ("Total,,22\nGrand total,,30\n", "invoice.csv:6: "),
        ("Gesamtbetrag,,22\nZahlbetrag,,30\n", "invoice.csv:6: "),
        ("Amount due,,22\nBalance,,30\n", "invoice.csv:6: "),
        ("Amount due,,47\nTotal,,22\n", "invoice.csv:5: "),
        ("Total,,22\nLate fee,,25\nAmount due,,47\n", "invoice.csv:5: "),
        ("Total,,22\nSales tax,,-2\nAmount due,,20\n", "invoice.csv:5: "),
        ("Total,,22\nAmount paid,,5\nAmount due,,20\n", "invoice.csv:7: "),
        ("Total,,22\nAmount due,,0\n", "invoice.csv:6: "),
        ("Subtotal,,99\n", "invoice.csv:5: "),
    ] {
        refused(with_rows(&format!("{LINES}{rows}")), place, "");
    }
    for rows in [
        "Total,,22\nAmount paid,,22\nAmount due,,0\n",
        "Total,,22\nAmount paid,,-22\nAmount due,,0\n",
        "Total,,22\nApplied balance,,-5\nAmount paid,,7\nAmount due,,10\n",
        "Total,,22\nApplied balance,,-22\nAmount due,,0\n",
        "Subtotal,,20\nTotal,,22\nAmount due,,22\n",
        "Subtotal,,20\n",
    ] {
        let invoice = with_rows(&format!("{LINES}{rows}")).unwrap();
        assert_eq!((invoice.lines.len(), total(&invoice).as_str()), (2, "22"), "{rows}");
    }
    // A total of what stands above it, with more below that the last total takes in.
    let more = with_rows("Cursor seats,1,20\nTotal charges,,20\nSales tax,,2\nTotal,,22\n").unwrap();
    assert_eq!((more.lines.len(), total(&more).as_str()), (2, "22"));
}

#[test]
fn header_words_have_any_case_and_are_never_comments() {
    let invoice = csv(case("header-words-in-capitals/invoice.csv")).unwrap();
    assert_eq!((invoice.number.as_str(), invoice.currency.code()), ("INV-9", "EUR"));
    assert_eq!(invoice.checks().unwrap()[0].rule, LineRule::StatedTotal);
    for (field, code) in
        [("#CURRENCY=eur", "EUR"), ("# Currency code : EUR", "EUR"), ("#  currency EUR", "EUR")]
    {
        let text = format!("{PERIOD}{field}\nDescription;Quantity;AMOUNT\nCursor seats;1;20.00\n");
        assert_eq!(csv(text).unwrap().currency.code(), code, "{field}");
    }
    for (field, word) in [
        ("# currency: USD\n# Currency: EUR", "twice"),
        ("# amount: 25.00", "not known and looks like an amount"),
        ("# decimals: maybe", "`comma` or `point`"),
    ] {
        let text = format!("{PERIOD}{field}\ndescription,quantity,amount\nCursor seats,1,20.00\n");
        refused(csv(text), "invoice.csv:", word);
    }
}

#[test]
fn a_comment_that_names_another_currency_or_states_an_amount_is_refused_with_its_line() {
    let with = |comment: &str, currency: &str| {
        csv(format!(
            "{PERIOD}# currency: {currency}\n{comment}\ndescription,quantity,amount\nCursor seats,1,20.00\n"
        ))
    };
    for comment in [
        "# Devise: EUR",
        "# W\u{e4}hrung: EUR",
        "# CCY: gbp",
        "# Amounts in EUR",
        "# all figures in \u{20ac}",
        "# Moneda = Euros",
        "# CCY: GBP",
        "# Gesamt: 99.00",
        "# Gesamt: 99",
        "# Rechnungsbetrag: 99,00",
        "# Due: 99.00",
        "# Zu zahlen: 1.299,00",
        "# Importe = $99",
        "# Saldo: 99 USD",
        "# Amount due 99.00",
        "# Grand total $99.00",
    ] {
        refused(with(comment, "USD"), "invoice.csv:3: ", "");
    }
    refused(with("# Devise: USD", "EUR"), "invoice.csv:3: ", "Devise");
    refused(with("# amounts in $", "EUR"), "invoice.csv:3: ", "EUR");
    for comment in [
        "# Amounts in USD",
        "# printed: 2026-08-01",
        "# printed: 01.08.2026",
        "# page: 3",
        "# TRY to pay ALL of it",
        "# discussed: 8.25 %",
        "# PO 4711",
        "# customer: Acme Ltd",
    ] {
        assert_eq!(total(&with(comment, "USD").unwrap()), "20", "{comment}");
    }
}

#[test]
fn a_line_that_begins_with_a_hash_is_money_if_it_has_the_cells_of_one() {
    let invoice = csv(case("line-that-begins-with-a-hash/invoice.csv")).unwrap();
    assert_eq!((total(&invoice).as_str(), invoice.lines[1].description.as_str()), ("100", "#2 extra seats"));
    refused(
        with_rows("Cursor seats,1,20\n# seen by Ann, 3 May, ok\n"),
        "invoice.csv:4: amount: `ok`",
        "begins with `#`",
    );
    let invoice = with_rows("Cursor seats,1,20\n# seen by Ann\n").unwrap();
    assert_eq!(remarks(&invoice), [(4, "seen by Ann")]);
}

#[test]
fn numbers_of_other_countries_are_refused_until_the_file_states_them() {
    refused(csv(case("semicolons/invoice.csv")), "invoice.csv:5: amount: `80,00`", "decimal commas");
    let stated = String::from_utf8(case("semicolons/invoice.csv")).unwrap();
    assert_eq!(total(&csv(format!("# Decimals: comma\n{stated}")).unwrap()), "80");
    let reader = CsvInvoiceReader::new(SeatsAndTax).with_decimal_mark(DecimalMark::Comma);
    assert_eq!(total(&reader.read_invoice(stated.as_bytes(), "invoice.csv").unwrap()), "80");
    refused(with_rows("Cursor seats,1,\"8,000\"\n"), "invoice.csv:3: amount: `8,000`", "thousands");
    assert_eq!(total(&with_rows("Cursor seats,1,\"8,000\"\nSales tax,,1.50\n").unwrap()), "8001.5");
    refused(with_rows("Cursor seats,1.200,8\n"), "invoice.csv:3: quantity: `1.200`", "thousands");
    let text = r#"{"period":{"start":"2026-07-01T00:00:00Z","end":"2026-08-01T00:00:00Z"},"lines":[{"description":"seats","amount":"0,08"}]}"#;
    refused(json(text), "invoice.json:1: amount: column 114: `0,08`", "decimal commas");
    let reader = JsonInvoiceReader::new(SeatsAndTax).with_decimal_mark(DecimalMark::Comma);
    assert_eq!(total(&reader.read_invoice(text.as_bytes(), "invoice.json").unwrap()), "0.08");
}

#[test]
fn a_currency_beside_amounts_or_in_a_column_is_the_invoices_or_refused() {
    let column = |rows: &str| csv(format!("{PERIOD}description,amount,Currency\n{rows}"));
    assert_eq!(column("Cursor seats,20,EUR\nSales tax,2,\n").unwrap().currency.code(), "EUR");
    refused(column("Cursor seats,20,EUR\nSales tax,2,USD\n"), "invoice.csv:4: ", "one currency");
    refused(with_rows("Cursor seats,1,\u{20ac}20.00\n"), "invoice.csv:3: ", "another currency");
    refused(with_rows("Cursor seats,1,20.00 EUR\n"), "invoice.csv:3: ", "another currency");
    let euros =
        csv(format!("{PERIOD}# currency: EUR\ndescription,amount\nCursor seats,\u{20ac}20.00\n")).unwrap();
    assert_eq!((total(&euros).as_str(), euros.currency.code()), ("20", "EUR"));
    refused(
        csv(format!("{PERIOD}# currency: EUR\ndescription,amount\nCursor seats,$20.00\n")),
        "invoice.csv:4: ",
        "another",
    );
}

#[test]
fn columns_and_fields_that_stand_twice_or_look_like_money_are_refused() {
    let header = |header: &str, row: &str| csv(format!("{PERIOD}{header}\n{row}\n"));
    refused(header("description,amount,Amount", "seats,1,2"), "invoice.csv:2: ", "twice");
    refused(header("description,amount,Tax", "seats,1,2"), "invoice.csv:2: ", "`Tax` looks like an amount");
    refused(header("description,Amount (EUR)", "seats,1"), "invoice.csv:2: ", "there is no `amount` column");
    let twice = r#"{"period":{"start":"2026-07-01T00:00:00Z","end":"2026-08-01T00:00:00Z"},"lines":[{"description":"seats","amount":1,"amount":2}]}"#;
    refused(json(twice), "invoice.json:1: ", "duplicate field `amount`");
    refused(json("[]"), "invoice.json:1: ", "an invoice is one object");
}

#[test]
fn files_that_are_cut_off_or_not_in_utf_8_are_named() {
    refused(with_rows("\"Cursor seats,1,20\n"), "invoice.csv:3: ", "ends inside a quoted cell");
    let text = format!("{PERIOD}description,quantity,amount\nCursor seats,1,20\n");
    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(total(&csv(utf16).unwrap()), "20");
    refused(csv([text.as_bytes(), b"Caf\xe9,,1\n"].concat()), "invoice.csv:4: ", "Windows-1252");
}
