#![doc = include_str!("../README.md")]

mod columns;
mod error;
mod export;
mod row;

pub use error::{Error, Result};
pub use export::{CsvExport, PRECISION};
