//! Rules in the form in which they are evaluated.
//!
//! They refer to keys, rules and facts by number, and hold what can be worked out before the first charge:
//! weights, head counts, the index. The rules as written are kept beside them, for explanations and checks.

use std::sync::Arc;

use cost_model::{Dimension, Filter};

use crate::compile::cost_split::CostSplit;
use crate::compile::dependencies::Dependencies;
use crate::compile::headcount::Headcounts;
use crate::compile::index::Index;
use crate::ids::{FactId, KeyId, RuleId, Table};
use crate::place::{Place, SourceText};
use crate::rules::assign::{FromField, Transform};
use crate::rules::person_matcher::PersonMatcher;
use crate::rules::rule_set::Rule;
use crate::span::Span;
use crate::weights::Share;

/// The rules of one key.
///
/// `rules` and `assigns` have the same ids; a rule with an error is in neither, and the compilation fails
/// then.
pub(crate) struct CompiledTag {
    pub(crate) default: Option<Arc<str>>,
    pub(crate) default_from: Option<FromField>,
    /// The provider's tag whose value is kept, if it has one.
    pub(crate) provider_tag: Option<Dimension>,
    /// As written, but for letter case in conditions on people.
    pub(super) rules: Table<RuleId, Rule>,
    /// The compiled value of each of them.
    pub(super) assigns: Table<RuleId, CompiledAssign>,
    pub(crate) index: Index,
    /// The keys that rules read, ascending.
    pub(crate) reads: Vec<KeyId>,
    /// The keys by whose cost rules split charges.
    pub(crate) cost_bases: Vec<KeyId>,
    /// Everything else that they depend on.
    pub(crate) dependencies: Dependencies,
    /// Where the key is defined.
    pub(crate) place: Option<Place>,
}

/// A rule of a key.
///
/// It borrows from both tables of [`CompiledTag`] and is copied freely.
#[derive(Clone, Copy)]
pub(crate) struct CompiledRule<'a> {
    pub(crate) when: Option<&'a Filter>,
    /// In lower case.
    pub(crate) people: &'a PersonMatcher,
    pub(crate) spans: &'a [Span],
    pub(crate) assign: &'a CompiledAssign,
    pub(crate) place: Option<&'a Place>,
    /// The condition as the file writes it.
    pub(crate) condition_text: Option<&'a SourceText>,
    /// The names of lists of emails without an entry, which restrict nothing.
    pub(crate) empty_lists: &'a [&'static str],
}

/// What a rule gives, with names as ids and fixed splits as reduced weights.
///
/// It is [`Assign`](crate::rules::assign::Assign) after compilation. The weights of a split by cost are the
/// only thing missing: they come with the charges.
pub(crate) enum CompiledAssign {
    Value(Arc<str>),
    /// A fact, and how its text is transformed.
    Fact(FactId, Vec<Transform>),
    Field(FromField),
    Shares(Arc<[Share]>),
    Headcount {
        fact: FactId,
        counts: Arc<Headcounts>,
        within: Option<FactId>,
    },
    Cost(Box<CostSplit>),
}

impl CompiledTag {
    /// Returns a rule of this key.
    pub(crate) fn rule(&self, id: RuleId) -> Option<CompiledRule<'_>> {
        Some(compiled(self.rules.get(id)?, self.assigns.get(id)?))
    }

    /// Returns the rules, in order.
    pub(crate) fn rules(&self) -> impl Iterator<Item = CompiledRule<'_>> {
        self.rules.iter().zip(&self.assigns).map(|(rule, assign)| compiled(rule, assign))
    }

    /// Returns the rules with their ids, in order.
    pub(crate) fn rules_with_ids(&self) -> impl Iterator<Item = (RuleId, CompiledRule<'_>)> {
        self.rules.ids().zip(self.rules())
    }
}

/// Joins a rule as written with what was compiled of it.
fn compiled<'a>(rule: &'a Rule, assign: &'a CompiledAssign) -> CompiledRule<'a> {
    CompiledRule {
        when: rule.when.as_ref(),
        people: &rule.people,
        spans: &rule.spans,
        assign,
        place: rule.place.as_ref(),
        condition_text: rule.condition_text.as_deref(),
        empty_lists: &rule.empty_lists,
    }
}
