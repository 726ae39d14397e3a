//! The wordings over the demo company's invoices, over wordings seen elsewhere, and over anything.
#![expect(clippy::unwrap_used, reason = "functions beside the tests fail as tests do")]

mod demo;
mod seen;

use reconcile::{LineKind, UsageLine, Wordings};

fn classify(description: &str) -> LineKind {
    cursor_invoice::CursorWordings::new().classify(description)
}

fn usage(model: Option<&str>, max_mode: Option<bool>, calls: Option<u64>) -> LineKind {
    let mut line = UsageLine::default();
    line.model = model.map(str::to_owned);
    line.max_mode = max_mode;
    line.calls = calls;
    LineKind::Usage(line)
}
