use cursor_simulator::{DROPPED, Endpoint, Fault, FaultKind, Server};
use http::Method;

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
