//! Invoices as text pasted from a PDF.

mod head;
mod row;
mod sheet;

use cost_model::Window;
use reconcile::{Invoice, InvoiceReader, Result, reading};

use crate::CursorWordings;
use sheet::Sheet;

/// Reads the text that one gets by selecting all of an invoice's PDF and copying it.
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
/// - Hard spaces count as blanks, and a description goes on over lines until the columns of figures follow: an amount
///   with a `$`, before it the quantity, or the quantity and the price of one. A figure behind a colon, as in
///   `totalling: $96.10` or `tokens: 0`, and a year behind a month are words of the description. Columns that were copied
///   one below the other are read as well.
/// - Lines stand below the headings `Description ... Amount`. `Subtotal` ends them; tax and discounts between it and
///   `Total` are lines too. `Total` is the invoice's stated total, `Amount due` only where there is none.
/// - Everything else, known or not, is kept verbatim in [`Invoice::remarks`]: the title, addresses, `Subtotal`, `Amount
///   due`, and text among the lines that has no amount. Only blank lines, `Invoice`, the headings, page numbers, and what
///   became a field or a line are not.
///
/// An invoice prints days only. Its period and its issue are read as midnight UTC, and the last day of the period as
/// the first of the next one; [`with_period`](Self::with_period) tells the instants. The number is the file's name, and
/// the currency USD, where the text does not say them.
///
/// ```
/// use cursor_invoice::PdfTextReader;
/// use reconcile::InvoiceReader;
///
/// let text = "Cursor Usage for May 2025\nInvoice number INV-0001\nBilling period May 1 – Jun 1, 2025\n\
///             Description Qty Unit price Amount\n979 token-based usage calls to o3,\ntotalling: $76.02 979 $0.08 $76.02\n\
///             Mid-month usage paid for May 2025 -$60.00\nTotal $16.02\n";
/// let invoice = PdfTextReader::new().read(text.as_bytes(), "invoice.txt")?;
/// assert_eq!((invoice.number.as_str(), invoice.lines.len()), ("INV-0001", 2));
/// assert_eq!(invoice.lines[0].description, "979 token-based usage calls to o3, totalling: $76.02");
/// assert_eq!(invoice.checks()?, []);
/// assert_eq!(invoice.remarks[0].text, "Cursor Usage for May 2025");
/// # Ok::<(), reconcile::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct PdfTextReader {
    wordings: CursorWordings,
    period: Option<Window>,
}

impl PdfTextReader {
    /// A reader of invoices that print their billing period.
    pub fn new() -> Self {
        Self::default()
    }

    /// The billing period to the instant, in place of the days that the text may print, which become a remark.
    #[must_use]
    pub fn with_period(mut self, period: Window) -> Self {
        self.period = Some(period);
        self
    }
}

impl InvoiceReader for PdfTextReader {
    fn read(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
        let read = |text| Sheet::new(&self.wordings, self.period).read(text)?.invoice(file);
        reading::text(bytes).and_then(read).map_err(|error| error.in_file(file))
    }
}
