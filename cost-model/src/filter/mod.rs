//! The filter language: a superset of Vantage's VQL, in its first subset.

mod expression;
mod lexer;
mod parser;
mod suggest;

use std::fmt;
use std::str::FromStr;

use crate::{Dimension, Dimensions, Error, Result};
use expression::{Expression, Field};
pub(crate) use suggest::closest;

/// A condition on the dimensions of a charge, written as a sentence.
///
/// ```text
/// costs.provider = 'cursor' AND costs.subcategory IN ('Usage-based', 'User API Key')
/// costs.resource_id LIKE '%@data.acme.test' AND NOT costs.service = 'Auto'
/// tags.name = 'cursor:max_mode' AND tags.value = 'true'
/// vtag.Team != 'Unallocated'
/// ```
///
/// * Fields: `costs.provider`, `provider_account_id`, `account_id`, `service`, `service_id`, `category`,
///   `subcategory`, `resource_id`, `charge_type`, `region`, `usage_unit` (also in the spellings of Vantage's other
///   screens, such as `costs.cost_category`); `tags.name`, `tags.value`, `tags['key']`; `vtag.Key`, `vtag['any key']`.
/// * Operators: `=`, `!=` or `<>`, `IN`, `NOT IN`, `LIKE`, `NOT LIKE` (`%` stands for any run of characters; nothing
///   else is special), `NOT`, `AND`, `OR`, parentheses; `NOT` binds tightest, `OR` loosest. `= NULL` means absent.
/// * Strings stand in single quotes; a quote inside is doubled. Comparisons are exact, keywords in any case.
/// * `a != b` is always `NOT (a = b)`, also where a field is absent.
/// * `costs.service` matches the display name or the provider's id.
/// * `tags.value` speaks of the tag that the nearest `tags.name` before it in the same AND-chain names; with none, of
///   any tag.
/// * In a report `tags` sees provider tags and virtual tags; a virtual tag covers a provider's tag of the same key.
///
/// `Display` prints a sentence that parses to the same filter.
#[derive(Clone, PartialEq, Eq)]
pub struct Filter(Expression);

impl Filter {
    /// Reads a sentence.
    ///
    /// # Errors
    /// [`ErrorKind::Filter`](crate::ErrorKind::Filter), with the place of the fault in [`Error::span`].
    pub fn parse(sentence: &str) -> Result<Self> {
        parser::parse(sentence).map(Self).map_err(|error| error.located_in(sentence))
    }

    /// Whether a charge with these dimensions meets the condition.
    pub fn matches(&self, dimensions: &dyn Dimensions) -> bool {
        self.0.matches(dimensions)
    }

    /// The dimensions that the filter names, each once. `tags.name` and `tags.value` name none.
    pub fn dimensions(&self) -> Vec<Dimension> {
        let mut dimensions = Vec::new();
        self.0.for_each_field(&mut |field| {
            if let Field::Dimension(dimension) = field {
                dimensions.push(dimension.clone());
            }
        });
        dimensions.sort();
        dimensions.dedup();
        dimensions
    }

    /// Whether the filter asks about tags of any key.
    pub(crate) fn asks_any_tag(&self) -> bool {
        let mut any = false;
        self.0.for_each_field(&mut |field| any |= matches!(field, Field::TagName | Field::TagValue { .. }));
        any
    }
}

impl FromStr for Filter {
    type Err = Error;

    fn from_str(sentence: &str) -> Result<Self> {
        Self::parse(sentence)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Filter {
    /// A filter may name people, so its sentence is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter").finish_non_exhaustive()
    }
}
