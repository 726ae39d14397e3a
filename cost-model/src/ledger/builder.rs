//! From records to columns.

use std::fmt;

use crate::{CostRecord, Currency, Error, ErrorKind, Ledger, RecordSink, Result};

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
            ledger: Ledger { currency, tuples: Tuples::default(), columns: Columns::default() },
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

    /// The ledger of all records added, with no room left for more.
    pub fn build(mut self) -> Ledger {
        self.ledger.tuples.shrink();
        self.ledger.columns.shrink();
        self.ledger
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
