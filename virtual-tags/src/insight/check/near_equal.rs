//! Finds values and keys that people read as one and rules do not.
//!
//! Rules compare values letter by letter, so that `Web` and `web` are two teams. The checks fold what readers do not
//! see and report what is then equal, with the place of the earlier one.

use std::collections::HashMap;
use std::sync::Arc;

use cost_model::Dimension;

use crate::compile::compiled::{CompiledAssign, CompiledTag};
use crate::compile::rules::Compiled;
use crate::directory::lookup::Directory;
use crate::finding::{Finding, FindingKind};
use crate::names::fold_name;
use crate::names::is_invisible;
use crate::place::Place;
use crate::rules::assign::Transform;

/// A value, and where it is written.
type PlacedValue = (Arc<str>, Option<Place>);

/// Returns the values that a key can give, as far as rules or the directory write them.
///
/// Values that come from fields of charges are left out: no file has them. A fact that is transformed counts
/// only where a map ends the transforms, whose results are known.
fn written_values(tag: &CompiledTag, directory: &Directory) -> Vec<PlacedValue> {
    let mut values: Vec<PlacedValue> = Vec::new();
    for rule in tag.rules() {
        match rule.assign {
            CompiledAssign::Value(value) => values.push((Arc::clone(value), rule.place.cloned())),
            CompiledAssign::Shares(shares) => {
                values.extend(
                    shares.iter().filter_map(|share| Some((share.value.clone()?, rule.place.cloned()))),
                );
            }
            CompiledAssign::Fact(fact, transforms) => match transforms.last() {
                None => values.extend(directory.distinct_values(*fact)),
                Some(Transform::Map(map)) => {
                    values.extend(map.values().map(|value| (Arc::clone(value), rule.place.cloned())));
                }
                Some(_) => {}
            },
            CompiledAssign::Headcount { fact, .. } => values.extend(directory.distinct_values(*fact)),
            CompiledAssign::Field(_) | CompiledAssign::Cost(_) => {}
        }
    }
    values.extend(tag.default.iter().map(|default| (Arc::clone(default), tag.place.clone())));
    values
}

/// Finds values of a key that differ in nothing that people read.
pub(super) fn find_near_equal_values(tag: &CompiledTag, directory: &Directory) -> Vec<Finding> {
    let mut known: HashMap<String, Vec<PlacedValue>> = HashMap::new();
    let mut findings = Vec::new();
    for (value, place) in written_values(tag, directory) {
        let alike = known.entry(fold_case_and_blanks(&value)).or_default();
        // Many rules may give the same value; one finding for it is enough.
        if alike.iter().any(|(other, _)| *other == value) {
            continue;
        }
        let message = match alike.first() {
            Some((other, earlier)) => {
                let line = earlier.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
                Some(format!(
                    "`{value}` and `{other}`{line} differ only in blanks, letter case or invisible characters, and are two \
                     values; write both alike"
                ))
            }
            None if value.trim() != &*value || value.chars().any(is_invisible) => Some(format!(
                "`{value}` has blanks around it or invisible characters in it, which are part of the value"
            )),
            None => None,
        };
        findings.extend(
            message.map(|message| Finding::new(FindingKind::NearEqualValues, place.as_ref(), message)),
        );
        alike.push((value, place));
    }
    findings
}

/// Finds conditions on a key's value that no rule of that key gives, where one gives a value that reads the
/// same.
pub(super) fn find_near_equal_conditions(tag: &CompiledTag, rules: &Compiled) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in tag.rules() {
        for literal in rule.when.iter().flat_map(|when| when.literals()) {
            let (Some(Dimension::VirtualTag(key)), Some(asked)) =
                (&literal.dimension, literal.literal.as_text())
            else {
                continue;
            };
            let other = rules.key_id(key).and_then(|number| rules.tags.get(number));
            let values = other.map(|other| written_values(other, &rules.directory)).unwrap_or_default();
            if values.iter().any(|(value, _)| value == asked) {
                continue;
            }
            findings.extend(values.iter().find(|(value, _)| fold_case_and_blanks(value) == fold_case_and_blanks(asked)).map(|(value, _)| {
                let message = format!(
                    "`{key}` is never `{asked}`, but `{value}`, which differs only in blanks, letter case or invisible \
                     characters; write both alike"
                );
                let place = rule.condition_text.map(|condition_text| condition_text.place_at(literal.literal.span().start));
                Finding::new(FindingKind::NearEqualValues, place.as_ref().or(rule.place), message)
            }));
        }
    }
    findings
}

/// Returns a text without letter case, invisible characters and runs of blanks.
///
/// Unlike [`fold_name`] it keeps `Web-1` and `Web 1` apart, which are two values often enough.
fn fold_case_and_blanks(text: &str) -> String {
    let normal = icu_normalizer::ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    let visible: String =
        normal.chars().filter(|each| !is_invisible(*each) || each.is_whitespace()).collect();
    visible.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Finds keys that people read as one, such as `Cost Center` and `cost_center`.
pub(super) fn find_near_equal_keys(rules: &Compiled) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, (key, tag)) in rules.keys.iter().zip(&rules.tags).enumerate() {
        let earlier = rules.keys.iter().take(number).find(|other| fold_name(other) == fold_name(key));
        findings.extend(earlier.map(|earlier| {
            let message = format!("the keys `{earlier}` and `{key}` have nearly the same name; keep one");
            Finding::new(FindingKind::NearEqualKeys, tag.place.as_ref(), message)
        }));
    }
    findings
}
