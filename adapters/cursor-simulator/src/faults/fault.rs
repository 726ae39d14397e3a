//! Faults that a test injects, and which request they hit.

use std::collections::BTreeMap;

use crate::endpoint::Endpoint;
use crate::events::Change;
use crate::events::TrueEvent;
use crate::faults::refusal::ErrorBody;

/// What goes wrong.
///
/// Faults of transport and status are those that a client should repeat or report; faults of rows and counts look
/// like good answers, and only a check of what was announced finds them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FaultKind {
    /// 429. With seconds: a `Retry-After` header and the newer body; without: the older body.
    TooManyRequests {
        /// The value of `Retry-After`.
        retry_after: Option<u32>,
    },
    /// 502 with an HTML page.
    BadGateway,
    /// Any status with any of the bodies that are known to come with errors. A status that is none is sent as 500.
    Error {
        /// Such as 503. With 200 the answer looks good until its body is read.
        status: u16,
        /// The shape of the body.
        body: ErrorBody,
        /// The value of `Retry-After`, in seconds.
        retry_after: Option<u32>,
    },
    /// The server closes the connection without an answer. Through [`Simulator::handle`](crate::Simulator::handle),
    /// which has no connection, it is an empty 502 with the header [`DROPPED`].
    DropConnection,
    /// The server resets the connection (TCP RST) without an answer. Through
    /// [`Simulator::handle`](crate::Simulator::handle) as [`DropConnection`](Self::DropConnection).
    ResetConnection,
    /// 200 with a JSON text that stops in the middle; the HTTP message itself is complete.
    TruncatedBody,
    /// The connection closes in the middle of the body, before the `Content-Length` that was announced. Through
    /// [`Simulator::handle`](crate::Simulator::handle) it is half of the body with the header [`CUT`].
    CutConnection,
    /// The right answer, whose body comes in pieces. Through [`Simulator::handle`](crate::Simulator::handle), which
    /// does not wait, it comes at once with the header [`SLOW`].
    SlowBody {
        /// How many pieces; at least one.
        pieces: u32,
        /// How many milliseconds the server waits before each piece.
        delay_ms: u32,
    },
    /// `totalUsageEventsCount` is one too high; the rows are right. Other endpoints do not change.
    WrongCount,
    /// No rows, although the count is right and `hasNextPage` is true. Other endpoints do not change.
    EmptyPage,
    /// The rows of the page in another order. Other endpoints do not change.
    ShuffledRows,
    /// The page begins one row early, with the last row of the page before, and so lacks its own last row; page 1 does
    /// not change. Other endpoints do not change.
    RepeatedRow,
    /// The page begins one row late, so that one row is on no page. Other endpoints do not change.
    SkippedRow,
    /// The right answer, and then the server stores this event, so that later pages shift.
    ShiftedRows(Box<TrueEvent>),
    /// The right answer, and then the server's data change. Acts beside any other fault of the same request.
    Then(Vec<Change>),
    /// 403 `Enterprise access required`.
    PlanRefusal,
    /// 401 that names a missing scope.
    ScopeRefusal,
    /// 401 `Invalid Team API Key`, for this request and every later one, whatever the endpoint, until
    /// [`Simulator::clear_faults`](crate::Simulator::clear_faults).
    KeyRevoked,
}

impl FaultKind {
    /// Returns what [`Simulator::fired`](crate::Simulator::fired) and the log call it: the variant's name in
    /// kebab-case.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::TooManyRequests { .. } => "too-many-requests",
            Self::BadGateway => "bad-gateway",
            Self::Error { .. } => "error",
            Self::DropConnection => "drop-connection",
            Self::ResetConnection => "reset-connection",
            Self::TruncatedBody => "truncated-body",
            Self::CutConnection => "cut-connection",
            Self::SlowBody { .. } => "slow-body",
            Self::WrongCount => "wrong-count",
            Self::EmptyPage => "empty-page",
            Self::ShuffledRows => "shuffled-rows",
            Self::RepeatedRow => "repeated-row",
            Self::SkippedRow => "skipped-row",
            Self::ShiftedRows(_) => "shifted-rows",
            Self::Then(_) => "then",
            Self::PlanRefusal => "plan-refusal",
            Self::ScopeRefusal => "scope-refusal",
            Self::KeyRevoked => "key-revoked",
        }
    }

    /// Returns what changes after the answer, if that is all this fault does.
    fn changes(&self) -> Option<Vec<Change>> {
        match self {
            Self::ShiftedRows(event) => Some(vec![Change::Insert(event.clone())]),
            Self::Then(changes) => Some(changes.clone()),
            _ => None,
        }
    }
}

/// The header that marks a dropped connection in an answer of [`Simulator::handle`](crate::Simulator::handle).
/// A test without a socket tells by it that a real client would have had no answer at all.
pub const DROPPED: &str = "x-simulator-dropped";

/// The header that marks a body cut by the connection's end in an answer of
/// [`Simulator::handle`](crate::Simulator::handle). Its value is the length in bytes that was announced.
pub const CUT: &str = "x-simulator-cut";

/// The header that marks a slow body in an answer of [`Simulator::handle`](crate::Simulator::handle). Its value is the
/// milliseconds that the body takes.
pub const SLOW: &str = "x-simulator-slow";

/// A fault and the requests that it hits, counted from its injection.
///
/// Requests to usage events are counted unless [`Fault::at`] says otherwise. If several faults meet one request, the
/// one injected first acts, and all count it; those that only change data afterwards
/// ([`ShiftedRows`](FaultKind::ShiftedRows), [`Then`](FaultKind::Then)) act all. Faults act before the key is checked.
///
/// ```
/// use bytes::Bytes;
/// use cursor_simulator::{Endpoint, Fault, FaultKind, Simulator};
///
/// let simulator = Simulator::of_events(Vec::new());
/// simulator.inject(Fault::next(1, FaultKind::BadGateway).at(Endpoint::Members));
/// let statuses = [1, 2].map(|_| {
///     let request = http::Request::get("/teams/members").header("authorization", simulator.authorization());
///     request.body(Bytes::new()).map(|request| simulator.handle(request).status().as_u16()).ok()
/// });
/// assert_eq!(statuses, [Some(502), Some(200)]);
/// assert_eq!(simulator.fired()["bad-gateway"], 1);
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    kind: FaultKind,
    endpoint: Endpoint,
    /// How many requests of the endpoint pass before it hits.
    skip: u32,
    /// How many requests it hits from then on; `None` for all.
    times: Option<u32>,
}

impl Fault {
    /// Creates a fault that hits request number `index`, counted from zero since its injection, once.
    pub const fn on_request(index: u32, kind: FaultKind) -> Self {
        Self { kind, endpoint: Endpoint::UsageEvents, skip: index, times: Some(1) }
    }

    /// Creates a fault that hits the next `times` requests, and then never again. Fewer than a client repeats, and it
    /// recovers; more, and it gives up.
    pub const fn next(times: u32, kind: FaultKind) -> Self {
        Self { kind, endpoint: Endpoint::UsageEvents, skip: 0, times: Some(times) }
    }

    /// Creates a fault that hits every request until [`Simulator::clear_faults`](crate::Simulator::clear_faults).
    pub const fn always(kind: FaultKind) -> Self {
        Self { kind, endpoint: Endpoint::UsageEvents, skip: 0, times: None }
    }

    /// Counts and hits the requests to this endpoint instead of those to usage events; [`Endpoint::Any`] takes all.
    pub const fn at(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// Counts one request; says whether the fault hits it.
    fn counts(&mut self, endpoint: Option<Endpoint>) -> bool {
        if self.endpoint != Endpoint::Any && Some(self.endpoint) != endpoint {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        match &mut self.times {
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }
}

/// What hits one request.
///
/// Empty for most requests.
#[derive(Debug, Default)]
pub(crate) struct Strike {
    /// The fault that decides the answer: the first one that was injected.
    pub(crate) kind: Option<FaultKind>,
    /// What changes after the answer.
    pub(crate) changes: Vec<Change>,
    /// The names of all that hit.
    pub(crate) names: Vec<&'static str>,
}

/// The faults still to come, and how often they came.
///
/// A fault that has hit its requests leaves the queue.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    queue: Vec<Fault>,
    /// Whether the key was revoked, which lasts until faults are cleared.
    revoked: bool,
    fired: BTreeMap<&'static str, u64>,
}

impl Faults {
    /// Queues a fault, behind those that are there.
    pub(crate) fn inject(&mut self, fault: Fault) {
        self.queue.push(fault);
    }

    /// Forgets the faults and a revoked key. What was counted stays.
    pub(crate) fn clear(&mut self) {
        self.queue.clear();
        self.revoked = false;
    }

    /// Returns how often each fault hit, by name.
    pub(crate) fn fired(&self) -> BTreeMap<&'static str, u64> {
        self.fired.clone()
    }

    /// Returns what hits the next request to this endpoint; `None` is an unknown path.
    pub(crate) fn strike(&mut self, endpoint: Option<Endpoint>) -> Strike {
        let mut strike = Strike::default();
        for fault in &mut self.queue {
            if !fault.counts(endpoint) {
                continue;
            }
            match fault.kind.changes() {
                Some(changes) => {
                    strike.changes.extend(changes);
                    strike.names.push(fault.kind.name());
                }
                None if strike.kind.is_none() => strike.kind = Some(fault.kind.clone()),
                None => {}
            }
        }
        self.queue.retain(|fault| fault.times != Some(0));
        if self.revoked {
            strike.kind = Some(FaultKind::KeyRevoked);
        }
        // A key that was revoked stays so for all requests to come.
        self.revoked = matches!(strike.kind, Some(FaultKind::KeyRevoked));
        strike.names.extend(strike.kind.as_ref().map(FaultKind::name));
        for name in &strike.names {
            *self.fired.entry(name).or_default() += 1;
        }
        strike
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(faults: &mut Faults, endpoints: &[Endpoint]) -> Vec<bool> {
        endpoints.iter().map(|endpoint| faults.strike(Some(*endpoint)).kind.is_some()).collect()
    }

    #[test]
    fn a_fault_counts_its_own_endpoint() {
        use Endpoint::{Members, UsageEvents};
        let mut faults = Faults::default();
        faults.inject(Fault::on_request(1, FaultKind::BadGateway));
        let hit = hits(&mut faults, &[UsageEvents, Members, Members, UsageEvents, UsageEvents]);
        assert_eq!(hit, [false, false, false, true, false]);
    }

    #[test]
    fn next_and_always_repeat() {
        let mut faults = Faults::default();
        faults.inject(Fault::next(2, FaultKind::BadGateway).at(Endpoint::Members));
        assert_eq!(hits(&mut faults, &[Endpoint::Members; 3]), [true, true, false]);
        faults.inject(Fault::always(FaultKind::PlanRefusal).at(Endpoint::Any));
        assert_eq!(hits(&mut faults, &[Endpoint::Members, Endpoint::Spend]), [true, true]);
        faults.clear();
        assert_eq!(hits(&mut faults, &[Endpoint::Members]), [false]);
        let fired: Vec<_> = faults.fired().into_iter().collect();
        assert_eq!(fired, [("bad-gateway", 2), ("plan-refusal", 2)]);
    }

    #[test]
    fn a_revoked_key_stays_revoked_everywhere() {
        let mut faults = Faults::default();
        faults.inject(Fault::on_request(0, FaultKind::KeyRevoked));
        assert_eq!(hits(&mut faults, &[Endpoint::UsageEvents, Endpoint::Members]), [true, true]);
        assert!(faults.strike(None).kind.is_some());
    }

    #[test]
    fn changes_act_beside_another_fault() {
        let mut faults = Faults::default();
        faults.inject(Fault::next(1, FaultKind::BadGateway));
        faults.inject(Fault::next(1, FaultKind::WrongCount));
        faults.inject(Fault::next(1, FaultKind::Then(vec![Change::Withdraw(3)])));
        let strike = faults.strike(Some(Endpoint::UsageEvents));
        assert!(matches!(strike.kind, Some(FaultKind::BadGateway)));
        assert_eq!(strike.changes, [Change::Withdraw(3)]);
        assert_eq!(strike.names, ["then", "bad-gateway"]);
        assert!(faults.strike(Some(Endpoint::UsageEvents)).names.is_empty());
    }
}
