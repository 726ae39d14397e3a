//! Numbers for people.

use std::time::Duration;

pub use cost_model::output::{counted, grouped, percent};

/// A length of time in seconds, to a tenth below ten of them; `None` for one too short to refer to.
pub fn seconds(time: Duration) -> Option<String> {
    let tenths = (time.as_millis() + 50) / 100;
    match tenths {
        0 => None,
        1..100 => Some(format!("{}.{} s", tenths / 10, tenths % 10)),
        _ => Some(format!("{} s", grouped((time.as_millis() + 500) / 1000))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_length_of_time_is_shown_as_nothing() {
        for (milliseconds, text) in [
            (0, None),
            (49, None),
            (50, Some("0.1 s")),
            (999, Some("1.0 s")),
            (9_949, Some("9.9 s")),
            (9_950, Some("10 s")),
            (61_499, Some("61 s")),
            (86_400_000, Some("86,400 s")),
        ] {
            assert_eq!(seconds(Duration::from_millis(milliseconds)).as_deref(), text);
        }
    }
}
