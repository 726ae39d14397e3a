//! An invoice as cost records: its lines without usage, and the differences between charges and lines.
//!
//! Usage alone does not sum to what was paid. With these records it does, to the last digit, and reports can
//! charge all of it back.

mod adjustments;
mod invoice_lines;
