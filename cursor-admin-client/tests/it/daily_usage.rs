//! Activity by person and day.

use cursor_admin_client::ErrorKind;
use cursor_admin_client::endpoints::daily_usage::DailyUsage;

use crate::groups::shown;
use crate::support::{Step, at, ok, stage};

const DAY_MILLIS: u64 = 86_400_000;

#[tokio::test]
async fn every_field_of_active_people() {
    let stage = stage([ok(include_str!("fixtures/daily-usage.json"))]);
    let (start, end) = (at("2026-07-01T00:00:00Z"), at("2026-07-31T00:00:00Z"));
    let read = stage.client.daily_usage(start, end).await.unwrap();
    assert_eq!((read.rows.len(), read.announced, read.requests), (3, None, 1));
    let row = &read.rows[0];
    assert_eq!((row.user_id.as_deref(), row.email.as_deref()), (Some("42"), Some("nora@example.com")));
    assert_eq!((row.day.unwrap().to_string().as_str(), row.is_active), ("2026-07-01", Some(true)));
    let counts = [
        row.total_lines_added,
        row.total_lines_deleted,
        row.accepted_lines_added,
        row.accepted_lines_deleted,
        row.total_applies,
        row.total_accepts,
        row.total_rejects,
        row.total_tabs_shown,
        row.total_tabs_accepted,
        row.composer_requests,
        row.chat_requests,
        row.agent_requests,
        row.cmdk_usages,
        row.bugbot_usages,
        row.subscription_included_requests,
        row.usage_based_requests,
    ];
    assert_eq!(counts.map(Option::unwrap).to_vec(), (1..=16).collect::<Vec<u64>>());
    assert_eq!(row.api_key_requests, Some(9_007_199_254_740_993), "beyond what a float holds");
    assert_eq!(row.most_used_model.as_deref(), Some("claude-4.6-opus-high"));
    let extensions = (row.apply_most_used_extension.as_deref(), row.tab_most_used_extension.as_deref());
    assert_eq!(extensions, (Some(".rs"), Some(".md")));
    assert_eq!(row.client_version.as_deref(), Some("2.1.0"));
    assert_eq!(read.rows[1].day.unwrap().to_string(), "2026-07-02", "from the older field");
    assert_eq!(read.rows[2], DailyUsage::from_json("{}").unwrap());
    assert_eq!(shown(&read.unknown_fields), [("data[].mood", "null", 1), ("data[].mood", "number", 1)]);
    let sent = &stage.script.sent()[0];
    assert_eq!(
        (sent.method.as_str(), sent.uri.as_str()),
        ("POST", "https://api.cursor.com/teams/daily-usage-data")
    );
    assert_eq!(sent.body.to_string(), r#"{"endDate":1785455999999,"startDate":1782864000000}"#);
    assert!(!format!("{read:?}").contains("example.com"));
}

fn people(total: u64, number: u64, has_next: bool, rows: &[(u64, u64)]) -> Step {
    let rows: Vec<String> = rows
        .iter()
        .map(|(user, day)| format!(r#"{{"userId":"user_{user}","date":{}}}"#, day * DAY_MILLIS))
        .collect();
    ok(format!(
        r#"{{"data":[{}],"pagination":{{"page":{number},"totalUsers":{total},"hasNextPage":{has_next}}}}}"#,
        rows.join(",")
    ))
}

#[tokio::test]
async fn everyone_comes_in_pages() {
    let (start, end) = (at("1970-01-01T00:00:00Z"), at("1970-01-03T00:00:00Z"));
    let one = stage([people(2, 1, true, &[(1, 0), (1, 1)]), people(2, 2, false, &[(2, 0), (2, 1)])]);
    let read = one.client.daily_usage_of_everyone(start, end).await.unwrap();
    assert_eq!((read.rows.len(), read.announced, read.requests), (4, Some(2), 2));
    let body = one.script.sent()[1].body.to_string();
    assert_eq!(body, r#"{"endDate":172799999,"page":2,"pageSize":500,"startDate":0}"#);
    let moved = stage([
        people(2, 1, true, &[(1, 0), (1, 1)]),
        people(2, 2, false, &[(1, 1), (2, 1)]),
        people(2, 1, false, &[(1, 0), (1, 1), (2, 0), (2, 1)]),
    ]);
    assert_eq!(moved.client.daily_usage_of_everyone(start, end).await.unwrap().requests, 3);
    let twice = stage(vec![people(2, 1, false, &[(1, 0), (1, 0)]); 3]);
    let error = twice.client.daily_usage_of_everyone(start, end).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Incomplete, "reading daily usage"));
}

#[tokio::test]
async fn a_window_that_cursor_refuses_is_not_sent() {
    let stage = stage([]);
    let (start, month) = (at("2026-07-01T00:00:00Z"), at("2026-07-31T00:00:00Z"));
    for (start, end) in [(start, start), (month, start), (start, at("2026-07-31T00:00:00.001Z"))] {
        let error = stage.client.daily_usage(start, end).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Config, 0));
        assert!(stage.client.daily_usage_of_everyone(start, end).await.is_err());
    }
    assert!(stage.script.sent().is_empty());
}

#[tokio::test]
async fn what_is_no_list_of_days_is_a_fault() {
    let (start, end) = (at("2026-07-01T00:00:00Z"), at("2026-07-02T00:00:00Z"));
    for (body, field) in [
        ("{}", "`data`"),
        (r#"{"data":[{"totalApplies":1.5}]}"#, "`data[0].totalApplies`"),
        (r#"{"data":[{},{"day":20260701}]}"#, "`data[1].day`"),
    ] {
        let stage = stage([ok(body)]);
        let error = stage.client.daily_usage(start, end).await.unwrap_err();
        assert!(error.is_decode() && error.to_string().contains(field), "{error}");
    }
}
