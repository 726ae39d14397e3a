//! What a store says of all that it holds, without a charge being read.

use crate::error::Result;
use crate::record::StoredRecord;
use crate::store::RecordSink;

/// Tells one state of a store from another. Two that are equal, of the same store, mean that nothing has changed between them;
/// whoever keeps charges in memory compares them before each answer.
///
/// ```
/// use cost_model::store::Revision;
///
/// assert_ne!(Revision::new(1), Revision::new(2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Revision(u64);

impl Revision {
    /// Makes a revision of the number by which a store counts its changes.
    pub fn new(number: u64) -> Self {
        Self(number)
    }
}

/// How many charges are stored for a connection, unconfirmed and imported ones included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChargeCounts {
    /// All of them.
    pub charges: u64,
    /// Those without an effective cost, which no sum contains.
    pub unpriced: u64,
}

impl ChargeCounts {
    /// Makes the counts of so many charges.
    pub fn new(charges: u64, unpriced: u64) -> Self {
        Self { charges, unpriced }
    }
}

/// Counts what a scan passes on.
impl RecordSink for ChargeCounts {
    fn record(&mut self, stored: &StoredRecord) -> Result<()> {
        self.charges += 1;
        self.unpriced += u64::from(stored.record.costs.effective.is_none());
        Ok(())
    }
}
