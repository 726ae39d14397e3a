//! The readers of invoices, and what they share.

mod csv;
mod csv_columns;
mod csv_fields;
mod json;
pub mod reading;
mod sums;

pub use csv::CsvInvoiceReader;
pub use csv_columns::CsvColumns;
pub use json::JsonInvoiceReader;
