//! The whole way, from the bytes of answers to a SQLite file, beside parsing them.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use benches::{Failure, PlainPage, client_of};
use bytes::Bytes;
use cost_ingest::{Ingest, RunReport};
use cost_model::store::ConnectionId;
use cost_model::{CostSource, MemoryStore, Window};
use cost_model_sqlite::SqliteStore;
use cursor_admin_client::http::TransportError;
use cursor_admin_client::{Client, Transport};
use cursor_cost_source::{CursorCostSource, EVENTS_MAX};
use cursor_simulator::Simulator;
use tokio::runtime::Runtime;

use crate::timing::{self, Timing, tenths};
use crate::{Size, allocated};

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
        // As it will be the next time: without the header that marks a simulator's answers.
        Ok(http::Response::new(answer.into_body()))
    }
}

/// A company's history, every answer of which is in memory once it has been asked for.
struct Team {
    transport: Arc<Recorded>,
    range: Window,
    /// The pages of its events.
    pages: Vec<Bytes>,
    folder: PathBuf,
}

impl Team {
    fn new(server: Simulator) -> Result<Self, Failure> {
        let (start, end) = server.range();
        let folder = std::env::temp_dir().join(format!("measure-ingest-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let transport = Arc::new(Recorded { server, answers: Mutex::default() });
        Ok(Self { transport, range: Window::new(start, end)?, pages: Vec::new(), folder })
    }

    fn client(&self) -> Result<Client, Failure> {
        client_of(&self.transport.server, Arc::clone(&self.transport) as Arc<dyn Transport>)
    }

    /// Keeps the pages of these windows, as their parse is the floor.
    fn keep_pages(&mut self, runtime: &Runtime, windows: &[Window]) -> Result<(), Failure> {
        self.transport.answers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.parse(runtime, windows)?;
        let answers = self.transport.answers.lock().unwrap_or_else(PoisonError::into_inner);
        self.pages = answers.values().cloned().collect();
        Ok(())
    }

    /// Parses every page with plain serde, and keeps nothing.
    fn parse_plainly(&self) -> Result<u64, Failure> {
        let mut events = 0;
        for page in &self.pages {
            let page: PlainPage = serde_json::from_slice(page)?;
            events += u64::try_from(page.usage_events.len())?;
        }
        Ok(events)
    }

    /// The windows that an ingest ends up with.
    fn windows(&self, runtime: &Runtime) -> Result<Vec<Window>, Failure> {
        let source = CursorCostSource::new(self.client()?, "Acme");
        let store = MemoryStore::new();
        let ingest = Ingest::new(&source, &store, ConnectionId::new("acme"));
        Ok(runtime.block_on(ingest.run(self.range, self.range.end()))?.windows)
    }

    /// Parses every page with the client, and keeps nothing of a window once it is read.
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

    /// Into a new file, or again into the one of the ingest before.
    fn ingest(&self, runtime: &Runtime, again: bool) -> Result<RunReport, Failure> {
        let file = self.folder.join("costs.db");
        if !again && file.exists() {
            fs::remove_file(&file)?;
        }
        let source = CursorCostSource::new(self.client()?, "Acme");
        let store = SqliteStore::open(&file)?;
        let ingest = Ingest::new(&source, &store, ConnectionId::new("acme"));
        Ok(runtime.block_on(ingest.run(self.range, self.range.end()))?)
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.folder);
    }
}

pub fn measure(size: &Size) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut team = Team::new(size.set.simulator(size.events)?.build())?;
    let windows = team.windows(&runtime)?;
    team.keep_pages(&runtime, &windows)?;
    let (first, allocated) = allocated::count(|| team.ingest(&runtime, false));
    let (first, again) = (first?, team.ingest(&runtime, true)?);
    let bytes = fs::metadata(team.folder.join("costs.db"))?.len();
    let records = first.records;
    println!(
        "{records} events in {} windows: {} MB of answers, {} MB allocated at the most beside them",
        windows.len(),
        tenths(u128::try_from(team.pages.iter().map(Bytes::len).sum::<usize>())?, 1 << 20),
        tenths(u128::try_from(allocated.peak)?, 1 << 20),
    );
    println!("{bytes} bytes in the file, {} for each record", tenths(bytes.into(), records.into()));
    if first.change.added != records || again.change.unchanged != records {
        return Err("an ingest did not add all events, or a second one found some changed".into());
    }
    let parsed = [team.parse_plainly()?, team.parse(&runtime, &windows)?, team.map(&runtime, &windows)?];
    if parsed != [records; 3] {
        return Err("the contestants read different numbers of events".into());
    }
    let mut timings = [
        Timing::new("answers in memory", "floor: plain serde_json"),
        Timing::new("", "parsing"),
        Timing::new("", "parsing and mapping"),
        Timing::new("", "all the way into SQLite"),
        Timing::new("", "the same again, unchanged"),
    ];
    for _ in 0..ROUNDS {
        let [floor, parse, map, ingest, unchanged] = &mut timings;
        floor.time(|| team.parse_plainly())?;
        parse.time(|| team.parse(&runtime, &windows))?;
        map.time(|| team.map(&runtime, &windows))?;
        ingest.time(|| team.ingest(&runtime, false))?;
        unchanged.time(|| team.ingest(&runtime, true))?;
    }
    println!("\n{ROUNDS} interleaved rounds, processor time in milliseconds");
    timing::print(&mut timings, Duration::from_millis(1));
    Ok(())
}
