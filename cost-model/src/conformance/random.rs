//! Random choices that come out the same again for the same seed.

/// SplitMix64: small, and good enough to choose by.
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// From 0 to just below `end`.
    pub(super) fn below(&mut self, end: i64) -> i64 {
        let end = u64::try_from(end).unwrap_or_default().max(1);
        i64::try_from(self.bits() % end).unwrap_or_default()
    }

    /// True once in that many times.
    pub(super) fn once_in(&mut self, times: i64) -> bool {
        self.below(times) == 0
    }

    /// One of these; the default of none.
    pub(super) fn pick<T: Clone + Default>(&mut self, from: &[T]) -> T {
        let count = i64::try_from(from.len()).unwrap_or(i64::MAX);
        let place = usize::try_from(self.below(count)).unwrap_or_default();
        from.get(place).cloned().unwrap_or_default()
    }
}
