//! `POST /teams/daily-usage-data`.
//!
//! Days are those of UTC, and both dates of the request are included. Only the counts that events have are real here;
//! lines, applies and tabs are derived from them.

use std::collections::BTreeMap;

use crate::behaviour::Era;
use crate::calendar::{DAY, date, floor_day};
use crate::company::Person;
use crate::endpoints::listing;
use crate::endpoints::request::{DailyQuery, Refusal, object};
use crate::endpoints::view::View;
use crate::events::TrueEvent;
use crate::wire::{Object, array, person_id};

/// What one person did on one day. Lines follow from tokens, so that they are the same every time.
///
/// A day without events has zeros and no model.
#[derive(Clone, Debug, Default)]
struct Day {
    included: u64,
    on_demand: u64,
    own_key: u64,
    /// Reviews that were free.
    bugbot: u64,
    /// All other events.
    agent: u64,
    /// Lines of code, derived from output tokens.
    lines: u64,
    /// How many events each model has.
    models: BTreeMap<String, u64>,
}

impl Day {
    /// Counts an event by its kind.
    fn add(&mut self, event: &TrueEvent) {
        match event.kind.as_str() {
            TrueEvent::USAGE_BASED => self.on_demand += 1,
            TrueEvent::OWN_KEY => self.own_key += 1,
            kind if kind.starts_with("Included in ") => self.included += 1,
            _ => {}
        }
        self.bugbot += u64::from(event.is_free_bugbot);
        self.agent += u64::from(!event.is_free_bugbot);
        self.lines = self.lines.saturating_add(event.tokens.map_or(0, |tokens| tokens.output / 12));
        *self.models.entry(event.model.clone()).or_default() += 1;
    }

    /// Returns whether there was any event on the day.
    fn is_active(&self) -> bool {
        !self.models.is_empty()
    }

    /// Returns the model with the most calls; of several, the first by name.
    fn most_used_model(&self) -> Option<&str> {
        // `max_by_key` returns the last of equal ones: in reverse, that is the first by name.
        self.models.iter().rev().max_by_key(|(_, count)| **count).map(|(model, _)| model.as_str())
    }
}

/// What was done, by email of the company and first millisecond of the day.
type Days = BTreeMap<(String, i64), Day>;

/// Answers usage by person and day. Source: <https://cursor.com/docs/account/teams/admin-api>, "Get Daily
/// Usage Data".
///
/// Without paging only days with use are listed; with paging, every day of everyone who was a member in the
/// span.
pub(crate) fn answer(view: &View<'_>, body: &[u8]) -> Result<String, Refusal> {
    let query = DailyQuery::read(&object(body)?, view.behaviour.daily_span_days)?;
    let days = days(view, &query);
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    let everyone: Vec<_> =
        view.company.people.iter().filter(|person| was_member(person, view, &query)).collect();
    let people = query.paging.as_ref().map_or_else(
        || view.company.people.iter().collect(),
        |paging| everyone.iter().copied().skip(paging.skip()).take(paging.size).collect::<Vec<_>>(),
    );
    let span = (floor_day(query.start)..=floor_day(query.end)).step_by(usize::try_from(DAY).unwrap_or(1));
    let rows = people.into_iter().flat_map(|person| span.clone().map(move |day| (person, day)));
    let rows = rows.map(|(person, day)| {
        (person, day, days.get(&(person.email.clone(), day)).cloned().unwrap_or_default())
    });
    // Without paging the API lists active days alone.
    let listed = rows.filter(|(_, _, use_of_day)| query.paging.is_some() || use_of_day.is_active());
    array(body.key("data"), listed, |out, (person, day, use_of_day)| {
        row(out, person, day, &use_of_day, view);
    });
    let mut period = Object::open(body.key("period"));
    period.raw("startDate", query.start);
    period.raw("endDate", query.end);
    period.close();
    if let Some(paging) = &query.paging {
        listing::write(&mut body, paging, "totalUsers", everyone.len());
    }
    body.close();
    Ok(json)
}

/// Sums the events of a span by person and day. Service accounts are left out.
fn days(view: &View<'_>, query: &DailyQuery) -> Days {
    let mut days = Days::new();
    // What is no longer served as events is in no sum of a day either.
    let start = view.snapshot.horizon.map_or(query.start, |horizon| query.start.max(horizon));
    for event in view.list().between(start, query.end.saturating_add(1)) {
        if let Some(person) = event.whose() {
            let key = (person.to_owned(), floor_day(event.timestamp_ms));
            days.entry(key).or_default().add(event);
        }
    }
    days
}

/// Returns whether a person was a member at some instant of the span.
fn was_member(person: &Person, view: &View<'_>, query: &DailyQuery) -> bool {
    let left = person.left.or(view.removed.get(&person.email).copied());
    person.joined.is_none_or(|at| at <= query.end) && left.is_none_or(|at| at > query.start)
}

/// Writes the row of one person and day.
fn row(out: &mut String, person: &Person, day: i64, use_of_day: &Day, view: &View<'_>) {
    let mut row = Object::open(out);
    person_id(&mut row, "userId", person, &view.behaviour);
    if view.behaviour.era != Era::Year2025 {
        row.text("day", &date(day).to_string());
    }
    row.raw("date", day);
    row.text("email", &person.sent_email);
    row.raw("isActive", use_of_day.is_active());
    let requests = use_of_day.agent;
    let lines = use_of_day.lines;
    for (name, count) in [
        ("totalLinesAdded", lines),
        ("totalLinesDeleted", lines / 3),
        ("acceptedLinesAdded", lines - lines / 4),
        ("acceptedLinesDeleted", lines / 4),
        ("totalApplies", requests),
        ("totalAccepts", requests - requests / 5),
        ("totalRejects", requests / 5),
        ("totalTabsShown", requests.saturating_mul(4)),
        ("totalTabsAccepted", requests),
        ("composerRequests", 0),
        ("chatRequests", 0),
        ("agentRequests", requests),
        ("cmdkUsages", 0),
        ("bugbotUsages", use_of_day.bugbot),
        ("subscriptionIncludedReqs", use_of_day.included),
        ("usageBasedReqs", use_of_day.on_demand),
        ("apiKeyReqs", use_of_day.own_key),
    ] {
        row.raw(name, count);
    }
    row.nullable_text("mostUsedModel", use_of_day.most_used_model());
    row.nullable_text("applyMostUsedExtension", use_of_day.is_active().then_some(".ts"));
    row.nullable_text("tabMostUsedExtension", use_of_day.is_active().then_some(".ts"));
    row.nullable_text("clientVersion", use_of_day.is_active().then_some("3.1.14"));
    row.close();
}
