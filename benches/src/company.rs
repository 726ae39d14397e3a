//! The charges of made-up companies, read through the client and mapped as a host would.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::TimeDelta;
use cost_model::{CostRecord, CostSource, Currency, Ledger, Window};
use cursor_admin_client::{Client, ManualClock, RateLimits, Transport, TransportError};
use cursor_cost_source::CursorCostSource;
use cursor_simulator::{Simulator, SimulatorBuilder};
use tokio::runtime::Runtime;
use virtual_tags::ResolvedRules;

use crate::{Failure, RuleCounts, WrittenRule};

/// Which company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataSet {
    /// The simulator's demo company: 200 developers, 12 models, three months.
    Demo,
    /// A large company of usual people: 5,000 developers with three to eight of 30 models each, sixty days.
    Company,
    /// The same, but everybody uses every model.
    Wide,
}

impl DataSet {
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "demo" => Some(Self::Demo),
            "company" => Some(Self::Company),
            "wide" => Some(Self::Wide),
            _ => None,
        }
    }

    /// With about so many events, all of them different; with none given, as many as the company has.
    pub fn simulator(self, events: Option<usize>) -> Result<SimulatorBuilder, Failure> {
        let builder = match self {
            Self::Demo => Simulator::builder(),
            Self::Company => Simulator::large_company(),
            Self::Wide => Simulator::wide_company(),
        };
        Ok(match events {
            Some(events) => builder.events(u32::try_from(events)?),
            None => builder,
        })
    }
}

/// A simulated company, and a source that reads its charges without a socket.
pub struct Company {
    simulator: Simulator,
    source: CursorCostSource,
    runtime: Runtime,
}

/// Answers in process, without a socket.
#[derive(Debug)]
pub struct InProcess(Simulator);

impl InProcess {
    pub fn new(simulator: Simulator) -> Self {
        Self(simulator)
    }
}

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        Ok(self.0.handle(request))
    }
}

/// A client of a simulator that need not wait for its turn.
pub fn client_of(simulator: &Simulator, transport: Arc<dyn Transport>) -> Result<Client, Failure> {
    let client = Client::builder().api_key(simulator.api_key()).base_url("http://localhost");
    let clock = Arc::new(ManualClock::new(simulator.now()));
    Ok(client.transport(transport).clock(clock).rate_limits(RateLimits::none()).build()?)
}

impl Company {
    pub fn new(builder: SimulatorBuilder) -> Result<Self, Failure> {
        let simulator = builder.build();
        let client = client_of(&simulator, Arc::new(InProcess::new(simulator.clone())))?;
        let source = CursorCostSource::new(client, "Acme");
        Ok(Self { simulator, source, runtime: tokio::runtime::Builder::new_current_thread().build()? })
    }

    /// How many events it has.
    pub fn events(&self) -> usize {
        self.simulator.snapshot().len()
    }

    /// The emails in its directory, each once.
    pub fn people(&self) -> Vec<String> {
        let directory = self.simulator.directory_csv();
        let emails: BTreeSet<_> = directory.lines().skip(1).filter_map(|row| row.split(',').next()).collect();
        emails.into_iter().map(str::to_owned).collect()
    }

    /// 2,000 rules for its people, compiled.
    pub fn rules(&self) -> Result<ResolvedRules, Failure> {
        WrittenRule::compile(&WrittenRule::for_people(&self.people(), RuleCounts::LARGE))
    }

    /// Hands over the records of one window after the other, each window's in order of time: of a day, or shorter where
    /// days have many events.
    pub fn for_each_window(
        &self,
        visit: &mut dyn FnMut(Window, Vec<CostRecord>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (mut start, end) = self.simulator.range();
        let events = i64::try_from(self.events())?.max(1);
        let step = TimeDelta::hours((24 * 1_000_000 / events).clamp(1, 24));
        while start < end {
            let next = end.min(start + step);
            let window = Window::new(start, next)?;
            let mut records = self.runtime.block_on(self.source.read(window))?.records;
            records.sort_by_key(|record| record.at);
            visit(window, records)?;
            start = next;
        }
        Ok(())
    }

    /// Hands over every record, in order of time.
    pub fn for_each(&self, visit: &mut dyn FnMut(&CostRecord) -> Result<(), Failure>) -> Result<(), Failure> {
        self.for_each_window(&mut |_, records| records.iter().try_for_each(&mut *visit))
    }

    /// A ledger of every record.
    pub fn ledger(&self) -> Result<Ledger, Failure> {
        let mut builder = Ledger::builder(Currency::USD);
        self.for_each(&mut |record| Ok(builder.push(record)?))?;
        Ok(builder.build())
    }
}
