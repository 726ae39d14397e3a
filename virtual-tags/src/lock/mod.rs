//! Closed periods: the rules, people and charges with which they were closed, and the effect that later ones would have.
//!
//! [`PeriodLock::close`] makes a lock, which the host keeps; [`PeriodLock::open`] computes the period again from it alone;
//! [`PeriodLock::review`] compares, and [`PeriodLock::changes`] tells the causes apart;
//! [`LockedRules`] is the tagger for reports over closed and open periods.

pub(crate) mod lock_changes;
pub(crate) mod lock_review;
pub(crate) mod locked_rules;
pub(crate) mod period_lock;

pub use lock_changes::{ChangedAmount, LockChanges};
pub use lock_review::LockReview;
pub use locked_rules::LockedRules;
pub use period_lock::{ClosedAmount, PeriodLock, RestatedAmount};
