//! Billing groups, directory groups and model access.

use std::collections::BTreeSet;

use cursor_simulator::{CENT, Simulator, TrueEvent};
use http::Method;

use crate::support::{Row, cents, demo, list, object, send, string, text};

fn get(sim: &Simulator, path: &str) -> String {
    let response = send(sim, Method::GET, path, "");
    assert_eq!(response.status(), 200, "{path}");
    text(&response)
}

fn rows(group: &Row, name: &str) -> Vec<Row> {
    serde_json::from_str(group[name].get()).unwrap()
}

fn spend(group: &Row) -> i128 {
    cents(group, "spendCents").unwrap()
}

#[test]
fn groups_share_out_what_the_invoice_asks_for() {
    let invoice = demo().invoices().remove(1);
    let json = get(demo(), "/teams/groups?billingCycle=2026-09-14");
    let body = object(&json);
    assert_eq!(
        body["billingCycle"].get(),
        r#"{"cycleStart":"2026-09-14T09:30:00.000Z","cycleEnd":"2026-10-14T09:30:00.000Z"}"#
    );
    let mut groups = list(&json, "groups");
    assert_eq!(groups.len(), 8);
    groups.push(object(body["unassignedGroup"].get()));
    let exact: i128 = invoice.usage_lines.iter().map(|line| line.exact).sum();
    assert_eq!(groups.iter().map(spend).sum::<i128>(), exact);
    for group in &groups {
        assert_eq!(rows(group, "dailySpend").iter().map(spend).sum::<i128>(), spend(group));
        assert_eq!(group["memberCount"].get(), rows(group, "currentMembers").len().to_string());
    }
    let start = invoice.period_start.timestamp_millis()..invoice.period_end.timestamp_millis();
    let events = demo().events();
    let payments = events.iter().filter(|event| {
        start.contains(&event.timestamp_ms)
            && event.person.is_some()
            && event.team.as_deref() == Some("Payments")
            && event.kind == TrueEvent::USAGE_BASED
    });
    assert_eq!(string(&groups[0], "id").unwrap(), "group_payments");
    assert_eq!(spend(&groups[0]), payments.map(|event| event.charged.unwrap()).sum::<i128>());
}

#[test]
fn everybody_is_in_one_group_and_movers_were_in_another() {
    let json = get(demo(), "/teams/groups");
    let mut groups = list(&json, "groups");
    groups.push(object(object(&json)["unassignedGroup"].get()));
    let ids = |name: &str| -> Vec<_> {
        groups.iter().flat_map(|group| rows(group, name)).map(|row| string(&row, "userId").unwrap()).collect()
    };
    let current = ids("currentMembers");
    assert_eq!(current.len(), 202, "all members, contractors among them");
    assert_eq!(current.iter().collect::<BTreeSet<_>>().len(), current.len());
    let json = get(demo(), "/teams/groups?billingCycle=2026-08-20");
    let former: Vec<_> =
        list(&json, "groups").iter().flat_map(|group| rows(group, "formerMembers")).collect();
    assert!(former.len() >= 12, "{}", former.len());
    assert!(former.iter().all(|row| row["leftAt"].get() != "null"));
}

#[test]
fn one_group_shows_its_members_days() {
    let json = get(demo(), "/teams/groups/group_web?billingCycle=2026-09-20");
    let group = object(object(&json)["group"].get());
    let members = rows(&group, "currentMembers");
    assert!(!members.is_empty());
    for member in &members {
        assert_eq!(rows(member, "dailySpend").iter().map(spend).sum::<i128>(), spend(member));
    }
    let listed = list(&get(demo(), "/teams/groups"), "groups");
    assert!(rows(&listed[0], "currentMembers").iter().all(|member| !member.contains_key("dailySpend")));
    assert_eq!(
        object(object(&get(demo(), "/teams/groups/group_unassigned"))["group"].get())["directoryGroupId"]
            .get(),
        "null"
    );
    for (path, status) in [
        ("/teams/groups/group_nobody", 404),
        ("/teams/groups/web", 404),
        ("/teams/groups?billingCycle=soon", 400),
        ("/teams/groups/group_web?billingCycle=2026-13-01", 400),
    ] {
        assert_eq!(send(demo(), Method::GET, path, "").status(), status, "{path}");
    }
}

#[test]
fn directory_groups_come_in_pages() {
    let mut names = Vec::new();
    for page in 1..=3 {
        let json = get(demo(), &format!("/teams/directory-groups?page={page}&pageSize=3"));
        let pagination = object(object(&json)["pagination"].get());
        assert_eq!((pagination["totalCount"].get(), pagination["totalPages"].get()), ("8", "3"));
        assert_eq!(pagination["hasNextPage"].get(), (page < 3).to_string());
        names.extend(list(&json, "groups").iter().map(|row| string(row, "name").unwrap()));
    }
    assert_eq!(names.len(), 8);
    assert_eq!(names[7], "Security");
    let all = get(demo(), "/teams/directory-groups?pageSize=5000");
    assert!(all.contains(r#""pageSize":200"#));
    assert_eq!(list(&all, "groups")[0]["monthlySpendingLimitDollars"].get(), "200");
    assert_eq!(list(&all, "groups")[1]["monthlySpendingLimitDollars"].get(), "null");
    for bad in ["page=0", "pageSize=x", "pageSize=-1"] {
        assert_eq!(send(demo(), Method::GET, &format!("/teams/directory-groups?{bad}"), "").status(), 400);
    }
}

#[test]
fn directory_groups_have_members() {
    let json = get(demo(), "/teams/directory-groups/team_group_data_platform/members?pageSize=200");
    let members = list(&json, "members");
    let group = get(demo(), "/teams/directory-groups/team_group_data_platform");
    assert_eq!(object(object(&group)["group"].get())["memberCount"].get(), members.len().to_string());
    assert!(members.iter().all(|row| string(row, "joinedAt").unwrap().ends_with('Z')));
    for path in ["/teams/directory-groups/nothing", "/teams/directory-groups/nothing/members"] {
        assert_eq!(send(demo(), Method::GET, path, "").status(), 404);
    }
}

#[test]
fn given_events_make_groups_of_their_teams() {
    let event = |at: i64, person: &str, team: &str| {
        let mut event = TrueEvent::new(at, "default", TrueEvent::USAGE_BASED);
        event.email = Some(person.to_owned());
        event.team = Some(team.to_owned());
        event.charged = Some(CENT);
        event
    };
    let sim = Simulator::of_events(vec![
        event(5, "a@x", "Blue"),
        event(1, "a@x", "Red Éclair"),
        event(2, "b@x", "Blue"),
    ]);
    let groups = list(&get(&sim, "/teams/groups"), "groups");
    let ids: Vec<_> = groups.iter().map(|group| string(group, "id").unwrap()).collect();
    assert_eq!(ids, ["group_blue", "group_red_éclair"]);
    assert_eq!(groups.iter().map(spend).collect::<Vec<_>>(), [2 * CENT, CENT]);
    assert_eq!(rows(&groups[1], "formerMembers").len(), 1);
    sim.remove_member("b@x");
    assert_eq!(list(&get(&sim, "/teams/groups"), "groups")[0]["memberCount"].get(), "1");
}

#[test]
fn the_catalogue_has_display_names() {
    let json = get(demo(), "/teams/model-access/providers");
    let providers = list(&json, "providers");
    assert_eq!(string(&providers[0], "displayName").unwrap(), "Anthropic");
    assert!(json.contains(r#"{"id":"gpt-5.4","displayName":"GPT-5.4","enabled":true,"parameters":[]}"#));
    assert!(json.contains(r#""configuredDefaultValue":null"#));
    serde_json::from_str::<serde_json::Value>(&json).unwrap();
    let configuration = get(demo(), "/teams/model-access/configuration");
    assert_eq!(
        configuration,
        r#"{"teamId":4711,"state":"custom","newProviderDefault":"enabled","newModelDefault":"enabled"}"#
    );
}

#[test]
fn nothing_can_be_written() {
    for (method, path) in [
        (Method::POST, "/teams/groups"),
        (Method::PATCH, "/teams/groups/group_web"),
        (Method::DELETE, "/teams/directory-groups/team_group_web"),
        (Method::PUT, "/teams/model-access/configuration"),
    ] {
        let refused = send(demo(), method, path, "{}");
        assert_eq!(
            (refused.status().as_u16(), refused.headers()["allow"].to_str().unwrap()),
            (405, "GET"),
            "{path}"
        );
    }
    assert_eq!(send(demo(), Method::POST, "/teams/groups/group_web/members", "{}").status(), 404);
}
