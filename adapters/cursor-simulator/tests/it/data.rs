//! Data that change under the reader, and the revisions that tell what it was.

use chrono::DateTime;
use cursor_simulator::{CENT, Change, Fault, FaultKind, Simulator, TrueEvent};
use http::Method;

use crate::support::{EVENTS, Page, object, page, send, string, text};

const ALL: (i64, i64) = (0, 10_000);

fn event(at: i64) -> TrueEvent {
    let mut event = TrueEvent::new(at, format!("m{at}"), TrueEvent::USAGE_BASED);
    event.email = Some(format!("u{}@acme.test", at % 3));
    event.charged = Some(i128::from(at) * CENT);
    event
}

fn tiny(count: i64) -> Simulator {
    Simulator::of_events((0..count).rev().map(event).collect())
}

fn models(page: &Page) -> Vec<String> {
    page.rows.iter().map(|row| string(&object(row.get()), "model").unwrap()).collect()
}

#[test]
fn a_server_of_given_events_holds_just_these() {
    let sim = tiny(7);
    assert_eq!(sim.events().to_vec(), (0..7).map(event).collect::<Vec<_>>());
    assert_eq!(models(&page(&sim, ALL, 1, 3)), ["m6", "m5", "m4"]);
    assert_eq!((sim.now().timestamp_millis(), sim.invoices().len(), sim.revision()), (7, 0, 0));
    let members = text(&send(&sim, Method::GET, "/teams/members", ""));
    assert_eq!(members.matches("@acme.test").count(), 3);
    let range = (DateTime::UNIX_EPOCH, DateTime::from_timestamp_millis(99).unwrap());
    let built = Simulator::builder().range(range.0, range.1).api_key("key_x").holding(vec![event(5)]).build();
    assert_eq!((built.range(), built.api_key()), (range, "key_x"));
    assert!(Simulator::of_events(Vec::new()).snapshot().is_empty());
}

#[test]
fn every_change_is_a_revision() {
    let sim = tiny(5);
    sim.keep_history();
    let mut replaced = event(9);
    replaced.kind = "Loyalty bonus".to_owned();
    let changes = [
        Change::Insert(Box::new(event(3))),
        Change::Withdraw(0),
        Change::Reprice { place: 1, charged: Some(77 * CENT) },
        Change::Replace { place: 0, event: Box::new(replaced.clone()) },
        Change::Horizon(DateTime::from_timestamp_millis(3)),
        Change::RemoveMember("u1@acme.test".to_owned()),
    ];
    for (change, revision) in changes.iter().zip(1..) {
        assert!(sim.apply(change), "{change:?}");
        assert_eq!(sim.revision(), revision);
    }
    let times = |revision: u64| -> Vec<i64> {
        sim.events_at(revision).unwrap().iter().map(|event| event.timestamp_ms).collect()
    };
    assert_eq!(times(0), [0, 1, 2, 3, 4]);
    assert_eq!(times(1), [0, 1, 2, 3, 3, 4]);
    assert_eq!(times(2), [1, 2, 3, 3, 4]);
    assert_eq!(sim.events_at(2).unwrap()[1].charged, Some(2 * CENT));
    assert_eq!(sim.events_at(3).unwrap()[1].charged, Some(77 * CENT));
    assert_eq!(sim.events_at(4).unwrap().last(), Some(&replaced));
    assert_eq!(times(5), [3, 3, 4, 9]);
    assert_eq!((sim.snapshot_at(5).unwrap().len(), sim.events().len()), (5, 5));
    assert!(sim.events_at(6).unwrap().iter().any(|event| event.email.is_none()));
    assert_eq!(sim.events_at(7), None);
}

#[test]
fn what_changes_nothing_is_no_revision() {
    let sim = tiny(3);
    sim.remove_member("u0@acme.test");
    for change in [
        Change::Withdraw(3),
        Change::Reprice { place: 3, charged: None },
        Change::Reprice { place: 1, charged: Some(CENT) },
        Change::Replace { place: 1, event: Box::new(event(1)) },
        Change::Replace { place: 3, event: Box::new(event(1)) },
        Change::RemoveMember("u0@acme.test".to_owned()),
        Change::Horizon(None),
    ] {
        assert!(!sim.apply(&change), "{change:?}");
    }
    assert_eq!(sim.revision(), 1);
    assert!(sim.snapshot_at(1).is_some());
    assert!(sim.snapshot_at(0).is_none(), "nobody asked for history");
}

#[test]
fn a_removed_member_known_only_by_email_stays_in_the_truth() {
    let sim = tiny(6);
    sim.remove_member("u1@acme.test");
    let truth = sim.truth();
    assert_eq!(truth.by_user[&None].events, 2);
    assert_eq!(truth.by_person[&Some("u1@acme.test".to_owned())].events, 2);
}

#[test]
fn rows_change_between_pages_and_the_log_says_when() {
    let sim = tiny(9);
    sim.keep_history();
    sim.inject(Fault::on_request(0, FaultKind::Then(vec![Change::Withdraw(8), Change::Withdraw(0)])));
    sim.inject(Fault::on_request(1, FaultKind::BadGateway));
    sim.inject(Fault::on_request(1, FaultKind::Then(vec![Change::Insert(Box::new(event(20)))])));
    assert_eq!(models(&page(&sim, ALL, 1, 3)), ["m8", "m7", "m6"]);
    assert_eq!(send(&sim, Method::POST, EVENTS, "").status(), 502);
    let second = page(&sim, ALL, 2, 3);
    assert_eq!((models(&second), second.total), (vec!["m5".to_owned(), "m4".to_owned(), "m3".to_owned()], 8));
    let log = sim.log();
    assert_eq!(log.iter().map(|entry| entry.revision).collect::<Vec<_>>(), [0, 2, 3]);
    assert_eq!(log[1].faults, ["then", "bad-gateway"]);
    for entry in log.iter().filter(|entry| entry.status == 200) {
        assert!(sim.events_at(entry.revision).is_some());
    }
    assert_eq!(sim.fired().into_iter().collect::<Vec<_>>(), [("bad-gateway", 1), ("then", 2)]);
}

#[test]
fn nothing_older_than_the_horizon_is_served() {
    let sim = tiny(9);
    sim.apply(&Change::Horizon(DateTime::from_timestamp_millis(4)));
    assert_eq!(page(&sim, ALL, 1, 10).total, 5);
    assert_eq!(page(&sim, (0, 3), 1, 10).total, 0);
    sim.apply(&Change::Horizon(DateTime::from_timestamp_millis(8)));
    assert_eq!(models(&page(&sim, ALL, 1, 10)), ["m8"]);
    assert_eq!(sim.events().len(), 9);
    sim.apply(&Change::Horizon(None));
    assert_eq!(page(&sim, ALL, 1, 10).total, 9);
}

#[test]
fn a_snapshot_does_not_see_later_changes() {
    let sim = tiny(4);
    let before = sim.snapshot();
    sim.insert_event(event(2));
    sim.set_events(vec![event(1)]);
    assert_eq!((before.len(), before.revision()), (4, 0));
    assert_eq!((sim.snapshot().len(), sim.revision()), (1, 2));
    assert_eq!(before.get(2), Some(&event(2)));
    assert_eq!(before.truth().total.events, 4);
}
