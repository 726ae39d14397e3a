//! What is asked of the charges in the store. Each file is a question, as methods of [`CursorCosts`](crate::CursorCosts); none
//! changes anything.

mod dimensions;
mod export;
mod invoices;
mod overview;
mod report;
mod seats;
mod status;
pub mod tags;

pub use invoices::{ExplainedInvoice, read_invoice};
pub use seats::{SeatRow, Seats, SeatsRequest};
pub use status::{AccountState, AccountStatus, Status};
