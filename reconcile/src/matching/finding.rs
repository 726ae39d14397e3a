//! Outcomes of usage lines: why a line differs from its charges.

use crate::model::category::Category;

/// The finding on a line group: whether it bills its charges, and if not, why.
///
/// The causes in `causes::usage_lines`, and `causes::timing::missing_usage`, make their steps from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LineFinding {
    /// It bills its charges, rounded.
    Matches,
    /// The charges were rounded before they came here.
    RoundedCharges,
    /// All lines differ by one factor.
    UniformFactor,
    /// It differs for one of these causes.
    OneOf(Vec<Category>),
    /// It differs, and no cause is known.
    Unknown,
}
