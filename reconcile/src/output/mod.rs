//! Outputs of a reconciliation, for people and for other programs.
//!
//! [`Reconciliation`](crate::Reconciliation) itself has the text form ([`Display`](std::fmt::Display)), the narrative, CSV
//! tables, and the SVG waterfall; [`Explained`](crate::Explained) has the charges behind the steps, one by one
//! ([`EvidenceRow`]), and the usage of each model ([`ModelUsage`]).

mod canonical;
pub(crate) mod changes;
mod csv;
pub(crate) mod digest;
mod evidence;
pub(crate) mod history;
mod models;
mod narrative;
mod rows;
pub(crate) mod sign_off;
mod svg;
mod tables;
mod waterfall;

pub use evidence::EvidenceRow;
pub use models::ModelUsage;
