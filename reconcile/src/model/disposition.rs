//! Dispositions: what to do about a difference.

use serde::{Deserialize, Serialize};

/// The disposition of a difference: what to do about it. The greatest of several is the most urgent.
///
/// The assessment adds up amounts by it, so that a reader sees how much money somebody has to act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Disposition {
    /// Nothing: it is usage that the invoice's lines are not about.
    OutsideUsage,
    /// Nothing, or wait for the next invoice or the next sync: timing and rounding.
    TimingAndRounding,
    /// Nothing, once somebody has agreed to it: seats, plans, taxes, credits.
    Accepted,
    /// Dispute it, or repair it: see [`Dispute`](crate::assessment::Dispute).
    ToDispute,
    /// Read the line: its words are not known.
    UnknownWording,
}
