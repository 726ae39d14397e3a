//! Contestants are only worth timing while they give the same answer.

use benches::{Contestants, Demo, Figures};

#[test]
fn all_contestants_agree_on_ten_thousand_records() {
    let demo = Demo::load().unwrap();
    let contestants = Contestants::new(&demo, 10_000, true).unwrap();
    assert_eq!(contestants.ledger.len(), 10_000);

    let dense = contestants.totals_of_dense_table(&contestants.group_in_dense_table().unwrap());
    let report = contestants.group_by_query().unwrap();
    assert_eq!(contestants.totals_of_query(&report), dense);
    assert_eq!(contestants.totals_of_text(contestants.group_by_text()).unwrap(), dense);
    let effective = dense.iter().map(|(key, figures)| (key.clone(), figures.amounts[0])).collect();
    assert_eq!(contestants.totals_of_one_amount(&contestants.group_one_amount().unwrap()), effective);
    assert!(dense.len() > 1000, "{} groups", dense.len());

    let filter = Contestants::filter().unwrap();
    let kept = contestants.kept(&filter);
    let filtered = contestants.filter_by_query(&filter).unwrap().total;
    let sums = contestants.filter_in_dense_loop(&kept).unwrap();
    assert_eq!(Figures::from(&filtered), sums);
    assert_eq!(contestants.filter_one_amount(&kept).unwrap(), sums.amounts[0]);
    assert!(filtered.records > 100 && kept.contains(&false), "{} records pass", filtered.records);
}

/// A repetition is not a copy: nothing may be kept once that a real company would have many times.
#[test]
fn repetitions_differ_in_their_amounts() {
    let demo = Demo::load().unwrap();
    let mut amounts = std::collections::HashMap::new();
    let mut twice = 0;
    demo.for_each(80_000, &mut |record| {
        if let Some(amount) = record.costs.effective.filter(|amount| !amount.is_zero()) {
            twice += u32::from(amounts.insert(amount, record.at).is_some());
        }
        Ok(())
    })
    .unwrap();
    assert!(amounts.len() > 60_000 && twice < 8_000, "{twice} of {} amounts come twice", amounts.len());
}
