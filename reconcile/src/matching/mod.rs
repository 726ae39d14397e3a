//! Invoice lines matched to charges: which charges are behind each line, and what their difference can only come from.
//!
//! Matching follows the search and changes nothing of what it found.

pub(crate) mod billed_period;
pub(crate) mod fee_lines;
pub(crate) mod finding;
pub(crate) mod invoice_facts;
pub(crate) mod usage_lines;
