//! What people and other programs are given of a reconciliation.

mod canonical;
mod changes;
mod csv;
mod digest;
mod evidence;
mod history;
mod models;
mod narrative;
mod rows;
mod sign_off;
mod svg;
mod tables;
mod waterfall;

pub use changes::{AmountChange, AmountOf, Changes, LineChange};
pub use digest::{InputDigest, ReconciliationDigest};
pub use evidence::EvidenceRow;
pub use history::{BrokenEntry, Entry, EntryDigest, Event, History};
pub use models::ModelUsage;
pub use sign_off::{Objection, Role, SignOff, Signature};
