//! Stored records on their way to other tools, with their tags.
//!
//! A [`RecordExport`] takes the records that a store hands out, has a [`Tagger`](crate::tagger::Tagger) say whose they are, divides
//! split charges exactly as reports do, and passes each on to a [`RecordWriter`], one at a time: however many there are, one
//! is held. [`CsvRecords`] writes them as CSV.

mod csv;
mod writer;

pub use csv::CsvRecords;
pub use writer::{Receipt, RecordExport, RecordPart, RecordWriter, TaggedRecord};
