//! The simulator's own biller: events in, invoices out, in the ways that Cursor's invoices have been seen to be cut.
//!
//! The biller shares no code with `reconcile` or `cursor-invoice`, so that a mistake there cannot hide behind
//! the same mistake here. What it knows of an invoice it keeps beside the printed form: the kind of each
//! line, and the exact sum of the events behind it.

mod bill;
mod cut;
mod demo;
mod invoice_line;
mod lines;
mod pdf;
mod period;
mod rounding;
mod seats;
mod tally;
mod terms;
mod wording;

pub use bill::{Bill, Bills};
pub use demo::DemoInvoice;
pub(crate) use demo::bill;
pub use invoice_line::{InvoiceLine, LineKind, UsageLine};
pub use period::Period;
pub use rounding::{Rounding, RoundingMode, RoundingUnit};
pub use seats::{Seat, Seats};
pub use terms::{BillingTerms, Threshold, TokenFee, Wording};
