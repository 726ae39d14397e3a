//! Four costs, one currency, and what is unknown.

use cost_model::report::Query;
use cost_model::store::Scope;
use cost_model::tagger::NoTags;
use cost_model::{Costs, Currency, ErrorKind, Ledger, MemoryStore, Metric};
use proptest::prelude::*;

use crate::support::{
    cases, connection, costs, ledger, money, naive_cost, now, put, read, record, records, window,
};

#[test]
fn each_metric_names_its_own_amount() {
    let mut costs = Costs::absent();
    costs.effective = Some(money("1"));
    costs.billed = Some(money("2"));
    costs.list = Some(money("3"));
    costs.contracted = Some(money("4"));
    let amounts: Vec<_> = Metric::ALL.into_iter().map(|metric| costs.get(metric).unwrap()).collect();
    assert_eq!(amounts, [money("1"), money("2"), money("3"), money("4")]);
    assert_eq!(Metric::default(), Metric::Effective);
}

#[test]
fn a_second_currency_is_refused_and_changes_nothing() {
    let mut euro = record(0);
    euro.edit(|set| set.currency = "EUR".parse().unwrap());
    let mut builder = Ledger::builder(Currency::USD);
    builder.push(&record(0)).unwrap();
    assert_eq!(builder.push(&euro).unwrap_err().kind(), ErrorKind::Currency);
    let ledger = builder.build();
    assert_eq!((ledger.len(), ledger.set_count()), (1, 1));

    let store = MemoryStore::new();
    put(&store, &connection(0), read(window(0, 1), vec![euro])).unwrap();
    let error = now(Ledger::from_store(&store, &Scope::all(), Currency::USD)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Currency);
    let ledger = now(Ledger::from_store(&store, &Scope::all(), "EUR".parse().unwrap())).unwrap();
    assert_eq!(ledger.len(), 1);
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn unknown_is_counted_and_never_added_as_zero(records in records(0..12)) {
        let report = Query::all_resources().run(&ledger(&records), &NoTags).unwrap();
        for metric in Metric::ALL {
            let known: Vec<_> = records.iter().filter_map(|record| naive_cost(record, metric)).collect();
            let sum = report.total.get(metric);
            prop_assert_eq!(sum.amount.units(), known.iter().sum::<i128>());
            prop_assert_eq!(usize::try_from(sum.missing).unwrap(), records.len() - known.len());
        }
    }

    #[test]
    fn a_ledger_keeps_every_row_as_it_is(mut records in records(0..12)) {
        let ledger = ledger(&records);
        records.sort_by_key(|record| record.at);
        prop_assert_eq!(ledger.len(), records.len());
        for (row, record) in ledger.rows().zip(&records) {
            let set = ledger.set(row.set).unwrap();
            prop_assert_eq!((row.at, row.costs, row.tokens), (record.at, record.costs, record.tokens));
            prop_assert_eq!(row.requests, record.requests);
            for dimension in crate::support::dimensions() {
                let (kept, given) = (
                    cost_model::Dimensions::get(&set, &dimension),
                    cost_model::Dimensions::get(record, &dimension),
                );
                prop_assert_eq!(kept, given);
            }
        }
        let mut tuples: Vec<Vec<_>> = Vec::new();
        for record in &records {
            let tuple: Vec<_> = crate::support::dimensions()
                .iter()
                .map(|dimension| cost_model::Dimensions::get(record, dimension).map(std::borrow::Cow::into_owned))
                .collect();
            if !tuples.contains(&tuple) {
                tuples.push(tuple);
            }
        }
        prop_assert_eq!(ledger.set_count(), tuples.len());
    }

    #[test]
    fn flat_costs_are_the_same_four_times(costs in costs()) {
        if let Some(amount) = costs.billed {
            let flat = Costs::flat(amount);
            prop_assert!(Metric::ALL.into_iter().all(|metric| flat.get(metric) == Some(amount)));
        }
        prop_assert!(Metric::ALL.into_iter().all(|metric| Costs::absent().get(metric).is_none()));
    }
}
