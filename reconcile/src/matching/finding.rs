//! Outcomes of usage lines: why a line differs from its charges.

use crate::model::category::Category;

/// The finding on a line group: whether it bills its charges, and if not, why.
///
/// A cause takes the lines whose finding is its own; see `causes::usage_lines`.
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
