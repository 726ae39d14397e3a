//! Runs that end early, and the runs after them.

use std::error::Error as _;

use cost_ingest::{Ingest, plan};
use cost_model::{CostRecord, CostStore, MemoryStore};
use proptest::prelude::*;

use crate::support::{
    PausingStore, Script, connection, coverage, finish, ingest, inside, poll_times, range, row, rows, sorted,
    stored,
};

/// The first `renewed` windows of the plan as in `new`, the others as in `old`.
fn mixed(old: &[CostRecord], new: &[CostRecord], renewed: usize) -> Vec<CostRecord> {
    let windows = plan(range()).into_iter().enumerate();
    let part = |(number, window)| inside(if number < renewed { new } else { old }, window);
    sorted(windows.flat_map(part).collect())
}

/// The next run reaches the state that an undisturbed run over an empty store reaches.
fn goes_on(source: &Script, store: &dyn CostStore) {
    let undisturbed = MemoryStore::new();
    let fresh = Script::new(source.rows().clone());
    ingest(&fresh, &undisturbed).unwrap();
    ingest(&fresh, store).unwrap();
    assert_eq!(stored(store), stored(&undisturbed));
    assert_eq!(coverage(store), coverage(&undisturbed));
}

proptest! {
    #[test]
    fn an_error_in_a_window_leaves_the_earlier_ones_whole(old in rows(), new in rows(), fails in 0_usize..4) {
        let store = MemoryStore::new();
        ingest(&Script::new(old.clone()), &store).unwrap();
        let mut source = Script::new(new.clone());
        source.fails_at = Some(fails);
        let error = ingest(&source, &store).unwrap_err();
        prop_assert_eq!((error.window(), error.stored()), (Some(plan(range())[fails]), fails));
        prop_assert_eq!(error.source().unwrap().to_string(), "the provider is away");
        prop_assert_eq!(source.asked().len(), fails + 1);
        prop_assert_eq!(stored(&store), mixed(&old, &new, fails));
        goes_on(&source, &store);
    }

    #[test]
    fn a_store_that_fails_leaves_the_earlier_windows_whole(old in rows(), new in rows(), fails in 0_usize..4) {
        let mut store = PausingStore::default();
        ingest(&Script::new(old.clone()), &store.inner).unwrap();
        store.fails_at = Some(fails);
        let source = Script::new(new.clone());
        let error = ingest(&source, &store).unwrap_err();
        prop_assert_eq!((error.window(), error.stored()), (Some(plan(range())[fails]), fails));
        prop_assert_eq!(error.source().unwrap().to_string(), "the disk is full");
        prop_assert_eq!(stored(&store), mixed(&old, &new, fails));
        goes_on(&source, &store.inner);
    }

    #[test]
    fn a_run_dropped_anywhere_leaves_whole_windows(
        old in rows(), new in rows(), polls in 0_usize..30, (reads, writes) in (0_usize..4, 0_usize..3)
    ) {
        let store = PausingStore::new(writes);
        ingest(&Script::new(old.clone()), &store.inner).unwrap();
        let mut source = Script::new(new.clone());
        source.pauses = reads;
        let outcome = poll_times(Ingest::new(&source, &store, connection()).run(range(), range().end()), polls);
        let now = stored(&store);
        prop_assert!((0..=4).any(|renewed| now == mixed(&old, &new, renewed)), "a part of a window was stored");
        if let Some(report) = outcome {
            prop_assert_eq!(report.unwrap().windows.len(), 4);
            prop_assert_eq!(now, sorted(new));
        }
        goes_on(&source, &store.inner);
    }
}

#[test]
fn a_run_can_be_dropped_before_and_after_each_window() {
    let new: Vec<_> = plan(range()).iter().map(|window| row(window.start().millis(), 1)).collect();
    let mut seen = std::collections::BTreeSet::new();
    for polls in 0..40 {
        let store = PausingStore::new(1);
        let mut source = Script::new(new.clone());
        source.pauses = 1;
        let _ = poll_times(Ingest::new(&source, &store, connection()).run(range(), range().end()), polls);
        let now = stored(&store);
        assert_eq!(now, mixed(&[], &new, now.len()));
        seen.insert(now.len());
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
}

#[test]
fn a_disk_that_is_full_once_the_charges_are_stored_does_not_say_that_nothing_began() {
    let source = Script::new(vec![row(crate::support::AUGUST, 1)]);
    let mut store = PausingStore::default();
    store.is_full = true;
    let now = crate::support::at(crate::support::AUGUST + crate::support::DAY);
    let error = finish(Ingest::new(&source, &store, connection()).refresh(now)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "every window is stored, but what the provider states of people and totals is not"
    );
    assert_eq!(stored(&store.inner).len(), 1);
}
