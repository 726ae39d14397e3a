//! Servers that refuse, break, or answer something else than was asked: one clear message, status 1, and nothing stored.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;

use cursor_simulator::{Fault, FaultKind, Server, Simulator};

use crate::program::{Folder, KEY_VARIABLE};

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

/// The one day that [`serve`]d pages are of.
pub(crate) const SYNC_DAY: [&str; 6] = ["sync", "-q", "--from", "2026-07-31", "--to", "2026-08-01"];

/// Answers every request with the same page, until the test ends.
pub(crate) fn serve(page: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap(), page);
        }
    });
    format!("http://{address}")
}

fn answer(mut stream: TcpStream, page: &str) {
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    while !is_complete(&request) {
        match stream.read(&mut buffer).unwrap() {
            0 => return,
            read => request.extend_from_slice(&buffer[..read]),
        }
    }
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        page.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(page.as_bytes())).unwrap();
}

fn is_complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    body.len() >= length.map_or(0, |length| length.trim().parse().unwrap())
}

/// Serves the events of a small company until the server is dropped.
async fn small_company() -> Server {
    Server::start(Simulator::builder().developers(6).events_per_day(20).build()).await.unwrap()
}

/// Expects a sync to stop with every one of these words, and to store nothing.
#[track_caller]
fn stops(folder: &Folder, key: &str, words: &[&str]) {
    let sync = folder.run_keyed(key, &["sync", "-q", "--from", "2026-09-01", "--to", "2026-09-08"]);
    let told = format!("{}{}", sync.stdout, sync.stderr);
    assert_eq!(sync.status, 1, "{told}");
    for word in words {
        assert!(told.contains(word), "`{word}` is missing in: {told}");
    }
    assert!(key.trim().is_empty() || !told.contains(key), "{told}");
    let status = folder.run(&["status", "--format", "json"]);
    if status.status != 1 {
        assert_eq!(status.json()["accounts"][0]["charges"], 0, "nothing is stored: {}", status.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_tell_what_is_missing() {
    for (fault, words) in [
        (None, ["401", "check the key"]),
        (Some(FaultKind::PlanRefusal), ["403", "plan or scope"]),
        (Some(FaultKind::ScopeRefusal), ["401", "plan or scope"]),
    ] {
        let server = small_company().await;
        let key = if fault.is_some() { server.simulator().api_key() } else { "crsr_wrong_key" };
        if let Some(fault) = fault {
            server.simulator().inject(Fault::always(fault));
        }
        stops(&Folder::of_account(&server.base_url(), &[]), key, &words);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_asks_to_wait_for_a_day_is_not_waited_for() {
    let server = small_company().await;
    server.simulator().inject(Fault::always(FaultKind::TooManyRequests { retry_after: Some(86_400) }));
    let folder = Folder::of_account(&server.base_url(), &[]);
    stops(&folder, server.simulator().api_key(), &["429", "86400"]);
}

#[test]
fn an_unreachable_host_a_plain_one_and_no_key_are_told() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let unreachable = Folder::of_account(&format!("http://{free}"), &[]);
    stops(&unreachable, "key", &[&free.to_string(), "connect"]);
    stops(&unreachable, " ", &[KEY_VARIABLE]);
    let plain = Folder::of_account("http://api.example.com", &[]);
    let refused = plain.run_keyed("key", &["sync", "--allow-host", "api.example.com"]);
    assert_eq!(refused.status, 1);
    assert!(refused.stderr.contains("https"), "{}", refused.stderr);
}

#[test]
fn rows_that_nobody_asked_for_are_listed_with_their_sum_and_make_the_status_1() {
    let folder = Folder::of_account(&serve(ONE_INSIDE), &[]);
    let sync = folder.run_keyed("key_x", &SYNC_DAY);
    assert_eq!(sync.status, 1, "{}{}", sync.stdout, sync.stderr);
    let told = format!("{}{}", sync.stdout, sync.stderr);
    assert!(told.contains("1970-01-21T15:58:12Z") && told.contains("800"), "{told}");
    let report = folder.run(&["report", "--from", "2026-07-31", "--to", "2026-08-01", "--format", "json"]);
    assert_eq!(report.json()["total"]["effective"], "0.05", "what was asked for is stored");
}

#[test]
fn an_answer_about_another_time_is_an_error_and_nothing_is_stored() {
    let folder = Folder::of_account(&serve(NONE_INSIDE), &[]);
    let sync = folder.run_keyed("key_x", &SYNC_DAY);
    let told = format!("{}{}", sync.stdout, sync.stderr);
    assert_eq!(sync.status, 1, "{told}");
    assert!(told.contains("all 1 rows that came back lie outside the window"), "{told}");
    let status = folder.run(&["status", "--format", "json"]).json();
    assert_eq!(status["accounts"][0]["charges"], 0, "nothing was stored and nothing is covered: {status}");
}

#[tokio::test]
async fn a_daily_sync_goes_on_after_a_run_that_failed() {
    let server =
        Server::start(Simulator::builder().holding(Vec::new()).api_key("right").build()).await.unwrap();
    let folder = Folder::of_account(&server.base_url(), &[]);
    let mut daily = folder.command(&["sync", "--daily"]);
    let mut child =
        daily.env(KEY_VARIABLE, "wrong").stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let failed = tokio::task::spawn_blocking(move || {
        lines.map_while(Result::ok).any(|line| line.starts_with("error: "))
    });
    assert!(failed.await.unwrap(), "the run failed and said so");
    assert!(child.try_wait().unwrap().is_none(), "it waits for the next day");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_file_that_is_no_store_is_left_alone() {
    let folder =
        Folder::of_account(&serve(ONE_INSIDE), &[("costs.db", "these are notes, whatever their name")]);
    for command in [&SYNC_DAY[..], &["status"], &["report"]] {
        let refused = folder.run_keyed("key_x", command);
        assert_eq!(refused.status, 1, "{command:?}");
        assert!(refused.stderr.contains("costs.db"), "{}", refused.stderr);
    }
    assert_eq!(folder.read("costs.db"), "these are notes, whatever their name");
}
