//! Finds rules that match no charge of a ledger.
//!
//! Each set of dimensions is tested once between two boundaries, since rules cannot tell its charges apart there; the
//! counts are therefore of sets and not of charges. A rule counts as matched only where it decides, after all rules
//! before it.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use cost_model::{Dimension, Ledger, Tagger};

use crate::compile::charge::Charge;
use crate::compile::compiled::{CompiledAssign, CompiledRule, CompiledTag};
use crate::directory::lookup::MatchKind;
use crate::evaluate::resolved_rules::ResolvedRules;
use crate::evaluate::tag_values::WithTagValues;
use crate::finding::{Finding, FindingKind};
use crate::ids::{KeyId, RuleId, Table};

/// Counts of how often a rule matched, and how often by the name that the directory has.
///
/// `exact` is only told apart for rules that ask the directory; for others every match counts as exact.
#[derive(Clone, Copy, Default)]
struct Hits {
    all: usize,
    exact: usize,
}

/// Returns the findings of all keys, in the order of the rules.
pub(super) fn find_in_charges(rules: &ResolvedRules, ledger: &Ledger) -> Vec<Finding> {
    let mut hits: Table<KeyId, Table<RuleId, Hits>> =
        rules.compiled.tags.iter().map(|tag| tag.rules().map(|_| Hits::default()).collect()).collect();
    let mut seen = HashSet::new();
    for row in ledger.rows() {
        let Some(set) = ledger.set(row.set) else { continue };
        // Between two boundaries a set of dimensions has the same answer: each is tried once.
        let epoch = rules.boundaries().partition_point(|boundary| *boundary <= row.at);
        if seen.insert((row.set, epoch)) {
            let charge = rules.compiled.charge(&set, row.at);
            for (key, tag) in rules.compiled.tags.enumerate() {
                if let Some(hits) = hits.get_mut(key) {
                    count_hits(rules, (key, tag), &charge, hits);
                }
            }
        }
    }
    let mut known = HashMap::new();
    let mut findings = Vec::new();
    for (tag, hits) in rules.compiled.tags.iter().zip(&hits) {
        for (rule, hits) in tag.rules().zip(hits) {
            findings.extend(unknown_values(rule, ledger, &mut known));
            let place = rule.place;
            if hits.all == 0 {
                let message = "the rule matches no charge; correct it or remove it".to_owned();
                findings.push(Finding::new(FindingKind::NeverMatches, place, message));
            } else if hits.exact == 0 {
                let message = "the rule matches only people whose names are spelled in another way than the directory has \
                               them; correct the spelling there"
                    .to_owned();
                findings.push(Finding::new(FindingKind::OnlyOtherSpellings, place, message));
            }
        }
    }
    findings
}

/// Counts the rules that decide a key for a charge, for each part into which the keys that it reads split the charge.
fn count_hits(
    rules: &ResolvedRules,
    (key, tag): (KeyId, &CompiledTag),
    charge: &Charge<'_>,
    hits: &mut Table<RuleId, Hits>,
) {
    let parts = match tag.reads.as_slice() {
        [] => vec![Vec::new()],
        _ => {
            let read = rules.compiled.ancestors.get(key).map_or(&[][..], Vec::as_slice);
            rules.evaluate_parts(read, charge).into_iter().map(|part| part.values).collect()
        }
    };
    for values in parts {
        let dimensions =
            WithTagValues { inner: charge.dimensions, keys: &rules.compiled.keys, values: &values };
        let winner = rules.find_winner(tag, charge, &dimensions).map(|(rule, _)| rule);
        if let Some((winner, hit)) = winner.and_then(|winner| tag.rule(winner).zip(hits.get_mut(winner))) {
            hit.all += 1;
            let asked =
                matches!(winner.assign, CompiledAssign::Fact(..)) || winner.people.in_directory == Some(true);
            let directory = &rules.compiled.directory;
            let is_exact = !asked
                || charge.ids().find_map(|id| directory.match_kind(&id, charge.at)) == Some(MatchKind::Exact);
            hit.exact += usize::from(is_exact);
        }
    }
}

/// The values of each dimension, read once.
///
/// Many conditions name the same field, and its values come from a pass over the ledger.
type KnownValues = HashMap<Dimension, BTreeSet<Arc<str>>>;

/// Returns a finding for each text of a condition that no charge has, with the nearest value. Values of keys are left
/// to another check, since they are no fields of the ledger.
fn unknown_values(rule: CompiledRule<'_>, ledger: &Ledger, known: &mut KnownValues) -> Vec<Finding> {
    let Some(when) = rule.when else { return Vec::new() };
    let dimensions: Vec<_> = when.literals().into_iter().filter_map(|literal| literal.dimension).collect();
    for dimension in dimensions.iter().chain([&Dimension::ServiceId]) {
        if !known.contains_key(dimension) {
            known.insert(dimension.clone(), ledger.values(dimension));
        }
    }
    let none = BTreeSet::new();
    let unknown = when.unknown_values(&|dimension| Cow::Borrowed(known.get(dimension).unwrap_or(&none)));
    unknown
        .into_iter()
        .filter(|unknown| !matches!(unknown.dimension, Dimension::VirtualTag(_)))
        .map(|unknown| {
            let hint = unknown.suggestion.as_ref().map(|near| format!("; did you mean `{near}`?"));
            let message = format!(
                "no charge has `{}` as its `{}`{}",
                unknown.value(),
                unknown.dimension,
                hint.unwrap_or_default()
            );
            let place =
                rule.condition_text.map(|condition_text| condition_text.place_at(unknown.value_span.start));
            Finding::new(FindingKind::UnknownValue, place.as_ref().or(rule.place), message)
        })
        .collect()
}
