//! Charges that are no on-demand usage.
//!
//! They are taken off first, so that all later steps are about charges that an invoice bills.

pub(crate) mod billed_basis;
pub(crate) mod non_billed_usage;
pub(crate) mod own_key_fees;
pub(crate) mod unknown_kind;
