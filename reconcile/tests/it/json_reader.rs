//! Invoices as JSON, well-formed and not, and back.

use cost_model::{Currency, Money};
use proptest::prelude::*;
use reconcile::invoice::{InvoiceLine, LineKind, Remark, Wording, Wordings};
use reconcile::readers::JsonInvoiceReader;
use reconcile::{ErrorKind, Invoice, InvoiceReader, Result};
use rust_decimal::Decimal;

use crate::support::{at, counting_calls, money, period};

/// One wording, enough to see that descriptions reach it.
#[derive(Clone, Copy, Debug)]
struct OneWording;

impl Wordings for OneWording {
    fn interpret(&self, description: &str) -> Wording {
        if description.contains("usage calls") { counting_calls() } else { LineKind::Unrecognised }.into()
    }
}

fn read(json: impl AsRef<[u8]>) -> Result<Invoice> {
    JsonInvoiceReader::new(OneWording).read_invoice(json.as_ref(), "invoice.json")
}

const FORM: &str = r#"{
  "number": "INV-0007",
  "period": { "start": "2026-09-14T09:30:00Z", "end": "2026-10-14T09:30:00Z" },
  "currency": "EUR",
  "issued": "2026-10-15T10:00:00Z",
  "total": "8096.10",
  "lines": [
    { "description": "412 usage calls", "quantity": 412, "amount": 96.100000000000000000000001 },
    { "line": 12, "description": "Seats", "quantity": "200.0", "unit_price": 4e1, "amount": "8000.00" }
  ],
  "remarks": [{ "line": 9, "text": "Thank you" }]
}"#;

#[test]
fn the_documented_form_is_read_to_the_last_digit() {
    let invoice = read(FORM).unwrap();
    let mut expected = Invoice::new("INV-0007", period(), "EUR".parse().unwrap());
    expected.issued = Some(at("2026-10-15T10:00:00Z"));
    expected.stated_total = Some(money("8096.10"));
    let calls =
        InvoiceLine::new(1, "412 usage calls", money("96.100000000000000000000001"), counting_calls());
    let seats = InvoiceLine::new(12, "Seats", money("8000"), LineKind::Unrecognised);
    let quantity = |text| Some(Decimal::from_str_exact(text).unwrap());
    expected.lines = vec![
        calls.with_quantity(quantity("412")),
        seats.with_quantity(quantity("200.0")).with_unit_price(Some(money("40"))),
    ];
    expected.remarks = vec![Remark::new(9, "Thank you")];
    assert_eq!(invoice, expected);
    let LineKind::Usage(about) = invoice.lines[0].kind() else { panic!("the first line is about usage") };
    assert_eq!(about.calls, Some(412));
}

#[test]
fn fields_may_be_left_out() {
    let json = r#"{"period": {"start": "2026-09-14T09:30:00Z", "end": "2026-10-14T09:30:00Z"}, "number": null,
        "lines": [{"description": "a \"b\"", "amount": -1.50, "quantity": null}]}"#;
    let mut expected = Invoice::new("invoice.json", period(), Currency::USD);
    expected.lines.push(InvoiceLine::new(1, "a \"b\"", money("-1.5"), LineKind::Unrecognised));
    assert_eq!(read(format!("\u{feff}{json}")).unwrap(), expected);
}

#[test]
fn errors_name_file_line_column_and_field() {
    for (from, to, message) in [
        ("8096.10\"", "many\"", "6: total: column 12: `many` is not an amount like 96.10"),
        ("4e1", "\"4$0\"", "9: unit_price: column 78: `4$0` is not an amount like 96.10"),
        ("4e1", "4e99", "9: unit_price: column 78: `4e99` is not an amount like 96.10"),
        ("412,", "\"few\",", "8: quantity: column 53: `few` is not a number"),
        ("\"Seats\"", "7", "9: description: column 34: `7` is not a string"),
        ("EUR", "euro", "4: currency: column 15: `euro` is not a three-letter currency code such as USD"),
        (
            "2026-09-14T09:30:00Z",
            "14.9.",
            "3: period: column 24: `14.9.` is not an instant like 2026-09-14T09:30:00Z or a day like 2026-09-14",
        ),
        ("2026-09-14", "2027-09-14", "3: period: column 13: the period must end after it starts"),
        (
            "\"lines\"",
            "\"rows\"",
            "7: column 8: unknown field `rows`, expected one of `number`, `period`, `currency`, \
          `issued`, `total`, `lines`, `remarks`",
        ),
        (
            "\"quantity\"",
            "\"count\"",
            "8: column 47: unknown field `count`, expected one of `line`, `description`, \
          `quantity`, `unit_price`, `amount`",
        ),
        ("\"412 usage calls\",", "\"412 usage calls\"", "8: column 40: expected `,` or `}`"),
        (
            "{ \"line\": 9, \"text\": \"Thank you\" }",
            "[9, \"Thank you\"]",
            "11: column 15: a list where an object is expected",
        ),
    ] {
        assert!(FORM.contains(from), "{from}");
        let error = read(FORM.replacen(from, to, 1)).unwrap_err();
        assert_eq!(error.to_string(), format!("invoice.json:{message}"), "{to}");
        assert_eq!(error.kind(), ErrorKind::Invoice);
    }
    let empty =
        r#"{"period": {"start": "2026-09-14T09:30:00Z", "end": "2026-10-14T09:30:00Z"}, "lines": []}"#;
    assert_eq!(read(empty).unwrap_err().to_string(), "invoice.json: there is no line in `lines`");
    let missing = read("{\"lines\": []}").unwrap_err();
    assert_eq!(missing.to_string(), "invoice.json: there is no field `period`, and no period was given");
}

fn lines() -> impl Strategy<Value = Vec<InvoiceLine>> {
    let quantity = (any::<i64>(), 0_u32..20)
        .prop_map(|(digits, scale)| Decimal::from_i128_with_scale(digits.into(), scale));
    let line = (
        any::<u64>(),
        any::<String>(),
        any::<i128>(),
        prop::option::of(quantity),
        prop::option::of(any::<i128>()),
    )
        .prop_map(|(number, description, amount, quantity, price)| {
            let wording = OneWording.interpret(&description);
            InvoiceLine::new(number, description, Money::from_units(amount), wording)
                .with_quantity(quantity)
                .with_unit_price(price.map(Money::from_units))
        });
    prop::collection::vec(line, 1..6)
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        lines in lines(), number in any::<String>(), total in prop::option::of(any::<i128>()), remark in any::<String>()
    ) {
        let mut invoice = Invoice::new(number, period(), Currency::USD);
        invoice.lines = lines;
        invoice.stated_total = total.map(Money::from_units);
        invoice.remarks.push(Remark::new(3, remark));
        prop_assert_eq!(&read(serde_json::to_vec(&invoice).unwrap()).unwrap(), &invoice);
        prop_assert_eq!(read(serde_json::to_vec_pretty(&invoice).unwrap()).unwrap(), invoice);
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(read(bytes).is_err());
    }

    #[test]
    fn a_form_with_a_byte_changed_is_an_invoice_or_an_error_with_its_file(at in 0..FORM.len(), byte in any::<u8>()) {
        let mut bytes = FORM.as_bytes().to_vec();
        bytes[at] = byte;
        if let Err(error) = read(bytes) {
            prop_assert!(error.to_string().starts_with("invoice.json:"), "{}", error);
        }
    }
}

#[test]
fn what_is_no_invoice_at_all_is_told_what_one_is() {
    for text in ["[]", "[1, 2, 3, 4, 5, 6, 7]", "", "  ", "null", "3", "\"INV-0007\""] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.starts_with("invoice.json:1: column "), "{error}");
        assert!(error.contains("an invoice is one object such as"), "{error}");
    }
    for (field, found) in
        [("\"period\": []", "a list"), ("\"period\": 3", "a number"), ("\"period\": \"x\"", "a string")]
    {
        let error = read(format!("{{ {field}, \"lines\": [] }}")).unwrap_err().to_string();
        assert!(error.contains(&format!("{found} where an object is expected")), "{error}");
    }
}
