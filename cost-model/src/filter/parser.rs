//! Tokens to an expression: `NOT` binds tightest, then `AND`, then `OR`.

use std::ops::Range;
use std::sync::Arc;

use super::closest;
use super::expression::{Expression, Field, Pattern, Predicate, Test};
use super::lexer::{Lexeme, Token, lex};
use crate::{Dimension, Error, Result};

/// How deep parentheses and `NOT` may nest, so that no sentence exhausts the stack.
const DEPTH_MAX: usize = 100;

pub(super) fn parse(sentence: &str) -> Result<Expression> {
    let mut parser = Parser { lexemes: lex(sentence)?, next: 0, end: sentence.len(), depth: 0 };
    let mut expression = parser.or()?;
    if let Some(rest) = parser.lexemes.get(parser.next) {
        return Err(Error::filter(rest.span.clone(), "expected AND, OR or the end of the filter"));
    }
    expression.bind_tag_values(None);
    Ok(expression)
}

struct Parser {
    lexemes: Vec<Lexeme>,
    next: usize,
    end: usize,
    depth: usize,
}

impl Parser {
    fn or(&mut self) -> Result<Expression> {
        self.chain("OR", Self::and, Expression::Or)
    }

    fn and(&mut self) -> Result<Expression> {
        self.chain("AND", Self::not, Expression::And)
    }

    fn chain(
        &mut self,
        joiner: &str,
        part: fn(&mut Self) -> Result<Expression>,
        join: fn(Vec<Expression>) -> Expression,
    ) -> Result<Expression> {
        let first = part(self)?;
        if !self.at_keyword(joiner) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.take_keyword(joiner) {
            parts.push(part(self)?);
        }
        Ok(join(parts))
    }

    fn not(&mut self) -> Result<Expression> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Error::filter(self.here(), format!("the filter nests more than {DEPTH_MAX} deep")));
        }
        let expression = if self.take_keyword("NOT") {
            Expression::Not(Box::new(self.not()?))
        } else if self.take_mark("(") {
            let inner = self.or()?;
            self.expect_mark(")")?;
            inner
        } else {
            Expression::Predicate(self.predicate()?)
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn predicate(&mut self) -> Result<Predicate> {
        let field = self.field()?;
        let negated = self.take_keyword("NOT");
        if self.take_keyword("IN") {
            return Ok(Predicate { field, negated, test: Test::In(self.list()?) });
        }
        if self.take_keyword("LIKE") {
            return Ok(Predicate { field, negated, test: Test::Like(Pattern::new(self.text()?)) });
        }
        if negated {
            return Err(Error::filter(self.here(), "expected IN or LIKE after NOT"));
        }
        let negated = match self.take_mark("=") {
            true => false,
            false if self.take_mark("!=") => true,
            false => {
                let message = "expected an operator: =, !=, IN, NOT IN, LIKE or NOT LIKE";
                return Err(Error::filter(self.here(), message));
            }
        };
        let test = if self.take_keyword("NULL") { Test::Absent } else { Test::Equals(self.text()?) };
        Ok(Predicate { field, negated, test })
    }

    fn field(&mut self) -> Result<Field> {
        let (namespace, span) = self.word("expected a field, such as costs.service")?;
        match namespace.to_ascii_lowercase().as_str() {
            "costs" => {
                self.expect_mark(".")?;
                let (name, at) = self.word("expected a field after `costs.`")?;
                Dimension::from_costs_field(&name)
                    .map(Field::Dimension)
                    .ok_or_else(|| unknown("costs", &name, span.start..at.end, Dimension::costs_fields()))
            }
            "tags" if self.at_mark("[") => Ok(Field::Dimension(Dimension::Tag(self.key()?))),
            "tags" => {
                self.expect_mark(".")?;
                let (name, at) = self.word("expected `name` or `value` after `tags.`")?;
                match name.to_ascii_lowercase().as_str() {
                    "name" => Ok(Field::TagName),
                    "value" => Ok(Field::TagValue { of: None }),
                    _ => Err(unknown("tags", &name, span.start..at.end, ["name", "value"])),
                }
            }
            "vtag" if self.at_mark("[") => Ok(Field::Dimension(Dimension::VirtualTag(self.key()?))),
            "vtag" => {
                self.expect_mark(".")?;
                let (key, _) = self.word("expected the key of a virtual tag after `vtag.`")?;
                Ok(Field::Dimension(Dimension::VirtualTag(key.into())))
            }
            _ => Err(bare_field(&namespace, span)),
        }
    }

    /// `['key']`
    fn key(&mut self) -> Result<Arc<str>> {
        self.expect_mark("[")?;
        let key = self.text()?;
        self.expect_mark("]")?;
        Ok(key.into())
    }

    /// `('a', 'b')`
    fn list(&mut self) -> Result<Vec<String>> {
        self.expect_mark("(")?;
        let mut values = vec![self.text()?];
        while self.take_mark(",") {
            values.push(self.text()?);
        }
        self.expect_mark(")")?;
        Ok(values)
    }

    fn text(&mut self) -> Result<String> {
        match self.lexemes.get(self.next) {
            Some(Lexeme { token: Token::Text(text), .. }) => {
                self.next += 1;
                Ok(text.clone())
            }
            _ => Err(Error::filter(self.here(), "expected a string in single quotes")),
        }
    }

    fn word(&mut self, expected: &str) -> Result<(String, Range<usize>)> {
        match self.lexemes.get(self.next) {
            Some(Lexeme { token: Token::Word(word), span }) => {
                self.next += 1;
                Ok((word.clone(), span.clone()))
            }
            _ => Err(Error::filter(self.here(), expected)),
        }
    }

    fn at_keyword(&self, keyword: &str) -> bool {
        matches!(self.lexemes.get(self.next), Some(Lexeme { token: Token::Word(word), .. }) if word.eq_ignore_ascii_case(keyword))
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.at_keyword(keyword);
        self.next += usize::from(found);
        found
    }

    fn at_mark(&self, mark: &str) -> bool {
        matches!(self.lexemes.get(self.next), Some(Lexeme { token: Token::Mark(found), .. }) if *found == mark)
    }

    fn take_mark(&mut self, mark: &str) -> bool {
        let found = self.at_mark(mark);
        self.next += usize::from(found);
        found
    }

    fn expect_mark(&mut self, mark: &str) -> Result<()> {
        if self.take_mark(mark) {
            Ok(())
        } else {
            Err(Error::filter(self.here(), format!("expected `{mark}`")))
        }
    }

    /// The place of the next token, or the end.
    fn here(&self) -> Range<usize> {
        self.lexemes.get(self.next).map_or(self.end..self.end, |lexeme| lexeme.span.clone())
    }
}

fn unknown(
    namespace: &str,
    name: &str,
    span: Range<usize>,
    known: impl IntoIterator<Item = &'static str> + Clone,
) -> Error {
    let hint = match closest(name, known.clone()) {
        Some(near) => format!("did you mean `{namespace}.{near}`?"),
        None => format!("known are: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
    };
    Error::filter(span, format!("unknown field `{namespace}.{name}`; {hint}"))
}

/// A field without a namespace: a cost field, or else most likely a virtual tag.
fn bare_field(name: &str, span: Range<usize>) -> Error {
    let hint = match Dimension::from_costs_field(name) {
        Some(dimension) => format!("did you mean `{dimension}`?"),
        None => {
            let mut key = name.to_owned();
            if let Some(first) = key.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            format!("for a tag write `vtag.{key}` or `tags.name = '{key}'`")
        }
    };
    Error::filter(span, format!("unknown field `{name}`; {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn fails(sentence: &str, column: usize, message: &str) {
        let error = parse(sentence).unwrap_err().located_in(sentence);
        assert_eq!(error.to_string(), format!("{message} (column {column})"), "{sentence}");
    }

    #[test]
    fn errors_name_place_and_remedy() {
        fails("costs.servce = 'x'", 1, "unknown field `costs.servce`; did you mean `costs.service`?");
        fails("team = 'x'", 1, "unknown field `team`; for a tag write `vtag.Team` or `tags.name = 'Team'`");
        fails("service = 'x'", 1, "unknown field `service`; did you mean `costs.service`?");
        fails("costs.service = \"x\"", 17, "strings stand in single quotes, not double quotes");
        fails("costs.service = 'x", 17, "this string has no closing quote");
        fails("costs.service LIKE", 19, "expected a string in single quotes");
        fails("costs.service 'x'", 15, "expected an operator: =, !=, IN, NOT IN, LIKE or NOT LIKE");
        fails("costs.service = 'x' costs.region = 'y'", 21, "expected AND, OR or the end of the filter");
        fails("(costs.service = 'x'", 21, "expected `)`");
        fails("costs.service IN ()", 19, "expected a string in single quotes");
        fails("costs.service NOT = 'x'", 19, "expected IN or LIKE after NOT");
        fails("tags.nam = 'x'", 1, "unknown field `tags.nam`; did you mean `tags.name`?");
        fails("costs.service = 'x' ; DROP", 21, "`;` is not part of the filter language");
        fails("costs.region = 'é' x", 20, "expected AND, OR or the end of the filter");
        fails("", 1, "expected a field, such as costs.service");
        fails(&"(".repeat(200), 101, "the filter nests more than 100 deep");
    }

    #[test]
    fn sentences_print_as_they_parse() {
        let table = [
            ("costs.service='x'", "costs.service = 'x'"),
            ("COSTS.Service <> 'it''s'", "costs.service != 'it''s'"),
            ("costs.cost_sub_category in ('a','b')", "costs.subcategory IN ('a', 'b')"),
            (
                "not (costs.region = 'a' or costs.region = 'b')",
                "NOT (costs.region = 'a' OR costs.region = 'b')",
            ),
            (
                "costs.region = 'a' or costs.region = 'b' and costs.region not like 'c%'",
                "costs.region = 'a' OR costs.region = 'b' AND costs.region NOT LIKE 'c%'",
            ),
            ("vtag.Team = 'a' and tags['x y'] != NULL", "vtag.Team = 'a' AND tags['x y'] != NULL"),
            ("vtag['Cost Center'] = 'a'", "vtag['Cost Center'] = 'a'"),
            ("((tags.name = NULL))", "tags.name = NULL"),
        ];
        for (sentence, printed) in table {
            let expression = parse(sentence).unwrap();
            assert_eq!(expression.to_string(), printed);
            assert_eq!(parse(printed).unwrap(), expression);
        }
    }
}
