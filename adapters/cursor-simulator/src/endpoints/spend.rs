//! `POST /teams/spend`.
//!
//! Spend is summed from the events at each request, for the period and the meaning that the behaviour sets: what
//! `spendCents` includes is one of the things that a client has to find out.

use std::collections::BTreeMap;

use crate::amount::{cents_json, to_whole_cents};
use crate::behaviour::{Behaviour, Era, SpendMeaning, SpendPeriod};
use crate::calendar::{cycle_start, month_start};
use crate::company::Person;
use crate::endpoints::request::{Refusal, SpendOrder, SpendQuery, object};
use crate::endpoints::view::View;
use crate::events::TrueEvent;
use crate::wire::{Object, array, person_id};

/// Spend of one member in the current period.
#[derive(Clone, Copy, Debug, Default)]
struct Spend {
    /// In 10^-24 US dollars; so is `overall`.
    on_demand: i128,
    overall: i128,
}

/// Answers the spend of each member. Source: <https://cursor.com/docs/account/teams/admin-api>, "Get Spending
/// Data".
///
/// Service accounts have no row, and neither have people who have left: the sum of the rows is not that of
/// the events.
pub(crate) fn answer(view: &View<'_>, body: &[u8]) -> Result<String, Refusal> {
    let query = SpendQuery::read(&object(body)?)?;
    let cycle = cycle_start(view.now);
    let spends = spends(view, cycle);
    let mut members = view.members();
    members.retain(|person| finds(person, &query.search));
    match query.order {
        SpendOrder::Date => {}
        SpendOrder::Amount => members.sort_by_key(|person| spend_of(&spends, person).on_demand),
        SpendOrder::User => members.sort_by_key(|person| &person.name),
    }
    // Reversing after a stable sort also turns members with equal keys around.
    if !query.ascending {
        members.reverse();
    }
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    let rows = members.iter().skip(query.paging.skip()).take(query.paging.size);
    array(body.key("teamMemberSpend"), rows, |out, person| {
        spend_row(out, person, spend_of(&spends, person), view);
    });
    body.raw("subscriptionCycleStart", cycle);
    body.raw("totalMembers", members.len());
    body.raw("totalPages", query.paging.pages(members.len()));
    body.close();
    Ok(json)
}

/// Sums the spend of each person: on demand is what kind `Usage-based` charged, overall is what all kinds
/// charged.
fn spends(view: &View<'_>, cycle: i64) -> BTreeMap<String, Spend> {
    let from = match view.behaviour.spend_period {
        SpendPeriod::Cycle => cycle,
        SpendPeriod::Month => month_start(view.now),
    };
    let mut spends = BTreeMap::<String, Spend>::new();
    for event in view.list().events(view.list().older_than(from)..view.list().len()) {
        if let (Some(person), Some(charged)) = (event.whose(), event.charged) {
            let on_demand = if event.kind == TrueEvent::USAGE_BASED { charged } else { 0 };
            if let Some(spend) = spends.get_mut(person) {
                spend.overall += charged;
                spend.on_demand += on_demand;
            } else {
                spends.insert(person.to_owned(), Spend { on_demand, overall: charged });
            }
        }
    }
    spends
}

/// Returns the spend of a person; none without any event.
fn spend_of(spends: &BTreeMap<String, Spend>, person: &Person) -> Spend {
    spends.get(person.email.as_str()).copied().unwrap_or_default()
}

/// Returns whether a search term, in lower case, is part of a name or an email; an empty one finds everybody.
fn finds(person: &Person, search: &str) -> bool {
    person.name.to_lowercase().contains(search) || person.sent_email.to_lowercase().contains(search)
}

/// Writes an amount in cents, in whole ones where the behaviour says so.
fn write_cents(row: &mut Object<'_>, name: &str, amount: i128, behaviour: &Behaviour) {
    let amount = if behaviour.whole_cents { to_whole_cents(amount) } else { amount };
    row.raw(name, cents_json(amount, behaviour.notation));
}

/// Writes a member's row with the fields of the era.
fn spend_row(out: &mut String, person: &Person, spend: Spend, view: &View<'_>) {
    let behaviour = &view.behaviour;
    let mut row = Object::open(out);
    person_id(&mut row, "userId", person, behaviour);
    row.text("name", &person.name);
    row.text("email", &person.sent_email);
    row.text("role", person.role);
    let included = spend.overall - spend.on_demand;
    match behaviour.spend {
        SpendMeaning::OnDemand => {
            write_cents(&mut row, "spendCents", spend.on_demand, behaviour);
            if behaviour.era == Era::October2026 {
                write_cents(&mut row, "overallSpendCents", spend.overall, behaviour);
            }
        }
        SpendMeaning::Total => {
            write_cents(&mut row, "spendCents", spend.overall, behaviour);
            write_cents(&mut row, "includedSpendCents", included, behaviour);
        }
        SpendMeaning::Pool => write_cents(&mut row, "spendCents", included, behaviour),
    }
    row.raw("fastPremiumRequests", 0);
    row.raw("hardLimitOverrideDollars", 0);
    if behaviour.era != Era::Year2025 {
        row.raw("monthlyLimitDollars", "null");
        row.raw("effectivePerUserLimitDollars", 500);
    }
    row.close();
}
