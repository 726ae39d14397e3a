//! A filter over sets of dimensions: asked once for each value of a field, then in integers.

use std::iter;

use crate::dimension::Dimension;
use crate::filter::{Expression, Field, Filter, Predicate, Test};
use crate::ledger::{Column, DimensionSetId, Ledger};
use crate::report::part::PartView;
use crate::tagger::TagCache;

/// A filter as it looks at sets and at the values of tags.
pub(super) struct Condition<'a> {
    ledger: &'a Ledger,
    tags: &'a TagCache,
    root: Node<'a>,
}

enum Node<'a> {
    And(Vec<Node<'a>>),
    Or(Vec<Node<'a>>),
    Not(Box<Node<'a>>),
    Column(ColumnTest<'a>),
    /// Holds if either does; a service is matched by its name or its id.
    Either(ColumnTest<'a>, ColumnTest<'a>),
    /// A tag: what rules assign covers what the provider says.
    Tag {
        key: usize,
        holds_for_value: Vec<bool>,
        provider: ColumnTest<'a>,
    },
    /// Must be asked about each set, as a test of the tags of any key must be.
    Set(&'a Predicate),
    /// Must be asked about each charge.
    Charge,
}

/// Whether a test holds, by the code of a value; 0 is none.
struct ColumnTest<'a> {
    column: Option<&'a Column>,
    holds: Vec<bool>,
}

impl<'a> ColumnTest<'a> {
    fn new(column: Option<&'a Column>, test: &Test) -> Self {
        let values = column.map_or(&[][..], Column::values);
        let codes = iter::once(None).chain(values.iter().map(|value| Some(&**value)));
        Self { column, holds: codes.map(|value| test.holds_for(value)).collect() }
    }

    fn holds(&self, set: DimensionSetId) -> bool {
        let code = self.column.map_or(0, |column| column.code(set));
        self.holds.get(code as usize).copied().unwrap_or_default()
    }
}

impl<'a> Condition<'a> {
    pub(super) fn new(filter: &'a Filter, ledger: &'a Ledger, tags: &'a TagCache) -> Self {
        let mut condition = Self { ledger, tags, root: Node::Charge };
        condition.root = condition.node(filter.expression());
        condition
    }

    /// Returns whether a part of a charge with these dimensions and codes of tags meets the filter; `None` if that
    /// depends on the charge.
    pub(super) fn holds(&self, set: DimensionSetId, codes: &[u32]) -> Option<bool> {
        self.decide(&self.root, set, codes)
    }

    fn node(&self, expression: &'a Expression) -> Node<'a> {
        match expression {
            Expression::And(parts) => Node::And(self.nodes(parts)),
            Expression::Or(parts) => Node::Or(self.nodes(parts)),
            Expression::Not(part) => Node::Not(Box::new(self.node(part))),
            Expression::Predicate(predicate) => self.predicate(predicate),
        }
    }

    fn nodes(&self, parts: &'a [Expression]) -> Vec<Node<'a>> {
        parts.iter().map(|part| self.node(part)).collect()
    }

    fn predicate(&self, predicate: &'a Predicate) -> Node<'a> {
        let node = match &predicate.field {
            field if field.is_per_charge() => return Node::Charge,
            Field::Dimension(dimension) => self.test(dimension, &predicate.test),
            _ => return Node::Set(predicate),
        };
        if predicate.negated { Node::Not(Box::new(node)) } else { node }
    }

    fn test(&self, dimension: &Dimension, test: &Test) -> Node<'a> {
        match dimension {
            // Only the name of a service can be absent.
            Dimension::Service if *test != Test::Absent => {
                Node::Either(self.column(dimension, test), self.column(&Dimension::ServiceId, test))
            }
            Dimension::Tag(key) | Dimension::VirtualTag(key) => {
                let provider = self.column(dimension, test);
                let Some(key) = self.tags.place_of(key) else { return Node::Column(provider) };
                let values = self.tags.values(key).iter();
                let holds_for_value = values.map(|value| test.holds_for(Some(value))).collect();
                Node::Tag { key, holds_for_value, provider }
            }
            _ => Node::Column(self.column(dimension, test)),
        }
    }

    fn column(&self, dimension: &Dimension, test: &Test) -> ColumnTest<'a> {
        ColumnTest::new(self.ledger.sets().column(dimension), test)
    }

    fn decide(&self, node: &Node<'_>, set: DimensionSetId, codes: &[u32]) -> Option<bool> {
        match node {
            Node::And(parts) => self.decide_all(parts, false, set, codes),
            Node::Or(parts) => self.decide_all(parts, true, set, codes),
            Node::Not(part) => self.decide(part, set, codes).map(|holds| !holds),
            Node::Column(test) => Some(test.holds(set)),
            Node::Either(one, other) => Some(one.holds(set) || other.holds(set)),
            Node::Tag { key, holds_for_value, provider } => {
                let code = codes.get(*key).copied().unwrap_or_default();
                Some(match (code as usize).checked_sub(1) {
                    Some(value) => holds_for_value.get(value).copied().unwrap_or_default(),
                    None => provider.holds(set),
                })
            }
            Node::Set(predicate) => {
                let part =
                    PartView { set: self.ledger.set(set)?, row: None, tags: self.tags, codes, purpose: None };
                Some(predicate.matches(&part))
            }
            Node::Charge => None,
        }
    }

    /// Returns whether all of the parts hold, or with `any` one of them: a part that decides does so whatever the
    /// others are.
    fn decide_all(&self, parts: &[Node<'_>], any: bool, set: DimensionSetId, codes: &[u32]) -> Option<bool> {
        let mut outcome = Some(!any);
        for part in parts {
            match self.decide(part, set, codes) {
                Some(holds) if holds == any => return Some(any),
                Some(_) => {}
                None => outcome = None,
            }
        }
        outcome
    }
}
