//! Closed periods: what decided them, and what later rules, people or charges would change.

pub(crate) mod lock_review;
pub(crate) mod locked_rules;
pub(crate) mod period_lock;

pub use lock_review::LockReview;
pub use locked_rules::LockedRules;
pub use period_lock::{ClosedAmount, PeriodLock, RestatedAmount};
