//! `GET /teams/groups` and `GET /teams/groups/:groupId`.
//!
//! The sums are made from the events of the cycle for each request, and days are those of UTC. A person counts in the
//! team that the event names, so that a mover has spend in both.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::amount::cents_json;
use crate::calendar::{cycle_start, date, last_ms, next_cycle};
use crate::endpoints::groups::{Membership, memberships, slug, team_of};
use crate::endpoints::request::{Refusal, parameter};
use crate::endpoints::view::View;
use crate::events::TrueEvent;
use crate::wire::{Object, array, instant_text, person_id};

/// Amounts by UTC day.
type Days = BTreeMap<NaiveDate, i128>;

/// On-demand spend of a cycle by team and person; nobody's is that of service accounts.
///
/// Days without spend are not in it.
struct Spending {
    /// The first millisecond of the cycle, and the first after it.
    cycle: (i64, i64),
    /// By the place of the team and the email of the person.
    days: BTreeMap<(Option<usize>, Option<String>), Days>,
}

/// Answers the list of groups. Source: <https://cursor.com/docs/account/teams/admin-api>, "Billing Groups".
///
/// Which spend `spendCents` means is not documented; here it is on-demand spend, at the time it happened, and
/// that of service accounts is unassigned.
pub(crate) fn all(view: &View<'_>, query: &str) -> Result<String, Refusal> {
    let spending = Spending::of(view, cycle(view, query)?);
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    let teams = 0..view.company.teams.len();
    array(body.key("groups"), teams, |out, team| group(out, Some(team), &spending, view, false));
    group(body.key("unassignedGroup"), None, &spending, view, false);
    spending.write_cycle(&mut body);
    body.close();
    Ok(json)
}

/// Answers one group in detail; `None` if there is no group with that id.
pub(crate) fn one(view: &View<'_>, id: &str, query: &str) -> Result<Option<String>, Refusal> {
    let team = team_of(view, "group_", id);
    if team.is_none() && id != "group_unassigned" {
        return Ok(None);
    }
    let spending = Spending::of(view, cycle(view, query)?);
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    group(body.key("group"), team, &spending, view, true);
    spending.write_cycle(&mut body);
    body.close();
    Ok(Some(json))
}

/// Reads a date, which means the cycle that its last millisecond lies in, so that the day a cycle begins on names that
/// cycle.
fn cycle(view: &View<'_>, query: &str) -> Result<(i64, i64), Refusal> {
    let at = match parameter(query, "billingCycle") {
        None => view.now,
        Some(text) => {
            last_ms(text.parse().map_err(|_| "billingCycle must be a date, YYYY-MM-DD".to_owned())?)
        }
    };
    Ok((cycle_start(at), next_cycle(at)))
}

impl Spending {
    /// Sums the on-demand events of a cycle, from the horizon on if history before it is gone.
    fn of(view: &View<'_>, cycle: (i64, i64)) -> Self {
        let mut days = BTreeMap::<_, Days>::new();
        // What is no longer served as events is in no sum either.
        let start = view.snapshot.horizon.map_or(cycle.0, |horizon| cycle.0.max(horizon));
        for event in view.list().between(start, cycle.1) {
            if let (TrueEvent::USAGE_BASED, Some(charged)) = (event.kind.as_str(), event.charged) {
                let person = event.whose().map(str::to_owned);
                // The spend of service accounts is unassigned, whatever team they belong to.
                let of_person = event.team.as_ref().filter(|_| person.is_some());
                let team = of_person.and_then(|name| view.company.teams.iter().position(|team| team == name));
                let day = date(event.timestamp_ms);
                *days.entry((team, person)).or_default().entry(day).or_default() += charged;
            }
        }
        Self { cycle, days }
    }

    /// Returns a person's spend by day; none without any.
    fn of_person(&self, team: Option<usize>, email: &str) -> Days {
        self.days.get(&(team, Some(email.to_owned()))).cloned().unwrap_or_default()
    }

    /// Returns the spend of all members of a team by day.
    fn of_team(&self, team: Option<usize>) -> Days {
        let mut sums = Days::new();
        for (_, days) in self.days.iter().filter(|((of, _), _)| *of == team) {
            for (day, amount) in days {
                *sums.entry(*day).or_default() += amount;
            }
        }
        sums
    }

    /// Writes the cycle that the sums are of.
    fn write_cycle(&self, body: &mut Object<'_>) {
        let mut cycle = Object::open(body.key("billingCycle"));
        cycle.text("cycleStart", &instant_text(self.cycle.0));
        cycle.text("cycleEnd", &instant_text(self.cycle.1));
        cycle.close();
    }
}

/// Writes a group with its members; former ones are listed if they left in the cycle or later.
fn group(out: &mut String, team: Option<usize>, spending: &Spending, view: &View<'_>, in_detail: bool) {
    let name = team.and_then(|team| view.company.teams.get(team)).map_or("Unassigned", String::as_str);
    let founded = instant_text(view.range.0);
    let (current, former): (Vec<_>, Vec<_>) =
        memberships(view, team).into_iter().partition(|membership| membership.left.is_none());
    // Whoever left before the cycle has no part in it.
    let former = former.into_iter().filter(|membership| membership.left >= Some(spending.cycle.0));
    let directory = team.map(|_| format!("team_group_{}", slug(name)));
    let mut group = Object::open(out);
    group.text("id", &format!("group_{}", slug(name)));
    group.text("name", name);
    group.text("type", "BILLING");
    group.nullable_text("directoryGroupId", directory.as_deref());
    group.raw("memberCount", current.len());
    group.text("createdAt", &founded);
    group.text("updatedAt", &founded);
    let days = spending.of_team(team);
    group.raw("spendCents", cents_json(days.values().sum(), view.behaviour.notation));
    array(group.key("currentMembers"), current.into_iter(), |out, membership| {
        let days = spending.of_person(team, &membership.person.email);
        member(out, &membership, &days, view, in_detail);
    });
    array(group.key("formerMembers"), former, |out, membership| {
        member(out, &membership, &spending.of_person(team, &membership.person.email), view, false);
    });
    daily(group.key("dailySpend"), &days, view);
    group.close();
}

/// Writes a member; the days only in detail.
fn member(out: &mut String, membership: &Membership<'_>, days: &Days, view: &View<'_>, in_detail: bool) {
    let mut member = Object::open(out);
    person_id(&mut member, "userId", membership.person, &view.behaviour);
    member.text("name", &membership.person.name);
    member.text("email", &membership.person.sent_email);
    member.text("joinedAt", &instant_text(membership.joined));
    member.nullable_text("leftAt", membership.left.map(instant_text).as_deref());
    member.raw("spendCents", cents_json(days.values().sum(), view.behaviour.notation));
    if in_detail {
        daily(member.key("dailySpend"), days, view);
    }
    member.close();
}

/// Writes spend by day, in order.
fn daily(out: &mut String, days: &Days, view: &View<'_>) {
    array(out, days.iter(), |out, (day, amount)| {
        let mut row = Object::open(out);
        row.text("date", &day.to_string());
        row.raw("spendCents", cents_json(*amount, view.behaviour.notation));
        row.close();
    });
}
