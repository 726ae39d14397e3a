//! Every fault alone: once, on the second of three pages, and on every request.

use cursor_admin_client::{ErrorKind, Snapshot};
use cursor_simulator::faults::ErrorBody;
use cursor_simulator::{Behaviour, Change, FaultKind, TrueEvent};

use super::script::Script;
use super::{oracle, refusals, stage};

/// What comes of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The window, after that many requests, retries and repeated reads.
    Whole(u64, u64, u32),
    Fails(ErrorKind),
}

use ErrorKind::{Auth, Decode, Incomplete, PlanOrScope, RateLimited, Rejected, Server, Transport};
use Outcome::{Fails, Whole};

/// Five different events, read in pages of two, so that the last page is not full.
pub(super) fn five() -> Script {
    let events = (0..5).map(|at| TrueEvent::new(at, "m", TrueEvent::FREE)).collect();
    let moment = |ms| chrono::DateTime::from_timestamp_millis(ms).unwrap();
    let window = (moment(0), moment(100));
    let behaviour = Behaviour::default();
    Script { events, behaviour, window, page_size: 2, faults: Vec::new(), stale: Vec::new() }
}

/// As far as a reading can get.
const ALL_REQUESTS: u32 = 64;

fn once(fault: FaultKind) -> Script {
    Script { faults: vec![(1, fault)], ..five() }
}

fn always(fault: &FaultKind) -> Script {
    Script { faults: (0..ALL_REQUESTS).map(|request| (request, fault.clone())).collect(), ..five() }
}

fn outcome(script: &Script) -> Outcome {
    let (outcome, run) = stage::run(script);
    refusals::judge_requests(script, &run).unwrap();
    match outcome {
        Ok(snapshot) => {
            let Snapshot { requests, retries, rereads, events, .. } = snapshot;
            assert_eq!(oracle::judge(script, &run, &events), Ok(None));
            Whole(requests, retries, rereads)
        }
        Err(error) => {
            refusals::judge(&run, &error).unwrap();
            Fails(error.kind())
        }
    }
}

fn late() -> TrueEvent {
    TrueEvent::new(50, "m", TrueEvent::FREE)
}

fn then(change: Change) -> FaultKind {
    FaultKind::Then(vec![change])
}

#[test]
fn a_line_that_breaks_and_a_server_that_fails() {
    let error = |status| FaultKind::Error { status, body: ErrorBody::Titled, retry_after: None };
    let slow_down = |seconds| FaultKind::TooManyRequests { retry_after: Some(seconds) };
    for (fault, expected, expected_always) in [
        (slow_down(20), Whole(4, 1, 0), Fails(RateLimited)),
        (slow_down(121), Fails(RateLimited), Fails(RateLimited)),
        (FaultKind::TooManyRequests { retry_after: None }, Whole(4, 1, 0), Fails(RateLimited)),
        (error(429), Whole(4, 1, 0), Fails(RateLimited)),
        (FaultKind::BadGateway, Whole(4, 1, 0), Fails(Server)),
        (error(500), Whole(4, 1, 0), Fails(Server)),
        (error(503), Whole(4, 1, 0), Fails(Server)),
        (error(504), Whole(4, 1, 0), Fails(Server)),
        (FaultKind::DropConnection, Whole(4, 1, 0), Fails(Transport)),
        (FaultKind::ResetConnection, Whole(4, 1, 0), Fails(Transport)),
        (FaultKind::CutConnection, Whole(4, 1, 0), Fails(Transport)),
        (FaultKind::TruncatedBody, Whole(4, 1, 0), Fails(Decode)),
        (FaultKind::SlowBody { pieces: 3, delay_ms: 1000 }, Whole(3, 0, 0), Whole(3, 0, 0)),
        (error(200), Fails(Decode), Fails(Decode)),
        // On page 2 it may mean that the window has shrunk.
        (error(400), Whole(5, 0, 1), Fails(Rejected)),
        (error(401), Fails(Auth), Fails(Auth)),
        (error(403), Fails(PlanOrScope), Fails(PlanOrScope)),
        (error(404), Fails(Rejected), Fails(Rejected)),
        (error(409), Fails(Rejected), Fails(Rejected)),
        (error(302), Fails(Rejected), Fails(Rejected)),
        (FaultKind::PlanRefusal, Fails(PlanOrScope), Fails(PlanOrScope)),
        (FaultKind::ScopeRefusal, Fails(PlanOrScope), Fails(PlanOrScope)),
        (FaultKind::KeyRevoked, Fails(Auth), Fails(Auth)),
    ] {
        assert_eq!(outcome(&always(&fault)), expected_always, "always {fault:?}");
        assert_eq!(outcome(&once(fault.clone())), expected, "{fault:?}");
    }
}

#[test]
fn rows_that_are_not_what_they_should_be() {
    for (fault, expected, expected_always) in [
        // A count that is off on page 2 ends the read there.
        (FaultKind::WrongCount, Whole(5, 0, 1), Fails(Incomplete)),
        (FaultKind::EmptyPage, Whole(6, 0, 1), Fails(Incomplete)),
        // The order within a page is no promise.
        (FaultKind::ShuffledRows, Whole(3, 0, 0), Whole(3, 0, 0)),
        (FaultKind::RepeatedRow, Whole(6, 0, 1), Fails(Incomplete)),
        (FaultKind::SkippedRow, Whole(6, 0, 1), Fails(Incomplete)),
    ] {
        assert_eq!(outcome(&always(&fault)), expected_always, "always {fault:?}");
        assert_eq!(outcome(&once(fault.clone())), expected, "{fault:?}");
    }
    assert_eq!(outcome(&Script { stale: vec![1], ..five() }), Whole(5, 0, 1));
    assert_eq!(outcome(&Script { stale: (1..99).collect(), ..five() }), Fails(Incomplete));
}

/// After page 2, so that page 3 tells; as places count from the oldest event, page 3 holds place 0.
#[test]
fn data_that_change() {
    let person = |script: Script| {
        let mut script = script;
        script.events[0].email = Some("ann@acme.test".to_owned());
        script
    };
    let horizon = chrono::DateTime::from_timestamp_millis(2);
    let insert = || Change::Insert(Box::new(late()));
    let replace = |place| Change::Replace { place, event: Box::new(late()) };
    let reprice = |place| Change::Reprice { place, charged: Some(7) };
    for (fault, expected) in [
        (FaultKind::ShiftedRows(Box::new(late())), Whole(6, 0, 1)),
        (then(insert()), Whole(6, 0, 1)),
        (then(Change::Withdraw(0)), Whole(5, 0, 1)),
        (then(Change::Withdraw(4)), Whole(5, 0, 1)),
        (then(Change::Withdraw(99)), Whole(3, 0, 0)),
        // What does not move rows shows the one state or the other.
        (then(reprice(0)), Whole(3, 0, 0)),
        (then(reprice(4)), Whole(3, 0, 0)),
        (then(Change::RemoveMember("ann@acme.test".to_owned())), Whole(3, 0, 0)),
        // The new row pushes one over the edge to where the old one was.
        (then(replace(0)), Whole(6, 0, 1)),
        (then(replace(4)), Whole(3, 0, 0)),
        (then(Change::Horizon(horizon)), Whole(5, 0, 1)),
        (then(Change::Horizon(None)), Whole(3, 0, 0)),
        (FaultKind::Then(Vec::new()), Whole(3, 0, 0)),
    ] {
        assert_eq!(outcome(&person(once(fault.clone()))), expected, "{fault:?}");
    }
    assert_eq!(outcome(&always(&then(insert()))), Fails(Incomplete));
    assert_eq!(outcome(&always(&then(Change::Withdraw(0)))), Whole(5, 0, 2));
}
