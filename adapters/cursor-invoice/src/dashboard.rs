//! Reads invoices in the form of the dashboard's own call.

use cost_model::input::{DecimalMark, Meaning, NumberReader, quoted};
use cost_model::{Currency, Money, Timestamp, Window};
use reconcile::invoice::{InvoiceLine, Remark, Wordings};
use reconcile::readers::{JsonText, decode_text, settle_rows};
use reconcile::{Error, ErrorKind, Invoice, InvoiceReader, Result};

use crate::wordings::CursorWordings;

/// Reads a saved answer of the dashboard's call for the invoice of a month. The call is private to Cursor's dashboard: this
/// reads a file that a person has saved, and sends no request.
///
/// ```json
/// { "items": [{ "description": "979 token-based usage calls to claude-3.7-sonnet, totalling: $76.02", "cents": 7602 },
///             { "description": "Mid-month usage paid for May 2025", "cents": -12000 }],
///   "pricingDescription": { "description": "1. Chat, Cmd-K ...", "id": "..." },
///   "hasUnpaidMidMonthInvoice": false }
/// ```
///
/// `cents` may have a fraction, of which every digit is kept. Where they are left out, the line bills `totalDollars`, a number
/// or a string such as `"$12.34"`, and without those nothing: the answer leaves out what is 0. The answer does not tell its
/// month, so the period comes from the caller; the invoice's number is the file's name; amounts are in US dollars. Items that
/// are sums of others are no lines; see [`settle_rows`].
///
/// What else the answer says is in [`Invoice::remarks`]: the pricing's description, `hasUnpaidMidMonthInvoice: true`
/// (usage of the month was billed on another invoice that is not paid yet, so no line takes it off), two amounts of an
/// item that differ, and the names of fields that nobody knows. An unknown field of an item that looks like an amount is an
/// error, and so is an answer without `items`, such as `{"error":"not_authenticated"}`.
///
/// ```
/// use cost_model::Window;
/// use cursor_invoice::DashboardInvoiceReader;
/// use reconcile::InvoiceReader;
///
/// let json = r#"{ "items": [{ "description": "14 discounted requests", "cents": 33.5 }], "hasUnpaidMidMonthInvoice": true }"#;
/// let may = Window::days("2025-05-01".parse()?, "2025-06-01".parse()?)?;
/// let invoice = DashboardInvoiceReader::new(may).read_invoice(json.as_bytes(), "may.json")?;
/// assert_eq!(invoice.total()?, "0.335".parse()?);
/// assert_eq!(invoice.remarks[0].text, "hasUnpaidMidMonthInvoice: true");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct DashboardInvoiceReader {
    wordings: CursorWordings,
    period: Window,
    issued: Option<Timestamp>,
    decimal_mark: Option<DecimalMark>,
}

impl DashboardInvoiceReader {
    /// Creates a reader of the invoice of this period. Whether a month in the dashboard is a calendar month or a billing cycle
    /// is not documented, and has changed.
    pub fn new(period: Window) -> Self {
        Self { wordings: CursorWordings::new(), period, issued: None, decimal_mark: None }
    }

    /// Sets the instant at which the invoice was issued, which the answer does not state.
    #[must_use]
    pub fn with_issued(mut self, issued: Timestamp) -> Self {
        self.issued = Some(issued);
        self
    }

    /// Sets the decimal mark of amounts in strings. Without one, a string that can be read in two ways is refused.
    #[must_use]
    pub fn with_decimal_mark(mut self, mark: DecimalMark) -> Self {
        self.decimal_mark = Some(mark);
        self
    }

    /// Reads an answer. Its items are rows of which some may be sums, as in any table, so that they are settled like
    /// those of a CSV.
    ///
    /// # Errors
    /// [`ErrorKind::Invoice`] for an answer without items or with an empty list of them, and for fields and
    /// amounts that cannot be read.
    fn read_text(&self, text: &str, file: &str) -> Result<Invoice> {
        let json = JsonText::new(text);
        let mut invoice = Invoice::new(file, self.period, Currency::USD);
        invoice.issued = self.issued;
        let mut numbers = NumberReader::new(self.decimal_mark);
        let members = json.members(json.whole())?;
        let items = members.iter().find(|(name, value)| name == "items" && *value != "null");
        let Some((_, items)) = items else { return Err(no_invoice(json, &members)) };
        let mut rows = Vec::new();
        let items = json.elements(items).map_err(|error| error.in_field("items"))?;
        for (place, item) in (1..).zip(items) {
            rows.push(self.read_item(json, item, place, &mut numbers, &mut invoice.remarks)?);
        }
        for (name, value) in members.iter().filter(|(name, _)| name != "items") {
            if let Some(said) = said(name, value) {
                invoice.remarks.push(Remark::new(json.place(value).0, said));
            }
        }
        if rows.is_empty() {
            let message = "there is no item in `items`: nothing was billed in that month";
            return Err(Error::new(ErrorKind::Invoice, message));
        }
        numbers.finish()?;
        settle_rows(&mut invoice, rows)?;
        Ok(invoice)
    }

    /// Reads an item. An amount is in `cents` or `totalDollars`; where both are there and differ, `cents` count and
    /// the other is a remark.
    ///
    /// # Errors
    /// [`ErrorKind::Invoice`], at the item or the value: no description, an amount that cannot be read, or a
    /// field that may be an amount and is not known.
    fn read_item<'a>(
        &self,
        json: JsonText<'a>,
        item: &'a str,
        place: u64,
        numbers: &mut NumberReader,
        remarks: &mut Vec<Remark>,
    ) -> Result<InvoiceLine> {
        let (mut description, mut cents, mut dollars) = (None, None, None);
        let mut remark = |text: String| remarks.push(Remark::new(json.place(item).0, text));
        for (name, value) in json.members(item)? {
            match name.as_str() {
                _ if value == "null" => {}
                "description" => {
                    let text = json.string(value).map_err(|error| error.in_field("description"))?;
                    description = Some(text);
                }
                "cents" => {
                    let amount = in_cents(json, value, numbers);
                    cents = Some(amount.map_err(|error| error.in_field("cents"))?);
                }
                "totalDollars" => {
                    let amount = in_dollars(json, value, numbers);
                    dollars = Some(amount.map_err(|error| error.in_field("totalDollars"))?);
                }
                // The call is not documented and may change: an amount that is passed over would be missing without a
                // word.
                _ if Meaning::of(&name) == Some(Meaning::Amount) => {
                    let message = format!(
                        "the field `{}` looks like an amount and would not be read: amounts are in `cents` and \
                         `totalDollars`",
                        quoted(&name)
                    );
                    return Err(json.fault(value, &message));
                }
                _ => remark(format!("item {place}: the field `{name}` is not read")),
            }
        }
        let Some(description) = description else {
            return Err(json.fault(item, "the item has no `description`"));
        };
        if let (Some(cents), Some(dollars)) = (cents, dollars)
            && cents != dollars
        {
            remark(format!("item {place}: `totalDollars` is {dollars}, `cents` add up to {cents}"));
        }
        let wording = self.wordings.interpret(&description);
        // The call leaves `cents` out where they are 0.
        let amount = cents.or(dollars).unwrap_or(Money::ZERO);
        Ok(InvoiceLine::new(place, description, amount, wording))
    }
}

impl InvoiceReader for DashboardInvoiceReader {
    fn read_invoice(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
        decode_text(bytes).and_then(|text| self.read_text(&text, file)).map_err(|error| error.in_file(file))
    }
}

/// Returns what a field beside the items says, if it is worth a remark.
///
/// The value of a field that is known is kept as JSON; of another one only the name is.
fn said(name: &str, value: &str) -> Option<String> {
    match (name, value) {
        ("hasUnpaidMidMonthInvoice", "false") | (_, "null") => None,
        ("hasUnpaidMidMonthInvoice" | "pricingDescription", _) => Some(format!("{name}: {value}")),
        _ => Some(format!("the field `{name}` is not read")),
    }
}

/// Returns why an answer without items is no invoice: what it says of an error, or the fields that it has.
///
/// The text is Cursor's own where the answer has one, such as `not_authenticated`, since it says most.
fn no_invoice<'a>(json: JsonText<'a>, members: &[(String, &'a str)]) -> Error {
    let said = members.iter().find(|(name, value)| is_error(name) && *value != "null");
    let message = match said {
        Some((name, value)) => {
            let text = json.string(value).unwrap_or_else(|_| (*value).to_owned());
            format!("this is no invoice: {name} {}", quoted(&text))
        }
        None => {
            let names: Vec<_> = members.iter().map(|(name, _)| quoted(name)).collect();
            let there = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
            format!("this is no invoice: there is no field `items`; there is: {there}")
        }
    };
    Error::new(ErrorKind::Invoice, message)
}

/// Returns a count of cents, every digit of it.
///
/// Of a number in JSON all digits are read; a float would turn 33.35 into another number.
fn in_cents<'a>(json: JsonText<'a>, value: &'a str, numbers: &mut NumberReader) -> Result<Money> {
    let amount = json.amount(value, numbers)?;
    let cents = amount.value.units();
    // Cents are read as if they were dollars, and then divided.
    if cents % 100 != 0 {
        return Err(json.fault(value, "an amount of cents has at most 22 decimals"));
    }
    if amount.currency().is_some() || !amount.fits(Currency::USD) {
        return Err(json.fault(value, "a count of cents has no currency"));
    }
    Ok(Money::from_units(cents / 100))
}

/// Reads an amount of US dollars: a number, or a text that may have a sign of the currency.
fn in_dollars<'a>(json: JsonText<'a>, value: &'a str, numbers: &mut NumberReader) -> Result<Money> {
    let amount = json.amount(value, numbers)?;
    if !amount.fits(Currency::USD) {
        return Err(json.fault(value, "the amount is not in US dollars"));
    }
    Ok(amount.value)
}

/// Returns whether a field of an answer is about a refusal.
fn is_error(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(&*name, "error" | "errors" | "message" | "detail" | "code" | "status" | "reason")
}
