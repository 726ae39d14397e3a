//! Texts of a charge that rules compare.

use std::borrow::Cow;

use cost_model::Dimension;

use crate::compile::charge::{Charge, text_of};
use crate::rules::person_matcher::without_plus_tag;

/// A field of a charge that the index reads: a dimension, or a part of the email of its person.
///
/// The parts have entries of their own, because a rule for a domain names that alone. `EmailBase` is the
/// email without its `+tag`.
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
    ///
    /// `None` where the charge has no such field, names no email, or the email has no `@`. Emails are in
    /// lower case, as the rules' texts are.
    pub(super) fn read_text<'a>(&self, charge: &'a Charge<'_>) -> Option<Cow<'a, str>> {
        match self {
            Self::Dimension(dimension) => text_of(charge.dimensions, dimension),
            Self::Email => charge.email().map(Cow::Borrowed),
            Self::EmailBase => charge.email().map(without_plus_tag),
            Self::EmailLocal => charge.email_parts().map(|(local, _)| Cow::Borrowed(local)),
            Self::EmailDomain => charge.email_parts().map(|(_, domain)| Cow::Borrowed(domain)),
        }
    }
}
