//! Finds the rules that a charge may match without looking at each.
//!
//! A key may have hundreds of rules, each for one team or person, of which a charge matches few. The index leaves out
//! only rules that cannot match. The others are still tested, so that the index changes no answer.

mod required;
mod source;
mod texts;

use std::collections::HashMap;

use aho_corasick::BuildError;

use crate::compile::charge::Charge;
use crate::compile::index::source::IndexedField;
use crate::compile::index::texts::{Texts, TextsBuilder};
use crate::ids::RuleId;
use crate::rules::rule_set::Rule;

/// The rules of one key by texts that a charge must have to meet them.
///
/// A rule is indexed by one of its conditions that names texts: `=`, `IN`, LIKE, a regular expression with plain literals, or
/// a list of emails or of parts of them, joined by AND to the rest, or a chain of OR of such. Rules without one are always
/// looked at.
pub(crate) struct Index {
    always: Vec<RuleId>,
    fields: Vec<(IndexedField, Texts)>,
}

/// The index while rules are added, one by one in their order.
#[derive(Default)]
pub(crate) struct IndexBuilder {
    always: Vec<RuleId>,
    fields: HashMap<IndexedField, TextsBuilder>,
}

impl IndexBuilder {
    /// Adds a rule under each text of which a charge needs one, or else to those that are always looked at.
    pub(crate) fn add_rule(&mut self, id: RuleId, rule: &Rule) {
        if !required::add_required_texts(rule, &mut |source, text| {
            self.fields.entry(source).or_default().add_text(text, id);
        }) {
            self.always.push(id);
        }
    }

    /// Returns the index, unless the texts together are too long to be searched for at once.
    ///
    /// The number of texts is not bounded by this crate, and the automaton that searches for them has a limit
    /// of its own.
    pub(crate) fn build(self) -> Result<Index, BuildError> {
        let fields = self.fields.into_iter().map(|(source, texts)| Ok((source, texts.build()?)));
        Ok(Index { always: self.always, fields: fields.collect::<Result<_, _>>()? })
    }
}

impl Index {
    /// Returns the rules that the charge may match, ascending and each once.
    pub(crate) fn candidates(&self, charge: &Charge<'_>) -> Vec<RuleId> {
        let mut rules = self.always.clone();
        for (source, texts) in &self.fields {
            if let Some(text) = source.read_text(charge) {
                texts.find_rules(&text, &mut rules);
            }
        }
        // The first rule that matches decides, so that they are tried in their order; one may be found by several
        // texts.
        rules.sort_unstable();
        rules.dedup();
        rules
    }
}
