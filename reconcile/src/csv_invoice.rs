//! Invoices as CSV.

use chrono::{DateTime, Utc};
use cost_model::{Currency, Money, Timestamp, Window};
use rust_decimal::Decimal;

use crate::{Error, ErrorKind, Invoice, InvoiceLine, InvoiceReader, LineKind, Result, Wordings};

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
/// the grand total, `# issued: 2026-10-15T10:00:00Z` when it was issued. A column `unit_price` is read as well. Other comments and columns are passed over. Amounts may carry a `$` and thousands separators; a
/// decimal comma is an error.
#[derive(Clone, Copy, Debug)]
pub struct CsvInvoiceReader<W> {
    wordings: W,
}

impl<W: Wordings> CsvInvoiceReader<W> {
    /// A reader that knows these wordings.
    pub fn new(wordings: W) -> Self {
        Self { wordings }
    }
}

impl<W: Wordings> InvoiceReader for CsvInvoiceReader<W> {
    fn read(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
        read(bytes, file, &self.wordings).map_err(|error| error.in_file(file))
    }
}

fn read(bytes: &[u8], file: &str, wordings: &dyn Wordings) -> Result<Invoice> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line =
            1 + bytes.iter().take(error.valid_up_to()).map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        invalid("the text is not UTF-8").on_line(line)
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut invoice = header_fields(text, file)?;
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| malformed(&error))?.clone();
    let columns = Columns::new(&header)?;
    for row in reader.records() {
        let row = row.map_err(|error| malformed(&error))?;
        let line = row.position().map_or(0, |before| line_of_row(text, before));
        invoice
            .lines
            .push(columns.line(&row, line, header.len(), wordings).map_err(|error| error.on_line(line))?);
    }
    if invoice.lines.is_empty() {
        return Err(invalid("there is no line below the header"));
    }
    Ok(invoice)
}

/// The fields that stand in comment lines.
fn header_fields(text: &str, file: &str) -> Result<Invoice> {
    let (mut number, mut period, mut currency) = (file.to_owned(), None, Currency::USD);
    let (mut issued, mut total) = (None, None);
    for (line, comment) in comments(text) {
        let Some((key, value)) = comment.split_once(':') else { continue };
        let value = value.trim();
        match key.trim() {
            "number" => value.clone_into(&mut number),
            "period" => period = Some(parse_period(value).map_err(|error| error.on_line(line))?),
            "currency" => {
                currency = value.parse().map_err(|_| {
                    let message = format!("`{value}` is not a three-letter currency code such as USD");
                    invalid(message).in_field("currency").on_line(line)
                })?;
            }
            "issued" => {
                issued = Some(value.parse().map_err(|_| {
                    let message = format!("`{value}` is not an instant like 2026-09-14T09:30:00Z");
                    invalid(message).in_field("issued").on_line(line)
                })?);
            }
            "total" => {
                total = Some(parse_amount(value).map_err(|error| error.in_field("total").on_line(line))?);
            }
            _ => {}
        }
    }
    let Some(period) = period else {
        return Err(invalid("there is no line like `# period: 2026-09-14T09:30:00Z/2026-10-14T09:30:00Z`"));
    };
    let mut invoice = Invoice::new(number, period, currency);
    invoice.issued = issued;
    invoice.stated_total = total;
    Ok(invoice)
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

/// A decimal amount, with an optional sign before or after an optional `$`, and optional thousands separators.
fn parse_amount(text: &str) -> Result<Money> {
    let digits: String = text.chars().filter(|each| !matches!(each, '$' | ' ' | '\u{a0}')).collect();
    let amount = without_separators(&digits).and_then(|digits| digits.parse().ok());
    amount.ok_or_else(|| invalid(format!("`{text}` is not an amount like 96.10")))
}

/// A number without its thousands separators; `None` if a comma stands elsewhere, as a decimal comma does.
fn without_separators(number: &str) -> Option<String> {
    let whole = number.split_once('.').map_or(number, |(whole, _)| whole);
    let commas = number.matches(',').count();
    let thousands = whole.split(',').skip(1).filter(|group| group.len() == 3).count();
    (commas == thousands).then(|| number.replace(',', ""))
}

struct Columns {
    description: usize,
    quantity: Option<usize>,
    unit_price: Option<usize>,
    amount: usize,
}

impl Columns {
    fn new(header: &csv::StringRecord) -> Result<Self> {
        let find = |name: &str| header.iter().position(|each| each.eq_ignore_ascii_case(name));
        let need = |name: &str| {
            find(name).ok_or_else(|| {
                invalid(format!(
                    "there is no `{name}` column; expected the header description,quantity,amount"
                ))
            })
        };
        Ok(Self {
            description: need("description")?,
            quantity: find("quantity"),
            unit_price: find("unit_price"),
            amount: need("amount")?,
        })
    }

    fn line(
        &self,
        row: &csv::StringRecord,
        line: u64,
        length: usize,
        wordings: &dyn Wordings,
    ) -> Result<InvoiceLine> {
        if row.len() != length {
            return Err(invalid(format!("the line has {} fields, the header {length}", row.len())));
        }
        let description = row.get(self.description).unwrap_or_default();
        let amount = parse_amount(row.get(self.amount).unwrap_or_default())
            .map_err(|error| error.in_field("amount"))?;
        let quantity = match self.quantity.and_then(|index| row.get(index)).unwrap_or_default() {
            "" => None,
            text => Some(
                without_separators(text)
                    .and_then(|digits| Decimal::from_str_exact(&digits).ok())
                    .ok_or_else(|| invalid(format!("`{text}` is not a number")).in_field("quantity"))?,
            ),
        };
        let unit_price = match self.unit_price.and_then(|index| row.get(index)).unwrap_or_default() {
            "" => None,
            text => Some(parse_amount(text).map_err(|error| error.in_field("unit_price"))?),
        };
        let mut wording = wordings.read(description);
        if let LineKind::Usage(usage) = &mut wording.kind {
            let counts_requests = usage.requests.is_some();
            let whole = quantity.and_then(|quantity| u64::try_from(quantity).ok());
            usage.calls = usage.calls.or(whole.filter(|_| !counts_requests));
        }
        let description = description.to_owned();
        Ok(InvoiceLine { line, description, quantity, unit_price, amount, wording })
    }
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

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Invoice, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Wording;

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
