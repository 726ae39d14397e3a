//! Invoices as text of a PDF: lines of text, rows with figures, and sums that prove them.
//!
//! A text is read in five steps: `line` divides it into words and cells, `head` says what a line states, `row` reads
//! figures, `sheet` puts lines together, and `proof` makes an invoice of the sheet if the printed sums agree.

mod days;
mod head;
mod line;
mod options;
mod proof;
pub(crate) mod reader;
mod row;
mod sheet;
