//! From records to columns.

use std::fmt;

use crate::completeness::Completeness;
use crate::{
    ConnectionId, CostRecord, Coverage, Currency, Error, ErrorKind, Ledger, RecordSink, Result, StoredRecord,
};

use super::class::{Class, Classes};
use super::columns::Columns;
use super::hours::Hours;
use super::shape::Shape;
use super::tuple::{TupleNumbers, Tuples};

/// Takes records and builds a [`Ledger`].
pub struct LedgerBuilder {
    currency: Currency,
    tuples: Tuples,
    numbers: TupleNumbers,
    classes: Classes,
    columns: Columns,
    completeness: Completeness,
}

impl LedgerBuilder {
    pub(super) fn new(currency: Currency) -> Self {
        Self {
            currency,
            tuples: Tuples::default(),
            numbers: TupleNumbers::default(),
            classes: Classes::default(),
            columns: Columns::default(),
            completeness: Completeness::default(),
        }
    }

    /// Adds one record.
    ///
    /// # Errors
    /// [`ErrorKind::Currency`] when the record is in another currency than the ledger.
    pub fn push(&mut self, record: &CostRecord) -> Result<()> {
        if record.dimensions.currency != self.currency {
            return Err(Error::new(
                ErrorKind::Currency,
                format!(
                    "a record in {} cannot enter a ledger in {}",
                    record.dimensions.currency, self.currency
                ),
            ));
        }
        let tuple = self.tuples.number(record, &mut self.numbers)?;
        let class = Class { tuple, shape: Shape::of(record) };
        self.columns.push(record, self.classes.number(class)?, class.shape)
    }

    /// Says which spans a connection has delivered, and when each was read; what lies outside is missing, and what was
    /// read before it was final is provisional. Without this, reports call their whole range unknown.
    pub fn cover(&mut self, connection: ConnectionId, coverage: impl Into<Coverage>) {
        self.completeness.cover(connection, coverage.into());
    }

    /// Says for how many days late charges are to be expected; [`LOOK_BACK_DAYS`](crate::LOOK_BACK_DAYS) otherwise.
    pub fn look_back_days(&mut self, days: u32) {
        self.completeness.look_back_days(days);
    }

    /// The ledger of all records added, in order of time.
    pub fn build(mut self) -> Ledger {
        self.tuples.shrink();
        let classes = self.classes.into_all();
        let columns = self.columns.finish(&classes);
        Ledger {
            currency: self.currency,
            tuples: self.tuples,
            hours: Hours::of(&columns, &classes),
            columns,
            classes,
            completeness: self.completeness,
        }
    }
}

impl RecordSink for LedgerBuilder {
    fn record(&mut self, record: &StoredRecord) -> Result<()> {
        self.push(&record.record)
    }
}

impl fmt::Debug for LedgerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerBuilder")
            .field("currency", &self.currency)
            .field("rows", &self.columns.len())
            .field("tuples", &self.tuples.len())
            .finish_non_exhaustive()
    }
}
