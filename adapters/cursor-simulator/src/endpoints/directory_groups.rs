//! `GET /teams/directory-groups`, one of them, and its members.

use crate::endpoints::groups::{Membership, memberships, slug, team_of};
use crate::endpoints::listing;
use crate::endpoints::request::Refusal;
use crate::endpoints::view::View;
use crate::wire::{Object, array, instant_text, person_id};

/// What a member of the first group may spend in a month; the others have no limit.
const LIMIT_DOLLARS: u32 = 200;

/// Answers the list of groups, one page of it. Source: <https://cursor.com/docs/account/teams/admin-api>,
/// "Team Directory Groups".
pub(crate) fn all(view: &View<'_>, query: &str) -> Result<String, Refusal> {
    let paging = listing::of_query(query)?;
    let whole = view.company.teams.len();
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    let teams = (0..whole).skip(paging.skip()).take(paging.size);
    array(body.key("groups"), teams, |out, team| group(out, team, view));
    listing::write(&mut body, &paging, "totalCount", whole);
    body.close();
    Ok(json)
}

/// Answers one group; `None` if there is no group with that id.
pub(crate) fn one(view: &View<'_>, id: &str) -> Option<String> {
    let team = team_of(view, "team_group_", id)?;
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    group(body.key("group"), team, view);
    body.close();
    Some(json)
}

/// Answers the members of a group, one page of them; `None` if there is no group with that id.
pub(crate) fn members(view: &View<'_>, id: &str, query: &str) -> Result<Option<String>, Refusal> {
    let Some(team) = team_of(view, "team_group_", id) else { return Ok(None) };
    let paging = listing::of_query(query)?;
    let current = current(view, team);
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    let rows = current.iter().skip(paging.skip()).take(paging.size);
    array(body.key("members"), rows, |out, membership| {
        let mut row = Object::open(out);
        person_id(&mut row, "userId", membership.person, &view.behaviour);
        row.text("name", &membership.person.name);
        row.text("email", &membership.person.sent_email);
        row.text("joinedAt", &instant_text(membership.joined));
        row.close();
    });
    listing::write(&mut body, &paging, "totalCount", current.len());
    body.close();
    Ok(Some(json))
}

/// Returns who is in a team now.
fn current<'a>(view: &View<'a>, team: usize) -> Vec<Membership<'a>> {
    let mut current = memberships(view, Some(team));
    current.retain(|membership| membership.left.is_none());
    current
}

/// Writes a group; only the first has a spending limit.
fn group(out: &mut String, team: usize, view: &View<'_>) {
    let name = view.company.teams.get(team).map_or("", String::as_str);
    let founded = instant_text(view.range.0);
    let mut group = Object::open(out);
    group.text("id", &format!("team_group_{}", slug(name)));
    group.text("name", name);
    group.raw("memberCount", current(view, team).len());
    if team == 0 {
        group.raw("monthlySpendingLimitDollars", LIMIT_DOLLARS);
    } else {
        group.raw("monthlySpendingLimitDollars", "null");
    }
    group.text("createdAt", &founded);
    group.text("updatedAt", &founded);
    group.close();
}
