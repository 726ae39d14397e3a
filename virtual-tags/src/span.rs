//! Spans of time with open ends.
//!
//! Rules, rows of a directory and aliases all hold for such a span. [`Window`](cost_model::Window), which has
//! both ends, is for periods of charges.

use cost_model::Timestamp;
use serde::{Deserialize, Serialize};

/// A half-open span of time: from an instant to another, the second excluded. A missing end is open.
///
/// ```
/// use cost_model::Timestamp;
/// use virtual_tags::rules::Span;
///
/// let at = |day: &str| Timestamp::midnight(day.parse().unwrap());
/// let september = Span { from: Some(at("2026-09-01")), to: Some(at("2026-10-01")) };
/// assert!(september.contains(at("2026-09-30")) && !september.contains(at("2026-10-01")));
/// assert!(september.overlaps(&Span { from: Some(at("2026-09-30")), to: None }));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "two ends, by definition")]
pub struct Span {
    /// The first instant within.
    pub from: Option<Timestamp>,
    /// The first instant after it.
    pub to: Option<Timestamp>,
}

impl Span {
    /// Returns whether an instant lies within.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }

    /// Returns whether some instant lies within both.
    ///
    /// Spans that only touch do not overlap: the end of one is excluded.
    pub fn overlaps(&self, other: &Self) -> bool {
        !ends_by(self.to, other.from) && !ends_by(other.to, self.from)
    }

    /// Returns whether every instant of another span lies within.
    ///
    /// An open end lies within an open end only.
    pub(crate) fn holds_all_of(&self, other: &Self) -> bool {
        self.from.is_none_or(|from| other.from.is_some_and(|other| from <= other))
            && self.to.is_none_or(|to| other.to.is_some_and(|other| other <= to))
    }

    /// Returns the two ends, as far as there are any.
    pub(crate) fn ends(&self) -> impl Iterator<Item = Timestamp> {
        self.from.into_iter().chain(self.to)
    }
}

/// Returns whether a span that ends at `to` is over when one that starts at `from` begins.
fn ends_by(to: Option<Timestamp>, from: Option<Timestamp>) -> bool {
    to.zip(from).is_some_and(|(to, from)| to <= from)
}
