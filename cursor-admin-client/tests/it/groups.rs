//! Billing groups.

use chrono::NaiveDate;
use cursor_admin_client::ErrorKind;
use cursor_admin_client::decode::UnknownField;

use crate::support::{at, ok, stage, status};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn shown(fields: &[UnknownField]) -> Vec<(&str, &str, u64)> {
    fields.iter().map(|field| (field.path.as_str(), field.json_type, field.count)).collect()
}

#[tokio::test]
async fn billing_groups_of_a_cycle() {
    let stage = stage([ok(include_str!("fixtures/billing-groups.json"))]);
    let read = stage.client.billing_groups(Some(day("2026-07-02"))).await.unwrap();
    assert_eq!(read.cycle.start, Some(at("2026-06-24T00:00:00Z")));
    assert_eq!(read.cycle.end, Some(at("2026-07-24T00:00:00Z")));
    let group = &read.groups[0];
    assert_eq!((group.id.as_deref(), group.name.as_deref()), (Some("group_01A"), Some("Platform")));
    assert_eq!((group.kind.as_deref(), group.directory_group_id.as_deref()), (Some("BILLING"), None));
    assert_eq!((group.member_count, group.rounded_amounts), (Some(1), 0));
    assert_eq!(group.updated_at, Some(at("2026-06-01T09:00:00Z")));
    assert_eq!(group.spend_cents.unwrap().to_string(), "366.010009765625");
    assert_eq!(group.daily_spend[0].spend_cents.unwrap().to_string(), "40.16699999999999");
    assert_eq!(group.daily_spend[0].date, Some(day("2026-07-01")));
    let former = &group.former_members[0];
    assert_eq!((former.user_id.as_deref(), former.name.as_deref()), (Some("42"), None));
    assert_eq!(former.left_at, Some(at("2026-07-03T00:00:00Z")));
    assert_eq!(former.spend_cents.unwrap().to_string(), "66.000009765625");
    assert_eq!(group.current_members[0].email.as_deref(), Some("nora@example.com"));
    assert_eq!((read.groups[1].id.as_deref(), read.groups[1].spend_cents), (None, None));
    assert_eq!(read.unassigned.unwrap().spend_cents.unwrap().to_string(), "12");
    assert_eq!(
        shown(&read.unknown_fields),
        [("groups[].color", "string", 1), ("groups[].dailySpend[].currency", "string", 1)]
    );
    let sent = &stage.script.sent()[0];
    assert_eq!(sent.method, "GET");
    assert_eq!(sent.uri, "https://api.cursor.com/teams/groups?billingCycle=2026-07-02");
}

#[tokio::test]
async fn one_billing_group() {
    let stage1 = stage([ok(include_str!("fixtures/billing-group.json"))]);
    let read = stage1.client.billing_group("group_01A", None).await.unwrap();
    let member = &read.group.current_members[0];
    assert_eq!(member.daily_spend[1].spend_cents.unwrap().to_string(), "3");
    assert_eq!(read.group.directory_group_id.as_deref(), Some("team_group_7"));
    assert_eq!(shown(&read.unknown_fields), [("group.currentMembers[].badge", "number", 1)]);
    assert_eq!(stage1.script.sent()[0].uri, "https://api.cursor.com/teams/groups/group_01A");
    let stage2 = stage([status(404, r#"{"error":"Not Found","message":"Resource not found"}"#)]);
    let error = stage2.client.billing_group("group_9", Some(day("2026-07-02"))).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Rejected, "reading a billing group"));
}

#[tokio::test]
async fn an_id_that_is_none_is_not_sent() {
    let stage = stage([]);
    for id in ["", ".", "..", "a/b", "a%2Fb", "../members", "1?x=1", "1#x", "a b", "\u{e9}"] {
        let error = stage.client.billing_group(id, None).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Config, 0), "{id}");
    }
    assert!(stage.script.sent().is_empty());
}

#[tokio::test]
async fn groups_that_cannot_be_read_are_no_empty_list() {
    for (body, field) in [
        ("{}", "`groups`"),
        (r#"{"groups":[{}],"unassignedGroup":[]}"#, "`unassignedGroup`"),
        (r#"{"groups":[{"dailySpend":[{"date":"July"}]}]}"#, "`groups[0].dailySpend[0].date`"),
        (
            r#"{"groups":[{},{"currentMembers":[{"spendCents":{}}]}]}"#,
            "`groups[1].currentMembers[0].spendCents`",
        ),
        (r#"{"groups":[],"billingCycle":{"cycleEnd":"soon"}}"#, "`billingCycle.cycleEnd`"),
    ] {
        let stage = stage([ok(body)]);
        let error = stage.client.billing_groups(None).await.unwrap_err();
        assert!(error.is_decode() && error.to_string().contains(field), "{error}");
    }
    let bare = stage([ok(r#"{"groups":[]}"#)]);
    let read = bare.client.billing_groups(None).await.unwrap();
    assert_eq!((read.groups.len(), read.unassigned, read.cycle.end), (0, None, None));
    assert_eq!(bare.script.sent()[0].uri, "https://api.cursor.com/teams/groups");
}

#[tokio::test]
async fn debug_names_nobody() {
    let stage = stage([ok(include_str!("fixtures/billing-groups.json"))]);
    let shown = format!("{:?}", stage.client.billing_groups(None).await.unwrap());
    assert!(!shown.contains("example.com") && !shown.contains("Nora"), "{shown}");
}
