//! The groups of a report, and the texts of their keys.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{Dimension, Dimensions};

use super::mixed::Mixed;
use super::part::Part;

/// The groups of a report, numbered as they are met.
#[derive(Default)]
pub(super) struct Groups {
    pub(super) texts: Texts,
    /// By the numbers of their keys' texts, 0 for none.
    numbers: Mixed<Box<[usize]>, usize>,
    pub(super) keys: Vec<Vec<Option<Arc<str>>>>,
    /// The key of one part, kept for its room.
    key: Vec<usize>,
}

impl Groups {
    pub(super) fn number(&mut self, group_by: &[Dimension], part: &Part<'_>) -> usize {
        self.key.clear();
        for dimension in group_by {
            self.key.push(part.get(dimension).map_or(0, |text| 1 + self.texts.number(&text)));
        }
        if let Some(number) = self.numbers.get(self.key.as_slice()) {
            return *number;
        }
        let number = self.keys.len();
        self.keys.push(group_by.iter().map(|dimension| part.shared(dimension)).collect());
        self.numbers.insert(self.key.as_slice().into(), number);
        number
    }
}

/// Distinct texts, numbered as they are met.
#[derive(Default)]
pub(super) struct Texts {
    numbers: HashMap<Arc<str>, usize>,
    pub(super) texts: Vec<Arc<str>>,
}

impl Texts {
    pub(super) fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let (number, text) = (self.texts.len(), Arc::<str>::from(text));
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }
}
