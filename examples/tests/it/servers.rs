//! Servers that answer something else than was asked, from the command line.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use cost_model_sqlite::SqliteStore;
use cursor_simulator::{Server, Simulator};

use crate::program::{Folder, program, run};
use crate::rules_cases::serve;

/// An event of 2026-07-31 and, for the same question, one of 1970: as from a server that ignores a bound.
const ONE_INSIDE: &str = r#"{"totalUsageEventsCount": 2,
"pagination": {"numPages": 1, "currentPage": 1, "pageSize": 1000, "hasNextPage": false, "hasPreviousPage": false},
"usageEvents": [
{"timestamp": "1785492000417", "userEmail": "iris@x.test", "model": "auto", "kind": "Usage-based", "chargedCents": 5},
{"timestamp": "1785492000", "userEmail": "iris@x.test", "model": "auto", "kind": "Usage-based", "chargedCents": 80000}
]}"#;

/// Only the other one: as from a server that takes seconds for milliseconds.
const NONE_INSIDE: &str = r#"{"totalUsageEventsCount": 1,
"pagination": {"numPages": 1, "currentPage": 1, "pageSize": 1000, "hasNextPage": false, "hasPreviousPage": false},
"usageEvents": [
{"timestamp": "1785492000", "userEmail": "iris@x.test", "model": "auto", "kind": "Usage-based", "chargedCents": 80000}
]}"#;

const DAY: [&str; 6] = ["--api-key-env", "CURSOR_TEST_KEY", "--from", "2026-07-31", "--to", "2026-08-01"];

#[test]
fn rows_that_nobody_asked_for_are_listed_with_their_sum_and_make_the_status_1() {
    let folder = Folder::new("servers-outside");
    let db = folder.path().join("costs.db");
    let url = serve(ONE_INSIDE);
    let output =
        run(&[&DAY[..], &["--base-url", &url, "--db", db.to_str().unwrap()]].concat(), Some("key_x"));
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("1 row from 1970-01-21T15:58:12Z to 1970-01-21T15:58:12Z, worth 800 USD"),
        "{text}"
    );
    assert!(text.contains("  events                      1\n"), "{text}");
}

#[test]
fn an_answer_about_another_time_is_an_error_and_nothing_is_stored() {
    let folder = Folder::new("servers-seconds");
    let db = folder.path().join("costs.db");
    let url = serve(NONE_INSIDE);
    let output =
        run(&[&DAY[..], &["--base-url", &url, "--db", db.to_str().unwrap()]].concat(), Some("key_x"));
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("all 1 rows that came back lie outside the window"), "{text}");
    let store = SqliteStore::open(&db).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let connections = runtime.block_on(cost_model::CostStore::connections(&store)).unwrap();
    assert!(connections.is_empty(), "nothing was stored and nothing is covered");
}

#[tokio::test]
async fn a_daily_sync_goes_on_after_a_run_that_failed() {
    let server =
        Server::start(Simulator::builder().holding(Vec::new()).api_key("right").build()).await.unwrap();
    let folder = Folder::new("servers-daily");
    let db = folder.path().join("costs.db");
    let mut child = Command::new(program("sync"))
        .args(["--daily", "--db", db.to_str().unwrap(), "--base-url", &server.base_url()])
        .env("CURSOR_API_KEY", "wrong")
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let failed = tokio::task::spawn_blocking(move || {
        lines.map_while(Result::ok).any(|line| line.starts_with("error: "))
    });
    assert!(failed.await.unwrap(), "the run failed and said so");
    assert!(child.try_wait().unwrap().is_none(), "it waits for the next day");
    child.kill().unwrap();
    child.wait().unwrap();
}
