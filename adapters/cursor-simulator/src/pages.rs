//! The three answers with data.

use std::collections::BTreeMap;

use crate::amount::cents_json;
use crate::calendar::cycle_start;
use crate::company::Person;
use crate::event::TrueEvent;
use crate::request::{EventQuery, Refusal, SpendOrder, SpendQuery, object};
use crate::simulator::Simulator;
use crate::wire::{Object, array, event};

pub(crate) fn members(simulator: &Simulator) -> String {
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    array(body.key("teamMembers"), simulator.members().into_iter(), |out, person| {
        let mut row = Object::open(out);
        row.text("id", &person.id);
        row.text("name", &person.name);
        row.text("email", &person.sent_email);
        row.text("role", person.role);
        row.raw("isRemoved", false);
        row.close();
    });
    body.close();
    json
}

pub(crate) fn usage_events(
    simulator: &Simulator,
    body: &[u8],
    extra_count: usize,
) -> Result<String, Refusal> {
    let query = EventQuery::read(&object(body)?)?;
    let events = simulator.events();
    let from = query.start.map_or(0, |start| events.partition_point(|event| event.timestamp_ms < start));
    let to = query.end.map_or(events.len(), |end| events.partition_point(|event| event.timestamp_ms <= end));
    let span = events.get(from..to).unwrap_or_default();
    let found: Vec<_> = span.iter().rev().filter(|event| query.admits(event)).collect();
    let paging = &query.paging;
    let pages = paging.pages(found.len());
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    body.raw("totalUsageEventsCount", found.len() + extra_count);
    let mut pagination = Object::open(body.key("pagination"));
    pagination.raw("numPages", pages);
    pagination.raw("currentPage", paging.page);
    pagination.raw("pageSize", paging.size);
    pagination.raw("hasNextPage", paging.page < pages);
    pagination.raw("hasPreviousPage", paging.page > 1);
    pagination.close();
    let rows = found.iter().skip(paging.skip()).take(paging.size);
    array(body.key("usageEvents"), rows, |out, row| event(out, row));
    let (first, last) = simulator.range_ms();
    let mut period = Object::open(body.key("period"));
    period.raw("startDate", query.start.unwrap_or(first));
    period.raw("endDate", query.end.unwrap_or(last));
    period.close();
    body.close();
    Ok(json)
}

/// Spend of one member in the current cycle.
#[derive(Clone, Copy, Debug, Default)]
struct Spend {
    on_demand: i128,
    overall: i128,
}

pub(crate) fn spend(simulator: &Simulator, body: &[u8]) -> Result<String, Refusal> {
    let query = SpendQuery::read(&object(body)?)?;
    let (_, now) = simulator.range_ms();
    let cycle = cycle_start(now);
    let events = simulator.events();
    let from = events.partition_point(|event| event.timestamp_ms < cycle);
    let spends = spends(events.get(from..).unwrap_or_default());
    let mut members = simulator.members();
    members.retain(|person| finds(person, &query.search));
    let of = |person: &Person| spends.get(person.email.as_str()).copied().unwrap_or_default();
    match query.order {
        SpendOrder::Date => {}
        SpendOrder::Amount => members.sort_by_key(|person| of(person).on_demand),
        SpendOrder::User => members.sort_by_key(|person| &person.name),
    }
    if !query.ascending {
        members.reverse();
    }
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    let rows = members.iter().skip(query.paging.skip()).take(query.paging.size);
    array(body.key("teamMemberSpend"), rows, |out, person| spend_row(out, person, of(person)));
    body.raw("subscriptionCycleStart", cycle);
    body.raw("totalMembers", members.len());
    body.raw("totalPages", query.paging.pages(members.len()));
    body.close();
    Ok(json)
}

/// On demand is what kind `Usage-based` charged, overall is what all kinds charged.
fn spends(events: &[TrueEvent]) -> BTreeMap<&str, Spend> {
    let mut spends = BTreeMap::<&str, Spend>::new();
    for event in events {
        if let (Some(person), Some(charged)) = (&event.person, event.charged) {
            let spend = spends.entry(person).or_default();
            spend.overall += charged;
            if event.kind == TrueEvent::USAGE_BASED {
                spend.on_demand += charged;
            }
        }
    }
    spends
}

fn finds(person: &Person, search: &str) -> bool {
    person.name.to_lowercase().contains(search) || person.sent_email.to_lowercase().contains(search)
}

fn spend_row(out: &mut String, person: &Person, spend: Spend) {
    let mut row = Object::open(out);
    row.text("userId", &person.id);
    row.text("name", &person.name);
    row.text("email", &person.sent_email);
    row.text("role", person.role);
    row.raw("spendCents", cents_json(spend.on_demand));
    row.raw("overallSpendCents", cents_json(spend.overall));
    row.raw("fastPremiumRequests", 0);
    row.raw("hardLimitOverrideDollars", 0);
    row.raw("monthlyLimitDollars", "null");
    row.raw("effectivePerUserLimitDollars", 500);
    row.close();
}
