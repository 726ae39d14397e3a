//! Through reports: the values of a tag add up to what is untagged, and filters agree with groups.

use std::sync::Arc;

use cost_model::report::{Query, Totals};
use cost_model::tagger::NoTags;
use cost_model::{CostRecord, Currency, Dimension, Filter, Ledger, Metric, Tagger};
use proptest::prelude::*;

use crate::naive::{cases, records, worlds};

fn ledger(records: &[CostRecord]) -> Ledger {
    let mut builder = Ledger::builder(Currency::USD);
    for record in records {
        builder.push(record).unwrap();
    }
    builder.build()
}

fn figures(totals: &Totals) -> [(i128, u64); 4] {
    Metric::ALL.map(|metric| (totals.get(metric).amount.units(), totals.get(metric).missing))
}

proptest! {
    #![proptest_config(cases(256))]

    /// Invariants 15 and 16.
    #[test]
    fn every_key_conserves_and_filters_agree_with_groups(world in worlds(), records in records()) {
        let (rules, ledger) = (world.compile(), ledger(&records));
        let untagged = Query::all_resources().run(&ledger, &NoTags).unwrap().total;
        for key in rules.keys() {
            let tag = Dimension::VirtualTag(Arc::clone(key));
            let report = Query::all_resources().group_by(tag.clone()).run(&ledger, &rules).unwrap();
            prop_assert_eq!(report.total, untagged);
            let mut sum = [(0, 0); 4];
            for row in &report.rows {
                for (sum, figure) in sum.iter_mut().zip(figures(&row.totals)) {
                    *sum = (sum.0 + figure.0, sum.1 + figure.1);
                }
                let condition = match &row.keys[0] {
                    Some(value) => format!("{tag} = '{}'", value.replace('\'', "''")),
                    None => format!("{tag} = NULL"),
                };
                let filter = Filter::parse(&condition).unwrap();
                let filtered = Query::all_resources().filter(filter).run(&ledger, &rules).unwrap();
                prop_assert_eq!(filtered.total, row.totals, "{}", condition);
            }
            prop_assert_eq!(sum, figures(&untagged));
        }
    }

    /// A report asks once per tuple and epoch; the interpreter asks for every charge.
    #[test]
    fn a_report_by_tag_equals_the_loop_over_charges(world in worlds(), records in records()) {
        let (rules, ledger) = (world.compile(), ledger(&records));
        for key in rules.keys() {
            let tag = Dimension::VirtualTag(Arc::clone(key));
            let report = Query::all_resources().group_by(tag).run(&ledger, &rules).unwrap();
            for row in &report.rows {
                let mine = records
                    .iter()
                    .filter(|record| world.assign(key, record, record.at) == row.keys[0].as_deref());
                let (mut amount, mut count) = (0, 0);
                for record in mine {
                    amount += record.costs.effective.map_or(0, cost_model::Money::units);
                    count += 1;
                }
                prop_assert_eq!((row.totals.effective.amount.units(), row.totals.records), (amount, count));
            }
        }
    }
}
