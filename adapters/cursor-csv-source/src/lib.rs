#![doc = include_str!("../README.md")]

mod columns;
mod error;
mod export;
mod import;
mod reader;
mod row;
mod sums;

pub use error::{Error, Result};
pub use export::{CsvExport, ExportRow, KindSum, StatedSum};
pub use import::ImportTerms;
pub use reader::ExportReader;
pub use row::PRECISION;
