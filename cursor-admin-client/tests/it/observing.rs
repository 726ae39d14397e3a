//! An observer hears what the client does, and nothing that names anyone.

use std::sync::{Arc, Mutex};

use cursor_admin_client::Client;
use cursor_admin_client::http::{
    AnswerReceived, Observer, PageRead, RateLimitWait, RateLimits, RequestSent, RetryPlanned, RetryPolicy,
    TransportErrorKind,
};

use crate::support::{KEY, Stage, Step, busy, first_day, ok, page, seconds, stage, status};

const PERSON: &str = "canary.person@example.com";

/// Keeps what it hears, in short.
#[derive(Debug, Default)]
struct Ears {
    heard: Mutex<Vec<String>>,
    debug: Mutex<Vec<String>>,
}

impl Ears {
    fn note(&self, event: &impl std::fmt::Debug, text: String) {
        self.heard.lock().unwrap().push(text);
        self.debug.lock().unwrap().push(format!("{event:?}"));
    }
}

impl Observer for Ears {
    fn request_sent(&self, event: &RequestSent) {
        self.note(event, format!("send {:?} #{}", event.page, event.attempt));
    }
    fn answer_received(&self, event: &AnswerReceived) {
        self.note(event, format!("got {}, {} bytes", event.status, event.bytes));
    }
    fn retry_planned(&self, event: &RetryPlanned) {
        self.note(event, format!("retry after #{}", event.attempt));
    }
    fn rate_limit_wait(&self, event: &RateLimitWait) {
        self.note(event, format!("wait {} s", event.wait.as_secs()));
    }
    fn page_read(&self, event: &PageRead) {
        self.note(event, format!("read {}/{:?}", event.rows, event.announced));
    }
}

fn watched(steps: Vec<Step>, observer: Arc<dyn Observer>) -> (Client, Stage) {
    let stage = stage(steps);
    let client = Client::builder()
        .api_key(KEY)
        .transport(stage.script.clone())
        .clock(stage.clock.clone())
        .rate_limits(RateLimits::default().usage_events(3))
        .retry(RetryPolicy::default().delay_min(seconds(0)))
        .observer(observer)
        .build()
        .unwrap();
    (client, stage)
}

#[tokio::test]
async fn everything_is_heard_in_order() {
    let ears = Arc::new(Ears::default());
    let steps = vec![
        busy("7"),
        Step::Fail(TransportErrorKind::Interrupted),
        page(3, 1, true, &[2, 3]),
        page(3, 2, false, &[1]),
        ok(r#"{"teamMembers":[{},{}]}"#),
    ];
    let (client, stage) = watched(steps, ears.clone());
    first_day(&client).snapshot().await.unwrap();
    client.members().await.unwrap();
    assert_eq!(stage.script.left(), 0);
    assert_eq!(
        *ears.heard.lock().unwrap(),
        [
            "send Some(1) #1",
            "got 429, 48 bytes",
            "retry after #1",
            "send Some(1) #2",
            "retry after #2",
            "send Some(1) #3",
            "got 200, 204 bytes",
            "read 2/Some(3)",
            "wait 54 s",
            "send Some(2) #1",
            "got 200, 156 bytes",
            "read 1/Some(3)",
            "send None #1",
            "got 200, 23 bytes",
            "read 2/None",
        ]
    );
}

#[tokio::test]
async fn no_event_tells() {
    let ears = Arc::new(Ears::default());
    let row = format!(r#"{{"timestamp":"1","userEmail":"{PERSON}","model":"CANARY"}}"#);
    let steps = vec![
        status(500, format!("{PERSON} {KEY}")),
        ok(format!(
            r#"{{"totalUsageEventsCount":1,"usageEvents":[{row}],"pagination":{{"hasNextPage":false}}}}"#
        )),
        ok(format!(r#"{{"teamMembers":[{{"email":"{PERSON}"}}]}}"#)),
        ok(format!(r#"{{"teamMemberSpend":[{{"email":"{PERSON}","spendCents":1}}],"totalMembers":1}}"#)),
        status(403, format!("{PERSON} {KEY}")),
    ];
    let (client, stage) = watched(steps, ears.clone());
    first_day(&client).email(PERSON).snapshot().await.unwrap();
    client.members().await.unwrap();
    client.spend().await.unwrap();
    client.spend().await.unwrap_err();
    assert_eq!(stage.script.left(), 0);
    let debug = ears.debug.lock().unwrap().join(" ");
    assert!(debug.len() > 500, "{debug}");
    for secret in [KEY, "CANARY", "Y3Jzcl9DQU5BUlk", PERSON, "canary"] {
        assert!(!debug.contains(secret), "{secret} in {debug}");
    }
}

#[tokio::test]
async fn an_observer_may_leave_everything_out() {
    #[derive(Debug)]
    struct Deaf;
    impl Observer for Deaf {}
    let (client, _) = watched(vec![page(0, 1, false, &[])], Arc::new(Deaf));
    first_day(&client).snapshot().await.unwrap();
}
