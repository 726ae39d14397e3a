use proptest::prelude::*;

use super::*;

fn at(milli: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(milli).unwrap()
}

#[test]
fn when_the_next_may_go() {
    for (sends, now, limit, expected) in [
        (&[][..], 0, 1, None),
        (&[0], 0, 2, None),
        (&[0], 0, 1, Some(61_000)),
        (&[0], 60_999, 1, Some(61_000)),
        (&[0], 61_000, 1, None),
        (&[0, 10], 20, 2, Some(61_000)),
        (&[0, 10], 61_000, 2, None),
        (&[0, 10, 20], 61_005, 2, Some(61_010)),
        (&[0, 10, 20], 61_005, 1, Some(61_020)),
        (&[0, 10, 20], 20, 4, None),
        (&[5], 5, u32::MAX, None),
    ] {
        let sends: VecDeque<_> = sends.iter().copied().map(at).collect();
        assert_eq!(wait_until(&sends, at(now), limit), expected.map(at), "{sends:?} {now} {limit}");
    }
}

#[test]
fn limits_by_endpoint_and_history() {
    let default = RateLimits::default();
    for (limits, route, refused, expected) in [
        (&default, Route::UsageEvents, false, Some(60)),
        (&default, Route::UsageEvents, true, Some(20)),
        (&default, Route::Members, false, Some(20)),
        (&default, Route::Spend, true, Some(20)),
        (&default.clone().usage_events(5), Route::UsageEvents, true, Some(5)),
        (&default.clone().others(7), Route::Spend, false, Some(7)),
        (&default.clone().after_refusal(3), Route::Spend, true, Some(3)),
        (&RateLimits::none(), Route::UsageEvents, true, None),
        (&RateLimits::none().after_refusal(3), Route::Spend, false, None),
        (&RateLimits::none().after_refusal(3), Route::Spend, true, Some(3)),
    ] {
        assert_eq!(limits.of(route, refused), expected, "{limits:?} {route:?} {refused}");
    }
    assert!(default.allow_any() && RateLimits::none().allow_any());
    assert!(!default.clone().others(0).allow_any() && !default.after_refusal(0).allow_any());
}

#[test]
fn endpoints_do_not_share_their_limits() {
    let pacer = Pacer::new(RateLimits::default().others(1));
    assert_eq!(pacer.take(Route::Members, at(0)), None);
    assert_eq!(pacer.take(Route::Members, at(1)), Some(at(61_000)));
    assert_eq!(pacer.take(Route::Spend, at(1)), None);
}

#[test]
fn a_clock_that_was_set_back_costs_one_span_at_most() {
    let pacer = Pacer::new(RateLimits::default().others(1));
    assert_eq!(pacer.take(Route::Members, at(3_600_000)), None);
    assert_eq!(pacer.take(Route::Members, at(0)), Some(at(61_000)));
    assert_eq!(pacer.take(Route::Members, at(1_000)), Some(at(61_000)));
    assert_eq!(pacer.take(Route::Members, at(61_000)), None);
}

#[test]
fn nothing_is_kept_without_limits_or_for_longer_than_a_span() {
    let free = Pacer::new(RateLimits::none());
    let paced = Pacer::new(RateLimits::default());
    for milli in 0..200_000 {
        assert_eq!(free.take(Route::Spend, at(milli)), None);
        paced.take(Route::Spend, at(milli));
    }
    assert_eq!(free.with(Route::Spend, |lane| lane.sends.len()), 0);
    assert!(paced.with(Route::Spend, |lane| lane.sends.len()) <= 20);
}

/// Returns the first millisecond from `arrival` on at which one more request keeps every span at the limit,
/// found by trying every moment at which a span can end.
fn brute_force(sends: &[i64], arrival: i64, limit: usize) -> i64 {
    let fits = |moment: i64| sends.iter().filter(|sent| moment - **sent < 61_000).count() < limit;
    let ends = sends.iter().map(|sent| sent + 61_000).filter(|end| *end > arrival);
    std::iter::once(arrival).chain(ends).filter(|moment| fits(*moment)).min().unwrap()
}

proptest! {
    #[test]
    fn no_span_holds_more_and_nobody_waits_longer_than_needed(
        gaps in proptest::collection::vec(prop_oneof![3 => Just(0_i64), 3 => 0_i64..3_000, 1 => 0_i64..90_000], 1..200),
        limit in 1_u32..70,
        lowered in 1_u32..30,
        refused_at in 0_usize..250,
    ) {
        let pacer = Pacer::new(RateLimits::default().usage_events(limit).after_refusal(lowered));
        let (mut sends, mut limits, mut arrival) = (Vec::new(), Vec::new(), 0_i64);
        for (number, gap) in gaps.into_iter().enumerate() {
            if number == refused_at {
                pacer.refused(Route::UsageEvents);
            }
            let limit = if number >= refused_at { limit.min(lowered) } else { limit };
            let limit = usize::try_from(limit).unwrap();
            arrival = sends.last().copied().unwrap_or(0).max(arrival + gap);
            let mut now = at(arrival);
            while let Some(until) = pacer.take(Route::UsageEvents, now) {
                prop_assert!(until > now);
                now = until;
            }
            prop_assert_eq!(now, at(brute_force(&sends, arrival, limit)));
            sends.push(now.timestamp_millis());
            limits.push(limit);
        }
        for (last, limit) in sends.iter().zip(&limits).enumerate().map(|(at, (_, limit))| (at, *limit)) {
            let span = sends[..=last].iter().filter(|sent| sends[last] - **sent < 61_000);
            prop_assert!(span.count() <= limit);
        }
    }
}
