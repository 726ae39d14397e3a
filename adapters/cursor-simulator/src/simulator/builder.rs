//! How a company other than the demo one comes about.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::amount::noisy;
use crate::behaviour::Behaviour;
use crate::biller::bill;
use crate::calendar::{DAY, midnight};
use crate::company::Company;
use crate::company::habits::CompanyKind;
use crate::events::EventList;
use crate::events::TrueEvent;
use crate::rng::Rng;
use crate::simulator::Simulator;
use crate::traffic::bugbot;
use crate::traffic::pricing::price;
use crate::traffic::{per_weekday, plan};

/// Sets up a [`Simulator`]; made by [`Simulator::builder`]. The same values give the same bytes.
///
/// ```
/// use cursor_simulator::Simulator;
///
/// let small = Simulator::builder().seed(7).developers(12).events(600).build();
/// assert_eq!(small.truth(), Simulator::builder().seed(7).developers(12).events(600).build().truth());
/// ```
#[derive(Clone)]
pub struct SimulatorBuilder {
    kind: CompanyKind,
    seed: u64,
    developers: u32,
    /// The first millisecond of the data and the first after it; `None` for that of the demo company.
    range: Option<(i64, i64)>,
    traffic: Traffic,
    bugbot_per_day: u32,
    /// How many charges of a thousand get float noise.
    noisy_per_mille: u32,
    api_key: String,
    behaviour: Behaviour,
    /// Events to serve as they are, in place of generated ones.
    held: Option<Vec<TrueEvent>>,
}

/// How many events there are to be: on an average weekday, or in the whole range.
#[derive(Clone, Copy, Debug)]
enum Traffic {
    /// On an average weekday.
    PerWeekday(u32),
    /// In the whole range, about.
    Whole(u32),
}

impl Simulator {
    /// Makes the demo company: 200 developers, August to October 2026, the same in every process.
    pub fn demo() -> Self {
        Self::builder().build()
    }

    /// Returns a company of your own size; starts from the values of [`demo`](Self::demo).
    pub fn builder() -> SimulatorBuilder {
        SimulatorBuilder::new()
    }

    /// Returns a company as large as those that feel what software costs per event: 5,000 developers at forty domains,
    /// a million events in the sixty days before November 2026, thirty models.
    ///
    /// Traffic follows Zipf's law over people, who have three to eight models each, and each of whose models is used half,
    /// a third, a fourth as often as the first. There is every kind and flag: max mode, headless calls, calls charged by
    /// requests, own keys, errors, Bugbot's free reviews and, rarely, a kind that no documentation names. Every call has a
    /// conversation id, one in twenty is by a cloud agent with an id of its own, two in a hundred by one of twelve service
    /// accounts with an automation. One charge in twenty ends in the digits that floating-point arithmetic leaves.
    ///
    /// The methods of [`SimulatorBuilder`] make it larger or smaller:
    ///
    /// ```
    /// let simulator = cursor_simulator::Simulator::large_company().developers(500).events(10_000).build();
    /// assert!(simulator.truth().by_model.len() > 20);
    /// ```
    pub fn large_company() -> SimulatorBuilder {
        SimulatorBuilder::large(CompanyKind::Large)
    }

    /// Returns a [large company](Self::large_company) in which every person uses every model.
    ///
    /// This is the worst case of everything that works per combination of dimensions: a million events have about 270,000
    /// different ones, twice as many as those of the large company.
    pub fn wide_company() -> SimulatorBuilder {
        SimulatorBuilder::large(CompanyKind::Wide)
    }

    /// Makes a server that holds exactly these events, in any order, and no invoices. Its people are those that the
    /// events name, and its clock stands one millisecond after the last event.
    ///
    /// Made for thousands of little servers in one test: nothing is generated. For another key, clock or range see
    /// [`SimulatorBuilder::holding`].
    pub fn of_events(events: Vec<TrueEvent>) -> Self {
        Self::builder().holding(events).build()
    }
}

impl SimulatorBuilder {
    /// Starts from the values of the demo company.
    pub(crate) fn new() -> Self {
        Self {
            kind: CompanyKind::Demo,
            seed: 20_261_101,
            developers: 200,
            range: None,
            traffic: Traffic::PerWeekday(605),
            bugbot_per_day: 0,
            noisy_per_mille: 0,
            api_key: format!("crsr_{}", "demo".repeat(16)),
            behaviour: Behaviour::default(),
            held: None,
        }
    }

    /// Makes the same company, whose staff works as [`Simulator::large_company`] or [`Simulator::wide_company`] says.
    pub(crate) fn large(kind: CompanyKind) -> Self {
        let end = midnight(2026, 11, 1);
        Self {
            kind,
            developers: 5000,
            range: Some((end - 60 * DAY, end)),
            traffic: Traffic::Whole(1_000_000),
            noisy_per_mille: 50,
            ..Self::new()
        }
    }

    /// Sets the seed: another one is another company, with other traffic. That no page of 1000 ends between two twins
    /// is tested for the demo's only.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets how many developers; contractors (3 percent) and service accounts (three, in a large company twelve)
    /// come on top. More than 10,000 are cut to that.
    #[must_use]
    pub fn developers(mut self, developers: u32) -> Self {
        self.developers = developers.min(10_000);
        self
    }

    /// Sets the half-open span of events; the server's clock stands at `end`. A span that ends before it starts is
    /// empty.
    #[must_use]
    pub fn range(mut self, start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        let start = start.timestamp_millis();
        self.range = Some((start, end.timestamp_millis().max(start)));
        self
    }

    /// Sets the events of an average weekday, about; weekends have fewer. The range decides how many there are in
    /// all.
    #[must_use]
    pub const fn events_per_day(mut self, events: u32) -> Self {
        self.traffic = Traffic::PerWeekday(events);
        self
    }

    /// Sets the events of the whole range, about (within a few percent, and not below two per midnight that matters),
    /// instead
    /// of [`events_per_day`](Self::events_per_day). A million need some 70 MB.
    #[must_use]
    pub const fn events(mut self, events: u32) -> Self {
        self.traffic = Traffic::Whole(events);
        self
    }

    /// Adds Bugbot's reviews on every weekday, beside the other events; every other one is free. None unless asked
    /// for; in a
    /// large company at least one for a hundred other events.
    #[must_use]
    pub const fn bugbot_events_per_day(mut self, events: u32) -> Self {
        self.bugbot_per_day = events;
        self
    }

    /// Sets how many of a thousand charges end in the digits that floating-point arithmetic leaves, such as
    /// `20.182319999999997`, beside the few that always do. The truth, invoices and sums hold the noisy digits.
    #[must_use]
    pub const fn float_noise(mut self, per_mille: u32) -> Self {
        self.noisy_per_mille = per_mille;
        self
    }

    /// Sets the key that the server accepts.
    /// The default is a made-up one in the form that real keys have.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = key.into();
        self
    }

    /// Sets how the server answers; [`Simulator::adjust`] changes it later.
    #[must_use]
    pub const fn behaviour(mut self, behaviour: Behaviour) -> Self {
        self.behaviour = behaviour;
        self
    }

    /// Generates nothing: the server holds exactly these events, in any order, and no invoices. Its people are
    /// those that the events name. The range is from the first event to one millisecond after the last, unless
    /// [`range`](Self::range) says otherwise; what is about people or traffic has no
    /// effect.
    #[must_use]
    pub fn holding(mut self, events: Vec<TrueEvent>) -> Self {
        self.held = Some(events);
        self
    }

    /// Founds the company, runs its traffic and cuts its invoices.
    pub fn build(self) -> Simulator {
        if let Some(mut events) = self.held {
            events.sort_by_key(|event| event.timestamp_ms);
            // Sorted above, so that the first and the last event bound the range.
            let first = events.first().map_or(0, |event| event.timestamp_ms);
            let end = events.last().map_or(first, |event| event.timestamp_ms.saturating_add(1));
            let range = self.range.unwrap_or((first, end));
            let company = Company::of(&events);
            let books = (EventList::sorted(events), Vec::new());
            return Simulator::assemble(company, self.api_key, range, books, self.behaviour);
        }
        let range = self.range.unwrap_or((midnight(2026, 8, 1), midnight(2026, 11, 1)));
        let company = Company::found(self.kind, self.seed, self.developers, range);
        let list = self.traffic(&company, range);
        let invoices = bill(&company, &list, range);
        Simulator::assemble(company, self.api_key, range, (list, invoices), self.behaviour)
    }

    /// Draws the events: calls with their prices, and Bugbot's reviews between them, oldest first.
    fn traffic(&self, company: &Company, range: (i64, i64)) -> EventList {
        let events_per_day = match self.traffic {
            Traffic::PerWeekday(events) => events,
            Traffic::Whole(events) => per_weekday(company, range, events),
        };
        let calls = plan(company, range, events_per_day, self.seed);
        let usual_reviews = u64::from(events_per_day) * company.habits.bugbot / 1000;
        let reviews_per_day = self.bugbot_per_day.max(u32::try_from(usual_reviews).unwrap_or(u32::MAX));
        let mut reviews = bugbot::reviews(company, range, reviews_per_day, self.seed).into_iter().peekable();
        let mut list = EventList::default();
        // Draws of its own, so that noise changes nothing but the digits.
        let mut dice = Rng::new(self.seed ^ 0xf10a7);
        price(company, &calls, range.1, self.seed, |event| {
            // Both lists are in order of time, and so must be what is pushed.
            while let Some(review) = reviews.next_if(|review| review.timestamp_ms < event.timestamp_ms) {
                list.push(review);
            }
            let mut event = event.clone();
            if self.noisy_per_mille > 0 && dice.chance(u64::from(self.noisy_per_mille)) {
                event.charged = event.charged.map(|amount| noisy(amount, dice.next()));
            }
            list.push(event);
        });
        for review in reviews {
            list.push(review);
        }
        list
    }
}

/// Never shows the key.
impl fmt::Debug for SimulatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatorBuilder")
            .field("kind", &self.kind)
            .field("seed", &self.seed)
            .field("developers", &self.developers)
            .field("range", &self.range)
            .field("traffic", &self.traffic)
            .finish_non_exhaustive()
    }
}
