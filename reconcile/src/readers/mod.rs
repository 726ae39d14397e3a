//! Readers of invoices, and the parts that readers in other crates share with them.
//!
//! [`CsvInvoiceReader`] and [`JsonInvoiceReader`] read the forms that the crate's front page describes. A reader of another
//! format decodes its bytes with [`decode_text`], reads JSON with [`JsonText`], whose errors have line and column, reads
//! numbers with [`cost_model::input::NumberReader`], and separates sums from lines with [`settle_rows`].

mod csv;
mod csv_columns;
mod csv_fields;
mod instant;
mod json;
mod json_text;
mod sums;

pub use csv::CsvInvoiceReader;
pub use csv_columns::CsvColumns;
pub use json::JsonInvoiceReader;
pub use json_text::{JsonText, decode_text};
pub use sums::{is_amount_due, settle_rows};
