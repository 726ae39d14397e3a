use std::collections::BTreeSet;

use cursor_simulator::{Discrepancy, Dispute, Entry, dispute};

use crate::support::month_start;

const SEEDS: u64 = 300;
const SEEDS_PER_PAIR: u64 = 12;

/// What all that is held in the touched months is worth.
fn ingested(case: &Dispute) -> i128 {
    let first = month_start(case.bill.period.start_ms, 0);
    let end = month_start(case.bill.period.end_ms - 1, 1);
    let inside = case.feed.iter().filter(|fed| (first..end).contains(&fed.event.timestamp_ms));
    inside.filter_map(|fed| fed.event.effective()).sum()
}

fn check(seed: u64, what: &[Discrepancy]) -> Dispute {
    let case = dispute(seed, what);
    let steps: i128 = case.expected.values().sum();
    assert_eq!(ingested(&case) + steps, case.bill.total, "seed {seed}, {what:?}");
    assert!(case.expected.values().all(|amount| *amount != 0));
    case
}

/// The steps that a discrepancy leads to, beside those of every case.
fn entry(what: Discrepancy) -> Option<Entry> {
    Entry::ALL.iter().copied().find(|entry| entry.name() == what.name())
}

fn always(entry: Entry) -> bool {
    [Entry::BeforePeriod, Entry::AfterPeriod, Entry::Rounding].contains(&entry)
}

#[test]
fn one_discrepancy_has_one_step() {
    for what in Discrepancy::ALL {
        for seed in 0..SEEDS {
            let case = check(seed, &[*what]);
            let steps: BTreeSet<_> = case.expected.keys().copied().filter(|entry| !always(*entry)).collect();
            let expected = entry(*what).filter(|entry| !always(*entry)).into_iter().collect();
            assert_eq!(steps, expected, "seed {seed}, {what:?}");
        }
    }
}

#[test]
fn two_discrepancies_have_two_steps() {
    for (place, one) in Discrepancy::ALL.iter().enumerate() {
        for two in &Discrepancy::ALL[place + 1..] {
            for seed in 0..SEEDS_PER_PAIR {
                let case = check(seed, &[*two, *one]);
                for what in [*one, *two].into_iter().filter_map(entry).filter(|entry| !always(*entry)) {
                    assert!(case.expected.contains_key(&what), "seed {seed}, {one:?} and {two:?}: {what:?}");
                }
            }
        }
    }
}

#[test]
fn all_at_once_still_add_up() {
    for seed in 0..SEEDS {
        check(seed, Discrepancy::ALL);
        check(seed, &[]);
    }
}
