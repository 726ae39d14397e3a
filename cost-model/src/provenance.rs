//! Where a record comes from, and the digests that tell records apart.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::{ConnectionId, CostRecord, Money, Quantity, RequestUnits, Tags, Timestamp, TokenType};

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
    /// What it is, apart from person and amounts.
    pub identity: Identity,
    /// Where the person that it names comes from.
    pub person: Person,
    /// Whether the provider no longer answers for its time, so that nobody can tell whether it still stands.
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
    /// Puts a pseudonym in place of a person's name wherever the record has it, and tells whether it had.
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
    /// The provenance of a record that a store hands out, in the parts that it keeps.
    pub fn stored(
        connection: ConnectionId,
        run: Arc<str>,
        first_seen: Timestamp,
        ids: (RecordId, Identity),
    ) -> Self {
        let (record_id, identity) = ids;
        Self {
            connection,
            run,
            first_seen,
            record_id,
            identity,
            person: Person::AsRead,
            unconfirmed: false,
            imported: false,
        }
    }

    /// Gives each record of one read its provenance, as if `run` were the first to read it. Equal records get ids of
    /// their own by their ordinal among equals.
    pub fn of_read(records: Vec<CostRecord>, connection: &ConnectionId, run: &Run) -> Vec<StoredRecord> {
        let mut equals: HashMap<Content, u64> = HashMap::with_capacity(records.len());
        let stored = |record: CostRecord| {
            let content = Content::of(&record);
            let ordinal = equals.entry(content).or_default();
            let ids = (content.record_id(*ordinal), Identity::of(&record));
            *ordinal += 1;
            let provenance = Self::stored(connection.clone(), Arc::clone(&run.id), run.at, ids);
            StoredRecord { record, provenance }
        };
        records.into_iter().map(stored).collect()
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
    /// A run at that instant, named after it.
    pub fn at(at: Timestamp) -> Self {
        Self { id: at.to_string().into(), at }
    }
}

/// The number of a read. A store hands them out ascending, so that it can tell which of two reads began later without
/// trusting a clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadNumber(u64);

impl ReadNumber {
    /// The read of that number. Only stores hand out numbers.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// The digest of everything that a provider states of a charge when it is read, and its ordinal among equal charges.
///
/// Providers give usage no id. Two reads of the same charges give the same ids, whatever their order; equal charges get
/// ids of their own. The first 128 bits of SHA-256 over a fixed list of fields, version 1. Names that the host or this
/// workspace gives (the account, display names, labels of categories) are not in it, so renaming changes no id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId([u8; 16]);

/// The digest of a charge apart from its person and its amounts, by which a charge is known again when it comes back
/// re-priced or without its user.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity([u8; 16]);

impl RecordId {
    /// The id of the `ordinal`-th of a record's equals, counted from 0.
    pub fn of(record: &CostRecord, ordinal: u64) -> Self {
        Content::of(record).record_id(ordinal)
    }

    /// The id with these bytes, as a store kept them.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes of the digest.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl Identity {
    /// The identity of a record.
    pub fn of(record: &CostRecord) -> Self {
        let mut fields = Fields::new("cost identity 1");
        fields.usage(record);
        Self(half(fields.digest()))
    }

    /// The identity with these bytes, as a store kept them.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes of the digest.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// The digest of everything that a provider states of a charge, which equal charges share.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Content([u8; 32]);

impl Content {
    fn of(record: &CostRecord) -> Self {
        let mut fields = Fields::new("cost record 1");
        fields.usage(record);
        fields.person_and_amounts(record);
        Self(fields.digest())
    }

    fn record_id(&self, ordinal: u64) -> RecordId {
        let mut fields = Fields(Sha256::new());
        fields.0.update(self.0);
        fields.number(i128::from(ordinal));
        RecordId(half(fields.digest()))
    }
}

/// Feeds fields to a digest, each with its length, so that no two lists of fields read the same.
struct Fields(Sha256);

impl Fields {
    fn new(version: &str) -> Self {
        let mut fields = Self(Sha256::new());
        fields.text(Some(version));
        fields
    }

    /// What was used, when, and on which terms.
    fn usage(&mut self, record: &CostRecord) {
        self.number(i128::from(record.at.millis()));
        self.optional(record.end.map(|end| i128::from(end.millis())));
        self.text(Some(record.currency.code()));
        self.text(Some(&record.provider));
        self.text(record.billing_account.as_deref());
        self.text(record.service_id.as_deref().or(record.service.as_deref()));
        self.text(record.charge_type.as_deref());
        self.text(record.region.as_deref());
        self.text(record.usage_unit.as_deref());
        for token_type in TokenType::ALL {
            self.number(i128::from(record.tokens.get(token_type).count()));
        }
        self.optional(record.requests.map(RequestUnits::units));
        self.optional(record.quantity.map(Quantity::units));
        self.text(record.stated.model.as_deref());
        self.text(record.stated.conversation.as_deref());
    }

    fn person_and_amounts(&mut self, record: &CostRecord) {
        let stated = &record.stated;
        self.text(record.resource.as_deref());
        self.text(stated.kind.as_deref());
        self.text(record.subcategory.as_deref());
        for amount in [stated.charged, stated.model_cost, stated.fee] {
            self.optional(amount.map(Money::units));
        }
        self.text(stated.discount_percent.map(|percent| percent.normalize().to_string()).as_deref());
        for metric in crate::Metric::ALL {
            self.optional(record.costs.get(metric).map(Money::units));
        }
        self.tags(&record.tags);
        self.tags(&record.attributes);
    }

    fn tags(&mut self, tags: &Tags) {
        self.number(tags.iter().map(|_| 1).sum());
        for (key, value) in tags.iter() {
            self.text(Some(key));
            self.text(Some(value));
        }
    }

    fn text(&mut self, text: Option<&str>) {
        self.optional(text.and_then(|text| i128::try_from(text.len()).ok()));
        self.0.update(text.unwrap_or_default().as_bytes());
    }

    fn optional(&mut self, number: Option<i128>) {
        self.0.update([u8::from(number.is_some())]);
        self.number(number.unwrap_or_default());
    }

    fn number(&mut self, number: i128) {
        self.0.update(number.to_le_bytes());
    }

    fn digest(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

fn half(whole: [u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.iter_mut().zip(whole).for_each(|(byte, from)| *byte = from);
    half
}

macro_rules! hexadecimal {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

hexadecimal!(RecordId);
hexadecimal!(Identity);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Costs, Currency};

    fn record(amount: &str) -> CostRecord {
        let at = Timestamp::from_millis(1_785_492_000_417).unwrap();
        let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat(amount.parse().unwrap()));
        record.service_id = Some("claude-4.5-sonnet".into());
        record.resource = Some("iris@example.com".into());
        record
    }

    #[test]
    fn ids_are_fixed_for_ever() {
        // A change here changes the ids in every store: it needs a new version and a migration.
        assert_eq!(RecordId::of(&record("0.078225"), 0).to_string(), "60170519b156b20e28f8b667555ceff9");
        assert_eq!(Identity::of(&record("0.078225")).to_string(), "1ede5108d89a89f5eeae0c43c9dfd495");
    }

    #[test]
    fn names_change_no_id_and_facts_do() {
        let base = record("1");
        let mut renamed = base.clone();
        renamed.account = Some("Other".into());
        renamed.service = Some("Display Name".into());
        renamed.category = Some("label".into());
        assert_eq!(RecordId::of(&renamed, 0), RecordId::of(&base, 0));
        assert_ne!(RecordId::of(&base, 1), RecordId::of(&base, 0));
        assert_eq!(RecordId::of(&record("1.00"), 0), RecordId::of(&base, 0));
        assert_ne!(RecordId::of(&record("1.01"), 0), RecordId::of(&base, 0));
    }

    #[test]
    fn the_identity_leaves_out_person_and_amounts() {
        let base = record("1");
        let mut changed = record("2");
        changed.resource = None;
        changed.stated.charged = Some("2".parse().unwrap());
        changed.tags.insert("cursor:user", "iris@example.com");
        assert_eq!(Identity::of(&changed), Identity::of(&base));
        changed.tokens.set(TokenType::Input, crate::Tokens::new(1));
        assert_ne!(Identity::of(&changed), Identity::of(&base));
    }
}
