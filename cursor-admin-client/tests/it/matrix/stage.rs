//! Runs a script: a simulated server, a line to it that remembers what it carried, and a reader.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cursor_admin_client::http::{TransportError, TransportErrorKind};
use cursor_admin_client::{Client, ManualClock, Snapshot, Transport};
use cursor_simulator::faults::{CUT, DROPPED, SLOW};
use cursor_simulator::simulator::LoggedRequest;
use cursor_simulator::{Fault, Simulator};
use futures_util::FutureExt;
use http::{Request, Response};

use super::script::Script;

/// What came over the line in answer to one request.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) body: Bytes,
    /// Whether the answer is whole and good.
    pub(super) good: bool,
    /// The request that the server gave it to: an earlier one if it came from a cache.
    pub(super) from: usize,
    /// Whether it came from a cache.
    pub(super) stale: bool,
}

/// The line to the server. Server and client share the clock, which nobody waits for.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) simulator: Simulator,
    pub(super) clock: Arc<ManualClock>,
    stale: Vec<usize>,
    answers: Mutex<Vec<Answer>>,
}

impl Line {
    pub(super) fn to(script: &Script) -> Arc<Self> {
        let builder = Simulator::builder().holding(script.events.clone()).behaviour(script.behaviour);
        let simulator = builder.build();
        simulator.keep_history();
        for (request, kind) in &script.faults {
            simulator.inject(Fault::on_request(*request, kind.clone()));
        }
        let clock = Arc::new(ManualClock::new(simulator.now()));
        Arc::new(Self { simulator, clock, stale: script.stale.clone(), answers: Mutex::default() })
    }

    pub(super) fn answers(&self) -> Vec<Answer> {
        self.answers.lock().unwrap().clone()
    }

    pub(super) fn last_answer(&self) -> Answer {
        self.answers.lock().unwrap().last().unwrap().clone()
    }

    /// Carries one request, or loses it or its answer.
    pub(super) fn carry(&self, request: Request<Bytes>) -> Option<Response<Bytes>> {
        self.simulator.set_now(cursor_admin_client::Clock::now(&*self.clock));
        let mut response = self.simulator.handle(request);
        if let Some(millis) = response.headers().get(SLOW) {
            let millis = millis.to_str().unwrap().parse().unwrap();
            self.clock.advance(Duration::from_millis(millis));
        }
        let lost = response.headers().contains_key(DROPPED) || response.headers().contains_key(CUT);
        let mut answers = self.answers.lock().unwrap();
        let earlier = answers.iter().rev().find(|answer| answer.good).cloned();
        let stale = earlier.filter(|_| self.stale.contains(&answers.len()) && response.status() == 200);
        let answer = match stale {
            Some(earlier) if !lost => {
                *response.body_mut() = earlier.body.clone();
                Answer { stale: true, ..earlier }
            }
            _ => {
                let good = !lost && response.status() == 200 && is_whole(response.body());
                Answer { body: response.body().clone(), good, from: answers.len(), stale: false }
            }
        };
        answers.push(answer);
        (!lost).then_some(response)
    }
}

/// Whether a text is a page of events to its end, where its period stands.
fn is_whole(body: &[u8]) -> bool {
    let end = &body[body.len().saturating_sub(70)..];
    end.ends_with(b"}}") && end.windows(8).any(|part| part == b"\"period\"")
}

#[async_trait]
impl Transport for Line {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.carry(request).ok_or_else(|| TransportError::new(TransportErrorKind::Interrupted, "as scripted"))
    }
}

/// What the test sees of a reading, whoever read.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) simulator: Simulator,
    pub(super) log: Vec<LoggedRequest>,
    pub(super) answers: Vec<Answer>,
}

impl Run {
    pub(super) fn of(line: &Line) -> Self {
        Self { simulator: line.simulator.clone(), log: line.simulator.log(), answers: line.answers() }
    }
}

/// Lets the client read.
pub(super) fn run(script: &Script) -> (Result<Snapshot, cursor_admin_client::Error>, Run) {
    let line = Line::to(script);
    let client = Client::builder()
        .api_key(line.simulator.api_key())
        .transport(line.clone())
        .clock(line.clock.clone())
        .build()
        .unwrap();
    let (start, end) = script.window;
    let question = client.usage_events(start, end).page_size(script.page_size);
    let outcome = question.snapshot().now_or_never().expect("nothing may wait for real");
    (outcome, Run::of(&line))
}
