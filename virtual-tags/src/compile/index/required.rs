//! Texts that a charge must have to meet a rule.

use cost_model::Dimension;
use cost_model::filter::{Expression, Field, Predicate, Test};

use crate::compile::index::source::Source;
use crate::compile::index::texts::Required;
use crate::rules::person_matcher::People;
use crate::rules::rule_set::Rule;

/// Of which a charge must have one.
type Texts<'a> = Vec<(Source, Required<'a>)>;

/// Hands them out; tells whether there are any to go by.
pub(super) fn of_rule(rule: &Rule, add: &mut dyn FnMut(Source, Required<'_>)) -> bool {
    of_people(&rule.people, add) || {
        let texts = rule.when.as_ref().and_then(|when| of_expression(when.expression()));
        texts.map(|texts| texts.into_iter().for_each(|(source, text)| add(source, text))).is_some()
    }
}

fn of_people(people: &People, add: &mut dyn FnMut(Source, Required<'_>)) -> bool {
    let whole = [
        (Source::Email, &people.is),
        (Source::EmailBase, &people.base),
        (Source::EmailLocal, &people.local),
        (Source::EmailDomain, &people.domain),
    ];
    if let Some((source, list)) = whole.into_iter().find(|(_, list)| !list.is_empty()) {
        for text in list {
            add(source.clone(), Required::Whole(text));
        }
        return true;
    }
    if !people.under.is_empty() {
        // Also ends of domains that are not below it; the rule itself looks closer.
        for parent in &people.under {
            add(Source::EmailDomain, Required::Literals { start: "", between: "", end: parent });
        }
        return true;
    }
    let globs: Option<Vec<_>> = people.glob.iter().map(|glob| of_literals(glob.split(['*', '?']))).collect();
    let globs = globs.filter(|globs| !globs.is_empty());
    globs.map(|globs| globs.into_iter().for_each(|text| add(Source::Email, text))).is_some()
}

fn of_expression(expression: &Expression) -> Option<Texts<'_>> {
    match expression {
        Expression::And(parts) => parts.iter().filter_map(of_expression).min_by_key(Vec::len),
        Expression::Or(parts) => {
            let parts: Option<Vec<_>> = parts.iter().map(of_expression).collect();
            parts.map(|parts| parts.into_iter().flatten().collect())
        }
        Expression::Not(_) => None,
        Expression::Predicate(predicate) => of_predicate(predicate),
    }
}

fn of_predicate(predicate: &Predicate) -> Option<Texts<'_>> {
    let dimensions = match &predicate.field {
        // Where the service does not fit, its id may.
        Field::Dimension(Dimension::Service) => vec![Dimension::Service, Dimension::ServiceId],
        Field::Dimension(Dimension::VirtualTag(_)) => return None,
        Field::Dimension(dimension) => vec![dimension.clone()],
        _ => return None,
    };
    let texts: Vec<Required<'_>> = match &predicate.test {
        _ if predicate.negated => return None,
        Test::Equals(literal) => vec![Required::Whole(literal.as_text()?)],
        Test::In(literals) => {
            literals.iter().map(|literal| Some(Required::Whole(literal.as_text()?))).collect::<Option<_>>()?
        }
        Test::Like(pattern) => vec![of_literals(pattern.literals())?],
        Test::Regex(expression) => vec![of_literals(expression.required().literals())?],
        _ => return None,
    };
    let of = |dimension: &Dimension, text| (Source::Dimension(dimension.clone()), text);
    Some(dimensions.iter().flat_map(|each| texts.iter().map(|text| of(each, *text))).collect())
}

/// The literals of a pattern, between which anything may stand, of which one at least is not empty.
fn of_literals<'a>(literals: impl Iterator<Item = &'a str>) -> Option<Required<'a>> {
    let literals: Vec<&str> = literals.collect();
    let (start, between, end) = match literals.as_slice() {
        [whole] => return Some(Required::Whole(whole)),
        [start, between @ .., end] => (*start, between, *end),
        [] => return None,
    };
    let between = between.iter().max_by_key(|literal| literal.len()).copied().unwrap_or_default();
    let tells = [start, between, end].iter().any(|literal| !literal.is_empty());
    tells.then_some(Required::Literals { start, between, end })
}
