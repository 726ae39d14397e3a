//! The simulator: fixed facts, and the state behind one lock.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::api;
use crate::biller::DemoInvoice;
use crate::builder::SimulatorBuilder;
use crate::calendar::instant;
use crate::company::{Company, Person};
use crate::event::TrueEvent;
use crate::fault::{Fault, Faults};
use crate::truth::Truth;

/// An in-process Cursor Admin API with a demo company behind it.
///
/// Clones share everything: events, faults and log. Its clock stands still at [`now`](Self::now).
#[derive(Clone)]
pub struct Simulator {
    inner: Arc<Inner>,
}

struct Inner {
    company: Company,
    key: String,
    range: (i64, i64),
    invoices: Vec<DemoInvoice>,
    state: Mutex<State>,
}

pub(crate) struct State {
    pub(crate) events: Arc<[TrueEvent]>,
    pub(crate) faults: Faults,
    pub(crate) log: Vec<LoggedRequest>,
    /// Company emails of those removed by hand.
    removed: BTreeSet<String>,
}

/// A request that the simulator has seen, and how it answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path, without query.
    pub path: String,
    /// The request's body as text. Headers, and with them the key, are not kept.
    pub body: String,
    /// The status of the answer; 502 for a dropped connection.
    pub status: u16,
}

impl Simulator {
    /// The demo company: 200 developers, August to October 2026, the same in every process.
    pub fn demo() -> Self {
        Self::builder().build()
    }

    /// A company of your own size; starts from the values of [`demo`](Self::demo).
    pub fn builder() -> SimulatorBuilder {
        SimulatorBuilder::new()
    }

    pub(crate) fn assemble(
        company: Company,
        key: String,
        range: (i64, i64),
        events: Vec<TrueEvent>,
        invoices: Vec<DemoInvoice>,
    ) -> Self {
        let state = State {
            events: events.into(),
            faults: Faults::default(),
            log: Vec::new(),
            removed: BTreeSet::new(),
        };
        Self { inner: Arc::new(Inner { company, key, range, invoices, state: Mutex::new(state) }) }
    }

    /// Answers one request as the server would, without a socket.
    ///
    /// Only the path of the URI counts. Every answer is a response, refusals too; the one thing that needs a
    /// connection, [`FaultKind::DropConnection`](crate::FaultKind::DropConnection), is marked by the header
    /// [`DROPPED`](crate::DROPPED).
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the shape of a service: a request goes in and is used up"
    )]
    pub fn handle(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let response = api::answer(self, &request);
        self.state().log.push(LoggedRequest {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            body: String::from_utf8_lossy(request.body()).into_owned(),
            status: response.status().as_u16(),
        });
        response
    }

    /// The key that the server accepts.
    pub fn api_key(&self) -> &str {
        &self.inner.key
    }

    /// The value of the `Authorization` header that the server accepts: Basic, the key as user, no password.
    pub fn authorization(&self) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(format!("{}:", self.inner.key)))
    }

    /// The server's present, which is the end of [`range`](Self::range).
    pub fn now(&self) -> DateTime<Utc> {
        self.range().1
    }

    /// The half-open span that the generated events lie in.
    pub fn range(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (instant(self.inner.range.0), instant(self.inner.range.1))
    }

    /// The truth row by row, oldest first. Answers list the same rows in exactly the reverse order.
    pub fn events(&self) -> Arc<[TrueEvent]> {
        Arc::clone(&self.state().events)
    }

    /// Exact sums over [`events`](Self::events).
    pub fn truth(&self) -> Truth {
        Truth::of(self.events().iter())
    }

    /// One invoice per billing cycle that lies wholly inside the range, oldest first.
    pub fn invoices(&self) -> Vec<DemoInvoice> {
        self.inner.invoices.clone()
    }

    /// What the company's own directory knows: `email,team,department,from,to`, with a header.
    ///
    /// Dates are `YYYY-MM-DD` in UTC, `to` is exclusive, an empty date is unbounded. Some people of the API are not
    /// in it.
    pub fn directory_csv(&self) -> String {
        self.inner.company.directory_csv()
    }

    /// Queues a fault; its requests are counted from now.
    pub fn inject(&self, fault: Fault) {
        self.state().faults.inject(fault);
    }

    /// Forgets all faults, also a revoked key.
    pub fn clear_faults(&self) {
        self.state().faults.clear();
    }

    /// Every request so far, in order.
    pub fn log(&self) -> Vec<LoggedRequest> {
        self.state().log.clone()
    }

    /// Adds an event to the server's data; among events of the same millisecond it is the newest.
    pub fn insert_event(&self, event: TrueEvent) {
        self.state().insert(event);
    }

    /// Replaces the server's data, for withdrawn and re-priced events. Sorts by time and keeps the order of ties.
    pub fn set_events(&self, mut events: Vec<TrueEvent>) {
        events.sort_by_key(|event| event.timestamp_ms);
        self.state().events = events.into();
    }

    /// Removes a person: gone from members and spend, and the email vanishes from all their events.
    ///
    /// `email` is the one of the directory ([`TrueEvent::person`]).
    pub fn remove_member(&self, email: &str) {
        let mut state = self.state();
        let mut events = state.events.to_vec();
        for event in events.iter_mut().filter(|event| event.person.as_deref() == Some(email)) {
            event.email = None;
        }
        state.events = events.into();
        state.removed.insert(email.to_owned());
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn range_ms(&self) -> (i64, i64) {
        self.inner.range
    }

    /// Those on the team now, in the order of the company's books.
    pub(crate) fn members(&self) -> Vec<&Person> {
        let now = self.inner.range.1;
        let state = self.state();
        let people = self.inner.company.people.iter();
        people.filter(|person| person.works_at(now) && !state.removed.contains(&person.email)).collect()
    }
}

impl State {
    pub(crate) fn insert(&mut self, event: TrueEvent) {
        let mut events = self.events.to_vec();
        let place = events.partition_point(|other| other.timestamp_ms <= event.timestamp_ms);
        events.insert(place, event);
        self.events = events.into();
    }
}

/// Says what it holds, never the key.
impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Simulator")
            .field("people", &self.inner.company.people.len())
            .field("events", &state.events.len())
            .field("requests", &state.log.len())
            .finish_non_exhaustive()
    }
}
