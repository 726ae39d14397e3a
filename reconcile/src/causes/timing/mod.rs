//! Timing: when charges were counted or known, and whether the ledger is complete.
//!
//! Which charges a step is about was decided before: by the stated period, by the search for the billed one, or, for
//! usage that was not ingested, by matching lines to charges.

pub(crate) mod after_period;
pub(crate) mod before_period;
pub(crate) mod cut_off_end;
pub(crate) mod cut_off_start;
pub(crate) mod duplicated_usage;
pub(crate) mod late_usage;
pub(crate) mod missing_usage;
pub(crate) mod moved_end;
pub(crate) mod repriced_usage;
pub(crate) mod withdrawn_usage;
