//! The matrix finds a reader that leaves out a check.
//!
//! A test cannot switch off code of the library. So a reader of its own, which makes the same checks and
//! can leave one out, reads the same scripts and is judged by the same oracle.

use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use cursor_admin_client::UsageEvent;
use http::Request;

use super::evidence::{self, Check, Finding, Page};
use super::oracle;
use super::script::Script;
use super::stage::{Line, Run};

const SCRIPTS: u64 = 1_500;
const ATTEMPTS_MAX: usize = 5;
const PAGES_MAX: u64 = 400;
const READS_MAX: usize = 3;

struct Reader<'a> {
    script: &'a Script,
    line: &'a Line,
    without: Option<Check>,
}

impl Reader<'_> {
    /// The events of the window, or nothing if they are not proven.
    fn read(&self) -> Option<Vec<UsageEvent>> {
        let mut doubtful: Option<Vec<Box<str>>> = None;
        for _ in 0..READS_MAX {
            let bodies = self.walk()?;
            let pages: Vec<_> = (1..).zip(&bodies).map(|(number, body)| Page::of(body, number)).collect();
            let tally: Vec<Box<str>> = evidence::tally(&pages).into_iter().map(Box::from).collect();
            let finding = evidence::look(&pages, self.without);
            let proven = match finding {
                Finding::Sound => true,
                Finding::Contradictory => false,
                // Without the check two doubtful reads are enough, whatever they show.
                Finding::Doubtful if self.without == Some(Check::Agreement) => doubtful.is_some(),
                Finding::Doubtful => doubtful.as_ref() == Some(&tally),
            };
            if proven {
                return Some(events(&pages));
            }
            if finding == Finding::Doubtful {
                doubtful = Some(tally);
            }
        }
        None
    }

    /// All pages as long as the server says that there are more.
    fn walk(&self) -> Option<Vec<Bytes>> {
        let mut bodies = Vec::new();
        for number in 1..PAGES_MAX {
            let body = self.page(number)?;
            let more = Page::of(&body, number).pagination.has_next;
            bodies.push(body);
            if !more {
                return Some(bodies);
            }
        }
        None
    }

    fn page(&self, number: u64) -> Option<Bytes> {
        let (start, end) = self.script.window;
        // The server takes whole milliseconds, and both bounds for inside.
        let nanos = if self.without == Some(Check::Window) { (0, 0) } else { (999_999, 1) };
        let first = (start + TimeDelta::nanoseconds(nanos.0)).timestamp_millis();
        let last = (end - TimeDelta::nanoseconds(nanos.1)).timestamp_millis();
        let size = self.script.page_size;
        for _ in 0..ATTEMPTS_MAX {
            let body =
                format!(r#"{{"startDate":{first},"endDate":{last},"page":{number},"pageSize":{size}}}"#);
            let request = Request::post("/teams/filtered-usage-events")
                .header("authorization", self.line.simulator.authorization())
                .body(Bytes::from(body))
                .unwrap();
            self.line.carry(request);
            let answer = self.line.last_answer();
            if answer.good {
                return Some(answer.body);
            }
            self.line.clock.advance(Duration::from_secs(61));
        }
        None
    }
}

fn events(pages: &[Page<'_>]) -> Vec<UsageEvent> {
    let rows = pages.iter().flat_map(|page| &page.rows);
    rows.map(|row| UsageEvent::from_json(row.get()).unwrap()).collect()
}

/// How many scripts made the reader return what the server never held.
fn found(without: Option<Check>) -> usize {
    let wrong = |seed: &u64| {
        let script = Script::random(*seed);
        let line = Line::to(&script);
        let events = Reader { script: &script, line: &line, without }.read();
        events.is_some_and(|events| oracle::judge(&script, &Run::of(&line), &events).is_err())
    };
    (1..=SCRIPTS).filter(wrong).count()
}

#[test]
fn every_planted_defect_is_found() {
    assert_eq!(found(None), 0, "nothing is planted");
    for check in Check::ALL {
        let found = found(Some(check));
        println!("{found:>5} scripts of {SCRIPTS} show that nobody looks at {check:?}");
        assert!(found > 0, "nothing shows that nobody looks at {check:?}");
    }
}
