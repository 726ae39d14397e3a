//! A branch: predicates that hold together, in VQL's order and under its restrictions.
//!
//! A filter is expanded into branches, each of which becomes one conjunction of a VQL query. Branches that no charge
//! can meet are dropped while they are joined, which keeps the expansion small; what remains of its size is bounded,
//! since it can grow exponentially. The restrictions are those that Vantage's documentation of VQL names, such as a
//! provider in each branch.

use std::ops::Range;
use std::sync::Arc;

use cost_model::Dimension;
use cost_model::filter::{Field, Literal, Predicate, Test};

use crate::not_vql::{BRANCHES_MAX, NotVql, NotVqlReason, reasons_alone};

/// The number of pairs of predicates that are compared before an expansion is given up.
const COMPARISONS_MAX: usize = 2_000_000;

/// The failure of an expansion that has too many branches, or takes too long.
///
/// It says nothing else: [`filter_to_vql`](crate::filter_to_vql) reports it for the filter as a whole.
#[derive(Debug)]
pub(crate) struct TooLarge;

/// Predicates joined by AND, each distinct from the others.
///
/// The predicates are shared, since one of them comes into many branches of an expansion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Branch(Vec<Arc<Predicate>>);

/// Returns every branch of `some` joined with every branch of `others`; those that no charge can meet are
/// left out.
///
/// # Errors
/// [`TooLarge`] with more than [`BRANCHES_MAX`] branches or [`COMPARISONS_MAX`] comparisons; `comparisons`
/// counts over all calls for a filter.
pub(crate) fn join_branches(
    some: &[Branch],
    others: &[Branch],
    comparisons: &mut usize,
) -> Result<Vec<Branch>, TooLarge> {
    let mut all = Vec::new();
    for (one, other) in some.iter().flat_map(|one| others.iter().map(move |other| (one, other))) {
        // One more for the pair itself: branches without predicates take time as well.
        *comparisons += one.0.len() * other.0.len() + 1;
        all.extend(one.join(other));
        if all.len() > BRANCHES_MAX || *comparisons > COMPARISONS_MAX {
            return Err(TooLarge);
        }
    }
    Ok(all)
}

impl Branch {
    /// Makes a branch of predicates that must be distinct.
    pub(crate) fn from_predicates<const N: usize>(predicates: [Predicate; N]) -> Self {
        Self(predicates.into_iter().map(Arc::new).collect())
    }

    /// Returns both branches as one; `None` where they contradict each other.
    fn join(&self, other: &Self) -> Option<Self> {
        let mut all = self.clone();
        for predicate in &other.0 {
            if self.0.contains(predicate) {
                continue;
            }
            // Here and not afterwards: each branch dropped early is not multiplied with all that follow.
            if self.0.iter().any(|own| contradict(own, predicate)) {
                return None;
            }
            all.0.push(Arc::clone(predicate));
        }
        Some(all)
    }

    /// Returns the branch without what its provider decides already; `None` where the provider contradicts
    /// it.
    ///
    /// With `costs.provider = 'cursor'`, a test such as `costs.provider != 'aws'` holds for every charge of
    /// the branch, and VQL reads the provider with `=` only.
    pub(crate) fn resolve_provider(self) -> Option<Self> {
        let Some(provider) = self.0.iter().find_map(|predicate| provider(predicate).cloned()) else {
            return Some(self);
        };
        let mut rest = Vec::new();
        for predicate in self.0 {
            let is_provider = predicate.field == Field::Dimension(Dimension::Provider);
            if !is_provider || self::provider(&predicate).is_some() {
                rest.push(predicate);
            } else if predicate.test.holds_for(provider.as_text().map(|text| &**text)) == predicate.negated {
                return None;
            }
        }
        Some(Self(rest))
    }

    /// Returns whether the branch has no test on the provider at all.
    pub(crate) fn has_no_provider(&self) -> bool {
        !self.0.iter().any(|predicate| predicate.field == Field::Dimension(Dimension::Provider))
    }

    /// Returns the reasons why the branch cannot be written as VQL; `whole` is the place of the filter that it is a branch of.
    ///
    /// All of them are found at once, so that the author of a filter need not try again for each.
    pub(crate) fn find_reasons(&self, whole: &Range<usize>) -> Vec<NotVql> {
        let mut reasons = Vec::new();
        if self.has_no_provider() {
            reasons.push(NotVql::new(NotVqlReason::NoProvider, self.span().unwrap_or(whole.clone()), ""));
        } else if !self.0.iter().any(|predicate| provider(predicate).is_some()) {
            let tests = self.0.iter().filter(|each| each.field == Field::Dimension(Dimension::Provider));
            reasons.extend(tests.map(|test| NotVql::new(NotVqlReason::ProviderTest, test.span.clone(), "")));
        }
        let has_service = self.0.iter().any(|predicate| {
            predicate.field == Field::Dimension(Dimension::Service)
                && !predicate.negated
                && matches!(predicate.test, Test::Equals(_) | Test::In(_))
        });
        for predicate in &self.0 {
            // VQL reads these fields only beside a test on the service.
            let needs_service = matches!(
                predicate.field,
                Field::Dimension(Dimension::Category | Dimension::Subcategory | Dimension::Resource)
            );
            if needs_service && !has_service {
                let field = predicate.field.to_string();
                reasons.push(NotVql::new(NotVqlReason::NoService, predicate.span.clone(), field));
            }
            reasons.extend(reasons_alone(predicate));
        }
        reasons
    }

    /// Returns the bytes from the first predicate to the last, if there are any.
    fn span(&self) -> Option<Range<usize>> {
        let start = self.0.iter().map(|predicate| predicate.span.start).min()?;
        let end = self.0.iter().map(|predicate| predicate.span.end).max()?;
        Some(start..end)
    }

    /// Returns the predicates as sentences, in an order in which each `tags.value` follows the `tags.name`
    /// that it speaks of, and one that speaks of any tag follows none.
    ///
    /// Several tags with one value each are a list of pairs, the only form of which VQL documents that it
    /// means all of them.
    pub(crate) fn to_predicate_texts(&self) -> Vec<String> {
        let mut ordered: Vec<_> = self.0.iter().filter(|each| !is_bound(each)).collect();
        ordered.sort_by_key(|predicate| rank(predicate));
        let pairs: Vec<_> = ordered.iter().filter_map(|predicate| self.pair(predicate)).collect();
        let paired = pairs.len() > 1;
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("({name}, {value})")).collect();
        let mut list = paired.then(|| format!("{} IN ({})", Field::TagPair, pairs.join(", ")));
        let mut sentences = Vec::new();
        for predicate in ordered {
            if rank(predicate) > PAIRS_RANK {
                let fresh = list.take().filter(|list| !sentences.contains(list));
                sentences.extend(fresh);
            }
            if !paired || self.pair(predicate).is_none() {
                sentences.push(predicate.to_string());
                sentences.extend(self.values_of(predicate).map(ToString::to_string));
            }
        }
        sentences
    }

    /// Returns the tests on the value of the tag that `name` tests for.
    fn values_of<'a>(&'a self, name: &'a Predicate) -> impl Iterator<Item = &'a Predicate> {
        let positive = name.field == Field::TagName && !name.negated;
        self.0.iter().map(|each| &**each).filter(move |each| match &each.field {
            Field::TagValue { of: Some(of) } => positive && **of == name.test,
            _ => false,
        })
    }

    /// Returns the key and the value, if the branch requires one value of the tag that `name` tests for.
    fn pair<'a>(&'a self, name: &'a Predicate) -> Option<(&'a Literal, &'a Literal)> {
        let mut values = self.values_of(name);
        match (&name.test, values.next()?, values.next()) {
            (Test::Equals(key), Predicate { negated: false, test: Test::Equals(value), .. }, None) => {
                Some((key, value))
            }
            _ => None,
        }
    }
}

/// Returns the provider that a predicate demands by `=`.
fn provider(predicate: &Predicate) -> Option<&Literal> {
    match &predicate.test {
        Test::Equals(provider)
            if predicate.field == Field::Dimension(Dimension::Provider) && !predicate.negated =>
        {
            Some(provider)
        }
        _ => None,
    }
}

/// Returns whether no charge can meet both.
///
/// It errs on the side of `false`: a branch that nothing meets costs a group of the sentence and no charge.
fn contradict(one: &Predicate, other: &Predicate) -> bool {
    match (provider(one), provider(other)) {
        (Some(one), Some(other)) => one != other,
        _ if denies_tags(one) => demands_tag(other),
        _ if denies_tags(other) => demands_tag(one),
        _ => one.negated != other.negated && one.field == other.field && one.test == other.test,
    }
}

/// Returns whether a predicate is met only by a charge without any tag: `tags.name = NULL`.
fn denies_tags(predicate: &Predicate) -> bool {
    predicate.field == Field::TagName && predicate.test == Test::Absent && !predicate.negated
}

/// Returns whether a predicate can be met only by a charge that has some tag.
fn demands_tag(predicate: &Predicate) -> bool {
    matches!(predicate.field, Field::TagName | Field::TagValue { .. } | Field::TagPair)
        && !predicate.negated
        && predicate.test != Test::Absent
}

/// Returns whether a predicate tests the value of a tag that another predicate names; it is written behind that one.
fn is_bound(predicate: &Predicate) -> bool {
    matches!(&predicate.field, Field::TagValue { of: Some(_) })
}

/// The rank of a list of pairs.
const PAIRS_RANK: u8 = 4;

/// Returns the place of a predicate in a query: the provider and the service first, tests on names of tags last.
///
/// Predicates of one rank keep the order of the filter.
fn rank(predicate: &Predicate) -> u8 {
    match &predicate.field {
        Field::Dimension(Dimension::Provider) => 0,
        Field::Dimension(Dimension::Service) => 1,
        Field::TagValue { .. } => 3,
        Field::TagPair => PAIRS_RANK,
        Field::TagName if predicate.negated => 5,
        Field::TagName => 6,
        _ => 2,
    }
}
