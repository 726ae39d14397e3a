//! The wordings over the demo company's invoices, over wordings seen elsewhere, and over anything.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "functions beside the tests fail as tests do"
)]

mod dashboard;
mod demo;
mod forms;
mod pdf;
mod seen;
mod untidy;

use cost_model::Window;
use reconcile::invoice::{LineKind, UsageLine, Wordings};

/// What a line is about, without its tokens, and whether its quantity counts calls.
fn classify(description: &str) -> LineKind {
    let mut kind = cursor_invoice::CursorWordings::new().interpret(description).kind;
    if let LineKind::Usage(about) = &mut kind {
        about.tokens = None;
        about.quantity_counts_calls = false;
    }
    kind
}

fn requests(model: Option<&str>, requests: u64) -> LineKind {
    let mut line = UsageLine::default();
    line.model = model.map(str::to_owned);
    line.requests = Some(requests);
    LineKind::Usage(line)
}

fn usage(model: Option<&str>, max_mode: Option<bool>, calls: Option<u64>) -> LineKind {
    let mut line = UsageLine::default();
    line.model = model.map(str::to_owned);
    line.mode = max_mode;
    line.calls = calls;
    LineKind::Usage(line)
}

fn period() -> Window {
    Window::days("2025-05-01".parse().unwrap(), "2025-06-01".parse().unwrap()).unwrap()
}
