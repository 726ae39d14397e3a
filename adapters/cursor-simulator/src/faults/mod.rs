//! What goes wrong when a test asks for it: refusals, broken connections, spoilt pages.

mod fault;
mod flaw;
mod refusal;

pub use fault::{CUT, DROPPED, Fault, FaultKind, SLOW};
pub(crate) use fault::{Faults, Strike};
pub(crate) use flaw::{Delivery, Flaw, RowFlaw, refuse_or_spoil};
pub use refusal::ErrorBody;
pub(crate) use refusal::{bad_key, missing_scope, not_found, response, throttled, titled, wrong_plan};
