//! Maps whose keys are small numbers of our own making, which nobody can choose so that they collide.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

pub(super) type Mixed<K, V> = HashMap<K, V, BuildHasherDefault<Mixer>>;

/// A few times faster than the standard hasher, and no defence against keys made to collide.
#[derive(Default)]
pub(super) struct Mixer(u64);

impl Mixer {
    fn mix(&mut self, number: u64) {
        // The multiplier of Knuth's linear congruential generator.
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(6_364_136_223_846_793_005);
    }
}

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut number = [0; 8];
            number.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
            self.mix(u64::from_le_bytes(number));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.mix(u64::from(number));
    }

    fn write_u32(&mut self, number: u32) {
        self.mix(u64::from(number));
    }

    fn write_usize(&mut self, number: usize) {
        self.mix(u64::try_from(number).unwrap_or_default());
    }

    fn write_isize(&mut self, number: isize) {
        self.write_usize(number.cast_unsigned());
    }

    fn finish(&self) -> u64 {
        // Maps look at the highest and the lowest bits; the lowest are the least mixed.
        self.0 ^ (self.0 >> 32)
    }
}
