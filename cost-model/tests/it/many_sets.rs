//! Data of large companies: more sets of dimensions than small numbers hold, and people whose answers change on their own days.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use cost_model::report::Bin;
use cost_model::report::Query;
use cost_model::tagger::{NoTags, Part};
use cost_model::{
    CostRecord, Costs, Currency, Dimension, Dimensions, ErrorKind, Ledger, Metric, Money, Tagger, Timestamp,
};

use crate::split::naive_split;

/// A number that looks like chance, the same for the same input.
fn mixed(number: u64) -> u64 {
    let mixed = (number ^ (number >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 8
}

fn charge(at: i64, person: u64, model: u64, units: i128) -> CostRecord {
    let at = Timestamp::from_millis(at).unwrap();
    let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat(Money::from_units(units)));
    record.edit(|set| {
        set.resource = Some(format!("p{person}@acme.test").into());
        set.service = Some(format!("model {model}").into());
    });
    record
}

/// Past 2^16 and past 2^20 distinct combinations of dimensions every row is there, with its own sum.
#[test]
fn more_combinations_than_16_and_20_bits_number_are_kept_apart() {
    for count in [(1 << 16) + 3, (1 << 20) + 3] {
        let mut builder = Ledger::builder(Currency::USD);
        for number in 0..count {
            builder.push(&charge(0, number >> 4, number & 15, i128::from(number))).unwrap();
            // Some come twice.
            if number.is_multiple_of(1000) {
                builder.push(&charge(1, number >> 4, number & 15, 7)).unwrap();
            }
        }
        let ledger = builder.build();
        assert_eq!(u64::try_from(ledger.set_count()).unwrap(), count);
        let query = Query::all_resources().group_by(Dimension::Resource).group_by(Dimension::Service);
        let report = query.run(&ledger, &cost_model::tagger::NoTags).unwrap();
        assert_eq!(u64::try_from(report.rows.len()).unwrap(), count);
        for row in &report.rows {
            let [Some(person), Some(model)] = row.keys.as_slice() else { panic!("a key is missing") };
            let person: u64 = person.trim_start_matches('p').trim_end_matches("@acme.test").parse().unwrap();
            let number = person << 4 | model.trim_start_matches("model ").parse::<u64>().unwrap();
            let again = if number.is_multiple_of(1000) { 7 } else { 0 };
            assert_eq!(row.totals.effective.amount.units(), i128::from(number) + again, "{number}");
        }
    }
}

const DAY: i64 = 86_400_000;

/// Everybody is in a team of their own choice, which changes on days of their own; some are in two.
#[derive(Debug)]
struct Movers {
    keys: [Arc<str>; 1],
    all: Vec<Timestamp>,
}

impl Movers {
    fn new() -> Self {
        let all = (0..60).map(|day| Timestamp::from_millis(day * DAY).unwrap()).collect();
        Self { keys: ["Team".into()], all }
    }

    fn person(dimensions: &dyn Dimensions) -> u64 {
        let text = dimensions.get(&Dimension::Resource).unwrap_or_default().into_owned();
        text.trim_start_matches('p').trim_end_matches("@acme.test").parse().unwrap()
    }

    fn moves(person: u64) -> Vec<Timestamp> {
        let count = mixed(person) % 4;
        let mut moves: Vec<i64> =
            (0..count).map(|each| i64::try_from(mixed(person * 7 + each) % 60).unwrap() * DAY).collect();
        moves.sort_unstable();
        moves.dedup();
        moves.into_iter().map(|at| Timestamp::from_millis(at).unwrap()).collect()
    }
}

impl Tagger for Movers {
    fn keys(&self) -> &[Arc<str>] {
        &self.keys
    }

    fn reads(&self) -> &[Dimension] {
        &[Dimension::Resource]
    }

    fn boundaries(&self) -> &[Timestamp] {
        &self.all
    }

    fn boundaries_of(&self, dimensions: &dyn Dimensions) -> Cow<'_, [Timestamp]> {
        Cow::Owned(Self::moves(Self::person(dimensions)))
    }

    fn parts(&self, keys: &[Arc<str>], dimensions: &dyn Dimensions, at: Timestamp) -> Vec<Part> {
        let person = Self::person(dimensions);
        let epoch = Self::moves(person).iter().filter(|boundary| **boundary <= at).count();
        let team = mixed(person * 31 + u64::try_from(epoch).unwrap()) % 40;
        let part = |team: u64, weight| Part {
            values: keys.iter().map(|_| Some(Arc::from(format!("team {team}")))).collect(),
            weight,
        };
        if person.is_multiple_of(11) {
            vec![part(team, 2), part((team + 1) % 40, 1)]
        } else {
            vec![part(team, 1)]
        }
    }
}

/// With thousands of people, models and moves, rows by day, model and team are what asking about each charge by itself gives.
#[test]
fn people_who_move_on_days_of_their_own_are_grouped_as_a_loop_over_charges_says() {
    let tagger = Movers::new();
    let mut builder = Ledger::builder(Currency::USD);
    let mut expected: BTreeMap<(i64, String, String), i128> = BTreeMap::new();
    for number in 0..30_000 {
        let [day, hour, person, model, units] = [1, 2, 3, 4, 5].map(|each| mixed(number * 5 + each));
        let day = i64::try_from(day % 60).unwrap() * DAY;
        // Every twentieth amount is finer than nearly all are.
        let units = i128::from(units) * if number.is_multiple_of(20) { 1 } else { 10_000_000_000 };
        let record =
            charge(day + i64::try_from(hour % 86_400_000).unwrap(), person % 3000, model % 30, units);
        let parts = tagger.parts(tagger.keys(), &record, record.at);
        let weights: Vec<u128> = parts.iter().map(|part| part.weight).collect();
        for (part, amount) in parts.iter().zip(naive_split(units, &weights)) {
            let team = part.values[0].as_deref().unwrap().to_owned();
            *expected.entry((day, format!("model {}", model % 30), team)).or_default() += amount;
        }
        builder.push(&record).unwrap();
    }
    let query = Query::all_resources()
        .bin(Bin::Day)
        .group_by(Dimension::Service)
        .group_by(Dimension::VirtualTag("Team".into()));
    let ledger = builder.build();
    let report = query.run(&ledger, &tagger).unwrap();
    let found: BTreeMap<_, _> = report
        .rows
        .iter()
        .map(|row| {
            let text = |place: usize| row.keys[place].as_deref().unwrap().to_owned();
            ((row.bin.unwrap().millis(), text(0), text(1)), row.totals.effective.amount.units())
        })
        .collect();
    assert_eq!(found.len(), report.rows.len());
    assert_eq!(found, expected);
    assert_eq!(report.total.get(Metric::Effective).amount.units(), expected.values().sum::<i128>());
    assert_eq!(report.total.records, 30_000);

    // A cache made once gives the same, and one of other keys or another ledger is refused.
    let tags = query.tags(&ledger, &tagger).unwrap();
    assert!(query.run_with(&ledger, &tags).unwrap() == report);
    assert!(Query::all_resources().run_with(&ledger, &tags).is_err());
    let mut other = Ledger::builder(Currency::USD);
    other.push(&charge(0, 1, 1, 1)).unwrap();
    let other = other.build();
    assert!(query.run_with(&other, &tags).is_err());
    assert!(tags.answers(&other).is_err());
}

/// As many sets do not make it the same ledger.
#[test]
fn a_cache_of_tags_serves_no_other_ledger() {
    let ledger = |person: u64| {
        let mut ledger = Ledger::builder(Currency::USD);
        ledger.push(&charge(0, person, 1, 1)).unwrap();
        ledger.build()
    };
    let (one, other) = (ledger(1), ledger(2));
    let query = Query::all_resources();
    let tags = query.tags(&one, &NoTags).unwrap();
    assert!(query.run_with(&one, &tags).is_ok());
    assert_eq!(query.run_with(&other, &tags).unwrap_err().kind(), ErrorKind::Query);
    assert!(tags.answers(&other).is_err());
}
