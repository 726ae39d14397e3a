//! The reader of the text of a PDF.

use cost_model::input::DecimalMark;
use cost_model::{Timestamp, Window};
use reconcile::readers::decode_text;
use reconcile::{Invoice, InvoiceReader, Result};

use crate::pdf::options::Options;
use crate::pdf::sheet::Sheet;
use crate::wordings::CursorWordings;

/// Reads the text of an invoice's PDF, as copied from a viewer by selecting all of it.
///
/// ```text
/// Invoice
/// Cursor Usage for September 2026
/// Invoice number INV-0006
/// Date of issue October 15, 2026
/// Billing period Sep 14 – Oct 14, 2026
/// Description Qty Unit price Amount
/// token-based usage calls to gpt-5.4, totaling:
/// $36.00. Input tokens: 0, Output tokens: 0, Cache
/// write tokens: 0, Cache read tokens: 0 1,200 $0.03 $36.00
/// Minimum fee $2,000.00
/// Subtotal $2,036.00
/// Tax $167.97
/// Total $2,203.97
/// Amount due $2,203.97 USD
/// ```
///
/// - Text that was copied from a viewer and text of `pdftotext -layout`, where wide gaps divide the columns, are both read.
/// - Hard spaces count as blanks, and a description goes on over lines until the columns of figures follow: an amount
///   with a currency (`$`, `US$`, `$US`, `€`, `USD`), before it the rate of a tax if a heading names one, the quantity, or the
///   quantity and the price of one. A figure behind a colon, as in `totalling: $96.10` or `tokens: 0`, and a year behind a
///   month are words of the description. Columns that were copied one below the other are read as well. In laid out text,
///   words below a row with figures belong to it.
/// - Lines stand below the headings `Description ... Amount`. `Subtotal` ends them; tax and discounts between it and
///   `Total` are lines too, unless the lines above add up to the total by themselves. `Total` is the invoice's stated total;
///   where there is none, it follows from what is due and paid.
/// - The lines must add up to the printed total, else the reading is an error that names the difference: text that could not be
///   read may bill something. [`accept_difference`](Self::accept_difference) reads an invoice that is itself wrong.
/// - Everything else, known or not, is kept verbatim in [`Invoice::remarks`]: the title, addresses, `Subtotal`, `Amount
///   due`, days below lines, and text among the lines that has no amount. Only blank lines, `Invoice`, the headings, page
///   numbers, and what became a field or a line are not.
/// - Labels, headings and months are known in English, French, German, Spanish, Italian, Dutch and Portuguese. Decimal commas
///   are read where they are [stated](Self::with_decimal_mark).
///
/// An invoice prints days only. Its period and its issue are read as midnight UTC, and the last day of the period as
/// the first of the next one; [`with_period`](Self::with_period) sets the instants. Without a line `Billing period`, days that
/// stand below the lines are the period if they are all the same. The number is the file's name, and the currency USD, where the
/// text does not say them.
///
/// ```
/// use cursor_invoice::PdfTextReader;
/// use reconcile::InvoiceReader;
///
/// let text = "Cursor Usage for May 2025\nInvoice number INV-0001\nBilling period May 1 – Jun 1, 2025\n\
///             Description Qty Unit price Amount\n979 token-based usage calls to o3,\ntotalling: $76.02 979 $0.08 $76.02\n\
///             Mid-month usage paid for May 2025 -$60.00\nTotal $16.02\n";
/// let invoice = PdfTextReader::new().read_invoice(text.as_bytes(), "invoice.txt")?;
/// assert_eq!((invoice.number.as_str(), invoice.lines.len()), ("INV-0001", 2));
/// assert_eq!(invoice.lines[0].description, "979 token-based usage calls to o3, totalling: $76.02");
/// assert_eq!(invoice.checks()?, []);
/// assert_eq!(invoice.remarks[0].text, "Cursor Usage for May 2025");
/// # Ok::<(), reconcile::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct PdfTextReader {
    wordings: CursorWordings,
    options: Options,
}

impl PdfTextReader {
    /// Creates a reader of invoices that print their billing period.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the exact billing period, in place of the days that the text may print, which become a remark.
    ///
    /// ```
    /// use cost_model::{Timestamp, Window};
    /// use cursor_invoice::PdfTextReader;
    /// use reconcile::InvoiceReader;
    ///
    /// let at = |text: &str| text.parse::<Timestamp>();
    /// let cycle = Window::new(at("2025-05-01T09:30:00Z")?, at("2025-06-01T09:30:00Z")?)?;
    /// let text = "Description Amount\nCursor Teams seats $80.00\nTotal $80.00\n";
    /// let invoice = PdfTextReader::new().with_period(cycle).read_invoice(text.as_bytes(), "may.txt")?;
    /// assert_eq!((invoice.period, invoice.number.as_str()), (cycle, "may.txt"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_period(mut self, period: Window) -> Self {
        self.options.period = Some(period);
        self
    }

    /// Sets the instant at which the invoice was issued, in place of the day that the text may print, which becomes a remark.
    #[must_use]
    pub fn with_issued(mut self, issued: Timestamp) -> Self {
        self.options.issued = Some(issued);
        self
    }

    /// Sets the decimal mark of its amounts. Without one, a number that can be read in two ways is refused.
    ///
    /// ```
    /// use cost_model::input::DecimalMark;
    /// use cursor_invoice::PdfTextReader;
    /// use reconcile::InvoiceReader;
    ///
    /// let text = "Billing period May 1 – Jun 1, 2025\nDescription Amount\nCursor Teams seats 1.080,00 €\nTotal 1.080,00 €\n";
    /// let reader = PdfTextReader::new().with_decimal_mark(DecimalMark::Comma);
    /// assert_eq!(reader.read_invoice(text.as_bytes(), "may.txt")?.total()?, "1080".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_decimal_mark(mut self, mark: DecimalMark) -> Self {
        self.options.decimal_mark = Some(mark);
        self
    }

    /// Accepts an invoice whose printed total is not the sum of its lines. Text that has no amount is an error then.
    ///
    /// ```
    /// use cursor_invoice::PdfTextReader;
    /// use reconcile::InvoiceReader;
    ///
    /// let text = "Billing period May 1 – Jun 1, 2025\nDescription Amount\nCursor Teams seats $80.00\nTotal $81.00\n";
    /// let reader = PdfTextReader::new();
    /// assert!(reader.read_invoice(text.as_bytes(), "may.txt").is_err());
    /// let invoice = reader.accept_difference().read_invoice(text.as_bytes(), "may.txt")?;
    /// assert_eq!((invoice.total()?, invoice.checks()?.len()), ("81".parse()?, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn accept_difference(mut self) -> Self {
        self.options.accepts_difference = true;
        self
    }
}

impl InvoiceReader for PdfTextReader {
    fn read_invoice(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
        let text = decode_text(bytes);
        let sheet =
            text.and_then(|text| Sheet::new(&self.options).read_lines(&text)?.invoice(&self.wordings, file));
        sheet.map_err(|error| error.in_file(file))
    }
}
