//! Laws of the plan.

use std::collections::VecDeque;

use cost_ingest::{DAYS_MAX, plan};
use cost_model::Window;
use proptest::prelude::*;

use crate::support::{AUGUST, DAY, window};

fn longest() -> i64 {
    i64::try_from(DAYS_MAX).unwrap() * DAY
}

/// The fewest steps from start to end, by search over every midnight between.
fn fewest(range: Window) -> usize {
    let (start, end) = (range.start().millis(), range.end().millis());
    let midnights = (start.div_euclid(DAY) + 1..).map(|day| day * DAY).take_while(|at| *at < end);
    let cuts: Vec<i64> = std::iter::once(start).chain(midnights).chain([end]).collect();
    let mut steps = vec![usize::MAX; cuts.len()];
    steps[0] = 0;
    let mut queue = VecDeque::from([0]);
    while let Some(from) = queue.pop_front() {
        for to in from + 1..cuts.len() {
            if cuts[to] - cuts[from] <= longest() && steps[to] == usize::MAX {
                steps[to] = steps[from] + 1;
                queue.push_back(to);
            }
        }
    }
    *steps.last().unwrap()
}

fn ranges() -> impl Strategy<Value = Window> {
    let offset = prop_oneof![Just(0), -1_i64..=1, 0..DAY];
    let start = (-40_000_i64..40_000, offset.clone()).prop_map(|(day, offset)| AUGUST + day * DAY + offset);
    let length = prop_oneof![(0_i64..130), prop::sample::select(vec![29, 30, 31, 59, 60, 61])];
    (start, length, offset)
        .prop_map(|(start, days, offset)| window(start, (start + days * DAY + offset).max(start + 1)))
}

proptest! {
    #[test]
    fn windows_cover_the_range_and_are_the_fewest(range in ranges()) {
        let windows = plan(range);
        prop_assert_eq!(windows[0].start(), range.start());
        prop_assert_eq!(windows[windows.len() - 1].end(), range.end());
        for pair in windows.windows(2) {
            prop_assert_eq!(pair[0].end(), pair[1].start());
            prop_assert_eq!(pair[0].end().millis().rem_euclid(DAY), 0);
        }
        for window in &windows {
            prop_assert!(window.end().millis() - window.start().millis() <= longest());
        }
        prop_assert_eq!(windows.len(), fewest(range));
    }
}
