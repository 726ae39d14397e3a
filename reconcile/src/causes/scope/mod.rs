//! Charges that are no on-demand usage.

pub(crate) mod billed_basis;
pub(crate) mod non_billed_usage;
pub(crate) mod own_key_fees;
pub(crate) mod unknown_kind;
