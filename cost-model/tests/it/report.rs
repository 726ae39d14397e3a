//! Reports against a loop that takes the records one by one.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate, Weekday};
use cost_model::money::TokenType;
use cost_model::report::Bin;
use cost_model::report::Weekday::{Monday, Sunday};
use cost_model::report::{Measure, Query, Totals};
use cost_model::tagger::{NoTags, Part};
use cost_model::{CostRecord, Dimension, Dimensions, Filter, Metric, Tagger, Timestamp, Window};
use proptest::prelude::*;

use crate::split::naive_split;
use crate::support::{TAG_KEYS, busy, cases, instants, ledger, naive_cost, records};
use crate::tagged::tables;

/// The figures of a charge, of a part of one, or of many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Figures {
    /// By metric, in the order of [`Metric::ALL`].
    amounts: [i128; 4],
    missing: [u64; 4],
    /// By type, then request units.
    used: [i128; 5],
    records: u64,
}

impl Figures {
    fn of_record(record: &CostRecord) -> Self {
        let costs = Metric::ALL.map(|metric| naive_cost(record, metric));
        let [input, output, cache_write, cache_read] =
            TokenType::ALL.map(|each| i128::from(record.tokens.get(each).count()));
        let requests = record.requests.map_or(0, cost_model::money::RequestUnits::units);
        Self {
            amounts: costs.map(Option::unwrap_or_default),
            missing: costs.map(|cost| u64::from(cost.is_none())),
            used: [input, output, cache_write, cache_read, requests],
            records: 1,
        }
    }

    fn of_totals(totals: &Totals) -> Self {
        let [input, output, cache_write, cache_read] =
            TokenType::ALL.map(|each| i128::from(totals.tokens.get(each).count()));
        Self {
            amounts: Metric::ALL.map(|metric| totals.get(metric).amount.units()),
            missing: Metric::ALL.map(|metric| totals.get(metric).missing),
            used: [input, output, cache_write, cache_read, totals.requests.units()],
            records: totals.records,
        }
    }

    fn split(&self, weights: &[u128]) -> Vec<Self> {
        let mut parts =
            vec![Self { missing: self.missing, records: self.records, ..Self::default() }; weights.len()];
        for index in 0..4 {
            for (part, share) in parts.iter_mut().zip(naive_split(self.amounts[index], weights)) {
                part.amounts[index] = share;
            }
        }
        for index in 0..5 {
            for (part, share) in parts.iter_mut().zip(naive_split(self.used[index], weights)) {
                part.used[index] = share;
            }
        }
        parts
    }

    /// Adds what is another part of the same charge.
    fn join(&mut self, part: &Self) {
        (0..4).for_each(|index| self.amounts[index] += part.amounts[index]);
        (0..5).for_each(|index| self.used[index] += part.used[index]);
    }

    fn add(&mut self, other: &Self) {
        self.join(other);
        (0..4).for_each(|index| self.missing[index] += other.missing[index]);
        self.records += other.records;
    }
}

/// A record with the values of its virtual tags, as a filter sees it.
struct Seen<'a> {
    record: &'a CostRecord,
    assigned: Vec<(String, Option<String>)>,
}

impl Dimensions for Seen<'_> {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        let assigned = |wanted: &str| {
            self.assigned.iter().find(|(key, _)| key == wanted).and_then(|(_, value)| value.clone())
        };
        match dimension {
            Dimension::VirtualTag(key) => assigned(key).map(Cow::Owned),
            Dimension::Tag(key) => assigned(key).map(Cow::Owned).or_else(|| self.record.get(dimension)),
            _ => self.record.get(dimension),
        }
    }

    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
        for key in TAG_KEYS.into_iter().chain(["Own"]) {
            if let Some(value) = self.get(&Dimension::Tag(key.into())) {
                visit(key, &value);
            }
        }
    }
}

type Keys = Vec<Option<String>>;
type Rows = Vec<((Option<String>, Keys), Figures)>;

fn add_to(rows: &mut Rows, bin: Option<&String>, keys: &Keys, figures: &Figures) {
    match rows.iter_mut().find(|((row_bin, row_keys), _)| row_bin.as_ref() == bin && row_keys == keys) {
        Some((_, sum)) => sum.add(figures),
        None => rows.push(((bin.cloned(), keys.clone()), figures.clone())),
    }
}

/// The first instant of the bin, by turning the calendar back.
fn naive_bin(bin: Bin, at: Timestamp) -> String {
    if bin == Bin::Hour {
        return format!("{}:00:00Z", at.to_string().get(..13).unwrap());
    }
    let mut date: NaiveDate = at.to_string().split('T').next().unwrap().parse().unwrap();
    while match bin {
        Bin::Day => false,
        Bin::Week(Sunday) => date.weekday() != Weekday::Sun,
        Bin::Week(_) => date.weekday() != Weekday::Mon,
        Bin::Month => date.day() != 1,
        Bin::Quarter => date.day() != 1 || date.month() % 3 != 1,
        _ => panic!("a new bin needs its calendar here"),
    } {
        date = date.pred_opt().unwrap();
    }
    format!("{date}T00:00:00Z")
}

/// The keys that a query depends on, by looking for their names.
fn keys_needed(query: &Query, tagger: &dyn Tagger) -> Vec<String> {
    let mut said: String = query.filter.iter().map(ToString::to_string).collect();
    let any = said.contains("tags.name") || said.contains("tags.value");
    query.group_by.iter().for_each(|dimension| said.push_str(&dimension.to_string()));
    let needed =
        |key: &&str| any || said.contains(&format!("vtag.{key}")) || said.contains(&format!("tags['{key}']"));
    tagger.keys().iter().map(|key| &**key).filter(needed).map(str::to_owned).collect()
}

/// A branch of an OR: its condition, and which of how many parts of its charges count.
type Branch = (Filter, [u128; 2]);

fn naive_report(
    query: &Query,
    branches: &[Branch],
    records: &[CostRecord],
    tagger: &dyn Tagger,
) -> (Rows, Figures) {
    let keys = keys_needed(query, tagger);
    let (mut rows, mut total) = (Rows::new(), Figures::default());
    for record in records {
        if query.window.is_some_and(|window| record.at < window.start() || record.at >= window.end()) {
            continue;
        }
        let shared: Vec<Arc<str>> = keys.iter().map(|key| Arc::from(&**key)).collect();
        let mut said = tagger.parts(&shared, record, record.at);
        if said.is_empty() {
            said = vec![Part::whole(vec![None; keys.len()])];
        }
        let weights: Vec<u128> = said.iter().map(|part| part.weight).collect();
        let parts = said.iter().zip(Figures::of_record(record).split(&weights)).map(|(part, figures)| {
            let values = part.values.iter().map(|value| value.as_deref().map(str::to_owned));
            (keys.iter().cloned().zip(values).collect::<Vec<_>>(), figures)
        });
        let bin = query.bin.map(|bin| naive_bin(bin, record.at));
        let mut of_record: Vec<(Keys, Figures)> = Vec::new();
        for (assigned, mut figures) in parts {
            let seen = Seen { record, assigned };
            if query.filter.as_ref().is_some_and(|filter| !filter.matches(&seen)) {
                continue;
            }
            if let Some((_, weights)) = branches.iter().find(|(condition, _)| condition.matches(&seen)) {
                figures = figures.split(weights).swap_remove(0);
            }
            let group: Keys =
                query.group_by.iter().map(|dimension| seen.get(dimension).map(Cow::into_owned)).collect();
            match of_record.iter_mut().find(|(keys, _)| *keys == group) {
                Some((_, sum)) => sum.join(&figures),
                None => of_record.push((group, figures)),
            }
        }
        let whole = of_record.iter().map(|(_, figures)| figures.clone()).reduce(|mut sum, part| {
            sum.join(&part);
            sum
        });
        if let Some(figures) = whole {
            total.add(&figures);
        }
        for (keys, figures) in &of_record {
            add_to(&mut rows, bin.as_ref(), keys, figures);
        }
    }
    rows.sort_by_key(|((bin, keys), figures)| {
        let size = match query.measure {
            Measure::Cost(metric) => {
                figures.amounts[Metric::ALL.iter().position(|each| *each == metric).unwrap()]
            }
            Measure::Tokens => figures.used[..4].iter().sum(),
            Measure::Records => i128::from(figures.records),
            _ => panic!("a new measure needs its size here"),
        };
        (bin.clone(), Reverse(size), keys.clone())
    });
    (rows, total)
}

fn check(query: &Query, records: &[CostRecord], tagger: &dyn Tagger) -> Result<(), TestCaseError> {
    check_branches(query, &[], records, tagger)
}

fn check_branches(
    query: &Query,
    branches: &[Branch],
    records: &[CostRecord],
    tagger: &dyn Tagger,
) -> Result<(), TestCaseError> {
    let (rows, total) = naive_report(query, branches, records, tagger);
    let report = query.run(&ledger(records), tagger).unwrap();
    let reported: Rows = report
        .rows
        .iter()
        .map(|row| {
            let keys = row.keys.iter().map(|key| key.as_ref().map(ToString::to_string)).collect();
            ((row.bin.map(|bin| bin.to_string()), keys), Figures::of_totals(&row.totals))
        })
        .collect();
    prop_assert_eq!(reported, rows);
    prop_assert_eq!(Figures::of_totals(&report.total), total);
    prop_assert_eq!(report.group_by, query.group_by.clone());
    Ok(())
}

const UNTAGGED: [&str; 7] = [
    "costs.service = 'auto'",
    "costs.service_id != 'Auto'",
    "costs.resource_id LIKE '%@acme.test' AND costs.subcategory = 'Usage-based'",
    "costs.resource_id = NULL OR NOT costs.service IN ('Auto', 'GPT 5.2')",
    "tags.name = 'Team' AND tags.value = 'A'",
    "tags['it''s'] != NULL",
    "costs.provider = 'other'",
];

const TAGGED: [&str; 6] = [
    "vtag.Team = 'A'",
    "vtag.Team != 'A' AND costs.service = 'auto'",
    "vtag.Own = NULL OR vtag.Team IN ('A', 'B')",
    "tags['Team'] = 'B'",
    "tags.name = 'Own' AND tags.value != 'A'",
    "NOT (tags.value = 'ana@acme.test')",
];

fn queries(filters: &'static [&'static str], groups: Vec<Dimension>) -> impl Strategy<Value = Query> {
    let window = (prop::sample::select(instants()), prop::sample::select(instants()))
        .prop_map(|(a, b)| Window::new(a.min(b), a.max(b)).ok());
    let measures = Metric::ALL
        .into_iter()
        .map(Measure::Cost)
        .chain([Measure::Tokens, Measure::Records])
        .collect::<Vec<_>>();
    (
        prop_oneof![Just(None), window],
        prop::option::of(prop::sample::select(filters)),
        prop::collection::vec(prop::sample::select(groups), 0..4),
        prop::option::of(prop::sample::select(vec![
            Bin::Hour,
            Bin::Day,
            Bin::Week(Monday),
            Bin::Week(Sunday),
            Bin::Month,
            Bin::Quarter,
        ])),
        prop::sample::select(measures),
    )
        .prop_map(|(window, filter, group_by, bin, order_by)| {
            let mut query = Query::all_resources().measure(order_by);
            query.window = window;
            query.filter = filter.map(|sentence| Filter::parse(sentence).unwrap());
            query.group_by = group_by;
            query.bin = bin;
            query
        })
}

/// Conditions that overlap, and shares.
const SHARED: [(&str, &str, [u128; 2]); 6] = [
    ("costs.service = 'auto'", "0.5", [1, 1]),
    ("costs.resource_id LIKE '%@acme.test' AND costs.subcategory = 'Usage-based'", "0.25", [1, 3]),
    ("costs.resource_id = NULL OR costs.service = 'auto'", "0.3", [3, 7]),
    ("vtag.Team = 'A'", "0.125", [1, 7]),
    ("vtag.Own = NULL", "1", [1, 0]),
    ("tags['Team'] != 'B'", "0.1", [1, 9]),
];

proptest! {
    #![proptest_config(cases(256))]

    /// Each branch of the outermost OR counts by its own share, and a charge of several branches, or part of one, by the first's.
    #[test]
    fn branches_with_shares_count_as_a_loop_over_them_says(
        records in records(0..10),
        tagger in tables(2),
        query in queries(&["costs.service = 'auto'"], vec![Dimension::Service, Dimension::VirtualTag("Team".into())]),
        picked in prop::collection::vec((prop::sample::select(SHARED.to_vec()), any::<bool>()), 2..5),
    ) {
        prop_assume!(picked.iter().any(|(_, shared)| *shared));
        let sentence = |((condition, share, _), shared): &((&str, &str, [u128; 2]), bool)| match shared {
            true => format!("(({condition}) AND costs.allocation = {share})"),
            false => format!("({condition})"),
        };
        let branch = |((condition, _, weights), shared): &((&str, &str, [u128; 2]), bool)| {
            (Filter::parse(condition).unwrap(), if *shared { *weights } else { [1, 0] })
        };
        let branches: Vec<Branch> = picked.iter().map(branch).collect();
        let filter = Filter::parse(&picked.iter().map(sentence).collect::<Vec<_>>().join(" OR ")).unwrap();
        prop_assert!(Filter::parse(&filter.to_string()).unwrap() == filter, "{}", filter);
        check_branches(&query.filter(filter), &branches, &records, &tagger)?;
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_report_equals_the_loop_over_records(
        records in records(0..14), query in queries(&UNTAGGED, crate::support::dimensions()),
    ) {
        check(&query, &records, &NoTags)?;
    }

    #[test]
    fn a_tagged_report_equals_the_loop_over_records(
        records in records(0..9),
        tagger in tables(2),
        query in queries(&TAGGED, vec![
            Dimension::VirtualTag("Team".into()),
            Dimension::VirtualTag("Own".into()),
            Dimension::Tag("Team".into()),
            Dimension::Tag("cursor:user".into()),
            Dimension::Service,
        ]),
    ) {
        check(&query, &records, &tagger)?;
    }

    #[test]
    fn a_report_of_busy_hours_equals_the_loop_over_records(
        records in records(0..6), query in queries(&UNTAGGED, crate::support::dimensions()),
    ) {
        check(&query, &busy(&records), &NoTags)?;
    }

    #[test]
    fn a_tagged_report_of_busy_hours_equals_the_loop_over_records(
        records in records(0..4),
        tagger in tables(2),
        query in queries(&TAGGED, vec![Dimension::VirtualTag("Team".into()), Dimension::Service]),
    ) {
        check(&query, &busy(&records), &tagger)?;
    }

    #[test]
    fn totals_are_the_sums_of_the_rows_in_any_order_of_records(
        (records, others) in records(0..12).prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle())),
        query in queries(&UNTAGGED, crate::support::dimensions()),
    ) {
        let Ok(report) = query.run(&ledger(&records), &NoTags) else {
            prop_assert!(query.run(&ledger(&others), &NoTags).is_err());
            return Ok(());
        };
        let mut sum = Figures::default();
        report.rows.iter().for_each(|row| sum.add(&Figures::of_totals(&row.totals)));
        prop_assert_eq!(sum, Figures::of_totals(&report.total));
        prop_assert!(report == query.run(&ledger(&others), &NoTags).unwrap());
    }
}
