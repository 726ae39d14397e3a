//! A set of dimensions as it is in the table: numbers of texts.
//!
//! One list of columns serves writing, reading and finding. A dimension that is added is a column here and a step in
//! `schema`.

use std::borrow::Cow;
use std::sync::Arc;

use cost_model::DimensionSet;
use cost_model::record::{DimensionFields, Tags};
use rust_decimal::Decimal;

use crate::failure::{Attempt, Failure};

/// The columns of texts, in the order of [`texts`].
///
/// The names are those of the table, and so is their order in [`fields`].
pub(crate) const COLUMNS: [&str; COUNT] = [
    "currency",
    "provider",
    "billing_account",
    "account",
    "service",
    "service_id",
    "category",
    "subcategory",
    "resource",
    "charge_type",
    "region",
    "usage_unit",
    "stated_kind",
    "stated_model",
    "discount_percent",
];

/// The number of columns of texts; tags and attributes have columns of their own.
pub(crate) const COUNT: usize = 15;

/// Returns what the columns hold. In the order of `COLUMNS`; absent ones are `None`.
///
/// What is a number or a code in a set is a text here, such as the discount.
pub(crate) fn texts(set: &DimensionSet) -> [Option<Cow<'_, str>>; COUNT] {
    fn text(text: Option<&Arc<str>>) -> Option<Cow<'_, str>> {
        text.map(|text| Cow::Borrowed(&**text))
    }
    [
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
        // Equal discounts are one text, whatever their scale.
        set.discount_percent.map(|percent| Cow::Owned(percent.normalize().to_string())),
    ]
}

/// Makes a set of what the columns hold. Fails for what no version has written, such as a set without a currency.
///
/// Texts are shared with the resolver, and not copied.
pub(crate) fn fields(
    texts: [Option<Arc<str>>; COUNT],
    tags: Tags,
    attributes: Tags,
) -> Attempt<DimensionFields> {
    let [currency, provider, billing_account, account, service, service_id, category, rest @ ..] = texts;
    let [subcategory, resource, charge_type, region, usage_unit, stated_kind, stated_model, discount_percent] =
        rest;
    let currency = currency.and_then(|code| code.parse().ok());
    let currency = currency.ok_or(Failure::Damaged("a currency that is none"))?;
    let provider = provider.ok_or(Failure::Damaged("a set of dimensions without a provider"))?;
    let mut fields = DimensionFields::new(provider, currency);
    fields.billing_account = billing_account;
    fields.account = account;
    fields.service = service;
    fields.service_id = service_id;
    fields.category = category;
    fields.subcategory = subcategory;
    fields.resource = resource;
    fields.charge_type = charge_type;
    fields.region = region;
    fields.usage_unit = usage_unit;
    fields.stated_kind = stated_kind;
    fields.stated_model = stated_model;
    fields.discount_percent = discount_percent
        .map(|percent| Decimal::from_str_exact(&percent))
        .transpose()
        .map_err(|_| Failure::Damaged("a discount that is no number"))?;
    (fields.tags, fields.attributes) = (tags, attributes);
    Ok(fields)
}
