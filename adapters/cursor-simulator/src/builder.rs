//! How a company other than the demo one comes about.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::behaviour::Behaviour;
use crate::biller::bill;
use crate::book::Book;
use crate::calendar::midnight;
use crate::company::Company;
use crate::event::TrueEvent;
use crate::pricing::price;
use crate::simulator::Simulator;
use crate::traffic::plan;

/// Sets up a [`Simulator`]; made by [`Simulator::builder`]. The same values give the same bytes.
#[derive(Clone)]
pub struct SimulatorBuilder {
    seed: u64,
    developers: u32,
    range: Option<(i64, i64)>,
    events_per_day: u32,
    api_key: String,
    behaviour: Behaviour,
    held: Option<Vec<TrueEvent>>,
}

impl SimulatorBuilder {
    pub(crate) fn new() -> Self {
        Self {
            seed: 20_261_101,
            developers: 200,
            range: None,
            events_per_day: 605,
            api_key: format!("crsr_{}", "demo".repeat(16)),
            behaviour: Behaviour::default(),
            held: None,
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
        self.range = Some((start, end.timestamp_millis().max(start)));
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

    /// How the server answers.
    #[must_use]
    pub const fn behaviour(mut self, behaviour: Behaviour) -> Self {
        self.behaviour = behaviour;
        self
    }

    /// Nothing is generated: the server holds exactly these events, in any order, and no invoices. Its people are
    /// those that the events name. The range is from the first event to one millisecond after the last, unless
    /// [`range`](Self::range) says otherwise; [`seed`](Self::seed), [`developers`](Self::developers) and
    /// [`events_per_day`](Self::events_per_day) have no effect.
    #[must_use]
    pub fn holding(mut self, events: Vec<TrueEvent>) -> Self {
        self.held = Some(events);
        self
    }

    /// Founds the company, runs its traffic and cuts its invoices.
    pub fn build(self) -> Simulator {
        if let Some(mut events) = self.held {
            events.sort_by_key(|event| event.timestamp_ms);
            let times = || events.iter().map(|event| event.timestamp_ms);
            let first = times().min().unwrap_or(0);
            let range =
                self.range.unwrap_or((first, times().max().map_or(first, |last| last.saturating_add(1))));
            let company = Company::of(&events);
            let books = (Book::of(events), Vec::new());
            return Simulator::assemble(company, self.api_key, range, books, self.behaviour);
        }
        let range = self.range.unwrap_or((midnight(2026, 8, 1), midnight(2026, 11, 1)));
        let company = Company::found(self.seed, self.developers, range);
        let calls = plan(&company, range, self.events_per_day, self.seed);
        let mut book = Book::default();
        price(&company, &calls, range.1, self.seed, |event| book.push(event));
        drop(calls);
        let invoices = bill(&company, &book, range);
        Simulator::assemble(company, self.api_key, range, (book, invoices), self.behaviour)
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
