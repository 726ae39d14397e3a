//! An invoice as cost records: its lines without usage, and the differences between charges and lines.

mod adjustments;
mod invoice_lines;
