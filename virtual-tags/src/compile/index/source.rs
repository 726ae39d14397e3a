//! Texts of a charge that rules compare.

use std::borrow::Cow;

use cost_model::Dimension;

use crate::compile::charge::{Charge, text_of};
use crate::rules::person_matcher::without_plus_tag;

/// The field of a charge that is compared.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum IndexedField {
    Dimension(Dimension),
    Email,
    EmailLocal,
    EmailBase,
    EmailDomain,
}

impl IndexedField {
    /// Returns the value of the field.
    pub(super) fn read_text<'a>(&self, charge: &'a Charge<'_>) -> Option<Cow<'a, str>> {
        let parts = || charge.email()?.rsplit_once('@');
        match self {
            Self::Dimension(dimension) => text_of(charge.dimensions, dimension),
            Self::Email => charge.email().map(Cow::Borrowed),
            Self::EmailBase => charge.email().map(without_plus_tag),
            Self::EmailLocal => parts().map(|(local, _)| Cow::Borrowed(local)),
            Self::EmailDomain => parts().map(|(_, domain)| Cow::Borrowed(domain)),
        }
    }
}
