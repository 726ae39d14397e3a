//! Faults that a test injects, and which request they hit.

use crate::event::TrueEvent;

/// Which requests a fault counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Endpoint {
    /// `POST /teams/filtered-usage-events`.
    #[default]
    UsageEvents,
    /// `POST /teams/spend`.
    Spend,
    /// `GET /teams/members`.
    Members,
    /// Every request, also one to an unknown path.
    Any,
}

/// What goes wrong.
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
    /// The server closes the connection without an answer. Through [`Simulator::handle`](crate::Simulator::handle),
    /// which has no connection, it is an empty 502 with the header [`DROPPED`].
    DropConnection,
    /// 200 with a JSON text that stops in the middle; the HTTP message itself is complete.
    TruncatedBody,
    /// `totalUsageEventsCount` is one too high; the rows are right. Other endpoints do not change.
    WrongCount,
    /// The right answer, and then the server stores this event, so that later pages shift.
    ShiftedRows(Box<TrueEvent>),
    /// 403 `Enterprise access required`.
    PlanRefusal,
    /// 401 that names a missing scope.
    ScopeRefusal,
    /// 401 `Invalid Team API Key`, for this request and every later one, whatever the endpoint, until
    /// [`Simulator::clear_faults`](crate::Simulator::clear_faults).
    KeyRevoked,
}

/// The header that marks a dropped connection in an answer of [`Simulator::handle`](crate::Simulator::handle).
pub const DROPPED: &str = "x-simulator-dropped";

/// A fault and the requests that it hits, counted from its injection.
///
/// Requests to usage events are counted unless [`Fault::at`] says otherwise. If several faults meet one request, the
/// one injected first acts, and all count it. Faults act before the key is checked.
#[derive(Clone, Debug)]
pub struct Fault {
    kind: FaultKind,
    endpoint: Endpoint,
    skip: u32,
    times: Option<u32>,
}

impl Fault {
    /// Hits request number `index`, counted from zero, once.
    pub const fn on_request(index: u32, kind: FaultKind) -> Self {
        Self { kind, endpoint: Endpoint::UsageEvents, skip: index, times: Some(1) }
    }

    /// Hits the next `times` requests.
    pub const fn next(times: u32, kind: FaultKind) -> Self {
        Self { kind, endpoint: Endpoint::UsageEvents, skip: 0, times: Some(times) }
    }

    /// Hits every request until [`Simulator::clear_faults`](crate::Simulator::clear_faults).
    pub const fn always(kind: FaultKind) -> Self {
        Self { kind, endpoint: Endpoint::UsageEvents, skip: 0, times: None }
    }

    /// Counts and hits the requests to another endpoint.
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

/// The faults still to come.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    queue: Vec<Fault>,
    revoked: bool,
}

impl Faults {
    pub(crate) fn inject(&mut self, fault: Fault) {
        self.queue.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// What hits the next request to this endpoint; `None` is an unknown path.
    pub(crate) fn strike(&mut self, endpoint: Option<Endpoint>) -> Option<FaultKind> {
        let mut hit = None;
        for fault in &mut self.queue {
            if fault.counts(endpoint) && hit.is_none() {
                hit = Some(fault.kind.clone());
            }
        }
        self.queue.retain(|fault| fault.times != Some(0));
        if self.revoked {
            return Some(FaultKind::KeyRevoked);
        }
        self.revoked = matches!(hit, Some(FaultKind::KeyRevoked));
        hit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(faults: &mut Faults, endpoints: &[Endpoint]) -> Vec<bool> {
        endpoints.iter().map(|endpoint| faults.strike(Some(*endpoint)).is_some()).collect()
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
    }

    #[test]
    fn a_revoked_key_stays_revoked_everywhere() {
        let mut faults = Faults::default();
        faults.inject(Fault::on_request(0, FaultKind::KeyRevoked));
        assert_eq!(hits(&mut faults, &[Endpoint::UsageEvents, Endpoint::Members]), [true, true]);
        assert!(faults.strike(None).is_some());
    }
}
