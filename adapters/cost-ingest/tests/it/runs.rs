//! Runs that go through.

use std::sync::Mutex;

use cost_ingest::{Ingest, Observer, Progress, plan};
use cost_model::store::ReplaceStats;
use cost_model::{CostRecord, MemoryStore};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::{
    AUGUST, DAY, Script, connection, coverage, finish, ingest, inside, range, row, rows, sorted, stored,
    window,
};

fn number(rows: &[CostRecord]) -> u64 {
    u64::try_from(rows.len()).unwrap()
}

#[derive(Debug, Default)]
struct Watch(Mutex<Vec<Progress>>);

impl Observer for Watch {
    fn stored(&self, progress: &Progress) {
        self.0.lock().unwrap().push(*progress);
    }
}

proptest! {
    #[test]
    fn a_second_run_changes_nothing(rows in rows()) {
        let (source, store) = (Script::new(rows.clone()), MemoryStore::new());
        let first = ingest(&source, &store).unwrap();
        prop_assert_eq!(first.change, ReplaceStats::new(number(&rows), 0, 0));
        prop_assert_eq!(&first.windows, &plan(range()));
        prop_assert_eq!((first.announced, first.records), (number(&rows), number(&rows)));
        prop_assert_eq!((first.requests, first.retries, first.unknown_kinds), (12, 8, 4));
        prop_assert_eq!(stored(&store), sorted(rows.clone()));

        let second = ingest(&source, &store).unwrap();
        prop_assert_eq!(second.change, ReplaceStats::new(0, 0, number(&rows)));
        prop_assert_eq!(stored(&store), sorted(rows));
        prop_assert_eq!(coverage(&store), [range()]);
    }

    #[test]
    fn late_rows_come_and_withdrawn_rows_go(
        rows in rows(), late in rows(), withdrawn in prop::collection::vec(any::<Index>(), 0..5)
    ) {
        let (source, store) = (Script::new(rows.clone()), MemoryStore::new());
        ingest(&source, &store).unwrap();
        let mut now = rows.clone();
        for index in withdrawn {
            if !now.is_empty() {
                now.remove(index.index(now.len()));
            }
        }
        now.extend(late);
        source.rows().clone_from(&now);
        let change = ingest(&source, &store).unwrap().change;
        prop_assert_eq!(stored(&store), sorted(now.clone()));
        let paired = change.unchanged + change.repriced;
        prop_assert_eq!(paired + change.added, number(&now));
        prop_assert_eq!(paired + change.removed, number(&rows));
    }

    #[test]
    fn a_window_too_large_is_split_at_midnights_until_it_reads(rows in rows(), most in 0_usize..12) {
        let mut source = Script::new(rows.clone());
        source.most = Some(most);
        let (store, watch) = (MemoryStore::new(), Watch::default());
        let outcome = finish(Ingest::new(&source, &store, connection()).observer(&watch).run(range(), range().end()));
        let whole_day = |at: i64| window(at.div_euclid(DAY) * DAY, (at.div_euclid(DAY) + 1) * DAY);
        let mut days = rows.iter().map(|row| whole_day(row.at.millis()));
        if days.any(|day| inside(&rows, day).len() > most) {
            let error = outcome.unwrap_err();
            let window = error.window().unwrap();
            prop_assert_eq!(window, whole_day(window.start().millis()));
            prop_assert!(inside(&rows, window).len() > most);
            let read = self::window(range().start().millis() - 1, window.start().millis());
            prop_assert_eq!(stored(&store), inside(&sorted(rows), read));
            return Ok(());
        }
        let report = outcome.unwrap();
        prop_assert_eq!(stored(&store), sorted(rows.clone()));
        prop_assert_eq!(coverage(&store), [range()]);
        for pair in report.windows.windows(2) {
            prop_assert_eq!(pair[0].end(), pair[1].start());
            prop_assert_eq!(pair[0].end().millis().rem_euclid(DAY), 0);
        }
        prop_assert!(report.windows.iter().all(|window| inside(&rows, *window).len() <= most));

        // The observer hears of every window once, in order.
        let heard = watch.0.into_inner().unwrap();
        prop_assert_eq!(heard.iter().map(|progress| progress.window).collect::<Vec<_>>(), report.windows);
        let mut records = 0;
        for (done, progress) in (1..).zip(&heard) {
            records += number(&inside(&rows, progress.window));
            prop_assert_eq!((progress.done, progress.records), (done, records));
            prop_assert!(progress.done <= progress.planned);
        }
        prop_assert!(heard.windows(2).all(|pair| pair[0].planned <= pair[1].planned));
        prop_assert_eq!(heard.last().unwrap().planned, heard.len());
    }
}

#[test]
fn equal_rows_of_one_read_stay_as_many() {
    let twins = vec![row(AUGUST, 7), row(AUGUST, 7), row(AUGUST, 7)];
    let (source, store) = (Script::new(twins.clone()), MemoryStore::new());
    ingest(&source, &store).unwrap();
    assert_eq!(stored(&store), twins);
    source.rows().pop();
    assert_eq!(ingest(&source, &store).unwrap().change, ReplaceStats::new(0, 1, 2));
    assert_eq!(stored(&store), twins[1..]);
}

#[test]
fn rows_outside_the_range_and_other_connections_stay_untouched() {
    let (source, store) = (Script::new(vec![row(AUGUST, 1), row(AUGUST + 9 * DAY, 2)]), MemoryStore::new());
    ingest(&source, &store).unwrap();
    let other = cost_model::store::ConnectionId::new("another");
    finish(Ingest::new(&source, &store, other.clone()).run(range(), range().end())).unwrap();
    source.rows().clear();
    let week = window(AUGUST, AUGUST + 7 * DAY);
    let change = finish(Ingest::new(&source, &store, connection()).run(week, week.end())).unwrap().change;
    assert_eq!(change, ReplaceStats::new(0, 1, 0));
    assert_eq!(stored(&store), [row(AUGUST + 9 * DAY, 2)]);
    let mut rows = Vec::<CostRecord>::new();
    let scope = cost_model::store::Scope::all().connection(other);
    finish(cost_model::CostStore::scan(&store, &scope, &mut rows)).unwrap();
    assert_eq!(rows.len(), 2);
}
