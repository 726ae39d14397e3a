//! The simulator: fixed facts, and the state behind one lock.
//!
//! A request is answered from a view that was taken under the lock, and the lock is free while the answer is
//! written, so that requests do not wait for each other.

mod builder;
mod clock;
mod log;
mod state;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::header::{DATE, HeaderValue};

use crate::behaviour::Behaviour;
use crate::biller::DemoInvoice;
use crate::calendar::instant;
use crate::company::Company;
use crate::endpoint::Endpoint;
use crate::endpoints::{Guard, View, answer};
use crate::events::Change;
use crate::events::EventList;
use crate::events::Snapshot;
use crate::events::TrueEvent;
use crate::events::Truth;
use crate::faults::{Fault, Strike};
use crate::route::Route;
use crate::simulator::clock::Clock;
use crate::simulator::state::State;

pub use builder::SimulatorBuilder;
pub use log::LoggedRequest;

/// The header that marks every answer of a simulator.
/// An ingest that finds it records its data as made up, so that a demo is never taken for real usage.
pub const SIMULATED: &str = "x-cursor-simulator";

/// An in-process Cursor Admin API with a company behind it.
///
/// Clones share everything: events, faults, clock and log.
///
/// ```
/// use bytes::Bytes;
/// use cursor_simulator::{Simulator, TrueEvent};
///
/// let simulator = Simulator::of_events(vec![TrueEvent::new(0, "gpt-5.4", TrueEvent::FREE)]);
/// let request = http::Request::post("/teams/filtered-usage-events")
///     .header("authorization", simulator.authorization())
///     .body(Bytes::from_static(b"{}"))?;
/// let answer = simulator.handle(request);
/// assert!(answer.body().starts_with(br#"{"totalUsageEventsCount":1,"#));
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone)]
pub struct Simulator {
    inner: Arc<Inner>,
}

/// What the clones of a simulator share.
struct Inner {
    company: Company,
    key: String,
    /// The first millisecond of the data, and the first after it.
    range: (i64, i64),
    invoices: Vec<DemoInvoice>,
    state: Mutex<State>,
}

impl Simulator {
    /// Puts a simulator together; its clock stands at the end of the range.
    pub(crate) fn assemble(
        company: Company,
        key: String,
        range: (i64, i64),
        (list, invoices): (EventList, Vec<DemoInvoice>),
        behaviour: Behaviour,
    ) -> Self {
        let state = Mutex::new(State::new(list, behaviour, range.1));
        Self { inner: Arc::new(Inner { company, key, range, invoices, state }) }
    }

    /// Answers one request as the server would, without a socket.
    ///
    /// Every answer is marked by the header [`SIMULATED`], so that made-up data can be told from real ones, and dated by
    /// the simulator's own clock. Only path and query of the URI count. Every answer is a response, refusals too; what needs a connection is
    /// marked by a header: [`DROPPED`](crate::faults::DROPPED), [`CUT`](crate::faults::CUT), [`SLOW`](crate::faults::SLOW).
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the shape of a service: a request goes in and is used up"
    )]
    pub fn handle(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let (mut view, strike) = self.view(Route::of(request.uri().path()).map(Route::endpoint));
        let admits = |endpoint, now, limits: &_| self.state().limiter.admits(endpoint, now, limits);
        let guard = Guard { key: &self.inner.key, admits: &admits };
        let mut response = answer(guard, &mut view, strike.kind.as_ref(), &request);
        response.headers_mut().insert(SIMULATED, HeaderValue::from_static("1"));
        let revision = view.snapshot.revision;
        // An unshared list is changed in place.
        drop(view);
        let mut state = self.state();
        let date = instant(state.clock.now()).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        if let Ok(date) = HeaderValue::try_from(date) {
            response.headers_mut().insert(DATE, date);
        }
        // After the answer: the next request is the first to see the change.
        for change in &strike.changes {
            state.apply(change);
        }
        state.log.push(LoggedRequest {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            body: String::from_utf8_lossy(request.body()).into_owned(),
            status: response.status().as_u16(),
            revision,
            faults: strike.names,
        });
        response
    }

    /// Returns the key that the server accepts.
    pub fn api_key(&self) -> &str {
        &self.inner.key
    }

    /// Returns the value of the `Authorization` header that the server accepts: Basic, the key as user, no password.
    pub fn authorization(&self) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(format!("{}:", self.inner.key)))
    }

    /// Returns the server's present. It stands at the end of [`range`](Self::range) until it is moved.
    ///
    /// It decides who is a member, which billing cycle is the current one, and when rate limits begin again. It hides
    /// no event.
    pub fn now(&self) -> DateTime<Utc> {
        instant(self.state().clock.now())
    }

    /// Moves the clock to an instant, forwards or back.
    /// A clock that [runs](Self::run_clock) goes on from there.
    pub fn set_now(&self, now: DateTime<Utc>) {
        self.state().clock.set(now.timestamp_millis());
    }

    /// Moves the clock on, or back by a negative delta. One that [runs](Self::run_clock) goes on from there.
    pub fn advance(&self, by: TimeDelta) {
        let mut state = self.state();
        let now = state.clock.now().saturating_add(by.num_milliseconds());
        state.clock.set(now);
    }

    /// Lets the clock run from now on, as fast as the machine's; for servers that people try things with.
    ///
    /// Tests leave it standing, so that they give the same answers whenever they run.
    pub fn run_clock(&self) {
        let mut state = self.state();
        state.clock = Clock::running(state.clock.now());
    }

    /// Returns the half-open span that the events lie in as built.
    pub fn range(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (instant(self.inner.range.0), instant(self.inner.range.1))
    }

    /// Returns the truth row by row, oldest first, whether the [horizon](Change::Horizon) lets it be served or not.
    /// Answers list the same rows in exactly the reverse order, unless [`Order`](crate::behaviour::Order) says otherwise.
    ///
    /// The rows are copied by the first call after a change, and kept until the next. Of very many events, look at
    /// [`snapshot`](Self::snapshot) instead.
    pub fn events(&self) -> Arc<[TrueEvent]> {
        self.state().events()
    }

    /// Returns the exact sums over [`events`](Self::events), with which a complete ingest has to agree in every
    /// digit.
    pub fn truth(&self) -> Truth {
        self.snapshot().truth()
    }

    /// Returns the server's events as they are now; later changes do not reach it.
    pub fn snapshot(&self) -> Snapshot {
        self.state().snapshot.clone()
    }

    /// Returns the number of the current revision: 0 for the data as built; each change of events, people or horizon
    /// adds 1.
    pub fn revision(&self) -> u64 {
        self.state().snapshot.revision
    }

    /// From now on every revision is kept, this one too, for [`snapshot_at`](Self::snapshot_at).
    ///
    /// A revision takes 8 bytes for each event, and what changed.
    pub fn keep_history(&self) {
        self.state().keep_history();
    }

    /// Returns the server's events under a revision: the current one, or one since
    /// [`keep_history`](Self::keep_history).
    pub fn snapshot_at(&self, revision: u64) -> Option<Snapshot> {
        self.state().snapshot_at(revision)
    }

    /// Returns the events that the server would serve without a filter under a revision, oldest first: what
    /// [`snapshot_at`](Self::snapshot_at) serves.
    pub fn events_at(&self, revision: u64) -> Option<Arc<[TrueEvent]>> {
        self.snapshot_at(revision).map(|snapshot| snapshot.served().cloned().collect())
    }

    /// Returns one invoice for each billing cycle that lies wholly inside the range, oldest first.
    ///
    /// They are cut from the events as built, on the [default terms](crate::biller::BillingTerms), and do not change
    /// when events do. A simulator of [given events](Self::of_events) has none.
    pub fn invoices(&self) -> Vec<DemoInvoice> {
        self.inner.invoices.clone()
    }

    /// Returns what the company's own directory knows: `email,team,department,from,to`, with a header.
    ///
    /// Dates are `YYYY-MM-DD` in UTC, `to` is exclusive, an empty date is unbounded. Some people of the API are not
    /// in it.
    pub fn directory_csv(&self) -> String {
        self.inner.company.directory_csv()
    }

    /// Returns how the server answers now.
    pub fn behaviour(&self) -> Behaviour {
        self.state().behaviour
    }

    /// Changes how the server answers from the next request on.
    /// Requests that are being answered in another thread are answered as before.
    pub fn adjust(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.state().behaviour);
    }

    /// Queues a fault; its requests are counted from now.
    pub fn inject(&self, fault: Fault) {
        self.state().faults.inject(fault);
    }

    /// Forgets all faults, also a revoked key. What [`fired`](Self::fired) counts stays.
    /// Changes of the data that faults made stay as well.
    pub fn clear_faults(&self) {
        self.state().faults.clear();
    }

    /// Returns how many requests each fault has hit so far, by [name](crate::FaultKind::name).
    pub fn fired(&self) -> BTreeMap<&'static str, u64> {
        self.state().faults.fired()
    }

    /// Returns every request so far, in order.
    /// Refused requests and those that met a fault are in it too.
    pub fn log(&self) -> Vec<LoggedRequest> {
        self.state().log.clone()
    }

    /// Changes the server's data; says whether anything changed, which makes a new [revision](Self::revision).
    pub fn apply(&self, change: &Change) -> bool {
        self.state().apply(change)
    }

    /// Adds an event to the server's data; among events of the same millisecond it is the newest.
    /// An event of an earlier time is what a provider adds late: an ingest finds it only if it reads that window
    /// again.
    pub fn insert_event(&self, event: TrueEvent) {
        self.apply(&Change::Insert(Box::new(event)));
    }

    /// Replaces the server's data, for withdrawn and re-priced events. Sorts by time and keeps the order of ties.
    pub fn set_events(&self, events: Vec<TrueEvent>) {
        self.state().replace_all(events);
    }

    /// Removes a person: [`Change::RemoveMember`].
    pub fn remove_member(&self, email: &str) {
        self.apply(&Change::RemoveMember(email.to_owned()));
    }

    /// Returns what a request to an endpoint meets; counts it for the faults.
    pub(crate) fn view(&self, endpoint: Option<Endpoint>) -> (View<'_>, Strike) {
        let mut state = self.state();
        let strike = state.faults.strike(endpoint);
        let view = View {
            company: &self.inner.company,
            range: self.inner.range,
            snapshot: state.snapshot.clone(),
            behaviour: state.behaviour,
            now: state.clock.now(),
            removed: Arc::clone(&state.removed),
            flaw: None,
        };
        (view, strike)
    }

    /// Locks the state, also after a panic of another thread.
    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says what it holds, never the key.
impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Simulator")
            .field("people", &self.inner.company.people.len())
            .field("events", &state.snapshot.len())
            .field("requests", &state.log.len())
            .finish_non_exhaustive()
    }
}
