//! Evidence for a step: what shows it, and how sure it is.

use serde::{Deserialize, Serialize};

/// The confidence in a step: how good its evidence is.
///
/// It serialises as `low`, `high` or `exact`, and orders the same way.
///
/// ```
/// use reconcile::bridge::Confidence;
///
/// assert!(Confidence::Low < Confidence::High && Confidence::High < Confidence::Exact);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Confidence {
    /// A search found it, and the expected number of false positives is at most one in twenty.
    Low,
    /// Whole numbers of calls agree, or the records themselves show it.
    High,
    /// Calls, tokens and amounts agree to the last digit, or it is written on the invoice.
    Exact,
}

/// The evidence for a step.
///
/// It is what an auditor needs to check the step without this crate: which charges and lines, how many, and by which
/// rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Evidence {
    /// The number of charges behind the step.
    pub records: u64,
    /// The lines of the invoice file behind the step.
    pub lines: Vec<u64>,
    /// The rule that was applied, in words.
    pub rule: String,
    /// The expected number of hits as good as this one by chance alone, if a search found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_positives: Option<FalsePositiveRate>,
}

/// The expected number of false positives of a search, in millionths: the hits that chance alone would give.
///
/// ```
/// use reconcile::bridge::FalsePositiveRate;
///
/// // Two tries, each of which fits one of a thousand equally likely amounts.
/// let rate = FalsePositiveRate::expected(2, 1_000);
/// assert_eq!(rate.millionths(), 2_000);
/// assert!(rate <= FalsePositiveRate::LIMIT);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FalsePositiveRate(u64);

impl FalsePositiveRate {
    /// The highest rate at which a hit is accepted: one in twenty.
    /// Above it a hit is not accepted.
    pub const LIMIT: Self = Self(50_000);

    /// Returns the hits expected of `tries`, each of which fits one of `outcomes` equally likely ones.
    /// It saturates at the largest rate, and `outcomes` of 0 count as 1.
    pub fn expected(tries: u64, outcomes: u64) -> Self {
        Self(tries.saturating_mul(1_000_000).checked_div(outcomes.max(1)).unwrap_or(u64::MAX))
    }

    /// Returns the rate in millionths.
    pub fn millionths(self) -> u64 {
        self.0
    }
}
