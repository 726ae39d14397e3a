//! The four amounts of a charge, after FOCUS.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::Money;

/// The four amounts of one charge (FOCUS: BilledCost, EffectiveCost, ListCost, ContractedCost).
///
/// An amount that the provider did not state and that cannot be derived is absent: unknown is not zero.
///
/// Named after columns of FOCUS, where list cost is before every discount and contracted cost after
/// negotiated discounts. No amount is derived from another here: how a source fills the four in is decided
/// where its provider is known; for Cursor see the table "Cursor's amounts" in ARCHITECTURE.md.
///
/// ```
/// use cost_model::{Costs, Metric, Money};
///
/// // Usage that a plan includes: it has a value, and no invoice bills it.
/// let mut costs = Costs::absent();
/// costs.billed = Some(Money::ZERO);
/// costs.effective = Some("0.35".parse()?);
/// assert_eq!(costs.get(Metric::Billed), Some(Money::ZERO));
/// assert_eq!(costs.get(Metric::List), None);
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Costs {
    /// The amount that an invoice bills.
    pub billed: Option<Money>,
    /// The value used, also when a plan includes it.
    pub effective: Option<Money>,
    /// The price before discounts.
    pub list: Option<Money>,
    /// The price after negotiated discounts.
    pub contracted: Option<Money>,
    /// Whether an amount was computed from the charge's components because the provider did not state it.
    ///
    /// Reports add derived amounts up like any other; the flag is kept so that an export can tell them apart.
    pub derived: bool,
}

impl Costs {
    /// Creates costs whose four amounts are all absent, which is not the same as zero: reports count such charges as
    /// missing.
    pub fn absent() -> Self {
        Self::default()
    }

    /// Creates costs whose four amounts are all the same, as of a charge without discounts that is billed as used.
    ///
    /// ```
    /// use cost_model::{Costs, Metric};
    ///
    /// let costs = Costs::flat("0.04".parse()?);
    /// assert!(Metric::ALL.iter().all(|metric| costs.get(*metric) == Some("0.04".parse().unwrap())));
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    pub fn flat(amount: Money) -> Self {
        Self {
            billed: Some(amount),
            effective: Some(amount),
            list: Some(amount),
            contracted: Some(amount),
            derived: false,
        }
    }

    /// Returns the amount that `metric` names.
    /// `None` where the charge does not state it.
    pub fn get(&self, metric: Metric) -> Option<Money> {
        match metric {
            Metric::Effective => self.effective,
            Metric::Billed => self.billed,
            Metric::List => self.list,
            Metric::Contracted => self.contracted,
        }
    }
}

/// One of the four amounts of [`Costs`]. The default is [`Metric::Effective`].
///
/// Reports group, order and sum by one metric at a time; the effective cost is the default because it is
/// there for usage that a plan includes, too. What an invoice has to agree with is [`Metric::Billed`].
///
/// ```
/// use cost_model::Metric;
///
/// assert_eq!(Metric::default(), Metric::Effective);
/// assert_eq!(Metric::ALL.map(Metric::name), ["effective", "billed", "list", "contracted"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Metric {
    /// [`Costs::effective`].
    #[default]
    Effective,
    /// [`Costs::billed`].
    Billed,
    /// [`Costs::list`].
    List,
    /// [`Costs::contracted`].
    Contracted,
}

impl Metric {
    /// Every metric, in the order of this enum.
    pub const ALL: [Self; 4] = [Self::Effective, Self::Billed, Self::List, Self::Contracted];

    /// Returns the metric's name, such as `effective`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Effective => "effective",
            Self::Billed => "billed",
            Self::List => "list",
            Self::Contracted => "contracted",
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
