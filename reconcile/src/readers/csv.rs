//! Invoices as CSV.

use chrono::{DateTime, Utc};
use cost_model::{Currency, Money, Timestamp, Window};

use super::csv_columns::CsvColumns;
use super::reading::{self, invalid};
use crate::{Error, Invoice, InvoiceReader, Result, Wordings};

/// Reads an invoice from CSV with header fields as comment lines:
///
/// ```csv
/// # number: INV-0007
/// # period: 2026-09-14T09:30:00Z/2026-10-14T09:30:00Z
/// # currency: USD
/// description,quantity,amount
/// "412 token-based usage calls to claude-4.5-sonnet, totalling: $96.10",412,96.10
/// "Cursor Teams seats",200,8000.00
/// "Tax",,655.20
/// ```
///
/// `period` is half-open. `currency` is USD if it is left out, `number` the file's name; `# total: 8751.30` may state
/// the grand total, `# issued: 2026-10-15T10:00:00Z` when it was issued. A column `unit_price` is read as well. Other
/// comments and columns are passed over. Amounts may carry a `$` and thousands separators; a decimal comma is an error.
///
/// Other layouts are read by [`with_columns`](Self::with_columns), and files without such comments by saying what they
/// leave out:
///
/// ```
/// # use cost_model::Window;
/// # use reconcile::{CsvColumns, CsvInvoiceReader, InvoiceReader, LineKind, Wording, Wordings};
/// # #[derive(Debug)]
/// # struct MyWordings;
/// # impl Wordings for MyWordings {
/// #     fn read(&self, _: &str) -> Wording { LineKind::Unrecognised.into() }
/// # }
/// let export = "Line Item,Qty,Price,Total\nSeats,3,40.00,120.00\n";
/// let reader = CsvInvoiceReader::new(MyWordings)
///     .with_columns(CsvColumns::new("line item", "total").quantity("qty").unit_price("price"))
///     .with_number("INV-0007")
///     .with_period(Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?);
/// let invoice = reader.read(export.as_bytes(), "export.csv")?;
/// assert_eq!(invoice.total()?, "120".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CsvInvoiceReader<W> {
    wordings: W,
    columns: CsvColumns,
    header: Header,
}

/// The fields above the lines, as far as they are known.
#[derive(Clone, Debug, Default)]
struct Header {
    number: Option<String>,
    period: Option<Window>,
    currency: Option<Currency>,
    issued: Option<Timestamp>,
    total: Option<Money>,
}

impl<W: Wordings> CsvInvoiceReader<W> {
    /// A reader that knows these wordings.
    pub fn new(wordings: W) -> Self {
        Self { wordings, columns: CsvColumns::default(), header: Header::default() }
    }

    /// Reads a file with other columns.
    #[must_use]
    pub fn with_columns(mut self, columns: CsvColumns) -> Self {
        self.columns = columns;
        self
    }

    /// The number of an invoice that does not say it.
    #[must_use]
    pub fn with_number(mut self, number: impl Into<String>) -> Self {
        self.header.number = Some(number.into());
        self
    }

    /// The billing period of an invoice that does not say it.
    #[must_use]
    pub fn with_period(mut self, period: Window) -> Self {
        self.header.period = Some(period);
        self
    }

    /// The currency of an invoice that does not say it.
    #[must_use]
    pub fn with_currency(mut self, currency: Currency) -> Self {
        self.header.currency = Some(currency);
        self
    }

    /// When an invoice that does not say it was issued.
    #[must_use]
    pub fn with_issued(mut self, issued: Timestamp) -> Self {
        self.header.issued = Some(issued);
        self
    }

    fn read_text(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
        let text = reading::text(bytes)?;
        let mut invoice = self.header.clone().over(text)?.invoice(file)?;
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(text.as_bytes());
        let places = self.columns.find(reader.headers().map_err(|error| malformed(&error))?)?;
        for row in reader.records() {
            let row = row.map_err(|error| malformed(&error))?;
            let line = row.position().map_or(0, |before| line_of_row(text, before));
            let read = places.line(&row, line, &self.wordings);
            invoice.lines.push(read.map_err(|error| error.on_line(line))?);
        }
        if invoice.lines.is_empty() {
            return Err(invalid("there is no line below the header"));
        }
        Ok(invoice)
    }
}

impl<W: Wordings> InvoiceReader for CsvInvoiceReader<W> {
    fn read(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
        self.read_text(bytes, file).map_err(|error| error.in_file(file))
    }
}

impl Header {
    /// The fields with those that stand in comment lines in their place.
    fn over(mut self, text: &str) -> Result<Self> {
        for (line, comment) in comments(text) {
            if let Some((key, value)) = comment.split_once(':') {
                self.take(key.trim(), value.trim()).map_err(|error| error.on_line(line))?;
            }
        }
        Ok(self)
    }

    fn take(&mut self, key: &str, value: &str) -> Result<()> {
        match key {
            "number" => self.number = Some(value.to_owned()),
            "period" => self.period = Some(parse_period(value)?),
            "currency" => {
                let message = || format!("`{value}` is not a three-letter currency code such as USD");
                let currency = value.parse().map_err(|_| invalid(message()).in_field("currency"))?;
                self.currency = Some(currency);
            }
            "issued" => {
                let message = || format!("`{value}` is not an instant like 2026-09-14T09:30:00Z");
                self.issued = Some(value.parse().map_err(|_| invalid(message()).in_field("issued"))?);
            }
            "total" => {
                self.total = Some(reading::amount(value).map_err(|error| error.in_field("total"))?);
            }
            _ => {}
        }
        Ok(())
    }

    fn invoice(self, file: &str) -> Result<Invoice> {
        let period = self.period.ok_or_else(|| {
            invalid("there is no line like `# period: 2026-09-14T09:30:00Z/2026-10-14T09:30:00Z`")
        })?;
        let number = self.number.unwrap_or_else(|| file.to_owned());
        let mut invoice = Invoice::new(number, period, self.currency.unwrap_or(Currency::USD));
        invoice.issued = self.issued;
        invoice.stated_total = self.total;
        Ok(invoice)
    }
}

/// The comment lines with their numbers. A line inside a quoted field is none.
fn comments(text: &str) -> impl Iterator<Item = (u64, &str)> {
    let mut quoted = false;
    (1..).zip(text.lines()).filter_map(move |(line, text)| match text.strip_prefix('#') {
        Some(comment) if !quoted => Some((line, comment)),
        _ => {
            quoted ^= text.matches('"').count() % 2 == 1;
            None
        }
    })
}

fn parse_period(text: &str) -> Result<Window> {
    let fail = |message: String| invalid(message).in_field("period");
    let (start, end) = text
        .split_once('/')
        .ok_or_else(|| fail(format!("`{text}` is not two instants with a `/` between")))?;
    let instant = |text: &str| {
        let parsed = text.trim().parse::<DateTime<Utc>>();
        parsed
            .map(Timestamp::from)
            .map_err(|_| fail(format!("`{text}` is not an instant like 2026-09-14T09:30:00Z")))
    };
    let (start, end) = (instant(start)?, instant(end)?);
    Window::new(start, end).map_err(|_| fail("the period must end after it starts".to_owned()))
}

/// The line a row begins on. The reader only knows the place before any comments and blank lines above the row.
fn line_of_row(text: &str, before: &csv::Position) -> u64 {
    let above = usize::try_from(before.byte()).ok().and_then(|start| text.get(start..)).unwrap_or_default();
    let skipped =
        above.split_inclusive('\n').take_while(|line| line.starts_with('#') || line.trim().is_empty());
    before.line() + skipped.map(|_| 1).sum::<u64>()
}

fn malformed(error: &csv::Error) -> Error {
    let invalid = invalid("the lines are not CSV");
    match error.position() {
        Some(position) => invalid.on_line(position.line()),
        None => invalid,
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;
    use crate::{LineKind, Wording};

    #[derive(Debug)]
    struct NoWordings;

    impl Wordings for NoWordings {
        fn read(&self, _: &str) -> Wording {
            LineKind::Unrecognised.into()
        }
    }

    fn read(csv: &str) -> Result<Invoice> {
        CsvInvoiceReader::new(NoWordings).read(csv.as_bytes(), "invoice.csv")
    }

    const HEAD: &str = "# period: 2026-09-14T09:30:00Z/2026-10-14T09:30:00Z\ndescription,quantity,amount\n";

    #[test]
    fn fields_lines_and_amounts_are_read() {
        let csv = "\u{feff}# a remark: not a field\n# number: INV-7\n# period: 2026-09-14T09:30:00Z/2026-10-14T09:30:00Z\n\
                   # total: $8,000.00\ndescription,note,quantity,amount\n\n\"Seats, all\",x,\"1,200\",\"$8,040.00\"\n\
                   # between\nCredit,,,-$40.00\n";
        let invoice = read(csv).unwrap();
        assert_eq!(invoice.number, "INV-7");
        assert_eq!(invoice.period.start().to_string(), "2026-09-14T09:30:00Z");
        assert_eq!(invoice.stated_total, Some("8000".parse().unwrap()));
        assert_eq!(invoice.sum_of_lines().unwrap().to_string(), "8000");
        assert_eq!(invoice.lines[0].quantity, Some(Decimal::from(1200)));
        assert_eq!((invoice.lines[0].line, invoice.lines[1].line), (7, 9));
        assert_eq!(invoice.lines[0].description, "Seats, all");
    }

    #[track_caller]
    fn fails(csv: &str, message: &str) {
        assert_eq!(read(csv).unwrap_err().to_string(), message);
    }

    #[test]
    fn errors_name_file_line_and_field() {
        fails(
            "description,amount\nTax,1\n",
            "invoice.csv: there is no line like `# period: 2026-09-14T09:30:00Z/2026-10-14T09:30:00Z`",
        );
        fails(
            "# period: yesterday\n",
            "invoice.csv:1: period: `yesterday` is not two instants with a `/` between",
        );
        fails(
            "# period: 2026-09-14/2026-10-14\n",
            "invoice.csv:1: period: `2026-09-14` is not an instant like 2026-09-14T09:30:00Z",
        );
        fails(
            "# period: 2026-10-14T09:30:00Z/2026-09-14T09:30:00Z\n",
            "invoice.csv:1: period: the period must end after it starts",
        );
        fails(
            "# currency: dollars\n",
            "invoice.csv:1: currency: `dollars` is not a three-letter currency code such as USD",
        );
        fails(&format!("{HEAD}Tax,,many\n"), "invoice.csv:3: amount: `many` is not an amount like 96.10");
        for amount in ["96,10", "1,2345", "1.234,567", "12,"] {
            let message = format!("invoice.csv:3: amount: `{amount}` is not an amount like 96.10");
            fails(&format!("{HEAD}Tax,,\"{amount}\"\n"), &message);
        }
        fails(&format!("{HEAD}Tax,few,1\n"), "invoice.csv:3: quantity: `few` is not a number");
        fails(&format!("{HEAD}Tax,1\n"), "invoice.csv:3: the line has 2 fields, the header 3");
        fails(HEAD, "invoice.csv: there is no line below the header");
        fails(
            &HEAD.replace("amount", "total"),
            "invoice.csv: there is no `amount` column; expected the header description,quantity,amount",
        );
    }
}
