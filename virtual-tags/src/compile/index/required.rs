//! Finds texts that a charge must have to match a rule.
//!
//! Everything here errs on the side of too few requirements. A text that a matching charge need not have
//! would hide the rule from it without any error, while a rule without texts is merely tested more often.

use cost_model::Dimension;
use cost_model::filter::{Expression, Field, Predicate, Test};

use crate::compile::index::source::IndexedField;
use crate::compile::index::texts::Required;
use crate::rules::person_matcher::PersonMatcher;
use crate::rules::rule_set::Rule;

/// Texts of which a charge must have at least one, each in the field beside it.
type Texts<'a> = Vec<(IndexedField, Required<'a>)>;

/// Hands the texts of a rule to `add`; returns whether there are any.
pub(super) fn add_required_texts(rule: &Rule, add: &mut dyn FnMut(IndexedField, Required<'_>)) -> bool {
    add_person_texts(&rule.people, add) || {
        let texts = rule.when.as_ref().and_then(|when| expression_texts(when.expression()));
        texts.map(|texts| texts.into_iter().for_each(|(source, text)| add(source, text))).is_some()
    }
}

/// Adds the texts of one list of emails or parts of them; returns false if there is none by which a charge can be
/// found.
fn add_person_texts(people: &PersonMatcher, add: &mut dyn FnMut(IndexedField, Required<'_>)) -> bool {
    let whole = [
        (IndexedField::Email, &people.equals),
        (IndexedField::EmailBase, &people.without_plus_tag),
        (IndexedField::EmailLocal, &people.local),
        (IndexedField::EmailDomain, &people.domain),
    ];
    // A person has to meet every list. The index needs only one of them, since the rule itself is asked afterwards.
    if let Some((source, list)) = whole.into_iter().find(|(_, list)| !list.is_empty()) {
        for text in list {
            add(source.clone(), Required::Whole(text));
        }
        return true;
    }
    if !people.subdomain_of.is_empty() {
        // Also ends of domains that are not below it; the rule itself looks closer.
        for parent in &people.subdomain_of {
            add(IndexedField::EmailDomain, Required::Literals { start: "", between: "", end: parent });
        }
        return true;
    }
    // All or none: a pattern without plain text is met by any email, so that nothing could be required.
    let globs: Option<Vec<_>> =
        people.glob.iter().map(|glob| required_literals(glob.split(['*', '?']))).collect();
    let globs = globs.filter(|globs| !globs.is_empty());
    globs.map(|globs| globs.into_iter().for_each(|text| add(IndexedField::Email, text))).is_some()
}

/// Returns texts of which a charge must have one to meet an expression; `None` where charges without any may meet it.
fn expression_texts(expression: &Expression) -> Option<Texts<'_>> {
    match expression {
        // All parts have to hold, so that one is enough to find the rule by; the one with the fewest texts keeps the
        // index small.
        Expression::And(parts) => parts.iter().filter_map(expression_texts).min_by_key(Vec::len),
        Expression::Or(parts) => {
            // Any part may hold: one that requires no text makes the whole require none.
            let parts: Option<Vec<_>> = parts.iter().map(expression_texts).collect();
            parts.map(|parts| parts.into_iter().flatten().collect())
        }
        Expression::Not(_) => None,
        Expression::Predicate(predicate) => predicate_texts(predicate),
    }
}

/// Returns texts of which a charge must have one to meet a predicate; `None` where charges without any may meet it.
fn predicate_texts(predicate: &Predicate) -> Option<Texts<'_>> {
    let dimensions = match &predicate.field {
        // Where the service does not fit, its id may.
        Field::Dimension(Dimension::Service) => vec![Dimension::Service, Dimension::ServiceId],
        // Not known yet: the values of keys are decided with this index.
        Field::Dimension(Dimension::VirtualTag(_)) => return None,
        Field::Dimension(dimension) => vec![dimension.clone()],
        _ => return None,
    };
    let texts: Vec<Required<'_>> = match &predicate.test {
        // What must not be there cannot be looked for.
        _ if predicate.negated => return None,
        Test::Equals(literal) => vec![Required::Whole(literal.as_text()?)],
        Test::In(literals) => {
            literals.iter().map(|literal| Some(Required::Whole(literal.as_text()?))).collect::<Option<_>>()?
        }
        Test::Like(pattern) => vec![required_literals(pattern.literals())?],
        Test::Regex(expression) => vec![required_literals(expression.required().literals())?],
        _ => return None,
    };
    let pairs = dimensions.iter().flat_map(|dimension| texts.iter().map(move |text| (dimension, *text)));
    Some(pairs.map(|(dimension, text)| (IndexedField::Dimension(dimension.clone()), text)).collect())
}

/// Returns the literals of a pattern, with any text between them, of which one at least is not empty.
fn required_literals<'a>(literals: impl Iterator<Item = &'a str>) -> Option<Required<'a>> {
    let literals: Vec<&str> = literals.collect();
    let (start, between, end) = match literals.as_slice() {
        [whole] => return Some(Required::Whole(whole)),
        [start, between @ .., end] => (*start, between, *end),
        [] => return None,
    };
    // The longest is the least likely to be met by chance.
    let between = between.iter().max_by_key(|literal| literal.len()).copied().unwrap_or_default();
    let tells = [start, between, end].iter().any(|literal| !literal.is_empty());
    tells.then_some(Required::Literals { start, between, end })
}
