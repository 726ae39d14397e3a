//! The digests of a set of dimensions, and how fields are digested.

use crate::digest::{Digest, Digester};
use crate::record::Tags;
use crate::record::dimension_fields::DimensionFields;

/// The digests of what a provider states of a set of dimensions.
#[derive(Clone, Debug)]
pub(crate) struct SetDigests {
    /// Of what was used and on which terms.
    pub(super) usage: Digest,
    /// Of that, the person, the kind of charge and the tags.
    pub(super) all: Digest,
}

impl SetDigests {
    pub(super) fn of(dimensions: &DimensionFields) -> Self {
        // Every field is named, so that a new one cannot stay out of the digest without being looked at. The account, the
        // display name of a service that has an id, and the category are named by the host or this workspace: renaming
        // them must change no id.
        let DimensionFields {
            currency: _,
            provider: _,
            billing_account: _,
            account: _,
            service: _,
            service_id: _,
            category: _,
            subcategory: _,
            resource: _,
            charge_type: _,
            region: _,
            usage_unit: _,
            stated_kind: _,
            stated_model: _,
            discount_percent: _,
            tags: _,
            attributes: _,
        } = dimensions;
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
pub(super) struct Fields(Digester);

impl Fields {
    /// Which of the numbers are there, and those that are.
    pub(super) fn numbers(&mut self, numbers: &[Option<i128>]) {
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

    /// No text has the length that means none.
    pub(super) fn text(&mut self, text: Option<&str>) {
        let length = text.map_or(u64::MAX, |text| u64::try_from(text.len()).unwrap_or(u64::MAX));
        self.bytes(&length.to_le_bytes());
        self.bytes(text.unwrap_or_default().as_bytes());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(super) fn digest(self) -> Digest {
        self.0.finish()
    }
}
