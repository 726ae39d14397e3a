//! Closed periods: what decided them, and what later rules, people or charges would change.

pub(crate) mod locked_rules;
pub(crate) mod period_lock;
pub(crate) mod review;

pub use locked_rules::LockedRules;
pub use period_lock::{Closed, PeriodLock, Restated};
pub use review::LockReview;
