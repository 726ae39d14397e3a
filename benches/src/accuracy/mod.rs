//! Made-up invoices whose truth is known, and how often the reconciliation tells it.

mod disputes;
mod shapes;

pub use disputes::{Trial, Verdict};
pub use shapes::{Shape, ShapeTrial};
