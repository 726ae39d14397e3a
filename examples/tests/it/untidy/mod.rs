//! Untidy files: whatever a spreadsheet, a portal or another country makes of an export, an invoice or a directory, a reader
//! gives the true figures or refuses the file with a place. Never another figure.
//!
//! Each file is a tidy one with up to three features out of a list. `PROPTEST_CASES=20000 cargo test --package examples untidy` tries more.

mod directories;
mod exports;
mod invoices;
mod numbers;
mod pdfs;
mod sheet;
