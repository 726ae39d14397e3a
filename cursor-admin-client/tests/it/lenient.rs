//! Rows that cannot be read: an error of a strict client, kept by a lenient one.

use cursor_admin_client::ErrorKind;
use cursor_admin_client::decode::BadRow;
use futures_util::TryStreamExt;

use crate::support::{Step, at, first_day, ok, row, stage};

/// Cannot be read, and holds what must not be logged.
const BAD: &str = r#"{"timestamp":"5", "userEmail":"canary.person@example.com","chargedCents":"a lot"}"#;

fn events(announced: usize, number: usize, has_next: bool, rows: &[&str]) -> Step {
    ok(format!(
        r#"{{"totalUsageEventsCount":{announced},"usageEvents":[{}],
            "pagination":{{"currentPage":{number},"hasNextPage":{has_next}}}}}"#,
        rows.join(",")
    ))
}

fn shown(bad: &[BadRow]) -> Vec<(Option<u32>, usize, &str, &str)> {
    bad.iter().map(|bad| (bad.page, bad.row, bad.path(), bad.text.as_str())).collect()
}

#[tokio::test]
async fn strict_is_the_default() {
    let (good, steps) = (row(9), |good: &str| [events(3, 1, false, &[good, BAD, "7"])]);
    let stage = stage(steps(&good));
    let error = first_day(&stage.client).snapshot().await.unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::Decode, Some("usageEvents[1].chargedCents")));
}

#[tokio::test]
async fn a_lenient_snapshot_holds_good_rows_and_bad_ones() {
    let (nine, eight) = (row(9), row(8));
    let stage = stage([
        events(5, 1, true, &[&nine, BAD, "7"]),
        events(5, 2, false, &[r#"{"timestamp":{}}"#, &eight]),
    ]);
    let snapshot = first_day(&stage.client.lenient()).snapshot().await.unwrap();
    let times: Vec<i64> = snapshot.events.iter().map(|event| event.timestamp.timestamp_millis()).collect();
    assert_eq!((times, snapshot.announced, snapshot.rereads), (vec![9, 8], 5, 0));
    assert_eq!(
        shown(&snapshot.bad_rows),
        [
            (Some(1), 1, "usageEvents[1].chargedCents", BAD),
            (Some(1), 2, "usageEvents[2]", "7"),
            (Some(2), 0, "usageEvents[0].timestamp", r#"{"timestamp":{}}"#),
        ]
    );
    assert_eq!(
        snapshot.bad_rows[0].to_string(),
        "page 1: cannot read `usageEvents[1].chargedCents`, expected a number"
    );
    let logged = format!("{snapshot:?} {snapshot:#?} {}", snapshot.bad_rows[0]);
    assert!(!logged.contains("canary") && !logged.contains("a lot"), "{logged}");
}

#[tokio::test]
async fn a_bad_row_may_have_moved_too() {
    let (nine, eight) = (row(9), row(8));
    let moved = [events(4, 1, true, &[&nine, BAD]), events(4, 2, false, &[BAD, &eight])];
    let stage1 = stage([moved.clone(), moved.clone()].concat());
    let snapshot = first_day(&stage1.client.lenient()).snapshot().await.unwrap();
    assert_eq!((snapshot.rereads, snapshot.bad_rows.len()), (1, 2), "two reads agree, so they are twins");

    let later = [events(4, 1, true, &[&nine, &eight]), events(4, 2, false, &[&eight, BAD])];
    let stage2 = stage([moved.clone(), later, moved].concat());
    let snapshot = first_day(&stage2.client.lenient()).snapshot().await;
    assert!(snapshot.unwrap_err().is_incomplete(), "what agrees must follow what it agrees with");

    let apart = [events(4, 1, true, &[BAD, &nine]), events(4, 2, false, &[BAD, &eight])];
    let stage3 = stage(apart);
    assert_eq!(first_day(&stage3.client.lenient()).snapshot().await.unwrap().rereads, 0);
}

#[tokio::test]
async fn bad_rows_count_as_received() {
    let stage = stage(vec![events(3, 1, false, &[BAD, BAD]); 3]);
    let error = first_day(&stage.client.lenient()).snapshot().await.unwrap_err();
    assert_eq!((error.announced(), error.received()), (Some(3), Some(2)));
}

#[tokio::test]
async fn items_have_no_place_for_bad_rows() {
    let nine = row(9);
    let stage = stage([events(2, 1, false, &[&nine, BAD])]);
    let items: Result<Vec<_>, _> = first_day(&stage.client.lenient()).items().try_collect().await;
    assert!(items.unwrap_err().is_decode());
}

#[tokio::test]
async fn a_page_that_is_no_list_fails_all_the_same() {
    for (body, retryable) in [
        (r#"{"totalUsageEventsCount":1,"usageEvents":[{"timestamp":1},{"timest"#, true),
        (r#"{"totalUsageEventsCount":1,"usageEvents":[{"timestamp":1},}]}"#, false),
        (r#"{"totalUsageEventsCount":1,"usageEvents":{"a":1},"pagination":{"hasNextPage":false}}"#, false),
        (r#"{"totalUsageEventsCount":"x","usageEvents":[],"pagination":{"hasNextPage":false}}"#, false),
    ] {
        let stage = stage(vec![ok(body); 5]);
        let error = first_day(&stage.client.lenient()).page(1).await.unwrap_err();
        assert_eq!((error.is_decode(), error.is_retryable()), (true, retryable), "{body}");
    }
}

#[tokio::test]
async fn every_list_can_be_read_leniently() {
    let stage = stage([
        ok(r#"{"teamMembers":[{"id":1},{"id":{}},{"id":3}]}"#),
        ok(r#"{"teamMemberSpend":[{"userId":1},{"spendCents":"x"}],"totalMembers":2,"totalPages":1}"#),
        ok(r#"{"groups":[{"id":"g","dailySpend":[{"date":1}]},{"id":"h"}]}"#),
        ok(r#"{"groups":[[],{"id":"h"}],"pagination":{"totalCount":2,"hasNextPage":false}}"#),
        ok(r#"{"members":[null,{"userId":"h"}],"pagination":{"totalCount":2,"hasNextPage":false}}"#),
        ok(r#"{"data":[{"totalApplies":-1},{"userId":"h"}]}"#),
        ok(r#"{"providers":[{"models":[{"enabled":7}]},{"id":"h"}]}"#),
    ]);
    let client = stage.client.lenient();
    let members = client.members().await.unwrap();
    assert_eq!(
        (members.rows.len(), shown(&members.bad_rows)),
        (2, vec![(None, 1, "teamMembers[1].id", r#"{"id":{}}"#)])
    );
    let spend = client.spend().await.unwrap();
    assert_eq!((spend.members.len(), spend.bad_rows[0].path()), (1, "teamMemberSpend[1].spendCents"));
    let groups = client.billing_groups(None).await.unwrap();
    assert_eq!((groups.groups.len(), groups.bad_rows[0].path()), (1, "groups[0].dailySpend[0].date"));
    let groups = client.directory_groups().await.unwrap();
    assert_eq!((groups.rows.len(), groups.bad_rows[0].path()), (1, "groups[0]"));
    let people = client.directory_group_members("g").await.unwrap();
    assert_eq!((people.rows.len(), people.bad_rows[0].text.as_str()), (1, "null"));
    let days = client.daily_usage(at("2026-07-01T00:00:00Z"), at("2026-07-02T00:00:00Z")).await.unwrap();
    assert_eq!((days.rows.len(), days.bad_rows[0].path()), (1, "data[0].totalApplies"));
    let models = client.model_access().await.unwrap();
    assert_eq!((models.providers.len(), models.bad_rows[0].path()), (1, "providers[0].models[0].enabled"));
    let strict = client.strict();
    assert_eq!(format!("{strict:?}"), format!("{client:?}"));
}
