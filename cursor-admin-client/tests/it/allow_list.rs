//! Every request is on the list of reads.

use std::collections::HashSet;

use cursor_admin_client::Client;
use cursor_admin_client::http::READ_ROUTES;

use crate::support::{Sent, at, first_day, ok, page, stage, status};

/// What changes something at Cursor; the words that such a path holds.
const WRITES: [&str; 10] = [
    "user-spend-limit",
    "remove-member",
    "repo-blocklists",
    "groups",
    "model-access",
    "upsert",
    "grok-bot",
    "organizations",
    "bulk",
    "configuration",
];

/// What only reads although such a path can also change something.
const READS: [(&str, &str); 5] = [
    ("GET", "/teams/groups"),
    ("GET", "/teams/groups/:groupId"),
    ("GET", "/teams/directory-groups"),
    ("GET", "/teams/directory-groups/:groupId/members"),
    ("GET", "/teams/model-access/providers"),
];

#[test]
fn the_list_holds_reads_only() {
    assert_eq!(
        READ_ROUTES[..3],
        [("GET", "/teams/members"), ("POST", "/teams/spend"), ("POST", "/teams/filtered-usage-events")]
    );
    for route in READ_ROUTES {
        assert!(READS.contains(&route) || WRITES.iter().all(|word| !route.1.contains(word)), "{route:?}");
    }
}

/// The pattern of the list that a request was sent by.
fn pattern(sent: &Sent) -> Option<(&'static str, &'static str)> {
    let address = sent.uri.strip_prefix("https://api.cursor.com").unwrap();
    let path = address.split('?').next().unwrap();
    let fits = |(method, pattern): &(&str, &str)| {
        let same = |(expected, part): (&str, &str)| expected == part || expected.starts_with(':');
        *method == sent.method
            && pattern.split('/').count() == path.split('/').count()
            && pattern.split('/').zip(path.split('/')).all(same)
    };
    READ_ROUTES.into_iter().find(fits)
}

#[tokio::test]
async fn every_request_sent_is_on_the_list() {
    let stage = stage([
        ok(r#"{"teamMembers":[]}"#),
        ok(r#"{"teamMemberSpend":[],"totalMembers":0,"totalPages":0}"#),
        status(500, ""),
        page(3, 1, true, &[2]),
        page(3, 2, false, &[1]),
        page(2, 1, true, &[2]),
        page(2, 2, false, &[1]),
        ok(r#"{"groups":[]}"#),
        ok(r#"{"group":{}}"#),
        ok(r#"{"groups":[]}"#),
        ok(r#"{"members":[]}"#),
        ok(r#"{"data":[]}"#),
        ok(r#"{"data":[]}"#),
        ok(r#"{"providers":[]}"#),
    ]);
    stage.client.members().await.unwrap();
    stage.client.spend().await.unwrap();
    first_day(&stage.client).snapshot().await.unwrap();
    let client = &stage.client;
    client.billing_groups(None).await.unwrap();
    client.billing_group("group_1", None).await.unwrap();
    let (start, end) = (at("2026-07-01T00:00:00Z"), at("2026-07-31T00:00:00Z"));
    client.directory_groups().await.unwrap();
    client.directory_group_members("team_group_1").await.unwrap();
    client.daily_usage(start, end).await.unwrap();
    client.daily_usage_of_everyone(start, end).await.unwrap();
    client.model_access().await.unwrap();
    assert_eq!(stage.script.left(), 0);
    let used: HashSet<_> = stage.script.sent().iter().map(|sent| pattern(sent).expect(&sent.uri)).collect();
    assert_eq!(used, HashSet::from(READ_ROUTES));
}

#[tokio::test]
async fn a_path_before_the_routes_is_kept() {
    let inner = stage([]);
    let script = std::sync::Arc::new(crate::support::Script::default());
    let client = Client::builder()
        .api_key("k")
        .base_url("https://gw.example.test/cursor/")
        .transport(script.clone())
        .clock(inner.clock)
        .build()
        .unwrap();
    let task = tokio::spawn(async move { client.members().await });
    assert!(task.await.unwrap_err().is_panic(), "the script is empty");
    assert_eq!(script.sent()[0].uri, "https://gw.example.test/cursor/teams/members");
}
