//! The reader of an invoice in any of its forms.
//!
//! Each form has a reader of its own; this one picks it by the name and the content of a file, and hands it what the
//! caller knows. A program that takes invoices from people needs no other.

use cost_model::input::DecimalMark;
use cost_model::{Timestamp, Window};
use reconcile::readers::{CsvInvoiceReader, JsonInvoiceReader};
use reconcile::readers::{JsonText, decode_text};
use reconcile::{Error, ErrorKind, Invoice, InvoiceReader, Result};

use crate::dashboard::DashboardInvoiceReader;
use crate::pdf::reader::PdfTextReader;
use crate::wordings::CursorWordings;

/// Reads an invoice in the form that the file's name and content show: `.csv`; `.json` in the form of this workspace or of
/// the dashboard's answer; `.txt` of a PDF.
///
/// ```
/// use cost_model::Window;
/// use cursor_invoice::CursorInvoiceReader;
/// use reconcile::InvoiceReader;
///
/// let may = Window::days("2025-05-01".parse()?, "2025-06-01".parse()?)?;
/// let reader = CursorInvoiceReader::new().with_period(may);
/// let invoice = reader.read_invoice(b"description,amount\nCursor Teams seats,80.00\n", "may.csv")?;
/// assert_eq!(invoice.period, may);
/// let invoice = reader.read_invoice(br#"{"items":[{"description":"Cursor Teams seats","cents":8000}]}"#, "may.json")?;
/// assert_eq!(invoice.total()?, "80".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The ending of the file's name decides, in any letter case. `.tsv` is read as CSV, whose separator is found
/// anyway.
#[derive(Clone, Debug, Default)]
pub struct CursorInvoiceReader {
    period: Option<Window>,
    issued: Option<Timestamp>,
    decimal_mark: Option<DecimalMark>,
    accepts_difference: bool,
}

impl CursorInvoiceReader {
    /// Creates a reader of invoices that state their period themselves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the billing period. A CSV or JSON file that states another is refused; days that a PDF prints become a remark.
    #[must_use]
    pub fn with_period(mut self, period: Window) -> Self {
        self.period = Some(period);
        self
    }

    /// Sets the instant at which the invoice was issued. A CSV or JSON file that states another instant is refused; the day that a PDF prints
    /// becomes a remark.
    #[must_use]
    pub fn with_issued(mut self, issued: Timestamp) -> Self {
        self.issued = Some(issued);
        self
    }

    /// Sets the decimal mark of the file's numbers. Where it is not stated, a number that can be read in two ways is refused.
    ///
    /// ```
    /// use cost_model::{Window, input::DecimalMark};
    /// use cursor_invoice::CursorInvoiceReader;
    /// use reconcile::InvoiceReader;
    ///
    /// let may = Window::days("2025-05-01".parse()?, "2025-06-01".parse()?)?;
    /// let reader = CursorInvoiceReader::new().with_period(may).with_decimal_mark(DecimalMark::Comma);
    /// let invoice = reader.read_invoice("description;amount\nCursor Teams seats;80,50\n".as_bytes(), "may.csv")?;
    /// assert_eq!(invoice.total()?, "80.50".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_decimal_mark(mut self, mark: DecimalMark) -> Self {
        self.decimal_mark = Some(mark);
        self
    }

    /// Accepts the text of a PDF whose printed total is not the sum of its lines, as
    /// [`PdfTextReader::accept_difference`] does. Other forms are read all the same; [`Invoice::checks`] tells of it.
    #[must_use]
    pub fn accept_difference(mut self) -> Self {
        self.accepts_difference = true;
        self
    }

    /// Returns the same reader for another invoice of the same origin, without a stated period and instant of issue.
    ///
    /// The decimal mark stays: it belongs to the account's language and not to one invoice.
    #[must_use]
    pub fn of_another_invoice(self) -> Self {
        Self { period: None, issued: None, ..self }
    }

    /// Reads a table with the reader of `reconcile` and Cursor's wordings.
    fn read_csv(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
        let mut reader = CsvInvoiceReader::new(CursorWordings::new());
        if let Some(period) = self.period {
            reader = reader.with_period(period);
        }
        if let Some(issued) = self.issued {
            reader = reader.with_issued(issued);
        }
        if let Some(mark) = self.decimal_mark {
            reader = reader.with_decimal_mark(mark);
        }
        self.agreed(reader.read_invoice(bytes, file)?, file)
    }

    /// Reads JSON of either form, told apart by its fields.
    fn read_json(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
        if is_dashboard_answer(bytes) {
            return self.read_dashboard(bytes, file);
        }
        let mut reader = JsonInvoiceReader::new(CursorWordings::new());
        if let Some(period) = self.period {
            reader = reader.with_period(period);
        }
        if let Some(issued) = self.issued {
            reader = reader.with_issued(issued);
        }
        if let Some(mark) = self.decimal_mark {
            reader = reader.with_decimal_mark(mark);
        }
        self.agreed(reader.read_invoice(bytes, file)?, file)
    }

    /// Reads an answer of the dashboard.
    ///
    /// # Errors
    /// [`ErrorKind::Invoice`] where no period is set, since the answer does not tell its month.
    fn read_dashboard(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
        let period = self.period.ok_or_else(|| {
            let message = "the dashboard's answer does not say its month: state the period";
            Error::new(ErrorKind::Invoice, message).in_file(file)
        })?;
        let mut reader = DashboardInvoiceReader::new(period);
        if let Some(issued) = self.issued {
            reader = reader.with_issued(issued);
        }
        if let Some(mark) = self.decimal_mark {
            reader = reader.with_decimal_mark(mark);
        }
        reader.read_invoice(bytes, file)
    }

    /// Reads the text of a PDF.
    fn read_text(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
        let mut reader = PdfTextReader::new();
        if let Some(period) = self.period {
            reader = reader.with_period(period);
        }
        if let Some(issued) = self.issued {
            reader = reader.with_issued(issued);
        }
        if let Some(mark) = self.decimal_mark {
            reader = reader.with_decimal_mark(mark);
        }
        if self.accepts_difference {
            reader = reader.accept_difference();
        }
        reader.read_invoice(bytes, file)
    }

    /// Returns the invoice, unless it states another period or issue than the caller: neither is overruled without a word.
    fn agreed(&self, invoice: Invoice, file: &str) -> Result<Invoice> {
        let message = match (self.period, self.issued) {
            (Some(period), _) if period != invoice.period => {
                format!("the file states the period {}, and the caller {period}", invoice.period)
            }
            (_, issued @ Some(_)) if issued != invoice.issued => {
                "the file states another instant of issue than the caller".to_owned()
            }
            _ => return Ok(invoice),
        };
        Err(Error::new(ErrorKind::Invoice, message).in_file(file))
    }
}

impl InvoiceReader for CursorInvoiceReader {
    fn read_invoice(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
        match file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).as_deref() {
            Some("csv" | "tsv") => self.read_csv(bytes, file),
            Some("json") => self.read_json(bytes, file),
            Some("txt") => self.read_text(bytes, file),
            _ => {
                let message = "an invoice is a .csv, .json or .txt file";
                Err(Error::new(ErrorKind::Invoice, message).in_file(file))
            }
        }
    }
}

/// Returns whether JSON is an object without `lines`, which every invoice of our own form has: an answer of
/// the dashboard, or an error body.
///
/// Text that is no JSON is left to the reader of our own form, which says what is wrong with it.
fn is_dashboard_answer(bytes: &[u8]) -> bool {
    let Ok(text) = decode_text(bytes) else { return false };
    let json = JsonText::new(&text);
    let members = json.members(json.whole());
    members.is_ok_and(|members| {
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        names.contains(&"items") || (!names.contains(&"lines") && !names.contains(&"period"))
    })
}
