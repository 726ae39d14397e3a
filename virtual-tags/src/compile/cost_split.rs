//! Splits in proportion to costs, as data.
//!
//! They are keys of tables of shares: two rules that split by the same costs in the same periods share one
//! entry, and the costs are summed once.

use cost_model::Dimension;

use crate::ids::KeyId;
use crate::rules::assign::SplitPeriod;

/// A split in proportion to costs.
///
/// Which amounts count, and so the metric, is no part of it: one set of resolved rules has one metric.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct CostSplit {
    /// The key whose values' costs count.
    pub(crate) basis: KeyId,
    pub(crate) per: SplitPeriod,
    /// Only charges that have in this field what the charge has there.
    pub(crate) within: Option<Dimension>,
}
