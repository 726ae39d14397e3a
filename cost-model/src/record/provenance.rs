//! Provenance: where a stored record comes from.

use std::sync::Arc;

use crate::record::{CostRecord, RecordId};
use crate::store::ConnectionId;
use crate::time::Timestamp;

/// The provenance of a stored record: its connection, its run, and when it was first read.
///
/// It is what an auditor asks of an amount: where it was read, when it was first known, and whether it can still be
/// checked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Provenance {
    /// The connection it was read through.
    pub connection: ConnectionId,
    /// The run that first read it as it is stated now.
    pub run: Arc<str>,
    /// When a run first read it.
    pub first_seen: Timestamp,
    /// The id of the record.
    pub record_id: RecordId,
    /// Where the person that it names comes from.
    pub person: Person,
    /// Whether the provider no longer answers for its time, so that it cannot be checked any more.
    pub unconfirmed: bool,
    /// Whether it comes from an imported file, not from the provider's API.
    pub imported: bool,
}

/// A record as a store keeps it: the charge with its provenance.
///
/// A source returns charges and a store returns these, so that no code can take what was merely read for what is
/// stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a pair; built and taken apart by every store")]
pub struct StoredRecord {
    /// The charge.
    pub record: CostRecord,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl StoredRecord {
    /// Replaces a person's name by a pseudonym wherever the record has it, and returns whether it had it.
    pub fn pseudonymise(&mut self, person: &str, pseudonym: &Arc<str>) -> bool {
        let named = self.record.pseudonymise(person, pseudonym);
        if named {
            self.provenance.person = Person::Pseudonym;
        }
        named
    }
}

/// The source of the person that a record names.
///
/// Providers stop naming people who were removed. A store then keeps the name it knew, since a cost without its
/// person could not be charged to anyone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Person {
    /// From the last read.
    #[default]
    AsRead,
    /// From an earlier read: the provider no longer names the person.
    Kept,
    /// Replaced by a pseudonym in the store.
    Pseudonym,
}

impl Provenance {
    /// Makes the provenance of a record from the parts that a store keeps.
    pub fn stored(
        connection: ConnectionId,
        run: Arc<str>,
        first_seen: Timestamp,
        record_id: RecordId,
    ) -> Self {
        Self {
            connection,
            run,
            first_seen,
            record_id,
            person: Person::AsRead,
            unconfirmed: false,
            imported: false,
        }
    }
}

/// One run of an ingest.
/// Records that it is the first to read have its name in their provenance.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Run {
    /// Its name.
    pub id: Arc<str>,
    /// When it read, by the host's clock.
    pub at: Timestamp,
}

impl Run {
    /// Makes a run at that instant, named after it.
    pub fn at(at: Timestamp) -> Self {
        Self { id: at.to_string().into(), at }
    }
}

/// The number of a read. A store assigns them in ascending order, so that it knows which of two reads began later without
/// trusting a clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadNumber(u64);

impl ReadNumber {
    /// Creates the number of a read. Only stores hand out numbers; others would break the order.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn get(self) -> u64 {
        self.0
    }
}
