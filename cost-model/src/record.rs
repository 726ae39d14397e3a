//! The cost record: one provider-neutral charge.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::{Costs, Currency, Dimension, Dimensions, Money, Quantity, RequestUnits, Timestamp, TokenCounts};

/// One charge: who, what, when, how much, on which terms.
///
/// Made by [`CostRecord::new`] and filled in field by field. It has no field for the content of a prompt or an answer.
/// Two equal records are two charges: collections of records are multisets. `Debug` leaves out whatever may name a person.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CostRecord {
    /// When the charge arose, or when its period began.
    pub at: Timestamp,
    /// When its period ended, for charges over a period.
    pub end: Option<Timestamp>,
    /// The currency of every amount of this record.
    pub currency: Currency,
    /// Who charges, such as `cursor`.
    pub provider: Arc<str>,
    /// The payer account at the provider.
    pub billing_account: Option<Arc<str>>,
    /// The name given to the connection.
    pub account: Option<Arc<str>>,
    /// What was used, by display name.
    pub service: Option<Arc<str>>,
    /// What was used, by the provider's own id, as sent.
    pub service_id: Option<Arc<str>>,
    /// A coarse class of the usage.
    pub category: Option<Arc<str>>,
    /// A finer class of the usage.
    pub subcategory: Option<Arc<str>>,
    /// The user, machine or thing that caused the charge.
    pub resource: Option<Arc<str>>,
    /// Usage, Tax, Credit and so on.
    pub charge_type: Option<Arc<str>>,
    /// Where.
    pub region: Option<Arc<str>>,
    /// The unit that usage is counted in, such as `tokens`.
    pub usage_unit: Option<Arc<str>>,
    /// Tokens used.
    pub tokens: TokenCounts,
    /// Request units used, where the provider counts in them.
    pub requests: Option<RequestUnits>,
    /// Usage in `usage_unit`, where neither tokens nor request units say it.
    pub quantity: Option<Quantity>,
    /// The four amounts.
    pub costs: Costs,
    /// The provider's tags.
    pub tags: Tags,
    /// Whatever else the provider states of the charge, verbatim, by the provider's names. Not tags.
    pub attributes: Tags,
    /// The provider's own figures, verbatim.
    pub stated: Stated,
}

impl CostRecord {
    /// A charge of `costs` by `provider` at `at`, with nothing else known.
    pub fn new(at: Timestamp, provider: impl Into<Arc<str>>, currency: Currency, costs: Costs) -> Self {
        Self {
            at,
            end: None,
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
            tokens: TokenCounts::default(),
            requests: None,
            quantity: None,
            costs,
            tags: Tags::default(),
            attributes: Tags::default(),
            stated: Stated::default(),
        }
    }

    /// Puts a pseudonym in place of a person's name wherever the record has it; tells whether it had.
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

    pub(crate) fn field(&self, dimension: &Dimension) -> Option<&Arc<str>> {
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
}

impl Dimensions for CostRecord {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        self.field(dimension).map(|value| Cow::Borrowed(&**value))
    }

    fn tag(&self, key: &str) -> Option<Cow<'_, str>> {
        self.tags.get(key).map(|value| Cow::Borrowed(&**value))
    }

    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
        self.tags.iter().for_each(|(key, value)| visit(key, value));
    }

    fn at(&self) -> Option<Timestamp> {
        Some(self.at)
    }

    fn costs(&self) -> Option<Costs> {
        Some(self.costs)
    }

    fn tokens(&self) -> Option<TokenCounts> {
        Some(self.tokens)
    }

    fn requests(&self) -> Option<RequestUnits> {
        self.requests
    }
}

impl fmt::Debug for CostRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CostRecord")
            .field("at", &self.at)
            .field("provider", &self.provider)
            .field("service", &self.service)
            .field("subcategory", &self.subcategory)
            .field("costs", &self.costs)
            .finish_non_exhaustive()
    }
}

/// The figures of a charge exactly as the provider stated them, kept so that any mapping can be run again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Stated {
    /// The amount charged.
    pub charged: Option<Money>,
    /// The cost of the model before discount and fee.
    pub model_cost: Option<Money>,
    /// The provider's fee, an of-which of `charged`.
    pub fee: Option<Money>,
    /// The discount in percent.
    pub discount_percent: Option<Decimal>,
    /// The kind of charge, in the provider's word.
    pub kind: Option<Arc<str>>,
    /// The provider's id of the model.
    pub model: Option<Arc<str>>,
    /// The conversation that the charge is part of.
    pub conversation: Option<Arc<str>>,
    /// How many of these figures were finer than 10^-24 of the major unit and were rounded half-even.
    pub rounded: u32,
}

/// Tags by key, in order of their keys. `Debug` shows the keys only.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Tags(Vec<(Arc<str>, Arc<str>)>);

impl Tags {
    /// Sets a tag, in place of one of the same key.
    pub fn insert(&mut self, key: impl Into<Arc<str>>, value: impl Into<Arc<str>>) {
        let (key, value) = (key.into(), value.into());
        match self.0.binary_search_by(|(each, _)| each.cmp(&key)) {
            Ok(found) => {
                if let Some(tag) = self.0.get_mut(found) {
                    tag.1 = value;
                }
            }
            Err(place) => self.0.insert(place, (key, value)),
        }
    }

    /// The value of the tag of that key.
    pub fn get(&self, key: &str) -> Option<&Arc<str>> {
        let found = self.0.binary_search_by(|(each, _)| (**each).cmp(key)).ok()?;
        self.0.get(found).map(|(_, value)| value)
    }

    /// Every tag, in order of keys.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// Whether there is no tag.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(key, _)| key)).finish()
    }
}
