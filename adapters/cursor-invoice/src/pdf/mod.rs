//! Invoices as text of a PDF: lines of text, rows with figures, and sums that prove them.

mod days;
mod head;
mod line;
mod options;
mod proof;
pub(crate) mod reader;
mod row;
mod sheet;
