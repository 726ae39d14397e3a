//! SplitMix64: small, deterministic, the same on every machine.
//!
//! The simulated data is part of tests and demos, so that the generator is fixed here and does not follow the versions
//! of a library. It is not meant for secrets.

/// The generator: its state is one number, and a copy of it draws the same again.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    /// Starts at a seed; near seeds give unlike numbers.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next 64 bits.
    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number in `0..bound`; 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // The high half of the product: no division, and a bias too small to matter here.
        let wide = u128::from(self.next()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// Returns true `per_mille` times in a thousand.
    pub(crate) fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// Returns an index into `weights`, each as likely as its weight; `None` if all are 0.
    ///
    /// The weights are gone through twice, for the sum and for the draw.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = u64> + Clone) -> Option<usize> {
        let mut left = self.below(weights.clone().sum());
        for (index, weight) in weights.enumerate() {
            if left < weight {
                return Some(index);
            }
            left -= weight;
        }
        None
    }

    /// Returns the bits of a version 4 UUID.
    pub(crate) fn uuid(&mut self) -> u128 {
        let (high, low) = (u128::from(self.next()), u128::from(self.next()));
        let version = (high & !0xf000) | 0x4000;
        let variant = (low & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
        version << 64 | variant
    }

    /// Shuffles in place, after Fisher and Yates.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let bound = u64::try_from(last).unwrap_or(0) + 1;
            let other = usize::try_from(self.below(bound)).unwrap_or(0);
            items.swap(last, other);
        }
    }
}

/// Writes the 128 bits of a UUID in its usual form.
pub(crate) fn uuid_text(bits: u128) -> String {
    let (a, b, c, d) = (
        field(bits, 96, 0xffff_ffff),
        field(bits, 80, 0xffff),
        field(bits, 64, 0xffff),
        field(bits, 48, 0xffff),
    );
    format!("{a:08x}-{b:04x}-{c:04x}-{d:04x}-{:012x}", field(bits, 0, 0xffff_ffff_ffff))
}

/// Returns the bits of a number under a mask, counted from `shift` on.
const fn field(bits: u128, shift: u32, mask: u128) -> u128 {
    (bits >> shift) & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_published_sequence() {
        let mut rng = Rng::new(1_234_567);
        assert_eq!(rng.next(), 6_457_827_717_110_365_317);
        assert_eq!(rng.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn stays_below_the_bound() {
        let mut rng = Rng::new(7);
        assert!((0..1000).all(|_| rng.below(3) < 3));
        assert_eq!(rng.below(0), 0);
        assert_eq!(rng.weighted([0, 5, 0].into_iter()), Some(1));
        assert_eq!(rng.weighted([0, 0].into_iter()), None);
    }

    #[test]
    fn makes_version_4_uuids() {
        let uuid = uuid_text(Rng::new(3).uuid());
        assert_eq!(uuid.len(), 36);
        assert_eq!(uuid.chars().nth(14), Some('4'));
        assert!(uuid.chars().nth(19).is_some_and(|c| "89ab".contains(c)));
    }
}
