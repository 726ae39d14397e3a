//! What goes wrong on the way, how often it is tried again, and what the error says.

use cursor_admin_client::ErrorKind;
use cursor_admin_client::http::{RetryPolicy, TransportErrorKind};

use crate::support::{Stage, Step, busy, first_day, layers, ok, page, seconds, stage, stage_with, status};

async fn fails(stage: &Stage) -> cursor_admin_client::Error {
    let error = first_day(&stage.client).snapshot().await.unwrap_err();
    assert_eq!(stage.script.left(), 0, "{error:?}");
    error
}

#[tokio::test]
async fn a_429_waits_exactly_as_told() {
    let date = "Mon, 05 Oct 2026 10:02:30 GMT";
    let stage = stage([busy("30"), busy(date), page(1, 1, false, &[7])]);
    let snapshot = first_day(&stage.client).snapshot().await.unwrap();
    assert_eq!(stage.clock.sleeps(), [seconds(30), seconds(120)]);
    assert_eq!((snapshot.requests, snapshot.retries, snapshot.rereads), (3, 2, 0));
}

#[tokio::test]
async fn a_429_without_a_word_waits_a_minute_and_a_little() {
    let body = r#"{"error":"Too Many Requests","message":"Rate limit exceeded. Please try again later."}"#;
    let stage = stage([status(429, body), page(1, 1, false, &[7])]);
    first_day(&stage.client).snapshot().await.unwrap();
    let slept = stage.clock.sleeps();
    assert!(slept.len() == 1 && slept[0] >= seconds(60) && slept[0] <= seconds(70), "{slept:?}");
}

#[tokio::test]
async fn a_wait_beyond_the_cap_is_handed_to_the_caller() {
    let stage = stage([busy("3600")]);
    let error = fails(&stage).await;
    assert_eq!(stage.clock.sleeps(), []);
    assert!(error.is_rate_limited() && error.is_retryable());
    assert_eq!((error.retry_after(), error.status(), error.attempts()), (Some(seconds(3600)), Some(429), 1));
    assert_eq!(
        layers(&error),
        "reading usage events, page 1: too many requests (status 429, attempt 1); wait 3600 s before the next call \
         <- the server said `Rate limit exceeded`"
    );
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    let html = "<html><head><title>502 Bad Gateway</title></head><body>gateway</body></html>";
    let stage = stage([
        status(502, html),
        Step::Fail(TransportErrorKind::Interrupted),
        Step::Fail(TransportErrorKind::Timeout),
        ok(r#"{"totalUsageEventsCount":1,"usageEvents":[{"timest"#),
        page(1, 1, false, &[7]),
    ]);
    let snapshot = first_day(&stage.client).snapshot().await.unwrap();
    assert_eq!((snapshot.requests, snapshot.retries), (5, 4));
    let slept = stage.clock.sleeps();
    assert!(slept.len() == 4 && slept.iter().sum::<std::time::Duration>() <= seconds(8), "{slept:?}");
}

#[tokio::test]
async fn what_does_not_pass_ends_after_the_attempts() {
    let html = "<html><head><title>502 Bad Gateway</title></head></html>";
    let gateway = stage_with(RetryPolicy::default().attempts_max(2), [status(502, html), status(502, html)]);
    let error = fails(&gateway).await;
    assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Server, Some(502), 2));
    assert_eq!(
        layers(&error),
        "reading usage events, page 1: cursor failed to answer (status 502, attempt 2); try again later \
         <- the server said `502 Bad Gateway`"
    );

    let dropped = stage_with(RetryPolicy::never(), [Step::Fail(TransportErrorKind::Interrupted)]);
    let error = fails(&dropped).await;
    assert!(error.kind() == ErrorKind::Transport && error.is_retryable() && error.status().is_none());
    assert_eq!(
        layers(&error),
        "reading usage events, page 1: the connection to api.cursor.com:443 broke (attempt 1); try again later \
         <- as scripted"
    );

    let cut = stage_with(RetryPolicy::never(), [ok(r#"{"totalUsageEventsCount":1,"#)]);
    let error = fails(&cut).await;
    assert!(error.is_decode() && error.is_retryable());
    assert!(layers(&error).contains("it ends early"), "{}", layers(&error));
}

#[tokio::test]
async fn a_status_of_an_earlier_attempt_is_not_kept() {
    let stage = stage_with(
        RetryPolicy::default().attempts_max(2),
        [status(500, ""), Step::Fail(TransportErrorKind::Connect)],
    );
    let error = fails(&stage).await;
    assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Transport, None, 2));
}

#[tokio::test]
async fn what_is_final_is_not_tried_again() {
    for kind in [TransportErrorKind::TooLarge, TransportErrorKind::Refused] {
        let stage = stage([Step::Fail(kind)]);
        let error = fails(&stage).await;
        assert!(error.kind() == ErrorKind::Transport && !error.is_retryable());
        assert_eq!(stage.clock.sleeps(), []);
    }
    for (code, body, kind) in [
        (400, r#"{"error":"Bad Request","message":"hostingType is unknown"}"#, ErrorKind::Rejected),
        (401, r#"{"error":"Unauthorized","message":"Invalid API key"}"#, ErrorKind::Auth),
        (401, r#"{"code":"error","message":"Invalid Team API Key"}"#, ErrorKind::Auth),
        (401, r#"{"statusCode":401,"error":"Unauthorized","message":"Invalid API key"}"#, ErrorKind::Auth),
        (401, r#"{"error":"API key missing required scope: admin:*"}"#, ErrorKind::PlanOrScope),
        (401, "", ErrorKind::Auth),
        (403, r#"{"error":"Forbidden","message":"Enterprise access required"}"#, ErrorKind::PlanOrScope),
        (403, r#"{"outcome":"error","message":"no"}"#, ErrorKind::PlanOrScope),
        (404, "<!doctype html><p>Not <b>here</b></p>", ErrorKind::Rejected),
        (302, "", ErrorKind::Rejected),
    ] {
        let stage = stage([status(code, body)]);
        let error = fails(&stage).await;
        assert_eq!((error.kind(), error.status()), (kind, Some(code)), "{body}");
        assert!(!error.is_retryable());
        assert_eq!(stage.clock.sleeps(), []);
    }
}

#[tokio::test]
async fn errors_say_what_to_do() {
    let stage1 = stage([status(403, r#"{"error":"Forbidden","message":"Enterprise access required"}"#)]);
    let error = fails(&stage1).await;
    assert!(error.is_plan_or_scope() && error.to_string().contains("plan or scope"), "{error}");
    assert_eq!(error.server_message(), Some("Enterprise access required"));
    let stage2 = stage([status(401, "{}")]);
    let error = fails(&stage2).await;
    assert!(error.is_auth() && error.to_string().contains("check the key"), "{error}");
}

#[tokio::test]
async fn a_decode_error_names_page_row_and_field() {
    let body = r#"{"totalUsageEventsCount":4,"pagination":{"hasNextPage":false},
        "usageEvents":[{"timestamp":"3"},{"timestamp":"4","chargedCents":"secret"}]}"#;
    let stage = stage([page(4, 1, true, &[1, 2]), ok(body)]);
    let error = fails(&stage).await;
    assert!(!error.is_retryable());
    assert_eq!((error.page(), error.operation()), (Some(2), "reading usage events"));
    assert_eq!(
        layers(&error),
        "reading usage events, page 2: cannot read `usageEvents[1].chargedCents` (status 200, attempt 1) \
         <- expected a number"
    );
}
