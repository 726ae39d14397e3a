//! Neutralises text from outside before it is shown or written: one function for each medium.
//!
//! Names of models, users, teams, tags and invoice lines are free text that somebody else chose. [`for_terminal`] shows
//! such a text without letting it move the cursor, hide or reorder what is beside it; [`for_csv`] keeps a spreadsheet
//! from running it as a formula; [`for_xml`] keeps it from being markup. [`TextTable`] and [`CsvWriter`] pass every cell
//! through them, so that a program that uses these cannot forget it. [`grouped`], [`counted`] and [`percent`] format
//! numbers for people.

mod csv;
mod numbers;
mod table;
mod terminal;
mod xml;

pub use csv::{CsvWriter, for_csv};
pub use numbers::{amount, counted, grouped, percent};
pub use table::TextTable;
pub use terminal::{columns, cut, for_terminal, for_terminal_lines};
pub use xml::for_xml;
