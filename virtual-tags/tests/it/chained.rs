//! Keys that read each other, splits, people and spans of time, against an interpreter that knows no index.

use std::collections::BTreeMap;

use chrono::Datelike;
use cost_model::report::Query;
use cost_model::{CostRecord, Costs, Currency, Dimension, Filter, Ledger, Metric, Money, Tagger, Timestamp};
use proptest::prelude::*;
use virtual_tags::insight::FindingKind;
use virtual_tags::{Answer, Directory, ResolvedRules, RuleSet};

use crate::naive::cases;

const KEYS: usize = 4;

/// On an alphabet of two letters, so that rules collide.
#[derive(Clone, Debug)]
enum Condition {
    Resource(&'static str),
    Starts(&'static str),
    Ends(&'static str),
    OneOf([&'static str; 2]),
    Service(&'static str),
    Key(usize, &'static str),
    Not(Box<Condition>),
    All(Box<Condition>, Box<Condition>),
    Any(Box<Condition>, Box<Condition>),
}

#[derive(Clone, Debug)]
enum Then {
    Value(&'static str),
    Split([u8; 2]),
    Key(usize),
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    when: Condition,
    domain: Option<&'static str>,
    /// Days, the last excluded.
    days: Option<(u32, u32)>,
    then: Then,
}

/// Key number `n` reads keys with smaller numbers only; the file has them in another order.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) keys: Vec<Vec<Rule>>,
    pub(crate) order: Vec<usize>,
    /// Whether keys have the default `d`, or none, which stands here as an empty text.
    pub(crate) default: bool,
}

type Fraction = (u128, u128);

fn name(key: usize) -> String {
    format!("K{key}")
}

impl Condition {
    fn sentence(&self) -> String {
        match self {
            Self::Resource(text) => format!("costs.resource_id = '{text}'"),
            Self::Starts(text) => format!("costs.resource_id LIKE '{text}%'"),
            Self::Ends(text) => format!("costs.resource_id LIKE '%{text}'"),
            Self::OneOf([one, other]) => format!("costs.resource_id IN ('{one}', '{other}')"),
            Self::Service(text) => format!("costs.service = '{text}'"),
            Self::Key(key, text) => format!("vtag.{} = '{text}'", name(*key)),
            Self::Not(part) => format!("NOT ({})", part.sentence()),
            Self::All(one, other) => format!("({}) AND ({})", one.sentence(), other.sentence()),
            Self::Any(one, other) => format!("({}) OR ({})", one.sentence(), other.sentence()),
        }
    }

    fn holds(&self, record: &CostRecord, keys: &[&'static str]) -> bool {
        let resource = record.dimensions.resource.as_deref();
        match self {
            Self::Resource(text) => resource == Some(text),
            Self::Starts(text) => resource.is_some_and(|each| each.starts_with(text)),
            Self::Ends(text) => resource.is_some_and(|each| each.ends_with(text)),
            Self::OneOf(texts) => resource.is_some_and(|each| texts.contains(&each)),
            Self::Service(text) => {
                record.dimensions.service.as_deref() == Some(text)
                    || record.dimensions.service_id.as_deref() == Some(text)
            }
            Self::Key(key, text) => keys[*key] == *text,
            Self::Not(part) => !part.holds(record, keys),
            Self::All(one, other) => one.holds(record, keys) && other.holds(record, keys),
            Self::Any(one, other) => one.holds(record, keys) || other.holds(record, keys),
        }
    }
}

impl World {
    pub(crate) fn toml(&self) -> String {
        let mut toml = String::new();
        for key in &self.order {
            let default = if self.default { "default = \"d\"\n" } else { "" };
            toml += &format!("[[tag]]\nkey = \"{}\"\n{default}", name(*key));
            for rule in &self.keys[*key] {
                toml += &format!("  [[tag.rule]]\n  when = \"{}\"\n", rule.when.sentence());
                if let Some(domain) = rule.domain {
                    toml += &format!("  email.domain = \"{domain}\"\n");
                }
                if let Some((from, to)) = rule.days {
                    toml += &format!("  from = \"2026-01-0{from}\"\n  to = \"2026-01-0{to}\"\n");
                }
                toml += &match &rule.then {
                    Then::Value(value) => format!("  value = \"{value}\"\n"),
                    Then::Split([a, b]) => format!(
                        "  split = [{{ value = \"a\", weight = {a} }}, {{ value = \"b\", weight = {b} }}]\n"
                    ),
                    Then::Key(key) => format!("  from_field = \"vtag.{}\"\n", name(*key)),
                };
            }
        }
        toml
    }

    pub(crate) fn compile(&self) -> ResolvedRules {
        RuleSet::from_toml(&self.toml(), "rules.toml")
            .unwrap()
            .compile(Directory::default())
            .unwrap()
            .tagger()
            .unwrap()
    }

    /// Every way in which a part of the charge falls, and how much of the charge it is.
    fn worlds(&self, record: &CostRecord) -> Vec<(Vec<&'static str>, Fraction)> {
        let mut worlds = vec![(Vec::new(), (1, 1))];
        for rules in &self.keys {
            let mut next = Vec::new();
            for (values, (part, of)) in worlds {
                for (value, weight, sum) in outcome(rules, record, &values, self.default) {
                    if weight > 0 {
                        let mut values = values.clone();
                        values.push(value);
                        next.push((values, (part * weight, of * sum)));
                    }
                }
            }
            worlds = next;
        }
        worlds
    }
}

/// Whether some rule is about the charge.
pub(crate) fn is_met(rules: &[Rule], record: &CostRecord) -> bool {
    winner(rules, record, &[]).is_some()
}

fn outcome(
    rules: &[Rule],
    record: &CostRecord,
    keys: &[&'static str],
    default: bool,
) -> Vec<(&'static str, u128, u128)> {
    match winner(rules, record, keys).map(|rule| &rule.then) {
        None => vec![(if default { "d" } else { "" }, 1, 1)],
        Some(Then::Value(value)) => vec![(value, 1, 1)],
        Some(Then::Key(key)) => vec![(keys[*key], 1, 1)],
        Some(Then::Split([a, b])) => {
            let (a, b) = (u128::from(*a), u128::from(*b));
            vec![("a", a, a + b), ("b", b, a + b)]
        }
    }
}

fn winner<'a>(rules: &'a [Rule], record: &CostRecord, keys: &[&'static str]) -> Option<&'a Rule> {
    let fits = |rule: &&Rule| {
        let day = record.at.date().day();
        let domain =
            record.dimensions.resource.as_deref().and_then(|id| id.split_once('@')).map(|(_, domain)| domain);
        rule.days.is_none_or(|(from, to)| from <= day && day < to)
            && rule.domain.is_none_or(|wanted| domain == Some(wanted))
            && rule.when.holds(record, keys)
            && !matches!(rule.then, Then::Key(key) if keys[key].is_empty())
    };
    rules.iter().find(fits)
}

/// Sums of fractions by whatever they are of, as shares of a common denominator.
fn distribution<K: Ord>(parts: impl IntoIterator<Item = (K, Fraction)>) -> BTreeMap<K, u128> {
    const WHOLE: u128 = 60_u128.pow(8);
    let mut sums = BTreeMap::new();
    for (key, (part, of)) in parts {
        assert_eq!(WHOLE % of, 0);
        *sums.entry(key).or_default() += part * (WHOLE / of);
    }
    sums
}

fn assigned(assignment: Answer) -> BTreeMap<String, u128> {
    match assignment {
        Answer::Unset => distribution([(String::new(), (1, 1))]),
        Answer::Value(value) => distribution([(value.as_ref().to_owned(), (1, 1))]),
        Answer::Shares(shares) => {
            let sum = shares.iter().map(|(_, weight)| weight).sum();
            distribution(
                shares
                    .iter()
                    .map(|(value, weight)| (value.as_deref().unwrap_or_default().to_owned(), (*weight, sum)))
                    .collect::<Vec<_>>(),
            )
        }
    }
}

fn condition(readable: usize) -> BoxedStrategy<Condition> {
    let text = || prop::sample::select(vec!["a", "b", "aa", "ab", "ba"]);
    let mut leaves = vec![
        prop::sample::select(vec!["a", "a@a", "b@a", "ab@b"]).prop_map(Condition::Resource).boxed(),
        text().prop_map(Condition::Starts).boxed(),
        prop::sample::select(vec!["a", "b", "@a", "@b"]).prop_map(Condition::Ends).boxed(),
        Just(Condition::OneOf(["a@a", "ab@b"])).boxed(),
        text().prop_map(Condition::Service).boxed(),
    ];
    if readable > 0 {
        let key = (0..readable, prop::sample::select(vec!["a", "b", "d"]));
        leaves.push(key.prop_map(|(key, value)| Condition::Key(key, value)).boxed());
    }
    let leaf = prop::strategy::Union::new(leaves);
    leaf.prop_recursive(2, 4, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            inner.prop_map(|part| Condition::Not(Box::new(part))),
            pair.clone().prop_map(|(one, other)| Condition::All(Box::new(one), Box::new(other))),
            pair.prop_map(|(one, other)| Condition::Any(Box::new(one), Box::new(other))),
        ]
    })
    .boxed()
}

pub(crate) fn rule(readable: usize) -> impl Strategy<Value = Rule> {
    let value = prop::sample::select(vec!["a", "b"]).prop_map(Then::Value);
    let split = prop::sample::select(vec![[1, 1], [1, 2], [3, 1], [0, 1], [2, 3]]).prop_map(Then::Split);
    let then = match readable {
        0 => prop_oneof![value, split].boxed(),
        _ => prop_oneof![value, split, (0..readable).prop_map(Then::Key)].boxed(),
    };
    let domain = prop::option::weighted(0.2, prop::sample::select(vec!["a", "b"]));
    let days = prop::option::weighted(0.2, (1_u32..4, 1_u32..4).prop_map(|(from, more)| (from, from + more)));
    (condition(readable), domain, days, then).prop_map(|(when, domain, days, then)| Rule {
        when,
        domain,
        days,
        then,
    })
}

fn worlds() -> impl Strategy<Value = World> {
    let keys: Vec<_> = (0..KEYS).map(|number| prop::collection::vec(rule(number), 0..6)).collect();
    let order = Just((0..KEYS).collect::<Vec<_>>()).prop_shuffle();
    (keys, order, any::<bool>()).prop_map(|(keys, order, default)| World { keys, order, default })
}

pub(crate) fn records() -> impl Strategy<Value = Vec<CostRecord>> {
    let text = |texts: &'static [&'static str]| prop::option::weighted(0.9, prop::sample::select(texts));
    let record = (
        text(&["a", "b", "a@a", "b@a", "ab@b", "aab@ba"]),
        text(&["a", "ab"]),
        text(&["b", "aa"]),
        1_u32..7,
        -99_i128..99,
    );
    let record = record.prop_map(|(resource, service, service_id, day, amount)| {
        let at = Timestamp::midnight(format!("2026-01-0{day}").parse().unwrap());
        let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat(Money::from_units(amount)));
        record.edit(|set| set.resource = resource.map(Into::into));
        record.edit(|set| set.service = service.map(Into::into));
        record.edit(|set| set.service_id = service_id.map(Into::into));
        record
    });
    prop::collection::vec(record, 1..6)
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn chained_shares_are_those_of_the_interpreter(world in worlds(), records in records()) {
        let rules = world.compile();
        for record in &records {
            let expected = world.worlds(record);
            for key in 0..KEYS {
                let of_key = expected.iter().map(|(values, part)| (values[key].to_owned(), *part));
                prop_assert_eq!(assigned(rules.answer(&name(key), record, record.at)), distribution(of_key));
            }
            let joint = rules.parts(rules.keys(), record, record.at);
            let sum = joint.iter().map(|part| part.weight).sum();
            let values = |values: &[Option<std::sync::Arc<str>>]| -> Vec<String> {
                (0..KEYS)
                    .map(|key| world.order.iter().position(|each| *each == key).unwrap())
                    .map(|position| values[position].as_deref().unwrap_or_default().to_owned())
                    .collect()
            };
            let joint = joint.iter().filter(|part| part.weight > 0);
            let joint = joint.map(|part| (values(&part.values), (part.weight, sum)));
            let expected = expected.iter().map(|(values, part)| {
                (values.iter().map(ToString::to_string).collect::<Vec<_>>(), *part)
            });
            prop_assert_eq!(distribution(joint), distribution(expected));
        }
    }

    /// Invariants 15 and 16 for shared and chained keys.
    #[test]
    fn shared_keys_conserve_and_filters_agree_with_groups(world in worlds(), records in records()) {
        let rules = world.compile();
        let mut builder = Ledger::builder(Currency::USD);
        let mut total = 0;
        for record in &records {
            builder.push(record).unwrap();
            total += record.costs.get(Metric::Billed).map_or(0, Money::units);
        }
        let ledger = builder.build();
        for key in 0..KEYS {
            let tag = Dimension::VirtualTag(name(key).into());
            let report = Query::all_resources().group_by(tag.clone()).run(&ledger, &rules).unwrap();
            let mut sum = 0;
            for row in &report.rows {
                sum += row.totals.billed.amount.units();
                let sentence = match row.keys[0].as_deref() {
                    Some(value) => format!("{tag} = '{value}'"),
                    None => format!("{tag} = NULL"),
                };
                let filter = Filter::parse(&sentence).unwrap();
                let filtered = Query::all_resources().filter(filter).run(&ledger, &rules).unwrap();
                prop_assert_eq!(filtered.total.billed, row.totals.billed);
            }
            prop_assert_eq!(sum, total);
            let other = Dimension::VirtualTag(name((key + 1) % KEYS).into());
            let report = Query::all_resources().group_by(tag).group_by(other).run(&ledger, &rules).unwrap();
            let sum: i128 = report.rows.iter().map(|row| row.totals.billed.amount.units()).sum();
            prop_assert_eq!(sum, total);
        }
    }

    /// P10: what is reported as unreachable may be left out.
    #[test]
    fn without_an_unreachable_rule_nothing_changes(world in worlds(), records in records()) {
        let written = RuleSet::from_toml(&world.toml(), "rules.toml").unwrap();
        let rules = world.compile();
        for finding in rules.rules().check().iter().filter(|finding| finding.kind == FindingKind::Unreachable) {
            let mut fewer = written.clone();
            for tag in &mut fewer.tags {
                tag.rules.retain(|rule| rule.place != finding.place);
            }
            let fewer = fewer.compile(Directory::default()).unwrap().tagger().unwrap();
            for record in &records {
                for key in rules.keys() {
                    prop_assert_eq!(
                        assigned(rules.answer(key, record, record.at)),
                        assigned(fewer.answer(key, record, record.at)),
                        "{}", finding
                    );
                }
            }
        }
    }

    /// Between two neighbouring boundaries of a charge's own the answer does not change.
    #[test]
    fn dated_rules_change_at_boundaries_only(world in worlds(), records in records()) {
        let rules = world.compile();
        for record in &records {
            let boundaries = rules.boundaries_of(record);
            let epoch = |at: Timestamp| boundaries.partition_point(|each| *each <= at);
            let days: Vec<_> = (1..9)
                .map(|day| Timestamp::midnight(format!("2026-01-0{day}").parse().unwrap()))
                .collect();
            for pair in days.windows(2).filter(|pair| epoch(pair[0]) == epoch(pair[1])) {
                for key in rules.keys() {
                    prop_assert_eq!(
                        assigned(rules.answer(key, record, pair[0])),
                        assigned(rules.answer(key, record, pair[1]))
                    );
                }
            }
        }
    }
}

/// Two keys that depend on one split belong together: nobody pays for a site of another team.
#[test]
fn keys_over_one_split_are_shared_out_together() {
    let toml = "[[tag]]\nkey = \"Team\"\n  [[tag.rule]]\n  split = [\"A\", \"B\"]\n[[tag]]\nkey = \"Site\"\ndefault = \
                \"Paris\"\n  [[tag.rule]]\n  value = \"Berlin\"\n  when = \"vtag.Team = 'A'\"\n";
    let rules = RuleSet::from_toml(toml, "rules.toml")
        .unwrap()
        .compile(Directory::default())
        .unwrap()
        .tagger()
        .unwrap();
    let at = Timestamp::midnight("2026-09-15".parse().unwrap());
    let mut builder = Ledger::builder(Currency::USD);
    builder.push(&CostRecord::new(at, "cursor", Currency::USD, Costs::flat("3".parse().unwrap()))).unwrap();
    let tag = |key: &str| Dimension::VirtualTag(key.into());
    let report = Query::all_resources()
        .group_by(tag("Team"))
        .group_by(tag("Site"))
        .run(&builder.build(), &rules)
        .unwrap();
    let rows: Vec<_> = report
        .rows
        .iter()
        .map(|row| {
            let keys: Vec<_> = row.keys.iter().flatten().map(ToString::to_string).collect();
            (keys.join(" "), row.totals.billed.amount.to_string())
        })
        .collect();
    assert_eq!(rows, [("A Berlin".to_owned(), "1.5".to_owned()), ("B Paris".to_owned(), "1.5".to_owned())]);
}

/// What no rule matches of a charge that is shared out has no value, and is told so.
#[test]
fn parts_without_a_value_are_kept() {
    let toml = "[[tag]]\nkey = \"Team\"\n  [[tag.rule]]\n  split = [\"A\", \"B\"]\n[[tag]]\nkey = \"Site\"\n  [[tag.rule]]\n  \
                value = \"Berlin\"\n  when = \"vtag.Team = 'A'\"\n[[test]]\nat = \"2026-09-15\"\nrecord = {}\nexpect = { Site = { \
                Berlin = 1, \"\" = 1 } }\n[[test]]\nat = \"2026-09-15\"\nrecord = {}\nexpect = { Site = \"\" }\n";
    let written = RuleSet::from_toml(toml, "rules.toml").unwrap();
    let tests = written.tests.clone();
    let rules = written.compile(Directory::default()).unwrap().tagger().unwrap();
    let failures: Vec<_> = rules.run_tests(&tests).iter().map(ToString::to_string).collect();
    assert_eq!(failures, ["rules.toml:14:1: `Site` is 1 of `Berlin`, 1 of no value, expected no value"]);
    let at = Timestamp::midnight("2026-09-15".parse().unwrap());
    let mut builder = Ledger::builder(Currency::USD);
    builder.push(&CostRecord::new(at, "cursor", Currency::USD, Costs::flat("3".parse().unwrap()))).unwrap();
    let ledger = builder.build();
    let report =
        Query::all_resources().group_by(Dimension::VirtualTag("Site".into())).run(&ledger, &rules).unwrap();
    let rows: Vec<_> = report
        .rows
        .iter()
        .map(|row| (row.keys[0].as_deref(), row.totals.billed.amount.to_string()))
        .collect();
    assert_eq!(rows.len(), 2);
    assert!(rows.contains(&(Some("Berlin"), "1.5".to_owned())) && rows.contains(&(None, "1.5".to_owned())));
    let parts = rules.allocations("Site", &ledger).unwrap();
    assert_eq!(parts.iter().map(|part| part.value.as_deref()).collect::<Vec<_>>(), [Some("Berlin"), None]);
    assert_eq!(parts[1].focus_columns()[4], ("AllocatedTags", "{}".to_owned()));
}
