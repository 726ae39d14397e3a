//! A filter as legal VQL, under every restriction that Vantage documents.
//!
//! VQL has no negation of groups and demands a provider in each group, so that a filter is brought into disjunctive
//! normal form: negations move to the predicates, and each branch is then checked by itself. That form can be
//! exponentially larger than the filter, hence the limits on branches, comparisons and bytes.

use std::ops::Range;
use std::sync::Arc;

use cost_model::filter::{
    Allocation, Expression, Field, Literal, Pattern, PatternShape, Predicate, Test, Value,
};
use cost_model::{Dimension, Filter};

use crate::branch::{Branch, TooLarge, join_branches};
use crate::not_vql::{BRANCHES_MAX, BYTES_MAX, NotVql, NotVqlReason};

/// Writes a filter as VQL that Vantage accepts, or returns every reason why there is none.
///
/// The result consists of AND groups in parentheses joined by OR, each with its `costs.provider = '...'`; nothing is
/// negated but by `!=`, `NOT IN`, `NOT LIKE` and `!~*`; and there is no field, operator or spelling that Vantage's page
/// "Vantage Query Language (VQL)" does not document. A virtual tag and `tags['key']` become `tags.name` and `tags.value`.
/// Read back by [`Filter::parse`] the sentence matches the same charges, where virtual tags are seen as tags, as in
/// reports.
///
/// ```
/// use cost_model::Filter;
/// use cost_vantage::filter_to_vql;
///
/// let filter = Filter::parse("costs.provider = 'cursor' AND (costs.region = 'eu' OR vtag.Team = 'Payments')")?;
/// assert_eq!(
///     filter_to_vql(&filter).unwrap(),
///     "(costs.provider = 'cursor' AND costs.region = 'eu') OR \
///      (costs.provider = 'cursor' AND tags.name = 'Team' AND tags.value = 'Payments')"
/// );
/// let filter = Filter::parse("costs.provider = 'cursor' AND costs.effective > 5")?;
/// assert_eq!(filter_to_vql(&filter).unwrap_err()[0].to_string(), "VQL has no field `costs.effective`");
/// # Ok::<(), cost_model::Error>(())
/// ```
///
/// # Errors
/// Every reason why there is no such sentence, with its place; a single one of size where the expansion grows past 1,000
/// branches or a mebibyte.
pub fn filter_to_vql(filter: &Filter) -> Result<String, Vec<NotVql>> {
    let whole = span_of(filter.expression());
    let mut reasons = Vec::new();
    let mut distinct: Vec<(Branch, Option<&Allocation>)> = Vec::new();
    let mut comparisons = 0;
    for (condition, allocation) in filter.branches() {
        let branches = expand(condition, false, &mut comparisons).map_err(|_| too_large(&whole))?;
        let before = distinct.len();
        for branch in branches.into_iter().filter_map(Branch::resolve_provider) {
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
    // No branch has a provider: that is one reason for the whole filter, and not the same one for each branch.
    let nowhere = !distinct.is_empty() && distinct.iter().all(|(branch, _)| branch.has_no_provider());
    reasons.extend(nowhere.then_some(provider_missing));
    for reason in distinct.iter().flat_map(|(branch, _)| branch.find_reasons(&whole)) {
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
        let parts: Vec<_> =
            branch.to_predicate_texts().into_iter().chain(allocation.map(ToString::to_string)).collect();
        let group = format!("({})", parts.join(" AND "));
        bytes += group.len();
        if bytes > BYTES_MAX {
            return Err(too_large(&whole));
        }
        // Branches that differ in order alone read the same.
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    Ok(groups.join(" OR "))
}

/// Returns the one reason of a filter whose sentence would be too long.
fn too_large(whole: &Range<usize>) -> Vec<NotVql> {
    vec![NotVql::new(NotVqlReason::TooLarge, whole.clone(), "")]
}

/// Returns the bytes from the first predicate of a filter to the last.
fn span_of(expression: &Expression) -> Range<usize> {
    let mut spans = Vec::new();
    expression.for_each_predicate(&mut |predicate| spans.push(&predicate.span));
    spans.first().zip(spans.last()).map(|(first, last)| first.start..last.end).unwrap_or_default()
}

/// Returns a condition, or its opposite, as OR branches of predicates, none under a NOT.
///
/// Negation goes down by De Morgan's laws: the opposite of an AND is an OR of opposites.
fn expand(expression: &Expression, negated: bool, comparisons: &mut usize) -> Result<Vec<Branch>, TooLarge> {
    match (expression, negated) {
        (Expression::Not(part), _) => expand(part, !negated, comparisons),
        (Expression::Predicate(predicate), _) => {
            Ok(expand_predicate(predicate, predicate.negated != negated))
        }
        (Expression::And(parts), false) | (Expression::Or(parts), true) => {
            let mut all = vec![Branch::default()];
            for part in parts {
                let part = expand(part, negated, comparisons)?;
                all = join_branches(&all, &part, comparisons)?;
            }
            Ok(all)
        }
        (Expression::Or(parts), false) | (Expression::And(parts), true) => {
            let mut any = Vec::new();
            for part in parts {
                any.extend(expand(part, negated, comparisons)?);
                if any.len() > BRANCHES_MAX {
                    return Err(TooLarge);
                }
            }
            Ok(any)
        }
    }
}

/// Returns the branches that together say what a predicate, negated or not, says.
///
/// What VQL cannot say stays as it is, to be refused later if it matters: another part may drop its branch.
fn expand_predicate(place: &Predicate, negated: bool) -> Vec<Branch> {
    match (&place.field, &place.test) {
        (Field::Dimension(Dimension::Provider), Test::In(providers)) if !negated => {
            providers.iter().map(|provider| retest(place, negated, Test::Equals(provider.clone()))).collect()
        }
        (Field::Dimension(Dimension::Tag(key) | Dimension::VirtualTag(key)), test) => {
            let name = equals_test(key, place);
            match test {
                Test::Absent => vec![Branch::from_predicates([test_tag_name(&name, !negated, place)])],
                test => test_tag_value(&name, test, negated, place),
            }
        }
        (Field::TagName, test) | (Field::TagValue { .. }, test @ Test::Absent) => {
            vec![Branch::from_predicates([test_tag_name(test, negated, place)])]
        }
        (Field::TagValue { of: Some(name) }, test) => test_tag_value(name, test, negated, place),
        // A list of pairs means all of them, so that its opposite is that one of them does not hold.
        (Field::TagPair, Test::Pairs(pairs)) if negated => {
            let pairs =
                pairs.iter().map(|(name, value)| [name, value].map(|each| Test::Equals(each.clone())));
            pairs.flat_map(|[name, value]| test_tag_value(&name, &value, negated, place)).collect()
        }
        (Field::Marketplace, Test::Equals(flag)) => {
            // The opposite of a flag is its other value, without a negation.
            let is = (*flag.value() == Value::Flag(true)) != negated;
            let test = Test::Equals(Literal::new(Value::Flag(is), flag.span()));
            vec![Branch::from_predicates([replace_predicate(Field::Marketplace, false, test, place)])]
        }
        (Field::Dimension(_), test @ Test::Like(pattern)) => vec![retest(
            place,
            negated,
            match pattern.shape() {
                // A pattern without wildcards is a comparison, also on the fields that have no LIKE.
                PatternShape::Exact(exact) => equals_test(exact, place),
                _ => test.clone(),
            },
        )],
        (_, test) => vec![retest(place, negated, test.clone())],
    }
}

/// Returns a branch of one predicate: that of `place` with another test, negated or not.
fn retest(place: &Predicate, negated: bool, test: Test) -> Branch {
    Branch::from_predicates([replace_predicate(place.field.clone(), negated, test, place)])
}

/// Returns a predicate in the place of another, so that reasons point at what the author wrote.
fn replace_predicate(field: Field, negated: bool, test: Test, place: &Predicate) -> Predicate {
    let mut predicate = place.clone();
    (predicate.field, predicate.negated, predicate.test) = (field, negated, test);
    predicate
}

/// Makes a test for a text, at the place of the predicate that it stands for.
fn equals_test(text: &str, place: &Predicate) -> Test {
    Test::Equals(Literal::new(Value::Text(text.into()), place.span.clone()))
}

/// Returns a test on the key of any tag.
///
/// VQL can say that there is no tag, and says that there is one by a pattern.
fn test_tag_name(test: &Test, negated: bool, place: &Predicate) -> Predicate {
    match test {
        Test::Absent if negated => {
            replace_predicate(Field::TagName, false, Test::Like(Pattern::new("%")), place)
        }
        test => replace_predicate(Field::TagName, negated, test.clone(), place),
    }
}

/// Returns the branches for "some tag whose key passes `name` passes `test`", or, negated, for "none does".
///
/// None does either because there is no such tag, or because there is one and no such tag passes. A tag
/// always has a key, so none passes a test that it is absent.
fn test_tag_value(name: &Test, test: &Test, negated: bool, place: &Predicate) -> Vec<Branch> {
    if *name == Test::Absent {
        return if negated { vec![Branch::default()] } else { Vec::new() };
    }
    let field = Field::TagValue { of: Some(Arc::new(name.clone())) };
    let value = replace_predicate(field, negated, test.clone(), place);
    let without = negated.then(|| Branch::from_predicates([test_tag_name(name, true, place)]));
    without.into_iter().chain([Branch::from_predicates([test_tag_name(name, false, place), value])]).collect()
}
