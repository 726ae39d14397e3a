//! Explains why a charge has its value.
//!
//! Unlike evaluation, which stops at the first rule that matches, an explanation tests every condition of every rule,
//! so that it can name the rules that came too late and those that missed by one condition. It is meant for single
//! charges.

use std::fmt;
use std::sync::Arc;

use cost_model::filter::Expression;
use cost_model::output::for_terminal;
use cost_model::{Dimensions, Timestamp};

use crate::compile::charge::{Charge, text_of};
use crate::compile::compiled::{CompiledAssign, CompiledRule, CompiledTag};
use crate::compile::rules::Compiled;
use crate::directory::lookup::MatchKind;
use crate::directory::lookup::NameMatch;
use crate::evaluate::resolved_rules::ResolvedRules;
use crate::evaluate::tag_values::WithTagValues;
use crate::ids::{Id, KeyId};
use crate::place::Place;
use crate::rules::answer::Answer;

/// The number of rules that nearly matched which are listed at most.
///
/// A file of a thousand rules for one person each would list most of them.
const NEAR_MISSES_MAX: usize = 5;

/// The reason why a charge has its value of one key: the answer to whoever doubts it.
///
/// `Display` gives all of it, names included; `Debug` leaves them out.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The key.
    pub key: Arc<str>,
    /// When the charge arose.
    pub at: Timestamp,
    /// The names that were looked up in the directory, in order.
    pub names: Vec<NameLookup>,
    /// The parts into which the keys that this one reads split the charge; one, if they split nothing.
    pub parts: Vec<ExplainedPart>,
}

cost_model::masked_debug!(Explanation {});

/// A name in a charge, and the person that the directory finds by it.
/// Both are given, since an alias or another spelling may find the wrong person.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NameLookup {
    /// The name as the charge has it.
    pub sent: Arc<str>,
    /// The name after the directory's aliases, without blanks around it and with the domain in lower case.
    pub name: Arc<str>,
    /// The result of looking it up.
    pub found: NameMatch,
}

cost_model::masked_debug!(NameLookup {});

/// The answer for one part of a charge, and the rules that led to it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExplainedPart {
    /// The part's weight among its siblings.
    /// A weight is no amount: compare it with the sum over the parts.
    pub weight: u128,
    /// The values of the keys that are read.
    /// A value is absent where the key is unset for the part.
    pub read: Vec<(Arc<str>, Option<Arc<str>>)>,
    /// The answer of the rules.
    pub answer: Answer,
    /// The rule that decides; without one, the provider's own tag or the default does.
    pub winner: Option<ExplainedRule>,
    /// Later rules that match as well, but come too late.
    /// Where the provider's own tag decides, these are all the rules that match.
    pub shadowed: Vec<ExplainedRule>,
    /// The first five rules of which some conditions hold and exactly one does not.
    pub near_misses: Vec<ExplainedRule>,
}

cost_model::masked_debug!(ExplainedPart {});

/// A rule, with the conditions that hold and those that do not.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExplainedRule {
    /// The rule's number in its key, counted from 1.
    /// Rules that could not match are counted as well.
    pub number: usize,
    /// Where the rule is, if it was read from a file.
    pub place: Option<Place>,
    /// The conditions that hold.
    /// Each is a condition as it would be written in a rules file, or words for dates and sources.
    pub holds: Vec<String>,
    /// The conditions that do not.
    /// A source without a value for the charge, such as an empty fact, is one of them.
    pub fails: Vec<String>,
}

cost_model::masked_debug!(ExplainedRule {});

/// Keys and what a part has of them.
///
/// In the order of the keys' ids.
type ReadValues = Vec<(Arc<str>, Option<Arc<str>>)>;

impl ResolvedRules {
    /// Explains why a charge with these dimensions has its value of `key` at an instant; `None` if there is no such key.
    ///
    /// ```
    /// use cost_model::{CostRecord, Costs, Currency, Timestamp};
    /// use virtual_tags::{Directory, RuleSet};
    ///
    /// let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"Web\"\nemail.domain = \"acme.test\"\n";
    /// let rules = RuleSet::from_toml(toml, "rules.toml")?.compile(Directory::default())?.tagger()?;
    /// let at = Timestamp::midnight("2026-09-15".parse()?);
    /// let mut charge = CostRecord::new(at, "cursor", Currency::USD, Costs::absent());
    /// charge.edit(|set| set.resource = Some("ana@acme.test".into()));
    /// assert_eq!(
    ///     rules.explain("Team", &charge, at).unwrap().to_string(),
    ///     "Team at 2026-09-15T00:00:00Z\n  \
    ///        name       ana@acme.test: not in the directory at that time\n  \
    ///        value      `Web`\n  \
    ///        rule       rules.toml:3:1: email.domain = 'acme.test'\n"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self, key: &str, dimensions: &dyn Dimensions, at: Timestamp) -> Option<Explanation> {
        let Compiled { keys, tags, directory, .. } = &*self.compiled;
        let id = self.compiled.key_id(key)?;
        let tag = tags.get(id)?;
        let charge = self.compiled.charge(dimensions, at);
        let read = tag.reads.as_slice();
        let parts = self.evaluate_parts(read, &charge).into_iter().map(|part| {
            let read = read
                .iter()
                .filter_map(|id: &KeyId| {
                    let value = part.values.get(id.index()).cloned().flatten();
                    keys.get(*id).map(|key| (Arc::clone(key), value))
                })
                .collect();
            self.explained_part(tag, &charge, &part.values, (part.weight, read))
        });
        Some(Explanation {
            key: Arc::clone(keys.get(id)?),
            at,
            names: charge
                .ids()
                .map(|id: std::borrow::Cow<'_, str>| NameLookup {
                    name: directory.name_at(&id, at).into(),
                    found: directory.look_up(&id, at),
                    sent: Arc::from(&*id),
                })
                .collect(),
            parts: parts.collect(),
        })
    }

    /// Tests all rules for one part of a charge; the answer itself comes from the evaluation, so that the two cannot
    /// differ.
    fn explained_part(
        &self,
        tag: &CompiledTag,
        charge: &Charge<'_>,
        values: &[Option<Arc<str>>],
        (weight, read): (u128, ReadValues),
    ) -> ExplainedPart {
        let dimensions = WithTagValues { inner: charge.dimensions, keys: &self.compiled.keys, values };
        let own = tag.provider_tag.as_ref().is_some_and(|own| text_of(charge.dimensions, own).is_some());
        let (mut matching, mut near_misses) = (Vec::new(), Vec::new());
        for (number, rule) in (1..).zip(tag.rules()) {
            let explained = self.explained_rule(number, rule, charge, &dimensions);
            if explained.fails.is_empty() {
                matching.push(explained);
            } else if explained.fails.len() == 1
                // A rule with one condition would be near to every charge.
                && !explained.holds.is_empty()
                && near_misses.len() < NEAR_MISSES_MAX
            {
                near_misses.push(explained);
            }
        }
        let mut matching = matching.into_iter();
        // The provider's own tag comes before every rule, so that all that match come too late.
        let winner = if own { None } else { matching.next() };
        let answer = Answer::from(self.evaluate_tag(tag, charge, values));
        ExplainedPart { weight, read, answer, winner, shadowed: matching.collect(), near_misses }
    }

    /// Tests the conditions of a rule one by one. If all hold and the rule still gives nothing, its source is what
    /// fails.
    fn explained_rule(
        &self,
        number: usize,
        rule: CompiledRule<'_>,
        charge: &Charge<'_>,
        dimensions: &dyn Dimensions,
    ) -> ExplainedRule {
        let mut conditions: Vec<(String, bool)> = Vec::new();
        for part in rule.when.iter().flat_map(|when| match when.expression() {
            Expression::And(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        }) {
            conditions.push((part.to_string(), part.matches(dimensions)));
        }
        for one in rule.people.one_by_one() {
            conditions.push((one.to_string(), charge.matches_person(&one)));
        }
        if !rule.spans.is_empty() {
            let within = rule.spans.iter().any(|span| span.contains(charge.at));
            conditions.push(("the rule's dates".to_owned(), within));
        }
        // All conditions hold and still there is no value: its source has none for this charge.
        let unanswered =
            conditions.iter().all(|(_, holds)| *holds) && rule.apply(self, charge, dimensions).is_none();
        let source = match rule.assign {
            CompiledAssign::Fact(fact, _) => {
                self.compiled.directory.fact_name(*fact).map(|fact| format!("`{fact}` in the directory"))
            }
            CompiledAssign::Field(from_field) => Some(format!("a value of {}", from_field.field)),
            CompiledAssign::Headcount { .. } => Some("people to count".to_owned()),
            CompiledAssign::Cost(_) => Some("costs to share it out by".to_owned()),
            CompiledAssign::Value(_) | CompiledAssign::Shares(_) => None,
        };
        conditions.extend(source.map(|source| (source, !unanswered)));
        let (holds, fails): (Vec<_>, Vec<_>) = conditions.into_iter().partition(|(_, holds)| *holds);
        ExplainedRule {
            number,
            place: rule.place.cloned(),
            holds: into_texts(holds),
            fails: into_texts(fails),
        }
    }
}

/// Takes the texts out of conditions whose answer is known.
fn into_texts(conditions: Vec<(String, bool)>) -> Vec<String> {
    conditions.into_iter().map(|(text, _)| text).collect()
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} at {}", for_terminal(&self.key), self.at)?;
        for (place, name) in self.names.iter().enumerate() {
            // A person may stand in several fields of a charge.
            if self.names.iter().take(place).any(|before| before == name) {
                continue;
            }
            let found = match name.found {
                NameMatch::Found(MatchKind::Exact) => "in the directory",
                NameMatch::Found(MatchKind::AnyCase) => "in the directory, ignoring letter case",
                NameMatch::Found(MatchKind::WithoutPlus) => "in the directory, ignoring its +tag",
                NameMatch::Ambiguous => {
                    "matches two people of the directory, who differ in letter case alone, so it finds neither"
                }
                NameMatch::NotFound => "not in the directory at that time",
            };
            let alias = if name.name == name.sent {
                String::new()
            } else {
                format!(" = {}", for_terminal(&name.name))
            };
            writeln!(f, "  name       {}{alias}: {found}", for_terminal(&name.sent))?;
        }
        for part in &self.parts {
            for (key, value) in &part.read {
                let value = for_terminal(value.as_deref().unwrap_or("no value"));
                writeln!(f, "  reads      {} = {value}", for_terminal(key))?;
            }
            let weight =
                if self.parts.len() > 1 { format!(", weight {}", part.weight) } else { String::new() };
            writeln!(f, "  value      {}{weight}", part.answer)?;
            match &part.winner {
                Some(rule) => writeln!(f, "  rule       {rule}")?,
                None => writeln!(f, "  rule       none: the provider's tag or the default")?,
            }
            for rule in &part.shadowed {
                writeln!(f, "  shadowed   {rule}")?;
            }
            for rule in &part.near_misses {
                writeln!(f, "  near miss  {rule}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for ExplainedRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}")?,
            None => write!(f, "rule {}", self.number)?,
        }
        if !self.holds.is_empty() {
            write!(f, ": {}", for_terminal(&self.holds.join(" and ")))?;
        }
        if !self.fails.is_empty() {
            write!(f, "; not met: {}", for_terminal(&self.fails.join(" and ")))?;
        }
        Ok(())
    }
}
