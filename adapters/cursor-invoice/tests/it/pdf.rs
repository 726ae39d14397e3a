//! Text pasted from a PDF, in the shapes that copying gives it.

use cursor_invoice::PdfTextReader;
use proptest::prelude::*;
use reconcile::invoice::LineKind;
use reconcile::{ErrorKind, Invoice, InvoiceReader, Result};

use crate::period;

fn read(text: &str) -> Result<Invoice> {
    PdfTextReader::new().with_period(period()).read_invoice(text.as_bytes(), "invoice.txt")
}

/// Number, description, quantity, price and amount.
type Line = (u64, String, Option<String>, Option<String>, String);

fn lines(invoice: &Invoice) -> Vec<Line> {
    let text = |line: &reconcile::invoice::InvoiceLine| {
        let quantity = line.quantity.map(|quantity| quantity.to_string());
        let price = line.unit_price.map(|price| price.to_string());
        (line.line, line.description.clone(), quantity, price, line.amount.to_string())
    };
    invoice.lines.iter().map(text).collect()
}

fn line(number: u64, description: &str, quantity: Option<&str>, price: Option<&str>, amount: &str) -> Line {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    (number, description.to_owned(), owned(quantity), owned(price), amount.to_owned())
}

#[test]
fn an_invoice_over_two_pages_is_read() {
    let invoice = read(
        "Invoice\nInvoice number ABC-0001\u{a0}\nDate of issue Oct 15, 2026\nBilling period Sep 14 \u{2013} Oct 14, 2026\n\
         Description\nQty\nUnit price\nAmount\nCursor Teams seats\nSep 14 \u{2013} Oct 14, 2026\n200\n$40.00\n$8,000.00\n\
         Support for\nABC-0001 \u{b7} $8,096.10 due October 15, 2026\nPage 1 of 2\nDescription Qty Unit price Amount\n\
         the launch \u{2212}$1.50\nA line without an amount\nSubtotal $7,998.50\nTotal excluding tax $7,998.50\n\
         Sales tax (10% on $7,998.50) $799.85\nTotal $8,798.35 USD\nApplied balance -$5.00\nAmount due $8,793.35 USD\n",
    )
    .unwrap();
    assert_eq!(
        lines(&invoice),
        [
            line(9, "Cursor Teams seats", Some("200"), Some("40"), "8000"),
            line(14, "Support for the launch", None, None, "-1.5"),
            line(22, "Sales tax (10% on $7,998.50)", None, None, "799.85"),
        ]
    );
    let kinds: Vec<_> = invoice.lines.iter().map(reconcile::invoice::InvoiceLine::kind).collect();
    assert_eq!(kinds, [&LineKind::Seats, &LineKind::Unrecognised, &LineKind::Tax]);
    assert_eq!(invoice.stated_total, Some("8798.35".parse().unwrap()));
    assert_eq!(invoice.number, "ABC-0001");
    assert_eq!(invoice.checks().unwrap(), []);
    let remarks: Vec<_> = invoice.remarks.iter().map(|remark| (remark.line, remark.text.as_str())).collect();
    assert_eq!(
        remarks,
        [
            (4, "Billing period Sep 14 \u{2013} Oct 14, 2026"),
            (10, "Sep 14 \u{2013} Oct 14, 2026"),
            (15, "ABC-0001 \u{b7} $8,096.10 due October 15, 2026"),
            (19, "A line without an amount"),
            (20, "Subtotal $7,998.50"),
            (21, "Total excluding tax $7,998.50"),
            (24, "Applied balance -$5.00"),
            (25, "Amount due $8,793.35 USD"),
        ]
    );
}

#[test]
fn amounts_in_words_are_not_amounts_of_lines() {
    let invoice = read(
        "Description Qty Unit price Amount\n979 token-based usage calls to o3, totalling: $76.02\n979 $0.08 $76.02\n\
         Cursor token fee, totalling: $0.01 $0.01\nMid-month usage paid for May 2025 $-120.00\nAmount due $-43.97\n",
    )
    .unwrap();
    assert_eq!(
        lines(&invoice),
        [
            line(
                2,
                "979 token-based usage calls to o3, totalling: $76.02",
                Some("979"),
                Some("0.08"),
                "76.02"
            ),
            line(4, "Cursor token fee, totalling: $0.01", None, None, "0.01"),
            line(5, "Mid-month usage paid for May 2025", None, None, "-120"),
        ]
    );
    assert_eq!(invoice.checks().unwrap(), []);
    assert_eq!((invoice.number.as_str(), invoice.stated_total), ("invoice.txt", "-43.97".parse().ok()));
}

#[test]
fn what_cannot_be_an_invoice_is_a_clear_error() {
    let headings = "Description Qty Unit price Amount\n";
    for (text, message) in [
        (
            "Dear customer,\n",
            "invoice.txt: there is no line like `Description Qty Unit price Amount`, below which an invoice has its lines",
        ),
        (headings, "invoice.txt: below the headings there is no line that ends in an amount such as $96.10"),
    ] {
        assert_eq!(read(text).unwrap_err().to_string(), message);
    }
    let error = PdfTextReader::new()
        .read_invoice(format!("{headings}Tax $1.00").as_bytes(), "invoice.txt")
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "invoice.txt: there is no line like `Billing period Sep 14 \u{2013} Oct 14, 2026`, and no period was given"
    );
}

/// Shreds of invoices, in any order.
fn shreds() -> impl Strategy<Value = String> {
    let shred = prop::sample::select(vec![
        "Description",
        "Qty",
        "Amount",
        "Tax",
        "Total",
        "Subtotal",
        "Amount due",
        "Page 1 of 1",
        "$1.00",
        "-$2.50",
        "12",
        "1,200",
        "totalling:",
        "Sep",
        "2026",
        "Billing period",
        "Sep 1 \u{2013} Oct 1, 2026",
        "\n",
        "\n",
        "\n",
        " ",
        " ",
        "\u{a0}",
        "\u{2212}",
        "$",
        ",",
        "\u{1f4b8}",
        "due October 15, 2026",
        "Description Amount\n",
    ]);
    prop::collection::vec(shred, 0..40).prop_map(|shreds| shreds.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_amount_among_the_lines_is_lost(text in shreds()) {
        match read(&format!("Description Amount\n{text}")) {
            Ok(invoice) => {
                let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
                let mut kept: Vec<String> = invoice.remarks.iter().flat_map(|remark| words(&remark.text)).collect();
                kept.extend(invoice.lines.iter().flat_map(|line| words(&line.description)));
                // What is not kept in words is a figure of its line, the total, or furniture.
                let clouds = |words: &[String]| words.iter().filter(|word| word.contains('\u{1f4b8}')).count();
                prop_assert_eq!(clouds(&kept), clouds(&words(&text)));
            }
            Err(error) => prop_assert_eq!(error.kind(), ErrorKind::Invoice),
        }
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = PdfTextReader::new().read_invoice(&bytes, "invoice.txt");
    }
}
