//! Invoices as the dashboard's own call answers them.

use cost_model::{Currency, Money, Window};
use reconcile::reading::{self, JsonText};
use reconcile::{Error, ErrorKind, Invoice, InvoiceLine, InvoiceReader, Remark, Result, Wordings};

use crate::CursorWordings;

/// Reads a saved answer of the dashboard's call for the invoice of a month. The call is private to Cursor's dashboard:
/// this reads what a person has exported, and asks nobody.
///
/// ```json
/// { "items": [{ "description": "979 token-based usage calls to claude-3.7-sonnet, totalling: $76.02", "cents": 7602 },
///             { "description": "Mid-month usage paid for May 2025", "cents": -12000 }],
///   "pricingDescription": { "description": "1. Chat, Cmd-K ...", "id": "..." },
///   "hasUnpaidMidMonthInvoice": false }
/// ```
///
/// `cents` may have a fraction, of which every digit is kept. Where they are left out, the line asks for `totalDollars`,
/// and without those for nothing: the answer leaves out what is 0. The answer does not tell its month, so the period
/// comes from the caller; the invoice's number is the file's name; amounts are in US dollars.
///
/// What else the answer says is in [`Invoice::remarks`]: the pricing's description, `hasUnpaidMidMonthInvoice: true`
/// (usage of the month was asked for on another invoice that is not paid yet, so no line takes it off), two amounts of an
/// item that differ, and the names of fields that nobody knows.
///
/// ```
/// use cost_model::Window;
/// use cursor_invoice::DashboardInvoiceReader;
/// use reconcile::InvoiceReader;
///
/// let json = r#"{ "items": [{ "description": "14 discounted requests", "cents": 33.5 }], "hasUnpaidMidMonthInvoice": true }"#;
/// let may = Window::days("2025-05-01".parse()?, "2025-06-01".parse()?)?;
/// let invoice = DashboardInvoiceReader::new(may).read(json.as_bytes(), "may.json")?;
/// assert_eq!(invoice.total()?, "0.335".parse()?);
/// assert_eq!(invoice.remarks[0].text, "hasUnpaidMidMonthInvoice: true");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct DashboardInvoiceReader {
    wordings: CursorWordings,
    period: Window,
}

impl DashboardInvoiceReader {
    /// A reader of the invoice of this period. Whether a month in the dashboard is a calendar month or a billing cycle
    /// is not documented, and has changed.
    pub fn new(period: Window) -> Self {
        Self { wordings: CursorWordings::new(), period }
    }

    fn read_text(&self, text: &str, file: &str) -> Result<Invoice> {
        let json = JsonText::new(text);
        let mut invoice = Invoice::new(file, self.period, Currency::USD);
        for (name, value) in json.members(json.whole())? {
            if name == "items" && value != "null" {
                let items = json.elements(value).map_err(|error| error.in_field("items"))?;
                for (place, item) in (1..).zip(items) {
                    self.read_item(json, item, place, &mut invoice)?;
                }
            } else if let Some(said) = said(&name, value) {
                invoice.remarks.push(Remark::new(json.place(value).0, said));
            }
        }
        if invoice.lines.is_empty() {
            let message = "there is no item in `items`: nothing was asked for in that month";
            return Err(Error::new(ErrorKind::Invoice, message));
        }
        Ok(invoice)
    }

    fn read_item<'a>(
        &self,
        json: JsonText<'a>,
        item: &'a str,
        place: u64,
        invoice: &mut Invoice,
    ) -> Result<()> {
        let (mut description, mut cents, mut dollars) = (None, None, None);
        let mut remark = |text: String| invoice.remarks.push(Remark::new(json.place(item).0, text));
        for (name, value) in json.members(item)? {
            match name.as_str() {
                _ if value == "null" => {}
                "description" => {
                    let text = json.string(value).map_err(|error| error.in_field("description"))?;
                    description = Some(text);
                }
                "cents" => cents = Some(in_cents(json, value).map_err(|error| error.in_field("cents"))?),
                "totalDollars" => {
                    let amount = json.amount(value).map_err(|error| error.in_field("totalDollars"))?;
                    dollars = Some(amount);
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
            remark(format!("item {place}: `totalDollars` is {dollars}, `cents` come to {cents}"));
        }
        let wording = self.wordings.read(&description);
        let amount = cents.or(dollars).unwrap_or(Money::ZERO);
        invoice.lines.push(InvoiceLine::new(place, description, amount, wording));
        Ok(())
    }
}

impl InvoiceReader for DashboardInvoiceReader {
    fn read(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
        reading::text(bytes).and_then(|text| self.read_text(text, file)).map_err(|error| error.in_file(file))
    }
}

/// What a field beside the items says, if it is worth a remark.
fn said(name: &str, value: &str) -> Option<String> {
    match (name, value) {
        ("hasUnpaidMidMonthInvoice", "false") | (_, "null") => None,
        ("hasUnpaidMidMonthInvoice" | "pricingDescription", _) => Some(format!("{name}: {value}")),
        _ => Some(format!("the field `{name}` is not read")),
    }
}

/// A count of cents, every digit of it.
fn in_cents<'a>(json: JsonText<'a>, value: &'a str) -> Result<Money> {
    let cents = json.amount(value)?.units();
    if cents % 100 != 0 {
        return Err(json.fault(value, "an amount of cents has at most 22 decimals"));
    }
    Ok(Money::from_units(cents / 100))
}
