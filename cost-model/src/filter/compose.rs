//! Combines filters: `and`, `or` and `not`.

use crate::error::{Error, ErrorKind, Result};
use crate::fault::Fault;
use crate::filter::expression::Expression;
use crate::filter::{Allocation, Filter};

impl Filter {
    /// Returns a filter for what both filters match, each with the meaning that it has alone: no `tags.value` of one refers
    /// to a `tags.name` of the other. The share (`costs.allocation`) of either is kept.
    ///
    /// ```
    /// use cost_model::Filter;
    ///
    /// let saved = Filter::parse("costs.region = 'eu' OR costs.region = 'uk'")?;
    /// let mine = Filter::parse("costs.service != 'Auto'")?;
    /// let both = saved.and(mine)?;
    /// assert_eq!(both.to_string(), "(costs.region = 'eu' OR costs.region = 'uk') AND costs.service != 'Auto'");
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Filter`] when both have a share or either has one in a branch, or together they nest more than 100 deep.
    pub fn and(self, other: Self) -> Result<Self> {
        if self.has_branch_allocations() || other.has_branch_allocations() {
            let message = "a filter with a `costs.allocation` in its branches cannot be joined by AND";
            return Err(Error::new(ErrorKind::Filter, message));
        }
        let allocation = match (self.allocation, other.allocation) {
            (Some(_), Some(_)) => {
                return Err(Error::new(ErrorKind::Filter, "both filters have a `costs.allocation`"));
            }
            (one, another) => one.or(another),
        };
        composed(conjunction(self.expression, other.expression), allocation)
    }

    /// Returns a filter for what either filter matches, each with the meaning that it has alone.
    ///
    /// # Errors
    /// [`ErrorKind::Filter`] when either has a share (`costs.allocation`), or together they nest more than 100 deep.
    pub fn or(self, other: Self) -> Result<Self> {
        let (one, other) = (self.without_allocation("OR")?, other.without_allocation("OR")?);
        let mut parts = match one {
            Expression::Or(parts) => parts,
            one => vec![one],
        };
        match other {
            Expression::Or(others) => parts.extend(others),
            other => parts.push(other),
        }
        composed(Expression::Or(parts), None)
    }

    /// Returns a filter for everything that this one does not match.
    ///
    /// # Errors
    /// [`ErrorKind::Filter`] when it has a share (`costs.allocation`), or nests 100 deep already.
    #[expect(
        clippy::should_implement_trait,
        reason = "`!filter` would hide that a filter with a multiplier has no opposite"
    )]
    pub fn not(self) -> Result<Self> {
        let opposite = match self.without_allocation("NOT")? {
            Expression::Not(part) => *part,
            part => Expression::Not(Box::new(part)),
        };
        composed(opposite, None)
    }

    fn without_allocation(self, joiner: &'static str) -> Result<Expression> {
        if self.has_allocation() {
            return Err(Fault::AllocationUnder(joiner).into());
        }
        Ok(self.expression)
    }
}

/// Returns the flattest tree that means `one` and `other`. A `tags.value` of one side must not read as bound to a
/// `tags.name` of the other; in the last arrangement none can, since only a `tags.name` that is a part of its own binds
/// what follows.
fn conjunction(one: Expression, other: Expression) -> Expression {
    let arrangements = [
        [flat(&one), flat(&other)],
        [flat(&one), vec![other.clone()]],
        [vec![one.clone()], flat(&other)],
        [vec![one.clone()], vec![other.clone()]],
    ];
    arrangements
        .into_iter()
        .map(|parts| Expression::And(parts.concat()))
        .find(Expression::is_bound_as_it_reads)
        .unwrap_or_else(|| Expression::And(vec![other, one]))
}

/// Returns the filter as read from the sentence that it prints, so that its spans are places in that sentence.
fn composed(expression: Expression, allocation: Option<Allocation>) -> Result<Filter> {
    Filter::parse(&Filter { expression, allocation, branches: Vec::new() }.to_string())
}

/// Returns the parts of an AND, and any other expression as its only part.
fn flat(expression: &Expression) -> Vec<Expression> {
    match expression {
        Expression::And(parts) => parts.clone(),
        single => vec![single.clone()],
    }
}
