//! Neither the key nor an email nor a value of an answer shows anywhere.

use std::fmt::Debug;

use cursor_admin_client::endpoints::members::Member;
use cursor_admin_client::endpoints::spend::MemberSpend;
use cursor_admin_client::http::{RetryPolicy, TransportErrorKind};
use cursor_admin_client::{Client, Error, UsageEvent};

use crate::support::{KEY, Step, busy, first_day, layers, ok, page, stage, stage_with, status};

const PERSON: &str = "canary.person@example.com";
/// What `Basic` makes of the key.
const ENCODED: &str = "Y3Jzcl9DQU5BUlkwMTIzNDU2Nzg5Og==";

fn clean(text: &str) {
    for secret in [KEY, "CANARY", ENCODED, PERSON, "canary.person"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

fn clean_debug(value: &impl Debug) {
    clean(&format!("{value:?}"));
    clean(&format!("{value:#?}"));
}

fn clean_error(error: &Error) {
    clean_debug(error);
    clean(&layers(error));
    clean(error.server_message().unwrap_or_default());
}

#[test]
fn debug_shows_the_base_url_only() {
    let builder = Client::builder().api_key(KEY).base_url("https://gw.example.test/cursor");
    clean_debug(&builder);
    let client = builder.build_or_scripted();
    clean_debug(&client);
    assert!(format!("{client:?}").contains("https://gw.example.test/cursor"));
    clean_error(&Client::builder().api_key(format!("{KEY}:")).build().unwrap_err());
    clean_error(
        &Client::builder().api_key("k").base_url(format!("https://{KEY}@x.test")).build().unwrap_err(),
    );
}

trait BuildOrScripted {
    fn build_or_scripted(self) -> Client;
    fn build_scripted_clock(self) -> Client;
}

impl BuildOrScripted for cursor_admin_client::ClientBuilder {
    fn build_or_scripted(self) -> Client {
        let script = std::sync::Arc::new(crate::support::Script::default());
        self.transport(script).build_scripted_clock()
    }

    fn build_scripted_clock(self) -> Client {
        let clock = cursor_admin_client::ManualClock::new(crate::support::at("2026-10-05T10:00:00Z"));
        self.clock(std::sync::Arc::new(clock)).build().unwrap()
    }
}

#[tokio::test]
async fn the_header_is_right_and_marked_sensitive() {
    let stage = stage([page(0, 1, false, &[])]);
    first_day(&stage.client).page(1).await.unwrap();
    let sent = &stage.script.sent()[0];
    assert_eq!(sent.authorization, format!("Basic {ENCODED}"));
    clean(&sent.debug);
}

#[tokio::test]
async fn space_around_a_pasted_key_is_cut_off() {
    let script = std::sync::Arc::new(crate::support::Script::default());
    let client = Client::builder().api_key(format!(" {KEY}\r\n")).transport(script.clone());
    let client = client.retry(RetryPolicy::never()).build_scripted_clock();
    let task = tokio::spawn(async move { client.members().await });
    assert!(task.await.unwrap_err().is_panic(), "the script is empty");
    assert_eq!(script.sent()[0].authorization, format!("Basic {ENCODED}"));
}

#[tokio::test]
async fn no_error_tells() {
    let said = format!("{{\"message\":\"key {KEY} (Basic {ENCODED}) of <{PERSON}> is not valid\"}}");
    let html = format!("<html><body>{KEY} {PERSON} Authorization: Basic {ENCODED}</body></html>");
    let long = format!("{} {PERSON} {KEY}", "x ".repeat(94));
    let row = |field: &str| {
        format!(
            r#"{{"totalUsageEventsCount":1,"pagination":{{"hasNextPage":false}},
            "usageEvents":[{{"timestamp":"1","userEmail":"{PERSON}",{field}}}]}}"#
        )
    };
    let mut steps: Vec<Step> = Vec::new();
    for code in [302, 400, 401, 403, 404, 409, 429, 500, 502, 503] {
        steps.push(status(code, said.clone()));
        steps.push(status(code, html.clone()));
        steps.push(status(code, long.clone()));
        steps.push(status(code, format!("{PERSON}\n{KEY}")));
        steps.push(status(code, KEY[..12].to_owned()));
    }
    steps.push(busy("9999"));
    for kind in [TransportErrorKind::Connect, TransportErrorKind::Timeout, TransportErrorKind::TooLarge] {
        steps.push(Step::Fail(kind));
    }
    for field in [
        format!(r#""chargedCents":"{KEY}""#),
        format!(r#""maxMode":"{PERSON}""#),
        format!(r#""tokenUsage":{{"inputTokens":"{PERSON}"}}"#),
        format!(r#""model":["{PERSON}"]"#),
        r#""a":1,"a":"#.to_owned(),
    ] {
        steps.push(ok(row(&field)));
    }
    steps.push(ok(format!("{PERSON} {KEY}")));
    steps.push(ok(format!(r#"["{PERSON}"]"#)));
    for step in steps {
        let shown = format!("{step:?}");
        let stage = stage_with(RetryPolicy::never(), [step]);
        let question = first_day(&stage.client).email(PERSON);
        clean_debug(&question);
        let asked = question.snapshot().await;
        clean_error(&asked.expect_err(&shown));
    }
}

#[tokio::test]
async fn unknown_fields_show_no_value_and_no_person() {
    let stage = stage([ok(format!(
        r#"{{"totalUsageEventsCount":1,"pagination":{{"hasNextPage":false}},
            "usageEvents":[{{"timestamp":"1","owner":"{PERSON}","{PERSON}":1}}]}}"#
    ))]);
    let snapshot = first_day(&stage.client).snapshot().await.unwrap();
    assert_eq!(snapshot.unknown_fields.len(), 2);
    clean_debug(&snapshot.unknown_fields);
}

#[test]
fn rows_show_no_person_in_debug() {
    let event =
        format!(r#"{{"timestamp":"1","model":"m","userEmail":"{PERSON}","serviceAccountName":"{PERSON}"}}"#);
    clean_debug(&UsageEvent::from_json(&event).unwrap());
    let person = format!(r#"{{"id":"user_1","userId":"user_1","name":"{PERSON}","email":"{PERSON}"}}"#);
    clean_debug(&Member::from_json(&person).unwrap());
    clean_debug(&MemberSpend::from_json(&person).unwrap());
}
