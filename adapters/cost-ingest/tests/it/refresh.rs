//! What a refresh reads, keeps and drops; the traps that peers fall into, by name.

use cost_ingest::{Ingest, RunReport};
use cost_model::record::Person;
use cost_model::{CostRecord, CostStore, MemoryStore, Metric, Timestamp, Window};
use proptest::prelude::*;

use crate::support::{
    AUGUST, DAY, Script, at, connection, coverage, finish, inside, kept, row, sorted, stored, window,
};

const HOUR: i64 = 3_600_000;

fn refresh(source: &Script, store: &dyn CostStore, now: i64) -> RunReport {
    finish(Ingest::new(source, store, connection()).retention_months(2).refresh(at(now))).unwrap()
}

fn audit(source: &Script, store: &dyn CostStore, now: i64) -> RunReport {
    finish(Ingest::new(source, store, connection()).audit(at(now))).unwrap()
}

/// Names a person, as `cursor:user` and as the resource.
fn by(person: &str, mut row: CostRecord) -> CostRecord {
    row.edit(|set| set.tags.insert("cursor:user", person));
    row.edit(|set| set.resource = Some(person.into()));
    row
}

fn nameless(mut row: CostRecord) -> CostRecord {
    row.edit(|set| set.resource = Some("(no user)".into()));
    row
}

#[test]
fn a_first_import_reaches_back_as_far_as_the_retention() {
    let (source, store) = (Script::new(vec![row(AUGUST, 1)]), MemoryStore::new());
    let now = AUGUST + 10 * DAY + 7 * HOUR;
    let report = refresh(&source, &store, now);
    let start = "2026-06-11".parse().map(Timestamp::midnight).unwrap();
    assert_eq!(coverage(&store), [Window::new(start, at(now)).unwrap()]);
    assert_eq!((report.windows.len(), report.change.added), (3, 1));
    assert!(!report.covered_future);
}

#[test]
fn a_refresh_reads_what_is_missing_or_was_not_final_at_its_read_and_no_more() {
    let (source, store) = (Script::new(Vec::new()), MemoryStore::new());
    refresh(&source, &store, AUGUST + 10 * DAY + 7 * HOUR);
    let before = source.asked().len();
    refresh(&source, &store, AUGUST + 12 * DAY + HOUR);
    assert_eq!(source.asked()[before..], [window(AUGUST + 7 * DAY, AUGUST + 12 * DAY + HOUR)]);
    // However long the pause.
    refresh(&source, &store, AUGUST + 30 * DAY);
    assert_eq!(source.asked()[before + 1..], [window(AUGUST + 9 * DAY, AUGUST + 30 * DAY)]);
}

#[test]
fn late_and_withdrawn_and_repriced_charges_of_the_look_back_are_seen() {
    let (source, store) = (
        Script::new(vec![row(AUGUST, 1), row(AUGUST + 9 * DAY, 5), row(AUGUST + 9 * DAY + 1, 6)]),
        MemoryStore::new(),
    );
    refresh(&source, &store, AUGUST + 10 * DAY);
    *source.rows() = vec![row(AUGUST, 1), row(AUGUST + 9 * DAY, 7), row(AUGUST + 8 * DAY, 3)];
    let report = refresh(&source, &store, AUGUST + 10 * DAY + HOUR);
    let change = report.change;
    assert_eq!((change.added, change.removed, change.repriced, change.unchanged), (1, 1, 1, 0));
    assert_eq!(stored(&store), sorted(source.rows().clone()));
    assert!(finish(store.restatements(&connection())).unwrap().is_empty(), "nothing of it was final");
}

#[test]
fn twins_are_kept_and_charges_on_a_boundary_count_once() {
    let edge = AUGUST + 9 * DAY;
    let rows = vec![row(edge, 1), row(edge, 1), row(edge - 1, 1), row(edge - 1, 1)];
    let (source, store) = (Script::new(rows.clone()), MemoryStore::new());
    for hour in 0..4 {
        refresh(&source, &store, AUGUST + 12 * DAY + hour * HOUR);
        assert_eq!(stored(&store), sorted(rows.clone()));
    }
}

#[test]
fn a_charge_without_an_email_is_kept_and_an_email_that_disappears_stays() {
    let (iris, nobody) = (by("iris@acme.test", row(AUGUST, 1)), nameless(row(AUGUST + 1, 2)));
    let (source, store) = (Script::new(vec![iris.clone(), nobody.clone()]), MemoryStore::new());
    refresh(&source, &store, AUGUST + DAY);
    *source.rows() = vec![nameless(row(AUGUST, 1)), nobody.clone()];
    let report = refresh(&source, &store, AUGUST + DAY + HOUR);
    assert_eq!((report.change.unchanged, report.change.persons_kept), (2, 1));
    assert_eq!(stored(&store), sorted(vec![iris, nobody]));
    assert_eq!(kept(&store)[0].provenance.person, Person::Kept);
}

#[test]
fn a_late_charge_months_old_is_found_by_the_audit_in_few_requests() {
    let old: Vec<_> = (0..60).map(|day| row(AUGUST + day * DAY, 1)).collect();
    let (source, store) = (Script::new(old), MemoryStore::new());
    let now = AUGUST + 60 * DAY;
    finish(Ingest::new(&source, &store, connection()).run(window(AUGUST, now), at(now))).unwrap();
    let calm = audit(&source, &store, now);
    assert_eq!((calm.audited.len(), calm.requests, calm.windows.len()), (2, 2, 0));

    source.rows().push(row(AUGUST + 2 * DAY + 5, 9));
    let report = audit(&source, &store, now);
    assert_eq!(report.change.added, 1);
    assert_eq!(report.windows, [window(AUGUST + 2 * DAY, AUGUST + 3 * DAY)]);
    assert!(report.audited.len() <= 2 + 2 * 5, "{} windows asked about", report.audited.len());
    assert_eq!(stored(&store), sorted(source.rows().clone()));
    let restated = finish(store.restatements(&connection())).unwrap();
    assert_eq!(restated.len(), 1);
    assert_eq!(restated[0].delta(Metric::Billed).unwrap().units(), 9);
    assert_eq!((restated[0].at.millis(), restated[0].seen), (AUGUST + 2 * DAY + 5, at(now)));

    source.rows().retain(|row| row.at != at(AUGUST + 40 * DAY));
    let report = audit(&source, &store, now);
    assert_eq!((report.change.removed, report.change.added), (1, 0));
    assert_eq!(stored(&store), sorted(source.rows().clone()));
}

/// Documented: a count does not show this.
#[test]
fn an_audit_does_not_see_a_repriced_charge() {
    let (source, store) = (Script::new(vec![row(AUGUST, 1)]), MemoryStore::new());
    let now = AUGUST + 10 * DAY;
    finish(Ingest::new(&source, &store, connection()).run(window(AUGUST, now), at(now))).unwrap();
    *source.rows() = vec![row(AUGUST, 2)];
    assert_eq!(audit(&source, &store, now).windows, []);
    assert_eq!(stored(&store), [row(AUGUST, 1)]);
}

#[test]
fn what_the_provider_forgets_stays_marked_as_unconfirmed() {
    let rows = vec![row(AUGUST, 1), row(AUGUST + 5 * DAY, 2), row(AUGUST + 40 * DAY, 3)];
    let (mut source, store) = (Script::new(rows.clone()), MemoryStore::new());
    source.forgets = true;
    let now = at(AUGUST + 50 * DAY);
    let range = window(AUGUST, AUGUST + 50 * DAY);
    finish(Ingest::new(&source, &store, connection()).run(range, now)).unwrap();
    source.rows().drain(..2);
    let report = finish(Ingest::new(&source, &store, connection()).run(range, now)).unwrap();
    assert_eq!((report.change.unconfirmed, report.change.removed), (2, 0));
    assert_eq!(stored(&store), rows);
    let marks: Vec<_> = kept(&store).iter().map(|row| row.provenance.unconfirmed).collect();
    assert_eq!(marks, [true, true, false]);
}

#[test]
fn what_is_withdrawn_goes_where_the_provider_answers_for_something_older() {
    let rows = vec![row(AUGUST - DAY, 7), row(AUGUST, 1), row(AUGUST + 40 * DAY, 3)];
    let (mut source, store) = (Script::new(rows), MemoryStore::new());
    source.forgets = true;
    let range = window(AUGUST, AUGUST + 50 * DAY);
    finish(Ingest::new(&source, &store, connection()).run(range, range.end())).unwrap();
    source.rows().remove(1);
    let report = finish(Ingest::new(&source, &store, connection()).run(range, range.end())).unwrap();
    assert_eq!((report.change.unconfirmed, report.change.removed), (0, 1));
    assert_eq!(source.counted(), [window(AUGUST - 30 * DAY, AUGUST)], "one request tells");
    assert_eq!(stored(&store), [row(AUGUST + 40 * DAY, 3)]);
}

/// The horizon costs a request only where something would be dropped for it.
#[test]
fn nothing_is_counted_where_nothing_is_missing() {
    let rows: Vec<_> = (0..20).map(|day| row(AUGUST + day * DAY, 1)).collect();
    let (source, store) = (Script::new(rows), MemoryStore::new());
    for hour in 0..5 {
        refresh(&source, &store, AUGUST + 20 * DAY + hour * HOUR);
    }
    assert_eq!(source.counted(), []);
}

#[test]
fn a_clock_that_was_ahead_leaves_no_hole() {
    let (source, store) = (Script::new(vec![row(AUGUST, 1)]), MemoryStore::new());
    refresh(&source, &store, AUGUST + 20 * DAY);
    source.rows().push(row(AUGUST + 11 * DAY, 2));
    let report = refresh(&source, &store, AUGUST + 16 * DAY);
    assert!(report.covered_future);
    assert_eq!(stored(&store), sorted(source.rows().clone()));
}

#[test]
fn a_range_in_the_future_is_an_error_and_reads_nothing() {
    let (source, store) = (Script::new(Vec::new()), MemoryStore::new());
    let ingest = Ingest::new(&source, &store, connection());
    let error = finish(ingest.run(window(AUGUST, AUGUST + DAY), at(AUGUST))).unwrap_err();
    assert_eq!((error.window(), error.to_string().as_str()), (None, "the import did not begin"));
    assert_eq!(source.asked(), []);
}

#[derive(Clone, Debug)]
enum Event {
    Insert(i64, i128),
    Withdraw(prop::sample::Index),
    Reprice(prop::sample::Index),
    /// A refresh that is dropped after so many windows.
    Interrupted(usize),
    Refresh,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        3 => (0..40_i64, 0..3_i128).prop_map(|(day, units)| Event::Insert(day, units)),
        2 => any::<prop::sample::Index>().prop_map(Event::Withdraw),
        1 => any::<prop::sample::Index>().prop_map(Event::Reprice),
        1 => (0..3_usize).prop_map(Event::Interrupted),
        2 => Just(Event::Refresh),
    ];
    prop::collection::vec(event, 0..25)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Whatever happens at the provider, and however often a run ends early: after a refresh the look-back is the
    /// provider's state, and after an audit every closed window has the provider's count.
    #[test]
    fn the_store_follows_the_provider(events in events()) {
        let mut source = Script::new(vec![row(AUGUST - 10 * DAY, 1)]);
        let store = MemoryStore::new();
        let mut now = AUGUST + 40 * DAY;
        for event in events {
            now += 5 * HOUR;
            match event {
                Event::Insert(day, units) => source.rows().push(row(AUGUST + day * DAY, units)),
                Event::Withdraw(index) => {
                    // The oldest stays: what is older than it cannot be told from what the provider forgets.
                    let length = source.rows().len();
                    if length > 1 {
                        source.rows().remove(1 + index.index(length - 1));
                    }
                }
                Event::Reprice(index) => {
                    let length = source.rows().len();
                    let place = index.index(length);
                    let dearer = row(source.rows()[place].at.millis(), 100);
                    source.rows()[place] = dearer;
                }
                Event::Interrupted(windows) => {
                    source.fails_at = Some(source.asked().len() + windows);
                    let _ = finish(Ingest::new(&source, &store, connection()).retention_months(2).refresh(at(now)));
                    source.fails_at = None;
                }
                Event::Refresh => {
                    refresh(&source, &store, now);
                    let late = window((now - 3 * DAY).div_euclid(DAY) * DAY, now);
                    prop_assert_eq!(inside(&stored(&store), late), inside(&sorted(source.rows().clone()), late));
                }
            }
        }
        refresh(&source, &store, now);
        audit(&source, &store, now);
        prop_assert_eq!(stored(&store).len(), source.rows().len());
        let range = window(AUGUST - 10 * DAY, now);
        finish(Ingest::new(&source, &store, connection()).run(range, at(now))).unwrap();
        prop_assert_eq!(stored(&store), sorted(source.rows().clone()));
    }
}
