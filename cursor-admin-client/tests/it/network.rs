//! The built-in transport over real sockets on the loopback.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use cursor_admin_client::http::RetryPolicy;
use cursor_admin_client::{Client, ErrorKind, ManualClock};
use wiremock::matchers::{body_string, header, header_regex, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{KEY, at, first_day, layers, seconds};

/// Serves these bytes, one connection each, and returns the requests: for messages that no HTTP server sends.
fn serve(answers: Vec<Vec<u8>>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            requests.push(read_request(&mut stream));
            // The client may hang up in the middle of a body that is too large.
            let _ = stream.write_all(&answer).and_then(|()| stream.flush());
        }
        requests
    });
    (url, server)
}

fn read_request(stream: &mut impl Read) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).unwrap();
        text.extend_from_slice(&buffer[..count]);
        let shown = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = shown.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned))
            .map_or(0, |length| length.parse().unwrap());
        if body.len() >= length || count == 0 {
            return shown;
        }
    }
}

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}")
        .into_bytes()
}

fn client(url: &str) -> (Client, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(at("2026-10-05T10:00:00Z")));
    let client = Client::builder().api_key(KEY).base_url(url).clock(clock.clone()).timeout(seconds(10));
    (client.retry(RetryPolicy::default().attempts_max(2)).build().unwrap(), clock)
}

const EMPTY: &str = r#"{"totalUsageEventsCount":0,"usageEvents":[],"pagination":{"hasNextPage":false}}"#;
const NOBODY: &str = r#"{"teamMembers":[]}"#;

/// Answers with a text of JSON, byte for byte.
fn json(text: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(text, "application/json")
}

#[tokio::test]
async fn a_request_as_it_is_on_the_wire() {
    let server = MockServer::start().await;
    let expected = Mock::given(method("POST"))
        .and(path("/teams/filtered-usage-events"))
        .and(header("authorization", "Basic Y3Jzcl9DQU5BUlkwMTIzNDU2Nzg5Og=="))
        .and(header("content-type", "application/json"))
        .and(header_regex("user-agent", "^cursor-admin-client/"))
        .and(body_string(r#"{"startDate":0,"endDate":86399999,"page":1,"pageSize":1000}"#));
    expected.respond_with(json(EMPTY)).expect(1).with_priority(2).mount(&server).await;
    let busy = ResponseTemplate::new(429).insert_header("retry-after", "7");
    Mock::given(method("POST")).respond_with(busy).up_to_n_times(1).with_priority(1).mount(&server).await;
    let (client, clock) = client(&server.uri());
    let snapshot = first_day(&client).snapshot().await.unwrap();
    assert_eq!((snapshot.requests, clock.sleeps()), (2, vec![seconds(7)]));
}

#[tokio::test]
async fn a_redirect_is_refused() {
    let server = MockServer::start().await;
    let elsewhere = ResponseTemplate::new(302).insert_header("location", format!("{}/other", server.uri()));
    Mock::given(path("/teams/members")).respond_with(elsewhere).expect(1).mount(&server).await;
    Mock::given(path("/other")).respond_with(json(NOBODY)).expect(0).mount(&server).await;
    let error = client(&server.uri()).0.members().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Rejected, Some(302)));
    assert!(error.to_string().contains("redirect"), "{error}");
}

#[tokio::test]
async fn a_body_announced_too_large_is_refused() {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", (64 << 20) + 1);
    let (url, server) = serve(vec![head.into_bytes()]);
    let error = client(&url).0.members().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Transport && !error.is_retryable());
    assert!(layers(&error).contains("larger than 64 MiB"), "{}", layers(&error));
    server.join().unwrap();
}

#[tokio::test]
async fn a_body_that_grows_too_large_is_refused() {
    let mut body = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    body.resize(body.len() + (64 << 20) + 1, b' ');
    let (url, server) = serve(vec![body]);
    let error = client(&url).0.members().await.unwrap_err();
    assert!(layers(&error).contains("larger than 64 MiB"), "{}", layers(&error));
    server.join().unwrap();
}

#[tokio::test]
async fn a_dropped_connection_is_tried_again() {
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"teamMembers\":[".to_vec();
    let (url, server) = serve(vec![cut, answer("200 OK", "", NOBODY)]);
    let (client, clock) = client(&url);
    assert_eq!(client.members().await.unwrap().rows, []);
    assert_eq!(clock.sleeps().len(), 1);
    server.join().unwrap();
}

#[tokio::test]
async fn an_unreachable_server_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let (client, clock) = client(&format!("http://{address}"));
    let error = client.members().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), clock.sleeps().len()), (ErrorKind::Transport, 2, 1));
    assert!(error.to_string().contains(&format!("cannot connect to {address}")), "{error}");
}

#[tokio::test]
async fn a_silent_server_runs_out_of_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = Client::builder().api_key(KEY).base_url(url).timeout(Duration::from_millis(50));
    let error = client.retry(RetryPolicy::never()).build().unwrap().members().await.unwrap_err();
    assert!(error.to_string().contains("in time"), "{error}");
    drop(listener);
}

#[tokio::test]
async fn a_proxy_is_asked_for_a_tunnel_and_sees_no_key() {
    let (proxy, server) = serve(vec![answer("403 Forbidden", "", "")]);
    let proxy = proxy.replace("http://", "http://gate:CANARY-password@");
    let client = Client::builder().api_key(KEY).base_url("https://api.cursor.test").proxy(&proxy);
    let client = client.retry(RetryPolicy::never()).timeout(seconds(10)).build().unwrap();
    let error = client.members().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    let request = server.join().unwrap().remove(0);
    assert!(request.starts_with("CONNECT api.cursor.test:443 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(": Basic Z2F0ZTpDQU5BUlktcGFzc3dvcmQ="), "{request}");
    assert!(!request.contains("Y3Jzcl9DQU5BUlk") && !request.contains("/teams"), "{request}");
    let shown = format!("{client:?} {error:?} {}", layers(&error));
    assert!(!shown.contains("CANARY") && !shown.contains("gate"), "{shown}");
}

#[tokio::test]
async fn a_proxy_on_loopback_may_see_what_goes_to_loopback() {
    let proxy = MockServer::start().await;
    Mock::given(path("/teams/members")).respond_with(json(NOBODY)).expect(1).mount(&proxy).await;
    let client = Client::builder().api_key(KEY).base_url("http://127.0.0.1:9").proxy(proxy.uri());
    client.build().unwrap().members().await.unwrap();
    let requests = proxy.received_requests().await.unwrap();
    assert_eq!(requests[0].headers["host"], "127.0.0.1:9");
}

#[test]
fn a_proxy_that_must_not_be_used_is_refused() {
    for (base, proxy, word) in [
        ("http://127.0.0.1:9", "http://CANARY:x@proxy.example.test:3128", "loopback"),
        ("https://api.cursor.test", "socks5://CANARY:x@127.0.0.1:9", "begins with"),
        ("https://api.cursor.test", "CANARY", "begins with"),
        ("https://api.cursor.test", "", "begins with"),
    ] {
        let error = Client::builder().api_key(KEY).base_url(base).proxy(proxy).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let shown = format!("{error:?} {}", layers(&error));
        assert!(shown.contains(word) && !shown.contains("CANARY"), "{shown}");
    }
    let script = Arc::new(crate::support::Script::default());
    let builder = Client::builder().api_key(KEY).transport(script).proxy("http://127.0.0.1:9");
    assert!(builder.build().unwrap_err().to_string().contains("built-in transport"));
}

#[cfg(feature = "rustls")]
#[test]
fn a_root_of_ones_own_must_be_a_certificate() {
    let root = include_str!("fixtures/root.pem");
    let with = |pem: &str| Client::builder().api_key(KEY).root_certificates(pem).build();
    with(root).unwrap();
    with(&root.repeat(2)).unwrap();
    for pem in [
        "",
        "CANARY",
        &root[..root.len() / 2],
        "-----BEGIN CERTIFICATE-----\nCANARY\n-----END CERTIFICATE-----\n",
    ] {
        let error = with(pem).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let shown = format!("{error:?} {}", layers(&error));
        assert!(shown.contains("certificates") && !shown.contains("CANARY"), "{shown}");
    }
}
