//! Splits in proportion to costs, as data.

use cost_model::Dimension;

use crate::ids::KeyId;
use crate::rules::assign::SplitPeriod;

/// A split in proportion to costs.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct CostSplit {
    /// The key whose values' costs count.
    pub(crate) basis: KeyId,
    pub(crate) per: SplitPeriod,
    /// Only charges that have in this field what the charge has there.
    pub(crate) within: Option<Dimension>,
}
