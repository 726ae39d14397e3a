//! What is said of rules, as JSON.

use std::collections::BTreeMap;

use cost_model::{Money, Timestamp};
use serde::Serialize;
use virtual_tags::Answer;
use virtual_tags::directory::{MatchKind, NameMatch};
use virtual_tags::insight::{CostMove, Diff, ExplainedCharges, ExplainedPart, ExplainedRule, Explanation};

use crate::questions::tags::RulesDiff;

/// The document `tags-diff/1`: what other rules would change.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RulesDiffDocument {
    schema: &'static str,
    keys: Vec<KeyDiff>,
    /// Keys that only the present rules have.
    removed: Vec<String>,
    /// Keys that only the other rules have.
    added: Vec<String>,
    /// How many percent may move.
    guard: Option<String>,
    within_guard: bool,
}

#[derive(Clone, Debug, Serialize)]
struct KeyDiff {
    key: String,
    /// The sum of all amounts, each taken as positive.
    total: Money,
    /// The sum of the amounts that move, each taken as positive.
    moved: Money,
    moves: Vec<Move>,
}

#[derive(Clone, Debug, Serialize)]
struct Move {
    from: Option<String>,
    to: Option<String>,
    effective: Money,
    /// How many charges with a cost move.
    charges: u64,
    people: Vec<Person>,
}

#[derive(Clone, Debug, Serialize)]
struct Person {
    who: String,
    effective: Money,
}

impl RulesDiffDocument {
    /// Makes the document of a comparison, with the percentage that may move and whether no more does.
    pub fn new(diff: &RulesDiff, guard: Option<rust_decimal::Decimal>, within_guard: bool) -> Self {
        Self {
            schema: "tags-diff/1",
            keys: diff.keys.iter().map(KeyDiff::new).collect(),
            removed: diff.removed.iter().map(ToString::to_string).collect(),
            added: diff.added.iter().map(ToString::to_string).collect(),
            guard: guard.map(|percent| percent.to_string()),
            within_guard,
        }
    }
}

impl KeyDiff {
    fn new(diff: &Diff) -> Self {
        let moves = diff.moves.iter().map(Move::new).collect();
        Self { key: diff.key.to_string(), total: diff.total, moved: diff.moved, moves }
    }
}

impl Move {
    fn new(CostMove { from, to, amount, records, people, .. }: &CostMove) -> Self {
        let person = |(who, effective): &(std::sync::Arc<str>, Money)| Person {
            who: who.to_string(),
            effective: *effective,
        };
        Self {
            from: from.as_deref().map(str::to_owned),
            to: to.as_deref().map(str::to_owned),
            effective: *amount,
            charges: *records,
            people: people.iter().map(person).collect(),
        }
    }
}

/// The document `tags-explain/1`: why somebody's charges have their owners.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ExplainedOwnerDocument {
    schema: &'static str,
    who: String,
    /// Charges that have their values for the same reasons, those with the largest amount first.
    explanations: Vec<ChargesExplained>,
}

#[derive(Clone, Debug, Serialize)]
struct ChargesExplained {
    charges: u64,
    effective: Money,
    first: Timestamp,
    /// What all of these charges have.
    dimensions: BTreeMap<String, String>,
    keys: Vec<KeyExplained>,
}

#[derive(Clone, Debug, Serialize)]
struct KeyExplained {
    key: String,
    names: Vec<LookedUp>,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, Serialize)]
struct LookedUp {
    /// As the charge has it.
    sent: String,
    /// By the directory's aliases.
    name: String,
    found: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct Part {
    /// Among its siblings, as text: it may have more digits than numbers of JSON keep.
    weight: String,
    /// The values of other keys that the rules read.
    read: BTreeMap<String, Option<String>>,
    values: Vec<Value>,
    /// Without one, the provider's own tag or the default decides.
    rule: Option<Rule>,
    shadowed: Vec<Rule>,
    near_misses: Vec<Rule>,
}

#[derive(Clone, Debug, Serialize)]
struct Value {
    value: Option<String>,
    weight: String,
}

#[derive(Clone, Debug, Serialize)]
struct Rule {
    /// Counted from 1 in its key.
    number: usize,
    place: Option<String>,
    holds: Vec<String>,
    fails: Vec<String>,
}

impl ExplainedOwnerDocument {
    /// Makes the document of somebody's explained charges.
    pub fn new(who: impl Into<String>, explained: &[ExplainedCharges]) -> Self {
        Self {
            schema: "tags-explain/1",
            who: who.into(),
            explanations: explained.iter().map(ChargesExplained::new).collect(),
        }
    }
}

impl ChargesExplained {
    fn new(explained: &ExplainedCharges) -> Self {
        let dimensions = explained.dimensions.iter();
        Self {
            charges: explained.records,
            effective: explained.amount,
            first: explained.first,
            dimensions: dimensions.map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            keys: explained.explanations.iter().map(KeyExplained::new).collect(),
        }
    }
}

impl KeyExplained {
    fn new(explanation: &Explanation) -> Self {
        let names = explanation.names.iter().map(|name| LookedUp {
            sent: name.sent.to_string(),
            name: name.name.to_string(),
            found: match name.found {
                NameMatch::Found(MatchKind::Exact) => "exact",
                NameMatch::Found(MatchKind::AnyCase) => "any_case",
                NameMatch::Found(MatchKind::WithoutPlus) => "without_plus",
                NameMatch::Ambiguous => "ambiguous",
                _ => "not_found",
            },
        });
        Self {
            key: explanation.key.to_string(),
            names: names.collect(),
            parts: explanation.parts.iter().map(Part::new).collect(),
        }
    }
}

impl Part {
    fn new(part: &ExplainedPart) -> Self {
        let read = part.read.iter();
        let read = read.map(|(key, value)| (key.to_string(), value.as_deref().map(str::to_owned)));
        Self {
            weight: part.weight.to_string(),
            read: read.collect(),
            values: values(&part.answer),
            rule: part.winner.as_ref().map(Rule::new),
            shadowed: part.shadowed.iter().map(Rule::new).collect(),
            near_misses: part.near_misses.iter().map(Rule::new).collect(),
        }
    }
}

/// Returns the values of an answer with their weights; one without a split.
fn values(answer: &Answer) -> Vec<Value> {
    let value = |value: Option<&str>, weight: u128| Value {
        value: value.map(str::to_owned),
        weight: weight.to_string(),
    };
    match answer {
        Answer::Value(whole) => vec![value(Some(whole), 1)],
        Answer::Unset => vec![value(None, 1)],
        Answer::Shares(shares) => {
            shares.iter().map(|(part, weight)| value(part.as_deref(), *weight)).collect()
        }
    }
}

impl Rule {
    fn new(rule: &ExplainedRule) -> Self {
        Self {
            number: rule.number,
            place: rule.place.as_ref().map(ToString::to_string),
            holds: rule.holds.clone(),
            fails: rule.fails.clone(),
        }
    }
}
