//! What a sync has brought, counted as the charges pass.

use cost_model::ledger::LedgerBuilder;
use cost_model::store::RecordSink;
use cost_model::{Money, Result, StoredRecord};
use cursor_cost_source::NO_USER;

/// Counts of the charges held.
#[derive(Default)]
pub struct Counts {
    pub events: u64,
    /// The exact sum of the amounts charged, as stated by the provider.
    pub charged: Money,
    /// How many name neither a user nor a service account.
    pub without_user: u64,
    /// How many costs the provider did not state as charged, so that they were derived from others of its figures.
    pub derived: u64,
}

/// Counts charges on their way into a ledger.
pub struct Counted {
    pub counts: Counts,
    pub ledger: LedgerBuilder,
}

impl RecordSink for Counted {
    fn record(&mut self, stored: &StoredRecord) -> Result<()> {
        let (counts, record) = (&mut self.counts, &stored.record);
        counts.events += 1;
        counts.charged = counts.charged.checked_add(record.stated.charged.unwrap_or_default())?;
        counts.without_user += u64::from(record.dimensions.resource.as_deref() == Some(NO_USER));
        counts.derived += u64::from(record.costs.derived);
        self.ledger.record(stored)
    }
}
