//! From records to columns.

use std::fmt;

use crate::completeness::Completeness;
use crate::{
    ConnectionId, CostRecord, Currency, Error, ErrorKind, Ledger, RecordSink, Result, Timestamp, Window,
};

use super::columns::{ClassNumbers, Columns};
use super::tuple::{TupleNumbers, Tuples};

/// Takes records and builds a [`Ledger`].
pub struct LedgerBuilder {
    ledger: Ledger,
    tuples: TupleNumbers,
    classes: ClassNumbers,
}

impl LedgerBuilder {
    pub(super) fn new(currency: Currency) -> Self {
        Self {
            ledger: Ledger {
                currency,
                tuples: Tuples::default(),
                columns: Columns::default(),
                completeness: Completeness::default(),
            },
            tuples: TupleNumbers::default(),
            classes: ClassNumbers::default(),
        }
    }

    /// Adds one record.
    ///
    /// # Errors
    /// [`ErrorKind::Currency`] when the record is in another currency than the ledger.
    pub fn push(&mut self, record: &CostRecord) -> Result<()> {
        if record.currency != self.ledger.currency {
            return Err(Error::new(
                ErrorKind::Currency,
                format!("a record in {} cannot enter a ledger in {}", record.currency, self.ledger.currency),
            ));
        }
        let tuple = self.ledger.tuples.number(record, &mut self.tuples)?;
        self.ledger.columns.push(record, tuple, &mut self.classes)
    }

    /// Says which spans a connection has delivered, merged and ascending; what lies outside is missing. Without this,
    /// reports call their whole range unknown.
    pub fn cover(&mut self, connection: ConnectionId, windows: Vec<Window>) {
        self.ledger.completeness.cover(connection, windows);
    }

    /// Says from when on late charges are still to be expected.
    pub fn provisional_from(&mut self, from: Timestamp) {
        self.ledger.completeness.provisional_from(from);
    }

    /// The ledger of all records added, in order of time.
    pub fn build(mut self) -> Ledger {
        self.ledger.tuples.shrink();
        Ledger { columns: self.ledger.columns.finish(), ..self.ledger }
    }
}

impl RecordSink for LedgerBuilder {
    fn record(&mut self, record: &CostRecord) -> Result<()> {
        self.push(record)
    }
}

impl fmt::Debug for LedgerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LedgerBuilder").field(&self.ledger).finish()
    }
}
