//! `GET /teams/members`.

use crate::behaviour::Era;
use crate::endpoints::view::View;
use crate::wire::{Object, array, person_id};

/// Answers the members of the team. Source: <https://cursor.com/docs/account/teams/admin-api>, "Get Team
/// Members".
///
/// Removed people are left out, as users report, although the page knows `isRemoved: true`. It has no pages.
pub(crate) fn answer(view: &View<'_>) -> String {
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    array(body.key("teamMembers"), view.members().into_iter(), |out, person| {
        let mut row = Object::open(out);
        person_id(&mut row, "id", person, &view.behaviour);
        row.text("name", &person.name);
        row.text("email", &person.sent_email);
        row.text("role", person.role);
        if view.behaviour.era != Era::Year2025 {
            row.raw("isRemoved", false);
        }
        row.close();
    });
    body.close();
    json
}
