#![doc = include_str!("../README.md")]

mod billing_rules;
mod bridge;
mod csv_invoice;
mod error;
mod invoice;
mod matching;
mod stages;
mod usage;
mod waterfall;

pub use billing_rules::BillingRules;
pub use bridge::{Category, Evidence, LineOutcome, LineStatus, Reconciliation, Step, Waypoint, WaypointName};
pub use csv_invoice::CsvInvoiceReader;
pub use error::{Error, ErrorKind, Result};
pub use invoice::{Invoice, InvoiceLine, InvoiceReader, LineKind, UsageLine, Wordings};
pub use stages::reconcile;
