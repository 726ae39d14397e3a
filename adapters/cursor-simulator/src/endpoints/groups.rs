//! Who is, or was, in which group. The teams of the company are its billing groups and its directory groups.

use crate::company::Person;
use crate::endpoints::view::View;

/// Somebody's time in a team.
///
/// A person who moved has two of them, which meet at the move.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Membership<'a> {
    pub(crate) person: &'a Person,
    /// When the person came into the team, in milliseconds since 1970.
    pub(crate) joined: i64,
    /// When the person left it; `None` for those who are in it now.
    pub(crate) left: Option<i64>,
}

/// Returns the end of an id: the name in small letters, with `_` for all that is neither letter nor digit.
///
/// Ids are made of names, so that they are the same in every process.
pub(crate) fn slug(name: &str) -> String {
    name.chars()
        .map(|letter| if letter.is_alphanumeric() { letter } else { '_' })
        .collect::<String>()
        .to_lowercase()
}

/// Returns the team whose group has this id.
pub(crate) fn team_of(view: &View<'_>, prefix: &str, id: &str) -> Option<usize> {
    let wanted = id.strip_prefix(prefix)?;
    view.company.teams.iter().position(|name| slug(name) == wanted)
}

/// Returns every membership that has begun, in the order of the company's books; `None` is outside all teams.
pub(crate) fn memberships<'a>(view: &View<'a>, team: Option<usize>) -> Vec<Membership<'a>> {
    let mut found = Vec::new();
    for person in &view.company.people {
        let joined = person.joined.unwrap_or(view.range.0);
        let left = person.left.or(view.removed.get(&person.email).copied());
        let moved = person.moves.map(|(at, _)| at);
        let first = (person.team, joined, moved.or(left));
        let second = person.moves.map(|(at, team)| (Some(team), at, left));
        for (in_team, joined, left) in std::iter::once(first).chain(second) {
            if in_team == team && joined <= view.now {
                found.push(Membership { person, joined, left: left.filter(|at| *at <= view.now) });
            }
        }
    }
    found
}
