//! Evidence for a step: what shows it, and how sure it is.

use serde::{Deserialize, Serialize};

/// How good the evidence of a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Confidence {
    /// A search found it, and chance would hardly have.
    #[serde(rename = "candidate")]
    Low,
    /// Whole numbers of calls agree, or the records themselves show it.
    #[serde(rename = "strong")]
    High,
    /// Calls, tokens and amounts agree to the last digit, or it is written on the invoice.
    #[serde(rename = "proof")]
    Exact,
}

/// What shows that a step is right.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Evidence {
    /// How many charges stand behind the step.
    pub records: u64,
    /// The lines of the invoice file behind the step.
    pub lines: Vec<u64>,
    /// The rule that was applied, in words.
    pub rule: String,
    /// If a search found it: how often chance alone would have found something as good.
    #[serde(rename = "coincidences", default, skip_serializing_if = "Option::is_none")]
    pub false_positives: Option<FalsePositiveRate>,
}

/// How many hits chance alone would give in a search, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FalsePositiveRate(u64);

impl FalsePositiveRate {
    /// Above this a hit is not taken: one in twenty.
    pub const LIMIT: Self = Self(50_000);

    /// The hits expected of `tries`, each of which fits one of `outcomes` equally likely ones.
    pub fn expected(tries: u64, outcomes: u64) -> Self {
        Self(tries.saturating_mul(1_000_000).checked_div(outcomes.max(1)).unwrap_or(u64::MAX))
    }

    /// In millionths.
    pub fn millionths(self) -> u64 {
        self.0
    }
}
