//! The charges of made-up companies, read by the client and mapped as a host would.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::TimeDelta;
use cost_model::{CostRecord, CostSource, Currency, Ledger, Window};
use cursor_admin_client::endpoints::usage_events::UsageEventsPage;
use cursor_admin_client::http::{RateLimits, TransportError};
use cursor_admin_client::{Client, ManualClock, Transport};
use cursor_cost_source::{CursorCostSource, Mapping};
use cursor_simulator::{Simulator, SimulatorBuilder};
use tokio::runtime::Runtime;
use virtual_tags::ResolvedRules;

use crate::whole_way::pages_of;
use crate::{Failure, RuleCounts, WrittenRule};

/// Where charges come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataSet {
    /// The simulator's demo company: 200 developers, 12 models, three months.
    Demo,
    /// A large company of usual people: 5,000 developers with three to eight of 30 models each, sixty days.
    Company,
    /// The same, but everybody uses every model.
    Wide,
    /// A folder with `pages/*.json`, newest first, and `rules.json`.
    Folder(PathBuf),
}

impl DataSet {
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "demo" => Some(Self::Demo),
            "company" => Some(Self::Company),
            "wide" => Some(Self::Wide),
            folder => Some(PathBuf::from(folder)).filter(|folder| folder.is_dir()).map(Self::Folder),
        }
    }

    /// With about so many events, all of them different; with none given, as many as the company has.
    pub fn simulator(&self, events: Option<usize>) -> Result<SimulatorBuilder, Failure> {
        let builder = match self {
            Self::Demo => Simulator::builder(),
            Self::Company => Simulator::large_company(),
            Self::Wide => Simulator::wide_company(),
            Self::Folder(_) => return Err("only demo, company and wide can be asked for pages".into()),
        };
        Ok(match events {
            Some(events) => builder.events(u32::try_from(events)?),
            None => builder,
        })
    }
}

/// A company, and how its charges are read: from a simulator without a socket, or from files.
pub struct Company(Charges);

enum Charges {
    Simulated(Box<Simulated>),
    OnDisk(PathBuf),
}

struct Simulated {
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
    pub fn load(set: &DataSet, events: Option<usize>) -> Result<Self, Failure> {
        match set {
            DataSet::Folder(folder) => Ok(Self(Charges::OnDisk(folder.clone()))),
            simulated => Self::simulated(simulated.simulator(events)?),
        }
    }

    pub fn simulated(builder: SimulatorBuilder) -> Result<Self, Failure> {
        let simulator = builder.build();
        let client = client_of(&simulator, Arc::new(InProcess::new(simulator.clone())))?;
        let source = CursorCostSource::new(client, "Acme");
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        Ok(Self(Charges::Simulated(Box::new(Simulated { simulator, source, runtime }))))
    }

    /// Its rules, compiled: those of the folder, or 2,000 for the people in the simulator's directory.
    pub fn rules(&self) -> Result<ResolvedRules, Failure> {
        let rules = match &self.0 {
            Charges::Simulated(company) => {
                WrittenRule::for_people(&people_of(&company.simulator), RuleCounts::LARGE)
            }
            Charges::OnDisk(folder) => WrittenRule::read_all(&folder.join("rules.json"))?,
        };
        WrittenRule::compile(&rules)
    }

    /// Hands over the records of one window after the other, each window's in order of time. A window is a day; for a
    /// simulated company with so many events that a day's would be too many for one, an hour or more.
    pub fn for_each_window(
        &self,
        visit: &mut dyn FnMut(Window, Vec<CostRecord>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        match &self.0 {
            Charges::Simulated(company) => {
                let Simulated { simulator, source, runtime } = &**company;
                let (mut start, end) = simulator.range();
                let events = i64::try_from(simulator.snapshot().len())?.max(1);
                let step = TimeDelta::hours((24 * 1_000_000 / events).clamp(1, 24));
                while start < end {
                    let next = end.min(start + step);
                    let window = Window::new(start, next)?;
                    let mut records = runtime.block_on(source.read(window))?.records;
                    records.sort_by_key(|record| record.at);
                    visit(window, records)?;
                    start = next;
                }
            }
            Charges::OnDisk(folder) => {
                let mut day: Vec<CostRecord> = Vec::new();
                for_each_on_disk(folder, &mut |record| {
                    if day.first().is_some_and(|first| first.at.date() != record.at.date()) {
                        let records = std::mem::take(&mut day);
                        visit(day_of(&records)?, records)?;
                    }
                    day.push(record);
                    Ok(())
                })?;
                visit(day_of(&day)?, day)?;
            }
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

/// The emails in a simulator's directory, each once.
pub fn people_of(simulator: &Simulator) -> Vec<String> {
    let directory = simulator.directory_csv();
    let emails: BTreeSet<_> = directory.lines().skip(1).filter_map(|row| row.split(',').next()).collect();
    emails.into_iter().map(str::to_owned).collect()
}

/// The pages are newest first, and so are the rows of each.
fn for_each_on_disk(
    folder: &Path,
    visit: &mut dyn FnMut(CostRecord) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut mapping = Mapping::new("Acme");
    for path in pages_of(folder)?.iter().rev() {
        let page = UsageEventsPage::map_json(&fs::read(path)?, |event| mapping.record(event))?;
        page.events.into_iter().rev().try_for_each(&mut *visit)?;
    }
    Ok(())
}

/// The day of the first record, in UTC.
fn day_of(records: &[CostRecord]) -> Result<Window, Failure> {
    let day = records.first().ok_or("there are no pages")?.at.date();
    Ok(Window::days(day, day.succ_opt().ok_or("a page is out of the calendar")?)?)
}
