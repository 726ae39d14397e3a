//! Finds people to whom two rules give different values at the same time.
//!
//! Only emails that a rule names in full, and fixed values, are compared: then both rules are certainly about one
//! person. The first rule would win without a word.

use std::collections::HashMap;
use std::sync::Arc;

use cost_model::Dimension;

use crate::compile::compiled::{CompiledAssign, CompiledRule, CompiledTag};
use crate::finding::{Finding, FindingKind, on_line};
use crate::names::lowercase;

/// Returns at most one finding for each rule, at its place.
///
/// Rules whose dates never meet are no duplicates: a person may move.
pub(super) fn find_duplicate_people(tag: &CompiledTag, places: &[Dimension]) -> Vec<Finding> {
    let mut first: HashMap<String, Vec<CompiledRule<'_>>> = HashMap::new();
    let mut findings = Vec::new();
    for rule in tag.rules() {
        let CompiledAssign::Value(value) = rule.assign else { continue };
        let mut reported = false;
        for person in people(rule, places) {
            let earlier = first.entry(person).or_default();
            let other = earlier.iter().find(|other| {
                matches!(other.assign, CompiledAssign::Value(theirs) if theirs != value)
                    && same_time(**other, rule)
            });
            if let Some(other) = other.filter(|_| !reported) {
                reported = true;
                let message = format!(
                    "a person of this rule already has another value: {} names the same email; keep it in one of them, or \
                     give each its dates",
                    on_line(other.place)
                );
                findings.push(Finding::new(FindingKind::DuplicatePerson, rule.place, message));
            }
            earlier.push(rule);
        }
    }
    findings
}

/// Returns the emails that the rule names in full, if it has no other condition.
///
/// A rule with another condition beside the email may well be meant for part of the person's charges.
fn people(rule: CompiledRule<'_>, places: &[Dimension]) -> Vec<String> {
    let Some(when) = rule.when else {
        return rule.people.equals.iter().map(|email| lowercase(email)).collect();
    };
    let literals = when.literals();
    // Literals joined by `or` name several people; joined by `and` they narrow the rule down.
    let mut alone = matches!(
        when.expression(),
        cost_model::filter::Expression::Predicate(_) | cost_model::filter::Expression::Or(_)
    );
    when.expression().for_each_predicate(&mut |predicate| alone = alone && !predicate.negated);
    if !alone || !rule.people.is_empty() {
        return Vec::new();
    }
    let emails = literals
        .iter()
        .filter(|literal| literal.dimension.as_ref().is_some_and(|dimension| places.contains(dimension)));
    emails
        .filter_map(|literal| literal.literal.as_text())
        .filter(|text: &&Arc<str>| text.contains('@'))
        .map(|text| lowercase(text.trim()))
        .collect()
}

/// Returns whether two rules hold on some day together; a rule without dates always holds.
fn same_time(one: CompiledRule<'_>, other: CompiledRule<'_>) -> bool {
    one.spans.is_empty()
        || other.spans.is_empty()
        || one.spans.iter().any(|span| other.spans.iter().any(|each| each.overlaps(span)))
}
