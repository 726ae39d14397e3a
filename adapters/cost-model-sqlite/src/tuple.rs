//! What many records of a connection share: who, what and on which terms. Kept once for all of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use cost_model::{CostRecord, Costs, Currency, Stated, Tags, Timestamp, TokenCounts};
use rusqlite::types::ValueRef;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use crate::failure::{Attempt, Failure};

/// The columns, in the order of [`texts`].
pub(crate) const COLUMNS: &str = "currency, provider, billing_account, account, service, service_id, category, \
     subcategory, resource, charge_type, region, usage_unit, stated_kind, stated_model, discount_percent, tags, attributes";

const COUNT: usize = 17;

/// A record with only what a tuple keeps, by which equal tuples are found.
pub(crate) fn bare(record: &CostRecord) -> Attempt<CostRecord> {
    let mut bare = record.clone();
    bare.at = nowhen()?;
    bare.end = None;
    bare.tokens = TokenCounts::default();
    bare.requests = None;
    bare.quantity = None;
    bare.costs = Costs::absent();
    let Stated { discount_percent, kind, model, .. } = &record.stated;
    bare.stated = Stated::default();
    bare.stated.discount_percent = *discount_percent;
    bare.stated.kind.clone_from(kind);
    bare.stated.model.clone_from(model);
    Ok(bare)
}

/// The time of a record that has none yet.
fn nowhen() -> Attempt<Timestamp> {
    Timestamp::from_millis(0).map_err(Failure::Refused)
}

/// What the columns hold.
pub(crate) fn texts(record: &CostRecord) -> Attempt<[Option<Cow<'_, str>>; COUNT]> {
    let CostRecord { billing_account, account, service, service_id, category, subcategory, .. } = record;
    let CostRecord { resource, charge_type, region, usage_unit, stated, tags, attributes, .. } = record;
    // Equal discounts are one text, whatever their scale.
    let discount = stated.discount_percent.map(|percent| Cow::Owned(percent.normalize().to_string()));
    Ok([
        Some(Cow::Borrowed(record.currency.code())),
        Some(Cow::Borrowed(&*record.provider)),
        text(billing_account.as_ref()),
        text(account.as_ref()),
        text(service.as_ref()),
        text(service_id.as_ref()),
        text(category.as_ref()),
        text(subcategory.as_ref()),
        text(resource.as_ref()),
        text(charge_type.as_ref()),
        text(region.as_ref()),
        text(usage_unit.as_ref()),
        text(stated.kind.as_ref()),
        text(stated.model.as_ref()),
        discount,
        json(tags)?,
        json(attributes)?,
    ])
}

/// The first half of a digest of the columns, each with its length.
pub(crate) fn digest(texts: &[Option<Cow<'_, str>>; COUNT]) -> [u8; 16] {
    let mut digest = Sha256::new();
    for text in texts {
        let length = text.as_ref().map_or(u64::MAX, |text| u64::try_from(text.len()).unwrap_or(u64::MAX));
        digest.update(length.to_le_bytes());
        digest.update(text.as_deref().unwrap_or_default());
    }
    let whole: [u8; 32] = digest.finalize().into();
    let mut half = [0; 16];
    half.iter_mut().zip(whole).for_each(|(byte, from)| *byte = from);
    half
}

/// Reads [`COLUMNS`], from the first column on, into a record that has nothing else.
pub(crate) fn read(row: &rusqlite::Row<'_>) -> Attempt<CostRecord> {
    let text = |place| -> Attempt<Option<&str>> {
        match row.get_ref(place)? {
            ValueRef::Null => Ok(None),
            value => value.as_str().map(Some).map_err(|_| Failure::Damaged("a text that is none")),
        }
    };
    let shared = |place| Ok::<_, Failure>(text(place)?.map(Arc::from));
    let currency: Currency =
        text(0)?.and_then(|code| code.parse().ok()).ok_or(Failure::Damaged("a currency that is none"))?;
    let provider = text(1)?.unwrap_or_default();
    let mut record = CostRecord::new(nowhen()?, provider, currency, Costs::absent());
    record.billing_account = shared(2)?;
    record.account = shared(3)?;
    record.service = shared(4)?;
    record.service_id = shared(5)?;
    record.category = shared(6)?;
    record.subcategory = shared(7)?;
    record.resource = shared(8)?;
    record.charge_type = shared(9)?;
    record.region = shared(10)?;
    record.usage_unit = shared(11)?;
    record.stated.kind = shared(12)?;
    record.stated.model = shared(13)?;
    record.stated.discount_percent = match text(14)? {
        None => None,
        Some(percent) => Some(
            Decimal::from_str_exact(percent).map_err(|_| Failure::Damaged("a discount that is no number"))?,
        ),
    };
    record.tags = tags(text(15)?)?;
    record.attributes = tags(text(16)?)?;
    Ok(record)
}

fn text(text: Option<&Arc<str>>) -> Option<Cow<'_, str>> {
    text.map(|text| Cow::Borrowed(&**text))
}

/// Tags as a JSON object of strings, which SQL can look into; none as nothing.
fn json(tags: &Tags) -> Attempt<Option<Cow<'_, str>>> {
    if tags.is_empty() {
        return Ok(None);
    }
    let object: BTreeMap<&str, &str> = tags.iter().map(|(key, value)| (&**key, &**value)).collect();
    let text = serde_json::to_string(&object).map_err(|_| Failure::Damaged("tags that cannot be written"))?;
    Ok(Some(Cow::Owned(text)))
}

fn tags(json: Option<&str>) -> Attempt<Tags> {
    let mut tags = Tags::default();
    let Some(json) = json else { return Ok(tags) };
    let object: BTreeMap<String, String> =
        serde_json::from_str(json).map_err(|_| Failure::Damaged("tags that are no JSON"))?;
    for (key, value) in object {
        tags.insert(key, value);
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_lists_of_texts_read_the_same() {
        let mut texts: [Option<Cow<'_, str>>; COUNT] = Default::default();
        let nothing = digest(&texts);
        texts[3] = Some("".into());
        let empty = digest(&texts);
        (texts[3], texts[4]) = (Some("ab".into()), Some("c".into()));
        let one = digest(&texts);
        (texts[3], texts[4]) = (Some("a".into()), Some("bc".into()));
        let two = digest(&texts);
        let mut all = vec![nothing, empty, one, two];
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 4);
    }
}
