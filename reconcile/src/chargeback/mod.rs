//! An invoice as cost records: its lines without usage, and the differences between charges and lines.
//!
//! The charges of a period do not sum to the total of its invoice. With these records they do, to the last digit, so
//! that a report can charge back all of the invoice.

mod adjustments;
mod invoice_lines;
