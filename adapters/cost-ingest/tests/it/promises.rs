//! A server whose data move, pauses of hours to months, clocks that jump, and two writers at once: after each run with a
//! right clock the store equals what the server shows, as far as the server keeps its own promise, which is that a charge
//! changes on its day and on the three days after it only.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use cost_ingest::Ingest;
use cost_model::store::{LOOK_BACK_DAYS, final_before};
use cost_model::{CostRecord, CostStore, MemoryStore};
use proptest::prelude::*;

use crate::support::{AUGUST, DAY, Script, at, connection, finish, row, sorted, stored};

const HOUR: i64 = 3_600_000;

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    /// So many hours pass, and meanwhile these changes are made, each at its part of them.
    Pass(i64, Vec<(i64, Change)>),
    Refresh,
    /// A run that is given up after so many polls.
    Interrupted(usize),
    /// A run whose clock is so many hours off.
    Wrong(i64),
    /// A run that begins, is overtaken by another after so many polls and one change, and then ends.
    Overtaken(usize, Change),
}

/// What the server does to a charge that is not final yet: the place is taken round to those.
#[derive(Clone, Debug)]
enum Change {
    /// A late charge, so many hours old at the most.
    Late(i64, i128),
    Reprice(usize),
    Withdraw(usize),
    /// The charge is sold at another price, and its person is forgotten.
    Forget(usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (0..100_i64, 1..4_i128).prop_map(|(age, units)| Change::Late(age, units)),
        1 => any::<usize>().prop_map(Change::Reprice),
        1 => any::<usize>().prop_map(Change::Withdraw),
        1 => any::<usize>().prop_map(Change::Forget),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let hours = prop_oneof![3 => 1..30_i64, 2 => 30..200_i64, 1 => 200..900_i64];
    let changes = || prop::collection::vec((0..100_i64, change()), 0..6);
    let step = prop_oneof![
        5 => (hours, changes()).prop_map(|(hours, changes)| Step::Pass(hours, changes)),
        4 => Just(Step::Refresh),
        1 => (0..40_usize).prop_map(Step::Interrupted),
        1 => prop_oneof![1..3_000_i64, -3_000..-1_i64].prop_map(Step::Wrong),
        1 => ((0..30_usize), change()).prop_map(|(polls, change)| Step::Overtaken(polls, change)),
    ];
    prop::collection::vec(step, 1..40)
}

/// Makes a change at that moment, to a charge that is not final then.
fn apply(source: &Script, now: i64, change: &Change) {
    let open = final_before(at(now), LOOK_BACK_DAYS);
    let mut rows = source.rows();
    let places: Vec<usize> = (0..rows.len()).filter(|place| rows[*place].at >= open).collect();
    let place = |number: usize| places.get(number.checked_rem(places.len())?).copied();
    match change {
        Change::Late(age, units) => {
            let mut late = row((now - age * HOUR).max(open.millis()), *units);
            late.edit(|set| set.resource = Some("iris@acme.test".into()));
            late.edit(|set| set.tags.insert("cursor:user", "iris@acme.test"));
            rows.push(late);
        }
        Change::Reprice(number) => {
            let Some(place) = place(*number) else { return };
            rows[place].costs = row(0, 100).costs;
        }
        Change::Withdraw(number) => {
            let Some(place) = place(*number) else { return };
            rows.remove(place);
        }
        Change::Forget(number) => {
            let Some(place) = place(*number) else { return };
            rows[place].costs = row(0, 7).costs;
            rows[place].edit(|set| set.resource = Some("(no user)".into()));
            rows[place].edit(|set| set.tags = cost_model::record::Tags::default());
        }
    }
}

fn ingest<'a>(source: &'a Script, store: &'a dyn CostStore) -> Ingest<'a> {
    Ingest::new(source, store, connection()).retention_months(60)
}

/// Those of the time before an instant: what a run with a right clock asks for.
fn until(rows: &[CostRecord], now: i64) -> Vec<CostRecord> {
    rows.iter().filter(|row| row.at < at(now)).cloned().collect()
}

/// As the server shows them, whoever they belong to: a person who was seen once stays.
fn charges(rows: &[CostRecord]) -> Vec<CostRecord> {
    let bare = |row: &CostRecord| {
        let mut bare = CostRecord::new(row.at, "scripted", row.dimensions.currency, row.costs);
        bare.edit(|set| set.service = None);
        bare
    };
    sorted(rows.iter().map(bare).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn after_each_run_the_store_is_what_the_server_shows(steps in steps(), tells_its_time in any::<bool>()) {
        // One charge that never changes, older than any: the server answers for everything.
        let mut source = Script::new(vec![row(AUGUST - 300 * DAY, 1)]);
        source.pauses = 1;
        let store = MemoryStore::new();
        let mut now = AUGUST + 11 * HOUR;
        // A server that does not tell its time, and a clock that was ahead: once that time has come, and no right clock
        // has read before it, nobody can tell that it was wrong.
        let mut misled_until = i64::MAX;
        for step in steps {
            source.clock(tells_its_time.then_some(now));
            match step {
                Step::Pass(hours, changes) => {
                    for (part, change) in &changes {
                        apply(&source, now + hours * HOUR * part / 100, change);
                    }
                    now += hours * HOUR;
                    if now >= misled_until {
                        return Ok(());
                    }
                }
                Step::Refresh => {
                    finish(ingest(&source, &store).refresh(at(now))).unwrap();
                    misled_until = i64::MAX;
                    prop_assert_eq!(charges(&until(&stored(&store), now)), charges(&until(&source.rows(), now)));
                    for kept in stored(&store).iter().filter(|kept| kept.at > at(AUGUST)) {
                        let shown = source.rows().iter().any(|row| row.at == kept.at && row.dimensions.resource == kept.dimensions.resource);
                        prop_assert!(shown || kept.dimensions.resource.as_deref() == Some("iris@acme.test"));
                    }
                }
                Step::Interrupted(polls) => {
                    let _ = crate::support::poll_times(ingest(&source, &store).refresh(at(now)), polls);
                }
                Step::Wrong(hours) => {
                    finish(ingest(&source, &store).refresh(at(now + hours * HOUR))).unwrap();
                    if hours > 0 && !tells_its_time {
                        misled_until = misled_until.min(now + hours * HOUR);
                    }
                }
                Step::Overtaken(polls, change) => {
                    let slow_ingest = ingest(&source, &store);
                    let mut slow = pin!(slow_ingest.refresh(at(now)));
                    let mut context = Context::from_waker(Waker::noop());
                    let ended = (0..polls).any(|_| slow.as_mut().poll(&mut context).is_ready());
                    now += 60_000;
                    apply(&source, now, &change);
                    source.clock(tells_its_time.then_some(now));
                    finish(ingest(&source, &store).refresh(at(now))).unwrap();
                    misled_until = i64::MAX;
                    let before = stored(&store);
                    let goes_on = (0..100_000).any(|_| !ended && matches!(slow.as_mut().poll(&mut context), Poll::Ready(_)));
                    prop_assert!(ended || goes_on);
                    // Nothing that the later run stored is lost.
                    prop_assert_eq!(charges(&stored(&store)), charges(&before));
                    prop_assert_eq!(charges(&until(&before, now)), charges(&until(&source.rows(), now)));
                }
            }
        }
    }
}

#[test]
fn a_day_that_was_provisional_is_read_again_however_long_the_pause() {
    let source = Script::new(vec![row(AUGUST, 1)]);
    let store = MemoryStore::new();
    finish(ingest(&source, &store).refresh(at(AUGUST + 10 * DAY))).unwrap();
    // Late, on the last day on which it may be.
    source.rows().push(row(AUGUST + 9 * DAY, 800));
    finish(ingest(&source, &store).refresh(at(AUGUST + 100 * DAY))).unwrap();
    assert_eq!(stored(&store).len(), 2);
}

#[test]
fn one_run_a_day_loses_nothing() {
    let source = Script::new(vec![row(AUGUST - DAY, 1)]);
    let store = MemoryStore::new();
    for day in 0..30 {
        let now = AUGUST + day * DAY + 23 * HOUR;
        // The latest that may still come: of the last millisecond that was not final, just before it became so.
        source.rows().push(row(AUGUST + day * DAY - 3 * DAY + DAY - 1, 1));
        finish(ingest(&source, &store).refresh(at(now))).unwrap();
        source.rows().push(row(AUGUST + day * DAY - 3 * DAY + DAY - 1, 2));
    }
    finish(ingest(&source, &store).refresh(at(AUGUST + 31 * DAY))).unwrap();
    assert_eq!(stored(&store), sorted(source.rows().clone()));
}

#[test]
fn a_clock_that_was_ahead_hides_nothing_once_that_time_has_come() {
    let source = Script::new(vec![row(AUGUST, 1)]);
    let store = MemoryStore::new();
    // Ten days ahead, and the next run after those: only the server's own clock tells.
    source.clock(Some(AUGUST + DAY));
    finish(ingest(&source, &store).refresh(at(AUGUST + 11 * DAY))).unwrap();
    source.rows().push(row(AUGUST + 2 * DAY, 5));
    source.clock(Some(AUGUST + 20 * DAY));
    finish(ingest(&source, &store).refresh(at(AUGUST + 20 * DAY))).unwrap();
    assert_eq!(stored(&store).len(), 2);
}

#[test]
fn two_processes_the_slower_and_older_read_leaves_the_newer_one() {
    let mut source = Script::new(vec![row(AUGUST, 1)]);
    source.pauses = 3;
    let store = MemoryStore::new();
    let now = at(AUGUST + DAY);
    let slow_ingest = ingest(&source, &store);
    let mut slow = pin!(slow_ingest.refresh(now));
    let mut context = Context::from_waker(Waker::noop());
    // It has read its last window, and not stored it yet.
    // The plan of sixty months.
    while source.asked().last().is_none_or(|last| last.end() < now) {
        assert!(slow.as_mut().poll(&mut context).is_pending());
    }
    source.rows().push(row(AUGUST + 5, 800));
    finish(ingest(&source, &store).refresh(now)).unwrap();
    let report = finish(slow).unwrap();
    assert_eq!(stored(&store).len(), 2, "the late 800 stay");
    assert!(!report.change.left.is_empty() || report.change.unchanged + report.change.added > 0);
}
