//! The parsed condition: what it means, and how it prints.

use std::fmt;

use crate::{Dimension, Dimensions};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    /// At least two parts.
    And(Vec<Expression>),
    /// At least two parts.
    Or(Vec<Expression>),
    Not(Box<Expression>),
    Predicate(Predicate),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Predicate {
    pub(super) field: Field,
    pub(super) negated: bool,
    pub(super) test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Dimension(Dimension),
    TagName,
    /// `of` is the test on the name that the value is bound to.
    TagValue {
        of: Option<Test>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    Equals(String),
    In(Vec<String>),
    Like(Pattern),
    Absent,
}

impl Expression {
    pub(super) fn matches(&self, dimensions: &dyn Dimensions) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.matches(dimensions)),
            Self::Or(parts) => parts.iter().any(|part| part.matches(dimensions)),
            Self::Not(part) => !part.matches(dimensions),
            Self::Predicate(predicate) => predicate.holds(dimensions) != predicate.negated,
        }
    }

    pub(super) fn for_each_field(&self, visit: &mut dyn FnMut(&Field)) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.for_each_field(visit)),
            Self::Not(part) => part.for_each_field(visit),
            Self::Predicate(predicate) => visit(&predicate.field),
        }
    }

    /// Binds every `tags.value` to the nearest `tags.name` before it in the AND-chains that it stands in.
    pub(super) fn bind_tag_values(&mut self, name: Option<&Test>) {
        match self {
            Self::And(parts) => {
                let mut nearest = name.cloned();
                for part in parts {
                    part.bind_tag_values(nearest.as_ref());
                    if let Self::Predicate(Predicate { field: Field::TagName, negated: false, test }) = part {
                        nearest = Some(test.clone());
                    }
                }
            }
            Self::Or(parts) => parts.iter_mut().for_each(|part| part.bind_tag_values(name)),
            Self::Not(part) => part.bind_tag_values(name),
            Self::Predicate(predicate) => {
                if let Field::TagValue { of } = &mut predicate.field {
                    *of = name.cloned();
                }
            }
        }
    }
}

impl Predicate {
    /// Whether the test holds, before negation.
    fn holds(&self, dimensions: &dyn Dimensions) -> bool {
        match &self.field {
            Field::Dimension(Dimension::Service) => {
                self.test.holds(dimensions.get(&Dimension::Service).as_deref())
                    || (self.test != Test::Absent
                        && self.test.holds(dimensions.get(&Dimension::ServiceId).as_deref()))
            }
            Field::Dimension(Dimension::Tag(key)) => self.test.holds(dimensions.tag(key).as_deref()),
            Field::Dimension(dimension) => self.test.holds(dimensions.get(dimension).as_deref()),
            Field::TagName => self.any_tag(dimensions, |name, _| self.test.holds(Some(name))),
            Field::TagValue { of } => self.any_tag(dimensions, |name, value| {
                of.as_ref().is_none_or(|of| of.holds(Some(name))) && self.test.holds(Some(value))
            }),
        }
    }

    /// Whether some tag fits; for a test of absence, whether none does.
    fn any_tag(&self, dimensions: &dyn Dimensions, fits: impl Fn(&str, &str) -> bool) -> bool {
        let absent = self.test == Test::Absent;
        let mut found = false;
        dimensions.for_each_tag(&mut |name, value| found |= absent || fits(name, value));
        found != absent
    }
}

impl Test {
    fn holds(&self, value: Option<&str>) -> bool {
        match (self, value) {
            (Self::Absent, value) => value.is_none(),
            (_, None) => false,
            (Self::Equals(wanted), Some(value)) => wanted == value,
            (Self::In(wanted), Some(value)) => wanted.iter().any(|each| each == value),
            (Self::Like(pattern), Some(value)) => pattern.matches(value),
        }
    }
}

/// A LIKE pattern: literals between `%` signs, each of which stands for any run of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    sentence: String,
}

impl Pattern {
    pub(super) fn new(sentence: String) -> Self {
        Self { sentence }
    }

    fn matches(&self, value: &str) -> bool {
        let Some((prefix, rest)) = self.sentence.split_once('%') else { return self.sentence == value };
        let (middle, suffix) = rest.rsplit_once('%').unwrap_or(("", rest));
        let Some(inner) = value.strip_prefix(prefix).and_then(|value| value.strip_suffix(suffix)) else {
            return false;
        };
        // Taking each literal as early as it comes leaves the most room for those after it.
        middle
            .split('%')
            .try_fold(inner, |value, literal| {
                value.find(literal).and_then(|at| value.get(at + literal.len()..))
            })
            .is_some()
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => {
                write_chain(f, parts, " AND ", |part| matches!(part, Self::Or(_) | Self::And(_)))
            }
            Self::Or(parts) => write_chain(f, parts, " OR ", |part| matches!(part, Self::Or(_))),
            Self::Not(part) => match **part {
                Self::And(_) | Self::Or(_) => write!(f, "NOT ({part})"),
                _ => write!(f, "NOT {part}"),
            },
            Self::Predicate(predicate) => predicate.fmt(f),
        }
    }
}

fn write_chain(
    f: &mut fmt::Formatter<'_>,
    parts: &[Expression],
    joiner: &str,
    needs_parentheses: impl Fn(&Expression) -> bool,
) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(joiner)?;
        }
        if needs_parentheses(part) { write!(f, "({part})")? } else { write!(f, "{part}")? }
    }
    Ok(())
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Field::Dimension(dimension) => write!(f, "{dimension}")?,
            Field::TagName => f.write_str("tags.name")?,
            Field::TagValue { .. } => f.write_str("tags.value")?,
        }
        let not = if self.negated { "NOT " } else { "" };
        match &self.test {
            Test::Equals(value) => write!(f, " {} {}", equals(self.negated), quoted(value)),
            Test::Absent => write!(f, " {} NULL", equals(self.negated)),
            Test::Like(pattern) => write!(f, " {not}LIKE {}", quoted(&pattern.sentence)),
            Test::In(values) => {
                let values: Vec<_> = values.iter().map(|value| quoted(value)).collect();
                write!(f, " {not}IN ({})", values.join(", "))
            }
        }
    }
}

fn equals(negated: bool) -> &'static str {
    if negated { "!=" } else { "=" }
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_like_a_wildcard() {
        let table = [
            ("%@data.acme.test", "ana@data.acme.test", true),
            ("%@data.acme.test", "ana@data.acme.tests", false),
            ("ana%", "ana@acme.test", true),
            ("%acme%", "ana@acme.test", true),
            ("a%a%a", "aa", false),
            ("a%a%a", "aaa", true),
            ("%ab%ab%", "abab", true),
            ("%ab%ab%", "aab", false),
            ("a%b", "ab", true),
            ("ab%ba", "aba", false),
            ("%", "", true),
            ("%%", "x", true),
            ("a_b", "axb", false),
            ("a_b", "a_b", true),
            ("", "", true),
            ("", "x", false),
            ("é%", "él", true),
        ];
        for (pattern, value, expected) in table {
            assert_eq!(Pattern::new(pattern.into()).matches(value), expected, "{pattern} on {value}");
        }
    }
}
