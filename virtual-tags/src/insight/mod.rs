//! Questions about rules and charges: the reasons for a value, likely mistakes, the covered part of the cost, and the effect of a change.
//!
//! All of it reads rules and a ledger and changes neither. The entry points are methods of [`Rules`](crate::Rules) and
//! [`ResolvedRules`](crate::ResolvedRules), and [`Diff::between`], which compares any two taggers.

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
