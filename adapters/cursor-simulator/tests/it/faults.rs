use cursor_simulator::faults::{CUT, DROPPED, ErrorBody, SLOW};
use cursor_simulator::{Endpoint, Fault, FaultKind, Server};
use http::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{EVENTS, over_tcp, parse_page, send, small};

/// The statuses of five reads over a socket, 0 for a closed connection, and the second answer.
async fn five(fault: Fault) -> ([u16; 5], String, String) {
    let server = Server::start(small()).await.unwrap();
    server.simulator().inject(fault);
    let mut statuses = [0; 5];
    let mut second = (String::new(), String::new());
    for (index, status) in statuses.iter_mut().enumerate() {
        let body = format!(r#"{{"page":{},"pageSize":50}}"#, index + 1);
        if let Some((code, head, body)) = over_tcp(&server, EVENTS, &body).await {
            *status = code;
            if index == 1 {
                second = (head, body);
            }
        }
    }
    (statuses, second.0, second.1)
}

#[tokio::test]
async fn throttling_names_its_delay_or_not() {
    let kind = FaultKind::TooManyRequests { retry_after: Some(7) };
    let (statuses, head, body) = five(Fault::on_request(1, kind)).await;
    assert_eq!(statuses, [200, 429, 200, 200, 200]);
    assert!(head.contains("retry-after: 7"), "{head}");
    assert_eq!(body, r#"{"code":"error","message":"Rate limit exceeded"}"#);
    let kind = FaultKind::TooManyRequests { retry_after: None };
    let (statuses, head, body) = five(Fault::next(3, kind)).await;
    assert_eq!(statuses, [429, 429, 429, 200, 200]);
    assert!(!head.contains("retry-after"));
    assert!(body.starts_with(r#"{"error":"Too Many Requests""#));
}

#[tokio::test]
async fn gateways_answer_in_html() {
    let (statuses, head, body) = five(Fault::on_request(1, FaultKind::BadGateway)).await;
    assert_eq!(statuses, [200, 502, 200, 200, 200]);
    assert!(head.contains("content-type: text/html") && body.starts_with("<html>"));
}

#[tokio::test]
async fn connections_drop() {
    let (statuses, _, _) = five(Fault::on_request(1, FaultKind::DropConnection)).await;
    assert_eq!(statuses, [200, 0, 200, 200, 200]);
    let sim = small();
    sim.inject(Fault::next(1, FaultKind::DropConnection));
    let marked = send(&sim, Method::POST, EVENTS, "");
    assert_eq!((marked.status().as_u16(), marked.headers().contains_key(DROPPED)), (502, true));
}

#[tokio::test]
async fn bodies_are_cut_inside_a_complete_message() {
    let (statuses, head, body) = five(Fault::on_request(1, FaultKind::TruncatedBody)).await;
    assert_eq!(statuses, [200; 5]);
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    assert!(body.starts_with('{') && serde_json::from_str::<serde_json::Value>(&body).is_err());
}

#[tokio::test]
async fn refusals_have_their_own_bodies() {
    let (statuses, _, body) = five(Fault::on_request(1, FaultKind::PlanRefusal)).await;
    assert_eq!(statuses, [200, 403, 200, 200, 200]);
    assert_eq!(body, r#"{"error":"Forbidden","message":"Enterprise access required"}"#);
    let (statuses, _, body) = five(Fault::always(FaultKind::ScopeRefusal)).await;
    assert_eq!(statuses, [401; 5]);
    assert!(body.contains("missing required scope"));
    let (statuses, _, body) = five(Fault::on_request(1, FaultKind::KeyRevoked)).await;
    assert_eq!(statuses, [200, 401, 401, 401, 401]);
    assert_eq!(body, r#"{"code":"error","message":"Invalid Team API Key"}"#);
}

#[test]
fn a_revoked_key_comes_back_when_faults_are_cleared() {
    let sim = small();
    sim.inject(Fault::on_request(0, FaultKind::KeyRevoked).at(Endpoint::Members));
    assert_eq!(send(&sim, Method::POST, EVENTS, "").status(), 200);
    assert_eq!(send(&sim, Method::GET, "/teams/members", "").status(), 401);
    assert_eq!(send(&sim, Method::POST, EVENTS, "").status(), 401);
    sim.clear_faults();
    assert_eq!(send(&sim, Method::POST, EVENTS, "").status(), 200);
}

#[test]
fn counts_can_be_wrong_while_rows_are_right() {
    let sim = small();
    let honest = crate::support::text(&send(&sim, Method::POST, EVENTS, ""));
    sim.inject(Fault::always(FaultKind::WrongCount));
    for _ in 0..3 {
        let wrong = crate::support::text(&send(&sim, Method::POST, EVENTS, ""));
        assert_eq!(parse_page(&wrong).total, parse_page(&honest).total + 1);
        assert_eq!(parse_page(&wrong).rows.len(), parse_page(&honest).rows.len());
    }
}

#[tokio::test]
async fn rows_shift_after_the_page_was_served() {
    let sim = small();
    let newest = sim.events().last().cloned().unwrap();
    let server = Server::start(sim).await.unwrap();
    server.simulator().inject(Fault::on_request(0, FaultKind::ShiftedRows(Box::new(newest))));
    let mut pages = Vec::new();
    for number in 1..=2 {
        let body = format!(r#"{{"page":{number},"pageSize":50}}"#);
        pages.push(parse_page(&over_tcp(&server, EVENTS, &body).await.unwrap().2));
    }
    assert_eq!(pages[1].total, pages[0].total + 1);
    assert_eq!(pages[0].rows[49].get(), pages[1].rows[0].get());
}

fn page_of(sim: &cursor_simulator::Simulator, number: usize) -> Vec<String> {
    let page = crate::support::page(sim, (0, i64::MAX), number, 50);
    page.rows.iter().map(|row| row.get().to_owned()).collect()
}

#[test]
fn an_error_has_any_status_and_shape() {
    let sim = small();
    for status in [400, 401, 403, 404, 409, 429, 500, 502, 503, 504] {
        let body = if status < 500 { ErrorBody::Outcome } else { ErrorBody::Empty };
        sim.inject(Fault::next(1, FaultKind::Error { status, body, retry_after: Some(5) }));
        let answer = send(&sim, Method::POST, EVENTS, "");
        assert_eq!(
            (answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()),
            (status, "5")
        );
        assert_eq!(answer.body().is_empty(), status >= 500);
    }
    let body = ErrorBody::Plain;
    sim.inject(Fault::next(1, FaultKind::Error { status: 200, body, retry_after: None }));
    let answer = send(&sim, Method::POST, EVENTS, "");
    assert_eq!(
        (answer.status().as_u16(), crate::support::text(&answer).as_str()),
        (200, r#"{"error":"OK"}"#)
    );
    assert_eq!(sim.fired()["error"], 11);
}

#[test]
fn an_empty_page_promises_more() {
    let sim = small();
    sim.inject(Fault::on_request(1, FaultKind::EmptyPage));
    let honest = crate::support::page(&sim, (0, i64::MAX), 1, 1000);
    let empty = crate::support::page(&sim, (0, i64::MAX), 1, 1000);
    assert_eq!((empty.rows.len(), empty.total, empty.has_next), (0, honest.total, true));
    assert!(!honest.has_next);
}

#[test]
fn rows_can_be_shuffled_repeated_and_skipped() {
    let sim = small();
    let (first, second) = (page_of(&sim, 1), page_of(&sim, 2));
    let served = |kind: FaultKind, number| {
        sim.inject(Fault::next(1, kind));
        page_of(&sim, number)
    };
    let mut shuffled = served(FaultKind::ShuffledRows, 2);
    assert_ne!(shuffled, second);
    shuffled.sort();
    let mut sorted = second.clone();
    sorted.sort();
    assert_eq!(shuffled, sorted);
    let repeated = served(FaultKind::RepeatedRow, 2);
    assert_eq!((&repeated[0], &repeated[1..]), (&first[49], &second[..49]));
    assert_eq!(served(FaultKind::RepeatedRow, 1), first);
    assert_eq!(served(FaultKind::SkippedRow, 1)[..49], first[1..]);
    assert_eq!(page_of(&sim, 2), second);
}

#[tokio::test]
async fn connections_are_cut_inside_a_body() {
    let (statuses, head, body) = five(Fault::on_request(1, FaultKind::CutConnection)).await;
    assert_eq!(statuses, [200; 5]);
    let announced: usize =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    assert_eq!(body.len(), announced / 2);
    let sim = small();
    sim.inject(Fault::next(1, FaultKind::CutConnection));
    let marked = send(&sim, Method::POST, EVENTS, "");
    let announced: usize = marked.headers()[CUT].to_str().unwrap().parse().unwrap();
    assert_eq!(marked.body().len(), announced / 2);
}

#[tokio::test]
async fn connections_are_reset() {
    let server = Server::start(small()).await.unwrap();
    server.simulator().inject(Fault::next(1, FaultKind::ResetConnection));
    let address = server.base_url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    stream.write_all(b"GET /teams/filtered-usage-events HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let error = stream.read_to_end(&mut Vec::new()).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(server.simulator().fired()["reset-connection"], 1);
}

#[tokio::test]
async fn bodies_come_slowly() {
    let begun = std::time::Instant::now();
    let kind = FaultKind::SlowBody { pieces: 4, delay_ms: 10 };
    let (statuses, head, body) = five(Fault::on_request(1, kind.clone())).await;
    assert!(begun.elapsed().as_millis() >= 40);
    assert_eq!(statuses, [200; 5]);
    assert!(!head.contains(SLOW) && head.contains(&format!("content-length: {}", body.len())), "{head}");
    assert_eq!(parse_page(&body).rows.len(), 50);
    let sim = small();
    sim.inject(Fault::next(1, kind));
    let marked = send(&sim, Method::POST, EVENTS, "");
    assert_eq!(marked.headers()[SLOW], "40");
    assert_eq!(parse_page(&crate::support::text(&marked)).rows.len(), 100);
}
