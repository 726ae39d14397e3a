//! Readers of invoices, and what they share.

mod csv;
mod csv_columns;
mod csv_fields;
mod json;
mod json_text;
mod sums;

pub use csv::CsvInvoiceReader;
pub use csv_columns::CsvColumns;
pub use json::JsonInvoiceReader;

/// What readers of invoices share, also those outside of this crate: text of bytes, JSON of which every fault has its
/// place, and sums told from lines. Numbers are read by [`cost_model::input::NumberReader`].
pub mod reading {
    pub use super::json_text::{JsonText, text};
    pub use super::sums::{is_left, settle};
}
