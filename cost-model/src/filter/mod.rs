//! The filter language: a strict superset of Vantage's VQL.
//!
//! [`Filter`] is a parsed sentence. Its tree, [`Expression`], is public, so that other crates can analyse it or write it in
//! another language.

mod compose;
mod evaluate;
mod expression;
mod field;
mod literal;
mod parse;
mod pattern;
mod print;
mod regex;
mod suggest;
mod test;
mod values;

use std::fmt;
use std::ops::Range;
use std::slice;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::dimension::{Dimension, Dimensions};
use crate::error::{Error, Result};
use crate::fault::Fault;

pub use expression::{Expression, Predicate};
pub use field::{Field, Usage};
pub use literal::{Literal, Number, Value};
pub use pattern::{Flexible, Pattern, PatternShape};
pub use regex::Regex;
pub use suggest::closest;
pub use test::{Comparison, Test};
pub use values::{FieldLiteral, KnownValues, UnknownValue};

/// A condition on a charge, written as a sentence.
///
/// ```text
/// costs.provider = 'cursor' AND costs.subcategory IN ('Usage-based', 'User API Key')
/// costs.resource_id LIKE '%@data.acme.test' AND NOT costs.service = 'Auto'
/// tags.name = 'cursor:max_mode' AND tags.value = 'true'
/// vtag.Team != 'Unallocated' AND costs.effective >= 5
/// charged_at >= '2026-09-01' AND costs.service =~ '^GPT [0-9]'
/// ```
///
/// * Texts: `costs.provider`, `provider_account_id`, `account_id`, `service`, `service_id`, `category`, `subcategory`,
///   `resource_id`, `charge_type`, `region`, `usage_unit` (also in the spellings of Vantage's other screens, such as
///   `costs.cost_category`); `tags.name`, `tags.value`, `tags['k']`; `vtag.Key`, `vtag['any key']`. Numbers:
///   `costs.effective`, `billed`, `list`, `contracted`; `usage.tokens`, `input`, `output`, `cache_read`, `cache_write`,
///   `requests`. Times: `charged_at`. True or false: `costs.marketplace`, false where it is not known.
/// * Operators: `=`, `!=` or `<>`, `IN`, `NOT IN`, and `IS NULL`, `IS NOT NULL`, `= NULL`, `!= NULL` for absence. Texts:
///   `LIKE` (`%` means any run of characters; nothing else is special), `ILIKE` (ignoring case), `~*` and `!~*`
///   (ignoring case, blanks and punctuation), `=~` and `!~` (a regular expression somewhere in the text). Numbers and
///   times: `<`, `<=`, `>`, `>=`, `BETWEEN a AND b` (both included). `NOT` binds tightest, then `AND`, then `OR`.
/// * Strings are in single quotes; a quote inside is doubled. Comparisons are exact, keywords in any case. A date is
///   its UTC midnight; other times are RFC 3339.
/// * `a != b` is always `NOT (a = b)`, also where a field is absent; every other test of an absent field fails.
/// * `costs.service` matches the display name or the provider's id.
/// * `tags.value` refers to the tag that the nearest `tags.name` before it in the same AND-chain names; with none, of
///   any tag. `(tags.name, tags.value) IN (('a', 'x'), ('b', 'y'))` matches each of the pairs.
/// * `costs.allocation = 0.5`, joined by AND, is no condition but the share of every matching charge that counts:
///   [`Filter::allocation`]. In the branches of the outermost OR it is the share of what that branch matches; a charge of several
///   branches counts by the first of them, which is this crate's reading of a form that VQL documents without saying so:
///   [`Filter::share_of`].
/// * In a report `tags` means provider tags and virtual tags; a virtual tag takes precedence over a provider's tag of the
///   same key.
///
/// `Display` prints a sentence that parses to the same filter.
#[derive(Clone, PartialEq, Eq)]
pub struct Filter {
    expression: Expression,
    allocation: Option<Allocation>,
    /// By branch of the outermost OR; empty where none has a share of its own.
    branches: Vec<Option<Allocation>>,
}

crate::masked_debug!(Filter {});

/// `costs.allocation = 0.5`: the share that counts of what a filter, or one branch of it, matches.
///
/// Equality compares the shares and ignores the spans.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Allocation {
    /// The share, above 0 and up to 1.
    pub share: Decimal,
    /// The bytes of the sentence that it is in.
    pub span: Range<usize>,
}

impl PartialEq for Allocation {
    fn eq(&self, other: &Self) -> bool {
        self.share == other.share
    }
}

impl Eq for Allocation {}

impl fmt::Display for Allocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "costs.allocation = {}", self.share.normalize())
    }
}

impl Filter {
    /// Parses a sentence.
    ///
    /// # Errors
    /// [`ErrorKind::Filter`](crate::ErrorKind::Filter), with the place of the fault in [`Error::span`].
    pub fn parse(sentence: &str) -> Result<Self> {
        parse::parse(sentence).map_err(|error| error.located_in(sentence))
    }

    /// Returns whether a charge with these dimensions meets the condition.
    pub fn matches(&self, dimensions: &dyn Dimensions) -> bool {
        self.expression.matches(dimensions)
    }

    /// Returns the condition as a tree. Its spans are places in the sentence parsed, or for a filter made by
    /// [`Filter::and`], [`Filter::or`] or [`Filter::not`] in the sentence that it prints.
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// Returns the share of a charge with these dimensions that counts, above 0 and up to 1; `None` if the filter does
    /// not match it. Of several branches of an OR with shares of their own, the first that matches decides.
    ///
    /// ```
    /// use cost_model::{CostRecord, Costs, Currency, Filter, Timestamp};
    ///
    /// let filter = Filter::parse(
    ///     "(costs.provider = 'cursor' AND costs.allocation = 0.5) OR (costs.region = 'eu' AND costs.allocation = 0.25)",
    /// )?;
    /// let mut record = CostRecord::new(Timestamp::from_millis(0)?, "cursor", Currency::USD, Costs::absent());
    /// record.edit(|set| set.region = Some("eu".into()));
    /// assert_eq!(filter.share_of(&record).unwrap().to_string(), "0.5");
    /// record.edit(|set| set.provider = "other".into());
    /// assert_eq!(filter.share_of(&record).unwrap().to_string(), "0.25");
    /// record.edit(|set| set.region = None);
    /// assert_eq!(filter.share_of(&record), None);
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    pub fn share_of(&self, dimensions: &dyn Dimensions) -> Option<Decimal> {
        let (_, allocation) = self.branches().find(|(condition, _)| condition.matches(dimensions))?;
        Some(allocation.map_or(Decimal::ONE, |allocation| allocation.share))
    }

    /// Returns the branches of the filter, each with the share that counts of the charges for which it is the first to match.
    /// They are those of the outermost OR where one of them has a share of its own, else the one condition as a whole.
    ///
    /// ```
    /// use cost_model::Filter;
    ///
    /// let filter = Filter::parse("costs.region = 'eu' AND costs.allocation = 0.5 OR costs.region = 'uk'")?;
    /// let branches = filter.branches().map(|(condition, allocation)| {
    ///     format!("{condition}: {}", allocation.map_or("1".to_owned(), |allocation| allocation.share.to_string()))
    /// });
    /// assert_eq!(branches.collect::<Vec<_>>(), ["costs.region = 'eu': 0.5", "costs.region = 'uk': 1"]);
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    pub fn branches(&self) -> impl Iterator<Item = (&Expression, Option<&Allocation>)> {
        let (conditions, allocations) = match &self.expression {
            Expression::Or(parts) if self.has_branch_allocations() => (&**parts, &*self.branches),
            whole => (slice::from_ref(whole), slice::from_ref(&self.allocation)),
        };
        conditions.iter().zip(allocations.iter().map(Option::as_ref))
    }

    /// Returns whether the filter, or one of its branches, has a `costs.allocation`.
    /// A report then counts a part of the charges that match.
    pub fn has_allocation(&self) -> bool {
        self.allocation.is_some() || self.has_branch_allocations()
    }

    /// Returns whether branches have shares of their own.
    pub(crate) fn has_branch_allocations(&self) -> bool {
        !self.branches.is_empty()
    }

    /// Returns the share of every matching charge that counts, above 0 and up to 1, where it is the same for all. `None`
    /// means the whole charge, or that branches have shares of their own; see [`Filter::branches`].
    pub fn allocation(&self) -> Option<Decimal> {
        self.allocation.as_ref().map(|allocation| allocation.share)
    }

    /// Returns whether the condition reads the time, the amounts or the usage of a charge, so that charges with the
    /// same dimensions and tags may differ in it.
    pub fn is_per_charge(&self) -> bool {
        self.any_field(Field::is_per_charge)
    }

    /// Returns the dimensions that the filter names, each once. `tags.name` and `tags.value` name none.
    pub fn dimensions(&self) -> Vec<Dimension> {
        let mut dimensions = Vec::new();
        self.expression.for_each_predicate(&mut |predicate| {
            if let Field::Dimension(dimension) = &predicate.field {
                dimensions.push(dimension.clone());
            }
        });
        dimensions.sort();
        dimensions.dedup();
        dimensions
    }

    /// Returns the dimensions, tags included, that the condition depends on, each once: two charges that agree in these
    /// both meet it or both do not. `None` where it depends on more, such as amounts or tags of any key.
    pub fn reads(&self) -> Option<Vec<Dimension>> {
        let mut reads = Some(Vec::new());
        self.expression.for_each_predicate(&mut |predicate| {
            reads = reads.take().zip(predicate.reads()).map(|(mut all, more)| {
                all.extend(more);
                all
            });
        });
        reads.map(|mut reads| {
            reads.sort();
            reads.dedup();
            reads
        })
    }

    /// Returns whether the filter asks about tags of any key.
    pub(crate) fn asks_any_tag(&self) -> bool {
        self.any_field(|field| matches!(field, Field::TagName | Field::TagValue { .. } | Field::TagPair))
    }

    fn any_field(&self, fits: impl Fn(&Field) -> bool) -> bool {
        let mut any = false;
        self.expression.for_each_predicate(&mut |predicate| any = any || fits(&predicate.field));
        any
    }
}

impl FromStr for Filter {
    type Err = Error;

    fn from_str(sentence: &str) -> Result<Self> {
        Self::parse(sentence)
    }
}

impl FromStr for Dimension {
    type Err = Error;

    /// Reads a dimension as it prints; the `costs.` of a field may be left out, `tag:key` means `tags['key']` as in
    /// Vantage's API, and `tagged` and `token_type` for `tags.tagged` and `usage.token_type`.
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        match text {
            "tagged" | "tags.tagged" => return Ok(Self::Tagged),
            "token_type" | "usage.token_type" => return Ok(Self::TokenType),
            _ => {}
        }
        if let Some(key) = text.strip_prefix("tag:") {
            return Ok(Self::Tag(key.into()));
        }
        if let Some(dimension) = Self::from_costs_field(text) {
            return Ok(dimension);
        }
        // The filter language knows every other spelling, and what to suggest.
        match Filter::parse(&format!("{text} = NULL"))?.expression() {
            Expression::Predicate(Predicate { field: Field::Dimension(dimension), .. }) => {
                Ok(dimension.clone())
            }
            _ => Err(Fault::NotADimension(text.to_owned()).into()),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (condition, allocation)) in self.branches().enumerate() {
            f.write_str(if number > 0 { " OR " } else { "" })?;
            match condition {
                Expression::Or(_) if self.has_allocation() => write!(f, "({condition})")?,
                condition => condition.fmt(f)?,
            }
            if let Some(allocation) = allocation {
                write!(f, " AND {allocation}")?;
            }
        }
        Ok(())
    }
}
