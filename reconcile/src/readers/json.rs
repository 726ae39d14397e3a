//! Invoices as JSON.
//!
//! Parts are kept as raw JSON until they are read, so that every digit of a number and the place of each fault are at
//! hand. Amounts, sums and remarks are settled as for the other forms of invoices; see `readers::sums`.

use std::str::FromStr;

use cost_model::input::{DecimalMark, NumberReader};
use cost_model::{Currency, Money, Timestamp, Window};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::Result;
use crate::error::invalid;
use crate::model::invoice::{Invoice, InvoiceLine, InvoiceReader, Remark, Wordings};
use crate::readers::instant::{INSTANT, parse_instant};
use crate::readers::json_text;
use crate::readers::json_text::JsonText;
use crate::readers::sums::settle_rows;

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
/// kept; strings may be written as [`NumberReader`] reads them, such as `"$96.10"`. A line may state its `line`; else that is
/// its place in `lines`, counted from 1. `null` says nothing, and a field of another name or one that appears twice is an error.
/// Lines that are sums of others are none; see [`settle_rows`].
///
/// ```
/// # use reconcile::{Invoice, InvoiceReader};
/// # use reconcile::invoice::{LineKind, Wording, Wordings};
/// # use reconcile::readers::JsonInvoiceReader;
/// # #[derive(Debug)]
/// # struct MyWordings;
/// # impl Wordings for MyWordings {
/// #     fn interpret(&self, _: &str) -> Wording { LineKind::Unrecognised.into() }
/// # }
/// let json = r#"{
///   "period": { "start": "2026-09-14T09:30:00Z", "end": "2026-10-14T09:30:00Z" },
///   "lines": [{ "description": "Seats", "amount": 8000.000000000001 }]
/// }"#;
/// let reader = JsonInvoiceReader::new(MyWordings);
/// let invoice = reader.read_invoice(json.as_bytes(), "invoice.json")?;
/// assert_eq!(invoice.total()?.to_string(), "8000.000000000001");
/// assert_eq!(reader.read_invoice(serde_json::to_string(&invoice)?.as_bytes(), "copy.json")?, invoice);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct JsonInvoiceReader<W> {
    wordings: W,
    period: Option<Window>,
    issued: Option<Timestamp>,
    decimal_mark: Option<DecimalMark>,
}

impl<W: Wordings> JsonInvoiceReader<W> {
    /// Creates a reader that interprets lines by these wordings.
    pub fn new(wordings: W) -> Self {
        Self { wordings, period: None, issued: None, decimal_mark: None }
    }

    /// Sets the billing period of an invoice that does not state it.
    #[must_use]
    pub fn with_period(mut self, period: Window) -> Self {
        self.period = Some(period);
        self
    }

    /// Sets the instant at which an invoice that does not state it was issued.
    #[must_use]
    pub fn with_issued(mut self, issued: Timestamp) -> Self {
        self.issued = Some(issued);
        self
    }

    /// Sets the decimal mark of numbers in strings. Without one, a string that can be read in two ways is refused.
    /// JSON's own numbers always have a point.
    #[must_use]
    pub fn with_decimal_mark(mut self, mark: DecimalMark) -> Self {
        self.decimal_mark = Some(mark);
        self
    }
}

impl<W: Wordings> InvoiceReader for JsonInvoiceReader<W> {
    fn read_invoice(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
        json_text::decode_text(bytes)
            .and_then(|text| self.read_text(&text, file))
            .map_err(|error| error.in_file(file))
    }
}

/// The fields of the invoice. An unknown field is an error, so that no amount is passed over.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields<'a> {
    #[serde(borrow)]
    number: Option<&'a RawValue>,
    period: Option<&'a RawValue>,
    currency: Option<&'a RawValue>,
    issued: Option<&'a RawValue>,
    total: Option<&'a RawValue>,
    lines: Vec<&'a RawValue>,
    remarks: Option<Vec<&'a RawValue>>,
}

/// The two instants of a period, the second of which is excluded.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PeriodFields<'a> {
    #[serde(borrow)]
    start: &'a RawValue,
    end: &'a RawValue,
}

/// The fields of a line.
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

/// The fields of a remark.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RemarkFields {
    line: u64,
    text: String,
}

impl<W: Wordings> JsonInvoiceReader<W> {
    /// Reads the whole object. Its kind is checked first: a list of invoices gets a message that says so.
    fn read_text(&self, text: &str, file: &str) -> Result<Invoice> {
        let json = JsonText::new(text);
        if !text.trim_start().starts_with('{') {
            let found = if text.trim_start().starts_with('[') { "a list" } else { "none" };
            let form = "an invoice is one object such as `{ \"period\": { ... }, \"lines\": [ ... ] }`";
            return Err(json.fault(text, &format!("{form}, and this is {found}")));
        }
        let fields: Fields<'_> = json.object(json.whole())?;
        let mut numbers = NumberReader::new(self.decimal_mark);
        let mut invoice = self.head(json, &fields, file)?;
        if let Some(total) = fields.total {
            let total = amount(json, total, &mut numbers, invoice.currency);
            invoice.stated_total = Some(total.map_err(|error| error.in_field("total"))?);
        }
        let mut rows = Vec::new();
        for (place, part) in (1..).zip(&fields.lines) {
            rows.push(self.line(json, part, place, &mut numbers, invoice.currency)?);
        }
        for part in fields.remarks.into_iter().flatten() {
            let remark: RemarkFields = json.object(part.get())?;
            invoice.remarks.push(Remark::new(remark.line, remark.text));
        }
        if rows.is_empty() {
            return Err(invalid("there is no line in `lines`"));
        }
        numbers.finish()?;
        settle_rows(&mut invoice, rows)?;
        Ok(invoice)
    }

    /// Returns the invoice without its amounts.
    fn head<'a>(&self, json: JsonText<'a>, fields: &Fields<'a>, file: &str) -> Result<Invoice> {
        let number = fields.number.map(|number| json.string(number.get())).transpose();
        let number = number.map_err(|error| error.in_field("number"))?.unwrap_or_else(|| file.to_owned());
        let currency =
            fields.currency.map(|code| parsed(json, code, "a three-letter currency code such as USD"));
        let currency = currency.transpose().map_err(|error| error.in_field("currency"))?;
        let period = fields.period.map(|part| period(json, part)).transpose();
        let period = period.map_err(|error| error.in_field("period"))?.or(self.period);
        let period = period.ok_or_else(|| invalid("there is no field `period`, and no period was given"))?;
        let mut invoice = Invoice::new(number, period, currency.unwrap_or(Currency::USD));
        let issued = fields.issued.map(|issued| instant(json, issued)).transpose();
        invoice.issued = issued.map_err(|error| error.in_field("issued"))?.or(self.issued);
        Ok(invoice)
    }

    /// Reads a line; errors name the field.
    fn line<'a>(
        &self,
        json: JsonText<'a>,
        part: &'a RawValue,
        place: u64,
        numbers: &mut NumberReader,
        currency: Currency,
    ) -> Result<InvoiceLine> {
        let fields: LineFields<'_> = json.object(part.get())?;
        let description =
            json.string(fields.description.get()).map_err(|error| error.in_field("description"))?;
        let asked =
            amount(json, fields.amount, numbers, currency).map_err(|error| error.in_field("amount"))?;
        let quantity = fields.quantity.map(|quantity| json.quantity(quantity.get(), numbers)).transpose();
        let quantity = quantity.map_err(|error| error.in_field("quantity"))?;
        let price = fields.unit_price.map(|price| amount(json, price, numbers, currency)).transpose();
        let price = price.map_err(|error| error.in_field("unit_price"))?;
        let wording = self.wordings.interpret(&description);
        let line = InvoiceLine::new(fields.line.unwrap_or(place), description, asked, wording);
        Ok(line.with_quantity(quantity).with_unit_price(price))
    }
}

/// Returns an amount in the currency of the invoice.
fn amount<'a>(
    json: JsonText<'a>,
    part: &'a RawValue,
    numbers: &mut NumberReader,
    currency: Currency,
) -> Result<Money> {
    let amount = json.amount(part.get(), numbers)?;
    if !amount.fits(currency) {
        let message = format!("the amount is in another currency than the invoice, which is {currency}");
        return Err(json.fault(part.get(), &message));
    }
    Ok(amount.value)
}

/// Reads a period, which must not be empty.
fn period<'a>(json: JsonText<'a>, part: &'a RawValue) -> Result<Window> {
    let PeriodFields { start, end } = json.object(part.get())?;
    let window = Window::new(instant(json, start)?, instant(json, end)?);
    window.map_err(|_| json.fault(part.get(), "the period must end after it starts"))
}

/// Returns the instant of a string; a day is its midnight UTC.
fn instant<'a>(json: JsonText<'a>, part: &'a RawValue) -> Result<Timestamp> {
    let text = json.string(part.get())?;
    parse_instant(&text).ok_or_else(|| json.fault(part.get(), &format!("`{text}` is not {INSTANT}")))
}

/// Returns what the text of a string says.
fn parsed<'a, T: FromStr>(json: JsonText<'a>, part: &'a RawValue, expected: &str) -> Result<T> {
    let text = json.string(part.get())?;
    text.parse().map_err(|_| json.fault(part.get(), &format!("`{text}` is not {expected}")))
}
