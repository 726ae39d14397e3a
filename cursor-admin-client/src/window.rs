//! Half-open windows as the inclusive milliseconds that Cursor takes.

use chrono::{DateTime, Utc};

/// Returns the first and the last millisecond of the half-open window, or why it cannot be requested.
///
/// A window that lies within one millisecond and holds none of its own is empty, too.
pub(crate) fn inclusive_millis(start: DateTime<Utc>, end: DateTime<Utc>) -> Result<(i64, i64), &'static str> {
    let (first, last) = (first_milli(start), first_milli(end).saturating_sub(1));
    if first > last {
        return Err("the window is empty; its start must lie before its end");
    }
    Ok((first, last))
}

/// Returns the first whole millisecond at or after a moment. Events have whole milliseconds, so an event is
/// at or after the moment exactly if it is at or after this.
fn first_milli(at: DateTime<Utc>) -> i64 {
    let milli = at.timestamp_millis();
    if at.timestamp_subsec_nanos().is_multiple_of(1_000_000) { milli } else { milli.saturating_add(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_in_inclusive_milliseconds() {
        for (at, milli) in [
            ("2026-07-31T00:00:00Z", 1_785_456_000_000),
            ("2026-07-31T00:00:00.001Z", 1_785_456_000_001),
            ("2026-07-31T00:00:00.000001Z", 1_785_456_000_001),
            ("1969-12-31T23:59:59.9995Z", 0),
        ] {
            assert_eq!(first_milli(at.parse().unwrap()), milli, "{at}");
        }
    }
}
