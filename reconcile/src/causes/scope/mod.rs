//! From all ingested usage to the billed cost of on-demand usage.
//!
//! Charges that are no on-demand usage are removed first, so that all later steps are about charges that usage lines
//! can bill.

pub(crate) mod billed_basis;
pub(crate) mod non_billed_usage;
pub(crate) mod own_key_fees;
pub(crate) mod unknown_kind;
