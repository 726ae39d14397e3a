//! What goes into a ledger comes out of it.

use std::collections::HashSet;

use cost_model::money::{Quantity, RequestUnits, TokenCounts, Tokens};
use cost_model::report::Bin;
use cost_model::report::Query;
use cost_model::tagger::NoTags;
use cost_model::{CostRecord, Costs, Dimensions, Money};
use proptest::prelude::*;

use crate::support::{cases, dimensions, ledger, record, records, wide_units};

/// Figures that are often absent, zero or equal to one another, and sometimes of any size.
fn figure() -> impl Strategy<Value = Option<i128>> {
    let units = prop_oneof![2 => Just(0), 2 => Just(7_i128), 1 => Just(-7_i128), 3 => wide_units()];
    prop::option::weighted(0.75, units)
}

fn count() -> impl Strategy<Value = u64> {
    let narrow = u64::from(u32::MAX);
    prop_oneof![
        3 => 0_u64..9,
        2 => prop::sample::select(vec![narrow - 1, narrow, narrow + 1, u64::MAX]),
        1 => any::<u64>(),
    ]
}

fn figures() -> impl Strategy<Value = (Costs, TokenCounts, [Option<i128>; 2])> {
    let costs = (prop::array::uniform4(figure()), any::<bool>()).prop_map(|(amounts, derived)| {
        let mut costs = Costs::absent();
        [costs.billed, costs.effective, costs.list, costs.contracted] =
            amounts.map(|units| units.map(Money::from_units));
        costs.derived = derived;
        costs
    });
    let tokens = prop::array::uniform4(prop_oneof![3 => 0_u64..9, 1 => count()]).prop_map(|counts| {
        let [input, output, cache_write, cache_read] = counts.map(Tokens::new);
        TokenCounts { input, output, cache_write, cache_read }
    });
    (costs, tokens, prop::array::uniform2(figure()))
}

fn charges() -> impl Strategy<Value = Vec<CostRecord>> {
    (records(0..40), prop::collection::vec(figures(), 40)).prop_map(|(mut records, figures)| {
        for (record, (costs, tokens, [requests, fee])) in records.iter_mut().zip(figures) {
            record.costs = costs;
            record.tokens = tokens;
            record.requests = requests.map(RequestUnits::from_units);
            record.quantity = fee.map(Quantity::from_units);
            record.stated.fee = fee.map(Money::from_units);
        }
        records
    })
}

fn tags(of: &dyn Dimensions) -> Vec<(String, String)> {
    let mut tags = Vec::new();
    of.for_each_tag(&mut |key, value| tags.push((key.to_owned(), value.to_owned())));
    tags
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn every_charge_comes_out_as_it_went_in_by_time(mut records in charges()) {
        let ledger = ledger(&records);
        records.sort_by_key(|record| record.at);
        prop_assert_eq!(ledger.len(), records.len());
        prop_assert_eq!(ledger.rows().count(), records.len());
        for (row, record) in ledger.rows().zip(&records) {
            prop_assert_eq!(row.at, record.at);
            prop_assert_eq!(row.costs, record.costs);
            prop_assert_eq!(row.tokens, record.tokens);
            prop_assert_eq!(row.requests, record.requests);
            prop_assert_eq!(row.quantity, record.quantity);
            prop_assert_eq!(row.fee, record.stated.fee);
            let set = ledger.set(row.set).unwrap();
            for dimension in dimensions() {
                prop_assert_eq!(set.get(&dimension), record.get(&dimension));
            }
            prop_assert_eq!(tags(&set), tags(record));
        }
    }

    #[test]
    fn sets_are_kept_once(records in charges()) {
        let ledger = ledger(&records);
        let kept = |of: &dyn Dimensions| {
            let values = dimensions().iter().map(|each| of.get(each).map(String::from)).collect::<Vec<_>>();
            (values, tags(of))
        };
        let distinct: HashSet<_> = records.iter().map(|record| kept(record)).collect();
        prop_assert_eq!(ledger.set_count(), distinct.len());
        let sets: HashSet<_> =
            ledger.set_ids().map(|id| kept(&ledger.set(id).unwrap())).collect();
        prop_assert_eq!(sets, distinct);
        let empty = cost_model::Ledger::builder(cost_model::Currency::USD).build();
        prop_assert!(ledger.set_ids().all(|id| empty.set(id).is_none()));
    }
}

/// Every way to be absent, zero, equal, different, negative or extreme, in every figure at once.
#[test]
fn every_combination_of_figures_survives() {
    let figures = [None, Some(0), Some(5), Some(-5), Some(i128::MIN), Some(i128::MAX)];
    let mut records = Vec::new();
    for effective in figures {
        for billed in figures {
            for list in figures {
                for fee in figures {
                    let mut charge = record(0);
                    charge.costs.effective = effective.map(Money::from_units);
                    charge.costs.billed = billed.map(Money::from_units);
                    charge.costs.list = list.map(Money::from_units);
                    charge.costs.contracted = fee.or(list).map(Money::from_units);
                    charge.stated.fee = fee.map(Money::from_units);
                    charge.requests = list.map(RequestUnits::from_units);
                    charge.tokens.cache_read = Tokens::new(if fee.is_some() { 1 << 40 } else { 3 });
                    records.push(charge);
                }
            }
        }
    }
    let ledger = ledger(&records);
    assert_eq!(ledger.set_count(), 1);
    for (row, record) in ledger.rows().zip(&records) {
        assert_eq!(row.costs, record.costs);
        assert_eq!((row.tokens, row.requests, row.fee), (record.tokens, record.requests, record.stated.fee));
    }
}

/// Reports add up columns: a count too large for its column, and fees that no sum holds, must not show.
#[test]
fn reports_add_up_counts_of_any_size_and_no_fees() {
    let mut records = vec![record(0), record(1), record(2), record(86_400_000)];
    for (record, count) in records.iter_mut().zip([3, 1 << 40, u64::from(u32::MAX), 1 << 33]) {
        record.tokens.cache_read = Tokens::new(count);
        record.costs.list = Some(Money::from_units(i128::from(count)));
        record.stated.fee = Some(Money::from_units(i128::MAX));
    }
    let report = Query::all_resources().bin(Bin::Day).run(&ledger(&records), &NoTags).unwrap();
    let (first, second) = (3 + (1 << 40) + u64::from(u32::MAX), 1 << 33);
    let sums: Vec<_> = report.rows.iter().map(|row| row.totals).chain([report.total]).collect();
    for (sum, (count, records)) in sums.iter().zip([(first, 3), (second, 1), (first + second, 4)]) {
        assert_eq!((sum.tokens.cache_read, sum.records), (Tokens::new(count), records));
        assert_eq!(sum.list.amount, Money::from_units(i128::from(count)));
    }
    assert_eq!(sums.len(), 3);
}
