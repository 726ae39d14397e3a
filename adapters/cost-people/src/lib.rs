#![doc = include_str!("../README.md")]

mod columns;
mod dates;
mod error;
mod finding;
mod groups;
mod history;
mod preview;
mod reader;
mod rows;
mod snapshot;

pub use columns::{ColumnMeaning, ColumnUse};
pub use dates::DateForm;
pub use error::{Error, ErrorKind, Result};
pub use finding::{Finding, FindingKind};
pub use history::{History, PersonSpan};
pub use preview::{Move, Preview, Unmatched};
pub use reader::PeopleReader;
pub use snapshot::{PersonRow, Snapshot};
