//! Charges in columns, ready to be filtered and grouped.

mod builder;
mod charges;
mod layout;
mod sets;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::dimension::Dimension;
use crate::error::Result;
use crate::money::Costs;
use crate::money::Currency;
use crate::money::Money;
use crate::money::{Quantity, RequestUnits, TokenCounts};
use crate::store::{Completeness, Gap};
use crate::store::{CostStore, Scope};
use crate::time::{Timestamp, Window};

pub use builder::LedgerBuilder;
pub use sets::{DimensionSetId, LedgerSet};

pub(crate) use charges::{Charges, NarrowSums, PackedCharge, Sums};
pub(crate) use sets::{Column, SetColumns};

/// An immutable, columnar set of charges in one currency.
///
/// Each distinct set of dimensions is kept once, as a code in a column for each dimension, and each distinct value of a
/// dimension once. A charge is the id of its set and its figures, in 48 bytes and eight more for each figure that few
/// charges have. A ledger is built by a scan of a [`CostStore`], or record by record with [`Ledger::builder`].
///
/// ```
/// use cost_model::{CostRecord, Costs, Currency, Dimension, Ledger, Timestamp};
///
/// let mut ledger = Ledger::builder(Currency::USD);
/// for millis in 0..3 {
///     let at = Timestamp::from_millis(millis)?;
///     ledger.push(&CostRecord::new(at, "cursor", Currency::USD, Costs::flat("0.1".parse()?)))?;
/// }
/// let ledger = ledger.build();
/// assert_eq!((ledger.len(), ledger.set_count()), (3, 1));
/// assert!(ledger.values(&Dimension::Provider).contains("cursor"));
/// # Ok::<(), cost_model::Error>(())
/// ```
pub struct Ledger {
    id: LedgerId,
    currency: Currency,
    sets: SetColumns,
    charges: Charges,
    completeness: Completeness,
}

/// Tells a ledger from every other of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LedgerId(u64);

impl LedgerId {
    fn next() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        Self(COUNT.fetch_add(1, Ordering::Relaxed))
    }
}

impl Ledger {
    pub(crate) fn id(&self) -> LedgerId {
        self.id
    }

    /// Builds a ledger record by record.
    /// All records have to be in `currency`: a ledger adds up amounts, and never converts them.
    pub fn builder(currency: Currency) -> LedgerBuilder {
        LedgerBuilder::new(currency)
    }

    /// Builds a ledger of all records in scope.
    ///
    /// # Errors
    /// The errors of the store, and [`ErrorKind::Currency`](crate::ErrorKind::Currency) when a record is in another
    /// currency.
    pub async fn from_store(store: &dyn CostStore, scope: &Scope, currency: Currency) -> Result<Self> {
        let mut builder = Self::builder(currency);
        store.scan_charges(scope, &mut builder).await?;
        let connections = match &scope.connections {
            Some(connections) => connections.clone(),
            None => store.connections().await?,
        };
        for connection in connections {
            let coverage = store.coverage(&connection).await?;
            let in_scope = scope.window.map_or_else(|| coverage.clone(), |window| coverage.inside(window));
            builder.cover(connection, in_scope);
        }
        Ok(builder.build())
    }

    /// Returns the currency of every amount.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Returns the parts of `range` whose charges are missing, provisional or unknown, by connection and time.
    /// A ledger to which no coverage was added knows nothing of its completeness, and all of `range` is unknown.
    pub fn gaps(&self, range: Window) -> Vec<Gap> {
        self.completeness.gaps(range)
    }

    /// Returns the number of charges.
    /// Charges without any amount count as well.
    pub fn len(&self) -> usize {
        self.charges.len()
    }

    /// Returns whether there is no charge.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of distinct sets of dimensions.
    pub fn set_count(&self) -> usize {
        self.sets.len()
    }

    /// Returns the ids of all sets, in the order of [`DimensionSetId::index`].
    pub fn set_ids(&self) -> impl Iterator<Item = DimensionSetId> + use<> {
        self.sets.ids()
    }

    /// Returns the set of that id; `None` for an id of another ledger that this one does not have.
    pub fn set(&self, id: DimensionSetId) -> Option<LedgerSet<'_>> {
        self.sets.get(id)
    }

    /// Returns the distinct values of a dimension, ascending; charges without one add nothing.
    ///
    /// Virtual tags have none here: a [`TagCache`](crate::tagger::TagCache) has them.
    pub fn values(&self, dimension: &Dimension) -> BTreeSet<Arc<str>> {
        let column = self.sets.column(dimension);
        column.into_iter().flat_map(Column::values).cloned().collect()
    }

    pub(crate) fn sets(&self) -> &SetColumns {
        &self.sets
    }

    pub(crate) fn charges(&self) -> &Charges {
        &self.charges
    }

    /// Returns the time and the set of each charge, in the order of [`Ledger::rows`]. It is faster, since it decodes no
    /// figures.
    pub fn sets_in_time(&self) -> impl Iterator<Item = (Timestamp, DimensionSetId)> + '_ {
        self.charges.packed(0..self.len()).iter().map(|charge| (charge.at, charge.set))
    }

    /// Returns every charge, in order of time; those of one instant in the order in which they were added.
    /// [`Ledger::sets_in_time`] is faster where no figures are needed.
    pub fn rows(&self) -> impl Iterator<Item = LedgerRow> + '_ {
        (0..self.len()).map_while(|place| self.row(place).ok())
    }

    pub(crate) fn row(&self, place: usize) -> Result<LedgerRow> {
        self.charges.row(place)
    }
}

crate::masked_debug!(Ledger { currency, charges: |it| it.charges.len(), sets: |it| it.sets.len() });

/// One charge of a [`Ledger`].
///
/// A ledger keeps charges packed, so that a row is decoded when it is read, and holds no reference to the ledger.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LedgerRow {
    /// When the charge arose.
    pub at: Timestamp,
    /// Its dimensions; see [`Ledger::set`].
    pub set: DimensionSetId,
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
