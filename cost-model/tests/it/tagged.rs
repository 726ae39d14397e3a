//! Virtual tags in reports: whatever a tagger says, no amount appears or vanishes.

use std::sync::Arc;

use cost_model::money::TokenType;
use cost_model::report::Bin;
use cost_model::report::{Query, Totals};
use cost_model::tagger::{NoTags, Part};
use cost_model::{CostRecord, Dimension, Dimensions, Filter, Ledger, Metric, Tagger, Timestamp};
use proptest::prelude::*;

use crate::support::{PEOPLE, TAG_KEYS, VALUES, cases, instants, ledger, record, records};

/// What a [`Table`] answers.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Value(&'static str),
    Shares(Vec<(Option<Arc<str>>, u128)>),
    Unset,
}

/// A tagger that looks its answers up by key, epoch and person. `Team` is also the key of a provider's tag.
#[derive(Debug)]
pub(crate) struct Table {
    keys: Vec<Arc<str>>,
    boundaries: Vec<Timestamp>,
    answers: Vec<Answer>,
}

impl Table {
    fn answer(&self, key: &str, dimensions: &dyn Dimensions, at: Timestamp) -> &Answer {
        let Some(key) = self.keys.iter().position(|each| **each == *key) else { return &Answer::Unset };
        let epoch = self.boundaries.iter().filter(|boundary| **boundary <= at).count();
        let resource = dimensions.get(&Dimension::Resource);
        let person =
            PEOPLE.iter().position(|each| Some(*each) == resource.as_deref()).unwrap_or(PEOPLE.len());
        &self.answers[(key * 3 + epoch) * (PEOPLE.len() + 1) + person]
    }
}

impl Tagger for Table {
    fn keys(&self) -> &[Arc<str>] {
        &self.keys
    }

    fn reads(&self) -> &[Dimension] {
        &[Dimension::Resource]
    }

    fn boundaries(&self) -> &[Timestamp] {
        &self.boundaries
    }

    fn parts(&self, keys: &[Arc<str>], dimensions: &dyn Dimensions, at: Timestamp) -> Vec<Part> {
        let mut parts = vec![Part::whole([])];
        for key in keys {
            let shares = match self.answer(key, dimensions, at) {
                Answer::Value(value) => vec![(Some(Arc::from(*value)), 1)],
                Answer::Shares(shares) if shares.iter().any(|(_, weight)| *weight > 0) => shares.clone(),
                // The weights of several keys multiply, so that those that are all zero are all one.
                Answer::Shares(shares) if keys.len() > 1 && !shares.is_empty() => {
                    shares.iter().map(|(value, _)| (value.clone(), 1)).collect()
                }
                Answer::Shares(shares) if keys.len() == 1 => shares.clone(),
                Answer::Shares(_) | Answer::Unset => vec![(None, 1)],
            };
            let extended = |part: &Part| {
                let with = |(value, weight): &(Option<Arc<str>>, u128)| Part {
                    values: part.values.iter().cloned().chain([value.clone()]).collect(),
                    weight: part.weight * weight,
                };
                shares.iter().map(with).collect::<Vec<_>>()
            };
            parts = parts.iter().flat_map(extended).collect();
        }
        parts
    }
}

fn answer() -> impl Strategy<Value = Answer> {
    // Weights of zero, and the same value twice, are possible answers too.
    let share =
        (prop::option::weighted(0.8, prop::sample::select(&VALUES)), prop_oneof![0_u128..4, Just(1_000_003)])
            .prop_map(|(value, weight)| (value.map(Arc::from), weight));
    prop_oneof![
        prop::sample::select(&VALUES).prop_map(Answer::Value),
        prop::collection::vec(share, 0..4).prop_map(Answer::Shares),
        Just(Answer::Unset),
    ]
}

/// Taggers of so many keys, whose answers change at up to two instants.
pub(crate) fn tables(keys: usize) -> impl Strategy<Value = Table> {
    (
        prop::collection::btree_set(prop::sample::select(instants()), 0..3),
        prop::collection::vec(answer(), keys * 3 * (PEOPLE.len() + 1)),
    )
        .prop_map(move |(boundaries, answers)| Table {
            keys: ["Team", "Own"].into_iter().take(keys).map(Arc::from).collect(),
            boundaries: boundaries.into_iter().collect(),
            answers,
        })
}

fn total(query: &Query, ledger: &Ledger, tagger: &dyn Tagger) -> Totals {
    query.run(ledger, tagger).unwrap().total
}

/// Amounts and quantities, without the numbers of charges.
fn figures(totals: &Totals) -> (Vec<i128>, Vec<u64>, i128) {
    (
        Metric::ALL.map(|metric| totals.get(metric).amount.units()).to_vec(),
        TokenType::ALL.map(|each| totals.tokens.get(each).count()).to_vec(),
        totals.requests.units(),
    )
}

fn add(sum: &mut (Vec<i128>, Vec<u64>, i128), totals: &Totals) {
    let (amounts, tokens, requests) = figures(totals);
    sum.0.iter_mut().zip(amounts).for_each(|(sum, amount)| *sum += amount);
    sum.1.iter_mut().zip(tokens).for_each(|(sum, count)| *sum += count);
    sum.2 += requests;
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Grouping by `dimension` conserves every figure, and filtering by each of its values gives that value's row.
fn conserves(records: &[CostRecord], tagger: &Table, dimension: &Dimension) -> Result<(), TestCaseError> {
    let ledger = ledger(records);
    let untagged = total(&Query::all_resources(), &ledger, &NoTags);
    let report = Query::all_resources().group_by(dimension.clone()).run(&ledger, tagger).unwrap();
    prop_assert_eq!(report.total, untagged);
    let mut sum = (vec![0; 4], vec![0; 4], 0);
    for row in &report.rows {
        add(&mut sum, &row.totals);
        let condition = match &row.keys[0] {
            Some(value) => format!("{dimension} = {}", quoted(value)),
            None => format!("{dimension} = NULL"),
        };
        let filtered = Query::all_resources().filter(Filter::parse(&condition).unwrap());
        prop_assert_eq!(total(&filtered, &ledger, tagger), row.totals, "{}", condition);
    }
    prop_assert_eq!(sum, figures(&untagged));
    Ok(())
}

proptest! {
    #![proptest_config(cases(96))]

    /// Invariants 15 and 16, for every key, for virtual tags and for the provider's tags that they cover.
    #[test]
    fn values_sum_to_the_untagged_total_and_filters_agree_with_groups(
        records in records(0..10), tagger in tables(2),
    ) {
        for key in tagger.keys() {
            conserves(&records, &tagger, &Dimension::VirtualTag(Arc::clone(key)))?;
        }
        for key in TAG_KEYS.into_iter().chain(["Own"]) {
            conserves(&records, &tagger, &Dimension::Tag(key.into()))?;
        }
    }

    /// Two keys at once, in steps of time: still nothing lost, and each key keeps its sums.
    #[test]
    fn grouping_by_several_keys_and_bins_conserves(records in records(0..10), tagger in tables(2)) {
        let ledger = ledger(&records);
        let query = Query::all_resources()
            .group_by(Dimension::VirtualTag("Own".into()))
            .group_by(Dimension::Resource)
            .group_by(Dimension::VirtualTag("Team".into()))
            .bin(Bin::Week(cost_model::report::Weekday::Monday));
        let report = query.run(&ledger, &tagger).unwrap();
        let mut sum = (vec![0; 4], vec![0; 4], 0);
        report.rows.iter().for_each(|row| add(&mut sum, &row.totals));
        let untagged = total(&Query::all_resources(), &ledger, &NoTags);
        prop_assert_eq!(sum, figures(&untagged));
        prop_assert_eq!(report.total, untagged);
    }

    /// A condition and its opposite share the total between them.
    #[test]
    fn a_condition_and_its_opposite_add_up(
        records in records(0..10),
        tagger in tables(2),
        condition in prop::sample::select(vec![
            "vtag.Team = 'A'",
            "vtag.Team = 'A' OR vtag.Own = 'B'",
            "tags.name = 'Team' AND tags.value IN ('A', 'B')",
            "tags.name = NULL",
            "vtag.Own LIKE '%@acme.test' AND tags['Team'] != 'B'",
        ]),
    ) {
        let ledger = ledger(&records);
        let mut sum = (vec![0; 4], vec![0; 4], 0);
        for sentence in [condition.to_owned(), format!("NOT ({condition})")] {
            let query = Query::all_resources().filter(Filter::parse(&sentence).unwrap());
            add(&mut sum, &total(&query, &ledger, &tagger));
        }
        prop_assert_eq!(sum, figures(&total(&Query::all_resources(), &ledger, &NoTags)));
    }

    /// `tags.name` and `tags.value` see the virtual tag as `vtag` does.
    #[test]
    fn a_tag_by_name_and_value_is_the_tag(records in records(0..10), tagger in tables(1)) {
        let ledger = ledger(&records);
        for value in VALUES {
            let by_key = Filter::parse(&format!("tags['Team'] = {}", quoted(value))).unwrap();
            let by_name =
                Filter::parse(&format!("tags.name = 'Team' AND tags.value = {}", quoted(value))).unwrap();
            prop_assert_eq!(
                total(&Query::all_resources().filter(by_key), &ledger, &tagger),
                total(&Query::all_resources().filter(by_name), &ledger, &tagger)
            );
        }
    }
}

/// Who asks for a key without rules is told so, and which one is near.
#[test]
fn an_unknown_virtual_tag_is_an_error() {
    let tagger = Table {
        keys: vec!["Team".into()],
        boundaries: Vec::new(),
        answers: vec![Answer::Unset; 3 * (PEOPLE.len() + 1)],
    };
    let query = Query::all_resources().group_by(Dimension::VirtualTag("Tem".into()));
    let error = query.run(&ledger(&[]), &tagger).unwrap_err();
    assert_eq!(error.kind(), cost_model::ErrorKind::Query);
    assert_eq!(error.to_string(), "unknown virtual tag `Tem`; did you mean `Team`?");
    let query = Query::all_resources().filter(Filter::parse("vtag.Region = 'x'").unwrap());
    assert_eq!(
        query.run(&ledger(&[]), &tagger).unwrap_err().to_string(),
        "unknown virtual tag `Region`; it has no rules"
    );
}

/// Two charges alike but for their time, one just before a boundary and one upon it, in either order.
#[test]
fn a_boundary_belongs_to_what_comes_after_it() {
    let boundary = instants()[4];
    let mut answers = vec![Answer::Value("A"); PEOPLE.len() + 1];
    answers.extend(vec![Answer::Value("B"); 2 * (PEOPLE.len() + 1)]);
    let tagger = Table { keys: vec!["Team".into()], boundaries: vec![boundary], answers };
    let (before, upon) = (record(boundary.millis() - 1), record(boundary.millis()));
    for records in [[before.clone(), upon.clone()], [upon, before]] {
        let query = Query::all_resources().group_by(Dimension::VirtualTag("Team".into())).bin(Bin::Day);
        let report = query.run(&ledger(&records), &tagger).unwrap();
        let values: Vec<_> = report.rows.iter().map(|row| row.keys[0].as_deref()).collect();
        assert_eq!(values, [Some("A"), Some("B")]);
    }
}
