//! One predicate, or its opposite, in VQL's own terms.

use std::sync::Arc;

use super::branch::Branch;
use crate::Dimension;
use crate::filter::expression::{Predicate, Test};
use crate::filter::field::Field;
use crate::filter::literal::{Literal, Value};
use crate::filter::pattern::{Pattern, PatternShape};

/// The branches that together say the same. What VQL cannot say stays as it is, to be refused later if it matters.
pub(super) fn branches(predicate: &Predicate, opposite: bool) -> Vec<Branch> {
    let predicate = Predicate { negated: predicate.negated != opposite, ..predicate.clone() };
    match (&predicate.field, &predicate.test) {
        (Field::Dimension(Dimension::Provider), Test::In(providers)) if !predicate.negated => providers
            .iter()
            .map(|provider| Predicate { test: Test::Equals(provider.clone()), ..predicate.clone() })
            .map(|provider| Branch::of([provider]))
            .collect(),
        (Field::Dimension(Dimension::Tag(key) | Dimension::VirtualTag(key)), test) => {
            let name = Arc::new(Test::Equals(text(key, &predicate)));
            match test {
                Test::Absent => tag_name(&name, !predicate.negated, &predicate),
                test => tag_value(&name, test, &predicate),
            }
        }
        (Field::TagName, test) => tag_name(test, predicate.negated, &predicate),
        (Field::TagValue { .. }, Test::Absent) => tag_name(&Test::Absent, predicate.negated, &predicate),
        (Field::TagValue { of: Some(name) }, test) => tag_value(name, test, &predicate),
        (Field::TagPair, Test::Pairs(pairs)) if predicate.negated => pairs
            .iter()
            .flat_map(|(name, value)| {
                let name = Arc::new(Test::Equals(name.clone()));
                tag_value(&name, &Test::Equals(value.clone()), &predicate)
            })
            .collect(),
        (Field::Marketplace, Test::Equals(flag)) => {
            let is = (*flag.value() == Value::Flag(true)) != predicate.negated;
            let test = Test::Equals(Literal::new(Value::Flag(is), flag.span()));
            vec![Branch::of([Predicate { negated: false, test, ..predicate.clone() }])]
        }
        (Field::Dimension(_), Test::Like(pattern)) => match pattern.shape() {
            PatternShape::Exact(exact) => {
                let test = Test::Equals(text(exact, &predicate));
                vec![Branch::of([Predicate { test, ..predicate.clone() }])]
            }
            _ => vec![Branch::of([predicate])],
        },
        _ => vec![Branch::of([predicate])],
    }
}

fn text(text: &str, place: &Predicate) -> Literal {
    Literal::new(Value::Text(text.into()), place.span.clone())
}

/// A test on the key of any tag. VQL can say that there is no tag, and says that there is one by a pattern.
fn tag_name(test: &Test, negated: bool, place: &Predicate) -> Vec<Branch> {
    let (test, negated) = match test {
        Test::Absent if negated => (Test::Like(Pattern::new("%")), false),
        test => (test.clone(), negated),
    };
    vec![Branch::of([Predicate { field: Field::TagName, negated, test, span: place.span.clone() }])]
}

/// That some tag whose key passes `name` passes `test`; or where `place` is negated that none does, since either there is
/// no such tag, or there is one and no such tag passes. A tag always has a key, so none passes a test that it is absent.
fn tag_value(name: &Arc<Test>, test: &Test, place: &Predicate) -> Vec<Branch> {
    if **name == Test::Absent {
        return if place.negated { vec![Branch::default()] } else { Vec::new() };
    }
    let value = Predicate {
        field: Field::TagValue { of: Some(Arc::clone(name)) },
        negated: place.negated,
        test: test.clone(),
        span: place.span.clone(),
    };
    let mut branches = if place.negated { tag_name(name, true, place) } else { Vec::new() };
    for named in tag_name(name, false, place) {
        branches.push(named.with(value.clone()));
    }
    branches
}
