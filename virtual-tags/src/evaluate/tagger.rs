//! Resolved rules as a tagger.
//!
//! This is what reports use: `cost_model` asks for the values of some keys for a set of dimensions between two
//! boundaries, and gets the parts into which the rules split its charges.

use std::borrow::Cow;
use std::sync::Arc;

use cost_model::tagger::Part;
use cost_model::{Dimension, Dimensions, Tagger, Timestamp};

use crate::compile::charge::Charge;
use crate::compile::rules::sorted_instants;
use crate::evaluate::outcome::Outcome;
use crate::evaluate::resolved_rules::ResolvedRules;
use crate::ids::{Id, KeyId};
use crate::rules::answer::Answer;

impl ResolvedRules {
    /// Returns the answer of the rules for one key of a charge with these dimensions at an instant; [`Answer::Unset`] for
    /// a key that they do not have.
    ///
    /// It is the answer of a report, in a form to show or to compare. For many charges use a report: nothing
    /// is kept between two calls.
    pub fn answer(&self, key: &str, dimensions: &dyn Dimensions, at: Timestamp) -> Answer {
        Answer::from_parts(&self.parts(&[Arc::from(key)], dimensions, at))
    }

    /// Returns the values of keys that read no others and share nothing out; `None` where one does.
    ///
    /// It is the way of most charges, without parts and their tables.
    fn unsplit(&self, ids: &[Option<KeyId>], charge: &Charge<'_>) -> Option<Vec<Option<Arc<str>>>> {
        let tags = ids.iter().map(|id| Some(self.compiled.tags.get((*id)?)).flatten());
        tags.clone()
            .flatten()
            .all(|tag| tag.reads.is_empty())
            .then(|| {
                tags.map(|tag: Option<&_>| {
                    match tag.map_or(Outcome::Unset, |tag| self.evaluate_tag(tag, charge, &[])) {
                        Outcome::Value(value) => Some(Some(value)),
                        Outcome::Unset => Some(None),
                        Outcome::Shares(_) => None,
                    }
                })
                .collect()
            })
            .flatten()
    }
}

impl Tagger for ResolvedRules {
    fn keys(&self) -> &[Arc<str>] {
        self.compiled.keys.as_slice()
    }

    fn reads(&self) -> &[Dimension] {
        &self.compiled.reads
    }

    fn boundaries(&self) -> &[Timestamp] {
        &self.boundaries
    }

    fn boundaries_of(&self, dimensions: &dyn Dimensions) -> Cow<'_, [Timestamp]> {
        if self.boundaries.is_empty() {
            return Cow::Borrowed(&[]);
        }
        let directory = &self.compiled.directory;
        // Any instant will do: names do not depend on it, and the boundaries of each are those of all times.
        let charge = self.compiled.charge(dimensions, Timestamp::midnight(chrono::NaiveDate::MIN));
        let people = charge.ids().flat_map(|id| directory.boundaries_of(&id));
        let mut boundaries =
            sorted_instants(people.chain(self.compiled.spans.iter().chain(&*self.counts).copied()));
        // Only instants that are boundaries of all the rules count; the callers divide time by those.
        boundaries.retain(|each| self.boundaries.binary_search(each).is_ok());
        Cow::Owned(boundaries)
    }

    fn parts(&self, keys: &[Arc<str>], dimensions: &dyn Dimensions, at: Timestamp) -> Vec<Part> {
        let ids: Vec<_> = keys.iter().map(|key| self.compiled.key_id(key)).collect();
        let charge = self.compiled.charge(dimensions, at);
        // Most keys read no others and split nothing; they need no parts.
        if let Some(values) = self.unsplit(&ids, &charge) {
            return vec![Part::whole(values)];
        }
        let wanted: Vec<_> = ids.iter().copied().flatten().collect();
        self.evaluate_parts(&wanted, &charge)
            .into_iter()
            .map(|part: Part| Part {
                values: ids.iter().map(|id| part.values.get((*id)?.index()).cloned().flatten()).collect(),
                weight: part.weight,
            })
            .collect()
    }
}
