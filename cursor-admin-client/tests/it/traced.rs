//! What `tracing` is told: every call, and neither a key nor a person.

use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::{KEY, Stage, busy, first_day, ok, page, stage, status};

const PERSON: &str = "canary.person@example.com";

/// Writes everything down.
#[derive(Clone, Debug, Default)]
struct Ears {
    lines: Arc<Mutex<Vec<String>>>,
    spans: Arc<AtomicU64>,
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Ears {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("cursor_admin_client")
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = Line(format!("span {}", span.metadata().name()));
        span.record(&mut line);
        self.lines.lock().unwrap().push(line.0);
        Id::from_u64(self.spans.fetch_add(1, Ordering::SeqCst) + 1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.lines.lock().unwrap().push(line.0);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn call(stage: &Stage) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        first_day(&stage.client).email(PERSON).snapshot().await.unwrap();
        stage.client.members().await.unwrap_err();
    });
}

#[test]
fn calls_are_spans_and_nothing_tells() {
    let row = format!(r#"{{"timestamp":"1","userEmail":"{PERSON}","model":"CANARY","{PERSON}":"{KEY}"}}"#);
    let body =
        format!(r#"{{"totalUsageEventsCount":2,"usageEvents":[{row}],"pagination":{{"hasNextPage":true}}}}"#);
    let answers =
        || [busy("7"), ok(body.clone()), page(2, 2, false, &[9]), status(403, format!("{PERSON} {KEY}"))];
    let ears = Ears::default();
    tracing::subscriber::with_default(ears.clone(), || {
        call(&stage(answers()));
        // Other tests may have met these events just before anybody listened, and that nobody does is remembered.
        tracing::callsite::rebuild_interest_cache();
        ears.lines.lock().unwrap().clear();
        call(&stage(answers()));
    });
    let lines = ears.lines.lock().unwrap();
    assert_eq!(
        lines[..],
        [
            r#"span cursor_admin_api operation="reading usage events" page=1"#,
            "DEBUG message=request sent attempt=1",
            "DEBUG message=answer received attempt=1 status=429 bytes=48",
            "WARN message=retry planned attempt=1 reason=Status { status: 429, retry_after: Some(7s) } wait=7s",
            "DEBUG message=request sent attempt=2",
            &format!("DEBUG message=answer received attempt=2 status=200 bytes={}", body.len()),
            r#"DEBUG message=page read operation="reading usage events" page=1 rows=1 announced=2"#,
            r#"span cursor_admin_api operation="reading usage events" page=2"#,
            "DEBUG message=request sent attempt=1",
            "DEBUG message=answer received attempt=1 status=200 bytes=156",
            r#"DEBUG message=page read operation="reading usage events" page=2 rows=1 announced=2"#,
            r#"span cursor_admin_api operation="reading members""#,
            "DEBUG message=request sent attempt=1",
            "DEBUG message=answer received attempt=1 status=403 bytes=47",
        ]
    );
    let all = lines.join("\n");
    for secret in [KEY, "CANARY", PERSON, "canary"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
}
