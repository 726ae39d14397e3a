//! Shared parts of readers of outside files: decoding of text, one grammar of numbers, and one reader of tables.
//!
//! Files come from spreadsheets, portals and other programs, in the forms of many countries. Each of these readers
//! returns what is written or an [`InputError`] with its place; none guesses.

mod error;
mod fields;
mod number;
mod sums;
mod table;
mod text;
mod words;

pub use error::InputError;
pub use fields::UniqueFields;
pub use number::{Amount, Cell, DecimalMark, NumberReader, plain_digits};
pub use sums::SumLabel;
pub use table::{Column, Comment, Row, Table, TableOptions};
pub use text::{decode, quoted, visible};
pub use words::{Meaning, fold};
