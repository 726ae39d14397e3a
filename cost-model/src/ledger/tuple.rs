//! The dictionary of a ledger: each distinct text, set of tags and tuple of dimensions, once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::{CostRecord, Dimension, Dimensions, Error, Result};

use super::narrow::index;

/// The dimensions that a ledger keeps beside tags, in the order of a tuple's slots.
const SLOTS: [Dimension; 11] = [
    Dimension::Provider,
    Dimension::BillingAccount,
    Dimension::Account,
    Dimension::Service,
    Dimension::ServiceId,
    Dimension::Category,
    Dimension::Subcategory,
    Dimension::Resource,
    Dimension::ChargeType,
    Dimension::Region,
    Dimension::UsageUnit,
];

/// The id of an interned text, shifted by one: 0 is "none".
type TextId = u32;

/// Keys and values, in order of keys.
type TagSet = Box<[(TextId, TextId)]>;

/// The values of the slots, and where its tags are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Tuple {
    slots: [TextId; SLOTS.len()],
    tags: TagRange,
}

/// Where a set of tags begins and ends among all tags. Equal sets are one, and the empty one is at 0.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
struct TagRange {
    start: u32,
    end: u32,
}

/// Where tuples keep the value of a dimension.
#[derive(Clone, Copy)]
pub(super) enum Column {
    Slot(usize),
    /// By the key's text.
    Tag(TextId),
    /// All tags as one.
    Tags,
}

#[derive(Default)]
pub(super) struct Tuples {
    texts: Vec<Arc<str>>,
    /// Sets of tags, one after the other.
    tags: Vec<(TextId, TextId)>,
    entries: Vec<Tuple>,
}

/// The way back from texts, sets of tags and tuples to their numbers, while a ledger is built.
#[derive(Default)]
pub(super) struct TupleNumbers {
    texts: HashMap<Arc<str>, TextId>,
    tag_sets: HashMap<TagSet, TagRange>,
    tuples: HashMap<Tuple, u32>,
}

impl Tuples {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&self, number: usize) -> Option<LedgerTuple<'_>> {
        self.entries.get(number).map(|tuple| LedgerTuple { dictionary: self, tuple })
    }

    /// The number of the tuple of a record's dimensions and tags, new or not.
    pub(super) fn number(&mut self, record: &CostRecord, numbers: &mut TupleNumbers) -> Result<u32> {
        let mut tuple = Tuple { slots: [0; SLOTS.len()], tags: TagRange::default() };
        for (slot, dimension) in tuple.slots.iter_mut().zip(&SLOTS) {
            *slot = record.dimensions.shared(dimension).map_or(Ok(0), |text| self.text_id(text, numbers))?;
        }
        let tags = record
            .dimensions
            .tags
            .iter()
            .map(|(key, value)| Ok((self.text_id(key, numbers)?, self.text_id(value, numbers)?)))
            .collect::<Result<TagSet>>()?;
        tuple.tags = self.tag_range(tags, numbers)?;
        if let Some(number) = numbers.tuples.get(&tuple) {
            return Ok(*number);
        }
        let next = next_number(self.entries.len(), "tuples of dimensions")?;
        self.entries.push(tuple);
        numbers.tuples.insert(tuple, next);
        Ok(next)
    }

    fn tag_range(&mut self, tags: TagSet, numbers: &mut TupleNumbers) -> Result<TagRange> {
        if tags.is_empty() {
            return Ok(TagRange::default());
        }
        if let Some(range) = numbers.tag_sets.get(&tags) {
            return Ok(*range);
        }
        let start = next_number(self.tags.len(), "tags")?;
        self.tags.extend_from_slice(&tags);
        let range = TagRange { start, end: next_number(self.tags.len(), "tags")? };
        numbers.tag_sets.insert(tags, range);
        Ok(range)
    }

    pub(super) fn shrink(&mut self) {
        self.texts.shrink_to_fit();
        self.tags.shrink_to_fit();
        self.entries.shrink_to_fit();
    }

    fn text_id(&mut self, text: &Arc<str>, numbers: &mut TupleNumbers) -> Result<TextId> {
        if let Some(id) = numbers.texts.get(text) {
            return Ok(*id);
        }
        self.texts.push(Arc::clone(text));
        let id = next_number(self.texts.len(), "distinct texts")?;
        numbers.texts.insert(Arc::clone(text), id);
        Ok(id)
    }

    /// The column of a dimension; `None` where no tuple has a value of it.
    pub(super) fn column(&self, dimension: &Dimension) -> Option<Column> {
        match dimension {
            Dimension::Tag(key) => {
                let before = self.texts.iter().position(|text| text == key)?;
                Some(Column::Tag(u32::try_from(before).ok()?.checked_add(1)?))
            }
            _ => SLOTS.iter().position(|each| each == dimension).map(Column::Slot),
        }
    }

    fn text(&self, id: TextId) -> Option<&Arc<str>> {
        self.texts.get(index(id).checked_sub(1)?)
    }
}

fn next_number(length: usize, what: &str) -> Result<u32> {
    u32::try_from(length).map_err(|_| Error::overflow(&format!("the number of {what} in a ledger")))
}

/// One distinct combination of dimensions and tags in a [`Ledger`](crate::Ledger).
#[derive(Clone, Copy)]
pub struct LedgerTuple<'a> {
    dictionary: &'a Tuples,
    tuple: &'a Tuple,
}

impl<'a> LedgerTuple<'a> {
    fn tags(&self) -> impl Iterator<Item = (&'a Arc<str>, &'a Arc<str>)> + use<'a> {
        let dictionary = self.dictionary;
        let tags = self.tag_codes().iter();
        tags.filter_map(|(key, value)| Some((dictionary.text(*key)?, dictionary.text(*value)?)))
    }

    fn tag_codes(&self) -> &'a [(TextId, TextId)] {
        let TagRange { start, end } = self.tuple.tags;
        self.dictionary.tags.get(index(start)..index(end)).unwrap_or_default()
    }

    fn lookup(&self, dimension: &Dimension) -> Option<&'a Arc<str>> {
        match dimension {
            Dimension::Tag(key) => self.tags().find(|(each, _)| *each == key).map(|(_, value)| value),
            _ => {
                let slot = SLOTS.iter().position(|each| each == dimension)?;
                self.dictionary.text(*self.tuple.slots.get(slot)?)
            }
        }
    }

    /// A number for the value in a column, the same for the same value; 0 for none.
    pub(super) fn code_in(&self, column: Column) -> u32 {
        match column {
            Column::Slot(slot) => self.tuple.slots.get(slot).copied().unwrap_or_default(),
            Column::Tag(key) => {
                let pair = self.tag_codes().iter().find(|(each, _)| *each == key);
                pair.map_or(0, |(_, value)| *value)
            }
            Column::Tags => self.tuple.tags.end,
        }
    }

    /// The value of a dimension, shared with the ledger.
    pub fn shared(&self, dimension: &Dimension) -> Option<Arc<str>> {
        self.lookup(dimension).map(Arc::clone)
    }
}

impl Dimensions for LedgerTuple<'_> {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        self.lookup(dimension).map(|text| Cow::Borrowed(&**text))
    }

    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
        self.tags().for_each(|(key, value)| visit(key, value));
    }

    fn tag(&self, key: &str) -> Option<Cow<'_, str>> {
        self.tags().find(|(each, _)| ***each == *key).map(|(_, value)| Cow::Borrowed(&**value))
    }
}

impl fmt::Debug for LedgerTuple<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerTuple").finish_non_exhaustive()
    }
}
