//! Every request is on the list of reads.

use cursor_admin_client::{Client, READ_ROUTES};

use crate::support::{first_day, ok, page, stage, status};

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

#[test]
fn the_list_holds_reads_only() {
    assert_eq!(
        READ_ROUTES,
        [("GET", "/teams/members"), ("POST", "/teams/spend"), ("POST", "/teams/filtered-usage-events"),]
    );
    for (_, path) in READ_ROUTES {
        assert!(WRITES.iter().all(|word| !path.contains(word)), "{path}");
    }
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
    ]);
    stage.client.members().await.unwrap();
    stage.client.spend().await.unwrap();
    first_day(&stage.client).snapshot().await.unwrap();
    assert_eq!(stage.script.left(), 0);
    for sent in stage.script.sent() {
        let path = sent.uri.strip_prefix("https://api.cursor.com").unwrap();
        assert!(READ_ROUTES.contains(&(sent.method.as_str(), path)), "{sent:?}");
    }
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
