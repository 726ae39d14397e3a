//! Where a record comes from.

use std::sync::Arc;

use crate::record::{CostRecord, RecordId};
use crate::store::ConnectionId;
use crate::time::Timestamp;

/// Where a stored record comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Provenance {
    /// The connection it was read through.
    pub connection: ConnectionId,
    /// The run that first read it as it is stated now.
    pub run: Arc<str>,
    /// When a run first read it.
    pub first_seen: Timestamp,
    /// What it is.
    pub record_id: RecordId,
    /// Where the person that it names comes from.
    pub person: Person,
    /// Whether the provider no longer answers for its time, so that nobody can tell whether it is still so.
    pub unconfirmed: bool,
    /// Whether it comes from an imported file, not from the provider's API.
    pub imported: bool,
}

/// A record as a store keeps it: the charge, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a pair; built and taken apart by every store")]
pub struct StoredRecord {
    /// The charge.
    pub record: CostRecord,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl StoredRecord {
    /// Puts a pseudonym in place of a person's name wherever the record has it, and returns whether it had.
    pub fn pseudonymise(&mut self, person: &str, pseudonym: &Arc<str>) -> bool {
        let named = self.record.pseudonymise(person, pseudonym);
        if named {
            self.provenance.person = Person::Pseudonym;
        }
        named
    }
}

/// Where the person comes from that a record names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Person {
    /// From the last read.
    #[default]
    AsRead,
    /// From an earlier read: the provider has forgotten the person since.
    Kept,
    /// From nobody: a pseudonym has been put in place.
    Pseudonym,
}

impl Provenance {
    /// Makes the provenance of a record that a store hands out, in the parts that it keeps.
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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Run {
    /// Its name.
    pub id: Arc<str>,
    /// When it read.
    pub at: Timestamp,
}

impl Run {
    /// Makes a run at that instant, named after it.
    pub fn at(at: Timestamp) -> Self {
        Self { id: at.to_string().into(), at }
    }
}

/// The number of a read. A store hands them out ascending, so that it can tell which of two reads began later without
/// trusting a clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadNumber(u64);

impl ReadNumber {
    /// Makes the read of that number. Only stores hand out numbers.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn get(self) -> u64 {
        self.0
    }
}
