//! What compiled rules say of charges, and the costs by which they share charges out.

pub(crate) mod cost_shares;
pub(crate) mod cost_sums;
pub(crate) mod fragments;
pub(crate) mod outcome;
pub(crate) mod resolve;
pub(crate) mod resolved_rules;
pub(crate) mod run_tests;
pub(crate) mod tag_values;
pub(crate) mod tagger;

pub use cost_sums::{CostBasis, CostSum, CostSums};
pub use resolved_rules::ResolvedRules;
pub use run_tests::TestFailure;
