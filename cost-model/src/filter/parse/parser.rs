//! Tokens to an expression: `NOT` binds tightest, then `AND`, then `OR`.

use std::ops::Range;

use rust_decimal::Decimal;

use crate::error::{Error, Result};
use crate::filter::expression::Expression;
use crate::filter::literal::Number;
use crate::filter::parse::cursor::Cursor;
use crate::filter::parse::lexer::Token;
use crate::filter::{Allocation, Filter};

/// How deep parentheses and `NOT` may nest, so that no sentence exhausts the stack.
const DEPTH_MAX: usize = 100;

const ALLOCATION_PLACE: &str = "`costs.allocation` multiplies all that the filter or one branch of its outermost OR matches, so it goes beside ANDs only, \
                               not under NOT or an inner OR";

const ALLOCATION_TWICE: &str = "`costs.allocation` is here a second time";

pub(crate) fn parse(sentence: &str) -> Result<Filter> {
    let cursor = Cursor::new(sentence)?;
    let mut parser =
        Parser { cursor, depth: 0, under_and_only: true, allocation: None, branches: Vec::new() };
    let condition = parser.or()?;
    if !parser.cursor.at_end() {
        return Err(parser.cursor.error("expected AND, OR or the end of the filter"));
    }
    let Some(mut expression) = condition else {
        let span = parser.allocation.map_or(0..0, |allocation| allocation.span);
        return Err(Error::filter(span, "`costs.allocation` needs a condition beside it, joined by AND"));
    };
    expression.bind_tag_values(None);
    Ok(Filter { expression, allocation: parser.allocation, branches: parser.branches })
}

/// Where a part consists of `costs.allocation` alone, there is no condition.
type Condition = Option<Expression>;

struct Parser {
    cursor: Cursor,
    depth: usize,
    /// Whether nothing but AND lies between the top and here.
    under_and_only: bool,
    /// That of the whole, or of the branch at hand.
    allocation: Option<Allocation>,
    /// Those of the branches of the OR that was read, if one of them has any.
    branches: Vec<Option<Allocation>>,
}

impl Parser {
    /// Reads an OR of ANDs, and the shares of its branches.
    fn or(&mut self) -> Result<Condition> {
        // An OR in parentheses has its own branches; the share beside the parentheses waits until they are read.
        let before = self.allocation.take();
        let first = self.and()?;
        if !self.cursor.at_keyword("OR") {
            return match (before, self.allocation.take()) {
                (Some(_), Some(second)) => Err(Error::filter(second.span, ALLOCATION_TWICE)),
                (before, own) => {
                    self.allocation = before.or(own);
                    Ok(first)
                }
            };
        }
        self.refuse_branches()?;
        let mut branches = vec![self.branch(first)?];
        while self.cursor.take_keyword("OR") {
            let next = self.and()?;
            self.refuse_branches()?;
            branches.push(self.branch(next)?);
        }
        self.allocation = before;
        let (parts, allocations): (Vec<_>, Vec<_>) = branches.into_iter().unzip();
        if allocations.iter().any(Option::is_some) {
            self.branches = allocations;
        }
        Ok(Some(Expression::Or(parts)))
    }

    /// Returns a branch of an OR, and its share.
    fn branch(&mut self, condition: Condition) -> Result<(Expression, Option<Allocation>)> {
        let allocation = self.allocation.take();
        match (condition, allocation) {
            (Some(condition), allocation) => Ok((condition, allocation)),
            (None, allocation) => {
                let span = allocation.map_or(0..0, |allocation| allocation.span);
                Err(Error::filter(span, "`costs.allocation` needs a condition beside it, joined by AND"))
            }
        }
    }

    /// Shares of branches are those of the outermost OR alone, and not beside one of the whole.
    fn refuse_branches(&self) -> Result<()> {
        match self.branches.iter().flatten().next() {
            Some(allocation) => Err(Error::filter(allocation.span.clone(), ALLOCATION_PLACE)),
            None => Ok(()),
        }
    }

    /// Reads an AND. `costs.allocation` is no part of it: it is taken out and kept for the branch.
    fn and(&mut self) -> Result<Condition> {
        let mut parts: Vec<_> = self.not()?.into_iter().collect();
        let mut alone = true;
        while self.cursor.take_keyword("AND") {
            alone = false;
            parts.extend(self.not()?);
        }
        if !alone {
            self.refuse_branches()?;
        }
        Ok(if parts.len() > 1 { Some(Expression::And(parts)) } else { parts.pop() })
    }

    /// Reads a NOT, a group in parentheses, `costs.allocation` or a predicate.
    fn not(&mut self) -> Result<Condition> {
        // Every kind of nesting passes here, so that one count bounds the stack.
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.cursor.error(format!("the filter nests more than {DEPTH_MAX} deep")));
        }
        let condition = if self.cursor.take_keyword("NOT") {
            // A share under NOT would be one of what does not match.
            let outer = std::mem::replace(&mut self.under_and_only, false);
            let part = self.not()?;
            self.under_and_only = outer;
            part.map(|part| Expression::Not(Box::new(part)))
        } else if self.at_allocation() {
            self.allocation()?;
            None
        } else if self.cursor.at_mark(0, "(") && !self.at_pair() {
            self.cursor.advance();
            let inner = self.or()?;
            self.cursor.expect_mark(")")?;
            inner
        } else {
            Some(Expression::Predicate(self.cursor.predicate()?))
        };
        self.depth -= 1;
        Ok(condition)
    }

    /// Returns whether a parenthesis opens a pair of fields rather than a group.
    fn at_pair(&self) -> bool {
        matches!(self.cursor.peek(1), Some(Token::Word(_)))
            && self.cursor.at_mark(2, ".")
            && matches!(self.cursor.peek(3), Some(Token::Word(_)))
            && self.cursor.at_mark(4, ",")
    }

    fn at_allocation(&self) -> bool {
        self.at_word(0, "costs") && self.cursor.at_mark(1, ".") && self.at_word(2, "allocation")
    }

    fn at_word(&self, ahead: usize, name: &str) -> bool {
        matches!(self.cursor.peek(ahead), Some(Token::Word(word)) if word.eq_ignore_ascii_case(name))
    }

    /// `costs.allocation = 0.5`
    fn allocation(&mut self) -> Result<()> {
        let start = self.cursor.here().start;
        // `costs`, the point and `allocation`, which `at_allocation` has seen.
        (0..3).for_each(|_| self.cursor.advance());
        if !self.cursor.take_mark("=") {
            return Err(self
                .cursor
                .error("`costs.allocation` is a multiplier: write `=` and a number, such as 0.5"));
        }
        let at = self.cursor.here();
        let Some(Token::Number(text)) = self.cursor.peek(0) else {
            return Err(self.cursor.error("expected a number above 0 and up to 1, such as 0.5"));
        };
        let share = share(text, at)?;
        self.cursor.advance();
        let span = self.cursor.since(start);
        if !self.under_and_only {
            return Err(Error::filter(span, ALLOCATION_PLACE));
        }
        if self.allocation.is_some() {
            return Err(Error::filter(span, ALLOCATION_TWICE));
        }
        self.allocation = Some(Allocation { share, span });
        Ok(())
    }
}

/// Reads the share of a charge, above 0 and up to 1.
fn share(text: &str, at: Range<usize>) -> Result<Decimal> {
    Number::parse(text)
        .and_then(Number::to_decimal)
        .filter(|share| *share > Decimal::ZERO && *share <= Decimal::ONE)
        .ok_or_else(|| Error::filter(at, "an allocation lies above 0 and goes up to 1"))
}
