//! Record ids and identities: digests of charges, version 2.
//!
//! A window is a multiset, so pairing needs something that says which charges are equal: an id over everything that
//! is stated, and an identity over what stays when a charge is re-priced. What goes into a digest can only change
//! with a new version of ids (see CONTRIBUTING).

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::digest::{Digest, hexadecimal};
use crate::money::Metric;
use crate::money::Money;
use crate::money::{Quantity, RequestUnits, TokenType};
use crate::record::CostRecord;
use crate::record::set_digests::Fields;
use crate::time::Timestamp;

/// The digest of everything that a provider states of a charge when it is read, and its ordinal among equal charges.
///
/// Providers give usage no id. Two reads of the same charges give the same ids, whatever their order; equal charges get
/// ids of their own. The first 128 bits of SHA-256 over the digest of the charge's dimensions, its time and its figures,
/// version 2. Names that the host or this workspace gives (the account, display names, labels of categories) are not in it,
/// so renaming changes no id.
///
/// ```
/// use cost_model::record::RecordId;
/// use cost_model::{CostRecord, Costs, Currency, Timestamp};
///
/// let charge = CostRecord::new(Timestamp::from_millis(0)?, "cursor", Currency::USD, Costs::flat("1".parse()?));
/// // Equal charges are told apart by their place among equals, whatever the order in which they come.
/// assert_ne!(RecordId::of(&charge, 0), RecordId::of(&charge, 1));
/// assert_eq!(RecordId::of(&charge, 0), RecordId::of(&charge.clone(), 0));
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId([u8; 16]);

/// The digest of a charge without its person and its amounts, by which a store recognises a charge that comes back re-priced
/// or without its user.
///
/// ```
/// use cost_model::record::Identity;
/// use cost_model::{CostRecord, Costs, Currency, Timestamp};
///
/// let at = Timestamp::from_millis(0)?;
/// let charge = CostRecord::new(at, "cursor", Currency::USD, Costs::flat("1".parse()?));
/// let repriced = CostRecord::new(at, "cursor", Currency::USD, Costs::flat("1.2".parse()?));
/// assert_eq!(Identity::of(&charge), Identity::of(&repriced));
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity([u8; 16]);

impl RecordId {
    /// Computes the id of the `ordinal`-th of equal records, counted from 0.
    ///
    /// Takes the digest of the set from the set, where it was computed once.
    pub fn of(record: &CostRecord, ordinal: u64) -> Self {
        Content::of(record).record_id(ordinal)
    }

    /// Returns the id with these bytes, as a store kept them.
    /// They are not checked: any 16 bytes are an id.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the 16 bytes of the digest.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl Identity {
    /// Computes the identity of a record.
    pub fn of(record: &CostRecord) -> Self {
        let mut fields = Fields::default();
        fields.bytes(record.dimensions.digests().usage.as_bytes());
        digest_usage(&mut fields, record);
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
    /// Digests the dimensions, the use, what the provider stated, and the four costs, in this order.
    fn of(record: &CostRecord) -> Self {
        let mut fields = Fields::default();
        fields.bytes(record.dimensions.digests().all.as_bytes());
        digest_usage(&mut fields, record);
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

/// Returns the ids of the records of one read. Equal records get ids of their own by their ordinal among equals. In
/// the order of the records; takes one digest for each and a second for each repetition.
pub(crate) fn record_ids(records: &[CostRecord]) -> Vec<RecordId> {
    let mut equals: FxHashMap<Content, u64> =
        FxHashMap::with_capacity_and_hasher(records.len(), FxBuildHasher);
    records
        .iter()
        .map(|record| {
            let content = Content::of(record);
            let ordinal = equals.entry(content).or_default();
            let id = content.record_id(*ordinal);
            *ordinal += 1;
            id
        })
        .collect()
}

/// Digests what was used, when, and as part of what.
fn digest_usage(fields: &mut Fields, record: &CostRecord) {
    fields.bytes(&record.at.millis().to_le_bytes());
    fields.numbers(&[
        record.end.map(|end: Timestamp| end.millis().into()),
        record.requests.map(RequestUnits::units),
        record.quantity.map(Quantity::units),
    ]);
    for token_type in TokenType::ALL {
        fields.bytes(&record.tokens.get(token_type).count().to_le_bytes());
    }
    fields.text(record.stated.conversation.as_deref());
    fields.text(record.stated.agent.as_deref());
}

hexadecimal!(RecordId);
hexadecimal!(Identity);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Costs, Currency};
    use crate::record::DimensionFields;

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
            |record| record.tokens.set(TokenType::CacheRead, crate::money::Tokens::new(1)),
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
        changed.tokens.set(TokenType::Input, crate::money::Tokens::new(1));
        assert_ne!(Identity::of(&changed), Identity::of(&base));
    }
}
