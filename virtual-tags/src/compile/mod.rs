//! Compiles rules: checks them against a directory, orders keys that read each other, and indexes rules by the texts they need.
//!
//! [`RuleSet::compile`](crate::RuleSet::compile) is the way in. What a rule means is decided here once;
//! `evaluate` then only looks things up. `charge` has how a charge names its person, which compiling,
//! evaluating and checking share.

pub(crate) mod charge;
pub(crate) mod compiled;
pub(crate) mod compiler;
pub(crate) mod cost_split;
pub(crate) mod dependencies;
pub(crate) mod headcount;
pub(crate) mod index;
pub(crate) mod order;
pub(crate) mod rules;
