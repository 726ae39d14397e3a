//! Saved answers of the dashboard, well-formed and not.

use cursor_invoice::DashboardInvoiceReader;
use proptest::prelude::*;
use reconcile::invoice::LineKind;
use reconcile::{ErrorKind, Invoice, InvoiceReader, Result};

use crate::period;

fn read(json: &str) -> Result<Invoice> {
    DashboardInvoiceReader::new(period()).read_invoice(json.as_bytes(), "may.json")
}

fn remarks(invoice: &Invoice) -> Vec<(u64, &str)> {
    invoice.remarks.iter().map(|remark| (remark.line, remark.text.as_str())).collect()
}

#[test]
fn items_are_lines_and_the_rest_is_kept() {
    let invoice = read(
        r#"{
  "items": [
    {"description": "14 discounted requests", "cents": 33.600000000000001},
    {"description": "Mid-month usage paid for May 2025", "cents": -12000, "totalDollars": -120.00},
    {"description": "Refund", "totalDollars": -1.5e0, "color": "red"},
    {"description": "On-Demand Usage", "cents": null},
    {"description": "Tax", "cents": 100, "totalDollars": 2}
  ],
  "pricingDescription": {"description": "1. Chat", "id": "abc"},
  "hasUnpaidMidMonthInvoice": true,
  "usageEvents": [{"owner": "ana@acme.test"}],
  "nothing": null
}"#,
    )
    .unwrap();
    let lines: Vec<_> = invoice.lines.iter().map(|line| (line.line, line.amount.to_string())).collect();
    let expected = ["0.33600000000000001", "-120", "-1.5", "0", "1"].map(str::to_owned);
    assert_eq!(lines, (1..).zip(expected).collect::<Vec<_>>());
    assert_eq!((invoice.lines[1].kind(), invoice.lines[2].kind()), (&LineKind::Netting, &LineKind::Refund));
    assert_eq!((invoice.number.as_str(), invoice.period), ("may.json", period()));
    assert_eq!(
        remarks(&invoice),
        [
            (5, "item 3: the field `color` is not read"),
            (7, "item 5: `totalDollars` is 2, `cents` add up to 1"),
            (9, r#"pricingDescription: {"description": "1. Chat", "id": "abc"}"#),
            (10, "hasUnpaidMidMonthInvoice: true"),
            (11, "the field `usageEvents` is not read"),
        ]
    );
}

#[test]
fn errors_name_file_line_column_and_field() {
    for (json, message) in [
        ("", "may.json:1: column 1: nothing where an object is expected"),
        ("[]", "may.json:1: column 1: a list where an object is expected"),
        ("{\"items\":\n}", "may.json:2: column 1: expected value"),
        ("{\n \"items\": {}}", "may.json:2: items: column 11: this is not a list"),
        ("{\"items\": [7]}", "may.json:1: column 12: a number where an object is expected"),
        ("{\"items\": []}", "may.json: there is no item in `items`: nothing was billed in that month"),
        ("{}", "may.json: this is no invoice: there is no field `items`; there is: nothing"),
        ("{\"items\": null}", "may.json: this is no invoice: there is no field `items`; there is: items"),
        ("{\"items\": [{\"cents\": 7}]}", "may.json:1: column 12: the item has no `description`"),
        ("{\"items\": [\n{\"description\": 7}]}", "may.json:2: description: column 17: `7` is not a string"),
        (
            "{\"items\": [{\"description\": \"a\", \"cents\": \"many\"}]}",
            "may.json:1: cents: column 42: `many` is not an amount like 96.10",
        ),
        (
            "{\"items\": [{\"description\": \"a\", \"cents\": 1e-23}]}",
            "may.json:1: cents: column 42: an amount of cents has at most 22 decimals",
        ),
    ] {
        assert_eq!(read(json).unwrap_err().to_string(), message);
    }
    let twice = read("{\"items\": [], \"items\": []}").unwrap_err();
    assert!(twice.to_string().ends_with("duplicate field `items`"), "{twice}");
}

proptest! {
    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = DashboardInvoiceReader::new(period()).read_invoice(&bytes, "may.json");
    }

    #[test]
    fn an_answer_cut_off_is_an_error_with_its_place(length in 0_usize..90) {
        let json = r#"{"items": [{"description": "Tax", "cents": 7}], "hasUnpaidMidMonthInvoice": false, "a": []}"#;
        let error = read(json.get(..length).unwrap()).unwrap_err();
        prop_assert_eq!(error.kind(), ErrorKind::Invoice);
        prop_assert!(error.to_string().starts_with("may.json:1: column "), "{}", error);
    }

    #[test]
    fn every_digit_of_an_amount_is_kept(units in any::<i64>(), decimals in 5_u32..19) {
        let cents = rust_decimal::Decimal::from_i128_with_scale(units.into(), decimals);
        let invoice = read(&format!(r#"{{"items": [{{"description": "Tax", "cents": {cents}}}]}}"#)).unwrap();
        let expected = i128::from(units) * 10_i128.pow(22 - decimals);
        prop_assert_eq!(invoice.lines[0].amount.units(), expected);
    }
}
