#![doc = include_str!("../README.md")]

mod any;
mod billing;
mod dashboard;
mod pdf;
mod wordings;

pub use any::CursorInvoiceReader;
pub use billing::billing_rules;
pub use dashboard::DashboardInvoiceReader;
pub use pdf::reader::PdfTextReader;
pub use wordings::CursorWordings;
