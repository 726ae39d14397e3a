//! Evaluates conditions for a charge.
//!
//! This is the slow and direct way, by texts; reports decide by codes and come here once for each distinct value, or
//! for charges whose amounts are read. An absent value meets a test of absence and no other.

use crate::dimension::{Dimension, Dimensions};
use crate::filter::expression::{Expression, Predicate};
use crate::filter::field::{Field, Usage};
use crate::filter::literal::{Literal, Number, Value};
use crate::filter::test::{Comparison, Test};
use crate::money::TokenType;
use crate::money::fixed;

impl Expression {
    /// Returns whether a charge with these dimensions meets the condition.
    pub fn matches(&self, dimensions: &dyn Dimensions) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.matches(dimensions)),
            Self::Or(parts) => parts.iter().any(|part| part.matches(dimensions)),
            Self::Not(part) => !part.matches(dimensions),
            Self::Predicate(predicate) => predicate.matches(dimensions),
        }
    }
}

impl Predicate {
    /// Returns whether a charge with these dimensions meets the predicate.
    pub fn matches(&self, dimensions: &dyn Dimensions) -> bool {
        self.holds(dimensions) != self.negated
    }

    /// Returns whether the test holds, before negation.
    fn holds(&self, dimensions: &dyn Dimensions) -> bool {
        let test = &self.test;
        match &self.field {
            Field::Dimension(Dimension::Service) => {
                test.holds_for(dimensions.get(&Dimension::Service).as_deref())
                    // A service is found by its name or its id, but only the name can be absent.
                    || (*test != Test::Absent
                        && test.holds_for(dimensions.get(&Dimension::ServiceId).as_deref()))
            }
            Field::Dimension(Dimension::Tag(key)) => test.holds_for(dimensions.tag(key).as_deref()),
            Field::Dimension(dimension) => test.holds_for(dimensions.get(dimension).as_deref()),
            Field::TagName => self.any_tag(dimensions, |name, _| test.holds_for(Some(name))),
            Field::TagValue { of } => self.any_tag(dimensions, |name, value| {
                of.as_ref().is_none_or(|of| of.holds_for(Some(name))) && test.holds_for(Some(value))
            }),
            Field::TagPair => test.holds_for_tags(dimensions),
            Field::Marketplace => test.holds_for_flag(dimensions.marketplace().unwrap_or_default()),
            Field::Amount(metric) => {
                let amount = dimensions.costs().and_then(|costs| costs.get(*metric));
                test.holds_for_number(amount.map(|amount| Quantity::Fits(amount.units())))
            }
            Field::Usage(usage) => test.holds_for_number(used(*usage, dimensions)),
            Field::ChargedAt => test.holds_in_order(dimensions.at(), Literal::as_instant),
        }
    }

    /// Returns whether some tag fits; for a test of absence, whether there is no tag at all.
    fn any_tag(&self, dimensions: &dyn Dimensions, fits: impl Fn(&str, &str) -> bool) -> bool {
        // Any tag refutes the absence of all, and the result is turned around below.
        let absent = self.test == Test::Absent;
        let mut found = false;
        dimensions.for_each_tag(&mut |name, value| found = found || absent || fits(name, value));
        found != absent
    }
}

/// A quantity in units of 10^-24, as far as they go; a count of tokens may lie beyond every literal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Quantity {
    Fits(i128),
    Beyond,
}

/// Returns the usage that a filter reads, in units of 10^-24; `None` where it is not known.
fn used(usage: Usage, dimensions: &dyn Dimensions) -> Option<Quantity> {
    let tokens = match usage {
        Usage::Requests => return dimensions.requests().map(|requests| Quantity::Fits(requests.units())),
        Usage::TokensOf(token_type) => i128::from(dimensions.tokens()?.get(token_type).count()),
        Usage::Tokens => {
            let counts = dimensions.tokens()?;
            TokenType::ALL.iter().map(|each| i128::from(counts.get(*each).count())).sum()
        }
    };
    let units = tokens.checked_mul(fixed::power_of_ten(fixed::SCALE));
    Some(units.map_or(Quantity::Beyond, Quantity::Fits))
}

impl Test {
    /// Returns whether the test holds for a text, or for an absent value (`None`). Tests of numbers, times and pairs hold for
    /// no text.
    ///
    /// ```
    /// use cost_model::Filter;
    /// use cost_model::filter::Expression;
    ///
    /// let filter = Filter::parse("costs.region IN ('eu', 'uk')")?;
    /// let Expression::Predicate(predicate) = filter.expression() else { unreachable!() };
    /// assert!(predicate.test.holds_for(Some("uk")) && !predicate.test.holds_for(None));
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    pub fn holds_for(&self, value: Option<&str>) -> bool {
        let Some(value) = value else { return *self == Self::Absent };
        match self {
            Self::Equals(wanted) => wanted.is_text(value),
            Self::In(wanted) => wanted.iter().any(|each| each.is_text(value)),
            Self::Like(pattern) => pattern.matches(value),
            Self::LikeAnyCase(pattern) => pattern.matches_any_case(value),
            Self::Flexible(text) => text.matches(value),
            Self::Regex(regex) => regex.matches(value),
            Self::Absent | Self::Compare(..) | Self::Between(..) | Self::Pairs(_) => false,
        }
    }

    /// Every pair must be among the tags.
    fn holds_for_tags(&self, dimensions: &dyn Dimensions) -> bool {
        let Self::Pairs(pairs) = self else { return false };
        pairs.iter().all(|(name, value)| {
            let found = name.as_text().and_then(|name| dimensions.tag(name));
            found.is_some_and(|found| value.is_text(&found))
        })
    }

    /// A flag can only be compared by equality.
    fn holds_for_flag(&self, flag: bool) -> bool {
        matches!(self, Self::Equals(wanted) if *wanted.value() == Value::Flag(flag))
    }

    /// Compares in units of 10^-24, so that a literal and an amount are compared exactly.
    fn holds_for_number(&self, value: Option<Quantity>) -> bool {
        self.holds_in_order(value, |literal| literal.as_number().map(Number::units).map(Quantity::Fits))
    }

    /// Compares a value that has an order, read from literals by `read`.
    fn holds_in_order<T: Ord>(&self, value: Option<T>, read: impl Fn(&Literal) -> Option<T>) -> bool {
        let Some(value) = value else { return *self == Self::Absent };
        match self {
            Self::Equals(wanted) => read(wanted).is_some_and(|wanted| value == wanted),
            Self::In(wanted) => wanted.iter().filter_map(&read).any(|wanted| value == wanted),
            Self::Compare(comparison, bound) => read(bound).is_some_and(|bound| match comparison {
                Comparison::Less => value < bound,
                Comparison::LessOrEqual => value <= bound,
                Comparison::Greater => value > bound,
                Comparison::GreaterOrEqual => value >= bound,
            }),
            Self::Between(low, high) => {
                read(low).is_some_and(|low| low <= value) && read(high).is_some_and(|high| value <= high)
            }
            _ => false,
        }
    }
}
