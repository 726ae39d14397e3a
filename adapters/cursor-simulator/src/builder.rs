//! How a company other than the demo one comes about.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::biller::bill;
use crate::calendar::midnight;
use crate::company::Company;
use crate::pricing::price;
use crate::simulator::Simulator;
use crate::traffic::plan;

/// Sets up a [`Simulator`]; made by [`Simulator::builder`]. The same values give the same bytes.
#[derive(Clone)]
pub struct SimulatorBuilder {
    seed: u64,
    developers: u32,
    range: (i64, i64),
    events_per_day: u32,
    api_key: String,
}

impl SimulatorBuilder {
    pub(crate) fn new() -> Self {
        Self {
            seed: 20_261_101,
            developers: 200,
            range: (midnight(2026, 8, 1), midnight(2026, 11, 1)),
            events_per_day: 605,
            api_key: format!("crsr_{}", "demo".repeat(16)),
        }
    }

    /// Another seed is another company. That no page of 1000 ends between two twins is tested for the demo's only.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many developers; contractors (3 percent) and three service accounts come on top. More than 10,000 are cut
    /// to that.
    #[must_use]
    pub fn developers(mut self, developers: u32) -> Self {
        self.developers = developers.min(10_000);
        self
    }

    /// The half-open span of events; the server's clock stands at `end`. A span that ends before it starts is empty.
    #[must_use]
    pub fn range(mut self, start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        let start = start.timestamp_millis();
        self.range = (start, end.timestamp_millis().max(start));
        self
    }

    /// Events on an average weekday, about; weekends have fewer.
    #[must_use]
    pub const fn events_per_day(mut self, events: u32) -> Self {
        self.events_per_day = events;
        self
    }

    /// The key that the server accepts.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = key.into();
        self
    }

    /// Founds the company, runs its traffic and cuts its invoices.
    pub fn build(self) -> Simulator {
        let company = Company::found(self.seed, self.developers, self.range);
        let calls = plan(&company, self.range, self.events_per_day, self.seed);
        let events = price(&company, &calls, self.range.1, self.seed);
        drop(calls);
        let invoices = bill(&company, &events, self.range);
        Simulator::assemble(company, self.api_key, self.range, events, invoices)
    }
}

/// Never shows the key.
impl fmt::Debug for SimulatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatorBuilder")
            .field("seed", &self.seed)
            .field("developers", &self.developers)
            .field("range", &self.range)
            .field("events_per_day", &self.events_per_day)
            .finish_non_exhaustive()
    }
}
