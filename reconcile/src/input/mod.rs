//! The known facts, prepared for the search: the case, its charges, its lines in groups.
//!
//! Each fact is in the ledger, on the invoice or given by the caller. Assumptions begin in `search`.

pub(crate) mod case;
pub(crate) mod completeness;
pub(crate) mod last_digit;
pub(crate) mod line_groups;
pub(crate) mod since_issue;
pub(crate) mod usage;
