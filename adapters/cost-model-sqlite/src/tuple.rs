//! What many records of a connection share: who, what and on which terms. Kept once for all of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use cost_model::{Currency, DimensionFields, DimensionSet, Tags};
use rusqlite::types::ValueRef;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use crate::failure::{Attempt, Failure};

/// The columns, in the order of [`texts`].
pub(crate) const COLUMNS: &str = "currency, provider, billing_account, account, service, service_id, category, \
     subcategory, resource, charge_type, region, usage_unit, stated_kind, stated_model, discount_percent, tags, attributes";

const COUNT: usize = 17;

/// What the columns hold.
pub(crate) fn texts(set: &DimensionSet) -> Attempt<[Option<Cow<'_, str>>; COUNT]> {
    // Equal discounts are one text, whatever their scale.
    let discount = set.discount_percent.map(|percent| Cow::Owned(percent.normalize().to_string()));
    Ok([
        Some(Cow::Borrowed(set.currency.code())),
        Some(Cow::Borrowed(&*set.provider)),
        text(set.billing_account.as_ref()),
        text(set.account.as_ref()),
        text(set.service.as_ref()),
        text(set.service_id.as_ref()),
        text(set.category.as_ref()),
        text(set.subcategory.as_ref()),
        text(set.resource.as_ref()),
        text(set.charge_type.as_ref()),
        text(set.region.as_ref()),
        text(set.usage_unit.as_ref()),
        text(set.stated_kind.as_ref()),
        text(set.stated_model.as_ref()),
        discount,
        json(&set.tags)?,
        json(&set.attributes)?,
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

/// Reads [`COLUMNS`], from the first column on.
pub(crate) fn read(row: &rusqlite::Row<'_>) -> Attempt<DimensionSet> {
    let text = |place| -> Attempt<Option<&str>> {
        match row.get_ref(place)? {
            ValueRef::Null => Ok(None),
            value => value.as_str().map(Some).map_err(|_| Failure::Damaged("a text that is none")),
        }
    };
    let shared = |place| Ok::<_, Failure>(text(place)?.map(Arc::from));
    let currency: Currency =
        text(0)?.and_then(|code| code.parse().ok()).ok_or(Failure::Damaged("a currency that is none"))?;
    let mut fields = DimensionFields::new(text(1)?.unwrap_or_default(), currency);
    fields.billing_account = shared(2)?;
    fields.account = shared(3)?;
    fields.service = shared(4)?;
    fields.service_id = shared(5)?;
    fields.category = shared(6)?;
    fields.subcategory = shared(7)?;
    fields.resource = shared(8)?;
    fields.charge_type = shared(9)?;
    fields.region = shared(10)?;
    fields.usage_unit = shared(11)?;
    fields.stated_kind = shared(12)?;
    fields.stated_model = shared(13)?;
    fields.discount_percent = match text(14)? {
        None => None,
        Some(percent) => Some(
            Decimal::from_str_exact(percent).map_err(|_| Failure::Damaged("a discount that is no number"))?,
        ),
    };
    fields.tags = tags(text(15)?)?;
    fields.attributes = tags(text(16)?)?;
    Ok(fields.into())
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
