//! What people ask of rules: why a charge has its value, what is wrong, what is covered, what a change would move.

pub(crate) mod allocation;
pub(crate) mod check;
pub(crate) mod coverage;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod explained_charges;
pub(crate) mod spellings;

pub use crate::finding::{Finding, FindingKind};
pub use allocation::Allocation;
pub use coverage::{Coverage, CoveredPart, Suggestion};
pub use diff::{CostMove, Diff};
pub use explain::{ExplainedPart, ExplainedRule, Explanation, NameLookup};
pub use explained_charges::ExplainedCharges;
pub use spellings::Spelling;
