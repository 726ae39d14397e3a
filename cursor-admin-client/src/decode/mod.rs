//! Reading answers: JSON by serde, borrowed from the text, into objects that take their fields one by one.
//!
//! Every scalar is taken as its raw text, so that a number keeps its digits whichever features of serde_json
//! a program turns on. Faults say where an answer departs from what was expected, and never what it held.
//!
//! serde's own errors are never shown: they quote values. `object` keeps the path while it reads, and makes a
//! fault of it.

mod cents;
mod fault;
mod notes;
mod number;
mod object;
mod scalar;
mod unknown;

pub use cents::{Cents, ParseCentsError};
pub(crate) use fault::{DecodeFault, Decoded};
pub use notes::BadRow;
pub(crate) use notes::Notes;
pub(crate) use object::{
    Fields, Finished, Object, Rows, object, read_answer, read_exactly, read_quickly, read_row, required, text,
};
pub(crate) use scalar::{count, number_text, string_or_digits};
pub use unknown::UnknownField;
pub(crate) use unknown::UnknownFields;
