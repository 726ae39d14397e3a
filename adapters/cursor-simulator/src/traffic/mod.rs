//! When calls happen, by whom, with which model and how many tokens. Prices and kinds come later.
//!
//! `plan` goes through the days of the range and draws for each person and service account how many calls they make, in
//! conversations at their own working hours. It adds calls at the edges of windows, where an error of one millisecond
//! shows, and lets some calls share a millisecond. The result depends on the seed only.

pub(crate) mod bugbot;
pub(crate) mod pricing;

use crate::calendar::{DAY, HOUR, MINUTE, closed_cycles, floor_day, midnight, weekday};
use crate::company::habits::{Habits, Taste, zipf_weight};
use crate::company::models::{MODELS, MaxMode, Model};
use crate::company::{Company, Person, Service};
use crate::events::Tokens;
use crate::rng::Rng;

/// What will become of a call, as far as it does not depend on the plan.
///
/// Whether a charged call is included in the plan is decided when it is priced, in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Charged,
    /// On the plan, charged by requests rather than tokens.
    ByRequest,
    Errored,
    Aborted,
    /// Made with a key of the person, at the price of the token fee.
    OwnKey,
    Free,
    /// Charged as a kind that nobody has heard of.
    Unknown,
}

/// Who makes a call; a person with their number in the company.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Caller<'a> {
    Person(usize, &'a Person),
    Service(&'a Service),
}

/// A call before its price is known.
///
/// Drawn in the order of people and days, and priced in the order of time.
#[derive(Clone, Debug)]
pub(crate) struct Call<'a> {
    /// In milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) caller: Caller<'a>,
    pub(crate) model: &'static Model,
    pub(crate) fate: Fate,
    pub(crate) max_mode: bool,
    pub(crate) tokens: Tokens,
    /// The bits of UUIDs: as text, the ids of a million calls would fill the heap.
    pub(crate) conversation: Option<u128>,
    pub(crate) cloud_agent: Option<u128>,
    /// Whether no client was connected; so it is for every cloud agent.
    pub(crate) headless: bool,
    /// For the small choices of pricing, so that they do not depend on the order of calls.
    pub(crate) dice: u64,
    /// Sent twice, as two charges.
    pub(crate) twin: bool,
}

/// Percent of an average weekday, from Sunday.
const DAY_SHAPE: [u64; 7] = [7, 95, 108, 110, 105, 82, 10];
/// How often people make calls, by their local hour.
const HOUR_SHAPE: [u64; 24] =
    [2, 1, 0, 0, 0, 0, 1, 3, 8, 14, 16, 14, 9, 12, 16, 16, 14, 11, 6, 4, 4, 4, 4, 3];
/// A bank holiday: traffic falls to a bit under a half.
const HOLIDAY: (i32, u32, u32) = (2026, 9, 7);

/// Draws calls within a range of milliseconds, whose end is excluded.
///
/// All draws of a plan come from its one generator.
struct Planner {
    start: i64,
    end: i64,
    habits: Habits,
    rng: Rng,
}

/// Returns all calls of the range, oldest first.
pub(crate) fn plan(
    company: &Company,
    (start, end): (i64, i64),
    per_weekday: u32,
    seed: u64,
) -> Vec<Call<'_>> {
    let mut planner = Planner { start, end, habits: company.habits, rng: Rng::new(seed) };
    let mut calls = Vec::new();
    let people: u64 = company.people.iter().map(|person| person.weight).sum();
    let services: u64 = company.services.iter().map(|service| service.weight).sum();
    let whole = (people + services).max(1);
    let mut day = floor_day(start);
    while day < end {
        let expected = u64::from(per_weekday) * planner.day_percent(day);
        for (index, person) in company.people.iter().enumerate() {
            if person.works_at(day) {
                let count = planner.count(expected * person.weight, whole);
                planner.day_of_person(day, (index, person), count, &mut calls);
            }
        }
        for service in &company.services {
            // Automations run on weekends and holidays as well.
            let count = planner.count(u64::from(per_weekday) * 100 * service.weight, whole);
            planner.night_of_service(day, service, count, &mut calls);
        }
        day += DAY;
    }
    planner.edges(company, &mut calls);
    calls.sort_by_key(|call| call.at);
    // After the sort: it compares each call with the one before.
    planner.share_milliseconds(&mut calls);
    calls
}

/// Returns how many calls an average weekday needs for about `total` events in the whole range, usual reviews included.
pub(crate) fn per_weekday(company: &Company, (start, end): (i64, i64), total: u32) -> u32 {
    let planner = Planner { start, end, habits: company.habits, rng: Rng::new(0) };
    let people: u64 = company.people.iter().map(|person| person.weight).sum();
    let services: u64 = company.services.iter().map(|service| service.weight).sum();
    let (mut day, mut percent) = (floor_day(start), 0);
    while day < end {
        let at_work: u64 =
            company.people.iter().filter(|person| person.works_at(day)).map(|person| person.weight).sum();
        let reviews =
            if [0, 6].contains(&weekday(day)) { 0 } else { (people + services) * planner.habits.bugbot };
        // Habits are per mille, and the sum is in percent.
        percent += planner.day_percent(day) * at_work + 100 * services + reviews / 10;
        day += DAY;
    }
    let needed = u64::from(total) * 100 * (people + services).max(1) / percent.max(1);
    u32::try_from(needed).unwrap_or(u32::MAX)
}

impl Planner {
    /// Returns how busy a day is, in percent of an average weekday: weekdays, a holiday, and slow growth.
    fn day_percent(&self, day: i64) -> u64 {
        let shape = usize::try_from(weekday(day)).ok().and_then(|index| DAY_SHAPE.get(index)).unwrap_or(&100);
        let (year, month, first) = HOLIDAY;
        let holiday = if day == midnight(year, month, first) { 45 } else { 100 };
        let growth = 92 + 16 * self.elapsed(day) / self.whole();
        shape * holiday * growth / 10_000
    }

    /// Returns how much of the range is over, in milliseconds.
    fn elapsed(&self, at: i64) -> u64 {
        u64::try_from(at - self.start).unwrap_or(0)
    }

    /// Returns how long the range is, at least 1.
    fn whole(&self) -> u64 {
        self.elapsed(self.end).max(1)
    }

    /// Draws how many calls there are where `expected` are expected, in hundredths of a call times `whole`;
    /// the fraction is played for.
    fn count(&mut self, expected: u64, whole: u64) -> u64 {
        // From 40 to 160 percent of what is expected, so that no two days are alike.
        let wobbly = expected * (40 + self.rng.below(121));
        let unit = whole * 10_000;
        wobbly / unit + u64::from(self.rng.below(unit) < wobbly % unit)
    }

    /// Draws the calls of a person on one day. A conversation has up to six of them, in one hour of the person's local
    /// time.
    fn day_of_person<'a>(
        &mut self,
        day: i64,
        (index, person): (usize, &'a Person),
        count: u64,
        calls: &mut Vec<Call<'a>>,
    ) {
        let mut conversation = 0;
        let (mut left, mut hour) = (0, 0);
        let mut cloud_agent = None;
        for _ in 0..count {
            if left == 0 {
                left = 1 + self.rng.below(6);
                conversation = self.rng.uuid();
                hour = self.local_hour();
                cloud_agent = self.happens(self.habits.agent_conversations).then(|| self.rng.uuid());
            }
            left -= 1;
            let in_hour = i64::try_from(self.rng.below(HOUR.unsigned_abs())).unwrap_or(0);
            // On the UTC day whose traffic is being drawn, whatever the time zone: the shape of the week is that of
            // UTC days.
            let at = day + (hour - person.hours_from_utc).rem_euclid(24) * HOUR + in_hour;
            let model = self.model_for(person, at);
            let mut call = self.call(at, Caller::Person(index, person), model);
            call.conversation = (!self.happens(self.habits.no_conversation)).then_some(conversation);
            call.cloud_agent = cloud_agent;
            if self.happens(self.habits.agent_calls) {
                call.cloud_agent = Some(self.rng.uuid());
            }
            call.headless = call.cloud_agent.is_some() || self.happens(self.habits.headless);
            self.keep(call, calls);
        }
    }

    /// Draws the calls of a service account, in the two hours from 02:00 UTC.
    fn night_of_service<'a>(
        &mut self,
        day: i64,
        service: &'a Service,
        count: u64,
        calls: &mut Vec<Call<'a>>,
    ) {
        for _ in 0..count {
            let in_night = i64::try_from(self.rng.below(2 * HOUR.unsigned_abs())).unwrap_or(0);
            let model = MODELS.get(service.model).unwrap_or(&MODELS[0]);
            let mut call = self.call(day + 2 * HOUR + in_night, Caller::Service(service), model);
            call.cloud_agent = Some(self.rng.uuid());
            call.headless = true;
            let in_conversation = self.habits.no_conversation == 0 || self.rng.chance(700);
            call.conversation = in_conversation.then(|| self.rng.uuid());
            self.keep(call, calls);
        }
    }

    /// Adds one call at the first and the last millisecond of every span that somebody might cut the range
    /// into.
    ///
    /// A client that leaves out or doubles one millisecond loses or doubles one of them. Movers make them,
    /// where there are any.
    fn edges<'a>(&mut self, company: &'a Company, calls: &mut Vec<Call<'a>>) {
        let mut edges = vec![self.end];
        let mut window = self.start;
        while window < self.end {
            edges.push(window);
            window += 30 * DAY;
        }
        edges.extend(closed_cycles(self.start, self.end).into_iter().flat_map(|(from, to)| [from, to]));
        edges.extend(company.people.iter().filter_map(|person| person.moves).map(|(at, _)| at));
        edges.sort_unstable();
        edges.dedup();
        let mut movers =
            company.people.iter().enumerate().filter(|(_, person)| person.moves.is_some()).cycle();
        let fallback = company.people.iter().enumerate().next();
        for at in edges.into_iter().flat_map(|edge| [edge - 1, edge]) {
            // At the instant of a move its mover calls, since the team of that call depends on the millisecond.
            let moving = company
                .people
                .iter()
                .enumerate()
                .find(|(_, person)| person.moves.is_some_and(|(moved, _)| (at - moved).abs() <= 1));
            if let Some((index, person)) = moving.or_else(|| movers.next()).or(fallback) {
                let model = self.model_for(person, at);
                let mut call = self.call(at, Caller::Person(index, person), model);
                call.conversation = Some(self.rng.uuid());
                self.keep(call, calls);
            }
        }
    }

    /// Adds a call if it lies in the range: local hours can push one out of it.
    fn keep<'a>(&self, call: Call<'a>, calls: &mut Vec<Call<'a>>) {
        if self.start <= call.at && call.at < self.end {
            calls.push(call);
        }
    }

    /// Draws an hour of a working day.
    fn local_hour(&mut self) -> i64 {
        let hour = self.rng.weighted(HOUR_SHAPE.into_iter()).unwrap_or(0);
        i64::try_from(hour).unwrap_or(0)
    }

    /// Draws a model: a person's favourite now and then, else by popularity at that instant; or, for a company with
    /// repertoires, one that the person uses, most often the first.
    fn model_for(&mut self, person: &Person, at: i64) -> &'static Model {
        let favourite = match &person.taste {
            Taste::Favourite(model) => self.rng.chance(450).then_some(*model),
            Taste::Repertoire(models) => {
                let place = self.rng.weighted((0..models.len()).map(|place| zipf_weight(place, 0)));
                return place.and_then(|place| models.get(place)).copied().unwrap_or(&MODELS[0]);
            }
        };
        let (elapsed, whole) = (self.elapsed(at), self.whole());
        let index = favourite
            .or_else(|| self.rng.weighted(MODELS.iter().map(|model| model.popularity_at(elapsed, whole))));
        index.and_then(|index| MODELS.get(index)).unwrap_or(&MODELS[0])
    }

    /// Makes a call with its fate, tokens and chance of being sent twice; its conversation and agent are for the caller
    /// to set.
    fn call<'a>(&mut self, at: i64, caller: Caller<'a>, model: &'static Model) -> Call<'a> {
        let max_mode = match model.max_mode {
            MaxMode::Never => false,
            MaxMode::Sometimes => self.happens(self.habits.max_mode),
            MaxMode::Always => true,
        };
        let own_key = matches!(caller, Caller::Person(_, person) if person.own_key);
        let fate = self.fate(own_key && model.third_party);
        Call {
            at,
            caller,
            model,
            fate,
            max_mode,
            tokens: self.tokens(model, max_mode),
            conversation: None,
            cloud_agent: None,
            headless: false,
            dice: self.rng.next(),
            twin: fate == Fate::Charged && self.rng.below(5000) == 0,
        }
    }

    /// Plays for a habit, if the company has it at all.
    fn happens(&mut self, per_mille: u64) -> bool {
        // Without a draw where there is no such habit: a habit that is added later leaves the demo company as it was.
        per_mille > 0 && self.rng.chance(per_mille)
    }

    /// Draws what happens to a call. Only calls that would be charged can go to a key of one's own.
    fn fate(&mut self, own_key: bool) -> Fate {
        if self.happens(self.habits.unknown_kind) {
            return Fate::Unknown;
        }
        if self.happens(self.habits.by_request) {
            return Fate::ByRequest;
        }
        match self.rng.below(1000) {
            0..20 => Fate::Errored,
            20..34 => Fate::Aborted,
            34..46 => Fate::Free,
            46..56 => Fate::ByRequest,
            56..650 if own_key => Fate::OwnKey,
            _ => Fate::Charged,
        }
    }

    /// Draws tokens: more turns mean more output and more reads of the cache, and max mode has a larger context.
    fn tokens(&mut self, model: &Model, max_mode: bool) -> Tokens {
        let turns = 1 + self.rng.below(14);
        let context = if max_mode { 3 } else { 1 };
        Tokens {
            input: 300 + self.rng.below(7000),
            output: (200 + self.rng.below(3000)) * turns,
            cache_write: if model.writes_cache() { self.rng.below(40_000) * context } else { 0 },
            cache_read: (8000 + self.rng.below(190_000)) * turns * context,
        }
    }

    /// Pulls a few calls onto the millisecond of the call before, on the same day and never away from an edge.
    fn share_milliseconds(&mut self, calls: &mut [Call<'_>]) {
        let mut before = i64::MIN;
        for call in calls {
            let near = before > floor_day(call.at) && call.at.saturating_sub(before) < 2 * MINUTE;
            // Edges are whole minutes, unless the range itself is not.
            let on_edge = [0, MINUTE - 1].contains(&call.at.rem_euclid(MINUTE));
            if near && !on_edge && self.rng.chance(6) {
                call.at = before;
            }
            before = call.at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::habits::CompanyKind;

    #[test]
    fn calls_are_sorted_and_inside_the_range() {
        let range = (midnight(2026, 8, 1), midnight(2026, 9, 1));
        let company = Company::found(CompanyKind::Demo, 5, 40, range);
        let calls = plan(&company, range, 50, 5);
        assert!(calls.is_sorted_by_key(|call| call.at));
        assert!(calls.iter().all(|call| range.0 <= call.at && call.at < range.1));
        assert_eq!(calls.first().map(|call| call.at), Some(range.0));
        assert_eq!(calls.last().map(|call| call.at), Some(range.1 - 1));
    }

    #[test]
    fn nobody_calls_before_joining_or_after_leaving() {
        let range = (midnight(2026, 8, 1), midnight(2026, 11, 1));
        let company = Company::found(CompanyKind::Demo, 5, 200, range);
        for call in plan(&company, range, 100, 5) {
            if let Caller::Person(_, person) = call.caller {
                assert!(person.works_at(call.at), "{call:?}");
            }
        }
    }
}
