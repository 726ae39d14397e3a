//! The measure by which a report orders its rows.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::fault::Fault;
use crate::money::Metric;

use super::Totals;

/// The measure of a report: rows are ordered by it, and [`Query::top`](super::Query::top) chooses the largest by it.
/// Amounts that are not stated order like zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Measure {
    /// One of the four costs; the effective one by default.
    Cost(Metric),
    /// Usage in its unit. A report about usage in more than one unit must group by the unit.
    Usage,
    /// All tokens together.
    Tokens,
    /// The number of charges.
    Records,
}

impl Measure {
    /// Returns the figure as a whole number that orders like it.
    pub(super) fn size(self, totals: &Totals) -> Result<i128> {
        match self {
            Self::Cost(metric) => Ok(totals.get(metric).amount.units()),
            Self::Usage => Ok(totals.stated_usage()?.units()),
            Self::Tokens => Ok(i128::from(totals.tokens.total()?.count())),
            Self::Records => Ok(i128::from(totals.records)),
        }
    }
}

impl Default for Measure {
    fn default() -> Self {
        Self::Cost(Metric::default())
    }
}

impl FromStr for Measure {
    type Err = Error;

    /// Reads a measure by the name that it is printed with.
    ///
    /// ```
    /// use cost_model::report::Measure;
    ///
    /// assert_eq!("tokens".parse::<Measure>()?, Measure::Tokens);
    /// assert!("cost".parse::<Measure>().is_err());
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    fn from_str(text: &str) -> Result<Self> {
        let costs = Metric::ALL.into_iter().map(Self::Cost);
        let all: Vec<Self> = costs.chain([Self::Usage, Self::Tokens, Self::Records]).collect();
        let found = all.iter().find(|measure| measure.to_string() == text).copied();
        found.ok_or_else(|| {
            let names: Vec<String> = all.iter().map(ToString::to_string).collect();
            let known = format!("one of {}", names.join(", "));
            Fault::UnknownWord { what: "there is no measure", word: text.to_owned(), known }.into()
        })
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Cost(metric) => metric.name(),
            Self::Usage => "usage",
            Self::Tokens => "tokens",
            Self::Records => "records",
        })
    }
}
