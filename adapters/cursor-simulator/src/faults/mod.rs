//! What goes wrong when a test asks for it: refusals, broken connections, spoilt pages.
//!
//! A client can be tested against each of them alone and in any order. Only what the simulated server does is
//! here; what a client should make of it is the client's.

mod fault;
mod flaw;
mod refusal;

pub use fault::{CUT, DROPPED, Fault, FaultKind, SLOW};
pub(crate) use fault::{Faults, Strike};
pub(crate) use flaw::{Delivery, Flaw, RowFlaw, refuse_or_spoil};
pub use refusal::ErrorBody;
pub(crate) use refusal::{bad_key, missing_scope, not_found, response, throttled, titled, wrong_plan};
