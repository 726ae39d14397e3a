//! Regular expressions of filters, and the literals that a match must contain.

use std::sync::Arc;

use regex::RegexBuilder;
use regex_syntax::hir::{Hir, HirKind, Look};

use crate::filter::pattern::Pattern;

/// The memory that one regular expression may take once compiled, which also bounds the time a match takes. `\w{10}` takes
/// half of it, since letters of every script are one of its classes.
const REGEX_BYTES_MAX: usize = 1 << 20;

/// A regular expression, which holds for a text if it matches anywhere in it. `Debug` leaves it out.
#[derive(Clone)]
pub struct Regex {
    text: Arc<str>,
    compiled: regex::Regex,
    required: Pattern,
}

crate::masked_debug!(Regex {});

impl Regex {
    /// Compiles an expression, or returns in a few words why it cannot be used, and at which byte of it.
    pub(super) fn new(text: impl Into<Arc<str>>) -> Result<Self, (String, usize)> {
        let text = text.into();
        let parsed = regex_syntax::parse(&text).map_err(|error| match error {
            regex_syntax::Error::Parse(error) => (error.kind().to_string(), error.span().start.offset),
            regex_syntax::Error::Translate(error) => (error.kind().to_string(), error.span().start.offset),
            error => (error.to_string(), 0),
        })?;
        let compiled = RegexBuilder::new(&text).size_limit(REGEX_BYTES_MAX).build();
        Ok(Self {
            required: required(&parsed),
            compiled: compiled.map_err(|_| {
                (format!("it takes more than {} KiB once compiled", REGEX_BYTES_MAX >> 10), 0)
            })?,
            text,
        })
    }

    /// Returns the expression as written, without its quotes.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns a LIKE pattern that every match fulfils, such as `ci-%@acme.test`, for an index of many expressions.
    ///
    /// It is necessary, not sufficient: a text that it matches need not match the expression. It is `%`, which matches every
    /// text, where the expression requires no literal, as `a|b` does.
    pub fn required(&self) -> &Pattern {
        &self.required
    }

    /// Returns whether it matches somewhere in `value`.
    pub fn matches(&self, value: &str) -> bool {
        self.compiled.is_match(value)
    }
}

impl PartialEq for Regex {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Regex {}

/// Returns a pattern that every text fits which the expression matches: the literals that each match has, in their order.
///
/// A branch of several alternatives, and a letter of either case, is no literal.
fn required(expression: &Hir) -> Pattern {
    let mut required = Required { pattern: "%".to_owned(), at_end: false };
    required.read(expression);
    if !required.at_end {
        required.gap();
    }
    Pattern::new(required.pattern)
}

struct Required {
    /// A LIKE pattern for what was read so far.
    pattern: String,
    at_end: bool,
}

impl Required {
    fn read(&mut self, expression: &Hir) {
        match expression.kind() {
            // A `%` in a literal means any text, as does one that was written here.
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => self.pattern.push_str(text),
                Err(_) => self.gap(),
            },
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.read(part)),
            HirKind::Capture(group) => self.read(&group.sub),
            HirKind::Repetition(repeated) => {
                if repeated.min > 0 {
                    self.read(&repeated.sub);
                }
                self.gap();
            }
            HirKind::Class(_) | HirKind::Alternation(_) => self.gap(),
            // Whatever was read before is empty in a match.
            HirKind::Look(Look::Start) => self.pattern.clear(),
            HirKind::Look(Look::End) => self.at_end = true,
            HirKind::Look(_) | HirKind::Empty => {}
        }
    }

    /// Anything may be here.
    fn gap(&mut self) {
        if !self.pattern.ends_with('%') {
            self.pattern.push('%');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_expressions_are_bounded() {
        assert!(Regex::new("^a+$").unwrap().matches("aaa"));
        assert!(!Regex::new("^a+$").unwrap().matches("aab"));
        assert!(Regex::new("b").unwrap().matches("abc"));
        for text in ["(", "a{1000}{1000}", "[z-a]", "*"] {
            assert!(Regex::new(text).is_err(), "{text}");
        }
        assert!(Regex::new("(".repeat(10_000)).is_err());
    }

    #[test]
    fn literals_are_told_in_order_and_what_is_not_plain_is_not() {
        let table = [
            ("bot", "%bot%"),
            ("^bot", "bot%"),
            ("bot$", "%bot"),
            ("^bot$", "bot"),
            ("(?m)^bot$", "%bot%"),
            (r"^ci-[0-9]+@(a|b)\.acme\.test$", "ci-%@%.acme.test"),
            (r"^ci-\d+@\w+\.test$", "ci-%@%.test"),
            ("^(ci-)(?P<name>bot)$", "ci-bot"),
            ("ab+c", "%ab%c%"),
            ("(ab)+c", "%ab%c%"),
            ("ab*c", "%a%c%"),
            ("ab??c", "%a%c%"),
            ("ab{2,3}?c", "%ab%c%"),
            ("a.c", "%a%c%"),
            ("a*^b", "b%"),
            ("a$b*", "%a%"),
            ("abc|xyz", "%"),
            ("(?i)bot", "%"),
            ("(?i:b)ot", "%ot%"),
            ("(?:xa|yb)bot", "%bot%"),
            (r"\bbot\b", "%bot%"),
            ("[]a]bot", "%bot%"),
            ("[[:alpha:]]bot", "%bot%"),
            ("100%", "%100%"),
            ("é+", "%é%"),
            ("", "%"),
        ];
        for (expression, pattern) in table {
            let parsed = regex_syntax::parse(expression).unwrap();
            assert_eq!(required(&parsed).as_str(), pattern, "{expression}");
        }
    }
}
