//! Invoices as JSON.

use std::str::FromStr;

use cost_model::{Currency, Timestamp, Window};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::reading::{self, JsonText, invalid};
use crate::{Invoice, InvoiceLine, InvoiceReader, Remark, Result, Wordings};

/// Reads an invoice from JSON in the form in which an [`Invoice`] serialises:
///
/// ```json
/// {
///   "number": "INV-0007",
///   "period": { "start": "2026-09-14T09:30:00Z", "end": "2026-10-14T09:30:00Z" },
///   "currency": "USD",
///   "issued": "2026-10-15T10:00:00Z",
///   "total": "8096.10",
///   "lines": [
///     { "description": "412 token-based usage calls to claude-4.5-sonnet, totalling: $96.10", "quantity": 412,
///       "amount": 96.10 },
///     { "description": "Cursor Teams seats", "quantity": 200, "unit_price": "40", "amount": "8000.00" }
///   ],
///   "remarks": [{ "line": 9, "text": "Thank you for your business" }]
/// }
/// ```
///
/// Only `period`, `lines`, and of each line `description` and `amount` are required; `number` is the file's name and
/// `currency` USD if it is left out. Amounts and quantities are numbers or strings of decimals, of which every digit is
/// kept. A line may state its `line`; else that is its place in `lines`, counted from 1. `null` says nothing, and a field
/// of another name is an error.
///
/// ```
/// # use reconcile::{Invoice, InvoiceReader, JsonInvoiceReader, LineKind, Wording, Wordings};
/// # #[derive(Debug)]
/// # struct MyWordings;
/// # impl Wordings for MyWordings {
/// #     fn read(&self, _: &str) -> Wording { LineKind::Unrecognised.into() }
/// # }
/// let json = r#"{
///   "period": { "start": "2026-09-14T09:30:00Z", "end": "2026-10-14T09:30:00Z" },
///   "lines": [{ "description": "Seats", "amount": 8000.000000000001 }]
/// }"#;
/// let reader = JsonInvoiceReader::new(MyWordings);
/// let invoice = reader.read(json.as_bytes(), "invoice.json")?;
/// assert_eq!(invoice.total()?.to_string(), "8000.000000000001");
/// assert_eq!(reader.read(serde_json::to_string(&invoice)?.as_bytes(), "copy.json")?, invoice);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct JsonInvoiceReader<W> {
    wordings: W,
}

impl<W: Wordings> JsonInvoiceReader<W> {
    /// A reader that knows these wordings.
    pub fn new(wordings: W) -> Self {
        Self { wordings }
    }
}

impl<W: Wordings> InvoiceReader for JsonInvoiceReader<W> {
    fn read(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
        read(bytes, file, &self.wordings).map_err(|error| error.in_file(file))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields<'a> {
    #[serde(borrow)]
    number: Option<&'a RawValue>,
    period: &'a RawValue,
    currency: Option<&'a RawValue>,
    issued: Option<&'a RawValue>,
    total: Option<&'a RawValue>,
    lines: Vec<&'a RawValue>,
    remarks: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PeriodFields<'a> {
    #[serde(borrow)]
    start: &'a RawValue,
    end: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineFields<'a> {
    line: Option<u64>,
    #[serde(borrow)]
    description: &'a RawValue,
    quantity: Option<&'a RawValue>,
    unit_price: Option<&'a RawValue>,
    amount: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RemarkFields {
    line: u64,
    text: String,
}

fn read(bytes: &[u8], file: &str, wordings: &dyn Wordings) -> Result<Invoice> {
    let json = JsonText::new(reading::text(bytes)?);
    if !json.whole().trim_start().starts_with('{') {
        let form = "an invoice is one object such as `{ \"period\": { ... }, \"lines\": [ ... ] }`, and this is none";
        return Err(json.fault(json.whole(), form));
    }
    let fields: Fields<'_> = json.object(json.whole())?;
    let number = fields.number.map(|number| json.string(number.get())).transpose();
    let number = number.map_err(|error| error.in_field("number"))?.unwrap_or_else(|| file.to_owned());
    let currency = fields.currency.map(|code| parsed(json, code, "a three-letter currency code such as USD"));
    let currency = currency.transpose().map_err(|error| error.in_field("currency"))?;
    let period = period(json, fields.period).map_err(|error| error.in_field("period"))?;
    let mut invoice = Invoice::new(number, period, currency.unwrap_or(Currency::USD));
    let issued = fields.issued.map(|issued| parsed(json, issued, INSTANT)).transpose();
    invoice.issued = issued.map_err(|error| error.in_field("issued"))?;
    let total = fields.total.map(|total| json.amount(total.get())).transpose();
    invoice.stated_total = total.map_err(|error| error.in_field("total"))?;
    for (place, part) in (1..).zip(fields.lines) {
        invoice.lines.push(line(json, part, place, wordings)?);
    }
    for part in fields.remarks.into_iter().flatten() {
        let remark: RemarkFields = json.object(part.get())?;
        invoice.remarks.push(Remark::new(remark.line, remark.text));
    }
    if invoice.lines.is_empty() {
        return Err(invalid("there is no line in `lines`"));
    }
    Ok(invoice)
}

fn line<'a>(
    json: JsonText<'a>,
    part: &'a RawValue,
    place: u64,
    wordings: &dyn Wordings,
) -> Result<InvoiceLine> {
    let fields: LineFields<'_> = json.object(part.get())?;
    let description = json.string(fields.description.get()).map_err(|error| error.in_field("description"))?;
    let amount = json.amount(fields.amount.get()).map_err(|error| error.in_field("amount"))?;
    let quantity = fields.quantity.map(|quantity| json.quantity(quantity.get())).transpose();
    let unit_price = fields.unit_price.map(|price| json.amount(price.get())).transpose();
    let wording = wordings.read(&description);
    let line = InvoiceLine::new(fields.line.unwrap_or(place), description, amount, wording);
    Ok(line
        .with_quantity(quantity.map_err(|error| error.in_field("quantity"))?)
        .with_unit_price(unit_price.map_err(|error| error.in_field("unit_price"))?))
}

const INSTANT: &str = "an instant like 2026-09-14T09:30:00Z";

fn period<'a>(json: JsonText<'a>, part: &'a RawValue) -> Result<Window> {
    let PeriodFields { start, end } = json.object(part.get())?;
    let window =
        Window::new(parsed::<Timestamp>(json, start, INSTANT)?, parsed::<Timestamp>(json, end, INSTANT)?);
    window.map_err(|_| json.fault(part.get(), "the period must end after it starts"))
}

/// What the text of a string says.
fn parsed<'a, T: FromStr>(json: JsonText<'a>, part: &'a RawValue, expected: &str) -> Result<T> {
    let text = json.string(part.get())?;
    text.parse().map_err(|_| json.fault(part.get(), &format!("`{text}` is not {expected}")))
}
