//! Invoice lines matched to charges: which charges are behind each line, and what their difference can only come from.
//!
//! It runs after the search, and changes neither the charges nor the terms that the search chose.

pub(crate) mod billed_period;
pub(crate) mod fee_lines;
pub(crate) mod finding;
pub(crate) mod invoice_facts;
pub(crate) mod usage_lines;
