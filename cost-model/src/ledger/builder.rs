//! Builds a ledger from records.
//!
//! A ledger is made once and never changed: records or the charges of a scan go in, sets of dimensions are numbered
//! as they come, and `build` sorts by time.

use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::fault::Fault;
use crate::ledger::charges::ChargesBuilder;
use crate::ledger::sets::{DimensionSetId, SetColumnsBuilder};
use crate::ledger::{Ledger, LedgerId};
use crate::money::Currency;
use crate::record::{CostRecord, DimensionSet, Figures, StoredRecord};
use crate::store::Completeness;
use crate::store::{ChargeSink, ConnectionId, Coverage, RecordSink, SetNumber};
use crate::time::Timestamp;

/// A builder of a [`Ledger`] from records, which may come in any order of time.
///
/// ```
/// use cost_model::store::ConnectionId;
/// use cost_model::time::WindowSet;
/// use cost_model::{CostRecord, Costs, Currency, Ledger, Window};
///
/// let day = Window::days("2026-09-14".parse()?, "2026-09-15".parse()?)?;
/// let mut builder = Ledger::builder(Currency::USD);
/// builder.push(&CostRecord::new(day.start(), "cursor", Currency::USD, Costs::flat("1".parse()?)))?;
/// // Without this, a report says of its whole range that nobody knows whether it is complete.
/// builder.cover(ConnectionId::new("acme"), vec![day]);
/// assert_eq!(builder.build().len(), 1);
/// # let _ = WindowSet::default();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LedgerBuilder {
    currency: Currency,
    sets: SetColumnsBuilder,
    charges: ChargesBuilder,
    /// The sets of the scan at hand, by their numbers there.
    scanned: Vec<DimensionSetId>,
    completeness: Completeness,
}

impl LedgerBuilder {
    pub(super) fn new(currency: Currency) -> Self {
        Self {
            currency,
            sets: SetColumnsBuilder::default(),
            charges: ChargesBuilder::default(),
            scanned: Vec::new(),
            completeness: Completeness::default(),
        }
    }

    /// Adds one record.
    ///
    /// Equal records count as often as they are added.
    ///
    /// # Errors
    /// [`ErrorKind::Currency`] when the record is in another currency than the ledger.
    pub fn push(&mut self, record: &CostRecord) -> Result<()> {
        let set = self.set_id(&record.dimensions)?;
        self.charges.push(set, record.at, &record.figures())
    }

    /// Returns the number of a set in this ledger; refuses one in another currency.
    fn set_id(&mut self, set: &Arc<DimensionSet>) -> Result<DimensionSetId> {
        if set.currency != self.currency {
            return Err(Fault::OtherCurrency {
                record: set.currency.to_string(),
                ledger: self.currency.to_string(),
            }
            .into());
        }
        self.sets.id(set)
    }

    /// Sets which spans of a connection are covered, and when each was read. What lies outside is reported as missing, and
    /// what was read before it was final as provisional. Without any coverage, reports call their whole range unknown.
    pub fn cover(&mut self, connection: ConnectionId, coverage: impl Into<Coverage>) {
        self.completeness.cover(connection, coverage.into());
    }

    /// Sets for how many days late charges are to be expected; [`LOOK_BACK_DAYS`](crate::store::LOOK_BACK_DAYS) by default.
    pub fn look_back_days(&mut self, days: u32) {
        self.completeness.look_back_days(days);
    }

    /// Returns the ledger of all records added, in order of time.
    ///
    /// Charges of one instant stay in the order in which they were added.
    pub fn build(self) -> Ledger {
        Ledger {
            id: LedgerId::next(),
            currency: self.currency,
            sets: self.sets.finish(),
            charges: self.charges.finish(),
            completeness: self.completeness,
        }
    }
}

impl RecordSink for LedgerBuilder {
    fn record(&mut self, record: &StoredRecord) -> Result<()> {
        self.push(&record.record)
    }
}

impl ChargeSink for LedgerBuilder {
    fn set(&mut self, number: SetNumber, set: &Arc<DimensionSet>) -> Result<()> {
        let id = self.set_id(set)?;
        // A scan begins with number 0; whatever one before handed over is done with.
        self.scanned.truncate(number.index());
        self.scanned.push(id);
        Ok(())
    }

    fn charge(&mut self, set: SetNumber, at: Timestamp, figures: &Figures) -> Result<()> {
        let id = self.scanned.get(set.index()).copied();
        let id =
            id.ok_or_else(|| Error::new(ErrorKind::Store, "a charge of a set that was not handed over"))?;
        self.charges.push(id, at, figures)
    }
}

crate::masked_debug!(LedgerBuilder { currency, charges: |it| it.charges.len(), sets: |it| it.sets.len() });
