//! A condition as a sentence that parses to the same condition.

use std::fmt;

use crate::filter::expression::{Expression, Predicate};
use crate::filter::literal::{Literal, quoted};
use crate::filter::test::Test;

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
        let Self { field, negated, test, .. } = self;
        let not = if *negated { "NOT " } else { "" };
        let equals = if *negated { "!=" } else { "=" };
        match test {
            Test::Absent => write!(f, "{field} {equals} NULL"),
            Test::Equals(literal) => write!(f, "{field} {equals} {literal}"),
            Test::In(literals) => {
                write!(f, "{field} {not}IN (")?;
                write_list(f, literals, Literal::fmt)
            }
            Test::Like(pattern) => write!(f, "{field} {not}LIKE {}", quoted(pattern.as_str())),
            Test::LikeAnyCase(pattern) => write!(f, "{field} {not}ILIKE {}", quoted(pattern.as_str())),
            Test::Flexible(text) => {
                write!(f, "{field} {} {}", if *negated { "!~*" } else { "~*" }, quoted(text.as_str()))
            }
            Test::Regex(regex) => {
                write!(f, "{field} {} {}", if *negated { "!~" } else { "=~" }, quoted(regex.as_str()))
            }
            Test::Compare(comparison, literal) => write!(f, "{field} {} {literal}", comparison.sign()),
            Test::Between(low, high) => write!(f, "{field} {not}BETWEEN {low} AND {high}"),
            Test::Pairs(pairs) => {
                write!(f, "{field} {not}IN (")?;
                write_list(f, pairs, |(name, value), f| write!(f, "({name}, {value})"))
            }
        }
    }
}

/// Returns the items, parted by commas, and the closing parenthesis.
fn write_list<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    write: impl Fn(&T, &mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write(item, f)?;
    }
    f.write_str(")")
}
