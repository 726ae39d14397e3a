//! The cost record: one provider-neutral charge.
//!
//! What many charges have in common is in a shared set of dimensions; a record itself has times, figures and the
//! provider's ids. What a store adds is in `Provenance`.

use std::borrow::Cow;
use std::sync::Arc;

use crate::dimension::{Dimension, Dimensions};
use crate::money::Costs;
use crate::money::Currency;
use crate::money::Money;
use crate::money::{Quantity, RequestUnits, TokenCounts};
use crate::record::{DimensionFields, DimensionSet};
use crate::time::Timestamp;

/// One charge: who, what, when, how much, on which terms.
///
/// Made by [`CostRecord::new`] and filled in field by field. Who, what and on which terms is its [`DimensionSet`], which
/// thousands of charges may share. It has no field for the content of a prompt or an answer.
/// Two equal records are two charges: collections of records are multisets. `Debug` leaves out whatever may name a person.
///
/// ```
/// use cost_model::{CostRecord, Costs, Currency, Timestamp};
///
/// let at = Timestamp::from_millis(1_785_492_000_417)?;
/// let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat("0.08".parse()?));
/// record.edit(|dimensions| {
///     dimensions.service = Some("Auto".into());
///     dimensions.tags.insert("cursor:max_mode", "false");
/// });
/// assert_eq!(record.dimensions.service.as_deref(), Some("Auto"));
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CostRecord {
    /// When the charge arose, or when its period began.
    pub at: Timestamp,
    /// When its period ended, for charges over a period.
    ///
    /// `None` for a charge of an instant.
    pub end: Option<Timestamp>,
    /// Who, what and on which terms.
    pub dimensions: Arc<DimensionSet>,
    /// Tokens used.
    ///
    /// Zero where none were used or none were stated.
    pub tokens: TokenCounts,
    /// Request units used, where the provider counts in them.
    pub requests: Option<RequestUnits>,
    /// Usage in the unit of the dimensions, where it is counted neither in tokens nor in request units.
    pub quantity: Option<Quantity>,
    /// The four amounts.
    ///
    /// Each may be absent, which is not zero.
    pub costs: Costs,
    /// The provider's own figures and ids, verbatim.
    pub stated: ProviderAmounts,
}

crate::masked_debug!(CostRecord { at, dimensions, costs });

impl CostRecord {
    /// Makes a charge of `costs` by `provider` at `at`, with nothing else known.
    pub fn new(at: Timestamp, provider: impl Into<Arc<str>>, currency: Currency, costs: Costs) -> Self {
        Self::with_dimensions(at, Arc::new(DimensionFields::new(provider, currency).into()), costs)
    }

    /// Makes a charge of `costs` at `at` with dimensions that it shares with other charges.
    pub fn with_dimensions(at: Timestamp, dimensions: Arc<DimensionSet>, costs: Costs) -> Self {
        Self {
            at,
            end: None,
            dimensions,
            tokens: TokenCounts::default(),
            requests: None,
            quantity: None,
            costs,
            stated: ProviderAmounts::default(),
        }
    }

    /// Changes the dimensions of this charge alone, by giving it a set of its own. A source of many charges should share
    /// their sets with a [`DimensionInterner`](crate::record::DimensionInterner) instead.
    pub fn edit(&mut self, change: impl FnOnce(&mut DimensionFields)) {
        let mut fields = (**self.dimensions).clone();
        change(&mut fields);
        self.dimensions = Arc::new(fields.into());
    }

    /// Returns the figures of the charge that a ledger and its reports need beside its time and its dimensions.
    pub fn figures(&self) -> Figures {
        Figures {
            costs: self.costs,
            tokens: self.tokens,
            requests: self.requests,
            quantity: self.quantity,
            fee: self.stated.fee,
        }
    }

    /// Replaces a person's name by a pseudonym wherever the record has it, and returns whether it had it.
    pub fn pseudonymise(&mut self, person: &str, pseudonym: &Arc<str>) -> bool {
        let mut renamed = (**self.dimensions).clone();
        let named = renamed.pseudonymise(person, pseudonym);
        if named {
            self.dimensions = Arc::new(renamed.into());
        }
        named
    }
}

impl Dimensions for CostRecord {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        self.dimensions.get(dimension)
    }

    fn tag(&self, key: &str) -> Option<Cow<'_, str>> {
        self.dimensions.tag(key)
    }

    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
        self.dimensions.for_each_tag(visit);
    }

    fn at(&self) -> Option<Timestamp> {
        Some(self.at)
    }

    fn costs(&self) -> Option<Costs> {
        Some(self.costs)
    }

    fn tokens(&self) -> Option<TokenCounts> {
        Some(self.tokens)
    }

    fn requests(&self) -> Option<RequestUnits> {
        self.requests
    }
}

/// The figures of a charge that reports add up.
///
/// A copy of the record's; nothing in it names anybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "what reports add up; built by every store")]
pub struct Figures {
    /// The four amounts.
    pub costs: Costs,
    /// Tokens used.
    pub tokens: TokenCounts,
    /// Request units used.
    pub requests: Option<RequestUnits>,
    /// Usage in the unit of the dimensions, where it is counted neither in tokens nor in request units.
    pub quantity: Option<Quantity>,
    /// The provider's fee as stated; it is included in the amount charged.
    pub fee: Option<Money>,
}

/// The figures of a charge exactly as the provider stated them, kept so that any mapping can be run again, and the
/// provider's ids of what it is part of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ProviderAmounts {
    /// The amount charged.
    ///
    /// `None` where the provider stated none.
    pub charged: Option<Money>,
    /// The cost of the model before discount and fee.
    pub model_cost: Option<Money>,
    /// The provider's fee, included in `charged`.
    pub fee: Option<Money>,
    /// The conversation that the charge is part of.
    pub conversation: Option<Arc<str>>,
    /// The agent run that caused the charge. Nearly every run has an id of its own, so that it is no dimension.
    pub agent: Option<Arc<str>>,
    /// The number of these figures that were finer than 10^-24 of the major unit and were rounded half-even.
    pub rounded: u32,
}
