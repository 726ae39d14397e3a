//! The one case that offset paging hides from every reader, and how it heals.
//!
//! While pages are read, an event that was read already is withdrawn, so that all later rows move up by
//! one: the first row of the next page moves onto the page that was read, and is never seen. If an event
//! comes among the rows still to be read before the next page is requested, the count stays, the pages
//! are full, and no edge shows two equal rows. What was read then holds the withdrawn event and lacks
//! the one that moved. The answers do not differ from those of a server that held just that.

use cursor_simulator::{Change, FaultKind, TrueEvent};

use super::alone::five;
use super::oracle::{self, Unseen};
use super::script::Script;
use super::stage;

/// The newest of the five is on page 1; what comes at 0 is on page 3.
fn removal_and_addition() -> FaultKind {
    let late = TrueEvent::new(0, "late", TrueEvent::FREE);
    FaultKind::Then(vec![Change::Withdraw(4), Change::Insert(Box::new(late))])
}

fn seen(script: &Script) -> (Vec<i64>, Result<Option<Unseen>, String>) {
    let (outcome, run) = stage::run(script);
    let snapshot = outcome.unwrap();
    assert_eq!(snapshot.rereads, 0, "nothing made the reader look again");
    let times = snapshot.events.iter().map(|event| event.timestamp.timestamp_millis()).collect();
    (times, oracle::judge(script, &run, &snapshot.events))
}

#[test]
fn a_removal_with_an_addition_goes_unseen_and_the_next_read_heals_it() {
    let mut script = Script { faults: vec![(0, removal_and_addition())], ..five() };
    let (times, verdict) = seen(&script);
    // Of what the server held, [4, 3, 2, 1, 0] before and [3, 2, 1, 0, 0] after, it is neither.
    assert_eq!(times, [4, 3, 1, 0, 0]);
    assert_eq!(verdict, Ok(Some(Unseen::RemovalAndAddition)));

    // The next read of the window, here of the server as it was left, shows one state again.
    script.faults.clear();
    script.events.remove(4);
    script.events.insert(1, TrueEvent::new(0, "late", TrueEvent::FREE));
    assert_eq!(seen(&script), (vec![3, 2, 1, 0, 0], Ok(None)));
}

#[test]
fn either_alone_or_both_on_one_side_is_seen_or_harmless() {
    let late = |ms| Change::Insert(Box::new(TrueEvent::new(ms, "late", TrueEvent::FREE)));
    for (changes, rereads) in [
        (vec![Change::Withdraw(4)], 1),
        (vec![late(0)], 1),
        // Read already: what was read is what was held before.
        (vec![Change::Withdraw(4), late(50)], 0),
        // Yet to be read: what will be read is what is held after.
        (vec![Change::Withdraw(0), late(0)], 0),
        // The other way round an edge shows it.
        (vec![Change::Withdraw(0), late(50)], 1),
    ] {
        let script = Script { faults: vec![(0, FaultKind::Then(changes.clone()))], ..five() };
        let (outcome, run) = stage::run(&script);
        let snapshot = outcome.unwrap();
        assert_eq!(oracle::judge(&script, &run, &snapshot.events), Ok(None), "{changes:?}");
        assert_eq!(snapshot.rereads, rereads, "{changes:?}");
    }
}

/// A price that changes is a removal and an addition in one; one alone shows the old state or the new
/// one, and two on both sides of the reader show neither.
#[test]
fn so_do_two_new_prices() {
    let reprice = |place| Change::Reprice { place, charged: Some(7) };
    let both = FaultKind::Then(vec![reprice(4), reprice(0)]);
    let script = Script { faults: vec![(0, both)], ..five() };
    assert_eq!(seen(&script).1, Ok(Some(Unseen::RemovalAndAddition)));
    for place in [0, 4] {
        let one = FaultKind::Then(vec![reprice(place)]);
        let script = Script { faults: vec![(0, one)], ..five() };
        assert_eq!(seen(&script).1, Ok(None));
    }
}
