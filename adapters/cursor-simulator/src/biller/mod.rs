//! The simulator's own biller: events in, invoices out, in the ways that Cursor's invoices have been seen to be cut.

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
