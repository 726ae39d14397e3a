//! A filter as VQL: legal, and with the same meaning.

use cost_model::Dimension;
use cost_model::filter::{Expression, Field, NotVqlReason, Predicate, Test};
use proptest::prelude::*;

use super::charge::charge;
use super::parse;
use super::sentence::{sentence, vql_sentence};
use crate::support::cases;

/// The predicates of every OR branch of a sentence, which must not mix AND and OR or use NOT.
fn branches(expression: &Expression) -> Vec<Vec<&Predicate>> {
    match expression {
        Expression::Or(parts) => parts.iter().flat_map(branches).collect(),
        Expression::And(parts) => vec![parts.iter().map(single).collect()],
        single_predicate => vec![vec![single(single_predicate)]],
    }
}

fn single(expression: &Expression) -> &Predicate {
    match expression {
        Expression::Predicate(predicate) => predicate,
        _ => panic!("AND and OR are mixed in one group, or there is a NOT"),
    }
}

fn is(predicate: &Predicate, dimension: &Dimension) -> bool {
    predicate.field == Field::Dimension(dimension.clone())
}

/// Every documented restriction of VQL, branch by branch.
fn assert_legal(vql: &str) {
    for (index, text) in vql.split(" OR ").enumerate() {
        assert!(text.starts_with('(') && text.ends_with(')'), "group {index} of {vql}");
    }
    assert!(!vql.replace("tags.name = NULL", "").contains(" NULL"), "{vql}");
    for branch in branches(parse(vql).expression()) {
        let positive = |dimension: &Dimension| {
            branch.iter().filter(|each| is(each, dimension)).all(|each| !each.negated)
                && branch.iter().any(|each| is(each, dimension))
        };
        assert!(positive(&Dimension::Provider), "{vql}");
        let service = branch.iter().any(|each| is(each, &Dimension::Service) && !each.negated);
        for predicate in &branch {
            let Field::Dimension(dimension) = &predicate.field else {
                let known = matches!(
                    predicate.field,
                    Field::TagName | Field::TagValue { .. } | Field::TagPair | Field::Marketplace
                );
                let flexible = matches!(predicate.test, Test::Flexible(_));
                assert!(known && (!flexible || matches!(predicate.field, Field::TagValue { .. })), "{vql}");
                assert!(predicate.field != Field::TagPair || !predicate.negated, "{vql}");
                continue;
            };
            let like = matches!(predicate.test, Test::Like(_));
            assert!(like || matches!(predicate.test, Test::Equals(_) | Test::In(_)), "{vql}");
            match dimension {
                Dimension::Provider => assert!(matches!(predicate.test, Test::Equals(_)), "{vql}"),
                Dimension::Category | Dimension::Subcategory | Dimension::Resource => {
                    assert!(service, "{vql}");
                }
                Dimension::Account | Dimension::BillingAccount | Dimension::Region | Dimension::Service => {
                    assert!(!like, "{vql}");
                }
                Dimension::ChargeType => {}
                _ => panic!("{dimension} is no field: {vql}"),
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn what_vql_can_say_it_says(sentence in vql_sentence(), charges in prop::collection::vec(charge(), 8)) {
        let filter = parse(&sentence.text());
        let vql = match filter.to_vql() {
            Ok(vql) => vql,
            Err(reasons) => {
                prop_assert!(
                    matches!(reasons[0].reason(), NotVqlReason::Nothing | NotVqlReason::TooLarge),
                    "{}: {}", filter, reasons[0]
                );
                if reasons[0].reason() == NotVqlReason::Nothing {
                    for mut charge in charges {
                        charge.reported = true;
                        prop_assert!(!filter.matches(&charge), "{}", filter);
                    }
                }
                return Ok(());
            }
        };
        assert_legal(&vql);
        let again = parse(&vql);
        for mut charge in charges {
            charge.reported = true;
            prop_assert_eq!(again.matches(&charge), filter.matches(&charge), "{} as {}", filter, vql);
        }
        prop_assert_eq!(again.to_vql().unwrap(), vql);
    }

    #[test]
    fn a_sentence_in_vql_means_the_same(sentence in sentence(), mut charge in charge()) {
        charge.reported = true;
        let filter = parse(&format!("costs.provider = 'cursor' AND ({})", sentence.text()));
        match filter.to_vql() {
            Ok(vql) => {
                let again = parse(&vql);
                prop_assert_eq!(again.matches(&charge), filter.matches(&charge), "{} as {}", filter, vql);
            }
            Err(reasons) => prop_assert!(!reasons.is_empty()),
        }
    }
}
