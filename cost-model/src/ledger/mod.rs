//! Charges in columns, ready to be filtered and grouped.

mod builder;
mod charges;
mod class;
mod columns;
mod hours;
mod narrow;
mod projection;
mod shape;
mod tuple;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::completeness::Completeness;
use crate::{
    CostStore, Costs, Currency, Dimension, Gap, Money, Quantity, RequestUnits, Result, Scope, Timestamp,
    TokenCounts, Window,
};

pub use builder::LedgerBuilder;
pub use tuple::LedgerTuple;

pub(crate) use charges::{Charges, Figures};
pub(crate) use class::{Class, Extent};
pub(crate) use hours::{HOUR, WholeHours, hour_of};
pub(crate) use narrow::{counts, index, widen};
pub(crate) use projection::Projection;
pub(crate) use shape::Shape;

use columns::Columns;
use hours::Hours;
use tuple::Tuples;

/// An immutable, columnar set of charges in one currency.
///
/// Dimensions are interned: each distinct text is kept once, and each distinct combination of dimensions and tags once,
/// as a *tuple*. A charge itself takes 48 bytes, and most take no more. Where hours have many charges alike, their sums by
/// hour of UTC are kept as well, so that reports which follow whole hours need not add up every charge; no figure depends
/// on that. Built by a scan of a [`CostStore`], or record by record with [`Ledger::builder`].
pub struct Ledger {
    currency: Currency,
    tuples: Tuples,
    /// By number.
    classes: Vec<Class>,
    columns: Columns,
    hours: Hours,
    completeness: Completeness,
}

impl Ledger {
    /// Builds a ledger record by record.
    pub fn builder(currency: Currency) -> LedgerBuilder {
        LedgerBuilder::new(currency)
    }

    /// Builds a ledger of all records in scope.
    ///
    /// # Errors
    /// What the store returns, and [`ErrorKind::Currency`](crate::ErrorKind::Currency) when a record is in another
    /// currency.
    pub async fn from_store(store: &dyn CostStore, scope: &Scope, currency: Currency) -> Result<Self> {
        let mut builder = Self::builder(currency);
        store.scan(scope, &mut builder).await?;
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

    /// The currency of every amount.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The parts of `range` whose charges are missing, provisional or unknown, by connection and time.
    pub fn gaps(&self, range: Window) -> Vec<Gap> {
        self.completeness.gaps(range)
    }

    /// The number of charges.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether there is no charge.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of distinct tuples of dimensions and tags.
    pub fn tuple_count(&self) -> usize {
        self.tuples.len()
    }

    /// The tuple of that number, counted from 0.
    pub fn tuple(&self, number: usize) -> Option<LedgerTuple<'_>> {
        self.tuples.get(number)
    }

    /// The distinct values of a dimension, ascending. Virtual tags have none here.
    pub fn values(&self, dimension: &Dimension) -> BTreeSet<Arc<str>> {
        let tuples = (0..self.tuple_count()).filter_map(|number| self.tuple(number));
        tuples.filter_map(|tuple| tuple.shared(dimension)).collect()
    }

    /// What charges have in common: each distinct tuple and shape.
    pub(crate) fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// Every charge, in order of time, with its columns at hand.
    pub(crate) fn charges(&self) -> Charges<'_> {
        self.columns.charges(&self.classes)
    }

    /// The same from that millisecond on.
    pub(crate) fn charges_from(&self, millis: i64) -> Charges<'_> {
        self.hours.charges_from(millis, self.charges())
    }

    /// What the charges come to in the hours that begin and end between two milliseconds, if that is known.
    pub(crate) fn hours_within(&self, from: i64, to: i64) -> Option<WholeHours<'_>> {
        self.hours.within((from, to), self.charges())
    }

    /// When each charge arose, and the number of its tuple, in the order of [`Ledger::rows`] and in less time.
    pub fn tuples_in_time(&self) -> impl Iterator<Item = (Timestamp, usize)> + '_ {
        let charges = self.charges();
        let tuple = |figures: &Figures| self.classes.get(index(figures.class)).map_or(0, Class::tuple);
        charges.at.iter().zip(charges.figures).map(move |(at, figures)| (*at, tuple(figures)))
    }

    /// Every charge, in order of time; those of one instant in the order in which they came.
    pub fn rows(&self) -> impl Iterator<Item = LedgerRow> + '_ {
        self.charges()
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("currency", &self.currency)
            .field("rows", &self.len())
            .field("tuples", &self.tuple_count())
            .finish_non_exhaustive()
    }
}

/// One charge of a [`Ledger`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LedgerRow {
    /// When the charge arose.
    pub at: Timestamp,
    /// The number of its tuple, for [`Ledger::tuple`].
    pub tuple: usize,
    /// The four amounts.
    pub costs: Costs,
    /// Tokens used.
    pub tokens: TokenCounts,
    /// Request units used.
    pub requests: Option<RequestUnits>,
    /// Usage that neither tokens nor request units tell.
    pub quantity: Option<Quantity>,
    /// The provider's fee as stated, an of-which of the amount charged.
    pub fee: Option<Money>,
}
