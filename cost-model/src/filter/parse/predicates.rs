//! A single test: a field, an operator and what it is compared with.
//!
//! Each error has the place of what is wrong and says what to write instead. Which operator fits which field is
//! checked in `check`, before the right side is read.

use std::ops::Range;
use std::sync::Arc;

use crate::dimension::Dimension;
use crate::error::{Error, Result};
use crate::filter::expression::Predicate;
use crate::filter::field::{Field, Kind};
use crate::filter::literal::{Literal, Number, Value, instant};
use crate::filter::parse::cursor::Cursor;
use crate::filter::parse::hints::{bare_field, function, unknown, unknown_namespace};
use crate::filter::parse::lexer::Token;
use crate::filter::pattern::{Flexible, Pattern};
use crate::filter::regex::Regex;
use crate::filter::test::{Comparison, Test};

/// Negation is kept beside it, so that `!=` and `NOT IN` need no variants.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equals,
    In,
    Like,
    LikeAnyCase,
    Flexible,
    Regex,
    Compare(Comparison),
    Between,
    Is,
}

/// An operator, whether it is negated, and how to name it.
const MARKS: [(&str, bool, Operator); 10] = [
    ("=", false, Operator::Equals),
    ("!=", true, Operator::Equals),
    ("~*", false, Operator::Flexible),
    ("!~*", true, Operator::Flexible),
    ("=~", false, Operator::Regex),
    ("!~", true, Operator::Regex),
    ("<", false, Operator::Compare(Comparison::Less)),
    ("<=", false, Operator::Compare(Comparison::LessOrEqual)),
    (">", false, Operator::Compare(Comparison::Greater)),
    (">=", false, Operator::Compare(Comparison::GreaterOrEqual)),
];

const WORDS: [(&str, Operator); 4] = [
    ("IN", Operator::In),
    ("LIKE", Operator::Like),
    ("ILIKE", Operator::LikeAnyCase),
    ("BETWEEN", Operator::Between),
];

/// Words that are found in the place of a field only when one is missing.
const KEYWORDS: [&str; 9] = ["AND", "OR", "NOT", "IN", "LIKE", "ILIKE", "BETWEEN", "IS", "NULL"];

impl Cursor {
    /// Reads a field, an operator and its right side, or a pair of fields with `IN`.
    pub(super) fn predicate(&mut self) -> Result<Predicate> {
        let start = self.here().start;
        if self.at_mark(0, "(") {
            return self.pairs(start);
        }
        let field = self.field()?;
        let at = self.here();
        let (mut negated, operator, name) = self.operator(field.kind())?;
        check(&field, operator, name, at)?;
        let test = match operator {
            Operator::Is => {
                negated = self.take_keyword("NOT");
                self.expect_keyword("NULL")?;
                Test::Absent
            }
            Operator::Equals if field.kind() != Kind::Flag && self.take_keyword("NULL") => Test::Absent,
            Operator::Equals => Test::Equals(self.literal(&field)?),
            Operator::In => Test::In(self.list(|list| list.literal(&field))?),
            Operator::Like => Test::Like(Pattern::new(self.string(&field)?.0)),
            Operator::LikeAnyCase => Test::LikeAnyCase(Pattern::new(self.string(&field)?.0)),
            Operator::Flexible => Test::Flexible(Flexible::new(self.string(&field)?.0)),
            Operator::Regex => self.regex(&field)?,
            Operator::Compare(comparison) => Test::Compare(comparison, self.literal(&field)?),
            Operator::Between => self.between(&field)?,
        };
        Ok(Predicate { field, negated, test, span: self.since(start) })
    }

    /// Reads an operator and whether it is negated; `kind` chooses the message where none follows.
    fn operator(&mut self, kind: Kind) -> Result<(bool, Operator, &'static str)> {
        if let Some(Token::Mark(mark)) = self.peek(0)
            && let Some((name, negated, operator)) = MARKS.iter().find(|(each, ..)| each == mark)
        {
            self.advance();
            return Ok((*negated, *operator, name));
        }
        if self.take_keyword("IS") {
            return Ok((false, Operator::Is, "IS"));
        }
        let negated = self.take_keyword("NOT");
        match WORDS.iter().find(|(word, _)| self.at_keyword(word)) {
            Some((word, operator)) => {
                self.advance();
                Ok((negated, *operator, word))
            }
            None if negated => Err(self.error("expected IN, LIKE, ILIKE or BETWEEN after NOT")),
            None => Err(self.error(kind.operators())),
        }
    }

    /// Reads a field by its namespace. Unknown names get a suggestion.
    fn field(&mut self) -> Result<Field> {
        const EXPECTED: &str = "expected a field, such as costs.service";
        if KEYWORDS.iter().any(|keyword| self.at_keyword(keyword)) {
            return Err(self.error(EXPECTED));
        }
        let (namespace, span) = self.word(EXPECTED)?;
        if self.at_mark(0, "(") {
            return Err(function(&namespace, span));
        }
        match namespace.to_ascii_lowercase().as_str() {
            "charged_at" => Ok(Field::ChargedAt),
            "costs" => {
                let (name, span) = self.member(span, "expected a field after `costs.`")?;
                Field::from_costs(&name).ok_or_else(|| unknown("costs", &name, span, Field::costs_names()))
            }
            "usage" => {
                let (name, span) = self.member(span, "expected a field after `usage.`")?;
                Field::from_usage(&name).ok_or_else(|| unknown("usage", &name, span, Field::usage_names()))
            }
            "tags" if self.at_mark(0, "[") => Ok(Field::Dimension(Dimension::Tag(self.key()?))),
            "tags" => {
                let (name, span) = self.member(span, "expected `name` or `value` after `tags.`")?;
                match name.to_ascii_lowercase().as_str() {
                    "name" => Ok(Field::TagName),
                    "value" => Ok(Field::TagValue { of: None }),
                    _ => Err(unknown("tags", &name, span, ["name", "value"])),
                }
            }
            "vtag" if self.at_mark(0, "[") => Ok(Field::Dimension(Dimension::VirtualTag(self.key()?))),
            "vtag" => {
                let (key, _) = self.member(span, "expected the key of a virtual tag after `vtag.`")?;
                Ok(Field::Dimension(Dimension::VirtualTag(key.into())))
            }
            _ if self.at_mark(0, ".") => Err(unknown_namespace(&namespace, span)),
            _ => Err(bare_field(&namespace, span)),
        }
    }

    /// `.name`, and the place of the namespace and the name together.
    fn member(&mut self, namespace: Range<usize>, expected: &str) -> Result<(String, Range<usize>)> {
        if !self.take_mark(".") {
            return Err(self.error(expected));
        }
        let (name, at) = self.word(expected)?;
        Ok((name, namespace.start..at.end))
    }

    /// `['key']`
    fn key(&mut self) -> Result<Arc<str>> {
        self.expect_mark("[")?;
        let (key, _) = self.text(Kind::Text.expected())?;
        self.expect_mark("]")?;
        Ok(key.into())
    }

    /// `(tags.name, tags.value) IN (('a', 'x'), ('b', 'y'))`
    fn pairs(&mut self, start: usize) -> Result<Predicate> {
        self.expect_mark("(")?;
        let first = self.field()?;
        self.expect_mark(",")?;
        let second = self.field()?;
        if first != Field::TagName || second != (Field::TagValue { of: None }) {
            let span = self.since(start);
            return Err(Error::filter(span, "the only pair of fields is `(tags.name, tags.value)`"));
        }
        self.expect_mark(")")?;
        let negated = self.take_keyword("NOT");
        if !self.take_keyword("IN") {
            return Err(self.error("expected IN or NOT IN after a pair of fields"));
        }
        let pairs = self.list(|list| {
            list.expect_mark("(")?;
            let name = list.literal(&Field::TagName)?;
            list.expect_mark(",")?;
            let value = list.literal(&second)?;
            list.expect_mark(")")?;
            Ok((name, value))
        })?;
        Ok(Predicate { field: Field::TagPair, negated, test: Test::Pairs(pairs), span: self.since(start) })
    }

    /// `(item, item)`
    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        self.expect_mark("(")?;
        let mut items = vec![item(self)?];
        while self.take_mark(",") {
            items.push(item(self)?);
        }
        self.expect_mark(")")?;
        Ok(items)
    }

    /// Reads two bounds; a lower bound above the upper one is refused, since it would match nothing.
    fn between(&mut self, field: &Field) -> Result<Test> {
        let low = self.literal(field)?;
        self.expect_keyword("AND")?;
        let high = self.literal(field)?;
        let ordered = match (low.value(), high.value()) {
            (Value::Number(low), Value::Number(high)) => low <= high,
            (Value::Instant(low), Value::Instant(high)) => low <= high,
            _ => true,
        };
        if ordered {
            return Ok(Test::Between(low, high));
        }
        let span = low.span().start..high.span().end;
        Err(Error::filter(span, "write the lower bound of BETWEEN first"))
    }

    /// Reads a regular expression. The place of an error is inside the string where the string is verbatim.
    fn regex(&mut self, field: &Field) -> Result<Test> {
        let (text, span) = self.string(field)?;
        // Behind the quote, and there alone if a quote within is written twice.
        let is_verbatim = text.len() + 2 == span.len();
        Regex::new(text).map(Test::Regex).map_err(|(reason, at)| {
            let start = if is_verbatim && at > 0 { span.start + 1 + at } else { span.start };
            Error::filter(start..span.end, format!("not a regular expression that can be used: {reason}"))
        })
    }

    /// Reads a literal of the field's kind.
    fn literal(&mut self, field: &Field) -> Result<Literal> {
        let (value, span) = match field.kind() {
            Kind::Text => self.string(field).map(|(text, span)| (Value::Text(text.into()), span))?,
            Kind::Number => {
                let Some(Token::Number(text)) = self.peek(0) else { return Err(self.not_a(field)) };
                let number = Number::parse(text).ok_or_else(|| {
                    self.error("a number has at most 24 decimals and lies below 1.7 * 10^14")
                })?;
                (Value::Number(number), self.take())
            }
            Kind::Instant => {
                let Some(Token::Text(text)) = self.peek(0) else { return Err(self.not_a(field)) };
                let instant = instant(text).ok_or_else(|| self.error(Kind::Instant.expected()))?;
                (Value::Instant(instant), self.take())
            }
            Kind::Flag if self.at_keyword("true") => (Value::Flag(true), self.take()),
            Kind::Flag if self.at_keyword("false") => (Value::Flag(false), self.take()),
            Kind::Flag => return Err(self.not_a(field)),
        };
        Ok(Literal::new(value, span))
    }

    /// Steps over a token and returns its place.
    fn take(&mut self) -> Range<usize> {
        let span = self.here();
        self.advance();
        span
    }

    fn string(&mut self, field: &Field) -> Result<(String, Range<usize>)> {
        if matches!(self.peek(0), Some(Token::Text(_))) {
            self.text(Kind::Text.expected())
        } else {
            Err(self.not_a(field))
        }
    }

    /// Explains why the next token is not comparable with the field.
    fn not_a(&self, field: &Field) -> Error {
        let kind = field.kind();
        match (self.peek(0), kind) {
            (Some(Token::Word(name)), _) if self.at_mark(1, "(") => function(name, self.here()),
            (Some(Token::Number(number)), Kind::Text) => {
                self.error(format!("`{field}` is text, so write the number in single quotes: '{number}'"))
            }
            (Some(Token::Word(word)), Kind::Text) if is_flag(word) => {
                self.error(format!("`{field}` is text, so write `{word}` in single quotes"))
            }
            (Some(Token::Text(_)), Kind::Number) => {
                self.error(format!("`{field}` is a number, written without quotes, such as 12.5"))
            }
            (Some(Token::Text(_)), Kind::Flag) => {
                self.error(format!("`{field}` is true or false, written without quotes"))
            }
            _ => self.error(kind.expected()),
        }
    }
}

fn is_flag(word: &str) -> bool {
    word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false")
}

/// Refuses an operator that means nothing for the field.
fn check(field: &Field, operator: Operator, name: &str, at: Range<usize>) -> Result<()> {
    let kind = field.kind();
    let reads = match operator {
        _ if kind == Kind::Flag && operator != Operator::Equals => {
            return Err(Error::filter(at, format!("`{field}` takes only = and !=, with true or false")));
        }
        Operator::Like | Operator::LikeAnyCase | Operator::Flexible | Operator::Regex
            if kind != Kind::Text =>
        {
            "text"
        }
        Operator::Compare(_) | Operator::Between if kind == Kind::Text => "numbers and times",
        _ => return Ok(()),
    };
    Err(Error::filter(at, format!("{name} compares {reads}, and `{field}` is {}", kind.name())))
}
