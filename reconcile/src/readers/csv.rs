//! Invoices as CSV.
//!
//! The table itself, with its separators and comments, is read by `cost_model`; this file puts together the fields of
//! comments (`readers::csv_fields`), the columns (`readers::csv_columns`) and the sums among the rows
//! (`readers::sums`).

use cost_model::input::{DecimalMark, NumberReader, Table, TableOptions};
use cost_model::{Currency, Timestamp, Window};

use crate::error::invalid;
use crate::error::{Error, Result};
use crate::model::invoice::{Invoice, InvoiceReader, Remark, Wordings};
use crate::readers::csv_columns::{CsvColumns, check_currency, remarks, stated_currency};
use crate::readers::csv_fields::{Fields, check_currencies};
use crate::readers::json_text;
use crate::readers::sums::settle_rows;

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
/// - `period` is half-open. `currency` is USD if it is left out, `number` the file's name; `# total: 8751.30` may state
///   the grand total, `# issued: 2026-10-15T10:00:00Z` when it was issued, `# decimals: comma` that numbers are written as in
///   `1.234,56`. The names of these fields have any case. A field that appears twice is an error, and so is an unknown one that
///   looks like an amount, and a comment that names another currency; other comments are remarks.
/// - A column `unit_price` is read as well, and `currency`, which must be that of the invoice. Other columns are remarks,
///   or errors where they look like an amount, a date, a kind or a person.
/// - Columns are divided by commas, semicolons, tabs or bars. Numbers are those of [`NumberReader`].
/// - A line that begins with `#` below the names of the columns is a comment only if it has another number of cells than
///   there are columns.
/// - Rows that are sums of others are no lines; see [`settle_rows`].
///
/// Other layouts are read by [`with_columns`](Self::with_columns), and files without such comments by saying what they
/// leave out:
///
/// ```
/// # use cost_model::Window;
/// # use reconcile::InvoiceReader;
/// # use reconcile::invoice::{LineKind, Wording, Wordings};
/// # use reconcile::readers::{CsvColumns, CsvInvoiceReader};
/// # #[derive(Debug)]
/// # struct MyWordings;
/// # impl Wordings for MyWordings {
/// #     fn interpret(&self, _: &str) -> Wording { LineKind::Unrecognised.into() }
/// # }
/// let export = "Line Item,Qty,Price,Total\nSeats,3,40.00,120.00\n";
/// let reader = CsvInvoiceReader::new(MyWordings)
///     .with_columns(CsvColumns::new("line item", "total").quantity("qty").unit_price("price"))
///     .with_number("INV-0007")
///     .with_period(Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?);
/// let invoice = reader.read_invoice(export.as_bytes(), "export.csv")?;
/// assert_eq!(invoice.total()?, "120".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CsvInvoiceReader<W> {
    wordings: W,
    columns: CsvColumns,
    given: Fields,
    decimal_mark: Option<DecimalMark>,
}

impl<W: Wordings> CsvInvoiceReader<W> {
    /// Creates a reader that interprets lines by these wordings.
    pub fn new(wordings: W) -> Self {
        Self { wordings, columns: CsvColumns::default(), given: Fields::default(), decimal_mark: None }
    }

    /// Sets the names of the columns.
    #[must_use]
    pub fn with_columns(mut self, columns: CsvColumns) -> Self {
        self.columns = columns;
        self
    }

    /// Sets the number of an invoice that does not state it.
    #[must_use]
    pub fn with_number(mut self, number: impl Into<String>) -> Self {
        self.given.number = Some(number.into());
        self
    }

    /// Sets the billing period of an invoice that does not state it.
    #[must_use]
    pub fn with_period(mut self, period: Window) -> Self {
        self.given.period = Some(period);
        self
    }

    /// Sets the currency of an invoice that does not state it.
    #[must_use]
    pub fn with_currency(mut self, currency: Currency) -> Self {
        self.given.currency = Some(currency);
        self
    }

    /// Sets the instant at which an invoice that does not state it was issued.
    #[must_use]
    pub fn with_issued(mut self, issued: Timestamp) -> Self {
        self.given.issued = Some(issued);
        self
    }

    /// Sets the decimal mark of a file that does not state it. Without one, a number that can be read in two ways is refused.
    /// See [`NumberReader`](cost_model::input::NumberReader) for what can be read in two ways.
    #[must_use]
    pub fn with_decimal_mark(mut self, mark: DecimalMark) -> Self {
        self.decimal_mark = Some(mark);
        self
    }

    /// Reads the table once. Comments above the header are needed before the rows, for the decimal mark; those below
    /// are known only after the last row, so that fields are read again then.
    fn read_text(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
        let text = json_text::decode_text(bytes)?;
        let mut table = Table::new(&text, TableOptions::with_comments())?;
        // Read twice: the rows need the decimal mark from above them, and comments may be below them as well.
        let above = Fields::read(table.comments())?;
        let mark = above.decimals.or(self.decimal_mark);
        let mut numbers = NumberReader::new(mark);
        let (places, unread) = self.columns.find(&table)?;
        let mut rows = Vec::new();
        while let Some(row) = table.next() {
            let row = row?;
            table.refuse_unread_amounts(&row, &unread, self.columns.passed_over())?;
            let read = places.line(&table, &row, &mut numbers, &self.wordings);
            rows.push(read.map_err(|problem| hint_at_comments(problem.into(), row.text(Some(0))))?);
        }
        let fields = Fields::read(table.comments())?;
        if fields.decimals != above.decimals {
            return Err(invalid("`# decimals` must stand above the names of the columns"));
        }
        let currency = stated_currency(&rows, fields.currency)?;
        let mut invoice = fields.over(&self.given).invoice(currency, &mut numbers, file)?;
        numbers.finish()?;
        check_currency(&rows, &invoice)?;
        check_currencies(table.comments(), invoice.currency)?;
        if rows.is_empty() {
            return Err(invalid("there is no line below the header").on_line(table.header_line()));
        }
        invoice.remarks.extend(remarks(&unread, table.header_line()));
        let comments = table.comments().iter().filter(|comment| !Fields::is_field(comment));
        let comments = comments.map(|comment| Remark::new(comment.line, comment.text.trim()));
        invoice.remarks.extend(comments.filter(|remark| !remark.text.is_empty()));
        settle_rows(&mut invoice, rows.into_iter().map(|read| read.line).collect())?;
        invoice.remarks.sort_by_key(|remark| remark.line);
        Ok(invoice)
    }
}

impl<W: Wordings> InvoiceReader for CsvInvoiceReader<W> {
    fn read_invoice(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
        self.read_text(bytes, file).map_err(|error| error.in_file(file))
    }
}

/// Says when a line that begins with `#` is none, where such a line cannot be read.
fn hint_at_comments(error: Error, first_cell: &str) -> Error {
    if first_cell.starts_with('#') {
        return error.and(
            "a line that begins with `#` is a comment only if it has another number of cells than the header",
        );
    }
    error
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;
    use crate::model::invoice::{LineKind, Wording};

    #[derive(Debug)]
    struct NoWordings;

    impl Wordings for NoWordings {
        fn interpret(&self, _: &str) -> Wording {
            LineKind::Unrecognised.into()
        }
    }

    fn read(csv: &str) -> Result<Invoice> {
        CsvInvoiceReader::new(NoWordings).read_invoice(csv.as_bytes(), "invoice.csv")
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
            "invoice.csv: there is no line like `# period: 2026-09-14T09:30:00Z/2026-10-14T09:30:00Z`, and no period was \
             given",
        );
        fails(
            "# period: yesterday\n",
            "invoice.csv:1: period: `yesterday` is not two days or instants with a `/` between",
        );
        fails(
            "# period: 14.9.2026/2026-10-14\n",
            "invoice.csv:1: period: `14.9.2026` is not an instant like 2026-09-14T09:30:00Z or a day like 2026-09-14",
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
            let message = format!(
                "invoice.csv:3: amount: `{amount}` is not an amount like 96.10: its commas and points"
            );
            let error = read(&format!("{HEAD}Tax,,\"{amount}\"\n")).unwrap_err().to_string();
            assert!(error.starts_with(&message), "{error}");
        }
        fails(&format!("{HEAD}Tax,few,1\n"), "invoice.csv:3: quantity: `few` is not a number");
        fails(&format!("{HEAD}Tax,1\n"), "invoice.csv:3: the row has 2 fields, and the header 3");
        fails(HEAD, "invoice.csv:2: there is no line below the header");
        fails(
            &HEAD.replace("amount", "total"),
            "invoice.csv:2: there is no `amount` column; expected the header description,quantity,amount, and there is: \
             description, quantity, total",
        );
    }
}
