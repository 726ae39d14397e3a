//! The fields of a set of dimensions.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::dimension::Dimension;
use crate::money::Currency;
use crate::record::Tags;

/// The fields of a [`DimensionSet`](crate::record::DimensionSet), to be filled in.
///
/// ```
/// use cost_model::record::DimensionFields;
/// use cost_model::{Currency, DimensionSet};
///
/// let mut fields = DimensionFields::new("cursor", Currency::USD);
/// fields.service = Some("Claude 4.5 Sonnet".into());
/// fields.tags.insert("cursor:max_mode", "false");
/// let set = DimensionSet::from(fields);
/// assert_eq!(set.service.as_deref(), Some("Claude 4.5 Sonnet"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DimensionFields {
    /// The currency of every amount.
    pub currency: Currency,
    /// The provider that charges, such as `cursor`.
    pub provider: Arc<str>,
    /// The payer account at the provider.
    pub billing_account: Option<Arc<str>>,
    /// The name given to the connection.
    pub account: Option<Arc<str>>,
    /// The service that was used, by display name.
    pub service: Option<Arc<str>>,
    /// The service that was used, by the provider's own id, as sent.
    pub service_id: Option<Arc<str>>,
    /// A coarse class of the usage.
    pub category: Option<Arc<str>>,
    /// A finer class of the usage.
    pub subcategory: Option<Arc<str>>,
    /// The user, machine or thing that caused the charge.
    pub resource: Option<Arc<str>>,
    /// Usage, Tax, Credit and so on.
    pub charge_type: Option<Arc<str>>,
    /// The region of the usage.
    pub region: Option<Arc<str>>,
    /// The unit that usage is counted in, such as `tokens`.
    pub usage_unit: Option<Arc<str>>,
    /// The kind of charge, in the provider's word.
    pub stated_kind: Option<Arc<str>>,
    /// The model, in the provider's word.
    pub stated_model: Option<Arc<str>>,
    /// The discount in percent that the provider states.
    pub discount_percent: Option<Decimal>,
    /// The provider's tags.
    pub tags: Tags,
    /// Whatever else the provider states of the charge, verbatim, by the provider's names. Not tags.
    pub attributes: Tags,
}

impl DimensionFields {
    /// Makes the fields of charges by `provider`, with nothing else known.
    pub fn new(provider: impl Into<Arc<str>>, currency: Currency) -> Self {
        Self {
            currency,
            provider: provider.into(),
            billing_account: None,
            account: None,
            service: None,
            service_id: None,
            category: None,
            subcategory: None,
            resource: None,
            charge_type: None,
            region: None,
            usage_unit: None,
            stated_kind: None,
            stated_model: None,
            discount_percent: None,
            tags: Tags::default(),
            attributes: Tags::default(),
        }
    }

    /// Returns the value of a field that is a dimension, tags included.
    pub fn shared(&self, dimension: &Dimension) -> Option<&Arc<str>> {
        match dimension {
            Dimension::Provider => Some(&self.provider),
            Dimension::BillingAccount => self.billing_account.as_ref(),
            Dimension::Account => self.account.as_ref(),
            Dimension::Service => self.service.as_ref(),
            Dimension::ServiceId => self.service_id.as_ref(),
            Dimension::Category => self.category.as_ref(),
            Dimension::Subcategory => self.subcategory.as_ref(),
            Dimension::Resource => self.resource.as_ref(),
            Dimension::ChargeType => self.charge_type.as_ref(),
            Dimension::Region => self.region.as_ref(),
            Dimension::UsageUnit => self.usage_unit.as_ref(),
            Dimension::Tag(key) => self.tags.get(key),
            Dimension::VirtualTag(_) | Dimension::Tagged | Dimension::TokenType => None,
        }
    }

    /// Replaces a person's name by a pseudonym wherever a field has it, and returns whether one had it.
    pub fn pseudonymise(&mut self, person: &str, pseudonym: &Arc<str>) -> bool {
        let mut named = false;
        if self.resource.as_deref() == Some(person) {
            self.resource = Some(Arc::clone(pseudonym));
            named = true;
        }
        for tags in [&mut self.tags, &mut self.attributes] {
            let keys: Vec<_> = tags
                .iter()
                .filter(|(_, value)| &***value == person)
                .map(|(key, _)| Arc::clone(key))
                .collect();
            named |= !keys.is_empty();
            for key in keys {
                tags.insert(key, Arc::clone(pseudonym));
            }
        }
        named
    }
}

crate::masked_debug!(DimensionFields { provider, service, subcategory });
