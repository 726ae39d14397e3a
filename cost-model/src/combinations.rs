//! Numbers for combinations of codes.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use crate::error::{Error, Result};

/// Numbers distinct combinations of a fixed count of codes, as they are met.
///
/// The first two codes make a number, that number and the third another, and so on: each step looks up one small integer, and
/// nothing is allocated for a combination that is known, however many codes it has. The codes are numbers of our own making,
/// which nobody can choose so that they collide.
#[derive(Debug, Default)]
pub(crate) struct Combinations {
    steps: Vec<FxHashMap<u64, u32>>,
}

impl Combinations {
    /// Returns the number of a combination, and whether it is new. All combinations must have as many codes.
    ///
    /// Numbers are given out from 0 without a gap, so that a caller can keep a table by them. All
    /// combinations of one table need the same number of codes: with another count, the number of a prefix
    /// could be taken for that of a whole combination.
    pub(crate) fn number(&mut self, codes: impl IntoIterator<Item = u32>) -> Result<(u32, bool)> {
        let mut codes = codes.into_iter();
        // A combination of one code, or of none, is made one of two.
        let mut number = codes.next().unwrap_or_default();
        let mut code = codes.next().unwrap_or_default();
        for depth in 0.. {
            if self.steps.len() == depth {
                self.steps.push(FxHashMap::default());
            }
            let Some(step) = self.steps.get_mut(depth) else { break };
            let next =
                u32::try_from(step.len()).map_err(|_| Error::overflow("the number of combinations"))?;
            let entry = step.entry(u64::from(number) << 32 | u64::from(code));
            let is_new = matches!(entry, Entry::Vacant(_));
            number = *entry.or_insert(next);
            match codes.next() {
                Some(another) => code = another,
                None => return Ok((number, is_new)),
            }
        }
        Ok((number, false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn equal_combinations_have_one_number_and_others_have_another(
            codes in (0_usize..4).prop_flat_map(|width| {
                prop::collection::vec(prop::collection::vec(0_u32..4, width), 0..60)
            }),
        ) {
            let mut combinations = Combinations::default();
            let mut known: HashMap<Vec<u32>, u32> = HashMap::new();
            for each in codes {
                let (number, is_new) = combinations.number(each.iter().copied()).unwrap();
                prop_assert_eq!(is_new, !known.contains_key(&each));
                let count = u32::try_from(known.len()).unwrap();
                prop_assert_eq!(*known.entry(each).or_insert(count), number);
            }
        }
    }
}
