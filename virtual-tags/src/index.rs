//! Which rules a charge may meet, found without looking at each.

use std::collections::HashMap;
use std::sync::Arc;

use cost_model::Dimension;
use cost_model::filter::{Expression, Field, PatternShape, Predicate, Test};

use crate::charge::Charge;
use crate::compile::CompiledRule;

/// The rules of one key by texts that a charge must have to meet them.
///
/// A rule stands under one of its conditions that names texts: `=`, `IN`, or LIKE with a prefix or suffix, joined by AND to
/// the rest, or a chain of OR of such. Rules without one are always looked at.
#[derive(Default)]
pub(crate) struct Index {
    always: Vec<usize>,
    fields: Vec<(Source, Texts)>,
}

/// What of a charge is compared.
#[derive(Clone, PartialEq, Eq)]
enum Source {
    Dimension(Dimension),
    Email,
    EmailDomain,
}

#[derive(Default)]
struct Texts {
    exact: ByText,
    prefixes: Affixes,
    suffixes: Affixes,
}

/// The rules that stand under each text.
type ByText = HashMap<Arc<str>, Vec<usize>>;

/// Beginnings or endings, by length in bytes, and their rules.
#[derive(Default)]
struct Affixes(Vec<(usize, ByText)>);

/// One text that a charge may have to meet a rule.
struct Entry<'a> {
    source: Source,
    shape: PatternShape<'a>,
}

impl Index {
    pub(crate) fn new(rules: &[CompiledRule]) -> Self {
        let mut index = Self::default();
        for (number, rule) in rules.iter().enumerate() {
            match index_entries(rule) {
                Some(entries) => {
                    for entry in entries {
                        index.add(&entry, number);
                    }
                }
                None => index.always.push(number),
            }
        }
        index
    }

    fn add(&mut self, entry: &Entry<'_>, rule: usize) {
        let known = self.fields.iter().position(|(source, _)| *source == entry.source);
        let at = known.unwrap_or_else(|| {
            self.fields.push((entry.source.clone(), Texts::default()));
            self.fields.len() - 1
        });
        let Some((_, texts)) = self.fields.get_mut(at) else { return };
        match entry.shape {
            PatternShape::Exact(text) => texts.exact.entry(text.into()).or_default().push(rule),
            PatternShape::Prefix(text) => texts.prefixes.add(text, rule),
            PatternShape::Suffix(text) => texts.suffixes.add(text, rule),
            PatternShape::Any | PatternShape::Contains(_) | PatternShape::Other => {}
        }
    }

    /// The numbers of the rules that the charge may meet, ascending.
    pub(crate) fn candidates(&self, charge: &Charge<'_>) -> Vec<usize> {
        let mut rules = self.always.clone();
        for (source, texts) in &self.fields {
            match source {
                Source::Dimension(dimension) => {
                    if let Some(text) = charge.dimensions.get(dimension) {
                        texts.find(&text, &mut rules);
                    }
                }
                Source::Email => {
                    if let Some(email) = charge.email() {
                        texts.find(email, &mut rules);
                    }
                }
                Source::EmailDomain => {
                    if let Some((_, domain)) = charge.email().and_then(|email| email.rsplit_once('@')) {
                        texts.find(domain, &mut rules);
                    }
                }
            }
        }
        rules.sort_unstable();
        rules.dedup();
        rules
    }
}

impl Texts {
    fn find(&self, text: &str, rules: &mut Vec<usize>) {
        rules.extend(self.exact.get(text).into_iter().flatten());
        for (length, prefixes) in &self.prefixes.0 {
            rules.extend(text.get(..*length).and_then(|start| prefixes.get(start)).into_iter().flatten());
        }
        for (length, suffixes) in &self.suffixes.0 {
            let end = text.len().checked_sub(*length).and_then(|start| text.get(start..));
            rules.extend(end.and_then(|end| suffixes.get(end)).into_iter().flatten());
        }
    }
}

impl Affixes {
    fn add(&mut self, text: &str, rule: usize) {
        let known = self.0.iter().position(|(length, _)| *length == text.len());
        let at = known.unwrap_or_else(|| {
            self.0.push((text.len(), ByText::new()));
            self.0.len() - 1
        });
        if let Some((_, texts)) = self.0.get_mut(at) {
            texts.entry(text.into()).or_default().push(rule);
        }
    }
}

/// Texts of which a charge must have one to meet the rule; `None` if there are none to go by.
fn index_entries(rule: &CompiledRule) -> Option<Vec<Entry<'_>>> {
    let people = &rule.people;
    for (source, list) in [(Source::Email, &people.is), (Source::EmailDomain, &people.domain)] {
        if !list.is_empty() {
            return Some(
                list.iter()
                    .map(|text| Entry { source: source.clone(), shape: PatternShape::Exact(text) })
                    .collect(),
            );
        }
    }
    of_expression(rule.when.as_ref()?.expression())
}

fn of_expression(expression: &Expression) -> Option<Vec<Entry<'_>>> {
    match expression {
        Expression::And(parts) => parts.iter().filter_map(of_expression).min_by_key(Vec::len),
        Expression::Or(parts) => {
            let parts: Option<Vec<_>> = parts.iter().map(of_expression).collect();
            parts.map(|parts| parts.into_iter().flatten().collect())
        }
        Expression::Not(_) => None,
        Expression::Predicate(predicate) => of_predicate(predicate),
    }
}

fn of_predicate(predicate: &Predicate) -> Option<Vec<Entry<'_>>> {
    let dimensions = match &predicate.field {
        // Where the service does not fit, its id may.
        Field::Dimension(Dimension::Service) => vec![Dimension::Service, Dimension::ServiceId],
        Field::Dimension(Dimension::VirtualTag(_)) => return None,
        Field::Dimension(dimension) => vec![dimension.clone()],
        _ => return None,
    };
    let shapes: Vec<PatternShape<'_>> = match &predicate.test {
        _ if predicate.negated => return None,
        Test::Equals(literal) => vec![PatternShape::Exact(literal.as_text()?)],
        Test::In(literals) => literals
            .iter()
            .map(|literal| Some(PatternShape::Exact(literal.as_text()?)))
            .collect::<Option<_>>()?,
        Test::Like(pattern) => match pattern.shape() {
            PatternShape::Any | PatternShape::Contains(_) | PatternShape::Other => return None,
            shape => vec![shape],
        },
        _ => return None,
    };
    Some(
        dimensions
            .iter()
            .flat_map(|dimension| {
                shapes
                    .iter()
                    .map(|shape| Entry { source: Source::Dimension(dimension.clone()), shape: *shape })
            })
            .collect(),
    )
}
