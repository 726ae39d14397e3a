//! The groups of a report, found by arithmetic on the codes of dimensions and tags.

use std::collections::HashMap;
use std::sync::Arc;

use crate::combinations::Combinations;
use crate::dimension::Dimension;
use crate::error::Result;
use crate::ids::{Id, Table, id};
use crate::ledger::{Column, DimensionSetId, Ledger, SetColumns};
use crate::report::fragments::TokenPart;
use crate::tagger::TagCache;

id! {
    /// The number of a group of a report.
    pub(in crate::report) GroupId, "groups of a report"
}

/// The groups of a report, numbered as they are met.
pub(in crate::report) struct Groups<'a> {
    axes: Vec<Axis<'a>>,
    combinations: Combinations,
    keys: Table<GroupId, Vec<Option<Arc<str>>>>,
}

/// A dimension that is grouped by: where a part of a charge has its code.
struct Axis<'a> {
    is_tag: bool,
    codes: AxisCodes<'a>,
}

enum AxisCodes<'a> {
    Column(Option<&'a Column>),
    /// The value that rules assign to the key at that place.
    Virtual {
        key: usize,
        values: &'a [Arc<str>],
    },
    /// The same where rules assign one, else the provider's tag. The texts begin with those that rules assign, whose codes
    /// stay as they are.
    Covering {
        key: usize,
        texts: Vec<Arc<str>>,
        provider: Option<&'a Column>,
        of_provider: Vec<u32>,
    },
    Tagged(&'a SetColumns),
    TokenType,
}

const UNTAGGED: u32 = 1;
const TAGGED: u32 = 2;

impl<'a> Groups<'a> {
    pub(in crate::report) fn new(group_by: &[Dimension], ledger: &'a Ledger, tags: &'a TagCache) -> Self {
        let axes = group_by.iter().map(|dimension| Axis::new(dimension, ledger.sets(), tags)).collect();
        Self { axes, combinations: Combinations::default(), keys: Table::default() }
    }

    /// Returns what the group of a part is told by.
    pub(super) fn codes(
        &self,
        set: DimensionSetId,
        codes: &[u32],
        purpose: Option<TokenPart>,
    ) -> impl Iterator<Item = u32> {
        self.axes.iter().map(move |axis| axis.codes.code(set, codes, purpose))
    }

    /// Returns whether a part lacks a value of a tag that is grouped by.
    pub(super) fn is_unallocated(&self, set: DimensionSetId, codes: &[u32]) -> bool {
        self.axes.iter().any(|axis| axis.is_tag && axis.codes.code(set, codes, None) == 0)
    }

    /// Returns the group of a part.
    pub(super) fn group(
        &mut self,
        set: DimensionSetId,
        codes: &[u32],
        purpose: Option<TokenPart>,
    ) -> Result<GroupId> {
        let Self { axes, combinations, keys } = self;
        let (number, is_new) =
            combinations.number(axes.iter().map(|axis| axis.codes.code(set, codes, purpose)))?;
        if is_new {
            // Both number groups as they are met.
            let texts = axes.iter().map(|axis| axis.codes.text(axis.codes.code(set, codes, purpose)));
            return keys.push(texts.collect());
        }
        GroupId::after(number as usize)
    }

    /// Returns the values of a group, in the order of what is grouped by; none for an id that was not given out here.
    pub(in crate::report) fn keys_of(&self, group: GroupId) -> &[Option<Arc<str>>] {
        self.keys.get(group).map_or(&[], |keys| keys)
    }
}

impl<'a> Axis<'a> {
    fn new(dimension: &Dimension, sets: &'a SetColumns, tags: &'a TagCache) -> Self {
        let codes = match dimension {
            Dimension::VirtualTag(key) => {
                tags.place_of(key).map(|key| AxisCodes::Virtual { key, values: tags.values(key) })
            }
            Dimension::Tag(key) => tags
                .place_of(key)
                .map(|key| AxisCodes::covering(key, tags.values(key), sets.column(dimension))),
            Dimension::Tagged => Some(AxisCodes::Tagged(sets)),
            Dimension::TokenType => Some(AxisCodes::TokenType),
            _ => None,
        };
        Self {
            is_tag: matches!(dimension, Dimension::Tag(_) | Dimension::VirtualTag(_)),
            codes: codes.unwrap_or_else(|| AxisCodes::Column(sets.column(dimension))),
        }
    }
}

impl<'a> AxisCodes<'a> {
    fn covering(key: usize, values: &[Arc<str>], provider: Option<&'a Column>) -> Self {
        let mut texts: Vec<Arc<str>> = values.to_vec();
        let mut known: HashMap<Arc<str>, u32> = values.iter().cloned().zip(1..).collect();
        let mut of_provider = vec![0];
        for value in provider.map_or(&[][..], Column::values) {
            let code = *known.entry(Arc::clone(value)).or_insert_with(|| {
                texts.push(Arc::clone(value));
                u32::try_from(texts.len()).unwrap_or(u32::MAX)
            });
            of_provider.push(code);
        }
        Self::Covering { key, texts, provider, of_provider }
    }

    fn code(&self, set: DimensionSetId, codes: &[u32], purpose: Option<TokenPart>) -> u32 {
        match self {
            Self::Column(column) => column.map_or(0, |column| column.code(set)),
            Self::Virtual { key, .. } => codes.get(*key).copied().unwrap_or_default(),
            Self::Covering { key, provider, of_provider, .. } => match codes.get(*key) {
                None | Some(0) => {
                    let code = provider.map_or(0, |column| column.code(set));
                    of_provider.get(code as usize).copied().unwrap_or_default()
                }
                Some(value) => *value,
            },
            Self::Tagged(sets) => {
                let any = codes.iter().any(|code| *code != 0) || sets.tags().any(|tag| tag.code(set) != 0);
                if any { TAGGED } else { UNTAGGED }
            }
            Self::TokenType => purpose.map_or(0, TokenPart::code),
        }
    }

    fn text(&self, code: u32) -> Option<Arc<str>> {
        let place = (code as usize).checked_sub(1)?;
        match self {
            Self::Column(column) => column.and_then(|column| column.value(code)).cloned(),
            Self::Virtual { values, .. } => values.get(place).cloned(),
            Self::Covering { texts, .. } => texts.get(place).cloned(),
            Self::Tagged(_) => Some(if code == TAGGED { "tagged" } else { "untagged" }.into()),
            Self::TokenType => TokenPart::ALL.get(place).map(|part| part.name().into()),
        }
    }
}
