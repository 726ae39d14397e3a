//! Evaluation of compiled rules for charges, and the costs by which they split charges.
//!
//! [`Rules`](crate::Rules) become [`ResolvedRules`] once they have the costs that they need: none
//! ([`Rules::tagger`](crate::Rules::tagger)), those of a ledger ([`Rules::resolve`](crate::Rules::resolve)), or [`CostSums`] that the host
//! keeps ([`Rules::resolve_with`](crate::Rules::resolve_with)).

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
