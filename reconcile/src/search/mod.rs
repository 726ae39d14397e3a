//! The search for the charges that an invoice bills: the plainest hypothesis that explains the most lines.
//!
//! It uses no randomness and no order of hashing: the same case always gives the same hypothesis.

pub(crate) mod adjust_period;
pub(crate) mod best;
pub(crate) mod copies;
pub(crate) mod cut_off;
pub(crate) mod discounts;
pub(crate) mod hypothesis;
pub(crate) mod interpretation;
pub(crate) mod matched_groups;
pub(crate) mod pricing_fit;
pub(crate) mod selection;
pub(crate) mod uniform_factor;
pub(crate) mod whole_hour_cutoffs;
pub(crate) mod withdrawn;
