//! An invoice as cost records: its lines without usage, and what the charges leave.

mod adjustments;
mod invoice_lines;
