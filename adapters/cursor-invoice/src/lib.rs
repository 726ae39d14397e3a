#![doc = include_str!("../README.md")]
//!
//! # Types by topic
//!
//! | topic | types |
//! |---|---|
//! | an invoice in any form | [`CursorInvoiceReader`] |
//! | one form each | [`PdfTextReader`], [`DashboardInvoiceReader`] |
//! | lines and charges | [`CursorWordings`], [`billing_rules()`] |

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
