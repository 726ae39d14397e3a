//! The whole way, from the bytes of answers to a SQLite file, beside parsing them.

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use benches::Failure;
use bytes::Bytes;
use chrono::TimeDelta;
use cost_ingest::Ingest;
use cost_model::{ConnectionId, CostSource, MemoryStore, Timestamp, Window};
use cost_model_sqlite::SqliteStore;
use cursor_admin_client::{Client, ManualClock, Transport, TransportError};
use cursor_cost_source::{CursorCostSource, EVENTS_MAX};
use cursor_simulator::Simulator;
use tokio::runtime::Runtime;

use crate::allocated;
use crate::timing::{self, Timing, tenths};

const ROUNDS: usize = 3;

/// Answers what the server answered before; asks it the first time.
#[derive(Debug)]
struct Recorded {
    server: Simulator,
    answers: Mutex<HashMap<Bytes, Bytes>>,
}

#[async_trait]
impl Transport for Recorded {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(body) = answers.get(request.body()) {
            return Ok(http::Response::new(body.clone()));
        }
        let question = request.body().clone();
        let answer = self.server.handle(request);
        answers.insert(question, answer.body().clone());
        Ok(answer)
    }
}

/// A team's history, every answer of which is in memory once it has been asked for.
struct Team {
    transport: Arc<Recorded>,
    range: Window,
}

impl Team {
    fn new(events: u32) -> Result<Self, Failure> {
        let end: Timestamp = "2026-11-01T00:00:00Z".parse()?;
        let start = end.to_datetime() - TimeDelta::days(300);
        let builder = Simulator::builder().developers(1000).events(events);
        let server = builder.range(start, end.to_datetime()).build();
        let transport = Arc::new(Recorded { server, answers: Mutex::default() });
        Ok(Self { transport, range: Window::new(start, end)? })
    }

    fn client(&self) -> Result<Client, Failure> {
        let server = &self.transport.server;
        let client = Client::builder().api_key(server.api_key()).base_url("http://localhost");
        let clock = Arc::new(ManualClock::new(server.now()));
        Ok(client.transport(Arc::clone(&self.transport) as Arc<dyn Transport>).clock(clock).build()?)
    }

    fn bytes(&self) -> usize {
        self.transport.answers.lock().unwrap_or_else(PoisonError::into_inner).values().map(Bytes::len).sum()
    }

    /// The windows that an ingest ends up with.
    fn windows(&self, runtime: &Runtime) -> Result<Vec<Window>, Failure> {
        let source = CursorCostSource::new(self.client()?, "Acme");
        let store = MemoryStore::new();
        let ingest = Ingest::new(&source, &store, ConnectionId::new("acme"));
        Ok(runtime.block_on(ingest.run(self.range, self.range.end()))?.windows)
    }

    /// Parses every answer, and keeps nothing.
    fn parse(&self, runtime: &Runtime, windows: &[Window]) -> Result<u64, Failure> {
        let client = self.client()?;
        let mut events = 0;
        for window in windows {
            let request = client.usage_events(window.start().to_datetime(), window.end().to_datetime());
            events += runtime.block_on(request.max_events(EVENTS_MAX).snapshot())?.announced;
        }
        Ok(events)
    }

    /// Parses and maps every answer, and keeps nothing.
    fn map(&self, runtime: &Runtime, windows: &[Window]) -> Result<u64, Failure> {
        let source = CursorCostSource::new(self.client()?, "Acme");
        let mut records = 0;
        for window in windows {
            records += runtime.block_on(source.read(*window))?.announced;
        }
        Ok(records)
    }

    fn ingest(&self, runtime: &Runtime) -> Result<u64, Failure> {
        let folder = std::env::temp_dir().join(format!("measure-ingest-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let source = CursorCostSource::new(self.client()?, "Acme");
        let store = SqliteStore::open(folder.join("costs.db"))?;
        let ingest = Ingest::new(&source, &store, ConnectionId::new("acme"));
        let report = runtime.block_on(ingest.run(self.range, self.range.end()));
        drop(store);
        fs::remove_dir_all(&folder)?;
        Ok(report?.records)
    }
}

pub fn measure(events: usize) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for part in [events / 2, events] {
        let team = Team::new(u32::try_from(part)?)?;
        let windows = team.windows(&runtime)?;
        let (records, allocated) = allocated::count(|| team.ingest(&runtime));
        println!(
            "{} events in {} windows: {} MB of answers, {} MB allocated at the most beside them",
            records?,
            windows.len(),
            tenths(u128::try_from(team.bytes())?, 1 << 20),
            tenths(u128::try_from(allocated.peak)?, 1 << 20),
        );
        if part < events {
            continue;
        }
        let mut timings = [
            Timing::new("answers in memory", "floor: parsing alone"),
            Timing::new("", "parsing and mapping"),
            Timing::new("", "all the way into SQLite"),
        ];
        for _ in 0..ROUNDS {
            let [parse, map, ingest] = &mut timings;
            parse.time(|| team.parse(&runtime, &windows))?;
            map.time(|| team.map(&runtime, &windows))?;
            ingest.time(|| team.ingest(&runtime))?;
        }
        println!("\n{ROUNDS} interleaved rounds, wall time in milliseconds");
        timing::print(&mut timings, Duration::from_millis(1));
    }
    Ok(())
}
