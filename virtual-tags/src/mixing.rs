//! A quick hash of short texts.

use std::hash::{BuildHasher, Hasher, RandomState};

/// An odd number without pattern: the fraction of the golden ratio.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// Makes hashers that start from one random number, so that nobody can foresee which texts collide.
#[derive(Clone)]
pub(crate) struct Mixing(u64);

/// Multiplies eight bytes by the next eight and folds the product.
pub(crate) struct Mixer(u64);

impl Default for Mixing {
    fn default() -> Self {
        Self(RandomState::new().hash_one(FACTOR))
    }
}

impl BuildHasher for Mixing {
    type Hasher = Mixer;

    fn build_hasher(&self) -> Mixer {
        Mixer(self.0)
    }
}

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        folded(self.0, FACTOR)
    }

    fn write(&mut self, bytes: &[u8]) {
        self.write_usize(bytes.len());
        for pair in bytes.as_chunks::<16>().0 {
            self.add(*pair);
        }
        // What is left, or of a longer text its last bytes, some of them for the second time.
        self.add(bytes.last_chunk::<16>().copied().unwrap_or_else(|| {
            let mut padded = [0; 16];
            padded.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = *byte);
            padded
        }));
    }

    fn write_u8(&mut self, byte: u8) {
        self.write_u64(byte.into());
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(u64::try_from(number).unwrap_or(u64::MAX));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = self.0.rotate_left(29) ^ word.wrapping_mul(FACTOR);
    }
}

impl Mixer {
    fn add(&mut self, pair: [u8; 16]) {
        let pair = u128::from_le_bytes(pair);
        self.0 = folded(self.0 ^ low(pair), FACTOR ^ low(pair >> 64));
    }
}

fn folded(one: u64, other: u64) -> u64 {
    let product = u128::from(one).wrapping_mul(u128::from(other));
    low(product) ^ low(product >> 64)
}

fn low(wide: u128) -> u64 {
    u64::try_from(wide & u128::from(u64::MAX)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn alike_texts_spread() {
        let mixing = Mixing::default();
        let hashes: Vec<u64> =
            (0..100_000).map(|number| mixing.hash_one(format!("p{number}@acme.test"))).collect();
        assert_eq!(hashes.iter().collect::<HashSet<_>>().len(), hashes.len());
        // Tables go by the lowest and the highest bits.
        for part in [|hash: &u64| hash & 0xffff, |hash: &u64| hash >> 48] {
            let parts: HashSet<u64> = hashes.iter().map(part).collect();
            assert!(parts.len() > 45_000, "{} of 65536 places", parts.len());
        }
    }
}
