//! Rules that are written as a file are read as the same rules, whatever they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use cost_model::{Filter, Timestamp};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;
use virtual_tags::rules::{
    ActorKind, FromDirectory, FromField, PersonMatcher, RuleTest, Span, Split, SplitPeriod, Transform,
};
use virtual_tags::{Answer, Assign, Rule, RuleSet, TagDefinition};

/// Texts with whatever a file must escape.
fn text() -> impl Strategy<Value = Arc<str>> {
    let odd = [
        "Web",
        "it's",
        "a\"b",
        "back\\slash",
        "tab\there",
        "line\nfeed",
        "é",
        "名前",
        "\u{1}",
        "x\u{7f}",
        "# no",
    ];
    prop_oneof![select(odd.to_vec()).prop_map(Arc::from), "[a-zA-Z .@-]{1,12}[a-z]".prop_map(Arc::from)]
}

fn transforms() -> impl Strategy<Value = Vec<Transform>> {
    let transform = prop_oneof![
        Just(Transform::Lower),
        (text(), 0_usize..5).prop_map(|(delimiter, index)| Transform::Split { delimiter, index }),
        btree_map(text(), text(), 0..3).prop_map(|map: BTreeMap<_, _>| Transform::Map(map)),
        text().prop_map(Transform::Format),
    ];
    vec(transform, 0..3)
}

fn from_field((field, transforms): (&str, Vec<Transform>)) -> FromField {
    let mut from = FromField::new(field.parse().unwrap());
    from.transforms = transforms;
    from
}

fn field() -> impl Strategy<Value = &'static str> {
    select(vec!["costs.account", "costs.region", "tags['a''b']", "vtag.Team"])
}

fn percentages(parts: Vec<(Arc<str>, (i64, u32))>, remainder_to_default: bool) -> Split {
    let parts =
        parts.into_iter().map(|(value, (units, scale))| (value, Decimal::new(units, scale))).collect();
    Split::Percentages { parts, remainder_to_default }
}

fn split() -> impl Strategy<Value = Split> {
    let period = select(vec![SplitPeriod::Day, SplitPeriod::Month, SplitPeriod::Cycle]);
    let percent = vec((text(), (1_i64..99_999, 0_u32..3)), 1..3);
    prop_oneof![
        vec(text(), 2..4).prop_map(Split::Even),
        vec((text(), 0_u64..9), 2..4).prop_map(Split::Weights),
        (percent, any::<bool>()).prop_map(|(parts, remainder)| percentages(parts, remainder)),
        (text(), option::of(text())).prop_map(|(fact, within)| Split::Headcount { fact, within }),
        (text(), period, option::of(field().prop_map(|field| field.parse().unwrap())))
            .prop_map(|(key, per, within)| Split::Cost { key, per, within }),
    ]
}

fn assign() -> impl Strategy<Value = Assign> {
    let from_directory = (text(), transforms()).prop_map(|(fact, transforms)| {
        let mut from = FromDirectory::new(fact);
        from.transforms = transforms;
        Assign::FromDirectory(from)
    });
    prop_oneof![
        text().prop_map(Assign::Value),
        from_directory,
        (field(), transforms()).prop_map(from_field).prop_map(Assign::FromField),
        split().prop_map(Assign::Split),
    ]
}

fn spans() -> impl Strategy<Value = Vec<Span>> {
    let day = |day: u32| Timestamp::midnight(format!("2026-09-{day:02}").parse().unwrap());
    let span = (option::of(1_u32..10), option::of(11_u32..30))
        .prop_map(move |(from, to)| Span { from: from.map(day), to: to.map(day) });
    vec(span, 0..3)
}

fn people() -> impl Strategy<Value = PersonMatcher> {
    let list = || vec(text(), 0..3);
    let kinds = vec![ActorKind::Person, ActorKind::ServiceAccount, ActorKind::Nobody, ActorKind::Removed];
    (list(), list(), list(), option::of(any::<bool>()), option::of(select(kinds))).prop_map(
        |(equals, domain, glob, in_directory, who)| {
            let mut people = PersonMatcher::default();
            (people.equals, people.domain, people.glob) = (equals, domain, glob);
            (people.in_directory, people.who) = (in_directory, who);
            people
        },
    )
}

fn rule() -> impl Strategy<Value = Rule> {
    // A rule always has a condition here: a value for every charge is refused in favour of the default.
    let when = select(vec![
        "costs.service = 'it''s'",
        "costs.resource_id LIKE '%@a.test' AND NOT costs.region = NULL",
        "(tags.name = 'a' AND tags.value IN ('x', 'y\\z')) OR costs.effective > 1.5",
    ]);
    (assign(), when, people(), spans()).prop_map(|(assign, when, people, spans)| {
        let mut rule = Rule::new(assign).when(Filter::parse(when).unwrap());
        (rule.people, rule.spans) = (people, spans);
        rule
    })
}

fn tag() -> impl Strategy<Value = TagDefinition> {
    let default_from = option::of((field(), transforms()).prop_map(from_field));
    (text(), option::of(text()), default_from, any::<bool>(), vec(rule(), 0..4)).prop_map(
        |(key, default, default_from, overrides, rules)| {
            let mut tag = TagDefinition::new(key);
            (tag.default, tag.default_from) = (default, default_from);
            (tag.overrides_provider, tag.rules) = (overrides, rules);
            tag
        },
    )
}

fn answer() -> impl Strategy<Value = Answer> {
    let shares = btree_map(text(), 1_u128..9, 1..3);
    prop_oneof![
        Just(Answer::Unset),
        text().prop_map(Answer::Value),
        shares.prop_map(|shares| Answer::Shares(
            shares.into_iter().map(|(value, weight)| (Some(value), weight)).collect()
        )),
    ]
}

fn test() -> impl Strategy<Value = RuleTest> {
    (0_i64..2_000_000_000_000, text(), text(), answer()).prop_map(|(millis, value, key, answer)| {
        let mut test = RuleTest::new(Timestamp::from_millis(millis).unwrap());
        test.record.push(("costs.resource_id".parse().unwrap(), value));
        test.expect.push((key, answer));
        test
    })
}

/// Compares tests without the places from which they were read.
fn plain(tests: &[RuleTest]) -> Vec<RuleTest> {
    let mut tests = tests.to_vec();
    for test in &mut tests {
        test.place = None;
    }
    tests
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_written_is_read_again(
        tags in vec(tag(), 0..3),
        tests in vec(test(), 0..2),
        person in option::of(select(vec!["costs.resource_id", "tags['cursor:user']"])),
    ) {
        let mut rules = RuleSet::default();
        (rules.tags, rules.tests) = (tags, tests);
        rules.person = person.into_iter().map(|place| place.parse().unwrap()).collect();
        let toml = rules.to_toml().unwrap();
        let read = RuleSet::from_toml(&toml, "rules.toml").unwrap();
        prop_assert_eq!(read.digest(), rules.digest(), "{}", toml);
        prop_assert!(plain(&read.tests) == plain(&rules.tests), "{}", toml);
        prop_assert_eq!(read.to_toml().unwrap(), toml);
    }
}

#[test]
fn what_no_file_can_hold_is_refused() {
    let mut rule = Rule::new(Assign::Value("Web".into()));
    let noon = Timestamp::from_millis(43_200_000).unwrap();
    rule.spans.push(Span { from: Some(noon), to: None });
    let mut tag = TagDefinition::new("Team");
    tag.rules.push(rule);
    let mut rules = RuleSet::default();
    rules.tags.push(tag);
    let error = rules.to_toml().unwrap_err().to_string();
    assert!(error.contains("1970-01-01T12:00:00Z is no midnight"), "{error}");

    rules.tags[0].rules[0] = Rule::new(Assign::Value("Web".into()));
    assert!(rules.to_toml().is_err(), "a value for every charge is what the default is for");
}
