//! Exports stored records with their tags to other tools.
//!
//! A [`RecordExport`] takes the records of a store's scan, tags them with a [`Tagger`](crate::tagger::Tagger), divides split
//! charges exactly as reports do, and passes each to a [`RecordWriter`]. It holds one record at a time. [`CsvRecords`] is the
//! writer for CSV.

mod csv;
mod writer;

pub use csv::CsvRecords;
pub use writer::{Receipt, RecordExport, RecordPart, RecordWriter, TaggedRecord};
