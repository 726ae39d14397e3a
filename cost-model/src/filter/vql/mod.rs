//! A filter as legal VQL, under every restriction that Vantage documents.

mod branch;
mod leaf;
mod reason;

use super::expression::Expression;
use super::{Allocation, Filter};
use branch::{Branch, TooLarge, product};
pub use reason::{NotVql, NotVqlReason};

/// How many OR branches the sentence may have.
const BRANCHES_MAX: usize = 1_000;

/// How many bytes the sentence may have.
const BYTES_MAX: usize = 1 << 20;

impl Filter {
    /// The same condition as a sentence that Vantage takes: parenthesised AND groups joined by OR, each with its
    /// `costs.provider = '...'`, nothing negated but by `!=`, `NOT IN`, `NOT LIKE` and `!~*`, no field, operator or
    /// spelling that VQL does not document. A virtual tag and `tags['key']` become `tags.name` and `tags.value`. Read back
    /// by [`Filter::parse`] the sentence matches the same charges, where virtual tags are seen as tags, as in reports.
    ///
    /// ```
    /// use cost_model::Filter;
    ///
    /// let filter = Filter::parse("costs.provider = 'cursor' AND (costs.region = 'eu' OR vtag.Team = 'Payments')")?;
    /// assert_eq!(
    ///     filter.to_vql().unwrap(),
    ///     "(costs.provider = 'cursor' AND costs.region = 'eu') OR \
    ///      (costs.provider = 'cursor' AND tags.name = 'Team' AND tags.value = 'Payments')"
    /// );
    /// let filter = Filter::parse("costs.provider = 'cursor' AND costs.effective > 5")?;
    /// assert_eq!(filter.to_vql().unwrap_err()[0].to_string(), "VQL has no field `costs.effective`");
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// Every reason why there is no such sentence, with its place; one of size alone where the expansion grows past
    /// 1,000 branches or a mebibyte.
    pub fn to_vql(&self) -> Result<String, Vec<NotVql>> {
        let whole = self.span();
        let too_large = || vec![NotVql::new(NotVqlReason::TooLarge, whole.clone(), "")];
        let mut reasons = Vec::new();
        let mut distinct: Vec<(Branch, Option<&Allocation>)> = Vec::new();
        let mut expander = Expander::default();
        for (condition, allocation) in self.shared_conditions() {
            let branches = expander.expand(condition, false).map_err(|_| too_large())?;
            let before = distinct.len();
            for branch in branches.into_iter().filter_map(Branch::resolved) {
                // The first of equal branches decides what share counts.
                if !distinct.iter().any(|(known, _)| *known == branch) {
                    distinct.push((branch, allocation));
                }
            }
            if let Some(allocation) = allocation.filter(|_| distinct.len() > before + 1) {
                reasons.push(NotVql::new(NotVqlReason::Allocation, allocation.span.clone(), ""));
            }
        }
        if distinct.is_empty() {
            reasons.push(NotVql::new(NotVqlReason::Nothing, whole.clone(), ""));
        }
        let provider_missing = NotVql::new(NotVqlReason::NoProvider, whole.clone(), "");
        let nowhere = !distinct.is_empty() && distinct.iter().all(|(branch, _)| branch.has_no_provider());
        reasons.extend(nowhere.then_some(provider_missing));
        for reason in distinct.iter().flat_map(|(branch, _)| branch.reasons(&whole)) {
            let told = nowhere && reason.reason() == NotVqlReason::NoProvider;
            if !told && !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        if !reasons.is_empty() {
            return Err(reasons);
        }
        let (mut groups, mut bytes): (Vec<String>, usize) = (Vec::new(), 0);
        for (branch, allocation) in &distinct {
            let share = allocation.map(|each| format!("costs.allocation = {}", each.share.normalize()));
            let parts: Vec<_> = branch.sentences().into_iter().chain(share).collect();
            let group = format!("({})", parts.join(" AND "));
            bytes += group.len();
            if bytes > BYTES_MAX {
                return Err(too_large());
            }
            // Branches that differ in order alone read the same.
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        Ok(groups.join(" OR "))
    }

    /// The whole condition, or its branches, each with its share.
    fn shared_conditions(&self) -> Vec<(&Expression, Option<&Allocation>)> {
        match &self.expression {
            Expression::Or(parts) if !self.branches.is_empty() => {
                parts.iter().zip(self.branches.iter().map(Option::as_ref)).collect()
            }
            whole => vec![(whole, self.allocation.as_ref())],
        }
    }

    /// From the first predicate to the last.
    fn span(&self) -> std::ops::Range<usize> {
        let mut whole: Option<std::ops::Range<usize>> = None;
        self.expression.for_each_predicate(&mut |predicate| {
            let start = whole.as_ref().map_or(predicate.span.start, |span| span.start);
            whole = Some(start..predicate.span.end);
        });
        whole.unwrap_or_default()
    }
}

/// Turns a condition into OR branches of predicates, none under a NOT.
#[derive(Default)]
struct Expander {
    comparisons: usize,
}

impl Expander {
    fn expand(&mut self, expression: &Expression, negated: bool) -> Result<Vec<Branch>, TooLarge> {
        match (expression, negated) {
            (Expression::Not(part), _) => self.expand(part, !negated),
            (Expression::Predicate(predicate), _) => Ok(leaf::branches(predicate, negated)),
            (Expression::And(parts), false) | (Expression::Or(parts), true) => {
                let mut all = vec![Branch::default()];
                for part in parts {
                    let part = self.expand(part, negated)?;
                    all = product(&all, &part, &mut self.comparisons)?;
                }
                Ok(all)
            }
            (Expression::Or(parts), false) | (Expression::And(parts), true) => {
                let mut any = Vec::new();
                for part in parts {
                    any.extend(self.expand(part, negated)?);
                    if any.len() > BRANCHES_MAX {
                        return Err(TooLarge);
                    }
                }
                Ok(any)
            }
        }
    }
}
