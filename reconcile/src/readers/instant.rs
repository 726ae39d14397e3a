//! The instants of an invoice, as both forms of a file write them.

use cost_model::Timestamp;

/// What they look like, in errors.
pub(super) const INSTANT: &str = "an instant like 2026-09-14T09:30:00Z or a day like 2026-09-14";

/// Reads an instant; a day is its midnight UTC.
pub(super) fn parse_instant(text: &str) -> Option<Timestamp> {
    Timestamp::from_day_or_instant(text.trim()).ok()
}
