//! Members and spend.

use cursor_admin_client::ErrorKind;
use cursor_admin_client::endpoints::members::Member;
use cursor_admin_client::endpoints::spend::{MemberSpend, SpendOrder, SpendQuery};

use crate::groups::shown;
use crate::support::{Step, at, ok, page, stage, status};

#[tokio::test]
async fn members_of_every_era() {
    let stage = stage([ok(r#"{"teamMembers":[
        {"id":"user_1","name":"Nora","email":"nora@example.com","role":"free-owner","isRemoved":false},
        {"id":42,"name":"","email":"paul@example.com","role":"captain"},
        {"name":null,"email":"olga@example.com","role":"member","isRemoved":true}]}"#)]);
    let members = stage.client.members().await.unwrap().rows;
    let shown: Vec<_> = members
        .iter()
        .map(|m| (m.id.as_deref(), m.name.as_deref(), m.role.as_deref(), m.is_removed))
        .collect();
    assert_eq!(
        shown,
        [
            (Some("user_1"), Some("Nora"), Some("free-owner"), Some(false)),
            (Some("42"), None, Some("captain"), None),
            (None, None, Some("member"), Some(true)),
        ]
    );
    let sent = &stage.script.sent()[0];
    assert_eq!((sent.method.as_str(), sent.uri.as_str()), ("GET", "https://api.cursor.com/teams/members"));
}

#[tokio::test]
async fn fields_that_are_not_read_are_counted_on_both() {
    let stage = stage([
        ok(r#"{"teamMembers":[{"id":1,"seat":"premium"},{"id":2,"seat":null}],"nextCursor":"canary"}"#),
        ok(
            r#"{"teamMemberSpend":[{"userId":1,"badge":{"of":"canary"}},{"userId":2,"badge":{}}],"totalMembers":2,
               "totalPages":1,"limitedUsersCount":1}"#,
        ),
    ]);
    let members = stage.client.members().await.unwrap();
    assert_eq!(
        shown(&members.unknown_fields),
        [("nextCursor", "string", 1), ("teamMembers[].seat", "null", 1), ("teamMembers[].seat", "string", 1)]
    );
    let spend = stage.client.spend().await.unwrap();
    assert_eq!(
        shown(&spend.unknown_fields),
        [("limitedUsersCount", "number", 1), ("teamMemberSpend[].badge", "object", 2)]
    );
}

#[tokio::test]
async fn spend_by_a_query() {
    let stage = stage([spend(1, 1, &[1])]);
    let query = SpendQuery::new().search("no\"ra").order(SpendOrder::Amount).descending().page_size(7);
    assert_eq!(stage.client.spend_by(&query).await.unwrap().total_members, 1);
    let expected: serde_json::Value = serde_json::from_str(
        r#"{"page":1,"pageSize":7,"sortBy":"amount","sortDirection":"desc","searchTerm":"no\"ra"}"#,
    )
    .unwrap();
    assert_eq!(stage.script.sent()[0].body, expected);
    assert!(!format!("{query:?}").contains("ra\""));
    let error = stage.client.spend_by(&SpendQuery::new().page_size(0)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Config, 0));
    for (order, word) in [(SpendOrder::User, "user"), (SpendOrder::Date, "date")] {
        let stage = crate::support::stage([spend(1, 1, &[1])]);
        stage.client.spend_by(&SpendQuery::new().order(order)).await.unwrap();
        assert_eq!(stage.script.sent()[0].body["sortBy"], word);
    }
}

#[tokio::test]
async fn members_that_cannot_be_read() {
    let stage1 = stage([ok(r#"{"teamMembers":[{"id":"1"},{"email":{}}]}"#)]);
    let error = stage1.client.members().await.unwrap_err();
    assert!(error.to_string().starts_with("reading members: cannot read `teamMembers[1].email`"), "{error}");
    let stage2 = stage([ok("{}")]);
    assert!(stage2.client.members().await.unwrap_err().is_decode());
    let stage3 = stage([status(403, "")]);
    assert!(stage3.client.members().await.unwrap_err().is_plan_or_scope());
}

fn spend(total: u64, pages: u64, ids: &[u64]) -> Step {
    let rows: Vec<String> = ids
        .iter()
        .map(|id| {
            format!(r#"{{"userId":"user_{id}","spendCents":{id}.450125,"overallSpendCents":4012.450125}}"#)
        })
        .collect();
    ok(format!(
        r#"{{"teamMemberSpend":[{}],"subscriptionCycleStart":1784851200000,"totalMembers":{total},"totalPages":{pages}}}"#,
        rows.join(",")
    ))
}

#[tokio::test]
async fn spend_reads_all_pages() {
    let stage = stage([spend(3, 2, &[1, 2]), spend(3, 2, &[3])]);
    let spend = stage.client.spend().await.unwrap();
    assert_eq!((spend.members.len(), spend.total_members, spend.requests), (3, 3, 2));
    assert_eq!(spend.cycle_start, Some(at("2026-07-24T00:00:00Z")));
    assert_eq!(spend.members[2].spend_cents.unwrap().to_string(), "3.450125");
    let pages: Vec<_> = stage.script.sent().iter().map(|sent| sent.body["page"].to_string()).collect();
    assert_eq!(pages, ["1", "2"]);
}

#[tokio::test]
async fn every_field_of_spend() {
    let stage = stage([ok(
        r#"{"teamMemberSpend":[{"userId":7,"name":"Nora","email":"nora@example.com","role":"member",
        "spendCents":"12.5","overallSpendCents":30,"includedSpendCents":17.5,"fastPremiumRequests":4,
        "hardLimitOverrideDollars":0,"monthlyLimitDollars":null,"effectivePerUserLimitDollars":50,
        "billingTier":"x"}]}"#,
    )]);
    let spend = stage.client.spend().await.unwrap();
    assert_eq!((spend.total_members, spend.cycle_start), (1, None));
    let member = &spend.members[0];
    assert_eq!(member.user_id.as_deref(), Some("7"));
    assert_eq!(member.spend_cents.unwrap().to_string(), "12.5");
    assert_eq!(member.included_spend_cents.unwrap().to_string(), "17.5");
    assert_eq!(member.fast_premium_requests, Some(4));
    assert_eq!(member.hard_limit_override_dollars.unwrap().to_string(), "0");
    assert_eq!(member.monthly_limit_dollars, None);
    let row = r#"{"userId":7,"spendCents":12.5}"#;
    assert_eq!(MemberSpend::from_json(row).unwrap().spend_cents, member.spend_cents);
    assert!(MemberSpend::from_json(r#"{"spendCents":{}}"#).unwrap_err().is_decode());
    assert_eq!(Member::from_json(r#"{"id":7}"#).unwrap().id.as_deref(), Some("7"));
    assert_eq!(member.effective_per_user_limit_dollars.unwrap().to_string(), "50");
}

#[tokio::test]
async fn spend_that_shifts_is_read_again() {
    let stage1 = stage([spend(3, 2, &[1, 2]), spend(3, 2, &[2]), spend(3, 2, &[1, 2]), spend(3, 2, &[3])]);
    assert_eq!(stage1.client.spend().await.unwrap().requests, 4);
    let moved = stage([spend(3, 2, &[1, 2]), spend(4, 2, &[3]), spend(1, 1, &[1])]);
    assert_eq!(moved.client.spend().await.unwrap().requests, 3);
    let stage2 = stage(vec![spend(3, 1, &[1, 2]); 3]);
    let error = stage2.client.spend().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.announced(), error.received()),
        (ErrorKind::Incomplete, Some(3), Some(2))
    );
}

#[tokio::test]
async fn an_answer_of_another_endpoint_is_not_taken() {
    let stage = stage([page(0, 1, false, &[])]);
    assert!(stage.client.spend().await.unwrap_err().is_decode());
}
