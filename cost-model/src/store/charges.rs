//! Charges for a ledger: dimensions by number, and the figures that reports sum.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::hash::SetMap;
use crate::record::{DimensionSet, Figures, StoredRecord};
use crate::store::RecordSink;
use crate::time::Timestamp;

/// The number of a set of dimensions in one scan: 0 for the first that the scan hands over, and so on. It means nothing
/// outside of that scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetNumber(u32);

impl SetNumber {
    /// Returns the number of the set that is passed after `before` others.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow) past 2^32.
    pub fn after(before: usize) -> Result<Self> {
        let number = u32::try_from(before).ok().filter(|number| *number < u32::MAX);
        number.map(Self).ok_or_else(|| Error::overflow("the number of sets of dimensions"))
    }

    /// Returns the number of sets that were passed before this one.
    pub fn index(self) -> usize {
        // No supported target has fewer bits.
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// Takes charges without what only a store needs: ids, provenance, stated amounts.
///
/// Each set of dimensions is passed once, before the first charge that has it, so that a ledger compares no texts.
pub trait ChargeSink {
    /// Takes a set of dimensions; `number` is the count of those before.
    ///
    /// # Errors
    /// Whatever stops the sink; the scan then ends with that error.
    fn set(&mut self, number: SetNumber, set: &Arc<DimensionSet>) -> Result<()>;

    /// Takes a charge that arose at `at`.
    ///
    /// # Errors
    /// Whatever stops the sink; the scan then ends with that error.
    fn charge(&mut self, set: SetNumber, at: Timestamp, figures: &Figures) -> Result<()>;
}

/// Numbers the sets of records that come one by one.
pub(super) struct Numbering<'a> {
    sink: &'a mut (dyn ChargeSink + Send),
    numbers: SetMap<SetNumber>,
}

impl<'a> Numbering<'a> {
    pub(super) fn new(sink: &'a mut (dyn ChargeSink + Send)) -> Self {
        Self { sink, numbers: SetMap::default() }
    }
}

impl RecordSink for Numbering<'_> {
    fn record(&mut self, StoredRecord { record, .. }: &StoredRecord) -> Result<()> {
        let number = match self.numbers.get(&record.dimensions) {
            Some(number) => *number,
            None => {
                let number = SetNumber::after(self.numbers.len())?;
                self.sink.set(number, &record.dimensions)?;
                self.numbers.insert(Arc::clone(&record.dimensions), number);
                number
            }
        };
        self.sink.charge(number, record.at, &record.figures())
    }
}
