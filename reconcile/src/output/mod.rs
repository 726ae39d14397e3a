//! What people and other programs are given of a reconciliation.

mod csv;
mod evidence;
mod narrative;
mod rows;
mod svg;
mod tables;
mod waterfall;

pub use evidence::EvidenceRow;
