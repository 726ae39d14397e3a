//! Directory groups and their members, which come in pages.

use cursor_admin_client::ErrorKind;

use crate::groups::shown;
use crate::support::{Step, at, ok, stage};

#[tokio::test]
async fn every_field_of_directory_groups() {
    let stage = stage([ok(include_str!("fixtures/directory-groups.json"))]);
    let read = stage.client.directory_groups().await.unwrap();
    assert_eq!((read.rows.len(), read.announced, read.requests), (2, Some(2), 1));
    let group = &read.rows[0];
    assert_eq!((group.id.as_deref(), group.name.as_deref()), (Some("team_group_1"), Some("Engineering")));
    assert_eq!(group.member_count, Some(12));
    assert_eq!(group.monthly_spending_limit_dollars.unwrap().to_string(), "250");
    assert_eq!(group.created_at, Some(at("2026-09-15T08:00:00Z")));
    assert_eq!(group.updated_at, Some(at("2026-09-16T08:00:00Z")));
    assert_eq!((read.rows[1].name.as_deref(), read.rows[1].monthly_spending_limit_dollars), (None, None));
    assert_eq!(
        shown(&read.unknown_fields),
        [("groups[].source", "string", 1), ("pagination.cursor", "string", 1)]
    );
    let sent = &stage.script.sent()[0];
    assert_eq!(sent.uri, "https://api.cursor.com/teams/directory-groups?page=1&pageSize=200");
    assert!(!format!("{read:?}").contains("Engineering"));
}

#[tokio::test]
async fn every_field_of_members() {
    let stage = stage([ok(include_str!("fixtures/directory-members.json"))]);
    let read = stage.client.directory_group_members("team_group_1").await.unwrap();
    let shown: Vec<_> =
        read.rows.iter().map(|m| (m.user_id.as_deref(), m.name.as_deref(), m.joined_at)).collect();
    assert_eq!(
        shown,
        [(Some("user_1"), Some("Nora"), Some(at("2026-09-15T08:00:00Z"))), (Some("42"), None, None)]
    );
    assert_eq!(read.rows[1].email.as_deref(), Some("paul@example.com"));
    assert_eq!(
        stage.script.sent()[0].uri,
        "https://api.cursor.com/teams/directory-groups/team_group_1/members?page=1&pageSize=200"
    );
    assert!(!format!("{read:?}").contains("example.com"));
}

fn members(total: u64, number: u64, has_next: bool, ids: &[u64]) -> Step {
    let rows: Vec<String> = ids.iter().map(|id| format!(r#"{{"userId":"user_{id}"}}"#)).collect();
    ok(format!(
        r#"{{"members":[{}],"pagination":{{"page":{number},"totalCount":{total},"hasNextPage":{has_next}}}}}"#,
        rows.join(",")
    ))
}

#[tokio::test]
async fn all_pages_are_read_and_a_list_that_moves_is_read_again() {
    let calm = stage([members(3, 1, true, &[1, 2]), members(3, 2, false, &[3])]);
    let read = calm.client.directory_group_members("g").await.unwrap();
    assert_eq!((read.rows.len(), read.requests, calm.script.left()), (3, 2, 0));
    let moved = stage([
        members(3, 1, true, &[1, 2]),
        members(3, 2, false, &[2]),
        members(3, 1, true, &[1, 2]),
        members(4, 2, true, &[3]),
        members(4, 1, true, &[1, 2]),
        members(4, 2, false, &[3, 4]),
    ]);
    let read = moved.client.directory_group_members("g").await.unwrap();
    assert_eq!((read.rows.len(), read.announced, read.requests), (4, Some(4), 6));
    let endless = stage(vec![members(3, 1, true, &[]); 3]);
    assert!(endless.client.directory_group_members("g").await.unwrap_err().is_incomplete());
    let short = stage(vec![members(3, 1, false, &[1, 2]); 3]);
    let error = short.client.directory_group_members("g").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.announced(), error.received(), error.operation()),
        (ErrorKind::Incomplete, Some(3), Some(2), "reading members of a directory group")
    );
}

#[tokio::test]
async fn what_is_no_list_is_a_fault() {
    for (body, field) in [
        ("{}", "`members`"),
        (r#"{"members":[],"pagination":{}}"#, "`pagination.hasNextPage`"),
        (r#"{"members":[{},{"joinedAt":"soon"}]}"#, "`members[1].joinedAt`"),
    ] {
        let stage = stage([ok(body)]);
        let error = stage.client.directory_group_members("g").await.unwrap_err();
        assert!(error.is_decode() && error.to_string().contains(field), "{error}");
    }
    let none = stage([]);
    let error = none.client.directory_group_members("../x").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Config, 0));
}
