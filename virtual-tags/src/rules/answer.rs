//! The answer of rules for one key.
//!
//! It is what tests of rules expect and what explanations show. Reports use the parts of
//! [`Tagger`](cost_model::Tagger), which can have several keys at once.

use std::fmt;
use std::sync::Arc;

use cost_model::output::for_terminal;
use cost_model::tagger::Part;

use crate::weights;

/// The answer of rules for one key of a charge. `Debug` leaves out the values.
///
/// ```
/// use virtual_tags::Answer;
///
/// assert_eq!(Answer::Value("Web".into()).to_string(), "`Web`");
/// assert_eq!(Answer::Unset.to_string(), "no value");
/// let shares = Answer::Shares(vec![(Some("Web".into()), 3), (None, 1)]);
/// assert_eq!(shares.to_string(), "3 of `Web`, 1 of no value");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "every consumer must handle all three, or it loses money")]
pub enum Answer {
    /// One value for the whole charge.
    Value(Arc<str>),
    /// No value.
    Unset,
    /// Shares in proportion to these weights, in any order; `None` is no value.
    Shares(Vec<(Option<Arc<str>>, u128)>),
}

cost_model::masked_debug!(Answer = Value | Unset | Shares);

impl Answer {
    /// Returns the answer for the first key of a charge's parts.
    pub(crate) fn from_parts(parts: &[Part]) -> Self {
        match parts {
            [] => Self::Unset,
            [whole] => first_value(whole).map_or(Self::Unset, Self::Value),
            parts => Self::Shares(parts.iter().map(|part| (first_value(part), part.weight)).collect()),
        }
    }

    /// Returns the same answer in one form for equal proportions.
    ///
    /// Shares without weight are dropped, a single share is a value, weights are divided by their common
    /// divisor, and shares are in order.
    pub(crate) fn normalized(&self) -> Self {
        let Self::Shares(shares) = self else { return self.clone() };
        let mut shares = shares.clone();
        // A test may write a weight of zero, which no charge ever gets.
        shares.retain(|(_, weight)| *weight > 0);
        weights::reduce_weights(shares.iter_mut().map(|(_, weight)| weight));
        shares.sort();
        match shares.as_slice() {
            [(Some(only), _)] => Self::Value(Arc::clone(only)),
            [(None, _)] => Self::Unset,
            _ => Self::Shares(shares),
        }
    }
}

/// Returns the value of the first key that was asked.
fn first_value(part: &Part) -> Option<Arc<str>> {
    part.values.first().cloned().flatten()
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "`{}`", for_terminal(value)),
            Self::Unset => f.write_str("no value"),
            Self::Shares(shares) => {
                let parts: Vec<_> = shares
                    .iter()
                    .map(|(value, weight): &(Option<Arc<str>>, u128)| match value {
                        Some(value) => format!("{weight} of `{}`", for_terminal(value)),
                        None => format!("{weight} of no value"),
                    })
                    .collect();
                f.write_str(&parts.join(", "))
            }
        }
    }
}
