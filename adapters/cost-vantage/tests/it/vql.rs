//! A filter as VQL: legal, and with the same meaning.

use cost_model::filter::{Expression, Field, Predicate, Test};
use cost_model::{Dimension, Filter};
use cost_vantage::{NotVqlReason, filter_to_vql};
use proptest::prelude::*;

use crate::charge::{PROVIDERS, TEXTS, charge};
use crate::sentence::{self, PATTERNS, Sentence, garbage, joined, sentence};
use crate::{cases, corpus};

fn parse(sentence: &str) -> Filter {
    Filter::parse(sentence).unwrap_or_else(|error| panic!("{sentence}: {error}"))
}

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

/// A sentence of which every part is expressible in VQL beside a provider and a service.
fn vql_sentence() -> impl Strategy<Value = Sentence> {
    let texts = || prop::sample::select(vec!["a", "b", "ab", "A"]).prop_map(str::to_owned);
    let keys = || prop::sample::select(vec!["Team", "é"]);
    let equals = || {
        prop_oneof![
            texts().prop_map(sentence::Test::Equals),
            prop::collection::vec(texts(), 1..3).prop_map(sentence::Test::In),
        ]
    };
    let like =
        || prop::sample::select(&PATTERNS).prop_map(|pattern| sentence::Test::Like(pattern.to_owned()));
    let flexible = || prop::sample::select(vec!["a-B", "A"]).prop_map(sentence::Test::Flexible);
    let name = prop_oneof![
        3 => keys().prop_map(|key| sentence::Test::Equals(key.to_owned())),
        1 => Just(sentence::Test::In(vec!["Team".to_owned(), "é".to_owned()])),
        1 => like(),
        1 => Just(sentence::Test::Absent),
    ];
    let any_tag_test =
        || prop_oneof![3 => equals(), 1 => like(), 1 => flexible(), 1 => Just(sentence::Test::Absent)];
    let provider = prop_oneof![
        2 => prop::sample::select(&PROVIDERS).prop_map(|provider| sentence::Test::Equals(provider.to_owned())),
        1 => Just(sentence::Test::In(PROVIDERS.map(str::to_owned).to_vec())),
        1 => Just(sentence::Test::LikeAnyCase("A%B")),
        1 => Just(sentence::Test::Absent),
    ];
    let pair = prop::collection::vec((keys(), texts()), 1..3);
    let leaf = prop_oneof![
        2 => (prop::sample::select(&["region", "service"]).prop_map(sentence::Field::Costs), equals()),
        2 => (
            prop::sample::select(&["charge_type", "resource_id", "subcategory"]).prop_map(sentence::Field::Costs),
            prop_oneof![equals(), like()]
        ),
        1 => provider.prop_map(|test| (sentence::Field::Costs("provider"), test)),
        3 => name.prop_map(|test| (sentence::Field::TagName, test)),
        4 => any_tag_test().prop_map(|test| (sentence::Field::TagValue, test)),
        2 => (keys().prop_map(sentence::Field::VirtualTag), any_tag_test()),
        1 => (keys().prop_map(sentence::Field::Tag), any_tag_test()),
        1 => pair.prop_map(|pairs| (sentence::Field::Pair, sentence::Test::Pairs(pairs))),
        1 => any::<bool>().prop_map(|flag| (sentence::Field::Marketplace, sentence::Test::Flag(flag))),
    ];
    let texts = TEXTS.iter().filter(|text| !text.contains('\'')).map(|text| (*text).to_owned()).collect();
    let beside = [
        Sentence::Is(sentence::Field::Costs("provider"), false, sentence::Test::Equals("cursor".to_owned())),
        Sentence::Is(sentence::Field::Costs("service"), false, sentence::Test::In(texts)),
    ];
    joined(leaf).prop_map(move |part| Sentence::All(beside.iter().cloned().chain([part]).collect()))
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn what_vql_can_say_it_says(sentence in vql_sentence(), charges in prop::collection::vec(charge(), 8)) {
        let filter = parse(&sentence.text());
        let vql = match filter_to_vql(&filter) {
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
            prop_assert_eq!(again.matches(&charge), sentence.holds(&charge, None), "{} as {}", filter, vql);
        }
        prop_assert_eq!(filter_to_vql(&again).unwrap(), vql);
    }

    #[test]
    fn a_sentence_in_vql_means_the_same(sentence in sentence(), mut charge in charge()) {
        charge.reported = true;
        let filter = parse(&format!("costs.provider = 'cursor' AND ({})", sentence.text()));
        match filter_to_vql(&filter) {
            Ok(vql) => {
                let again = parse(&vql);
                prop_assert_eq!(again.matches(&charge), filter.matches(&charge), "{} as {}", filter, vql);
            }
            Err(reasons) => prop_assert!(!reasons.is_empty()),
        }
    }

    #[test]
    fn any_filter_is_vql_or_not_for_reasons_that_name_their_place(text in garbage()) {
        let Ok(filter) = Filter::parse(&text) else { return Ok(()) };
        if let Err(reasons) = filter_to_vql(&filter) {
            prop_assert!(!reasons.is_empty());
            prop_assert!(reasons.iter().all(|reason| text.get(reason.span()).is_some()));
        }
    }
}

#[test]
fn every_sentence_is_vql_or_not_as_the_corpus_says() {
    corpus::check(["vql", "not vql"], |sentence| {
        let Ok(filter) = Filter::parse(sentence) else { return Vec::new() };
        let column = |at: usize| sentence.get(..at).unwrap().chars().count();
        match filter_to_vql(&filter) {
            Ok(vql) => {
                assert_eq!(filter_to_vql(&parse(&vql)).as_ref(), Ok(&vql), "{sentence} is no VQL of its own");
                vec![("vql", vql)]
            }
            Err(reasons) => reasons
                .iter()
                .map(|reason| {
                    let (from, to) = (column(reason.span().start) + 1, column(reason.span().end));
                    ("not vql", format!("{reason} (columns {from} to {to})"))
                })
                .collect(),
        }
    });
}

#[test]
fn a_vql_sentence_has_a_limited_size() {
    let pair = |index: usize| format!("(costs.region = 'a{index}' OR costs.region = 'b{index}')");
    let product = |count: usize| {
        let pairs: Vec<_> = (0..count).map(pair).collect();
        parse(&format!("costs.provider = 'cursor' AND {}", pairs.join(" AND ")))
    };
    assert_eq!(filter_to_vql(&product(9)).unwrap().matches(" OR ").count(), 511);
    for filter in [product(10), product(90)] {
        let reasons = filter_to_vql(&filter).unwrap_err();
        assert_eq!(reasons.len(), 1);
        assert_eq!(reasons[0].reason(), NotVqlReason::TooLarge);
    }
    let long = vec!["costs.region != 'a'"; 20_000].join(" AND ");
    let long = parse(&format!("costs.provider = 'cursor' AND {long}"));
    assert_eq!(filter_to_vql(&long).unwrap(), "(costs.provider = 'cursor' AND costs.region != 'a')");
}
