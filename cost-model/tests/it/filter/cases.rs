//! Single cases that the laws may not hit.

use std::collections::BTreeSet;

use cost_model::filter::{Expression, PatternShape, Test};
use cost_model::money::{RequestUnits, Tokens};
use cost_model::{CostRecord, Costs, Currency, Dimension, ErrorKind, Filter};

use super::charge::{Charge, Facts};
use super::{corpus, parse};
use crate::support::{millis, money};

#[test]
fn nesting_ends_in_an_error_and_not_in_a_crash() {
    let leaf = "costs.region = 'x'";
    for depth in [99, 100, 101, 100_000] {
        let fits = depth < 100;
        let sentences = [
            format!("{}{leaf}{}", "(".repeat(depth), ")".repeat(depth)),
            format!("{}{leaf}", "NOT ".repeat(depth)),
            "(".repeat(depth),
            "NOT ".repeat(depth),
        ];
        for (index, sentence) in sentences.iter().enumerate() {
            let parsed = Filter::parse(sentence);
            assert_eq!(parsed.is_ok(), fits && index < 2, "depth {depth}, sentence {index}");
            if let Ok(filter) = parsed {
                assert!(parse(&filter.to_string()) == filter);
            }
        }
    }
    let long = vec![leaf; 20_000].join(" OR ");
    assert!(parse(&parse(&long).to_string()) == parse(&long));
}

#[test]
fn a_value_belongs_to_the_nearest_name_before_it() {
    let charge = Charge {
        fields: Vec::new(),
        tags: vec![("Team".into(), "a".into()), ("it's".into(), "b".into())],
        facts: Facts { millis: None, amounts: None, tokens: None, requests: None, marketplace: None },
        reported: false,
    };
    for (sentence, expected) in [
        ("tags.name = 'Team' AND tags.value = 'a'", true),
        ("tags.name = 'Team' AND tags.value = 'b'", false),
        ("tags.name = 'Team' AND tags.value != 'b'", true),
        ("tags.value = 'b' AND tags.name = 'Team'", true),
        ("tags.name = 'Team' AND (tags.value = 'x' OR tags.value = 'b')", false),
        ("tags.name = 'Team' AND tags.name = 'it''s' AND tags.value = 'b'", true),
        ("tags.name = 'Team' AND NOT tags.value = 'a'", false),
        ("tags.name IN ('Team', 'it''s') AND tags.value = 'b'", true),
        ("(tags.name = 'Team' OR tags.value = 'x') AND tags.value = 'b'", true),
        ("tags.name = NULL", false),
        ("tags.name != NULL", true),
    ] {
        assert_eq!(parse(sentence).matches(&charge), expected, "{sentence}");
    }
}

/// Vantage's own spellings of its fields, and the empty and plain spellings of a virtual tag.
#[test]
fn every_spelling_of_a_field_names_its_dimension() {
    for (sentence, dimension) in [
        ("costs.cost_category = 'x'", Dimension::Category),
        ("costs.cost_subcategory = 'x'", Dimension::Subcategory),
        ("costs.billing_account_id = 'x'", Dimension::BillingAccount),
        ("COSTS.Account = 'x'", Dimension::Account),
        ("costs.resource = 'x'", Dimension::Resource),
        ("costs.cost_type = 'x'", Dimension::ChargeType),
        ("costs.unit = 'x'", Dimension::UsageUnit),
        ("vtag['Team'] = 'x'", Dimension::VirtualTag("Team".into())),
        ("vtag.NOT = 'x'", Dimension::VirtualTag("NOT".into())),
        ("tags[''] = 'x'", Dimension::Tag("".into())),
    ] {
        assert_eq!(parse(sentence).dimensions(), [dimension], "{sentence}");
    }
}

#[test]
fn a_record_has_a_time_amounts_and_usage() {
    let mut record =
        CostRecord::new(millis(1_788_220_800_000), "cursor", Currency::USD, Costs::flat(money("5")));
    record.costs.billed = None;
    record.tokens.input = Tokens::new(7);
    record.requests = Some(RequestUnits::from_units(5 * 10_i128.pow(23)));
    for (sentence, expected) in [
        ("charged_at = '2026-09-01'", true),
        ("charged_at < '2026-09-01'", false),
        ("costs.effective BETWEEN 5 AND 5", true),
        ("costs.billed = 0", false),
        ("costs.billed >= 0", false),
        ("costs.billed != 0", true),
        ("costs.billed IS NULL", true),
        ("usage.tokens = 7 AND usage.output = 0", true),
        ("usage.requests = 0.5", true),
        ("costs.marketplace = false", true),
    ] {
        assert_eq!(parse(sentence).matches(&record), expected, "{sentence}");
    }
    // A count beyond every literal is above the largest, and equals none.
    record.tokens.output = Tokens::new(u64::MAX);
    let largest = "170141183460469.231731687303715884105727";
    assert!(parse(&format!("usage.tokens > {largest} AND usage.tokens != {largest}")).matches(&record));
    assert!(parse("charged_at IS NULL OR costs.region = 'x'").is_per_charge());
    assert!(!parse("costs.marketplace = true OR tags.name = 'x'").is_per_charge());
}

/// The traps of joining: a name of one side and a value of the other.
#[test]
fn composed_filters_print_as_flat_as_they_can() {
    let name = "tags.name = 'a'";
    let value = "tags.value = 'x'";
    for (one, other, expected) in [
        ("costs.region = 'a'", "costs.region = 'b'", "costs.region = 'a' AND costs.region = 'b'".to_owned()),
        (name, value, format!("{value} AND {name}")),
        (value, name, format!("{value} AND {name}")),
        (name, &format!("{name} AND {value}"), format!("{name} AND {name} AND {value}")),
        (name, &format!("{value} AND {name}"), format!("({value} AND {name}) AND {name}")),
        (&format!("{value} AND {name}"), value, format!("({value} AND {name}) AND {value}")),
        (name, &format!("NOT {value}"), format!("NOT {value} AND {name}")),
        (
            "costs.region = 'a' AND costs.allocation = 0.5",
            name,
            format!("costs.region = 'a' AND {name} AND costs.allocation = 0.5"),
        ),
    ] {
        let both = parse(one).and(parse(other)).unwrap().to_string();
        assert_eq!(both, expected, "{one} and {other}");
    }
    let either = parse("costs.region = 'a' OR costs.region = 'b'").or(parse("costs.region = 'c'")).unwrap();
    assert_eq!(either.to_string(), "costs.region = 'a' OR costs.region = 'b' OR costs.region = 'c'");
    assert_eq!(parse("NOT costs.region = 'a'").not().unwrap().to_string(), "costs.region = 'a'");
}

#[test]
fn multipliers_do_not_compose_but_by_and() {
    let half = parse("costs.region = 'a' AND costs.allocation = 0.5");
    let branched = parse("costs.region = 'a' AND costs.allocation = 0.5 OR costs.region = 'b'");
    for joined in [
        branched.clone().and(parse("costs.region = 'c'")),
        parse("costs.region = 'c'").and(branched.clone()),
        branched.clone().or(parse("costs.region = 'c'")),
        branched.clone().not(),
    ] {
        assert_eq!(joined.unwrap_err().kind(), ErrorKind::Filter);
    }
    let plain = parse("costs.region = 'b'");
    assert_eq!(plain.clone().and(half.clone()).unwrap().allocation(), half.allocation());
    for error in [
        half.clone().and(half.clone()).unwrap_err(),
        half.clone().or(plain.clone()).unwrap_err(),
        plain.or(half.clone()).unwrap_err(),
        half.not().unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Filter);
    }
}

#[test]
fn composition_ends_in_an_error_before_the_stack_does() {
    let mut filter = parse("costs.region = 'a'");
    let other = parse("costs.region = 'b'");
    let error = loop {
        match filter.clone().or(other.clone()).and_then(|filter| filter.and(other.clone())) {
            Ok(deeper) => filter = deeper,
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Filter);
    assert!(error.to_string().starts_with("the filter nests more than 100 deep"), "{error}");
}

#[test]
fn the_tree_can_be_read() {
    let filter = parse("costs.region LIKE 'eu%' AND NOT vtag.Team = 'a'");
    let Expression::And(parts) = filter.expression() else { panic!("it is an AND") };
    let Expression::Predicate(predicate) = &parts[0] else { panic!("it is a predicate") };
    assert_eq!(predicate.field.dimension(), Some(Dimension::Region));
    assert_eq!(predicate.span, 0..23);
    assert!(matches!(&predicate.test, Test::Like(pattern) if pattern.shape() == PatternShape::Prefix("eu")));
    assert!(matches!(&parts[1], Expression::Not(_)));
    // Places do not count for equality, and those of a composed filter are places in what it prints.
    assert!(parse(" costs.region   LIKE 'eu%' AND NOT vtag.Team = 'a'").expression() == filter.expression());
    let composed = parse("costs.region = 'a'").and(parse("costs.service = 'b'")).unwrap();
    assert_eq!(composed.to_string().get(composed.literals()[1].literal.span()), Some("'b'"));
}

#[test]
fn unknown_values_come_with_the_nearest_known_one() {
    let sentence = "costs.service IN ('Auto', 'gpt-5.2', 'Autoo') AND tags.name = 'team' AND tags.value != 'Paymnets' \
                    AND (tags.name, tags.value) IN (('env', 'prd')) AND vtag.Team = 'zzz' AND costs.effective = 5";
    let known = |dimension: &Dimension| -> cost_model::filter::KnownValues<'_> {
        std::borrow::Cow::Owned(match dimension {
            Dimension::Service => ["Auto".into()].into(),
            Dimension::ServiceId => ["gpt-5.2".into()].into(),
            Dimension::Tag(key) if **key == *"team" => ["Payments".into()].into(),
            Dimension::Tag(_) => ["prod".into(), "dev".into()].into(),
            _ => BTreeSet::new(),
        })
    };
    let filter = parse(sentence);
    let unknown = filter.unknown_values(&known);
    let found: Vec<_> = unknown
        .iter()
        .map(|each| (&**each.value(), each.suggestion.as_deref(), each.dimension.to_string()))
        .collect();
    assert_eq!(
        found,
        [
            ("Autoo", Some("Auto"), "costs.service".to_owned()),
            ("Paymnets", Some("Payments"), "tags['team']".to_owned()),
            ("prd", Some("prod"), "tags['env']".to_owned()),
            ("zzz", None, "vtag.Team".to_owned()),
        ]
    );
    for each in &unknown {
        assert_eq!(sentence.get(each.value_span.clone()), Some(&*format!("'{}'", each.value())));
        assert!(!format!("{each:?}").contains(&**each.value()));
    }
}

#[test]
fn every_sentence_fails_or_prints_as_the_corpus_says() {
    corpus::check(["error", "prints"], |sentence| match Filter::parse(sentence) {
        Err(error) => vec![("error", error.to_string())],
        Ok(filter) => {
            let printed = filter.to_string();
            assert!(parse(&printed) == filter, "{sentence} printed as {printed}");
            if printed == sentence { Vec::new() } else { vec![("prints", printed)] }
        }
    });
}
