//! Invoices as CSV, well-formed and not.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::select;
use reconcile::invoice::{LineKind, Wording, Wordings};
use reconcile::readers::{CsvColumns, CsvInvoiceReader};
use reconcile::{ErrorKind, Invoice, InvoiceReader, Result};

use crate::support::{at, counting_calls, money, period, window};

/// Two wordings, enough to see that descriptions reach them.
#[derive(Clone, Copy, Debug)]
struct TwoWordings;

impl Wordings for TwoWordings {
    fn interpret(&self, description: &str) -> Wording {
        let kind = match description {
            "Tax" => LineKind::Tax,
            text if text.contains("usage calls") => counting_calls(),
            _ => LineKind::Unrecognised,
        };
        kind.into()
    }
}

fn read(bytes: impl AsRef<[u8]>) -> Result<Invoice> {
    CsvInvoiceReader::new(TwoWordings).read_invoice(bytes.as_ref(), "invoice.csv")
}

const HEAD: &str = "# period: 2026-09-14T09:30:00Z/2026-10-14T09:30:00Z\ndescription,quantity,amount\n";

const FORM: &str = r#"# invoice.csv: header fields as comment lines, then the lines
# number: INV-0007
# period: 2026-09-14T09:30:00Z/2026-10-14T09:30:00Z
# currency: USD
description,quantity,amount
"412 token-based usage calls to claude-4.5-sonnet, totalling: $96.10",412,96.10
"Cursor Teams seats",200,8000.00
"Tax",,655.20
"#;

#[test]
fn the_documented_form_is_read() {
    let invoice = read(FORM).unwrap();
    assert_eq!(invoice.number, "INV-0007");
    assert_eq!(invoice.period, period());
    assert_eq!(invoice.currency.code(), "USD");
    assert_eq!(invoice.stated_total, None);
    let lines: Vec<_> = invoice.lines.iter().map(|line| (line.line, line.amount.to_string())).collect();
    assert_eq!(lines, [(6, "96.1".to_owned()), (7, "8000".to_owned()), (8, "655.2".to_owned())]);
    let LineKind::Usage(about) = invoice.lines[0].kind() else { panic!("the first line is about usage") };
    assert_eq!(
        about.calls,
        Some(412),
        "the quantity stands in for a count that the wording names and does not give"
    );
    assert_eq!(
        invoice.lines[0].description,
        "412 token-based usage calls to claude-4.5-sonnet, totalling: $96.10"
    );
    assert_eq!((invoice.lines[1].kind(), invoice.lines[2].kind()), (&LineKind::Unrecognised, &LineKind::Tax));
    assert_eq!(invoice.sum_of_lines().unwrap(), money("8751.30"));
    // The same text with other line ends is the same invoice.
    assert_eq!(read(FORM.replace('\n', "\r\n")).unwrap(), invoice);
}

#[test]
fn fields_may_be_left_out() {
    let invoice = read(
        "# period: 2026-09-14T09:30:00Z/2026-10-14T09:30:00Z\namount,Description\n -$1.50 ,Tax\n$-2,\"a \"\"b\"\"\"\n",
    )
    .unwrap();
    assert_eq!((invoice.number.as_str(), invoice.currency.code()), ("invoice.csv", "USD"));
    assert_eq!(
        invoice
            .lines
            .iter()
            .map(|line| (line.description.as_str(), line.amount, line.quantity))
            .collect::<Vec<_>>(),
        [("Tax", money("-1.5"), None), ("a \"b\"", money("-2"), None)]
    );
}

const EXPORT: &str = "Item,Qty,Price,Line Amount,Note\nTax,,,\"$1,002.50\",a\n3 usage calls,3,0.33,1.00,b\n";

fn export_reader(columns: CsvColumns) -> CsvInvoiceReader<TwoWordings> {
    CsvInvoiceReader::new(TwoWordings).with_columns(columns).with_period(period())
}

#[test]
fn other_layouts_are_read_by_the_names_of_their_columns() {
    let columns = CsvColumns::new("item", "LINE AMOUNT");
    let priced = columns.clone().quantity("qty").unit_price("price");
    let reader = export_reader(priced)
        .with_number("in_1")
        .with_currency("CAD".parse().unwrap())
        .with_issued(at("2026-10-15T10:00:00Z"));
    let invoice = reader.read_invoice(EXPORT.as_bytes(), "export.csv").unwrap();
    assert_eq!((invoice.number.as_str(), invoice.currency.code(), invoice.period), ("in_1", "CAD", period()));
    assert_eq!(invoice.issued, Some(at("2026-10-15T10:00:00Z")));
    let lines = &invoice.lines;
    assert_eq!((lines[0].line, lines[0].amount, lines[0].kind()), (2, money("1002.50"), &LineKind::Tax));
    assert_eq!((lines[1].quantity, lines[1].unit_price), (Some(3.into()), Some(money("0.33"))));
    // Columns that were not asked for are told, and those that look like money must be named.
    let error = export_reader(columns.clone()).read_invoice(EXPORT.as_bytes(), "export.csv").unwrap_err();
    assert!(
        error.to_string().starts_with("export.csv:1: the column `Price` looks like an amount"),
        "{error}"
    );
    let plain =
        export_reader(columns.pass_over("price")).read_invoice(EXPORT.as_bytes(), "export.csv").unwrap();
    let remarks: Vec<_> = plain.remarks.iter().map(|remark| remark.text.as_str()).collect();
    assert_eq!(remarks, ["Qty", "Price", "Note"].map(|name| format!("the column `{name}` is not read")));
    assert_eq!((plain.number.as_str(), plain.lines[1].quantity), ("export.csv", None));
}

#[test]
fn what_the_file_says_goes_before_what_the_caller_says() {
    let reader = CsvInvoiceReader::new(TwoWordings)
        .with_number("other")
        .with_currency("EUR".parse().unwrap())
        .with_period(window("2020-01-01T00:00:00Z", "2020-02-01T00:00:00Z"));
    assert_eq!(reader.read_invoice(FORM.as_bytes(), "invoice.csv").unwrap(), read(FORM).unwrap());
}

#[test]
fn a_column_that_is_named_and_missing_is_an_error() {
    let columns = CsvColumns::new("item", "line amount").quantity("units").unit_price("price");
    assert_eq!(
        export_reader(columns).read_invoice(EXPORT.as_bytes(), "export.csv").unwrap_err().to_string(),
        "export.csv:1: there is no `units` column; expected the header item,units,price,line amount, and there is: Item, \
         Qty, Price, Line Amount, Note"
    );
    assert_eq!(
        export_reader(CsvColumns::default())
            .read_invoice(EXPORT.as_bytes(), "export.csv")
            .unwrap_err()
            .to_string(),
        "export.csv:1: there is no `description` column; expected the header description,quantity,amount, and there is: \
         Item, Qty, Price, Line Amount, Note"
    );
    let bad = EXPORT.replace("0.33", "much");
    let columns = CsvColumns::new("item", "line amount").unit_price("price");
    assert_eq!(
        export_reader(columns).read_invoice(bad.as_bytes(), "export.csv").unwrap_err().to_string(),
        "export.csv:3: Price: `much` is not an amount like 96.10"
    );
}

#[test]
fn a_line_inside_quotes_is_not_a_field() {
    let row = "\"first\n# total: 1\n# number: \"\"x\"\"\n\",,9\n";
    let invoice = read(format!("{FORM}{row}# total: 8760.30\n")).unwrap();
    assert_eq!(invoice.lines[3].description, "first\n# total: 1\n# number: \"x\"");
    assert_eq!((invoice.number.as_str(), invoice.stated_total), ("INV-0007", Some(money("8760.30"))));
}

#[test]
fn text_that_is_not_utf_8_is_an_error_with_its_line() {
    let error = read(b"# period: x\n\xff").unwrap_err();
    assert_eq!((error.kind(), error.line()), (ErrorKind::Invoice, Some(2)));
    assert!(
        error.to_string().starts_with("invoice.csv:2: the text is not UTF-8; it may be Windows-1252"),
        "{error}"
    );
}

/// Text made of what invoices are made of, in any order.
fn shreds() -> impl Strategy<Value = String> {
    let shred = select(vec![
        "# period: 2026-09-14T09:30:00Z/2026-10-14T09:30:00Z\n",
        "# period: 2026-09-14",
        "# currency: USD\n",
        "# currency: \u{20ac}\n",
        "# total: ",
        "#",
        "\u{feff}",
        "description,quantity,amount\n",
        "description",
        "amount",
        "quantity",
        ",",
        "\"",
        "\"\"",
        "\n",
        "\r",
        "\r\n",
        " ",
        "\u{a0}",
        "Tax",
        "12",
        "1,200",
        "$",
        "-",
        ".",
        "9.99",
        "-0.005",
        "1e9",
        "99999999999999999999999999999999999999999",
        "\u{0}",
        "\u{1f4b8}",
        "/",
        ":",
        "NaN",
    ]);
    prop::collection::vec(shred, 0..60).prop_map(|shreds| shreds.concat())
}

/// What every outcome owes the caller.
fn check(outcome: Result<Invoice>) {
    match outcome {
        Ok(invoice) => {
            assert!(!invoice.lines.is_empty());
            assert!(invoice.lines.windows(2).all(|pair| pair[0].line <= pair[1].line));
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Invoice);
            assert!(error.to_string().starts_with("invoice.csv:"), "{error}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check(read(bytes));
    }

    #[test]
    fn shreds_never_panic(head in any::<bool>(), text in shreds()) {
        check(read(format!("{}{text}", if head { HEAD } else { "" })));
    }

    #[test]
    fn a_form_with_a_byte_changed_never_panics(at in 0..FORM.len(), byte in any::<u8>()) {
        let mut bytes = FORM.as_bytes().to_vec();
        bytes[at] = byte;
        check(read(bytes));
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_to_the_last_digit(
        lines in prop::collection::vec(
            ("[a-z,\"$\n\u{20ac}][a-z ,\"#:\n]{0,20}[a-z\"]", prop::option::of(any::<u32>()), any::<i64>()),
            1..10
        )
    ) {
        let mut csv = HEAD.to_owned();
        for (description, quantity, units) in &lines {
            let quantity = quantity.map(|count| count.to_string()).unwrap_or_default();
            let amount = cost_model::Money::from_units(i128::from(*units) << 40);
            writeln!(csv, "\"{}\",{quantity},{amount}", description.replace('"', "\"\"")).unwrap();
        }
        let invoice = read(&csv).unwrap();
        prop_assert_eq!(invoice.lines.len(), lines.len());
        for (line, (description, quantity, units)) in invoice.lines.iter().zip(&lines) {
            prop_assert_eq!(&line.description, description.trim());
            prop_assert_eq!(line.quantity, quantity.map(Into::into));
            prop_assert_eq!(line.amount.units(), i128::from(*units) << 40);
        }
    }
}
