//! Closing: the figures of a month or a billing cycle, fixed by one person and approved by another.
//!
//! [`prepare_close`](crate::CursorCosts::prepare_close) works out what is to be locked and writes it into the journal of the
//! store: the rules, the people used, the figures by tag, the reconciliation with the invoices, and what is missing.
//! [`approve_close`](crate::CursorCosts::approve_close) approves exactly that, by its digest.
//! [`closes`](crate::CursorCosts::closes) lists what was done, [`changes_since_close`](crate::CursorCosts::changes_since_close)
//! tells by cause what would be another figure now, and [`verify_journal`](crate::CursorCosts::verify_journal) checks the
//! chain of the journal and the digests of the closes.
//!
//! Names are declared and not authenticated: whoever may write the store can state any name. The journal holds people and
//! whoever signed by number, so that a name can be erased and the chain of entries stays whole. A close locks no report: reports
//! go on following the rules and people of now, and the changes say by how much they differ from what was closed. The documents
//! of JSON are among the others, in [`documents`](crate::documents).

mod changes;
mod history;
mod period;
mod persons;
mod sign;
mod statement;
mod verify;

pub use changes::{CauseAmount, CloseCause, CloseChanges, CloseTotals};
pub use history::{Close, CloseAction, CloseEvent, CloseState};
pub use period::ClosePeriod;
pub use sign::PreparedClose;
pub use statement::{CloseGap, CloseInvoice, CloseStatement, InvoiceFound, KeyFigures, ValueFigures};
pub use verify::{JournalCheck, JournalFault};

/// The remark that every output about signatures carries.
pub const NAMES_REMARK: &str = "names are declared, not authenticated";
