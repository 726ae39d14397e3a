//! The values that a filter names, and which of them no charge has.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::dimension::Dimension;
use crate::filter::expression::Predicate;
use crate::filter::field::Field;
use crate::filter::literal::Literal;
use crate::filter::test::Test;
use crate::filter::{Filter, closest};

/// The distinct values of a dimension, borrowed where the caller holds them.
pub type KnownValues<'a> = Cow<'a, BTreeSet<Arc<str>>>;

/// A literal of `=`, `!=`, `IN` or `NOT IN`, with the field that it is compared with. `Debug` leaves out its value and its
/// dimension, whose tag key may be a literal, too.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldLiteral<'a> {
    /// The field.
    pub field: &'a Field,
    /// The one dimension that the literal is a value of, if there is one: also for `tags.value` where it is known which
    /// tag it refers to, and for the second of a pair.
    pub dimension: Option<Dimension>,
    /// The literal with its span.
    pub literal: &'a Literal,
}

crate::masked_debug!(FieldLiteral<'_> { field, literal });

impl<'a> FieldLiteral<'a> {
    fn of(field: &'a Field, literal: &'a Literal) -> Self {
        Self { field, dimension: field.dimension(), literal }
    }
}

/// A value that a filter names and that its dimension never has.
///
/// It is a warning, not an error: a value may come with the next charges. `Debug` shows the place alone: values may
/// name people.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownValue {
    /// The dimension.
    pub dimension: Dimension,
    /// The bytes of the sentence that the value is in, quotes included.
    pub value_span: Range<usize>,
    /// The nearest value that the dimension has, if one is near.
    pub suggestion: Option<Arc<str>>,
    value: Arc<str>,
}

crate::masked_debug!(UnknownValue { value_span });

impl UnknownValue {
    /// Returns the value.
    pub fn value(&self) -> &Arc<str> {
        &self.value
    }

    /// Replaces the value and the suggestion by other names.
    pub(crate) fn rename(&mut self, name: impl Fn(&Arc<str>) -> Arc<str>) {
        self.value = name(&self.value);
        self.suggestion = self.suggestion.as_ref().map(name);
    }
}

impl fmt::Display for UnknownValue {
    /// Names the field and the suggestion, neither the value nor an email address: texts like this end up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = self.dimension.to_string();
        let field = if field.contains('@') { "a tag" } else { &*field };
        write!(f, "no charge has the value that the filter asks of {field}; ")?;
        match &self.suggestion {
            Some(near) if !near.contains('@') => write!(f, "did you mean `{near}`?"),
            Some(near) if near.to_lowercase() == self.value.to_lowercase() => f.write_str(
                "one has it in other capital and small letters, between which ILIKE makes no difference",
            ),
            _ => f.write_str("check its spelling"),
        }
    }
}

impl Filter {
    /// Returns every literal of `=`, `!=`, `IN` and `NOT IN`, pairs included, from left to right.
    pub fn literals(&self) -> Vec<FieldLiteral<'_>> {
        let mut literals = Vec::new();
        self.expression.for_each_predicate(&mut |predicate| {
            let Predicate { field, test, .. } = predicate;
            match test {
                Test::Equals(literal) => literals.push(FieldLiteral::of(field, literal)),
                Test::In(list) => {
                    literals.extend(list.iter().map(|literal| FieldLiteral::of(field, literal)));
                }
                Test::Pairs(pairs) => literals.extend(pairs.iter().flat_map(|(name, value)| {
                    let tag = name.as_text().map(|name| Dimension::Tag(Arc::clone(name)));
                    [
                        FieldLiteral { field, dimension: None, literal: name },
                        FieldLiteral { field, dimension: tag, literal: value },
                    ]
                })),
                _ => {}
            }
        });
        literals
    }

    /// Returns the literals that are no value of their dimension. `known` returns all values of a dimension.
    ///
    /// A service may be named by its display name or its id. Literals that belong to no single dimension, such as those of
    /// `tags.name`, are skipped.
    ///
    /// ```
    /// use std::borrow::Cow;
    /// use std::collections::BTreeSet;
    /// use std::sync::Arc;
    /// use cost_model::{Dimension, Filter};
    ///
    /// let filter = Filter::parse("costs.region != 'eu' AND costs.service = 'Auo'")?;
    /// let known = |dimension: &Dimension| -> Cow<'_, BTreeSet<Arc<str>>> {
    ///     let known: &[&str] = if *dimension == Dimension::Region { &["eu"] } else { &["Auto", "GPT 5.2"] };
    ///     Cow::Owned(known.iter().copied().map(Arc::from).collect())
    /// };
    /// let unknown = filter.unknown_values(&known);
    /// assert_eq!(unknown.len(), 1);
    /// assert_eq!(&**unknown[0].value(), "Auo");
    /// assert_eq!(unknown[0].suggestion.as_deref(), Some("Auto"));
    /// assert_eq!(unknown[0].value_span, 41..46);
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    pub fn unknown_values<'a>(&self, known: &dyn Fn(&Dimension) -> KnownValues<'a>) -> Vec<UnknownValue> {
        let mut asked: Vec<(Dimension, Vec<KnownValues<'a>>)> = Vec::new();
        let mut unknown = Vec::new();
        for FieldLiteral { dimension, literal, .. } in self.literals() {
            let (Some(dimension), Some(value)) = (dimension, literal.as_text()) else { continue };
            if !asked.iter().any(|(each, _)| *each == dimension) {
                let mut values = vec![known(&dimension)];
                if dimension == Dimension::Service {
                    values.push(known(&Dimension::ServiceId));
                }
                asked.push((dimension.clone(), values));
            }
            let values = asked.iter().find(|(each, _)| *each == dimension).map(|(_, values)| values);
            let Some(values) = values.filter(|values| !values.iter().any(|known| known.contains(value)))
            else {
                continue;
            };
            let near = closest(value, values.iter().flat_map(|known| known.iter()).map(|each| &**each));
            unknown.push(UnknownValue {
                suggestion: near.map(Arc::from),
                value: Arc::clone(value),
                value_span: literal.span(),
                dimension,
            });
        }
        unknown
    }
}
