//! An invoice as text copied from a PDF: what was laid out in columns comes in lines, and long cells are broken.

use std::fmt::Write as _;

use crate::amount::CENT;
use crate::biller::bill::Bill;
use crate::biller::invoice_line::{InvoiceLine, LineKind};
use crate::biller::wording::grouped;
use crate::calendar::instant;

/// The width of the column of descriptions, in bytes.
const WIDTH: usize = 48;

impl Bill {
    /// Returns the text that one gets by copying a PDF of the invoice.
    ///
    /// It has what makes such texts hard to read: wording broken over several lines, no-break blanks, and dates
    /// without a time of day.
    pub fn pdf_text(&self) -> String {
        let tax = self.sum_of(LineKind::Tax);
        let mut text = String::from("Invoice\n");
        let _ = writeln!(text, "{}", self.title);
        let _ = writeln!(text, "Invoice number\u{a0}{}", self.number);
        let _ = writeln!(text, "Date of issue {}", day(self.issued_ms, "%B %-d, %Y"));
        let (start, end) = (day(self.period.start_ms, "%b %-d"), day(self.period.end_ms, "%b %-d, %Y"));
        let _ = writeln!(text, "Billing period {start}\u{a0}\u{2013} {end}");
        text.push_str("Bill to\nAcme\n");
        let _ = writeln!(text, "{} due {}\n", money(self.total), day(self.issued_ms, "%B %-d, %Y"));
        text.push_str("Description Qty Unit price Amount\n");
        for line in self.lines.iter().filter(|line| line.kind != LineKind::Tax) {
            write_row(&mut text, line);
        }
        let _ = writeln!(text, "Subtotal {}", money(self.total - tax));
        if self.lines.iter().any(|line| line.kind == LineKind::Tax) {
            let _ = writeln!(text, "Tax {}", money(tax));
        }
        let _ = writeln!(text, "Total {}", money(self.total));
        let _ = writeln!(text, "Amount due\u{a0}{} USD", money(self.total));
        text.push_str("Page 1 of 1\n");
        text
    }
}

/// Returns the day of an instant in UTC, in one of the forms in which invoices print it.
fn day(ms: i64, form: &str) -> String {
    instant(ms).format(form).to_string()
}

/// Writes the description, broken between words; behind its last line the columns of numbers.
fn write_row(text: &mut String, line: &InvoiceLine) {
    let mut width = 0;
    for word in line.description.split(' ') {
        let long = width + 1 + word.len();
        match width {
            0 => {}
            _ if long > WIDTH => {
                text.push('\n');
                width = 0;
            }
            _ => text.push(' '),
        }
        text.push_str(word);
        width = if width == 0 { word.len() } else { long };
    }
    if let Some(count) = line.quantity {
        let _ = write!(text, " {}", grouped(count));
    }
    if let Some(price) = line.unit_price {
        let _ = write!(text, " {}", money(price));
    }
    let _ = writeln!(text, " {}", money(line.amount));
}

/// Returns dollars with commas between thousands; the sign stands before the dollar.
fn money(amount: i128) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let cents = amount.unsigned_abs() / CENT.unsigned_abs();
    let whole = grouped(u64::try_from(cents / 100).unwrap_or(u64::MAX));
    format!("{sign}${whole}.{:02}", cents % 100)
}
