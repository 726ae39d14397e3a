//! Reasons why a filter cannot be written as VQL.
//!
//! They are found for each predicate by itself here, and for what stands beside each other in `branch`.

use std::fmt;
use std::ops::Range;

use cost_model::Dimension;
use cost_model::filter::{Field, Literal, Predicate, Test};

/// The number of OR branches that the sentence may have.
///
/// A limit of this crate, which keeps an expansion small.
pub(crate) const BRANCHES_MAX: usize = 1_000;

/// The number of bytes that the sentence may have.
///
/// A limit of this crate: the sentence is for a field of a request and for people.
pub(crate) const BYTES_MAX: usize = 1 << 20;

/// A reason why a filter cannot be written as VQL, with its place in the filter.
///
/// ```
/// use cost_model::Filter;
/// use cost_vantage::{NotVqlReason, filter_to_vql};
///
/// let sentence = "costs.provider = 'cursor' AND costs.region ILIKE 'eu%'";
/// let reasons = filter_to_vql(&Filter::parse(sentence)?).unwrap_err();
/// assert_eq!(reasons[0].reason(), NotVqlReason::Operator);
/// assert_eq!(&sentence[reasons[0].span()], "costs.region ILIKE 'eu%'");
/// assert_eq!(reasons[0].to_string(), "VQL has no operator ILIKE");
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotVql {
    reason: NotVqlReason,
    span: Range<usize>,
    /// The field or operator that the reason is about.
    what: String,
}

/// The rule of VQL that a filter breaks, to match on. The rules are those of "Vantage Query Language (VQL)" in Vantage's
/// documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotVqlReason {
    /// Every OR branch needs its `costs.provider = '...'`.
    NoProvider,
    /// `costs.provider` is tested otherwise than by `=`, and no `=` beside it decides.
    ProviderTest,
    /// Categories, subcategories and resources need `costs.service = '...'` or `IN` beside them.
    NoService,
    /// VQL has no such field.
    Field,
    /// VQL has no such operator.
    Operator,
    /// `LIKE` does not read accounts, regions and services.
    LikeField,
    /// `~*` reads `tags.value` only.
    FlexibleField,
    /// Only tags can be tested for absence.
    Null,
    /// VQL documents no way to write a quote inside a string.
    Quote,
    /// The multiplier `costs.allocation` would be needed in several OR branches.
    Allocation,
    /// No charge can meet the filter, and VQL has no sentence for that.
    Nothing,
    /// The sentence would be too long.
    TooLarge,
}

impl NotVql {
    /// `what` may be empty where the reason says enough.
    pub(crate) fn new(reason: NotVqlReason, span: Range<usize>, what: impl Into<String>) -> Self {
        Self { reason, span, what: what.into() }
    }

    /// Returns the rule that is broken.
    pub fn reason(&self) -> NotVqlReason {
        self.reason
    }

    /// Returns the bytes of the filter's sentence that break it.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

impl fmt::Display for NotVql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = &self.what;
        match self.reason {
            NotVqlReason::NoProvider => {
                f.write_str("VQL needs `costs.provider = '...'` in every branch of an OR")
            }
            NotVqlReason::ProviderTest => f.write_str("VQL reads `costs.provider` with `=` only"),
            NotVqlReason::NoService => write!(f, "VQL needs `costs.service`, with = or IN, beside `{what}`"),
            NotVqlReason::Field => write!(f, "VQL has no field `{what}`"),
            NotVqlReason::Operator => write!(f, "VQL has no operator {what}"),
            NotVqlReason::LikeField => write!(f, "VQL has no LIKE on `{what}`"),
            NotVqlReason::FlexibleField => write!(f, "VQL has ~* on `tags.value` only, not on `{what}`"),
            NotVqlReason::Null => write!(f, "VQL cannot ask whether `{what}` is absent"),
            NotVqlReason::Quote => f.write_str("VQL documents no quote inside a string"),
            NotVqlReason::Allocation => {
                f.write_str("VQL would need `costs.allocation` in several branches of an OR")
            }
            NotVqlReason::Nothing => f.write_str("no charge can meet this, and VQL cannot say so"),
            NotVqlReason::TooLarge => {
                write!(f, "the VQL would be longer than {BRANCHES_MAX} branches or {BYTES_MAX} bytes")
            }
        }
    }
}

impl std::error::Error for NotVql {}

/// Returns the reasons why a predicate cannot be written as VQL, whatever is beside it.
///
/// At most one, the most basic: a field that VQL lacks before a test that it lacks.
pub(crate) fn reasons_alone(predicate: &Predicate) -> impl Iterator<Item = NotVql> {
    let field = predicate.field.to_string();
    let has_field = match &predicate.field {
        Field::Dimension(dimension) => is_vql_dimension(dimension),
        Field::TagName | Field::TagValue { .. } | Field::TagPair | Field::Marketplace => true,
        _ => false,
    };
    let test = match &predicate.test {
        Test::LikeAnyCase(_) => Some((NotVqlReason::Operator, "ILIKE")),
        Test::Regex(_) => Some((NotVqlReason::Operator, "=~")),
        Test::Like(_) if no_like(&predicate.field) => Some((NotVqlReason::LikeField, &*field)),
        Test::Flexible(_) if !matches!(predicate.field, Field::TagValue { .. }) => {
            Some((NotVqlReason::FlexibleField, &*field))
        }
        Test::Absent if predicate.field != Field::TagName => Some((NotVqlReason::Null, &*field)),
        test if has_quote(test) => Some((NotVqlReason::Quote, "")),
        Test::Equals(_) | Test::In(_) | Test::Like(_) | Test::Flexible(_) | Test::Pairs(_) | Test::Absent => {
            None
        }
        // Whatever Vantage does not document is no VQL, also an operator that the filter language gets later.
        _ => Some((NotVqlReason::Operator, "of this kind")),
    };
    // A field that VQL lacks is reason enough.
    let broken = if has_field { test } else { Some((NotVqlReason::Field, &*field)) };
    broken.map(|(reason, what)| NotVql::new(reason, predicate.span.clone(), what)).into_iter()
}

/// Whether Vantage documents a field for a dimension. What is not listed is no VQL, also a dimension that comes later.
///
/// The fields are those of Vantage's page "Vantage Query Language (VQL)".
fn is_vql_dimension(dimension: &Dimension) -> bool {
    matches!(
        dimension,
        Dimension::Provider
            | Dimension::BillingAccount
            | Dimension::Account
            | Dimension::Service
            | Dimension::Category
            | Dimension::Subcategory
            | Dimension::Resource
            | Dimension::ChargeType
            | Dimension::Region
            | Dimension::Tag(_)
            | Dimension::Tagged
            | Dimension::VirtualTag(_)
    )
}

/// Returns whether VQL has no LIKE on a field, although it has the field.
fn no_like(field: &Field) -> bool {
    matches!(
        field,
        Field::Dimension(
            Dimension::Account | Dimension::BillingAccount | Dimension::Region | Dimension::Service
        )
    )
}

/// Returns whether a value has a quote, for which VQL documents no way to write it.
fn has_quote(test: &Test) -> bool {
    match test {
        Test::Equals(literal) => is_quoting(literal),
        Test::In(literals) => literals.iter().any(is_quoting),
        Test::Like(pattern) => pattern.as_str().contains('\''),
        Test::Flexible(text) => text.as_str().contains('\''),
        Test::Pairs(pairs) => pairs.iter().any(|(name, value)| is_quoting(name) || is_quoting(value)),
        _ => false,
    }
}

/// Returns whether a literal is a text with a quote.
fn is_quoting(literal: &Literal) -> bool {
    literal.as_text().is_some_and(|text| text.contains('\''))
}
