//! The digests that tell records apart, version 2.

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::costs::Metric;
use crate::digest::{Digest, Digester, hexadecimal};
use crate::money::Money;
use crate::record::{CostRecord, DimensionFields, Tags};
use crate::time::Timestamp;
use crate::usage::{Quantity, RequestUnits, TokenType};

/// The digest of everything that a provider states of a charge when it is read, and its ordinal among equal charges.
///
/// Providers give usage no id. Two reads of the same charges give the same ids, whatever their order; equal charges get
/// ids of their own. The first 128 bits of SHA-256 over the digest of the charge's dimensions, its time and its figures,
/// version 2. Names that the host or this workspace gives (the account, display names, labels of categories) are not in it,
/// so renaming changes no id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId([u8; 16]);

/// The digest of a charge apart from its person and its amounts, by which a charge is known again when it comes back
/// re-priced or without its user.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity([u8; 16]);

impl RecordId {
    /// Returns the id of the `ordinal`-th of a record's equals, counted from 0.
    pub fn of(record: &CostRecord, ordinal: u64) -> Self {
        Content::of(record).record_id(ordinal)
    }

    /// Returns the id with these bytes, as a store kept them.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the 16 bytes of the digest.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl Identity {
    /// Returns the identity of a record.
    pub fn of(record: &CostRecord) -> Self {
        let mut fields = Fields::default();
        fields.bytes(record.dimensions.digests().usage.as_bytes());
        fields.usage(record);
        Self(fields.digest().prefix())
    }

    /// Returns the identity with these bytes, as a store kept them.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the 16 bytes of the digest.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// The digest of everything that a provider states of a charge, which equal charges share.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Content(Digest);

impl Content {
    fn of(record: &CostRecord) -> Self {
        let mut fields = Fields::default();
        fields.bytes(record.dimensions.digests().all.as_bytes());
        fields.usage(record);
        let stated = &record.stated;
        let amounts = [stated.charged, stated.model_cost, stated.fee].map(|amount| amount.map(Money::units));
        let costs = Metric::ALL.map(|metric| record.costs.get(metric).map(Money::units));
        fields.numbers(&amounts);
        fields.numbers(&costs);
        Self(fields.digest())
    }

    /// Returns the id of the `ordinal`-th of equal charges. Nearly every charge is the first.
    fn record_id(&self, ordinal: u64) -> RecordId {
        if ordinal == 0 {
            return RecordId(self.0.prefix());
        }
        let mut fields = Fields::default();
        fields.bytes(self.0.as_bytes());
        fields.bytes(&ordinal.to_le_bytes());
        RecordId(fields.digest().prefix())
    }
}

/// Returns the ids of the records of one read. Equal records get ids of their own by their ordinal among equals.
pub(crate) fn record_ids(records: &[CostRecord]) -> Vec<RecordId> {
    let mut equals: FxHashMap<Content, u64> =
        FxHashMap::with_capacity_and_hasher(records.len(), FxBuildHasher);
    let id = |record| {
        let content = Content::of(record);
        let ordinal = equals.entry(content).or_default();
        let id = content.record_id(*ordinal);
        *ordinal += 1;
        id
    };
    records.iter().map(id).collect()
}

/// The digests of what a provider states of a set of dimensions.
#[derive(Clone, Debug)]
pub(crate) struct SetDigests {
    /// Of what was used and on which terms.
    usage: Digest,
    /// Of that, the person, the kind of charge and the tags.
    all: Digest,
}

impl SetDigests {
    pub(super) fn of(dimensions: &DimensionFields) -> Self {
        let mut fields = Fields::default();
        fields.text(Some("cost dimensions 2"));
        fields.text(Some(dimensions.currency.code()));
        fields.text(Some(&dimensions.provider));
        fields.text(dimensions.billing_account.as_deref());
        fields.text(dimensions.service_id.as_deref().or(dimensions.service.as_deref()));
        fields.text(dimensions.charge_type.as_deref());
        fields.text(dimensions.region.as_deref());
        fields.text(dimensions.usage_unit.as_deref());
        fields.text(dimensions.stated_model.as_deref());
        let usage = fields.clone().digest();
        fields.text(dimensions.resource.as_deref());
        fields.text(dimensions.stated_kind.as_deref());
        fields.text(dimensions.subcategory.as_deref());
        fields.text(dimensions.discount_percent.map(|percent| percent.normalize().to_string()).as_deref());
        fields.tags(&dimensions.tags);
        fields.tags(&dimensions.attributes);
        Self { usage, all: fields.digest() }
    }
}

/// Feeds fields to a digest, each with its length, so that no two lists of fields read the same.
#[derive(Clone, Default)]
struct Fields(Digester);

impl Fields {
    /// What was used, when, and as part of what.
    fn usage(&mut self, record: &CostRecord) {
        self.bytes(&record.at.millis().to_le_bytes());
        self.numbers(&[
            record.end.map(|end: Timestamp| end.millis().into()),
            record.requests.map(RequestUnits::units),
            record.quantity.map(Quantity::units),
        ]);
        for token_type in TokenType::ALL {
            self.bytes(&record.tokens.get(token_type).count().to_le_bytes());
        }
        self.text(record.stated.conversation.as_deref());
        self.text(record.stated.agent.as_deref());
    }

    /// Which of the numbers are there, and those that are.
    fn numbers(&mut self, numbers: &[Option<i128>]) {
        let present = numbers.iter().fold(0_u8, |bits, number| bits << 1 | u8::from(number.is_some()));
        self.bytes(&[present]);
        for number in numbers.iter().flatten() {
            self.bytes(&number.to_le_bytes());
        }
    }

    fn tags(&mut self, tags: &Tags) {
        let count = tags.iter().fold(0_u64, |count, _| count.wrapping_add(1));
        self.bytes(&count.to_le_bytes());
        for (key, value) in tags.iter() {
            self.text(Some(key));
            self.text(Some(value));
        }
    }

    /// No text has the length that stands for none.
    fn text(&mut self, text: Option<&str>) {
        let length = text.map_or(u64::MAX, |text| u64::try_from(text.len()).unwrap_or(u64::MAX));
        self.bytes(&length.to_le_bytes());
        self.bytes(text.unwrap_or_default().as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn digest(self) -> Digest {
        self.0.finish()
    }
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
        record.edit(|set| set.service_id = Some("claude-4.5-sonnet".into()));
        record.edit(|set| set.resource = Some("iris@example.com".into()));
        record
    }

    #[test]
    fn ids_are_fixed_for_ever() {
        // A change here changes the ids in every store: it needs a new version and a migration.
        assert_eq!(RecordId::of(&record("0.078225"), 0).to_string(), "b5f0b7908de0a537a53980309c94db55");
        assert_eq!(Identity::of(&record("0.078225")).to_string(), "33d1fbb0d3317724b4e078929715bf2b");
    }

    #[test]
    fn names_change_no_id_and_facts_do() {
        let base = record("1");
        let mut renamed = base.clone();
        renamed.edit(|set| set.account = Some("Other".into()));
        renamed.edit(|set| set.service = Some("Display Name".into()));
        renamed.edit(|set| set.category = Some("label".into()));
        assert_eq!(RecordId::of(&renamed, 0), RecordId::of(&base, 0));
        assert_ne!(RecordId::of(&base, 1), RecordId::of(&base, 0));
        assert_eq!(RecordId::of(&record("1.00"), 0), RecordId::of(&base, 0));
        assert_ne!(RecordId::of(&record("1.01"), 0), RecordId::of(&base, 0));
    }

    #[test]
    fn each_fact_changes_the_id_and_only_what_was_used_the_identity() {
        let base = record("1");
        let change = |edit: fn(&mut DimensionFields)| {
            let mut changed = base.clone();
            changed.edit(edit);
            (
                RecordId::of(&changed, 0) != RecordId::of(&base, 0),
                Identity::of(&changed) != Identity::of(&base),
            )
        };
        let usage: [fn(&mut DimensionFields); 7] = [
            |set| set.provider = "other".into(),
            |set| set.billing_account = Some("a".into()),
            |set| set.service_id = Some("other".into()),
            |set| set.charge_type = Some("Tax".into()),
            |set| set.region = Some("eu".into()),
            |set| set.usage_unit = Some("tokens".into()),
            |set| set.stated_model = Some("m".into()),
        ];
        for (place, edit) in usage.into_iter().enumerate() {
            assert_eq!(change(edit), (true, true), "{place}");
        }
        let facts: [fn(&mut DimensionFields); 6] = [
            |set| set.resource = None,
            |set| set.stated_kind = Some("k".into()),
            |set| set.subcategory = Some("s".into()),
            |set| set.discount_percent = Some(10.into()),
            |set| set.tags.insert("k", "v"),
            |set| set.attributes.insert("k", "v"),
        ];
        for (place, edit) in facts.into_iter().enumerate() {
            assert_eq!(change(edit), (true, false), "{place}");
        }
        let figures: [fn(&mut CostRecord); 7] = [
            |record| record.at = Timestamp::from_millis(1).unwrap(),
            |record| record.end = Some(record.at),
            |record| record.requests = Some(RequestUnits::ZERO),
            |record| record.quantity = Some(Quantity::ZERO),
            |record| record.tokens.set(TokenType::CacheRead, crate::Tokens::new(1)),
            |record| record.stated.conversation = Some("c".into()),
            |record| record.stated.agent = Some("c".into()),
        ];
        let mut ids = vec![RecordId::of(&base, 0)];
        for (place, edit) in figures.into_iter().enumerate() {
            let mut changed = base.clone();
            edit(&mut changed);
            assert_ne!(Identity::of(&changed), Identity::of(&base), "{place}");
            ids.push(RecordId::of(&changed, 0));
        }
        let amounts: [fn(&mut CostRecord); 7] = [
            |record| record.costs.billed = None,
            |record| record.costs.effective = None,
            |record| record.costs.list = None,
            |record| record.costs.contracted = None,
            |record| record.stated.charged = Some(Money::ZERO),
            |record| record.stated.model_cost = Some(Money::ZERO),
            |record| record.stated.fee = Some(Money::ZERO),
        ];
        for (place, edit) in amounts.into_iter().enumerate() {
            let mut changed = base.clone();
            edit(&mut changed);
            assert_eq!(Identity::of(&changed), Identity::of(&base), "{place}");
            ids.push(RecordId::of(&changed, 0));
        }
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "two facts read the same");
    }

    #[test]
    fn the_identity_leaves_out_person_and_amounts() {
        let base = record("1");
        let mut changed = record("2");
        changed.edit(|set| set.resource = None);
        changed.stated.charged = Some("2".parse().unwrap());
        changed.edit(|set| set.tags.insert("cursor:user", "iris@example.com"));
        assert_eq!(Identity::of(&changed), Identity::of(&base));
        changed.tokens.set(TokenType::Input, crate::Tokens::new(1));
        assert_ne!(Identity::of(&changed), Identity::of(&base));
    }
}
